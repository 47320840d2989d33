"""GCJ-02 and BD-09, there and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from tuoyu_geo.layers.datum import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02

GEOD = Geod(ellps="WGS84")
LON, LAT = st.floats(min_value=74, max_value=134), st.floats(min_value=19, max_value=53)


def metres(first, second):
    return GEOD.inv(*first, *second)[2]


@given(LON, LAT)
def test_round_trips_within_a_centimetre(lon, lat):
    assert metres(gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat)), (lon, lat)) < 0.01
    assert metres(bd09_to_gcj02(*gcj02_to_bd09(lon, lat)), (lon, lat)) < 0.01


def test_shift_around_the_county_is_the_published_one():
    # Measured with four independent libraries: 570.6-628.9 m for GCJ-02, 1,146-1,234 m for BD-09.
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.linspace(116.95, 117.78, 20), np.linspace(25.55, 26.25, 20))
    )
    gcj = wgs84_to_gcj02(lon, lat)
    off = GEOD.inv(lon, lat, *gcj)[2]
    assert 565 < off.min() < off.max() < 635
    off = GEOD.inv(lon, lat, *gcj02_to_bd09(*gcj))[2]
    assert 1140 < off.min() < off.max() < 1240


def test_centre_of_the_county():
    east, north = wgs84_to_gcj02(117.36, 25.97)
    assert abs(east - 117.36 - 0.00520) < 5e-5
    assert abs(north - 25.97 + 0.00294) < 5e-5


def test_datums_of_surveys_are_taken_as_they_are():
    assert to_wgs84([117.36], [25.97], datum="cgcs2000") == ([117.36], [25.97])
