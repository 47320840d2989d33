"""联席会议's map: who is served today, who with the plan, and whether every township has its institutions."""

from typing import Any

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.clauses import clause_cards
from tuoyu_geo.maps.layers import LayerSpec, LegendRow
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.whatif import QuotaSymbols, what_if_insert
from tuoyu_geo.maps.wording import dash, missing, number, ratio, share
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

COVERED = Symbol(shape="circle", fill=palette.SKY, stroke="#2f7fb0", weight=0.8, opacity=0.85)
GAINED = Symbol(shape="diamond", fill=palette.GREEN, stroke=palette.WHITE, weight=0.8, opacity=0.9)
UNSERVED = Symbol(shape="triangle_down", fill=palette.ORANGE, stroke="#7a5200", weight=1.0, opacity=0.95)
REACH_TODAY = Symbol(shape="area", fill=palette.BLUE, stroke=palette.BLUE, weight=1.0, opacity=0.12)
REACH_PLAN = Symbol(shape="area", fill=palette.RED, stroke=palette.RED, weight=1.0, dash="4 3", opacity=0.08)

_EDGE = "#6c7680"
_QUOTA = {
    "met_today": Symbol(shape="area", fill="#b9d9cf", stroke=_EDGE, weight=1.3, opacity=0.6),
    "met_plan": Symbol(shape="area", fill="#e8e3b5", stroke=_EDGE, weight=1.3, opacity=0.6, hatch="right"),
    "not_met": Symbol(shape="area", fill="#e7a58b", stroke=_EDGE, weight=1.3, opacity=0.6, hatch="cross"),
    "no_quota": Symbol(shape="area", fill="#f1f2f3", stroke=_EDGE, weight=1.3, opacity=0.6),
}
_QUOTA_ORDER = tuple(_QUOTA)


def people_layers(scene: Scene) -> tuple[LayerSpec, ...]:
    """Where people live: served today, served by the plan alone, served by neither."""
    demand = scene.outcome.demand
    if demand.empty:
        covered = gained = unserved = demand
    else:
        today, plan = demand["covered_today"].astype(bool), demand["covered_plan"].astype(bool)
        covered, gained, unserved = demand[today], demand[~today & plan], demand[~today & ~plan]
    return tuple(
        common.demand_layer(scene, rows, key=key, name=text(f"maps.layer.{key}"), symbol=symbol)
        for rows, key, symbol in (
            (covered, "demand_covered", COVERED),
            (gained, "demand_gained", GAINED),
            (unserved, "demand_unserved", UNSERVED),
        )
    )


def overview_map(outcome: Outcome) -> OfflineMap:
    """Draw 联席会议's map."""
    scene = scene_of(outcome)
    water, streets = base.base_layers(scene, boundaries=False)
    layers = (
        _townships(scene),
        water,
        streets,
        base.service_areas(scene, phase="today", symbol=REACH_TODAY, shown=False),
        base.service_areas(scene, phase="plan", symbol=REACH_PLAN, shown=False),
        *people_layers(scene),
        *common.search_areas(scene),
        common.institutions(scene),
        common.sites(scene),
    )
    return OfflineMap(
        "overview",
        note=outcome.note,
        panel=_panel(scene),
        layers=layers,
        views=scene.views(),
        insert=what_if_insert(
            outcome,
            states={"unserved": UNSERVED, "gained": GAINED, "today": COVERED},
            quotas=QuotaSymbols(symbols=_QUOTA, state=quota_state),
        ),
    )


def _townships(scene: Scene) -> Any:  # noqa: ANN401
    def label(row: Any) -> str:  # noqa: ANN401
        if not row.quota:
            return str(row.name)
        have = text(
            "maps.overview.label",
            existing=number(row.existing),
            proposed=number(row.proposed),
            quota=number(row.quota),
        )
        return f"{row.name}\n{have}"

    return base.township_layer(
        scene,
        classes=tuple(_QUOTA.values()),
        classify=lambda row: _QUOTA_ORDER.index(quota_state(row)),
        label=label,
        legend=tuple(LegendRow(symbol=_QUOTA[key], label=text(f"maps.quota.{key}")) for key in _QUOTA_ORDER),
        name=text("maps.layer.quota"),
        interactive=True,
    )


def quota_state(row: Any) -> str:  # noqa: ANN401
    """A township's class: "met_today", "met_plan", "not_met" or "no_quota"."""
    if missing(row.quota) or not row.quota:
        return "no_quota"
    if row.existing >= row.quota:
        return "met_today"
    return "met_plan" if row.met else "not_met"


def _panel(scene: Scene) -> Panel:
    outcome = scene.outcome
    return Panel(
        title=text("maps.overview.title", county=outcome.note.county_name),
        audience=text("maps.overview.audience"),
        question=text("maps.overview.question"),
        figures=_figures(outcome),
        tables=(_quota_table(outcome), site_table(scene)),
        clauses=clause_cards(outcome),
        notices=scene.notices,
    )


def _figures(outcome: Outcome) -> tuple[Figure, ...]:
    summary = outcome.summary
    institutions, places = summary.get("institutions", {}), summary.get("places", {})
    found: list[Figure] = []
    coverage = outcome.coverage
    if not coverage.empty:
        # After the headline the share for whom there is a place: reach alone would promise one place to many.
        shown = coverage["headline"].astype(bool) | coverage["reading"].eq("residents_places")
        found.extend(
            Figure(
                label=text("maps.figure.coverage", reading=str(row.label)),
                value=f"{dash(share(row.before))} → {dash(share(row.after))}",
            )
            for row in coverage[shown].sort_values("headline", ascending=False, kind="stable").itertuples()
        )
    found.append(
        Figure(
            label=text("maps.figure.per_1000"),
            value=f"{dash(ratio(places.get('per_1000')))} → {dash(ratio(places.get('per_1000_plan')))}",
        )
    )
    found.append(
        Figure(
            label=text("maps.figure.institutions"),
            value=text("words.plus").join(
                dash(number(institutions.get(name))) for name in ("counted", "proposed")
            ),
        )
    )
    townships = outcome.townships
    if not townships.empty:
        asked = townships[townships["quota"] > 0]
        found.append(
            Figure(
                label=text("maps.figure.townships_met"),
                value=f"{int(asked['met'].astype(bool).sum())} / {len(asked)}",
                remark=text("maps.figure.met_today", n=int((asked["existing"] >= asked["quota"]).sum())),
            )
        )
    return tuple(found)


def _quota_table(outcome: Outcome) -> Table:
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                dash(number(row.quota)),
                dash(number(row.existing)),
                dash(number(row.proposed)),
                dash(share(row.covered_today_share)),
                dash(share(row.covered_plan_share)),
                text(f"maps.quota_short.{quota_state(row)}"),
            ),
            layer="townships",
            id=str(row.Index),
            tone={"not_met": "bad", "no_quota": ""}.get(quota_state(row), "good"),
        )
        for row in outcome.townships.itertuples()
    )
    return Table(
        title=text("maps.table.quota"),
        columns=labels(
            "maps.column.township",
            "maps.column.quota",
            "maps.column.existing",
            "maps.column.proposed",
            "maps.column.covered_today",
            "maps.column.covered_plan",
            "maps.column.quota_state",
        ),
        rows=rows,
        numeric=frozenset({1, 2, 3, 4, 5}),
        short=frozenset({0, 6}),
    )


def site_table(scene: Scene) -> Table:
    """The sites in their order."""
    frame = scene.outcome.sites
    ordered = frame if frame.empty else frame.sort_values("order", kind="stable")
    rows = tuple(
        Row(
            cells=(
                dash(number(row.order)),
                str(row.name),
                dash(scene.township(row.township_id)),
                dash(number(row.places)),
                dash(number(row.gained_residents)),
            ),
            layer="sites",
            id=str(row.Index),
        )
        for row in ordered.itertuples()
    )
    return Table(
        title=text("maps.table.sites"),
        columns=labels(
            "maps.column.order",
            "maps.column.site",
            "maps.column.township",
            "maps.column.places",
            "maps.column.gained_residents",
        ),
        rows=rows,
        numeric=frozenset({0, 3, 4}),
        short=frozenset({2}),
        remark=text("maps.table.sites_order"),
    )
