"""GCJ-02 and BD-09, there and back."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import LineString, box

from tuoyu_geo.layers.datum import (
    bd09_to_gcj02,
    from_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)

from .test_files import found

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


def test_an_independent_library_says_the_same():
    oracle = pytest.importorskip(
        "geocoordinates_ffi", reason="no wheel of geocoordinates-rs for this platform"
    )
    rng = np.random.default_rng(0)
    for lon, lat in zip(rng.uniform(75, 134, 200), rng.uniform(20, 53, 200), strict=True):
        wgs = oracle.Wgs84(lat=lat, lon=lon)
        gcj, bd = oracle.wgs84_to_gcj02(wgs), oracle.wgs84_to_bd09(wgs)
        assert metres(wgs84_to_gcj02(lon, lat), (gcj.lon, gcj.lat)) < 1e-3
        assert metres(from_wgs84(lon, lat, datum="bd09"), (bd.lon, bd.lat)) < 1e-3
        assert metres(to_wgs84(gcj.lon, gcj.lat, datum="gcj02"), (lon, lat)) < 1e-3
        assert metres(to_wgs84(bd.lon, bd.lat, datum="bd09"), (lon, lat)) < 1e-3


def test_a_million_points_are_moved_at_once():
    lon, lat = np.linspace(117, 118, 1_000_000), np.linspace(25, 26, 1_000_000)
    moved = to_wgs84(*from_wgs84(lon, lat, datum="bd09"), datum="bd09")
    assert np.abs(moved[0] - lon).max() < 1e-9
    assert np.abs(moved[1] - lat).max() < 1e-9


# Estates along one street of a township of 2 km: what GCJ-02 and BD-09 move out of it.
SMALL = gpd.GeoDataFrame(
    {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋镇"]},
    geometry=[box(117.35, 25.96, 117.37, 25.98), box(117.37, 25.90, 117.42, 26.00)],
    crs="EPSG:4490",
)
PLACES = [(117.3502 + 0.0013 * k, 25.9603 + 0.0012 * k) for k in range(15)]


def estates(write, *, told: bool, datum: str, n: int = len(PLACES)):
    rows = []
    for k, (lon, lat) in enumerate(PLACES[:n]):
        x, y = from_wgs84(lon, lat, datum=datum)
        rows.append(f"小区{k},{'燕南街道' if told else ''},{x:.6f},{y:.6f}")
    return write("a.csv", "小区名称,所属街道,经度,纬度\n" + "\n".join(rows) + "\n")


@pytest.mark.parametrize("true", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("stated", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_a_wrong_datum_is_noticed_by_the_townships_in_the_table(load, write, true, stated):
    layers = load(townships=SMALL, communities=(estates(write, told=True, datum=true), {"datum": stated}))
    told = found(layers, "datum_doubtful")
    if true == stated or (true, stated) == ("wgs84", "cgcs2000"):
        assert told == []
    else:
        (finding,) = told
        assert finding.severity == "warning"
        best = finding.found.split("按 ")[1]
        assert best.startswith(true)
        assert "0 米" in best


def test_a_wrong_datum_is_noticed_by_the_roads(load, write, tmp_path):
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LineString(PLACES)], crs="EPSG:4490").to_file(path)
    for stated in ("gcj02", "bd09"):
        layers = load(communities=(estates(write, told=False, datum="wgs84"), {"datum": stated}), roads=path)
        (finding,) = found(layers, "datum_doubtful")
        assert "道路" in finding.found
        assert "按 wgs84" in finding.found
    right = load(communities=(estates(write, told=False, datum="gcj02"), {"datum": "gcj02"}), roads=path)
    assert found(right, "datum_doubtful") == []


def test_a_utm_grid_taken_for_gauss_kruger_is_noticed(load, write):
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True).transform(
        *zip(*PLACES, strict=True)
    )
    rows = "".join(f"小区{k},燕南,{a:.2f},{b:.2f}\n" for k, (a, b) in enumerate(zip(x, y, strict=True)))
    path = write("a.csv", "小区名称,所属街道,X,Y\n" + rows)
    (finding,) = found(
        load(townships=SMALL, communities=(path, {"datum": None, "crs": "EPSG:4548"})), "datum_doubtful"
    )
    assert "EPSG:32650" in finding.found


def test_a_few_rows_that_are_off_are_no_reason_to_doubt_the_datum(load, write):
    layers = load(
        townships=SMALL, communities=(estates(write, told=True, datum="gcj02", n=3), {"datum": "wgs84"})
    )
    assert found(layers, "datum_doubtful") == []
