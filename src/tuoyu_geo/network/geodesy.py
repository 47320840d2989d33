"""Where a longitude and a latitude lie on the plane, and how far apart two of them are."""

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text

Floats = NDArray[np.float64]

EARTH_RADIUS_M = 6_371_009.0
"""Mean radius that OSMnx uses, so that lengths agree with its graphs."""


def great_circle_m(start: Floats, end: Floats) -> Floats:
    """Distance on the sphere between pairs of points, by the haversine formula.

    Parameters
    ----------
    start, end
        (n, 2) longitude and latitude [degrees].
    """
    lon_1, lat_1 = np.radians(start).T
    lon_2, lat_2 = np.radians(end).T
    half = np.sin((lat_2 - lat_1) / 2) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def metric_crs(crs: str | int | CRS) -> CRS:
    """A reference system, checked to be projected and in metres.

    Raises
    ------
    NetworkError
        The system isn't known, or isn't in metres.
    """
    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        raise NetworkError(text("network.crs_unknown", found=crs)) from error
    if not known.is_projected or {axis.unit_conversion_factor for axis in known.axis_info} != {1.0}:
        raise NetworkError(text("network.crs_not_metric", found=known.to_string()))
    return known


def utm_crs(lonlat: Floats) -> CRS:
    """The WGS 84 UTM zone in which the middle of the points lies."""
    lon, lat = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2
    area = AreaOfInterest(lon, lat, lon, lat)
    return CRS.from_epsg(query_utm_crs_info(datum_name="WGS 84", area_of_interest=area)[0].code)


def to_plane(lonlat: Floats, crs: CRS) -> Floats:
    """Longitude and latitude projected.

    Raises
    ------
    NetworkError
        A point lies where the projection has no value.
    """
    x, y = Transformer.from_crs(crs.geodetic_crs or 4326, crs, always_xy=True).transform(
        lonlat[:, 0], lonlat[:, 1]
    )
    xy = np.column_stack([x, y])
    if not np.isfinite(xy).all():
        bad = lonlat[~np.isfinite(xy).all(axis=1)][0]
        raise NetworkError(text("network.outside_crs", found=f"{bad[0]:g}, {bad[1]:g}", crs=crs.to_string()))
    return xy


def to_lonlat(xy: Floats, crs: CRS) -> Floats:
    """Longitude and latitude of points on the plane."""
    lon, lat = Transformer.from_crs(crs, crs.geodetic_crs or 4326, always_xy=True).transform(
        xy[:, 0], xy[:, 1]
    )
    return np.column_stack([lon, lat])
