"""rollup.html: the batch's counties by coverage, today and with their plans, with a link to each county's own map."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal
from urllib.parse import quote

import geopandas as gpd

from tuoyu_geo.batch.figures import CountyFigures, Total
from tuoyu_geo.batch.outlines import county_outlines, prefecture_outlines
from tuoyu_geo.batch.rollup import (
    Failure,
    Rollup,
    basis_words,
    county_name,
    place_words,
)
from tuoyu_geo.batch.rollup_panel import rollup_panel
from tuoyu_geo.maps import assets
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features, script_json
from tuoyu_geo.maps.page import Insert, OfflineMap, View
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import NOWHERE, bounds_of, labels
from tuoyu_geo.maps.wording import dash, number, ratio, share, word
from tuoyu_geo.messages import listed, text
from tuoyu_geo.outcome import ProjectNote

When = Literal["today", "plan"]

STEPS = (0.3, 0.5, 0.7, 0.9)
"""Where one class of coverage ends and the next begins, which has the step itself."""
_EDGE = "#5d6771"
_CLASSES = (
    Symbol(shape="area", fill="#b3402e", stroke=_EDGE, weight=1.0, opacity=0.75, hatch="cross"),
    Symbol(shape="area", fill="#e8976b", stroke=_EDGE, weight=1.0, opacity=0.75, hatch="right"),
    Symbol(shape="area", fill="#f3dfa2", stroke=_EDGE, weight=1.0, opacity=0.8),
    Symbol(shape="area", fill="#9cc8c0", stroke=_EDGE, weight=1.0, opacity=0.8),
    Symbol(shape="area", fill="#2c7f78", stroke=_EDGE, weight=1.0, opacity=0.75),
    Symbol(shape="area", fill="#f4f5f6", stroke=_EDGE, weight=1.0, opacity=0.8, dash="3 3"),
)
_MISSING = Symbol(shape="area", fill="#c9cdd2", stroke="#3f464d", weight=1.6, opacity=0.9, hatch="left")
_PREFECTURE = Symbol(shape="area", stroke="#1f2a35", weight=2.8)
_TOLERANCE_M = 60.0


def class_of(value: float | None) -> int:
    """Position in the classes; the last is for a county that has no share."""
    return len(STEPS) + 1 if value is None else sum(value >= step for step in STEPS)


def rollup_map(view: Rollup) -> OfflineMap:
    """Draw the counties."""
    outlines = county_outlines(view)
    figures = {county.record.key: county for county in view.counties}
    failures = {failure.record.key: failure for failure in view.failures}
    drawn = outlines[outlines.index.isin(list(figures))]
    bounds = bounds_of(outlines) or NOWHERE
    return OfflineMap(
        "rollup",
        note=_note(view),
        panel=rollup_panel(view, figures, placed=frozenset(map(str, outlines.index))),
        # the labels of what comes first are placed first
        layers=(
            _missing(outlines[outlines.index.isin(list(failures))], failures),
            _counties(drawn, figures, when="today"),
            _counties(drawn, figures, when="plan"),
            _prefectures(prefecture_outlines(view, outlines), view.totals),
        ),
        views=(View(name=text("rollup.whole"), bounds=bounds),),
        insert=_insert(),
    )


def _insert() -> Insert:
    words = {name: text(f"rollup.button_{name}") for name in ("today", "plan", "search")}
    script = f"TY.rollup = {script_json(words)};\n{assets.own('rollup.js')}"
    styles = '.ty-views button[aria-pressed="true"] { font-weight: bold; background: #dcebf3; }'
    return Insert(styles=styles, script=script, body="")


def _note(view: Rollup) -> ProjectNote:
    return ProjectNote(
        title=text("rollup.over"),
        county_name="",
        county_code="",
        prepared_by=text("reports.nobody"),
        date=view.date or text("reports.none"),
        crs=text("rollup.crs"),
        map_approval_number="",
        notices=view.notices,
        sources=(),
    )


def _counties(frame: gpd.GeoDataFrame, figures: Mapping[str, CountyFigures], *, when: When) -> LayerSpec:
    def describe(row: Any) -> Shown:  # noqa: ANN401  (a row of the frame)
        county = figures[row.Index]
        today, plan = county.today_share, county.plan_share
        name = county_name(county.record)
        return Shown(
            cls=class_of(today if when == "today" else plan),
            title=name,
            label=f"{name}\n{dash(share(today))} → {dash(share(plan))}" if when == "today" else None,
            values=_values(county),
            link=(f"{quote(county.record.folder)}/maps/overview.html", text("rollup.open")),
        )

    legend = [
        LegendRow(symbol=symbol, label=label) for symbol, label in zip(_CLASSES, _class_words(), strict=True)
    ]
    if all(county.today_share is not None and county.plan_share is not None for county in figures.values()):
        legend = legend[:-1]
    return LayerSpec(
        key=when,
        name=text(f"rollup.layer_{when}"),
        classes=_CLASSES,
        features=features(frame, describe=describe, simplify_m=_TOLERANCE_M, centred=when == "today"),
        legend=tuple(legend),
        fields=labels(*(f"rollup.field_{name}" for name in _FIELDS)),
        shown=when == "today",
        labelled=when == "today",
    )


_FIELDS = (
    "code", "basis", "coverage", "covered", "target", "residents", "under3", "institutions", "places", "places_required", "per_1000",
    "quotas", "shortfalls", "flags", "solver",
)  # fmt: skip


def _values(county: CountyFigures) -> tuple[str | None, ...]:
    sums = county.sums
    residents, places = sums["residents"], sums["places_today"]
    after = places + sums["places_proposed"]
    plus = text("words.plus").join
    covered = None
    if "people" in sums:
        covered = text(
            "rollup.covered",
            today=sums["covered_today"],
            plan=sums["covered_plan"],
            people=sums["people"],
        )
    flags = [f"{word('flag', kind)} {n:,}" for kind, n in county.flags.items() if n]
    return (
        county.record.county_code or county.record.key,
        basis_words(county.basis),
        f"{dash(share(county.today_share))} → {dash(share(county.plan_share))}",
        covered,
        share(county.target_share),
        number(residents),
        number(sums["under3"]),
        plus([dash(number(sums["counted"])), dash(number(sums["proposed"]))]),
        plus([dash(number(places)), dash(number(sums["places_proposed"]))]),
        number(sums["places_required"]),
        f"{ratio(1000 * places / residents)} → {ratio(1000 * after / residents)}" if residents else None,
        text("rollup.quotas", today=sums["quotas_today"], plan=sums["quotas_plan"], n=sums["quotas"]),
        text("rollup.shortfalls", n=sums["shortfalls"]) if sums["shortfalls"] else text("rollup.all_met"),
        listed(flags) or text("reports.none"),
        _solver_words(county),
    )


def _solver_words(county: CountyFigures) -> str | None:
    status = word("solver_status", county.solver_status)
    if county.solver_status == "optimal" or county.solver_gap is None:
        return status
    return text("rollup.with_gap", status=status, gap=county.solver_gap)


def _class_words() -> tuple[str, ...]:
    middle = [text("rollup.class_between", low=a, high=b) for a, b in pairwise(STEPS)]
    return (
        text("rollup.class_below", high=STEPS[0]),
        *middle,
        text("rollup.class_from", low=STEPS[-1]),
        text("rollup.class_none"),
    )


def _missing(frame: gpd.GeoDataFrame, failures: Mapping[str, Failure]) -> LayerSpec:
    def describe(row: Any) -> Shown:  # noqa: ANN401  (a row of the frame)
        failure = failures[row.Index]
        name = county_name(failure.record)
        return Shown(
            title=name,
            label=f"{name}\n{text('rollup.state_missing')}",
            values=(failure.record.county_code or failure.record.key, failure.reason, _first_words(failure)),
        )

    return LayerSpec(
        key="missing",
        name=text("rollup.layer_missing"),
        classes=(_MISSING,),
        features=features(frame, describe=describe, simplify_m=_TOLERANCE_M, centred=True),
        fields=labels("rollup.field_code", "rollup.field_reason", "rollup.field_findings"),
        labelled=True,
    )


def _first_words(failure: Failure) -> str | None:
    """The first error finding, and how many more there are."""
    if not failure.findings:
        return None
    first = f"{failure.findings[0]['file']}{text('words.colon')}{failure.findings[0]['found']}"
    more = len(failure.findings) - 1
    return first if not more else text("rollup.and_more", first=first, n=more)


def _prefectures(frame: gpd.GeoDataFrame, totals: tuple[Total, ...]) -> LayerSpec:
    names = {total.code: place_words(total) for total in totals if total.level == "prefecture"}
    return LayerSpec(
        key="prefectures",
        name=text("rollup.layer_prefectures"),
        classes=(_PREFECTURE,),
        features=features(
            frame, describe=lambda row: Shown(title=names[row.Index]), simplify_m=2 * _TOLERANCE_M
        ),
        interactive=False,
    )
