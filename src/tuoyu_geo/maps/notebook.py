"""A notebook's maps of what was handed in, and of what falls short: one page each that needs no network."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd

from tuoyu_geo.maps import base, palette
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features, present
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table, View
from tuoyu_geo.maps.palette import Symbol, radius_of_residents
from tuoyu_geo.maps.scene import NOWHERE, bounds_of, labels
from tuoyu_geo.maps.wording import cost, dash, missing, number, plain, word, yes_no
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Ground

# More cells of a population grid than this make a page too heavy for a notebook.
MOST_CELLS = 5000
_FLAGS = {
    "village_guidance": Symbol(shape="star", fill=palette.PURPLE, stroke="#8a3d69", weight=1.0),
    "built_missing": Symbol(shape="diamond", fill=palette.SKY, stroke="#2f7fb0", weight=1.0),
    "new_shared": Symbol(shape="square", fill=palette.YELLOW, stroke="#6b5f00", weight=1.2),
    "new_missing": Symbol(
        shape="triangle", fill=palette.VERMILION, stroke=palette.WHITE, weight=1.2, radius=7.5
    ),
    "township_quota": Symbol(shape="hexagon", stroke=palette.BLACK, weight=2.2, radius=9.0),
}
_COMMUNITIES = {
    "built": Symbol(shape="circle", fill=palette.SKY, stroke="#2f7fb0", weight=0.8),
    "under_construction": Symbol(shape="diamond", fill="#f3b58c", stroke=palette.VERMILION, weight=1.2),
    "planned": Symbol(shape="diamond", stroke=palette.VERMILION, weight=1.8),
}
_VILLAGE = Symbol(shape="triangle_down", fill=palette.GREEN, stroke="#00634a", weight=0.8)
_CELL = Symbol(shape="circle", fill=palette.PALE_GREY, stroke=palette.GREY, weight=0.4, radius=2.5)
_BUILT_UP = Symbol(shape="area", fill="#e9e2d6", stroke="#b9ac94", weight=0.8, opacity=0.6)
_INSTITUTIONS = {
    "registered": Symbol(shape="square", fill=palette.BLUE, stroke=palette.WHITE, weight=1.2, radius=7.5),
    "unregistered": Symbol(shape="triangle", fill=palette.GREY, stroke=palette.WHITE, weight=1.2, radius=7.5),
    "unknown": Symbol(shape="pentagon", stroke=palette.GREY, weight=1.8, radius=7.5),
}
_CANDIDATE = Symbol(shape="hexagon", stroke=palette.RED, weight=1.8)


def gaps_map(gaps: gpd.GeoDataFrame, *, ground: Ground) -> OfflineMap:
    """Draw what falls short, by kind of gap.

    Parameters
    ----------
    gaps
        As `gaps.flag_gaps` gives it; any part of it.
    ground
        Title block, boundaries, streets and water.
    """
    names = ground.townships["name"].to_dict()
    counts = gaps["flag"].value_counts()
    return OfflineMap(
        "gaps",
        note=ground.note,
        panel=Panel(
            title=text("maps.gaps.title", title=ground.note.title),
            audience=text("maps.access.audience"),
            question=text("maps.gaps.question"),
            figures=tuple(
                Figure(label=str(word("flag", flag)), value=str(counts.get(flag, 0))) for flag in _FLAGS
            ),
            notices=ground.note.notices,
        ),
        layers=(
            *base.ground_layers(streets=ground.streets, water=ground.water),
            base.boundary_layer(ground.townships),
            *(_flagged(gaps[gaps["flag"].eq(flag)], flag, names=names) for flag in _FLAGS),
        ),
        views=_views(ground.townships, gaps),
    )


def _flagged(rows: gpd.GeoDataFrame, flag: str, *, names: Mapping[Any, str]) -> LayerSpec:
    def describe(row: Any) -> Shown:  # noqa: ANN401
        return Shown(
            title=str(row.name),
            township_id=plain(row.township_id),
            kind=word("flag", flag),
            values=(
                names.get(row.township_id),
                word("status", row.status),
                number(row.residents),
                number(row.under3),
                None if missing(row.nearest_cost) else cost(row.nearest_cost, row.cost_unit),
                plain(row.reason),
                plain(row.asks),
                plain(row.remedy),
            ),
        )

    return LayerSpec(
        key=flag,
        name=str(word("flag", flag)),
        classes=(_FLAGS[flag],),
        features=features(rows, describe=describe),
        fields=labels(
            "maps.field.township",
            "maps.field.status",
            "maps.field.residents",
            "maps.field.under3",
            "maps.gaps.nearest",
            "maps.field.reason",
            "maps.field.asks",
            "maps.field.remedy",
        ),
    )


def layers_map(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    ground: Ground,
    findings: Mapping[str, Mapping[str, int]],
    n_unplaced: int,
) -> OfflineMap:
    """Draw what was handed in, as it was read.

    Parameters
    ----------
    layers
        Frames of `layers.Layers` by name: communities, villages, population, institutions, candidates, built_up.
    ground
        Title block, boundaries, streets and water.
    findings
        By layer and severity: how many findings there are.
    n_unplaced
        Communities and villages without a place; the map says how many it can't show.
    """
    names = ground.townships["name"].to_dict()
    placed = [layers[name] for name in ("communities", "villages", "institutions", "candidates")]
    found = gpd.GeoSeries(
        [shape for frame in placed for shape in present(frame).geometry], crs=ground.townships.crs
    ).to_frame("geometry")
    return OfflineMap(
        "layers",
        note=ground.note,
        panel=Panel(
            title=text("maps.given.title", title=ground.note.title),
            audience=text("maps.access.audience"),
            question=text("maps.given.question"),
            tables=(_findings_table(findings),),
            notices=(*ground.note.notices, *_left_out(layers["population"], n_unplaced=n_unplaced)),
        ),
        layers=(
            *base.ground_layers(streets=ground.streets, water=ground.water),
            _plain("built_up", layers["built_up"], _BUILT_UP),
            base.boundary_layer(ground.townships),
            _people(_cells(layers["population"]), "population", {"": _CELL}, names=names),
            _people(layers["villages"], "villages", {"": _VILLAGE}, names=names),
            _people(layers["communities"], "communities", _COMMUNITIES, names=names),
            _candidates(layers["candidates"], names=names),
            _institutions(layers["institutions"], names=names),
        ),
        views=_views(ground.townships, found),
    )


def _cells(population: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return population.iloc[:0] if len(population) > MOST_CELLS else population


def _left_out(population: gpd.GeoDataFrame, *, n_unplaced: int) -> tuple[str, ...]:
    """What the map doesn't show, in words."""
    cells, unplaced = len(population) > MOST_CELLS, n_unplaced > 0
    return (
        *((text("maps.given.cells", n=len(population)),) if cells else ()),
        *((text("maps.given.unplaced", n=n_unplaced),) if unplaced else ()),
    )


def _plain(role: str, rows: gpd.GeoDataFrame, symbol: Symbol) -> LayerSpec:
    return LayerSpec(
        key=role,
        name=str(word("role", role)),
        classes=(symbol,),
        features=features(rows, describe=lambda _row: Shown(), simplify_m=10.0),
        interactive=False,
    )


def _people(
    rows: gpd.GeoDataFrame, role: str, classes: Mapping[str, Symbol], *, names: Mapping[Any, str]
) -> LayerSpec:
    """Where people live: estates by how far they are built, villages, cells of a grid."""
    order = list(classes)

    def describe(row: Any) -> Shown:  # noqa: ANN401
        status = getattr(row, "status", None)
        return Shown(
            cls=0 if len(order) == 1 or missing(status) else order.index(str(status)),
            title=_named(row),
            radius=None if role == "population" else radius_of_residents(_figure(row.residents)),
            township_id=plain(row.township_id),
            values=(
                names.get(row.township_id),
                None if missing(status) else word("status", status),
                number(row.residents),
                number(getattr(row, "households", None)),
                number(getattr(row, "under3", None)),
                word("quality", getattr(row, "quality", None)),
                number(getattr(row, "source_row", None)),
            ),
        )

    return LayerSpec(
        key=role,
        name=str(word("role", role)),
        classes=tuple(classes.values()),
        # Points for areas: an estate's outline is smaller than its symbol on a county's map.
        features=features(_pointed(rows), describe=describe),
        legend=()
        if len(order) == 1
        else tuple(LegendRow(symbol=one, label=str(word("status", name))) for name, one in classes.items()),
        fields=labels(
            "maps.field.township",
            "maps.field.status",
            "maps.field.residents",
            "maps.given.households",
            "maps.field.under3",
            "maps.given.quality",
            "maps.given.row",
        ),
    )


def _institutions(rows: gpd.GeoDataFrame, *, names: Mapping[Any, str]) -> LayerSpec:
    order = list(_INSTITUTIONS)

    def describe(row: Any) -> Shown:  # noqa: ANN401
        return Shown(
            cls=order.index("unknown" if missing(row.registration) else row.registration),
            title=_named(row),
            township_id=plain(row.township_id),
            kind=word("institution_kind", row.kind),
            values=(
                names.get(row.township_id),
                word("institution_kind", row.kind),
                number(row.places),
                number(row.enrolled),
                word("quality", getattr(row, "quality", None)),
                number(getattr(row, "source_row", None)),
            ),
        )

    return LayerSpec(
        key="institutions",
        name=str(word("role", "institutions")),
        classes=tuple(_INSTITUTIONS.values()),
        features=features(_pointed(rows), describe=describe),
        legend=tuple(
            LegendRow(symbol=one, label=str(word("registration", name)))
            for name, one in _INSTITUTIONS.items()
        ),
        fields=labels(
            "maps.field.township",
            "maps.field.kind",
            "maps.field.places",
            "maps.field.enrolled",
            "maps.given.quality",
            "maps.given.row",
        ),
    )


def _candidates(rows: gpd.GeoDataFrame, *, names: Mapping[Any, str]) -> LayerSpec:
    def describe(row: Any) -> Shown:  # noqa: ANN401
        return Shown(
            title=_named(row),
            township_id=plain(row.township_id),
            kind=word("candidate_kind", row.kind),
            values=(
                names.get(row.township_id),
                word("candidate_kind", row.kind),
                word("method", row.method),
                number(row.places),
                number(row.area_m2),
                yes_no(row.allocated_land),
                plain(row.exclusion),
                word("quality", getattr(row, "quality", None)),
                number(getattr(row, "source_row", None)),
            ),
        )

    return LayerSpec(
        key="candidates",
        name=str(word("role", "candidates")),
        classes=(_CANDIDATE,),
        features=features(_pointed(rows), describe=describe),
        fields=labels(
            "maps.field.township",
            "maps.field.kind",
            "maps.field.method",
            "maps.field.places",
            "maps.field.area",
            "maps.field.allocated",
            "maps.field.exclusion",
            "maps.given.quality",
            "maps.given.row",
        ),
    )


def _findings_table(findings: Mapping[str, Mapping[str, int]]) -> Table:
    severities = ("error", "warning", "info")
    return Table(
        title=text("maps.given.findings"),
        columns=(
            text("layers.listing_layer"),
            *(text(f"findings.severity_{one}") for one in severities),
        ),
        rows=tuple(
            Row(
                cells=(
                    text(f"findings.layer_{layer}"),
                    *(dash(number(counts.get(one, 0))) for one in severities),
                )
            )
            for layer, counts in findings.items()
        ),
        numeric=frozenset({1, 2, 3}),
    )


def _pointed(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shown = present(rows)
    return shown if shown.empty else shown.set_geometry(shown.geometry.representative_point())


def _named(row: Any) -> str:  # noqa: ANN401
    """A row's name, or its id where it has none."""
    name = getattr(row, "name", None)
    return str(row.Index) if missing(name) else str(name)


def _figure(value: Any) -> float:  # noqa: ANN401
    return 0.0 if missing(value) else float(value)


def _views(townships: gpd.GeoDataFrame, shown: gpd.GeoDataFrame) -> Sequence[View]:
    whole = bounds_of(townships) or bounds_of(shown) or NOWHERE
    return (View(name=text("maps.page.whole"), bounds=whole),)
