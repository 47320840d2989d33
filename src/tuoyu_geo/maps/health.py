"""卫健局's map: which institutions are registered and how full they are, and who can't reach one."""

from typing import Any

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.wording import dash, missing, number, plain, share, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

_USE = {"low": "#a6cee3", "middle": palette.SKY, "high": "#0b4f8a", "unknown": "#ffffff"}
"""Share of the places in use, pale to dark: readable in grey too."""

_USE_ORDER = tuple(_USE)
_LOW_BELOW = 0.6
_HIGH_FROM = 0.9
_SHAPES = {"registered": "square", "unregistered": "triangle", "unknown": "pentagon"}

_UNSERVED_PLAN = Symbol(
    shape="triangle_down", fill=palette.ORANGE, stroke="#7a5200", weight=1.0, opacity=0.95
)
_UNSERVED_TODAY = Symbol(shape="diamond", fill="#a8d5c4", stroke="#00664b", weight=1.0, opacity=0.9)
_GUIDANCE = Symbol(shape="star", fill=palette.PURPLE, stroke="#6d2b52", weight=1.0, radius=8)


def health_map(outcome: Outcome) -> OfflineMap:
    """Draw 卫健局's map."""
    scene = scene_of(outcome)
    demand = outcome.demand
    today_only = (
        demand
        if demand.empty
        else demand[~demand["covered_today"].astype(bool) & demand["covered_plan"].astype(bool)]
    )
    layers = (
        *base.base_layers(scene),
        common.demand_layer(
            scene,
            today_only,
            key="unserved_today",
            name=text("maps.layer.unserved_today"),
            symbol=_UNSERVED_TODAY,
        ),
        common.demand_layer(
            scene,
            outcome.unserved,
            key="unserved_plan",
            name=text("maps.layer.unserved_plan"),
            symbol=_UNSERVED_PLAN,
        ),
        guidance_layer(scene),
        common.sites(scene),
        *(_institutions(scene, registration) for registration in ("unknown", "unregistered", "registered")),
    )
    return OfflineMap("health", note=outcome.note, panel=_panel(scene), layers=layers, views=scene.views())


def use_state(row: Any) -> str:  # noqa: ANN401
    """How full an institution is: "low" below 60 %, "high" from 90 % on, "middle" between, or "unknown"."""
    if missing(row.places) or missing(row.enrolled) or not row.places:
        return "unknown"
    used = row.enrolled / row.places
    if used < _LOW_BELOW:
        return "low"
    return "high" if used >= _HIGH_FROM else "middle"


def _institutions(scene: Scene, registration: str) -> LayerSpec:
    frame = scene.outcome.institutions
    if frame.empty:
        rows = frame
    else:
        known = frame["registration"].where(frame["registration"].isin(list(_SHAPES)), "unknown")
        rows = frame[known == registration]
    classes = tuple(
        Symbol(
            shape=_SHAPES[registration],
            fill=_USE[use],
            stroke=palette.BLACK,
            weight=1.4,
            radius=8.5,
            opacity=1.0,
        )
        for use in _USE_ORDER
    )
    return LayerSpec(
        key=f"institutions_{registration}",
        name=text(f"maps.layer.institutions_{registration}"),
        classes=classes,
        features=features(
            rows,
            describe=lambda row: Shown(
                cls=_USE_ORDER.index(use_state(row)),
                title=str(row.name),
                values=common.institution_values(scene, row),
                township_id=plain(row.township_id),
                kind=word("institution_kind", row.kind),
            ),
        ),
        # the colours mean the same in all three layers: said once, at the top one
        legend=tuple(
            LegendRow(symbol=symbol, label=text(f"maps.use.{use}"))
            for use, symbol in zip(_USE_ORDER, classes, strict=True)
        )
        if registration == "registered"
        else (),
        fields=labels(*common.INSTITUTION_FIELDS),
    )


def guidance_layer(scene: Scene) -> LayerSpec:
    """Villages for 入户指导."""
    gaps = scene.outcome.gaps
    rows = gaps if gaps.empty else gaps[gaps["flag"] == "village_guidance"]
    return LayerSpec(
        key="village_guidance",
        name=text("maps.layer.village_guidance"),
        classes=(_GUIDANCE,),
        features=features(rows, describe=lambda row: common.gap_shown(scene, row)),
        fields=labels(*common.GAP_FIELDS),
    )


def _panel(scene: Scene) -> Panel:
    outcome = scene.outcome
    return Panel(
        title=text("maps.health.title", county=outcome.note.county_name),
        audience=text("maps.health.audience"),
        question=text("maps.health.question"),
        figures=_figures(outcome),
        tables=(institution_table(scene), _places_table(outcome), guidance_table(scene)),
        notices=scene.notices,
    )


def _figures(outcome: Outcome) -> tuple[Figure, ...]:
    institutions, demand, unserved = outcome.institutions, outcome.demand, outcome.unserved
    if institutions.empty:
        registered, places, enrolled = 0, None, None
    else:
        registered = int((institutions["registration"] == "registered").sum())
        places, enrolled = institutions["places"].sum(min_count=1), institutions["enrolled"].sum(min_count=1)
    today = 0 if demand.empty else demand.loc[~demand["covered_today"].astype(bool), "under3"].sum()
    plan = 0 if unserved.empty else unserved["under3"].sum()
    return (
        Figure(label=text("maps.figure.registered"), value=f"{registered} / {len(institutions)}"),
        Figure(
            label=text("maps.figure.enrolled"), value=f"{dash(number(enrolled))} / {dash(number(places))}"
        ),
        Figure(label=text("maps.figure.unserved_today"), value=dash(number(today))),
        Figure(label=text("maps.figure.unserved_plan"), value=dash(number(plan))),
        Figure(
            label=text("maps.figure.places_short"),
            value=dash(number(_places_short(outcome))),
        ),
    )


def _places_short(outcome: Outcome) -> float | None:
    """Places that the ratio asks for and the plan doesn't bring, in the whole county."""
    places = outcome.summary.get("places", {})
    if not places:
        return None
    return max(float(places["required"] - places["existing"] - places["proposed"]), 0.0)


def institution_table(scene: Scene, *, layer: str | None = None) -> Table:
    """Institutions, those first that call for action; rows go to `layer`, else to the layer of their registration."""
    frame = scene.outcome.institutions
    if not frame.empty:
        # what calls for action first
        rank = frame["registration"].map({"unregistered": 0, "unknown": 1, "registered": 2}).fillna(1)
        frame = frame.assign(_rank=rank).sort_values("_rank", kind="stable").drop(columns="_rank")
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                dash(scene.township(row.township_id)),
                dash(number(row.enrolled)) + " / " + dash(number(row.places)),
                dash(word("registration", row.registration)),
            ),
            layer=layer or "institutions_" + (row.registration if row.registration in _SHAPES else "unknown"),
            id=str(row.Index),
            tone="good" if row.registration == "registered" else "bad",
        )
        for row in frame.itertuples()
    )
    return Table(
        title=text("maps.table.institutions"),
        columns=labels(
            "maps.column.institution",
            "maps.column.township",
            "maps.column.enrolled_places",
            "maps.column.registration",
        ),
        rows=rows,
        numeric=frozenset({2}),
        short=frozenset({1, 3}),
    )


def _places_table(outcome: Outcome) -> Table:
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                dash(number(row.under3)),
                dash(number(row.places_today)),
                dash(number(row.places_plan)),
                dash(number(row.places_required)),
                dash(number(max(row.places_required - row.places_plan, 0.0))),
                dash(number(row.unmet_places_plan, digits=1)),
                dash(share(row.covered_plan_share)),
            ),
            layer="townships",
            id=str(row.Index),
        )
        for row in outcome.townships.itertuples()
    )
    return Table(
        title=text("maps.table.places"),
        columns=labels(
            "maps.column.township",
            "maps.column.under3",
            "maps.column.places_today",
            "maps.column.places_plan",
            "maps.column.places_required",
            "maps.column.places_short",
            "maps.column.places_unmet",
            "maps.column.covered_plan",
        ),
        rows=rows,
        numeric=frozenset({1, 2, 3, 4, 5, 6, 7}),
        short=frozenset({0}),
        remark=text("maps.table.places_remark"),
    )


def guidance_table(scene: Scene) -> Table:
    """Villages for 入户指导."""
    gaps = scene.outcome.gaps
    wanted = gaps if gaps.empty else gaps[gaps["flag"] == "village_guidance"]
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                dash(scene.township(row.township_id)),
                dash(number(row.under3)),
                dash(plain(row.remedy)),
            ),
            layer="village_guidance",
            id=str(row.Index),
        )
        for row in wanted.itertuples()
    )
    return Table(
        title=text("maps.table.guidance"),
        columns=labels(
            "maps.column.village", "maps.column.township", "maps.column.under3", "maps.column.remedy"
        ),
        rows=rows,
        numeric=frozenset({2}),
        short=frozenset({1}),
    )
