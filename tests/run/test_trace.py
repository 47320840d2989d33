"""Every child counted has one institution and a way, and the table adds up to the summary."""

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
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
            assert rows[reading].sum() == pytest.approx(summary["population"][reading])
            for kept, key in ((rows["served"], reading), (rows["state"] == "place", f"{reading}_places")):
                share = rows.loc[kept, reading].sum() / rows[reading].sum()
                assert share == pytest.approx(summary["coverage"][name][key]), key
    served = table[table["served"]]
    assert served["institution_id"].notna().all()
    assert np.isfinite(served["path_m"]).all()
    assert (served["cost"] <= served["standard"]).all()
    assert table.loc[table["state"] == "place", "served"].all()
    assert (
        not table.loc[table["served"], ["demand_id", "moment", "institution_id", "state"]].duplicated().any()
    )
    left = table[~table["served"]]
    assert left[["institution_id", "institution_name"]].isna().all(axis=None)
    assert left[["cost", "path_m"]].isna().all(axis=None)
    facilities = pd.concat([project.outcome().institutions["places"], project.outcome().sites["places"]])
    for _, rows in table.groupby("moment"):
        taken = rows.groupby("institution_id")["places"].sum()
        assert (taken <= facilities.reindex(taken.index).fillna(0) + 1e-6).all()
    return table


def test_the_town_adds_up_and_its_ways_are_those_on_paper(project):
    table = add_up(project)
    today = table[table["moment"] == "today"].set_index("demand_id")
    # I1 has 30 places: 9 for E1 (2,000 x 4.5 / 1,000), 4.5 for E2, 1.35 for V1.
    assert today.loc[["E1", "E2", "V1"], "state"].tolist() == ["place"] * 3
    assert today.loc[["E1", "E2", "V1"], "places"].tolist() == pytest.approx([9, 4.5, 1.35])
    assert today.loc["E3", "state"] == "out_of_reach"
    assert today.loc[["E1", "E2"], "path_m"].tolist() == [500, 500]
    assert today.loc[["E1", "E2"], "institution_id"].tolist() == ["I1", "I1"]
    # By e-bike V1 is 4,500 m = 13.5 min from I1 today.
    assert today.loc["V1", "cost"] == pytest.approx(13.5)
    assert today.loc["V1", "path_m"] == pytest.approx(4500)
    assert not today.loc["E4", "served"]


def test_children_go_where_their_place_is_and_those_without_one_are_named(town, lattice):
    """At a standard of 2,000 m I1 (500 m) and C1 (2,000 m) both reach E1, and I1 has places for a third of it."""
    folder = town(
        institutions_csv=lattice.INSTITUTIONS.replace("已备案,30,25", "已备案,3,0"),
        candidates_csv=lattice.CANDIDATES.replace("改造,1,40,80", "改造,1,20,80"),
        policy_toml=lattice.POLICY.replace('value = 1000\nunit = "m"', 'value = 2000\nunit = "m"'),
    )
    table = add_up(tg.open_project(folder))
    of_e1 = table[table["demand_id"] == "E1"]
    today, plan = (of_e1[of_e1["moment"] == moment] for moment in ("today", "plan"))
    assert set(today["state"]) == {"place", "no_place"}
    short = today[today["state"] == "no_place"].iloc[0]
    assert short["institution_id"] == "I1"
    assert short["places"] == 0
    assert short["places_short"] > 0
    assert today["places"].sum() + today["places_short"].sum() == pytest.approx(9)
    assert "C1" in set(plan["institution_id"])
    assert plan.set_index("institution_id").loc["C1", "path_m"] == pytest.approx(2000)
    assert plan["residents"].sum() == pytest.approx(2000)


def test_the_plans_own_allocation_where_its_coverage_goes_by_places(town, lattice):
    folder = town(policy_toml=lattice.POLICY.replace('headline = "residents"', 'headline = "under3_places"'))
    project = tg.open_project(folder)
    add_up(project)
    result, n = project.solved(), len(project.demand().points)
    taken = np.asarray(result.flow.sum(axis=1)).ravel()[:n]
    table = project.trace()
    places = table[table["moment"] == "plan"].groupby("demand_id")["places"].sum()
    assert places.reindex(project.demand().points.index).to_numpy() == pytest.approx(taken)


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
    assert first[6] == "有托位"


def test_plan_gpkg_draws_the_table(project, tmp_path):
    project.build(tmp_path / "out")
    lines = gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="assignments")
    table = project.trace()
    assert len(lines) == len(table)
    assert lines["under3"].sum() == pytest.approx(table["under3"].sum())
    assert (lines.geometry.notna() == lines["served"]).all()
