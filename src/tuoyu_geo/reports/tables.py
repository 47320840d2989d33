"""Rows of each sheet of the workbook, from the outcome's frames."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import is_missing, judged, number, word, yes_no
from tuoyu_geo.reports.columns import (
    Rows,
    Table,
    columns_of,
    degrees,
    plain,
    rows_of,
    township_names,
    way_word,
    year,
)
from tuoyu_geo.reports.tables_access import coverage_curve, coverage_parts, guidance, trace
from tuoyu_geo.reports.tables_rules import data_findings, indicators, members, shortfalls, standards
from tuoyu_geo.reports.tables_sites import (
    candidates,
    kindergartens,
    projects,
    sites,
    with_choices,
    workplaces,
    years,
)

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome


def institutions(outcome: "Outcome") -> Table:
    """现状机构, as the institutions layer can be read from it again."""
    township = township_names(outcome)
    columns = columns_of(
        ("id", "text", 10), ("institution_name", "text", 26), ("township", "text", 12),
        ("institution_kind", "text", 16), ("registration", "text", 12), ("registry", "text", 16),
        ("nature", "text", 10), ("counted", "text", 8), ("places", "count", 9, "sum"),
        ("enrolled", "count", 11, "sum"), ("under3_in_reach", "count", 12), ("operator", "text", 16),
        ("demonstration", "text", 9), ("asked_places", "ratio", 11, "sum"), ("use_share", "share", 9),
        ("use_method", "text", 11), ("use", "text", 9), ("address", "text", 26), ("lon", "degree", 12), ("lat", "degree", 12),
    )  # fmt: skip
    columns = with_choices(
        columns,
        registration=("registered", "unregistered"),
        nature=("nonprofit", "profit"),
    )
    rows: Rows = [
        [
            str(row.Index), plain(row.name), township(row.township_id),
            word("institution_kind", row.kind), word("registration", row.registration), plain(row.registry),
            word("nature", row.nature), yes_no(row.counted), number(row.places), number(row.enrolled),
            number(row.under3_in_reach), plain(row.operator), yes_no(row.demonstration), number(row.asked_places),
            number(row.use_share), None if is_missing(row.use) else word("figure_method", row.use_method),
            word("use", row.use), plain(row.address),
            lon, lat,
        ]
        for row, (lon, lat) in zip(
            outcome.institutions.itertuples(), degrees(outcome.institutions), strict=True
        )
    ]  # fmt: skip
    return columns, rows


def townships(outcome: "Outcome") -> Table:
    """乡镇供需平衡."""
    columns = columns_of(
        ("code", "text", 12), ("township", "text", 13), ("township_kind", "text", 7),
        ("residents", "count", 11, "sum"), ("under3", "count", 10, "sum"), ("places_required", "money", 10, "sum"),
        ("places_today", "count", 10, "sum"), ("places_plan", "count", 11, "sum"), ("places_gap", "money", 11, "sum"),
        ("unmet_places_today", "money", 12, "sum"), ("unmet_places_plan", "money", 12, "sum"),
        ("per_1000_today", "ratio", 10), ("per_1000_plan", "ratio", 10), ("quota", "count", 10, "sum"),
        ("existing", "count", 11, "sum"), ("proposed", "count", 9, "sum"), ("shortfall", "count", 8, "sum"),
        ("met", "text", 8), ("covered_today", "share", 10), ("covered_plan", "share", 11),
    )  # fmt: skip
    rows: Rows = []
    for row in outcome.townships.itertuples():
        thousands = row.residents / 1000
        rows.append(
            [
                str(row.Index), plain(row.name), word("township_kind", row.kind), number(row.residents),
                number(row.under3), number(row.places_required), number(row.places_today), number(row.places_plan),
                number(max(0.0, row.places_required - row.places_plan)), number(row.unmet_places_today),
                number(row.unmet_places_plan),
                judged(row.places_today / thousands, digits=2) if thousands else None,
                judged(row.places_plan / thousands, digits=2) if thousands else None, number(row.quota), number(row.existing),
                number(row.proposed), number(row.shortfall),
                yes_no(row.met) if row.quota else text("reports.no_quota"), judged(row.covered_today_share, digits=3),
                judged(row.covered_plan_share, digits=3),
            ]
        )  # fmt: skip
    return columns, rows


def estates(outcome: "Outcome") -> Table:
    """小区配建核查: every estate, with its flag where it has one; the communities layer can be read from it again."""
    township = township_names(outcome)
    columns = columns_of(
        ("id", "text", 10), ("estate", "text", 22), ("township", "text", 12), ("status", "text", 9),
        ("works", "text", 8), ("completed_on", "text", 12), ("built_year", "text", 9), ("households", "count", 9, "sum"),
        ("residents", "count", 10, "sum"), ("planned_residents", "count", 11), ("under3", "count", 9, "sum"),
        ("figure_method", "text", 10), ("area_kind", "text", 7), ("has_facility", "text", 9), ("flag", "text", 15),
        ("nearest", "text", 22), ("distance", "count", 9), ("distance_unit", "text", 7), ("path_method", "text", 12), ("reason", "text", 46),
        ("remedy", "text", 36), ("lon", "degree", 12), ("lat", "degree", 12),
        ("office_fills", "text", 14, "fill"), ("department", "text", 14, "fill"), ("by_year", "text", 9, "fill"),
    )  # fmt: skip
    columns = with_choices(
        columns, office_fills=("purchase", "swap", "lease", "renovation", "public_rooms"), outcome=outcome
    )
    flagged = outcome.gaps[outcome.gaps["flag"] != "township_quota"].drop_duplicates("subject_id")
    flags = {gap.subject_id: gap for gap in rows_of(flagged)}
    names = {**outcome.institutions["name"].to_dict(), **outcome.candidates["name"].to_dict()}
    demand = outcome.demand[outcome.demand["kind"] == "estate"]
    layer = outcome.communities.reindex(demand.index)
    rows: Rows = []
    for row, own, (lon, lat) in zip(rows_of(demand), rows_of(layer), degrees(demand), strict=True):
        gap = flags.get(row.Index)
        has = yes_no(own.has_facility)
        rows.append(
            [
                str(row.Index), plain(row.name), township(row.township_id), word("status", row.status),
                word("works", own.works), None if is_missing(own.completed_on) else f"{own.completed_on:%Y-%m-%d}",
                year(own.built_year), number(own.households), number(row.residents), number(row.planned_residents),
                number(row.under3), word("figure_method", row.residents_method), word("area_kind", row.area_kind),
                None if has is None else text(f"reports.has_{bool(own.has_facility)}"),
                None if gap is None else word("flag", gap.flag),
                None if is_missing(row.nearest_today_id) else names.get(row.nearest_today_id),
                number(row.nearest_today_cost), word("unit", row.cost_unit), way_word(row.nearest_today_method),
                None if gap is None else plain(gap.reason), None if gap is None else plain(gap.remedy),
                lon, lat, None, None, None,
            ],
        )  # fmt: skip
    return columns, rows


TABLES: Mapping[str, Callable[["Outcome"], Table]] = MappingProxyType(
    {
        "institutions": institutions,
        "townships": townships,
        "estates": estates,
        "candidates": candidates,
        "kindergartens": kindergartens,
        "sites": sites,
        "projects": projects,
        "years": years,
        "workplaces": workplaces,
        "guidance": guidance,
        "coverage_parts": coverage_parts,
        "coverage_curve": coverage_curve,
        "indicators": indicators,
        "shortfalls": shortfalls,
        "trace": trace,
        "findings": data_findings,
        "standards": standards,
        "members": members,
    },
)
"""Sheets by name, in the workbook's order."""
