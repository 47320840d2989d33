"""What lies below the points: water, streets, townships, and how far institutions reach."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd

from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features, merged_lines
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels
from tuoyu_geo.maps.wording import cost, number, plain, share, word, yes_no
from tuoyu_geo.messages import text

_MAIN_ROADS = frozenset({"motorway", "trunk", "primary", "secondary"})
_STREET_TOLERANCE_M = 5.0
_BOUNDARY_TOLERANCE_M = 15.0
_AREA_TOLERANCE_M = 10.0


def base_layers(scene: Scene, *, boundaries: bool = True) -> tuple[LayerSpec, ...]:
    """Water, streets and (where the map has no areas of its own) the townships' boundaries."""
    outcome = scene.outcome
    found = ground_layers(streets=outcome.streets, water=outcome.water)
    if boundaries:
        edge = Symbol(shape="area", stroke="#6c7680", weight=1.4, dash="6 3")
        found.append(edges_layer(scene, edge))
    return tuple(found)


def edges_layer(scene: Scene, edge: Symbol) -> LayerSpec:
    """The townships' boundaries and names alone, for maps whose areas say nothing."""
    return township_layer(
        scene,
        classes=(edge,),
        classify=lambda _row: 0,
        label=lambda row: str(row.name),
        legend=(),
        name=text("maps.layer.townships"),
        interactive=False,
    )


def ground_layers(*, streets: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> list[LayerSpec]:
    """Water and streets."""
    lake = Symbol(shape="area", fill="#cfe3f1", stroke="#9cc3de", weight=1.0, opacity=0.9)
    # A river drawn as a line must not be filled: that would make a lake of every bend.
    river = Symbol(shape="line", stroke="#9cc3de", weight=2.0)
    main = Symbol(shape="line", stroke="#b7a68a", weight=2.2)
    minor = Symbol(shape="line", stroke="#d3d6d9", weight=1.1)
    return [
        LayerSpec(
            key="water",
            name=text("maps.layer.water"),
            classes=(lake, river),
            features=features(
                water,
                describe=lambda row: Shown(cls=1 if "Line" in row.geometry.geom_type else 0),
                simplify_m=_AREA_TOLERANCE_M,
            ),
            interactive=False,
        ),
        LayerSpec(
            key="streets",
            name=text("maps.layer.streets"),
            classes=(main, minor),
            features=merged_lines(
                streets,
                column="road_class",
                classify=lambda kind: 0 if str(kind).removesuffix("_link") in _MAIN_ROADS else 1,
                n_classes=2,
                simplify_m=_STREET_TOLERANCE_M,
            ),
            legend=(
                LegendRow(symbol=main, label=text("maps.legend.main_road")),
                LegendRow(symbol=minor, label=text("maps.legend.minor_road")),
            ),
            interactive=False,
        ),
    ]


def boundary_layer(townships: gpd.GeoDataFrame) -> LayerSpec:
    """The townships' boundaries and names alone."""
    edge = Symbol(shape="area", stroke="#6c7680", weight=1.4, dash="6 3")
    return LayerSpec(
        key="townships",
        name=text("maps.layer.townships"),
        classes=(edge,),
        features=features(
            townships,
            describe=lambda row: Shown(label=str(row.name)),
            simplify_m=_BOUNDARY_TOLERANCE_M,
            centred=True,
        ),
        interactive=False,
        labelled=True,
    )


def township_layer(
    scene: Scene,
    *,
    classes: tuple[Symbol, ...],
    classify: Callable[[Any], int],
    label: Callable[[Any], str],
    legend: tuple[LegendRow, ...],
    name: str,
    interactive: bool,
) -> LayerSpec:
    """The townships with their labels; the popup gives quota, places and coverage."""
    fields = labels(
        "maps.field.kind",
        "maps.field.residents",
        "maps.field.under3",
        "maps.field.quota",
        "maps.field.existing",
        "maps.field.proposed",
        "maps.field.shortfall",
        "maps.field.met",
        "maps.field.places_today",
        "maps.field.places_plan",
        "maps.field.places_required",
        "maps.field.covered_today",
        "maps.field.covered_plan",
        "maps.field.reason",
        "maps.field.asks",
    )
    gaps = scene.outcome.gaps
    short = (
        {}
        if gaps.empty
        else {str(row.township_id): row for row in gaps[gaps["flag"] == "township_quota"].itertuples()}
    )

    def describe(row: Any) -> Shown:  # noqa: ANN401
        gap = short.get(str(row.Index))
        return Shown(
            cls=classify(row),
            title=str(row.name),
            label=label(row),
            values=(
                word("township_kind", row.kind),
                number(row.residents),
                number(row.under3),
                number(row.quota),
                number(row.existing),
                number(row.proposed),
                number(row.shortfall),
                yes_no(row.met),
                number(row.places_today),
                number(row.places_plan),
                number(row.places_required),
                share(row.covered_today_share),
                share(row.covered_plan_share),
                plain(gap.reason) if gap else None,
                plain(gap.asks) if gap else None,
            ),
        )

    return LayerSpec(
        key="townships",
        name=name,
        classes=classes,
        features=features(
            scene.outcome.townships, describe=describe, simplify_m=_BOUNDARY_TOLERANCE_M, centred=True
        ),
        legend=legend,
        fields=fields,
        interactive=interactive,
        labelled=True,
    )


def service_areas(scene: Scene, *, phase: str, symbol: Symbol, shown: bool) -> LayerSpec:
    """Where the institutions reach to; for the eye only, nobody is counted by these polygons."""
    frame = scene.outcome.service_areas
    rows = frame if frame.empty else frame[frame["phase"] == phase]
    return LayerSpec(
        key=f"service_{phase}",
        name=text(f"maps.layer.service_{phase}"),
        classes=(symbol,),
        features=features(
            rows,
            describe=lambda row: Shown(
                title=str(row.facility_name),
                values=(cost(row.band, str(row.unit)),),
                township_id=scene.homes.get(str(row.facility_id)),
            ),
            simplify_m=_AREA_TOLERANCE_M,
        ),
        fields=labels("maps.field.band"),
        shown=shown,
    )
