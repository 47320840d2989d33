"""Whether a layer's stated datum is probably wrong: the others are tried, against what else is known of the place.

A point of a wrong datum stands 500 to 1,200 m off, which townships' borders and roads can tell. What is compared is
how many rows stand in the township that the table names, how many stand inside the county, and how far the rows are
from the nearest road; the stated datum is doubted where another fits significantly better.
"""

from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.datum import from_wgs84, to_wgs84
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding
from tuoyu_geo.layers.townships import told_townships
from tuoyu_geo.messages import text

Floats = NDArray[np.float64]
DATUMS = ("wgs84", "gcj02", "bd09")
# Rows looked at, evenly spaced; more tell nothing new.
SAMPLE_ROWS = 2000
# McNemar's test on rows that one datum puts right and the other wrong: 5 % of one degree of freedom. A false alarm
# costs a question to the sender, a miss 600 m.
CHI2_5_PERCENT = 3.841
ROADSIDE_ROWS = 10
# Estates stand at a street: with a wrong datum the median distance to one grows to hundreds of metres.
ROADSIDE_M = 60.0
# Streets are compared with all places at once, which tells smaller distances from chance.
STREETSIDE_M = 10.0
CHI2_1_PERMILLE = 10.83


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Fit:
    """How well rows stand where they should, read in one datum.

    Attributes
    ----------
    label
        The datum, in words.
    wrong
        ``(n,)`` rows that stand outside the township they name, or outside the county.
    off_m
        Their mean distance from where they should be, over all rows [m].
    road_m
        Median distance to the nearest road [m]; NaN where there are none.
    """

    label: str
    wrong: NDArray[np.bool_]
    off_m: float
    road_m: float


def check_datum(
    frame: gpd.GeoDataFrame,
    *,
    townships: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
    source: LayerSource,
) -> list[Finding]:
    """A warning where another datum than the stated one fits clearly better, and by how much.

    Parameters
    ----------
    frame
        Rows in the project's metric CRS, as the stated datum puts them; column township, as the table has it.
    townships
        Polygons in the same CRS, index township_id.
    roads
        Lines in the same CRS; may be empty.
    source
        The layer's source, which states the datum.
    """
    placed = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if not len(placed) or not len(townships) or source.parameters is not None:
        return []
    step = max(1, len(placed) // SAMPLE_ROWS)
    placed = placed.iloc[::step]
    points = placed.geometry.representative_point()
    told = told_townships(placed, townships=townships)
    lonlat = points.to_crs("EPSG:4326")
    lon, lat = lonlat.x.to_numpy(), lonlat.y.to_numpy()
    fits = {
        name: _fit(label, moved, told=told, townships=townships, roads=roads)
        for name, label, moved in _readings(lon, lat, source=source, metric=str(frame.crs))
    }
    stated = fits.pop("stated")
    better = {name: fit for name, fit in fits.items() if _clearly_better(fit, stated)}
    if not better:
        return []
    best = min(better.values(), key=lambda fit: (int(fit.wrong.sum()), fit.off_m, np.nan_to_num(fit.road_m)))
    roadside = (
        text("layers.datum_roads", stated_m=stated.road_m, best_m=best.road_m)
        if np.isfinite(stated.road_m)
        else ""
    )
    return [
        layer_finding(
            source,
            "datum_doubtful",
            severity="warning",
            stated=stated.label,
            best=best.label,
            n=len(placed),
            n_stated=int(stated.wrong.sum()),
            n_best=int(best.wrong.sum()),
            stated_m=stated.off_m,
            best_m=best.off_m,
            roads=roadside,
            role=source.role,
        )
    ]


def _readings(lon: Floats, lat: Floats, *, source: LayerSource, metric: str) -> list[tuple[str, str, Floats]]:
    """The rows' places ``(n, 2)`` [m] under the stated datum and every other that their numbers may be in."""
    to_metric = _between("EPSG:4326", metric)

    def metres(x: Floats, y: Floats) -> Floats:
        return np.column_stack(to_metric.transform(x, y))

    own = source.datum if source.datum in {"gcj02", "bd09"} else "wgs84"
    raw = from_wgs84(lon, lat, datum=own)
    crs = None if source.crs is None else CRS.from_user_input(source.crs)
    stated = text(f"layers.datum_{source.datum}") if crs is None else f"{source.crs} {crs.name}"
    readings = [("stated", stated, metres(lon, lat))]
    for datum in DATUMS:
        if datum != own:
            readings.append((datum, text(f"layers.datum_{datum}"), metres(*to_wgs84(*raw, datum=datum))))
    if crs is not None and crs.is_projected:
        # A UTM grid of the same meridian reads the same easting, and a northing 1.1 km away.
        other = _sibling(crs)
        if other is not None:
            x, y = _between("EPSG:4326", crs).transform(lon, lat)
            back = _between(other, "EPSG:4326").transform(x, y)
            readings.append(("sibling", f"EPSG:{other.to_epsg()} {other.name}", metres(*back)))
    return readings


@cache
def _between(own: CRS | str, other: CRS | str) -> Transformer:
    # PROJ takes a tenth of a second to look one up, as long as a small layer takes to read.
    return Transformer.from_crs(own, other, always_xy=True)


def _sibling(crs: CRS) -> CRS | None:
    """The UTM zone of a Gauss-Krüger grid's meridian, or the Gauss-Krüger grid of a UTM zone's."""
    if crs.coordinate_operation is None:
        return None
    values = {one.name: float(one.value) for one in crs.coordinate_operation.params}
    meridian = values.get("Longitude of natural origin")
    if meridian is None or values.get("False easting") != 500_000.0 or meridian % 6 != 3:
        return None
    if crs.utm_zone is None:
        return CRS.from_epsg(32600 + int((meridian + 183) // 6))
    grid = 4502 + int((meridian - 75) // 6)
    return CRS.from_epsg(grid) if 4502 <= grid <= 4512 else None


def _fit(
    label: str,
    xy: Floats,
    *,
    told: NDArray[np.object_],
    townships: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame,
) -> _Fit:
    points = np.asarray(shapely.points(xy), dtype=object)
    shapes = np.asarray(townships.geometry.array, dtype=object)
    position = {one: k for k, one in enumerate(townships.index)}
    county = shapely.union_all(shapes)
    wanted = np.array([county if one is None else shapes[position[one]] for one in told], dtype=object)
    off_m = shapely.distance(points, wanted)
    return _Fit(
        label=label,
        wrong=off_m > 0,
        off_m=float(off_m.mean()),
        road_m=_to_roads(points, roads),
    )


def _to_roads(points: NDArray[np.object_], roads: gpd.GeoDataFrame) -> float:
    lines = np.asarray(roads.geometry.dropna().array, dtype=object)
    if not len(lines) or len(points) < ROADSIDE_ROWS:
        return float("nan")
    _, distance = shapely.STRtree(lines).query_nearest(points, return_distance=True, all_matches=False)
    return float(np.median(distance))


def _clearly_better(other: _Fit, stated: _Fit) -> bool:
    """Whether another reading puts significantly more rows right, or far nearer to the roads, and none worse."""
    gained = int((stated.wrong & ~other.wrong).sum())
    lost = int((~stated.wrong & other.wrong).sum())
    by_rows = gained > lost and (gained - lost) ** 2 > CHI2_5_PERCENT * (gained + lost)
    nearer = other.road_m < stated.road_m / 2 and stated.road_m > ROADSIDE_M
    farther = stated.road_m < other.road_m / 2 and other.road_m > ROADSIDE_M
    return (by_rows and not farther) or (nearer and gained >= lost)


def check_streets_datum(
    streets: gpd.GeoDataFrame, *, places: gpd.GeoSeries, source: LayerSource
) -> list[Finding]:
    """A warning where the streets of another datum than the stated one run far nearer to the places.

    Parameters
    ----------
    streets
        Lines in the project's metric CRS, as the stated datum puts them.
    places
        Where communities, villages, institutions and candidates stand, in the same CRS.
    source
        The streets' source, which states the datum.

    Notes
    -----
    A datum's shift is the same to a metre throughout a county. So the places are moved the other way in place of all
    streets.
    """
    shapes = places[~(places.isna() | places.is_empty)]
    if len(shapes) < ROADSIDE_ROWS or not len(streets) or source.parameters is not None:
        return []
    points = shapes.iloc[:: max(1, len(shapes) // SAMPLE_ROWS)].representative_point().to_crs("EPSG:4326")
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    own = source.datum if source.datum in {"gcj02", "bd09"} else "wgs84"
    to_metric = Transformer.from_crs("EPSG:4326", str(streets.crs), always_xy=True)
    tree = shapely.STRtree(np.asarray(streets.geometry.array, dtype=object))
    off_m = {}
    for datum in DATUMS:
        back = to_wgs84(*from_wgs84(lon, lat, datum=datum), datum=own)
        moved = shapely.points(np.column_stack(to_metric.transform(*back)))
        off_m[datum] = tree.query_nearest(moved, return_distance=True, all_matches=False)[1]
    stated = off_m.pop(own)
    best = min(off_m, key=lambda datum: float(np.median(off_m[datum])))
    stated_m, best_m = float(np.median(stated)), float(np.median(off_m[best]))
    nearer, farther = int((off_m[best] < stated).sum()), int((off_m[best] > stated).sum())
    sure = (nearer - farther) ** 2 > CHI2_1_PERMILLE * (nearer + farther)
    if not (stated_m > STREETSIDE_M and best_m < stated_m / 2 and nearer > farther and sure):
        return []
    return [
        layer_finding(
            source,
            "streets_datum",
            severity="warning",
            stated=source.crs or text(f"layers.datum_{source.datum}"),
            best=text(f"layers.datum_{best}"),
            n=len(stated),
            stated_m=stated_m,
            best_m=best_m,
        )
    ]
