"""Coordinates as people write them, and which way round."""

import re

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS
from shapely.geometry import Point

from tuoyu_geo.layers.coordinates import read_coordinate

from .test_files import codes, found

LON, LAT = 117.35, 25.95
EAST, NORTH = 535056.2, 2871341.9


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (117.35, 117.35),
        ("117.35", 117.35),
        ("１１７.３５", 117.35),
        ("117.35°", 117.35),
        ("117.35°E", 117.35),
        ("E117.35", 117.35),
        ("东经117.35", 117.35),
        ("经度：117.35", 117.35),
        ("117°21′00″", 117.35),
        ("117°21'00\"", 117.35),
        ("117°21′0.0″E", 117.35),
        ("东经117度21分00秒", 117.35),
        ("117°21′", 117.35),
        ("E117°21.0′", 117.35),
        ("117° 21′ 00″", 117.35),
        ("536,051.67", 536051.67),
    ],
)
def test_one_coordinate(cell, value):
    assert read_coordinate(cell) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    "cell",
    [
        "约117.35",
        "117-118",
        "117.35,25.95",
        "117°61′00″",
        "117.35.12",
        "地图上",
        "",
        None,
        "—",
        True,
        "1.2万",
    ],
)
def test_what_is_not_plainly_a_coordinate_is_none(cell):
    assert np.isnan(read_coordinate(cell))


@pytest.mark.parametrize(
    "cell",
    [
        "117.35,25.95",
        "117.35，25.95",
        "117.35 25.95",
        "117.35;25.95",
        "117.35、25.95",
        "117.35/25.95",
        "(117.35, 25.95)",
        "[117.35,25.95]",
        "POINT(117.35 25.95)",
        "经度117.35,纬度25.95",
        "lng:117.35,lat:25.95",
        "E117.35,N25.95",
        "117.35°E,25.95°N",
        "117°21′00″,25°57′00″",
        "117°21′00″E 25°57′00″N",
        "东经117°21′00″，北纬25°57′00″",
        "25.95,117.35",
        "北纬25°57′00″，东经117°21′00″",
    ],
)
def test_a_pair_in_one_cell(load, write, cell):
    layers = load(communities=write("a.csv", f'小区名称,坐标\n东门,"{cell.replace(chr(34), chr(34) * 2)}"\n'))
    assert codes(layers) == []
    point = layers.communities.to_crs("EPSG:4490").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((LON, LAT), abs=1e-6)
    assert len(found(layers, "lonlat_swapped")) == (1 if cell.startswith(("25", "北")) else 0)


@pytest.mark.parametrize("cell", ["117.35", "117.35,25.95,30", "约117.35,25.95", "见图", "0,0"])
def test_a_pair_that_is_none(load, write, cell):
    layers = load(communities=write("a.csv", f'小区名称,坐标\n东门,"{cell}"\n'))
    assert codes(layers) == ["coordinates_unreadable"]


@pytest.mark.parametrize("header", ["X坐标,Y坐标", "横坐标,纵坐标", "东坐标,北坐标", "经度,纬度"])
@pytest.mark.parametrize("cells", [f"{EAST},{NORTH}", f"{NORTH},{EAST}"])
def test_metres_are_told_by_magnitude_whatever_the_columns_are_called(load, write, header, cells):
    layers = load(
        communities=(
            write("a.csv", f"小区名称,{header}\n东门,{cells}\n"),
            {"datum": None, "crs": "EPSG:4548"},
        )
    )
    assert codes(layers) == []
    point = layers.communities.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((EAST, NORTH))


def test_degrees_in_columns_called_x_and_y(load, write):
    layers = load(communities=write("a.csv", f"小区名称,X,Y\n东门,{LON},{LAT}\n"))
    assert codes(layers) == []
    point = layers.communities.to_crs("EPSG:4490").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((LON, LAT), abs=1e-6)


def test_one_row_the_other_way_round_is_told(load, write):
    rows = f"小区名称,X坐标,Y坐标\n东门,{EAST},{NORTH}\n西门,{NORTH},{EAST}\n"
    layers = load(communities=(write("a.csv", rows), {"datum": None, "crs": "EPSG:4548"}))
    assert [one.row for one in found(layers, "xy_swapped")] == [3]
    assert layers.communities.geometry.iloc[0].equals(layers.communities.geometry.iloc[1])


def at(crs: str) -> tuple[float, float]:
    point = gpd.GeoSeries([Point(LON, LAT)], crs="EPSG:4490").to_crs(crs).iloc[0]
    return point.x, point.y


# Numbers with and without the zone, against grids with and without it: 3-degree zone 39, 6-degree zone 20.
@pytest.mark.parametrize(
    ("written", "stated", "code"),
    [
        ("EPSG:4548", "EPSG:4548", None),
        ("EPSG:4527", "EPSG:4527", None),
        ("EPSG:4527", "EPSG:4548", "zone_removed"),
        ("EPSG:4498", "EPSG:4548", "zone_removed"),
        ("EPSG:4498", "EPSG:4509", "zone_removed"),
        ("EPSG:4498", "EPSG:4498", None),
        ("EPSG:4548", "EPSG:4527", "zone_added"),
        ("EPSG:4548", "EPSG:4498", "zone_added"),
        ("EPSG:4528", "EPSG:4548", "zone_other"),
        ("EPSG:4526", "EPSG:4527", "zone_other"),
    ],
)
@pytest.mark.parametrize("kind", ["table", "shapes"])
def test_the_zone_before_the_easting(  # noqa: PLR0917  (pytest gives them by name)
    load, write, tmp_path, written, stated, code, kind
):
    x, y = at(written)
    if kind == "table":
        path = write("a.csv", f"小区名称,X坐标,Y坐标\n东门,{x:.3f},{y:.3f}\n")
    else:
        path = tmp_path / "a.gpkg"
        gpd.GeoDataFrame({"小区名称": ["东门"]}, geometry=[Point(x, y)], crs=stated).to_file(path)
    layers = load(communities=(path, {"datum": None, "crs": stated}))
    told = [one.code for one in layers.findings if one.code.startswith("zone")]
    assert told == ([] if code is None else [code])
    if code != "zone_other":
        point = layers.communities.to_crs("EPSG:4490").geometry.iloc[0]
        assert (point.x, point.y) == pytest.approx((LON, LAT), abs=1e-6)
    else:
        assert "zone_other" in codes(layers)


def test_a_stated_kind_that_the_numbers_contradict(load, write, tmp_path):
    table = write("a.csv", f"小区名称,经度,纬度\n东门,{EAST},{NORTH}\n")
    assert codes(load(communities=table)) == ["coordinates_kind"]
    path = tmp_path / "b.gpkg"
    gpd.GeoDataFrame({"小区名称": ["东门"]}, geometry=[Point(EAST, NORTH)], crs="EPSG:4490").to_file(path)
    assert codes(load(communities=path)) == ["coordinates_kind"]


def test_shapes_with_the_latitude_first(load, tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"小区名称": ["东门"]}, geometry=[Point(LAT, LON)], crs="EPSG:4490").to_file(path)
    layers = load(communities=path)
    assert len(found(layers, "lonlat_swapped")) == 1
    assert layers.communities.to_crs("EPSG:4490").geometry.iloc[0].x == pytest.approx(LON, abs=1e-6)


def test_a_town_s_own_grid_is_refused_though_its_numbers_look_like_the_national_one(load, tmp_path):
    national = CRS.from_epsg(4548).to_wkt("WKT1_ESRI")
    own = re.sub(r'PROJCS\["[^"]*"', 'PROJCS["某市独立坐标系"', national)
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(EAST, NORTH)], crs="EPSG:4548").to_file(path)
    path.with_suffix(".prj").write_text(own, encoding="utf-8")
    assert codes(load(communities=(path, {"datum": None, "crs": "EPSG:4548"}))) == ["crs_local"]
    assert codes(load(communities=(path, {"datum": "cgcs2000"}))) == ["crs_local"]


def test_coordinates_rounded_to_eleven_kilometres(load, write):
    layers = load(communities=write("a.csv", "小区名称,经度,纬度\n东门,117.4,26.0\n西门,117.4,25.9512\n"))
    assert [one.row for one in found(layers, "coordinates_coarse")] == [2]
