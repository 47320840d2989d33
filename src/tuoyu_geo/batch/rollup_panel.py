"""What stands beside the map of many counties: the sums, what is missing, prefectures and counties."""

from collections.abc import Mapping

from tuoyu_geo.batch.figures import CountyFigures, Total
from tuoyu_geo.batch.rollup import Rollup, counted_words, county_name, place_words, remark_words
from tuoyu_geo.maps.page import Figure, Panel, Row, Table
from tuoyu_geo.maps.scene import labels
from tuoyu_geo.maps.wording import dash, number, ratio, share
from tuoyu_geo.messages import text


def rollup_panel(view: Rollup, figures: Mapping[str, CountyFigures], *, placed: frozenset[str]) -> Panel:
    """The panel beside the map: `placed` are the keys of counties that the map shows."""
    whole = view.totals[0]
    return Panel(
        title=text("rollup.title"),
        audience=counted_words(whole),
        question=text("rollup.question"),
        figures=_figures(whole),
        tables=(
            *_missing_table(view, placed=placed),
            _level_table(view),
            _county_table(figures, placed=placed),
        ),
        notices=view.notices,
    )


def _figures(whole: Total) -> tuple[Figure, ...]:
    today, plan = whole.share("today"), whole.share("plan")
    reading = text(f"coverage.reading_{whole.bases[0].reading}") if len(whole.bases) == 1 else ""
    found = [
        Figure(
            label=text("rollup.figure_coverage", reading=reading)
            if reading
            else text("rollup.figure_coverage_any"),
            value=f"{dash(share(today))} → {dash(share(plan))}",
            remark=remark_words(whole) if today is None else "",
        ),
        Figure(
            label=text("rollup.figure_per_1000"),
            value=" → ".join(
                dash(ratio(whole.per_1000(*names)))
                for names in (("places_today",), ("places_today", "places_proposed"))
            ),
        ),
        Figure(
            label=text("rollup.figure_institutions"),
            value=text("words.plus").join(dash(number(whole.sum(name))) for name in ("counted", "proposed")),
        ),
        Figure(
            label=text("rollup.figure_places"),
            value=text("words.plus").join(
                dash(number(whole.sum(name))) for name in ("places_today", "places_proposed")
            ),
            remark=text("rollup.figure_required", n=dash(number(whole.sum("places_required")))),
        ),
        Figure(
            label=text("rollup.figure_quotas"),
            value=f"{dash(number(whole.sum('quotas_plan')))} / {dash(number(whole.sum('quotas')))}",
            remark=text("rollup.figure_quotas_today", n=dash(number(whole.sum("quotas_today")))),
        ),
        Figure(
            label=text("rollup.figure_short"),
            value=number(sum(one.sums["shortfalls"] > 0 for one in whole.counties)) or "",
            remark=text("rollup.figure_of", n=len(whole.counties)),
        ),
    ]
    return tuple(found)


def _missing_table(view: Rollup, *, placed: frozenset[str]) -> tuple[Table, ...]:
    if not view.failures:
        return ()
    rows = tuple(
        Row(
            cells=(county_name(one.record), one.record.county_code or one.record.key, one.reason),
            layer="missing" if one.record.key in placed else "",
            id=one.record.key,
            tone="bad",
        )
        for one in view.failures
    )
    columns = labels("rollup.column_county", "rollup.column_code", "rollup.column_reason")
    # a row that leads nowhere must not promise to: those on the map come first
    ordered = tuple(sorted(rows, key=lambda row: not row.layer))
    return (
        Table(title=text("rollup.table_missing"), columns=columns, rows=ordered, short=frozenset({0, 1})),
    )


def _level_table(view: Rollup) -> Table:
    rows = tuple(
        Row(
            cells=(
                place_words(total),
                text("rollup.fraction", n=len(total.counties), of=total.n_counties),
                dash(number(total.sum("residents"))),
                dash(share(total.share("today"))),
                dash(share(total.share("plan"))),
                dash(ratio(total.per_1000("places_today", "places_proposed"))),
            )
        )
        for total in view.totals
    )
    columns = ("place", "done", "residents", "today_share", "plan_share", "per_1000_plan")
    return Table(
        title=text("rollup.table_levels"),
        columns=labels(*(f"rollup.head_{name}" for name in columns)),
        rows=rows,
        numeric=frozenset({2, 3, 4, 5}),
        short=frozenset({0, 1}),
        remark=text("rollup.not_a_mean"),
    )


def _county_table(figures: Mapping[str, CountyFigures], *, placed: frozenset[str]) -> Table:
    rows = tuple(
        Row(
            cells=(
                county_name(county.record),
                dash(share(county.today_share)),
                dash(share(county.plan_share)),
                text("rollup.fraction", n=county.sums["quotas_plan"], of=county.sums["quotas"]),
                dash(number(county.sums["proposed"])),
                text("rollup.short_yes" if county.sums["shortfalls"] else "rollup.short_no"),
            ),
            layer="today" if key in placed else "",
            id=key,
            tone="bad" if county.sums["shortfalls"] else "good",
        )
        for key, county in figures.items()
    )
    columns = ("county", "today_share", "plan_share", "quotas", "proposed", "short")
    return Table(
        title=text("rollup.table_counties"),
        columns=labels(*(f"rollup.head_{name}" for name in columns)),
        rows=tuple(sorted(rows, key=lambda row: not row.layer)),
        numeric=frozenset({1, 2, 3, 4}),
        short=frozenset({5}),
    )
