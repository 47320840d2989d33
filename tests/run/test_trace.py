"""Every child counted has one institution and a way, and the table adds up to the summary."""

import numpy as np
import openpyxl
import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import DataError

NO_ROADS = '[layers.roads]\npath = "roads.gpkg"\ncrs = "EPSG:4548"\n'


@pytest.fixture
def project(town):
    return tg.open_project(town())


def add_up(project):
    table, summary = project.trace(), project.outcome().summary
    for moment, name in (("today", "before"), ("plan", "after")):
        rows = table[table["moment"] == moment]
        for reading in ("residents", "under3"):
            assert rows[reading].sum() == summary["population"][reading]
            share = rows.loc[rows["served"], reading].sum() / rows[reading].sum()
            assert share == pytest.approx(summary["coverage"][name][reading])
    served = table[table["served"]]
    assert served["institution_id"].notna().all()
    assert np.isfinite(served["path_m"]).all()
    assert (served["cost"] <= served["standard"]).all()
    assert not table.loc[table["served"], ["demand_id", "moment"]].duplicated().any()
    left = table[~table["served"]]
    assert left[["institution_id", "institution_name"]].isna().all(axis=None)
    assert left[["cost", "path_m"]].isna().all(axis=None)
    return table


def test_the_town_adds_up_and_its_ways_are_those_on_paper(project):
    table = add_up(project)
    today = table[table["moment"] == "today"].set_index("demand_id")
    assert today.loc[["E1", "E2"], "path_m"].tolist() == [500, 500]
    assert today.loc[["E1", "E2"], "institution_id"].tolist() == ["I1", "I1"]
    # By e-bike V1 is 4,500 m = 13.5 min from I1 today.
    assert today.loc["V1", "cost"] == pytest.approx(13.5)
    assert today.loc["V1", "path_m"] == pytest.approx(4500)
    assert not today.loc["E4", "served"]


def test_one_community_by_id_or_name_with_the_course_of_its_ways(project):
    for community in ("V1", "山前村"):
        rows = project.trace(community)
        assert rows["moment"].tolist() == ["today", "plan"]
        assert rows.geometry.length.tolist() == pytest.approx(rows["path_m"].tolist())
    assert project.trace("E4").geometry.iloc[0] is None
    with pytest.raises(DataError, match="山前村"):
        project.trace("山前")


def test_on_straight_lines_the_way_is_an_estimate(town, lattice):
    project = tg.open_project(town(project_toml=lattice.PROJECT.replace(NO_ROADS, "")))
    table = add_up(project)
    assert set(table["path_method"]) == {"straight_line"}
    village = project.trace("V1").iloc[0]
    assert village["path_m"] == pytest.approx(village.geometry.length * 1.4)


def test_people_whose_place_is_not_known_are_rows_of_their_own(town, lattice):
    import geopandas as gpd

    folder = town()
    townships = gpd.read_file(folder / "townships.gpkg")
    townships["常住人口"] = [50_000, 1_800]
    townships.to_file(folder / "townships.gpkg")
    table = add_up(tg.open_project(folder))
    lost = table[table["demand_id"].isna()]
    assert set(lost["township_id"]) == {"999900001"}
    assert (lost["residents"] > 40_000).all()


def test_the_sheet_holds_the_table(project, tmp_path):
    project.build(tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    rows = list(book["服务对应"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(project.trace())
    first = next(row for row in rows if row[0] == "规划后" and row[1] == "V1")
    assert first[7] == project.trace("V1").iloc[1]["institution_name"]
