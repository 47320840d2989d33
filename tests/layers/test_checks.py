"""Every check, each with rows that fail it; the clean rows beside them must pass."""

import inspect

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Point, box

from tuoyu_geo.layers import checks, checks_figures, datum_check, townships

from .conftest import TOWNSHIPS
from .test_files import found

ESTATES = "编号,小区名称,建设状态,户数,常住人口,规划居住人口,3岁以下,经度,纬度\n"
CLEAN = "E0,好园,已建成,400,1000,,30,117.345,25.945\n"


def estates(write, *rows: str):
    return write("estates.csv", ESTATES + CLEAN + "\n".join(rows) + "\n")


@pytest.mark.parametrize(
    ("row", "code", "severity", "said"),
    [
        ("E1,东门,已建成,100,2000,,,117.35,25.95", "households_against_residents", "warning", "2,000"),
        ("E1,东门,已建成,1000,100,,,117.35,25.95", "households_against_residents", "warning", "1,000"),
        ("E1,东门,规划,,,,,117.35,25.95", "planned_without_people", "warning", "东门"),
        ("E1,东门,已建成,,0,,,117.35,25.95", "nobody", "info", "东门"),
        ("E1,东门,已建成,,100,,120,117.35,25.95", "under3_above_residents", "error", "120"),
        ("E1,东门,已建成,,100,,20,117.35,25.95", "under3_many", "warning", "20"),
        ("E1,东门,已建成,,120000,,,117.35,25.95", "residents_many", "warning", "120,000"),
        ("E1,好园,已建成,,100,,,117.3451,25.945", "near_twin", "warning", "好园"),
        ("E0,东门,已建成,,100,,,117.35,25.95", "id_twice", "error", "E0"),
        ("E1,东门,已建成,,100,,,118.35,25.95", "outside", "error", "东门"),
        ("350481999001,东门,已建成,,100,,,117.35,25.95", "code_unknown", "warning", "350481999001"),
    ],
)
def test_rows_that_fail_and_a_clean_row_beside_them(  # noqa: PLR0917  (pytest gives them by name)
    load, write, row, code, severity, said
):
    layers = load(communities=estates(write, row))
    (finding,) = found(layers, code)
    assert (finding.severity, finding.row) == (severity, 3)
    assert said in finding.found
    assert finding.remedy


def test_a_code_of_another_township_than_the_table_says(load, write):
    table = "统计用区划代码,村名,所属乡镇,常住人口,经度,纬度\n"
    rows = "350481004201,甲村,燕南街道,300,117.35,25.95\n350481003202,乙村,燕南街道,300,117.35,25.96\n"
    layers = load(villages=write("v.csv", table + rows))
    (finding,) = found(layers, "code_elsewhere")
    assert finding.row == 2
    assert "西洋镇" in finding.found
    assert layers.villages["township_id"].tolist() == ["350481003", "350481003"]


def test_the_code_tells_the_township_where_the_table_does_not(load, write):
    # The village stands 100 m across the border; its own code says where it belongs.
    rows = "统计用区划代码,村名,常住人口,经度,纬度\n350481004201,甲村,300,117.359,25.95\n"
    layers = load(villages=write("v.csv", rows))
    assert layers.villages["township_id"].tolist() == ["350481004"]


def test_density_of_polygons(load, tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {"名称": ["挤", "好"], "常住人口": [9000, 900]},
        geometry=[box(117.34, 25.94, 117.3405, 25.9405), box(117.35, 25.95, 117.352, 25.952)],
        crs="EPSG:4490",
    ).to_file(path)
    (finding,) = found(load(communities=path), "density_high")
    assert finding.row == 1
    crowded = TOWNSHIPS.assign(常住人口=[9_000_000, 1000])
    (finding,) = found(load(townships=crowded, communities=path), "density_high")[:1]
    assert "燕南街道" in "".join(one.found for one in found(load(townships=crowded), "density_high"))


@pytest.mark.parametrize("shift", [0.0005, 0.002])
def test_gaps_between_townships(load, shift):
    apart = gpd.GeoDataFrame(
        {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋镇"]},
        geometry=[
            box(117.30, 25.90, 117.42, 26.00).difference(box(117.33, 25.93, 117.36, 25.96)),
            box(117.33 + shift, 25.93, 117.36, 25.96),
        ],
        crs="EPSG:4490",
    )
    (finding,) = found(load(townships=apart), "gap")
    assert "燕南街道" in finding.found
    assert "西洋镇" in finding.found
    assert finding.row == 1


def test_a_notch_in_the_county_s_border_is_no_gap(load):
    notched = gpd.GeoDataFrame(
        {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋镇"]},
        geometry=[
            box(117.30, 25.90, 117.36, 26.00).difference(box(117.30, 25.95, 117.33, 25.9504)),
            box(117.36, 25.90, 117.42, 26.00),
        ],
        crs="EPSG:4490",
    )
    assert found(load(townships=notched), "gap") == []


CANDIDATES = "编号,名称,候选点类型,建筑面积,用地面积,经度,纬度\n"


def test_candidates_that_are_one(load, write):
    rows = (
        "C1,东门社区服务中心,社区服务中心,300,,117.350000,25.95\n"
        "C2,东门社区服务站中心,社区服务中心,300,,117.350300,25.95\n"
        "C3,红星幼儿园,幼儿园,300,,117.350305,25.95\n"
        "C4,光明仓库,闲置用房,300,,117.350700,25.95\n"
    )
    told = found(load(candidates=write("c.csv", CANDIDATES + rows)), "near_candidate")
    # C2 is 30 m from C1 and named alike, C3 stands in the same room; C4 is 40 m off and is called otherwise.
    assert [(one.row, one.severity) for one in told] == [(3, "warning"), (4, "warning")]


def test_parcels_under_the_smallest_area(load, write):
    rows = "C1,甲,闲置用房,120,,117.35,25.95\nC2,乙,地块,,90,117.36,25.95\nC3,丙,地块,200,90,117.37,25.95\nC4,丁,地块,,,117.38,25.95\n"
    told = found(load(candidates=write("c.csv", CANDIDATES + rows)), "parcel_small")
    assert [one.row for one in told] == [2, 3]
    assert "150" in told[0].found


def test_institutions_without_registration_and_too_full(load, write):
    table = "编号,机构名称,备案状态,托位数,在托人数,经度,纬度\n"
    rows = "I1,甲,未备案,30,,117.35,25.95\nI2,乙,已备案,20,25,117.36,25.95\nI3,丙,已备案,,,117.37,25.95\nI4,丁,已备案,20,20,117.38,25.95\n"
    layers = load(institutions=write("i.csv", table + rows))
    assert [one.row for one in found(layers, "not_registered")] == [2]
    assert "30" in found(layers, "not_registered")[0].found
    assert [one.row for one in found(layers, "over_full")] == [3]
    assert [one.row for one in found(layers, "no_places")] == [4]


def test_every_check_is_a_function_that_leaves_its_frame_alone():
    functions = {
        name: one
        for module in (checks, checks_figures, datum_check, townships)
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("check_") and one.__module__ == module.__name__
    }
    assert len(functions) >= 18
    people = gpd.GeoDataFrame(
        {
            "name": ["a", "a"],
            "source_row": [2, 3],
            "status": ["built", "planned"],
            "residents": [0.0, 9e9],
            "households": [1.0, np.nan],
            "persons_per_household": np.nan,
            "planned_residents": np.nan,
            "under3": [1.0, 8e9],
            "area_m2": [3.0, np.nan],
            "land_area_m2": [3.0, 4.0],
            "places": np.nan,
            "registration": ["registered", "x"],
            "enrolled": [3.0, 4.0],
        },
        geometry=[Point(0, 0), Point(1, 0)],
        crs="EPSG:4548",
    )
    from pathlib import Path

    from .conftest import source

    before = people.copy(deep=True)
    of = source(Path("a.csv"), "communities")
    for name in (
        "check_people",
        "check_places",
        "check_registration",
        "check_near_twins",
    ):
        assert functions[name](people, source=of), name
    assert functions["check_parcels"](people, source=of, smallest_m2=10.0)
    assert people.equals(before)
