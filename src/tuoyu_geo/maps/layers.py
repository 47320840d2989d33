"""From frames to what the page draws: features in WGS 84, each with its class and what its popup says."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuoyu_geo.content import content_hash
from tuoyu_geo.maps.palette import Symbol

WGS84 = "EPSG:4326"
DECIMALS = 5
"""Of a degree: about one metre, finer than a pixel at the closest zoom."""
MIN_VERTICES = 4
"""A ring of fewer is none."""
_POINTS = frozenset({"Point", "MultiPoint"})
_Features = tuple[dict[str, Any], ...]
Drawn = dict[str, _Features]
"""What several pages show, by the hash of what it was drawn from."""
_drawn: ContextVar[Drawn | None] = ContextVar("tuoyu_geo_drawn", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one row looks like and says.

    Attributes
    ----------
    cls
        Position in the layer's classes.
    title
        Head of the popup, also shown under the pointer.
    values
        One a field of the layer; None leaves the line out.
    radius
        Pixels at zoom 14, where it isn't the symbol's own.
    label
        Short text drawn on the symbol (a site's number) or, for areas with labels, at its middle.
    township_id, kind
        What the page filters by: the township it lies in, and its kind in words; None is not known.
    link
        Address relative to the page, and its words, at the popup's foot.
    """

    cls: int = 0
    title: str = ""
    values: tuple[str | None, ...] = ()
    radius: float | None = None
    label: str | None = None
    township_id: str | None = None
    kind: str | None = None
    link: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendRow:
    """A symbol and what it stands for."""

    symbol: Symbol
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One logical layer of a map: one entry of the layer control, one legend block.

    Attributes
    ----------
    key
        Stable name, used in element ids.
    name
        As the layer control shows it.
    classes
        Symbols that features point to.
    legend
        Rows below the layer's name; the first symbol stands beside the name when there is none.
    fields
        Labels of the popup's lines.
    features
        GeoJSON features.
    shown
        Whether it is on when the map opens.
    interactive
        Whether it answers to the pointer.
    labelled
        Whether areas carry their label.
    """

    key: str
    name: str
    classes: tuple[Symbol, ...]
    features: tuple[dict[str, Any], ...]
    legend: tuple[LegendRow, ...] = ()
    fields: tuple[str, ...] = ()
    shown: bool = True
    interactive: bool = True
    labelled: bool = False

    @property
    def symbol_count(self) -> int:
        """Features drawn."""
        return len(self.features)


def features(
    frame: gpd.GeoDataFrame,
    *,
    describe: Callable[[Any], Shown],
    simplify_m: float = 0.0,
    centred: bool = False,
) -> tuple[dict[str, Any], ...]:
    """GeoJSON features of a frame in metres, in the order of its rows.

    Parameters
    ----------
    frame
        Rows without a geometry are left out.
    describe
        Called with each row as ``itertuples`` gives it.
    simplify_m
        Tolerance in metres of the drawn outline.
    centred
        Add a point inside each area, for its label.
    """
    rows = present(frame)
    if rows.empty:
        return ()
    geometry = rows.geometry.simplify(simplify_m) if simplify_m else rows.geometry
    drawn = geometry.to_crs(WGS84).to_numpy()
    middles = rows.geometry.representative_point().to_crs(WGS84).to_numpy() if centred else drawn
    found = []
    # as objects, since columns of text and of shapes give theirs away slowly one by one
    tuples = pd.DataFrame(rows).astype(object).itertuples()
    for row, shape, middle in zip(tuples, _rounded(drawn), middles, strict=True):
        shown = describe(row)
        properties: dict[str, Any] = {"s": shown.cls, "t": shown.title}
        if any(value is not None for value in shown.values):  # noqa: PD011  (a field)
            properties["v"] = list(shown.values)
        if shown.radius is not None:
            properties["r"] = shown.radius
        if shown.label is not None:
            properties["n"] = shown.label
        if shown.township_id is not None:
            properties["g"] = shown.township_id
        if shown.kind is not None:
            properties["k"] = shown.kind
        if shown.link is not None:
            properties["h"] = shown.link
        if centred:
            properties["c"] = [round(middle.y, DECIMALS), round(middle.x, DECIMALS)]
        found.append({"type": "Feature", "id": str(row.Index), "properties": properties, "geometry": shape})
    return tuple(found)


def merged_lines(
    frame: gpd.GeoDataFrame, *, column: str, classify: Callable[[Any], int], n_classes: int, simplify_m: float
) -> tuple[dict[str, Any], ...]:
    """Lines as one feature a class: thousands of street segments become a few that draw quickly.

    Parameters
    ----------
    frame
        Rows without a geometry are left out.
    column, classify
        What gives a line its class, 0 to `n_classes` - 1.
    n_classes
        Number of classes.
    simplify_m
        Tolerance in metres of the drawn line.
    """
    rows = present(frame)
    if rows.empty:
        return ()
    values = rows[column].to_numpy(dtype=object)
    known = {value: classify(value) for value in dict.fromkeys(values)}
    cls = np.array([known[value] for value in values])
    lines = rows.geometry.to_numpy()
    return _once(
        lambda: tuple(
            _merged_line(lines[cls == wanted], wanted, simplify_m=simplify_m, crs=rows.crs)
            for wanted in range(n_classes)
            if (cls == wanted).any()
        ),
        made_from=(rows.geometry.array, cls, n_classes, simplify_m),
    )


def _merged_line(lines: NDArray[np.object_], cls: int, *, simplify_m: float, crs: Any) -> dict[str, Any]:  # noqa: ANN401
    merged = shapely.get_parts(shapely.line_merge(_gather(lines)))
    # one by one: all at once, keeping them from touching takes minutes on a large city
    simple = shapely.multilinestrings(shapely.simplify(merged, simplify_m, preserve_topology=False))
    (shape,) = _rounded(gpd.GeoSeries([simple], crs=crs).to_crs(WGS84).to_numpy())
    return {"type": "Feature", "id": str(cls), "properties": {"s": cls, "t": ""}, "geometry": shape}


@contextmanager
def drawn_once(kept: Drawn) -> Iterator[None]:
    """Within, lines that an earlier page merged are taken from what it left in `kept`, by the hash of what they are of."""
    before = _drawn.set(kept)
    try:
        yield
    finally:
        _drawn.reset(before)


def _once(draw: Callable[[], _Features], *, made_from: object) -> _Features:
    drawn = _drawn.get()
    if drawn is None:
        return draw()
    key = content_hash(made_from)
    if key not in drawn:
        drawn[key] = draw()
    return drawn[key]


def _gather(lines: NDArray[np.object_]) -> Any:  # noqa: ANN401
    # a layer of roads may hold multi-part lines, and stray points where a clip touched one
    parts = shapely.get_parts(lines)
    return shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])


def present(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows that can be drawn: a geometry that is there and not empty."""
    if frame.empty:
        return frame
    shapes = frame.geometry.to_numpy()
    return frame[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def _rounded(shapes: NDArray[np.object_]) -> list[dict[str, Any]]:
    """The shapes as GeoJSON geometries, to `DECIMALS`."""
    if len(shapes) and (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        # one by one, thousands of points take most of the time that a page takes
        xy = shapely.get_coordinates(shapes).round(DECIMALS).tolist()
        return [{"type": "Point", "coordinates": (x, y)} for x, y in xy]
    rounded = shapely.transform(shapes, lambda xy: xy.round(DECIMALS))
    return [_mapping(shape) for shape in rounded]


def _mapping(shape: Any) -> dict[str, Any]:  # noqa: ANN401
    """A geometry as GeoJSON; of many lines all vertices at once, where `mapping` takes each by itself."""
    if shape.geom_type != "MultiLineString":
        return shapely.geometry.mapping(shape)
    xy, line = shapely.get_coordinates(shapely.get_parts(shape), return_index=True)
    vertices = list(map(tuple, xy.tolist()))
    ends = np.append(np.flatnonzero(np.diff(line)) + 1, len(line)).tolist()
    lines = tuple(tuple(vertices[begin:end]) for begin, end in zip([0, *ends], ends, strict=False))
    return {"type": shape.geom_type, "coordinates": lines}


def packed(feature: dict[str, Any]) -> dict[str, Any]:
    """A feature as the page holds it: points as GeoJSON, lines and areas packed.

    A line or ring of n vertices is ``[x, y, dx, dy, ...]``, whole hundred-thousandths of a degree, each after the first
    vertex as its difference from the one before: a third of what GeoJSON takes. The page unpacks them.
    """
    return {**feature, "geometry": _packed_geometry(feature["geometry"])}


def _packed_geometry(geometry: dict[str, Any]) -> dict[str, Any]:
    if geometry["type"] in _POINTS:
        return geometry
    if geometry["type"] == "GeometryCollection":
        return {**geometry, "geometries": [_packed_geometry(part) for part in geometry["geometries"]]}
    return {"type": geometry["type"], "packed": _deltas(geometry["coordinates"])}


def _deltas(part: Sequence[Any]) -> list[Any]:
    """The same nesting, each line of positions as one list of differences."""
    if not part or not isinstance(part[0][0], float):
        return [_deltas(one) for one in part]
    x = y = None
    found: list[int] = []
    for position in part:
        next_x, next_y = round(position[0] * 10**DECIMALS), round(position[1] * 10**DECIMALS)
        if x is None or y is None:
            found += [next_x, next_y]
        # vertices that rounding brought together say nothing, unless too few would be left for a ring
        elif (next_x, next_y) != (x, y) or len(part) <= MIN_VERTICES:
            found += [next_x - x, next_y - y]
        x, y = next_x, next_y
    return found


def script_json(value: object) -> str:
    """JSON that can stand inside a script element, whatever text it holds.

    ``<``, ``>`` and ``&`` are written as escapes so that no data can close the element or open a comment, and
    U+2028 and U+2029 because older browsers end a line of script there.
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return written
