"""The made-up province: the same bytes from a seed and a number, sums that hold, neighbours that touch."""

import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCALE = 0.06
NUMBERS = (1, 2, 17)  # 2 has an island, 17 a quota that can't be met and an island, too
CODES = {1: "359101", 2: "359102", 17: "359208"}


@pytest.fixture(scope="module")
def make() -> Callable[..., Path]:
    sys.path.insert(0, str(ROOT))
    from benchmarks.made_up.county import make_county

    sys.path.remove(str(ROOT))
    return make_county


@pytest.fixture(scope="module")
def counties(make, tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    return {n: make(folder / CODES[n], n, seed=0, scale=SCALE).parent for n in NUMBERS}


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_one_county_alone_is_made_again_with_the_same_bytes(make, counties, tmp_path):
    make(tmp_path / "alone", 2, seed=0, scale=SCALE)
    assert files(tmp_path / "alone") == files(counties[2])


def test_another_seed_makes_another_county(make, counties, tmp_path):
    make(tmp_path / "other", 2, seed=1, scale=SCALE)
    other, own = files(tmp_path / "other"), files(counties[2])
    assert all(other[name] != own[name] for name in ("townships.geojson", "communities.xlsx", "villages.csv"))


@pytest.mark.parametrize("number", NUMBERS)
def test_townships_hold_what_their_rows_sum_to(counties, number):
    folder = counties[number]
    estates = pd.read_excel(folder / "communities.xlsx", header=2, engine="openpyxl")
    villages = pd.read_csv(folder / "villages.csv", dtype={"统计用区划代码": str})
    people = estates["常住人口"].fillna(estates["户数"] * estates["户均人口"])
    total = (
        people.groupby(estates["所属街道"])
        .sum()
        .add(villages.groupby("所属乡镇")["常住人口"].sum(), fill_value=0)
    )
    stated = gpd.read_file(folder / "townships.geojson").set_index("名称")["常住人口"]
    np.testing.assert_allclose(total.reindex(stated.index, fill_value=0), stated, atol=0.51)
    assert set(villages["统计用区划代码"].str[:6]) == {CODES[number]}


@pytest.mark.parametrize("number", NUMBERS)
def test_everything_says_that_it_is_made_up(counties, number):
    folder = counties[number]
    for path in (folder / "townships.geojson", folder / "roads.gpkg", folder / "water.geojson"):
        if path.is_file():
            assert set(gpd.read_file(path)["数据性质"]) == {"示意数据"}
    for name in ("communities", "institutions", "candidates"):
        table = pd.read_excel(folder / f"{name}.xlsx", header=2, engine="openpyxl")
        assert set(table["数据性质"]) == {"示意数据"}, name
    assert "示意数据" in (folder / "project.toml").read_text(encoding="utf-8")


def test_neighbours_touch_and_do_not_overlap(counties):
    one, two = (
        gpd.read_file(counties[n] / "townships.geojson").to_crs("EPSG:4548").geometry.union_all()
        for n in (1, 2)
    )
    assert one.intersection(two).area < 1e-3 * one.area
    assert one.buffer(5).intersection(two).area > 0


@pytest.mark.parametrize("number", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 17))])
def test_the_tool_takes_it(counties, number):
    import tuoyu_geo as tg

    findings = tg.open_project(counties[number]).check()[1]
    assert [one.found for one in findings if one.severity == "error"] == []
    islands = {one.code for one in findings} & {"on_island"}
    assert islands == ({"on_island"} if number % 5 == 2 else set())


def test_a_broken_county_has_an_error(make, tmp_path):
    import tuoyu_geo as tg

    folder = make(tmp_path / "broken", 1, seed=0, scale=SCALE, broken=True).parent
    errors = {one.code for one in tg.open_project(folder).check()[1] if one.severity == "error"}
    assert errors == {"id_twice"}


@pytest.mark.slow
def test_the_whole_run_takes_it_and_one_quota_has_no_candidate_to_meet_it(counties, tmp_path):
    import tuoyu_geo as tg

    plan = tg.open_project(counties[17]).build(tmp_path).plan
    short = plan.outcome.townships.query("~met")
    usable = plan.outcome.candidates.query("usable")["township_id"].value_counts()
    there = usable.reindex(short.index, fill_value=0)
    assert (short["existing"] + there < short["quota"]).all()
    assert 0 in there.to_list()
