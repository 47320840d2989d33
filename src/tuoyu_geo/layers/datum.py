"""China's map datums: GCJ-02 (Gaode, Tencent) and BD-09 (Baidu) to WGS 84 and back.

The forward formula is the published reverse-engineered one; the inverse is its fixed point, which four steps bring
under a micrometre. CGCS2000 and WGS 84 differ by less than a metre and are taken as one, as PROJ does.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_A = 6378245.0  # Krasovsky 1940 semi-major axis [m], as the formula has it
_EE = 0.00669342162296594323  # its first eccentricity squared
_X_PI = np.pi * 3000.0 / 180.0
_STEPS = 6


def _gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    per_lat = (_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi / 180.0
    per_lon = _A / np.sqrt(magic) * np.cos(phi) * np.pi / 180.0
    return east / per_lon, north / per_lat


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude [degrees], ``(n,)`` each, from WGS 84 to GCJ-02; for places in China only."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    east, north = _gcj_shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """The inverse of `wgs84_to_gcj02`."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon, lat
    for _ in range(_STEPS):
        east, north = _gcj_shift(x, y)
        x, y = lon - east, lat - north
    return x, y


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Longitude and latitude [degrees], ``(n,)`` each, from GCJ-02 to BD-09."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """The inverse of `gcj02_to_bd09`."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_STEPS):
        again_x, again_y = gcj02_to_bd09(x, y)
        x, y = x + lon - again_x, y + lat - again_y
    return x, y


def to_wgs84(lon: ArrayLike, lat: ArrayLike, *, datum: str) -> tuple[Floats, Floats]:
    """Longitude and latitude of any datum ("wgs84", "cgcs2000", "gcj02", "bd09") in WGS 84."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum == "bd09":
        lon, lat = bd09_to_gcj02(lon, lat)
    return gcj02_to_wgs84(lon, lat) if datum in {"gcj02", "bd09"} else (lon, lat)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, *, datum: str) -> tuple[Floats, Floats]:
    """The inverse of `to_wgs84`."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum in {"gcj02", "bd09"}:
        lon, lat = wgs84_to_gcj02(lon, lat)
    return gcj02_to_bd09(lon, lat) if datum == "bd09" else (lon, lat)
