"""Rows of each sheet of the workbook, from the outcome's frames."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import geopandas as gpd

from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.cells import is_missing, number, word, yes_no
from tuoyu_geo.reports.sheet import Column

Rows = list[list[object]]
Table = tuple[list[Column], Rows]


def _columns(*specs: tuple[str, str, float] | tuple[str, str, float, str]) -> list[Column]:
    return [
        Column(label=text(f"reports.column_{spec[0]}"), form=spec[1], width=spec[2], summed=len(spec) > 3)
        for spec in specs
    ]


def _township(outcome: Outcome, township_id: object) -> object:
    names = outcome.townships["name"]
    return names.get(township_id, township_id) if not is_missing(township_id) else None


def _text(value: object) -> str | None:
    return None if is_missing(value) else str(value)


def _facility_names(outcome: Outcome) -> dict[str, str]:
    return {**outcome.institutions["name"].to_dict(), **outcome.candidates["name"].to_dict()}


def institutions(outcome: Outcome) -> Table:
    """现状机构."""
    columns = _columns(
        ("id", "text", 10), ("name", "text", 28), ("township", "text", 12), ("institution_kind", "text", 16),
        ("registration", "text", 12), ("registry", "text", 14), ("nature", "text", 10), ("counted", "text", 10),
        ("places", "count", 10, "sum"), ("enrolled", "count", 10, "sum"), ("under3_in_reach", "count", 14),
        ("asked_places", "ratio", 12, "sum"), ("use_share", "share", 10), ("use_method", "text", 12), ("use", "text", 9),
        ("address", "text", 30),
    )  # fmt: skip
    rows: Rows = [
        [
            str(row.Index), _text(row.name), _township(outcome, row.township_id), word("institution_kind", row.kind),
            word("registration", row.registration), _text(row.registry), word("nature", row.nature),
            yes_no(row.counted), number(row.places), number(row.enrolled), number(row.under3_in_reach),
            number(row.asked_places), number(row.use_share),
            None if is_missing(row.use) else word("figure_method", row.use_method), word("use", row.use),
            _text(row.address),
        ]
        for row in outcome.institutions.itertuples()
    ]  # fmt: skip
    return columns, rows


def townships(outcome: Outcome) -> Table:
    """乡镇供需平衡."""
    columns = _columns(
        ("code", "text", 13), ("township", "text", 13), ("township_kind", "text", 8), ("residents", "count", 12, "sum"),
        ("under3", "count", 11, "sum"), ("quota", "count", 11, "sum"), ("existing", "count", 13, "sum"),
        ("proposed", "count", 11, "sum"), ("shortfall", "count", 9, "sum"), ("met", "text", 9),
        ("places_today", "count", 11, "sum"), ("places_plan", "count", 12, "sum"),
        ("places_required", "money", 12, "sum"), ("unmet_places_today", "money", 13, "sum"),
        ("unmet_places_plan", "money", 13, "sum"), ("covered_today", "share", 12), ("covered_plan", "share", 12),
    )  # fmt: skip
    rows: Rows = [
        [
            str(row.Index), _text(row.name), word("township_kind", row.kind), number(row.residents),
            number(row.under3), number(row.quota), number(row.existing), number(row.proposed), number(row.shortfall),
            yes_no(row.met) if row.quota else text("reports.no_quota"), number(row.places_today),
            number(row.places_plan), number(row.places_required), number(row.unmet_places_today),
            number(row.unmet_places_plan), number(row.covered_today_share),
            number(row.covered_plan_share),
        ]
        for row in outcome.townships.itertuples()
    ]  # fmt: skip
    return columns, rows


def estates(outcome: Outcome) -> Table:
    """小区配建核查: every estate, with its flag where it has one."""
    columns = _columns(
        ("id", "text", 10), ("estate", "text", 22), ("township", "text", 12), ("status", "text", 9),
        ("residents", "count", 11, "sum"), ("planned_residents", "count", 12), ("under3", "count", 11, "sum"),
        ("figure_method", "text", 12), ("flag", "text", 16), ("nearest", "text", 24), ("distance", "count", 10),
        ("distance_unit", "text", 7), ("reason", "text", 50), ("remedy", "text", 40), ("office_fills", "text", 16),
    )  # fmt: skip
    flags = (
        outcome.gaps[outcome.gaps["flag"] != "township_quota"]
        .drop_duplicates("subject_id")
        .set_index("subject_id")
    )
    names = _facility_names(outcome)
    rows: Rows = []
    for row in outcome.demand[outcome.demand["kind"] == "estate"].itertuples():
        gap = flags.loc[row.Index] if row.Index in flags.index else None
        rows.append(
            [
                str(row.Index), _text(row.name), _township(outcome, row.township_id), word("status", row.status),
                number(row.residents), number(row.planned_residents), number(row.under3),
                word("figure_method", row.residents_method), None if gap is None else word("flag", gap["flag"]),
                None if is_missing(row.nearest_today_id) else names.get(row.nearest_today_id),
                number(row.nearest_today_cost), word("unit", row.cost_unit),
                None if gap is None else _text(gap["reason"]), None if gap is None else _text(gap["remedy"]), None,
            ],
        )  # fmt: skip
    return columns, rows


def _candidate_rows(outcome: Outcome, rows: gpd.GeoDataFrame) -> Table:
    columns = _columns(
        ("id", "text", 10), ("name", "text", 28), ("township", "text", 12), ("candidate_kind", "text", 14),
        ("method", "text", 14), ("places", "count", 10, "sum"), ("area_m2", "count", 12), ("floor", "count", 8),
        ("cost", "money", 13), ("open_year", "text", 10), ("usable", "text", 8), ("unusable_reason", "text", 26),
        ("selected", "text", 10),
    )  # fmt: skip
    return columns, [
        [
            str(row.Index), _text(row.name), _township(outcome, row.township_id), word("candidate_kind", row.kind),
            word("method", row.method), number(row.places), number(row.area_m2), number(row.floor),
            number(row.cost_10k_yuan), _year(row.open_year), yes_no(row.usable), _text(row.unusable_reason),
            yes_no(row.selected),
        ]
        for row in rows.itertuples()
    ]  # fmt: skip


def _year(value: object) -> str | None:
    plain = number(value)
    return None if plain is None else f"{plain:g}"


def kindergartens(outcome: Outcome) -> Table:
    """幼儿园托班潜力."""
    return _candidate_rows(outcome, outcome.candidates[outcome.candidates["kind"] == "kindergarten"])


def workplaces(outcome: Outcome) -> Table:
    """工业园区与用人单位."""
    return _candidate_rows(
        outcome, outcome.candidates[outcome.candidates["kind"].isin(["industrial_park", "workplace"])]
    )


def sites(outcome: Outcome) -> Table:
    """规划设施, in the order in which to open them."""
    columns = _columns(
        ("order", "count", 7), ("id", "text", 10), ("name", "text", 28), ("township", "text", 12),
        ("candidate_kind", "text", 14), ("method", "text", 14), ("places", "count", 10, "sum"),
        ("gained_residents", "count", 13, "sum"), ("gained_under3", "count", 13, "sum"), ("area_m2", "count", 12),
        ("land_area_m2", "count", 12), ("land_use", "text", 18), ("allocated_land", "text", 9), ("reason", "text", 56),
    )  # fmt: skip
    rows: Rows = [
        [
            number(row.order), str(row.Index), _text(row.name), _township(outcome, row.township_id),
            word("candidate_kind", row.kind), word("method", row.method), number(row.places),
            number(row.gained_residents), number(row.gained_under3), number(row.area_m2), number(row.land_area_m2),
            _text(row.land_use), yes_no(row.allocated_land), _text(row.reason),
        ]
        for row in outcome.sites.itertuples()
    ]  # fmt: skip
    return columns, rows


def projects(outcome: Outcome) -> Table:
    """近期项目库: the sites as projects, with columns that the office fills in."""
    columns = _columns(
        ("order", "count", 7), ("project", "text", 28), ("township", "text", 12), ("method", "text", 14),
        ("places", "count", 10, "sum"), ("area_m2", "count", 12, "sum"), ("land_area_m2", "count", 12),
        ("cost", "money", 13, "sum"), ("open_year", "text", 10), ("department", "text", 18), ("funding", "text", 16),
    )  # fmt: skip
    rows: Rows = [
        [
            number(row.order), _text(row.name), _township(outcome, row.township_id), word("method", row.method),
            number(row.places), number(row.area_m2), number(row.land_area_m2), number(row.cost_10k_yuan),
            _year(row.open_year), None, None,
        ]
        for row in outcome.sites.itertuples()
    ]  # fmt: skip
    return columns, rows


def indicators(outcome: Outcome) -> Table:
    """指标完成: the policy's clauses, and coverage in every reading."""
    columns = _columns(
        ("clause", "text", 18), ("quotation", "text", 50), ("departments", "text", 30), ("observed_today", "text", 30),
        ("status_today", "text", 10), ("observed_plan", "text", 30), ("status_plan", "text", 10), ("target", "text", 26),
        ("remark", "text", 40),
    )  # fmt: skip
    rows: Rows = [
        [
            clause.id, clause.quotation, text("reports.comma").join(clause.departments), clause.observed_today,
            word("clause_status", clause.status_today), clause.observed_plan,
            word("clause_status", clause.status_plan), clause.target, clause.note or None,
        ]
        for clause in outcome.clauses
    ]  # fmt: skip
    for row in outcome.coverage.itertuples():
        rows.append(
            [
                text("reports.reading_headline") if row.headline else text("reports.reading"),
                text("reports.reading_label", label=row.label, scope=row.scope), None, _share(row.before), None,
                _share(row.after), None, None, None,
            ],
        )  # fmt: skip
    return columns, rows


def _share(value: float) -> str:
    # Rounded down, so that a share just under its target never prints as the target.
    return text("reports.no_figure") if is_missing(value) else f"{int(value * 1000 + 1e-6) / 1000:.1%}"


def coverage_parts(outcome: Outcome) -> Table:
    """分区覆盖面: every reading, by township and by kind of area."""
    columns = _columns(
        ("by", "text", 12), ("group", "text", 18), ("reading", "text", 26), ("headline", "text", 9),
        ("total", "count", 14), ("covered_n_today", "count", 13), ("share_today", "share", 12),
        ("covered_n_plan", "count", 13), ("share_plan", "share", 12),
    )  # fmt: skip
    headline = set(outcome.coverage.loc[outcome.coverage["headline"].astype(bool), "reading"])
    return columns, [
        [
            text(f"reports.by_{row.by}"), _text(row.name), row.label, yes_no(row.reading in headline), number(row.total),
            number(row.before_covered), number(row.before), number(row.after_covered), number(row.after),
        ]
        for row in outcome.coverage_groups.itertuples()
    ]  # fmt: skip


def coverage_curve(outcome: Outcome) -> Table:
    """覆盖面曲线: walking standards from 300 to 3,000 m."""
    columns = _columns(
        ("reading_scope", "text", 24), ("reading", "text", 26), ("walk_standard_m", "count", 12),
        ("share_today", "share", 12), ("share_plan", "share", 12),
    )  # fmt: skip
    return columns, [
        [
            text(f"coverage.scope_{row.scope}"), row.label, number(row.standard_m), number(row.before),
            number(row.after),
        ]
        for row in outcome.coverage_curve.itertuples()
    ]  # fmt: skip


def guidance(outcome: Outcome) -> Table:
    """入户指导名单: remote villages that no institution reaches today."""
    columns = _columns(
        ("id", "text", 15), ("village", "text", 18), ("township", "text", 12), ("residents", "count", 12, "sum"),
        ("under3", "count", 12, "sum"), ("nearest", "text", 26), ("distance", "count", 10), ("distance_unit", "text", 8),
        ("covered_with_plan", "text", 12), ("reason", "text", 46), ("asks", "text", 40), ("advisor", "text", 16),
    )  # fmt: skip
    names, covered = _facility_names(outcome), outcome.demand["covered_plan"]
    rows: Rows = [
        [
            str(row.subject_id), _text(row.name), _township(outcome, row.township_id), number(row.residents),
            number(row.under3), None if is_missing(row.nearest_id) else names.get(row.nearest_id),
            number(row.nearest_cost), word("unit", row.cost_unit), yes_no(covered.get(row.subject_id)),
            _text(row.reason), _text(row.asks), None,
        ]
        for row in outcome.gaps[outcome.gaps["flag"].eq("village_guidance")].itertuples()
    ]  # fmt: skip
    return columns, rows


def trace(outcome: Outcome) -> Table:
    """服务对应表: every community and village with the institution that serves it, today and with the plan."""
    columns = _columns(
        ("moment", "text", 10), ("id", "text", 10), ("community", "text", 22), ("township", "text", 12),
        ("residents", "count", 11), ("under3", "count", 11), ("served", "text", 9), ("institution", "text", 28),
        ("is_new", "text", 10), ("distance", "count", 10), ("distance_unit", "text", 7), ("standard", "count", 10),
        ("path_m", "count", 12), ("path_method", "text", 14),
    )  # fmt: skip
    rows: Rows = [
        [
            text(f"reports.moment_{row.moment}"), _text(row.demand_id), _text(row.name),
            _township(outcome, row.township_id), number(row.residents), number(row.under3), yes_no(row.served),
            _text(row.institution_name), yes_no(row.is_new) if row.served else None, number(row.cost),
            word("unit", row.cost_unit), number(row.standard), number(row.path_m),
            text(f"reports.path_{row.path_method}") if row.served else None,
        ]
        for row in outcome.trace.itertuples()
    ]  # fmt: skip
    return columns, rows


def data_findings(outcome: Outcome) -> Table:
    """数据问题."""
    columns = _columns(
        ("severity", "text", 9), ("layer", "text", 12), ("file", "text", 22), ("row", "count", 7),
        ("file_column", "text", 14), ("found", "text", 60), ("allowed", "text", 36), ("remedy", "text", 44),
    )  # fmt: skip
    rows: Rows = [
        [
            text(f"findings.severity_{finding.severity}"), text(f"findings.layer_{finding.layer}"),
            finding.file or None, finding.row, finding.column, finding.found, finding.allowed, finding.remedy,
        ]
        for finding in outcome.findings
    ]  # fmt: skip
    return columns, rows


TABLES: Mapping[str, Callable[[Outcome], Table]] = MappingProxyType(
    {
        "institutions": institutions,
        "townships": townships,
        "estates": estates,
        "kindergartens": kindergartens,
        "sites": sites,
        "projects": projects,
        "workplaces": workplaces,
        "guidance": guidance,
        "coverage_parts": coverage_parts,
        "coverage_curve": coverage_curve,
        "indicators": indicators,
        "trace": trace,
        "findings": data_findings,
    },
)
"""Sheets by name, in the workbook's order."""
