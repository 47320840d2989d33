"""Where rows stand: coordinates of tables and shapes of vector files, brought to the project's metric CRS."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.coordinates import LAT_DEGREES, LON_DEGREES, in_zone_of, read_pairs
from tuoyu_geo.layers.datum import to_wgs84
from tuoyu_geo.layers.old_datum import SevenParameters, read_parameters, to_cgcs2000
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding

# PROJ shifts these datums to CGCS2000 by zero, which is wrong by up to 200 m: a parameter file is needed.
OLD_DATUMS = ("Xian 1980", "Xian_1980", "Beijing 1954", "Beijing_1954")
# A grid of a town's own bears any name; its parameters may look like a national grid's.
LOCAL_GRID = re.compile(r"独立|地方|自定|假定|local|custom|user.?defined", re.IGNORECASE)


def stated_crs(source: LayerSource) -> tuple[CRS | None, list[Finding]]:
    """The CRS of a layer's coordinates as the project states it, before any shift of datum."""
    if (source.crs is None) == (source.datum is None):
        code = "crs_missing" if source.crs is None else "crs_both"
        return None, [layer_finding(source, code, role=source.role)]
    if source.crs is None:
        return CRS.from_epsg(4490 if source.datum == "cgcs2000" else 4326), []
    try:
        crs = CRS.from_user_input(source.crs)
    except CRSError:
        return None, [layer_finding(source, "crs_unknown", found=source.crs)]
    if _is_old(crs) and source.parameters is None:
        return None, [layer_finding(source, "crs_old", found=f"{source.crs} {crs.name}")]
    if source.parameters is not None and not _is_old(crs):
        return None, [layer_finding(source, "parameters_idle", found=f"{source.crs} {crs.name}")]
    return crs, []


def _is_old(crs: CRS) -> bool:
    name = "" if crs.datum is None else crs.datum.name
    return any(old.lower() in name.lower() for old in OLD_DATUMS)


def place_rows(
    raw: RawTable,
    *,
    columns: dict[str, str],
    source: LayerSource,
    target: str,
) -> tuple[NDArray[np.object_], list[Finding]]:
    """``(n,)`` shapes in the target CRS, None where a row has none; and findings.

    Parameters
    ----------
    raw
        Rows as read.
    columns
        The file's column for each field.
    source
        The layer's source.
    target
        Metric CRS, as ``EPSG:n``.
    """
    crs, findings = stated_crs(source)
    if crs is None:
        return np.full(len(raw.frame), None, dtype=object), findings
    if raw.geometry is None:
        shapes, notes = _from_columns(raw, columns=columns, source=source, crs=crs)
    else:
        shapes, crs, notes = _from_file(raw.geometry, source=source, crs=crs)
    findings += notes
    if any(finding.severity == "error" and finding.row is None for finding in findings):
        return np.full(len(raw.frame), None, dtype=object), findings
    if source.parameters is not None:
        try:
            parameters = read_parameters(source.parameters)
        except ValueError as error:
            reason = layer_finding(source, "parameters_wrong", path=source.parameters.name, found=error)
            return np.full(len(raw.frame), None, dtype=object), [*findings, reason]
        shapes = _from_old(shapes, crs=crs, parameters=parameters)
        crs = CRS.from_epsg(4490)
        findings.append(
            layer_finding(
                source, "old_datum_shifted", severity="info", found=source.crs, origin=parameters.source
            )
        )
    if source.datum in {"gcj02", "bd09"}:
        shapes = _shift(shapes, datum=source.datum)
        crs = CRS.from_epsg(4326)
    moved = gpd.GeoSeries(shapes, crs=crs).to_crs(target)
    return np.asarray(moved.array, dtype=object), findings


def _shift(shapes: NDArray[np.object_], *, datum: str) -> NDArray[np.object_]:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum=datum))

    return np.asarray(shapely.transform(shapely.force_2d(shapes), move), dtype=object)


def _from_old(shapes: NDArray[np.object_], *, crs: CRS, parameters: SevenParameters) -> NDArray[np.object_]:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], crs=crs, parameters=parameters))

    return np.asarray(shapely.transform(shapely.force_2d(shapes), move), dtype=object)


def _from_file(
    geometry: gpd.GeoSeries,
    *,
    source: LayerSource,
    crs: CRS,
) -> tuple[NDArray[np.object_], CRS, list[Finding]]:
    shapes = np.asarray(shapely.force_2d(geometry.array), dtype=object)
    used, findings = _crs_of_file(geometry.crs, source=source, crs=crs)
    if findings:
        return shapes, crs, findings
    shapes, findings = _by_magnitude(shapes, source=source, crs=used)
    return shapes, used, findings


def _crs_of_file(own: CRS | None, *, source: LayerSource, crs: CRS) -> tuple[CRS, list[Finding]]:
    """The CRS of a file's shapes: the one stated, unless the file's own projection stands on the stated datum."""
    if own is None:
        return crs, []
    if _is_old(own) and not _is_old(crs):
        return crs, [layer_finding(source, "crs_old", found=own.name)]
    if LOCAL_GRID.search(own.name):
        return crs, [layer_finding(source, "crs_local", found=own.name)]
    # A projected file with a stated datum keeps its own projection; a stated code must be the file's.
    if source.datum in {"wgs84", "cgcs2000"} and own.is_projected:
        return own, []
    same = own.equals(crs, ignore_axis_order=True) or (
        source.crs is not None and own.to_epsg(min_confidence=20) == crs.to_epsg()
    )
    if (own.is_geographic and crs.is_geographic) or (source.crs is not None and same):
        return crs, []
    stated = source.crs or source.datum
    return crs, [layer_finding(source, "crs_conflict", stated=stated, found=f"{own.name}")]


def _by_magnitude(
    shapes: NDArray[np.object_], *, source: LayerSource, crs: CRS
) -> tuple[NDArray[np.object_], list[Finding]]:
    """Shapes whose numbers fit the CRS: degrees or metres, longitude first, the zone where it belongs."""
    bounds = shapely.bounds(shapes)
    known = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(known):
        return shapes, []
    low, high = known[:, :2].min(axis=0), known[:, 2:].max(axis=0)
    degrees = bool((np.abs([low, high]) <= 180).all())
    if degrees != crs.is_geographic:
        found = f"{low[0]:g}, {low[1]:g}"
        return shapes, [layer_finding(source, "coordinates_kind", found=found, crs=crs.name)]
    if crs.is_geographic:
        swapped = (
            LAT_DEGREES[0] <= low[0] <= high[0] <= LAT_DEGREES[1]
            and LON_DEGREES[0] <= low[1] <= high[1] <= LON_DEGREES[1]
        )
        if not swapped:
            return shapes, []
        turned = shapely.transform(shapes, lambda xy: xy[:, ::-1])
        return np.asarray(turned, dtype=object), [
            layer_finding(source, "lonlat_swapped", severity="warning", found=f"{low[0]:g}, {low[1]:g}")
        ]
    east, findings = in_zone_of(np.array([low[0], high[0]]), crs=crs, source=source)
    shift = float(east[0] - low[0])
    if shift == 0.0:
        return shapes, findings
    return np.asarray(
        shapely.transform(shapes, lambda xy: xy + np.array([shift, 0.0])), dtype=object
    ), findings


def _from_columns(
    raw: RawTable,
    *,
    columns: dict[str, str],
    source: LayerSource,
    crs: CRS,
) -> tuple[NDArray[np.object_], list[Finding]]:
    shapes = np.full(len(raw.frame), None, dtype=object)
    pairs = read_pairs(raw, columns=columns, source=source, crs=crs)
    if isinstance(pairs, list):
        return shapes, pairs
    ok = np.isfinite(pairs.first) & np.isfinite(pairs.second)
    findings = [
        *pairs.findings,
        *(
            replace(
                layer_finding(source, "coordinates_unreadable", row=raw.row[i], found=pairs.texts[i]),
                original=pairs.texts[i],
            )
            for i in np.flatnonzero(~ok)
        ),
    ]
    shapes[ok] = shapely.points(pairs.first[ok], pairs.second[ok])
    return shapes, findings
