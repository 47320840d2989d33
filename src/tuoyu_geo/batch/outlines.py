"""Outlines of a batch's counties and prefectures, for drawing only."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from tuoyu_geo.batch.figures import PREFECTURE
from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.rollup import Rollup
from tuoyu_geo.project import open_project

LONLAT = "EPSG:4490"
SEAM_M = 200.0
"""Counties that lie no farther apart than twice this are neighbours without a gap."""
_HOLE_M2 = 1e6


def county_outlines(view: Rollup) -> gpd.GeoDataFrame:
    """The counties whose outline is known, dissolved from their townships.

    A failed county's comes from its last outputs, else from its townships' layer as far as that can be read; one whose
    worker was lost isn't read again here, since it may be too large for this machine.

    Returns
    -------
    Index: the county's key. In metres, in a plane of these counties' own.
    """
    found: dict[str, gpd.GeoSeries] = {}
    for record in view.records:
        townships = _written(view.folder / record.folder / "plan.gpkg")
        if townships is None and record.status == "failed" and not record.n_lost_workers and not record.fault:
            townships = _read(record)
        if townships is not None:
            found[record.key] = townships.to_crs(LONLAT)
    frame = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(
            [shapely.unary_union(townships.to_numpy()) for townships in found.values()],
            index=list(found),
            crs=LONLAT,
            dtype="geometry",
        )
    )
    if frame.empty:
        return frame
    west, south, east, north = np.round(frame.total_bounds, 1)
    plane = (
        f"+proj=laea +lat_0={(south + north) / 2:.2f} +lon_0={(west + east) / 2:.2f} +ellps=GRS80 +units=m"
    )
    frame = frame.to_crs(plane)
    whole = frame.geometry.buffer(1.0).buffer(-1.0)  # townships that were drawn apart by less than a step
    return frame.set_geometry(whole.map(_without_holes))


def prefecture_outlines(view: Rollup, outlines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Each prefecture's outline around the counties whose own is known; index: its four digits."""
    codes = {record.key: record.county_code[:PREFECTURE] for record in view.records}
    own: dict[str, list[BaseGeometry]] = {}
    for key, shape in outlines.geometry.items():
        own.setdefault(codes[str(key)], []).append(shape)
    shapes = {
        code: _without_holes(shapely.unary_union([one.buffer(SEAM_M) for one in parts]).buffer(-SEAM_M))
        for code, parts in sorted(own.items())
        if code
    }
    return gpd.GeoDataFrame(
        geometry=gpd.GeoSeries(list(shapes.values()), index=list(shapes), crs=outlines.crs, dtype="geometry")
    )


def _written(path: Path) -> gpd.GeoSeries | None:
    if not path.is_file():
        return None
    try:
        return _areas(pyogrio.read_dataframe(path, layer="townships", columns=[]))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return None


def _read(record: CountyRecord) -> gpd.GeoSeries | None:
    try:
        return _areas(open_project(record.project).check()[0].townships)
    except Exception:  # noqa: BLE001  (an outline for drawing: nothing that is wrong with one county stops the sums)
        return None


def _areas(frame: gpd.GeoDataFrame) -> gpd.GeoSeries | None:
    shapes = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    return None if shapes.empty or shapes.crs is None else shapes.make_valid()


def _without_holes(shape: BaseGeometry) -> BaseGeometry:
    """The shape without small holes, which are slivers between townships and not enclaves."""
    parts = [one for one in shapely.get_parts(shape) if isinstance(one, shapely.Polygon)]
    return shapely.unary_union(
        [
            shapely.Polygon(
                part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > _HOLE_M2]
            )
            for part in parts
        ]
    )
