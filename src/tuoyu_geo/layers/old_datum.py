"""Xi'an 80 and Beijing 54 to CGCS2000, by the seven parameters that a surveying office issues for a county.

No public parameters hold everywhere: they differ by tens of metres from county to county, and PROJ without any shifts
by zero. So these datums are read only with a parameter file.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

Floats = NDArray[np.float64]
CONVENTIONS = ("position_vector", "coordinate_frame")
# Parameters of a county beyond these are in other units than metres, seconds and millionths.
LARGEST_M, LARGEST_S, LARGEST_PPM = 1000.0, 60.0, 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SevenParameters:
    """A similarity transformation of earth-centred coordinates to CGCS2000.

    Attributes
    ----------
    dx_m, dy_m, dz_m
        Translation [m].
    rx_s, ry_s, rz_s
        Rotation [seconds of arc].
    scale_ppm
        Change of scale [millionths].
    convention
        Sign of the rotations: "position_vector" (Bursa-Wolf) or "coordinate_frame".
    source
        Who issued them, and when.
    """

    dx_m: float
    dy_m: float
    dz_m: float
    rx_s: float
    ry_s: float
    rz_s: float
    scale_ppm: float
    convention: Literal["position_vector", "coordinate_frame"]
    source: str


def read_parameters(path: Path) -> SevenParameters:
    """The parameters in a TOML file.

    Raises
    ------
    ValueError
        The file can't be read, lacks a parameter or holds another, or a number is beyond what a county's can be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(str(error)) from error
    names = {field.name for field in fields(SevenParameters)}
    if set(table) != names:
        raise ValueError(", ".join(sorted(names ^ set(table))))
    limits = {"_m": LARGEST_M, "_s": LARGEST_S, "ppm": LARGEST_PPM}
    for name, value in table.items():
        limit = next((most for ending, most in limits.items() if name.endswith(ending)), None)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if limit is not None and not (number and abs(value) <= limit):
            raise ValueError(f"{name} = {value!r}")
    if table["convention"] not in CONVENTIONS or not str(table["source"]).strip():
        raise ValueError(f"convention = {table['convention']!r}, source = {table['source']!r}")
    return SevenParameters(**table)


def to_cgcs2000(x: Floats, y: Floats, *, crs: CRS, parameters: SevenParameters) -> tuple[Floats, Floats]:
    """Longitude and latitude in CGCS2000 [degrees] of coordinates in an old datum's CRS, ``(n,)`` each.

    Heights are taken as 0 on the old ellipsoid, which moves no point by more than millimetres.
    """
    geodetic = crs.geodetic_crs
    ellipsoid = crs.ellipsoid
    if geodetic is None or ellipsoid is None:
        raise ValueError(crs.name)
    lon, lat = Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)
    one = parameters
    shift = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart +a={ellipsoid.semi_major_metre!r} +rf={ellipsoid.inverse_flattening!r} "
        f"+step +proj=helmert +x={one.dx_m!r} +y={one.dy_m!r} +z={one.dz_m!r} +rx={one.rx_s!r} +ry={one.ry_s!r} "
        f"+rz={one.rz_s!r} +s={one.scale_ppm!r} +convention={one.convention} "
        "+step +inv +proj=cart +a=6378137.0 +rf=298.257222101 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    moved = shift.transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float), np.zeros(len(lon)))
    return np.asarray(moved[0], dtype=float), np.asarray(moved[1], dtype=float)
