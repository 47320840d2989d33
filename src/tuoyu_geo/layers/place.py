"""Where rows stand: coordinates of tables and shapes of vector files, brought to the project's metric CRS."""

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.datum import to_wgs84
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding
from tuoyu_geo.layers.values import plain_text, read_number

if TYPE_CHECKING:
    import pandas as pd

# PROJ shifts these datums to CGCS2000 by zero, which is wrong by up to 200 m: a parameter file is needed.
OLD_DATUMS = ("Xian 1980", "Xian_1980", "Beijing 1954", "Beijing_1954")
NORTHING_M = (1_800_000.0, 6_000_000.0)
LAT_DEGREES, LON_DEGREES = (3.0, 54.0), (73.0, 136.0)


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
    if _is_old(crs):
        return None, [layer_finding(source, "crs_old", found=f"{source.crs} {crs.name}")]
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
    if source.datum in {"gcj02", "bd09"}:
        shapes = _shift(shapes, datum=source.datum)
        crs = CRS.from_epsg(4326)
    moved = gpd.GeoSeries(shapes, crs=crs).to_crs(target)
    return np.asarray(moved.array, dtype=object), findings


def _shift(shapes: NDArray[np.object_], *, datum: str) -> NDArray[np.object_]:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum=datum))

    return np.asarray(shapely.transform(shapely.force_2d(shapes), move), dtype=object)


def _from_file(  # noqa: PLR0911  (a return a case)
    geometry: gpd.GeoSeries,
    *,
    source: LayerSource,
    crs: CRS,
) -> tuple[NDArray[np.object_], CRS, list[Finding]]:
    shapes = np.asarray(shapely.force_2d(geometry.array), dtype=object)
    own = geometry.crs
    if own is None:
        return shapes, crs, []
    if _is_old(own):
        return shapes, crs, [layer_finding(source, "crs_old", found=own.name)]
    both_degrees = own.is_geographic and crs.is_geographic
    # A projected file with a stated datum keeps its own projection; a stated code must be the file's.
    if both_degrees:
        return shapes, crs, []
    if source.datum in {"wgs84", "cgcs2000"} and own.is_projected:
        return shapes, own, []
    if source.crs is not None and own.equals(crs, ignore_axis_order=True):
        return shapes, crs, []
    if source.crs is not None and own.to_epsg(min_confidence=20) == crs.to_epsg():
        return shapes, crs, []
    stated = source.crs or source.datum
    return shapes, crs, [layer_finding(source, "crs_conflict", stated=stated, found=f"{own.name}")]


def _from_columns(
    raw: RawTable,
    *,
    columns: dict[str, str],
    source: LayerSource,
    crs: CRS,
) -> tuple[NDArray[np.object_], list[Finding]]:
    n = len(raw.frame)
    pair = ("lon", "lat") if crs.is_geographic else ("x", "y")
    other = ("x", "y") if crs.is_geographic else ("lon", "lat")
    if {*pair} <= columns.keys():
        first, second = (_numbers(raw.frame[columns[name]]) for name in pair)
        texts = [
            f"{a}, {b}" for a, b in zip(raw.frame[columns[pair[0]]], raw.frame[columns[pair[1]]], strict=True)
        ]
    elif "lonlat" in columns:
        first, second = _split(raw.frame[columns["lonlat"]])
        texts = [plain_text(value) for value in raw.frame[columns["lonlat"]]]
    elif {*other} <= columns.keys():
        found = "、".join(columns[name] for name in other)
        return np.full(n, None, dtype=object), [
            layer_finding(source, "coordinates_kind", found=found, crs=source.crs or source.datum)
        ]
    else:
        found = "、".join(map(str, raw.frame.columns))
        return np.full(n, None, dtype=object), [layer_finding(source, "coordinates_missing", found=found)]
    findings: list[Finding] = []
    if crs.is_geographic:
        swapped = _inside(first, LAT_DEGREES) & _inside(second, LON_DEGREES)
        first, second = np.where(swapped, second, first), np.where(swapped, first, second)
        findings += [
            layer_finding(source, "lonlat_swapped", severity="warning", row=raw.row[i], found=texts[i])
            for i in np.flatnonzero(swapped)
        ]
    elif n and _inside(first, NORTHING_M).sum() > n / 2 and not _inside(second, NORTHING_M).sum() > n / 2:
        # Survey tables call the northing X; magnitude tells.
        first, second = second, first
        findings.append(layer_finding(source, "xy_survey", severity="info"))
    ok = np.isfinite(first) & np.isfinite(second)
    if crs.is_geographic:
        sane = (np.abs(np.nan_to_num(first)) <= 180) & (np.abs(np.nan_to_num(second)) <= 90)
        ok &= sane
    findings += [
        layer_finding(source, "coordinates_unreadable", row=raw.row[i], found=texts[i])
        for i in np.flatnonzero(~ok)
    ]
    shapes = np.full(n, None, dtype=object)
    shapes[ok] = shapely.points(first[ok], second[ok])
    return shapes, findings


def _inside(values: NDArray[np.float64], span: tuple[float, float]) -> NDArray[np.bool_]:
    filled = np.nan_to_num(values, nan=-1.0)
    return (filled >= span[0]) & (filled <= span[1])


def _numbers(cells: "pd.Series[object]") -> NDArray[np.float64]:
    return np.array([_coordinate(cell) for cell in cells], dtype=float)


def _coordinate(cell: object) -> float:
    value = read_number(cell).value
    if isinstance(value, float):
        return value
    degrees = re.fullmatch(
        r"[ewns东经北纬]*\s*(\d{1,3})[°度]\s*(?:(\d{1,2}(?:\.\d+)?)['′分]\s*)?(?:(\d{1,2}(?:\.\d+)?)(?:\"|″|′′|''|秒))?\s*[ewns]?",
        plain_text(cell).lower(),
    )
    if degrees is None:
        return float("nan")
    whole, minutes, seconds = (float(part or 0) for part in degrees.groups())
    return whole + minutes / 60 + seconds / 3600


def _split(cells: "pd.Series[object]") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    parts = [re.split(r"[,，;；\s]+", plain_text(cell)) for cell in cells]
    pairs = [part if len(part) == 2 else ["", ""] for part in parts]
    return tuple(np.array([_coordinate(pair[k]) for pair in pairs], dtype=float) for k in (0, 1))  # type: ignore[return-value]
