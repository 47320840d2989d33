"""Rows of the sheets about who is served: coverage by part and by standard, and the list for 入户指导."""

from typing import TYPE_CHECKING

from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import Hundredths, is_missing, judged, number, word, yes_no
from tuoyu_geo.reports.columns import Rows, Table, columns_of, plain, rows_of, township_names, way_word

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome


def coverage_parts(outcome: "Outcome") -> Table:
    """分区覆盖面: every reading, by township and by kind of area."""
    columns = columns_of(
        ("by", "text", 12), ("group", "text", 18), ("reading", "text", 26), ("headline", "text", 9),
        ("total", "count", 14), ("covered_n_today", "count", 13), ("share_today", "share", 12),
        ("covered_n_plan", "count", 13), ("share_plan", "share", 12),
    )  # fmt: skip
    headline = set(outcome.coverage.loc[outcome.coverage["headline"].astype(bool), "reading"])
    return columns, [
        [
            text(f"reports.by_{row.by}"), plain(row.name), row.label, yes_no(row.reading in headline),
            _amount(row.total, row.reading), _amount(row.before_covered, row.reading), judged(row.before, digits=3),
            _amount(row.after_covered, row.reading), judged(row.after, digits=3),
        ]
        for row in outcome.coverage_groups.itertuples()
    ]  # fmt: skip


def _amount(value: object, reading: str) -> float | int | None:
    """Persons or pieces as whole numbers, square kilometres to the hectare."""
    plain_number = number(value)
    return Hundredths(plain_number) if reading == "built_up" and plain_number is not None else plain_number


def coverage_curve(outcome: "Outcome") -> Table:
    """覆盖面曲线: walking standards from 300 to 3,000 m."""
    columns = columns_of(
        ("reading_scope", "text", 24), ("reading", "text", 26), ("walk_standard_m", "count", 12),
        ("share_today", "share", 12), ("share_plan", "share", 12),
    )  # fmt: skip
    return columns, [
        [
            text(f"coverage.scope_{row.scope}"), row.label, number(row.standard_m), judged(row.before, digits=3),
            judged(row.after, digits=3),
        ]
        for row in outcome.coverage_curve.itertuples()
    ]  # fmt: skip


def guidance(outcome: "Outcome") -> Table:
    """入户指导名单: remote villages that no institution reaches today."""
    township = township_names(outcome)
    columns = columns_of(
        ("id", "text", 15), ("village", "text", 18), ("township", "text", 12), ("residents", "count", 12, "sum"),
        ("under3", "count", 12, "sum"), ("nearest", "text", 26), ("distance", "count", 10), ("distance_unit", "text", 8),
        ("path_method", "text", 12),
        ("covered_with_plan", "text", 12), ("reason", "text", 46), ("asks", "text", 40), ("advisor", "text", 16, "fill"),
    )  # fmt: skip
    names = {**outcome.institutions["name"].to_dict(), **outcome.candidates["name"].to_dict()}
    covered = outcome.demand["covered_plan"]
    rows: Rows = [
        [
            str(row.subject_id), plain(row.name), township(row.township_id), number(row.residents),
            number(row.under3), None if is_missing(row.nearest_id) else names.get(row.nearest_id),
            number(row.nearest_cost), word("unit", row.cost_unit), way_word(row.nearest_method), yes_no(covered.get(row.subject_id)),
            plain(row.reason), plain(row.asks), None,
        ]
        for row in outcome.gaps[outcome.gaps["flag"].eq("village_guidance")].itertuples()
    ]  # fmt: skip
    return columns, rows


def trace(outcome: "Outcome") -> Table:
    """服务对应表: every community and village with the institution that its people go to, today and with the plan."""
    township = township_names(outcome)
    columns = columns_of(
        ("moment", "text", 10), ("id", "text", 10), ("community", "text", 22), ("township", "text", 12),
        ("residents", "count", 11), ("under3", "count", 11), ("state", "text", 20), ("institution", "text", 28),
        ("is_new", "text", 10), ("places_taken", "count", 11), ("places_missing", "count", 11), ("distance", "count", 10), ("distance_unit", "text", 7), ("standard", "count", 10),
        ("path_m", "count", 12), ("path_method", "text", 14),
    )  # fmt: skip
    rows: Rows = [
        [
            text(f"reports.moment_{row.moment}"), plain(row.demand_id), plain(row.name),
            township(row.township_id), number(row.residents), number(row.under3), text(f"trace.state_{row.state}"),
            plain(row.institution_name), yes_no(row.is_new) if row.served else None, number(row.places),
            number(row.places_short), number(row.cost),
            word("unit", row.cost_unit), number(row.standard), number(row.path_m),
            way_word(row.path_method) if row.served else None,
        ]
        for row in rows_of(outcome.trace)
    ]  # fmt: skip
    return columns, rows
