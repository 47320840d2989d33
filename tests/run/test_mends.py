"""In the hand-drawn town: by which streets people go, and with what each estate that lacks a facility is mended."""

import geopandas as gpd
import pytest

import tuoyu_geo as tg


@pytest.fixture
def named(town):
    """The town, its streets named by their line: 横0路 is y = 0, 纵2路 is x = 1,000."""
    folder = town()
    roads = gpd.read_file(folder / "roads.gpkg")
    middle = roads.geometry.interpolate(0.5, normalized=True)
    across = roads.geometry.bounds["miny"] == roads.geometry.bounds["maxy"]
    roads["道路名称"] = [
        f"横{round((point.y - 2_873_000) / 500)}路" if flat else f"纵{round((point.x - 536_000) / 500)}路"
        for point, flat in zip(middle, across, strict=True)
    ]
    roads.loc[(roads["道路名称"] == "纵0路"), "道路名称"] = None
    roads.to_file(folder / "roads.gpkg")
    return tg.open_project(folder)


def test_streets_on_the_way_are_named_in_the_order_of_the_way(named):
    served = named.outcome().demand
    # E1 and I1 lie on 纵0路, which has no name here
    assert served["street_today"].loc["E1"] is None
    assert served["street_today"].loc["E2"] == "横1路"
    # with the plan E2 has I1 too; E3 goes down 纵2路 to C1
    assert served["street_plan"].loc["E3"] == "纵2路"
    # V1 is 4,500 m away by at least five streets, of which the three longest are said
    said = served["street_today"].loc["V1"].split("、")
    assert len(said) == len(set(said)) == 3


def test_streets_without_names_say_nothing(town):
    served = tg.open_project(town()).outcome().demand
    assert served[["street_today", "street_plan"]].isna().all(axis=None)


def test_estates_are_mended_by_the_plan_else_by_what_stands_in_reach(town):
    outcome = tg.open_project(town()).outcome()
    mends = outcome.mends
    assert list(mends.index) == list(
        outcome.gaps.index[outcome.gaps["flag"].isin(["new_missing", "new_shared", "built_missing"])]
    )
    # E3 is exactly 1,000 m from C1 (chosen), E4 exactly 1,000 m from C2; C4 on E4's spot can't be used
    assert mends.loc["built_missing-E3", ["way", "facility_id", "method", "cost"]].tolist() == [
        "plan",
        "C1",
        "renovation",
        1000.0,
    ]
    assert mends.loc["built_missing-E4", ["facility_id", "cost", "n_options"]].tolist() == ["C2", 1000.0, 1]
    assert mends.loc["new_missing-E5", ["facility_id", "cost"]].tolist() == ["C3", 0.0]
    assert mends.loc["built_missing-E3", "places"] == outcome.sites.loc["C1", "places"]


def test_a_candidate_that_the_plan_leaves_out_is_named_as_such(town, lattice):
    folder = town(project_toml=lattice.PROJECT + "\n[siting]\nbudget = 0\n")
    mends = tg.open_project(folder).outcome().mends
    assert set(mends["way"]) == {"candidate"}


def test_where_nothing_can_be_used_nothing_is_promised(town, lattice):
    head, *rows = lattice.CANDIDATES.splitlines()
    none = (
        "\n".join([head, *(row.replace(",,甲", ",塌方,甲").replace(",,乙", ",塌方,乙") for row in rows)])
        + "\n"
    )
    mends = tg.open_project(town(candidates_csv=none)).outcome().mends
    assert set(mends["way"]) == {"none"}
    assert mends[["facility_id", "name", "method", "cost"]].isna().all(axis=None)
    assert mends["n_options"].eq(0).all()
