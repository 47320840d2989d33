"""Coordinates as people write them: one column or two, degrees and minutes, swapped, with a zone before the easting."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.reading import is_too_long, plain_text, says_nothing
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding
from tuoyu_geo.layers.values import read_number
from tuoyu_geo.messages import listed

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
NORTHING_M = (1_800_000.0, 6_000_000.0)
LAT_DEGREES, LON_DEGREES = (3.0, 54.0), (73.0, 136.0)
# A Gauss-Krüger easting carries its zone in the millions: 39 536 051 stands in zone 39.
ZONE_M = 1_000_000.0
_DMS = re.compile(
    r"[-ewns东西经北南纬度:]*\s*(\d{1,3})\s*[°度º˚]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’分]\s*)?"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|”|′′|''|’’|秒))?\s*[ewns]?"
)
_BARE = re.compile(r"[0-9]{1,9}\.[0-9]{1,15}")
_DECIMAL = r"[-+]?\d+(?:\.\d+)?"
_DEGREES = r"\d{1,3}\s*[°度º˚](?:\s*\d[\d.]*\s*['′’分])?(?:\s*\d[\d.]*\s*(?:\"|″|”|′′|''|’’|秒))?"
_LABEL = r"(?:东经|北纬|经度|纬度|lng|lon|long|lat|longitude|latitude|x|y|e|n)?\s*[:=]?\s*"
_PAIR = re.compile(
    rf"(?:point)?\s*[(\[{{]?\s*({_LABEL}(?:{_DEGREES}|{_DECIMAL}\s*°?)\s*[en]?)\s*[,;、/|\s]\s*"
    rf"({_LABEL}(?:{_DEGREES}|{_DECIMAL}\s*°?)\s*[en]?)\s*[)\]}}]?\.?"
)
_LABELLED = re.compile(
    r"^(?:东经|北纬|经度|纬度|lng|longitude|long|lon|latitude|lat|x|y|e|n)?\s*[:=]?\s*|\s*[en°]$"
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pairs:
    """What rows say of where they stand.

    Attributes
    ----------
    first, second
        ``(n,)`` easting or longitude, and northing or latitude; NaN where a row can't be read.
    texts
        What stands in the cells.
    findings
        What was noticed.
    """

    first: Floats
    second: Floats
    texts: list[str]
    findings: tuple[Finding, ...] = ()


def read_pairs(
    raw: RawTable, *, columns: dict[str, str], source: LayerSource, crs: CRS
) -> Pairs | list[Finding]:
    """The two coordinates of each row of a table, in the order of the CRS's easting or longitude first.

    Columns are told by their names, and whether they hold degrees or metres, and which is which, by magnitude:
    survey tables call the northing X.

    Returns
    -------
    The pairs; or findings where no column holds coordinates of the stated kind.
    """
    frame = raw.frame
    two = [pair for pair in (("lon", "lat"), ("x", "y")) if {*pair} <= columns.keys()]
    if not crs.is_geographic:
        two.reverse()
    read = [
        Pairs(
            first=_numbers(frame[columns[pair[0]]]),
            second=_numbers(frame[columns[pair[1]]]),
            texts=_joined(frame[columns[pair[0]]], frame[columns[pair[1]]]),
        )
        for pair in two
    ]
    if "lonlat" in columns:
        cells = frame[columns["lonlat"]]
        first, second = _split(cells)
        read.append(Pairs(first=first, second=second, texts=[plain_text(cell) for cell in cells]))
    if not read:
        return [layer_finding(source, "coordinates_missing", found=listed(map(str, frame.columns)))]
    fitting = [pairs for pairs in read if _may_be(pairs, degrees=crs.is_geographic)]
    if not fitting:
        known = [columns[name] for name in ("lon", "lat", "x", "y", "lonlat") if name in columns]
        sample = next((one for one in read[0].texts if one), "")
        found = f"{'、'.join(known)}：{sample}"
        return [layer_finding(source, "coordinates_kind", found=found, crs=source.crs or source.datum)]
    pairs = fitting[0]
    nowhere = (pairs.first == 0) & (pairs.second == 0)
    pairs = replace(
        pairs, first=np.where(nowhere, np.nan, pairs.first), second=np.where(nowhere, np.nan, pairs.second)
    )
    if crs.is_geographic:
        return _degrees_in_order(pairs, raw, source)
    return _metres_in_order(pairs, raw, source, crs)


def _joined(first: "pd.Series[object]", second: "pd.Series[object]") -> list[str]:
    return [f"{plain_text(a)}, {plain_text(b)}" for a, b in zip(first, second, strict=True)]


def _may_be(pairs: Pairs, *, degrees: bool) -> bool:
    """Whether most pairs are degrees, or most are not; pairs that can't be read may be either."""
    known = np.isfinite(pairs.first) & np.isfinite(pairs.second)
    small = (np.abs(pairs.first[known]) <= 180) & (np.abs(pairs.second[known]) <= 180)
    return not known.any() or (float(small.mean()) > 0.5) == degrees


def _degrees_in_order(pairs: Pairs, raw: RawTable, source: LayerSource) -> Pairs:
    first, second = pairs.first, pairs.second
    swapped = _inside(first, LAT_DEGREES) & _inside(second, LON_DEGREES)
    lon, lat = np.where(swapped, second, first), np.where(swapped, first, second)
    findings = [
        layer_finding(source, "lonlat_swapped", severity="warning", row=raw.row[i], found=pairs.texts[i])
        for i in np.flatnonzero(swapped)
    ]
    sane = (np.abs(np.nan_to_num(lon)) <= 180) & (np.abs(np.nan_to_num(lat)) <= 90)
    # A tenth of a degree is 11 km: whoever rounded so far has lost the place.
    coarse = np.isfinite(lon) & np.isfinite(lat) & sane & (_decimals(lon) <= 1) & (_decimals(lat) <= 1)
    findings += [
        layer_finding(source, "coordinates_coarse", severity="warning", row=raw.row[i], found=pairs.texts[i])
        for i in np.flatnonzero(coarse)
    ]
    return replace(
        pairs,
        first=np.where(sane, lon, np.nan),
        second=np.where(sane, lat, np.nan),
        findings=tuple(findings),
    )


def _decimals(degrees: Floats) -> NDArray[np.int64]:
    """1 where a tenth of a degree says all, else 9; anything beyond 180 degrees is no degree."""
    sane = np.where(np.abs(degrees) <= 180, degrees, np.nan)
    return np.where(np.isclose(sane, np.round(sane, 1), atol=1e-9), 1, 9)


def _metres_in_order(pairs: Pairs, raw: RawTable, source: LayerSource, crs: CRS) -> Pairs:
    first, second = pairs.first, pairs.second
    known = np.isfinite(first) & np.isfinite(second)
    # An easting of zone 39 is 39 million; no northing of the country is above 6.
    swapped = _inside(first, NORTHING_M) & ~_inside(second, NORTHING_M)
    findings: list[Finding] = []
    if known.any() and swapped[known].all():
        findings.append(layer_finding(source, "xy_survey", severity="info"))
    else:
        findings += [
            layer_finding(source, "xy_swapped", severity="warning", row=raw.row[i], found=pairs.texts[i])
            for i in np.flatnonzero(swapped)
        ]
    east, north = np.where(swapped, second, first), np.where(swapped, first, second)
    east, notes = in_zone_of(east, crs=crs, source=source)
    return replace(pairs, first=east, second=north, findings=tuple(findings + notes))


def in_zone_of(east: Floats, *, crs: CRS, source: LayerSource) -> tuple[Floats, list[Finding]]:
    """Eastings with the zone before them exactly where the CRS has it.

    Returns
    -------
    ``(n,)`` eastings; and findings: which zone was taken off or put on, or that the zone is another one.
    """
    false_easting, meridian = _grid_of(crs)
    known = np.isfinite(east)
    if false_easting is None or meridian is None or not known.any():
        return east, []
    own_zone, zones = int(false_easting // ZONE_M), np.floor(np.where(known, east, 0.0) / ZONE_M)
    zone = float(np.median(zones[known]))
    with_zone = zones[known] == zone
    if zone == own_zone or not with_zone.all():
        return east, []
    if zone == 0:
        note = layer_finding(source, "zone_added", severity="info", zone=own_zone, crs=crs.name)
        return east + own_zone * ZONE_M, [note]
    # A 3-degree zone stands at 3 degrees times its number, a 6-degree zone at 6 times less 3.
    if own_zone == 0 and any(np.isclose(meridian, one) for one in (zone * 3, zone * 6 - 3)):
        note = layer_finding(source, "zone_removed", severity="info", zone=int(zone), crs=crs.name)
        return east - zone * ZONE_M, [note]
    note = layer_finding(source, "zone_other", zone=int(zone), crs=crs.name, meridian=meridian)
    return east, [note]


def _grid_of(crs: CRS) -> tuple[float | None, float | None]:
    """False easting [m] and central meridian [degrees] of a transverse Mercator grid."""
    if crs.coordinate_operation is None:
        return None, None
    values = {one.name: float(one.value) for one in crs.coordinate_operation.params}
    return values.get("False easting"), values.get("Longitude of natural origin")


def _inside(values: Floats, span: tuple[float, float]) -> NDArray[np.bool_]:
    filled = np.nan_to_num(values, nan=-1.0)
    return (filled >= span[0]) & (filled <= span[1])


def _numbers(cells: "pd.Series[object]") -> Floats:
    return np.array([read_coordinate(cell) for cell in cells], dtype=float)


def read_coordinate(cell: object) -> float:
    """One coordinate: 117.36, 117.36°E, 117°21′36″, 536051.67; NaN for anything that is not plainly one.

    A rounded number, a range or a sum is no coordinate.
    """
    if isinstance(cell, float):
        return cell
    if isinstance(cell, str) and _BARE.fullmatch(cell):
        return float(cell)
    reading = read_number(cell, unit="°")
    if isinstance(reading.value, float):
        scaled = re.search(r"[万千百亿wk]", plain_text(cell).lower()) is not None
        return float("nan") if scaled or reading.note else reading.value
    if says_nothing(cell) or is_too_long(cell):
        return float("nan")
    words = plain_text(cell).lower().strip()
    degrees = _DMS.fullmatch(words)
    if degrees is not None:
        whole, minutes, seconds = (float(part or 0) for part in degrees.groups())
        return whole + minutes / 60 + seconds / 3600 if minutes < 60 and seconds < 60 else float("nan")
    bare = _LABELLED.sub("", _LABELLED.sub("", words))
    return float(bare) if re.fullmatch(_DECIMAL, bare) else float("nan")


def _split(cells: "pd.Series[object]") -> tuple[Floats, Floats]:
    first, second = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        pair = None if is_too_long(cell) else _PAIR.fullmatch(plain_text(cell).lower())
        if pair is not None:
            first[i], second[i] = read_coordinate(pair.group(1)), read_coordinate(pair.group(2))
    return first, second
