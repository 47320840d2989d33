"""The example out of the box, its figures worked out again from the raw files by other means."""

import json

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

import tuoyu_geo as tg

# The whole example is read, planned and written: as long as fifty small towns.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(root):
    return tg.open_project(root / "data" / "yongan")


@pytest.fixture(scope="module")
def out(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    project.build(folder)
    return folder


@pytest.fixture(scope="module")
def summary(out):
    return json.loads((out / "summary.json").read_text(encoding="utf-8"))


def rows(path) -> pd.DataFrame:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    table = [list(row) for row in sheet.iter_rows(values_only=True)]
    header = next(i for i, row in enumerate(table) if "经度" in row)
    frame = pd.DataFrame(table[header + 1 :], columns=table[header])
    return frame[frame["经度"].notna()]


@pytest.fixture(scope="module")
def raw(root):
    folder = root / "data" / "yongan"
    return {
        "estates": rows(folder / "communities.xlsx"),
        "villages": pd.read_csv(folder / "villages.csv"),
        "institutions": rows(folder / "institutions.xlsx"),
        "candidates": rows(folder / "candidates.xlsx"),
        "roads": gpd.read_file(folder / "roads.gpkg").to_crs("EPSG:4548"),
    }


def test_public_facts(summary):
    assert summary["population"] == {"residents": 344_793, "under3": 10_493}
    assert sum(one["quota"] for one in summary["townships"]) == 16
    assert sum(one["residents"] for one in summary["townships"]) == 344_793
    assert sum(one["under3"] for one in summary["townships"]) == 10_493
    streets = [one["residents"] for one in summary["townships"] if int(one["code"][6:]) < 100]
    assert (len(streets), sum(streets)) == (4, 226_520)


def test_plan_meets_the_document(summary):
    assert all(one["met"] for one in summary["townships"])
    assert summary["coverage"]["after"]["residents"] >= 0.9
    assert (
        summary["places"]["existing"] + summary["places"]["proposed"] >= 1552 == summary["places"]["required"]
    )
    assert summary["solver"]["status"] == "optimal"
    assert summary["solver"]["gap"] == 0
    assert summary["coverage"]["before"]["residents"] < 0.5


def test_institutions_counted_are_the_registered_ones(summary, raw):
    table = raw["institutions"]
    counted = table[(table["备案状态"] == "已备案") & (table["机构类型"] != "家庭托育点")]
    assert summary["institutions"]["counted"] == len(counted)
    assert summary["places"]["existing"] == counted["托位数"].sum()
    assert (table["备案状态"] != "已备案").any()


def test_new_estates_of_a_thousand_are_flagged(project, raw):
    table = raw["estates"]
    finished = pd.to_datetime(table["竣工时间"], errors="coerce")
    year = pd.to_numeric(table["建成年份"], errors="coerce")
    new = (
        table["建设状态"].isin(["在建", "规划"])
        | (finished > "2021-12-30")
        | (finished.isna() & (year > 2021))
    )
    planned = pd.to_numeric(table["规划居住人口"], errors="coerce")
    households = pd.to_numeric(table["户数"]) * pd.to_numeric(table["户均人口"])
    people = planned.fillna(households.round()).fillna(pd.to_numeric(table["常住人口"]))
    own = (table["有无托育设施"] == "有") | table["小区名称"].isin(
        raw["institutions"].loc[raw["institutions"]["备案状态"] == "已备案", "所属小区"],
    )
    expected = set(table.loc[new & (people >= 1000) & ~own, "编号"])
    gaps = project.gaps()
    flagged = set(gaps.loc[gaps["flag"].isin(["new_missing", "new_shared"]), "subject_id"])
    assert flagged == expected
    assert len(expected) >= 15
    assert 1000 in people[table["编号"].isin(expected)].tolist()
    assert 999 in people[new].tolist()


def test_coverage_again_from_the_raw_files_with_scipy(summary, raw):
    """Streets cut into 10 m pieces, SciPy's Dijkstra, and the rules written out once more."""
    roads = raw["roads"]
    pieces = shapely.segmentize(roads.geometry.array, 10)
    xy, line = shapely.get_coordinates(pieces, return_index=True)
    corner, index = np.unique(xy.round(2), axis=0, return_inverse=True)
    same = line[1:] == line[:-1]
    table = pd.DataFrame(
        {"a": index[:-1][same], "b": index[1:][same], "m": np.hypot(*(xy[1:] - xy[:-1])[same].T)}
    )
    slow = roads["highway"].isin(["footway", "track"]).to_numpy()[line[:-1][same]]
    table["min"] = table["m"] / np.where(slow, 15_000 / 60, 20_000 / 60)
    table = table[table["a"] != table["b"]]
    graphs = {
        unit: csr_array((table[unit], (table["a"], table["b"])), shape=(len(corner), len(corner)))
        for unit in ("m", "min")
    }
    ground = np.zeros(len(corner), dtype=bool)
    ground[index[(roads["桥梁"] == "否").to_numpy()[line] & (roads["隧道"] == "否").to_numpy()[line]]] = True

    def place(frame):
        points = gpd.GeoSeries(gpd.points_from_xy(frame["经度"], frame["纬度"]), crs="EPSG:4490").to_crs(
            "EPSG:4548"
        )
        away, at = cKDTree(corner[ground]).query(np.column_stack([points.x, points.y]))
        return away, np.flatnonzero(ground)[at]

    counted = raw["institutions"].query("备案状态 == '已备案' and 机构类型 != '家庭托育点'")
    chosen = raw["candidates"][raw["candidates"]["编号"].isin(summary["sites"])]
    assert len(chosen) == summary["institutions"]["proposed"]
    built = raw["estates"][raw["estates"]["建设状态"] == "已建成"]
    people = [
        (built[built["城乡"] == "城区"], "m", 1000.0, 1.0),
        (built[built["城乡"] == "农村"], "min", 15.0, 60 / 4800),
        (raw["villages"], "min", 15.0, 60 / 4800),
    ]
    for moment, facilities in (("before", counted), ("after", pd.concat([counted, chosen]))):
        away_there, there = place(facilities)
        covered = 0.0
        for frame, unit, standard, per_metre in people:
            way = dijkstra(graphs[unit], directed=False, indices=there, limit=standard)
            away, here = place(frame)
            cost = (way[:, here] + away[None, :] * per_metre + away_there[:, None] * per_metre).min(axis=0)
            residents = pd.to_numeric(frame["常住人口"]).fillna(
                (
                    pd.to_numeric(frame["户数"])
                    * pd.to_numeric(frame.get("户均人口", pd.Series(2.65, index=frame.index)))
                ).round(),
            )
            covered += residents.to_numpy(float)[cost <= standard].sum()
        # Ours joins points to the nearest place on a street, this to the nearest corner: a few estates at the edge differ.
        assert summary["coverage"][moment]["residents"] == pytest.approx(covered / 344_793, abs=0.01), moment


def test_tables_and_summary_agree(out, summary):
    townships = gpd.read_file(out / "plan.gpkg", layer="townships").set_index("township_id")
    for one in summary["townships"]:
        row = townships.loc[one["code"]]
        assert (row["quota"], row["existing"], row["proposed"]) == (
            one["quota"],
            one["existing"],
            one["proposed"],
        )
        assert row["covered_plan_share"] == pytest.approx(one["covered_share"], abs=1e-6)
    sites = gpd.read_file(out / "plan.gpkg", layer="sites")
    assert len(sites) == summary["institutions"]["proposed"]
    assert sites["places"].sum() == summary["places"]["proposed"]
    sheet = openpyxl.load_workbook(out / "plan.xlsx")["乡镇供需平衡"]
    header = [cell.value for cell in sheet[3]]
    column = header.index("常住人口（人）")
    values = [row[column].value for row in sheet.iter_rows(min_row=4, max_row=18)]
    assert sum(values) == 344_793


def test_named_as_made_up_wherever_it_shows(out):
    for name in ("overview", "health", "natural_resources", "housing"):
        page = (out / "maps" / f"{name}.html").read_text(encoding="utf-8")
        assert "示意数据" in page
        assert "未核" in page
        assert len(page.encode()) < 4 * 1024 * 1024
    book = openpyxl.load_workbook(out / "plan.xlsx")
    for sheet in book.worksheets:
        assert "示意数据" in sheet["A2"].value
        assert "未核" in sheet["A2"].value
