"""A road layer to a street network: the adapter between GeoDataFrames and arrays."""

import geopandas as gpd
import numpy as np
import shapely

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.geodesy import metric_crs
from tuoyu_geo.network.noding import from_lines
from tuoyu_geo.network.speed import stated_kph
from tuoyu_geo.network.street import CONNECTOR, Ints, StreetNetwork

_ONEWAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}


def from_roads(roads: gpd.GeoDataFrame) -> StreetNetwork:
    """A network of a road layer.

    Parameters
    ----------
    roads
        LineStrings or MultiLineStrings in a metric reference system; empty shapes are passed over. The columns
        `road_class`, `bridge`, `tunnel` (bool), `oneway` ("yes", "-1" or None) and `maxspeed` (text, as `stated_kph`
        reads it) are used when they are there.

    Raises
    ------
    NetworkError
        No reference system or one that isn't in metres, a shape that is no line, or no street at all.
    """
    crs = metric_crs(roads.crs if roads.crs is not None else "")
    shapes = np.asarray(roads.geometry.array)
    row = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    kinds = shapely.get_type_id(shapes[row])
    wrong = ~np.isin(kinds, (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING))
    if wrong.any():
        first = int(row[wrong][0])
        raise NetworkError(text("network.not_lines", row=first + 1, found=shapes[first].geom_type))
    parts, part_of = shapely.get_parts(shapes[row], return_index=True)
    row = row[part_of]
    coords, line = shapely.get_coordinates(parts, return_index=True)
    oneway = _column(roads, "oneway", row)
    return from_lines(
        coords,
        np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(parts)))]),
        road_class=[value if isinstance(value, str) else None for value in _column(roads, "road_class", row)],
        oneway=[_ONEWAY.get(str(value), 0) for value in oneway],
        bridge=[_is_true(value) for value in _column(roads, "bridge", row)],
        tunnel=[_is_true(value) for value in _column(roads, "tunnel", row)],
        speed_kph=[stated_kph(value) for value in _column(roads, "maxspeed", row)],
        crs=crs.to_string(),
    )


def street_lines(network: StreetNetwork) -> gpd.GeoDataFrame:
    """The streets as lines with their `road_class`, for drawing; connectors of points are left out."""
    street = np.flatnonzero(~network.edges_of(CONNECTOR))
    count = np.diff(network.offsets)[street]
    first = np.repeat(network.offsets[street] - np.cumsum(count) + count, count)
    lines = shapely.linestrings(
        network.coords[first + np.arange(count.sum())], indices=np.repeat(np.arange(len(street)), count)
    )
    names = np.array(network.class_names, dtype=object)
    return gpd.GeoDataFrame(
        {"road_class": names[network.class_code[street]]}, geometry=lines, crs=network.crs
    )


def _is_true(value: object) -> bool:
    return isinstance(value, bool | np.bool_) and bool(value)


def _column(roads: gpd.GeoDataFrame, name: str, row: Ints) -> list[object]:
    return list(roads[name].iloc[row]) if name in roads.columns else [None] * len(row)
