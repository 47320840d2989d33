"""A map for each township, which is responsible for what lies in it (属地管理): what it has, what it lacks, and who mends it."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.clauses import clause_cards
from tuoyu_geo.maps.health import guidance_layer, guidance_table, institution_table
from tuoyu_geo.maps.housing import FLAGS, flag_table, flagged_layer
from tuoyu_geo.maps.overview import REACH_PLAN, REACH_TODAY, people_layers, site_table
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.shown import TOWNSHIP, heading, narrowed
from tuoyu_geo.maps.wording import dash, number, share, yes_no
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.writing import file_names

# Streets and water are drawn this far over the township's boundary.
_MARGIN_M = 300.0


def township_stems(township_ids: Sequence[Hashable]) -> dict[str, Hashable]:
    """The stem of each township's map, ``townships/<code>``."""
    return {f"townships/{name}": township_id for township_id, name in file_names(township_ids).items()}


def county_scene(outcome: Outcome) -> Scene:
    """All that the townships' maps together are drawn from."""
    return scene_of(narrowed(outcome, TOWNSHIP, with_what_if=False))


def township_scene(county: Scene, township_id: Hashable) -> Scene:
    """All that a township's map is drawn from, and no more.

    Parameters
    ----------
    county
        The `county_scene` of what one run found out.
    township_id
        The township.
    """
    return _known(county, _part(county.outcome, township_id))


def township_map(scene: Scene) -> OfflineMap:
    """Draw a township's map from its `township_scene`."""
    return _township_map(scene, scene.outcome.townships.index[0])


def _known(whole: Scene, part: Outcome) -> Scene:
    """The scene of a part of the county, with the names that are said in it."""

    def ids(*columns: tuple[pd.DataFrame, str]) -> set[str]:
        return {str(one) for frame, name in columns if not frame.empty for one in frame[name].dropna()}

    towns = ids(
        *((frame, "township_id") for frame in (part.demand, part.institutions, part.sites, part.gaps))
    )
    facilities = ids(
        (part.demand, "nearest_today_id"), (part.demand, "nearest_plan_id"), (part.gaps, "nearest_id")
    )
    kept = {
        "townships": towns,
        "facilities": facilities,
        "homes": ids((part.service_areas, "facility_id")),
        "streets_today": ids((part.gaps, "subject_id")),
        "mends": {str(one) for one in part.gaps.index},
    }
    return Scene(
        outcome=replace(part, mends=part.mends.iloc[:0]),
        **{
            name: {key: value for key, value in getattr(whole, name).items() if key in wanted}
            for name, wanted in kept.items()
        },
    )


def _part(outcome: Outcome, township_id: Hashable) -> Outcome:
    """What lies in the township, and the institutions and sites elsewhere that its people go to."""

    def here(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame if frame.empty else frame[frame["township_id"].eq(township_id)]

    demand = here(outcome.demand)
    used = (
        set() if demand.empty else {*demand["nearest_today_id"].dropna(), *demand["nearest_plan_id"].dropna()}
    )

    def serving(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame if frame.empty else frame[frame["township_id"].eq(township_id) | frame.index.isin(used)]

    institutions, sites = serving(outcome.institutions), serving(outcome.sites)
    areas = outcome.service_areas
    if not areas.empty:
        areas = areas[areas["facility_id"].isin({*institutions.index, *sites.index})]
    township = outcome.townships.loc[[township_id]]
    shape = township.geometry.iloc[0]
    ground = None if shape is None or shape.is_empty else shape.buffer(_MARGIN_M)
    clauses = tuple(
        replace(
            one,
            places_today=(),
            places_plan=tuple(place for place in one.places_plan if place.township_id == str(township_id)),
        )
        for one in outcome.clauses
    )
    return replace(
        outcome,
        clauses=tuple(one if one.places_plan else heading(one) for one in clauses),
        townships=township,
        demand=demand,
        institutions=institutions,
        sites=sites,
        gaps=here(outcome.gaps),
        unserved=here(outcome.unserved),
        service_areas=areas,
        search_areas=_within(outcome.search_areas, ground),
        streets=_within(outcome.streets, ground),
        water=_clipped(_within(outcome.water, ground), ground),
    )


def _within(frame: gpd.GeoDataFrame, ground: shapely.Geometry | None) -> gpd.GeoDataFrame:
    if frame.empty or ground is None:
        return frame.iloc[:0]
    return frame.iloc[sorted(frame.sindex.query(ground, predicate="intersects"))]


def _clipped(frame: gpd.GeoDataFrame, ground: shapely.Geometry | None) -> gpd.GeoDataFrame:
    # a river crosses the county: all of it on every map would be most of each page
    if frame.empty or ground is None:
        return frame
    cut = frame.geometry.intersection(ground)
    return frame.set_geometry(cut)[~cut.is_empty]


def _township_map(scene: Scene, township_id: Hashable) -> OfflineMap:
    outcome = scene.outcome
    edge = Symbol(shape="area", stroke=palette.BLACK, weight=2.2, dash="8 4")
    layers = (
        *base.base_layers(scene, boundaries=False),
        base.edges_layer(scene, edge),
        base.service_areas(scene, phase="today", symbol=REACH_TODAY, shown=False),
        base.service_areas(scene, phase="plan", symbol=REACH_PLAN, shown=False),
        *people_layers(scene),
        *common.search_areas(scene),
        guidance_layer(scene),
        *(flagged_layer(scene, flag) for flag in reversed(FLAGS)),
        common.institutions(scene),
        # last, since its numbers have to be read above the marks of the estates they serve
        common.sites(scene),
    )
    return OfflineMap(
        "township",
        note=outcome.note,
        panel=_panel(scene, township_id),
        layers=layers,
        views=scene.views(urban=False),
    )


def _panel(scene: Scene, township_id: Hashable) -> Panel:
    outcome = scene.outcome
    row: Any = next(outcome.townships.itertuples())
    return Panel(
        title=text("maps.township.title", name=row.name),
        audience=text("maps.township.audience"),
        question=text("maps.township.question"),
        figures=_figures(scene, row),
        tables=(
            replace(site_table(scene), remark=text("maps.township.sites_remark")),
            replace(
                institution_table(scene, layer="institutions"),
                remark=text("maps.township.institutions_remark"),
            ),
            _unserved_table(scene),
            *(flag_table(scene, flag) for flag in FLAGS),
            guidance_table(scene),
        ),
        clauses=clause_cards(outcome, township_id=str(township_id)),
        notices=scene.notices,
    )


def _figures(scene: Scene, row: Any) -> tuple[Figure, ...]:  # noqa: ANN401
    demand, unserved = scene.outcome.demand, scene.outcome.unserved
    today = 0 if demand.empty else demand.loc[~demand["covered_today"].astype(bool), "under3"].sum()
    return (
        Figure(
            label=text("maps.township.institutions"),
            value=f"{dash(number(row.existing))}{text('words.plus')}{dash(number(row.proposed))} / {dash(number(row.quota))}",
            remark=text("maps.township.met", met=dash(yes_no(row.met)))
            if row.quota
            else text("maps.quota.no_quota"),
        ),
        Figure(
            label=text("maps.township.covered"),
            value=f"{dash(share(row.covered_today_share))} → {dash(share(row.covered_plan_share))}",
        ),
        Figure(
            label=text("maps.township.places"),
            value=f"{dash(number(row.places_today))} → {dash(number(row.places_plan))}",
            remark=text("maps.township.required", n=dash(number(row.places_required))),
        ),
        Figure(
            label=text("maps.township.unserved"),
            value=f"{dash(number(today))} → {dash(number(0 if unserved.empty else unserved['under3'].sum()))}",
        ),
    )


def _unserved_table(scene: Scene) -> Table:
    frame = scene.outcome.unserved
    ordered = frame if frame.empty else frame.sort_values("residents", ascending=False, kind="stable")
    return Table(
        title=text("maps.layer.demand_unserved"),
        columns=labels(
            "maps.column.place", "maps.column.residents", "maps.column.under3", "maps.field.nearest_plan"
        ),
        rows=tuple(
            Row(
                cells=(
                    str(row.name),
                    dash(number(row.residents)),
                    dash(number(row.under3)),
                    scene.nearest(
                        row.nearest_plan_id,
                        row.nearest_plan_cost,
                        row.cost_unit,
                        method=row.nearest_plan_method,
                        street=row.street_plan,
                    ),
                ),
                layer="demand_unserved",
                id=str(row.Index),
            )
            for row in ordered.itertuples()
        ),
        numeric=frozenset({1, 2}),
    )
