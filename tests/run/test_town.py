"""The whole chain on a town whose every figure is worked out on paper (see lattice.py)."""

import json

import numpy as np
import pytest

import tuoyu_geo as tg


@pytest.fixture
def project(town):
    return tg.open_project(town())


def test_residents_today_are_those_who_moved_in(project):
    points = project.demand().points
    # E2 has 400 households of 2.5 persons; the planned estates are empty today.
    assert points["residents"].to_dict() == {
        "E1": 2000,
        "E2": 1000,
        "E3": 800,
        "E4": 1500,
        "E5": 0,
        "E6": 0,
        "V1": 300,
    }
    assert points.loc[["E5", "E6"], "planned_residents"].tolist() == [1000, 999]
    assert points["residents_method"].to_dict()["E2"] == "estimated"


def test_children_are_a_share_of_residents_and_sum_to_it(project):
    points = project.demand().points
    assert points["under3"].to_dict() == {"E1": 60, "E2": 30, "E3": 24, "E4": 45, "E5": 0, "E6": 0, "V1": 9}


def test_walks_go_round_the_river(project):
    reach = project.reach()
    i1 = reach.facilities.index.get_loc("I1")
    walk = dict(zip(project.demand().points.index, reach.walk_m.todense()[:, i1], strict=True))
    # E4 is 4,000 m away, beyond the 3,000 m search: no entry.
    assert {name: float(walk[name]) for name in ("E1", "E2", "E3", "E4")} == pytest.approx(
        {"E1": 500, "E2": 500, "E3": 2500, "E4": 0},
    )
    assert (reach.walk_m[[3]][:, [i1]]).nnz == 0


def test_ride_of_a_village_is_in_minutes(project):
    access = project.access()
    village = access.demand.loc["V1"]
    assert village["cost_unit"] == "min"
    assert village["nearest_id"] == "I1"
    assert village["nearest_cost"] == pytest.approx(4500 / (20_000 / 60))


def test_coverage_today(project):
    access = project.access()
    share = access.coverage.set_index(["reading", "standard_m"])["share"]
    assert share["residents", 1000] == pytest.approx(3300 / 5600)
    assert share["under3", 1000] == pytest.approx(99 / 168)
    assert share["communities", 1000] == pytest.approx(3 / 7)
    assert share["townships", 1000] == pytest.approx(1 / 2)
    assert share["walk_urban", 300] == 0
    assert share["walk_urban", 500] == pytest.approx(3000 / 5300)
    assert share["walk_all", 1000] == pytest.approx(3000 / 5600)


def test_unregistered_institution_does_not_count(project):
    # I2 stands 500 m from E4's street corner, but has not been registered.
    assert not project.access().demand.loc["E4", "covered"]


def test_flags(project):
    gaps = project.gaps()
    assert sorted(zip(gaps["flag"], gaps["subject_id"], strict=True)) == [
        ("built_missing", "E3"),
        ("built_missing", "E4"),
        ("new_missing", "E5"),
        ("township_quota", "999900001"),
        ("township_quota", "999900101"),
    ]
    assert "1,000" in gaps.set_index("subject_id").loc["E5", "reason"]


def test_plan_is_the_one_worked_out_by_hand(project):
    plan = project.plan()
    assert set(plan.sites.index) == {"C1", "C2", "C3"}
    assert (plan.status, plan.objective, plan.bound, plan.gap) == ("optimal", 3, 3, 0)
    assert plan.shortfalls == ()
    assert "证明至少需要" in plan.headline()
    head = plan.coverage[plan.coverage["headline"]].iloc[0]
    assert head["after"] == 1.0
    walking = plan.coverage.set_index(["reading", "standard_m"])["after"]
    assert walking["walk_urban", 500] == pytest.approx(3000 / 5300)
    assert walking["walk_all", 1000] == pytest.approx(5300 / 5600)
    assert plan.quotas["proposed"].to_dict() == {"999900001": 1, "999900101": 2}


def test_site_gains_sum_to_what_coverage_gains(project):
    sites = project.plan().sites
    assert sites["gained_residents"].sum() == 5600 - 3300
    assert sites["order"].tolist() == [1, 2, 3]


def test_summary_says_the_same(project):
    summary = project.outcome().summary
    assert summary["population"] == {"residents": 5600, "under3": 168}
    assert summary["institutions"] == {"existing": 2, "counted": 1, "proposed": 3}
    assert summary["places"]["existing"] == 30
    assert summary["places"]["proposed"] == 100
    assert summary["places"]["required"] == 26
    assert summary["flags"] == {"new_missing": 1, "built_missing": 2, "township_quota": 2}
    assert {clause["id"]: (clause["status_today"], clause["status"]) for clause in summary["clauses"]} == {
        "机构数": ("not_met", "met"),
        "覆盖面": ("not_met", "met"),
        "托位": ("met", "met"),
        "新建": ("not_met", "met"),
        "已建": ("not_met", "met"),
    }
    json.dumps(summary, allow_nan=False)


def test_new_estate_of_999_needs_nothing(town, lattice):
    project = tg.open_project(town(communities_csv=lattice.ESTATES.replace(",1000,无,{x4}", ",999,无,{x4}")))
    assert "new_missing" not in set(project.gaps()["flag"])
    assert set(project.plan().sites.index) == {"C1", "C2"}


@pytest.mark.parametrize(("enrolled", "flag"), [(20, "new_shared"), (21, "new_missing")])
def test_new_estate_shares_where_places_are_to_spare(town, lattice, enrolled, flag):
    # 1,000 residents at 10 per 1,000 need ten places; I3 is 500 m away.
    more = lattice.INSTITUTIONS + f"I3,新园,专业托育机构,已备案,30,{enrolled},乙镇,{{x4}},{{y1}}\n"
    gaps = tg.open_project(town(institutions_csv=more)).gaps()
    assert gaps.set_index("subject_id").loc["E5", "flag"] == flag


def test_standard_is_closed(town, lattice):
    # C1-E3 is exactly 1,000 m: at 999 m nobody can cover E3 and E4, and the plan says how far it gets.
    shorter = lattice.POLICY.replace("value = 1000\n", "value = 999\n")
    plan = tg.open_project(town(policy_toml=shorter)).plan()
    head = plan.coverage[plan.coverage["headline"]].iloc[0]
    assert head["after"] == pytest.approx(3300 / 5600)
    assert len(plan.shortfalls) == 1
    assert "58.9%" in plan.shortfalls[0]
    # What falls short proves nothing of how many the rules take.
    assert "至少需要" not in plan.headline()
    assert "做到下列程度" in plan.headline()


def test_quota_beyond_the_candidates_names_township_and_shortfall(town, lattice):
    more = lattice.POLICY.replace('name = "甲街道"\nminimum = 2', 'name = "甲街道"\nminimum = 4')
    plan = tg.open_project(town(policy_toml=more)).plan()
    assert plan.quotas["shortfall"].to_dict() == {"999900001": 2, "999900101": 0}
    assert set(plan.sites.index) == {"C1", "C2", "C3"}
    assert len(plan.shortfalls) == 1
    assert "甲街道" in plan.shortfalls[0]
    assert "缺2家" in plan.shortfalls[0]


def test_no_bridge_is_unreachable_and_still_counted(town, lattice):
    folder = town()
    streets = lattice.streets()
    middle = streets.geometry.centroid
    on_bridge = np.isclose(middle.x, lattice.X0 + 1250) & np.isclose(middle.y, lattice.Y0)
    assert on_bridge.sum() == 1
    streets[~on_bridge].to_file(folder / "roads.gpkg")
    project = tg.open_project(folder)
    village = project.access().demand.loc["V1"]
    assert village["nearest_id"] is None
    assert np.isnan(village["nearest_cost"])
    assert not village["covered"]
    share = project.access().coverage.set_index(["reading", "standard_m"])["share"]
    assert share["residents", 1000] == pytest.approx(3000 / 5600)
    assert set(project.gaps().query("flag == 'village_guidance'")["subject_id"]) == {"V1"}


def test_rows_in_another_order_give_the_same_figures(town, lattice):
    def reversed_rows(table):
        head, *rows = table.strip().splitlines()
        return "\n".join([head, *reversed(rows)]) + "\n"

    first = tg.open_project(town()).outcome().summary
    second = (
        tg.open_project(
            town(
                communities_csv=reversed_rows(lattice.ESTATES),
                candidates_csv=reversed_rows(lattice.CANDIDATES),
                institutions_csv=reversed_rows(lattice.INSTITUTIONS),
            ),
        )
        .outcome()
        .summary
    )
    assert sorted(first.pop("sites")) == sorted(second.pop("sites"))
    assert first == second


def test_township_total_is_conserved_by_scaling(town, lattice):
    folder = town()
    import geopandas as gpd

    townships = gpd.read_file(folder / "townships.gpkg").assign(常住人口=[4000, 1900])
    townships.to_file(folder / "townships.gpkg")
    demand = tg.open_project(folder).demand()
    assert demand.points.groupby("township_id")["residents"].sum().to_dict() == {
        "999900001": 4000,
        "999900101": 1900,
    }
    assert demand.unplaced["residents"].sum() == 0
    assert demand.points["under3"].sum() == 177  # 3 % of 5,900
    assert (demand.points["residents"] % 1 == 0).all()


def test_people_of_no_known_place_count_as_not_covered(town):
    folder = town()
    import geopandas as gpd

    townships = gpd.read_file(folder / "townships.gpkg").assign(常住人口=[8000, 1800])
    townships.to_file(folder / "townships.gpkg")
    project = tg.open_project(folder)
    assert project.demand().unplaced["residents"].to_dict() == {"999900001": 4200, "999900101": 0}
    share = project.access().coverage.set_index(["reading", "standard_m"])["share"]
    assert share["residents", 1000] == pytest.approx(3300 / 9800)
    assert project.outcome().summary["population"]["residents"] == 9800


def test_without_roads_straight_lines_stand_in_and_say_so(town, lattice):
    folder = town()
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(
        text.replace('[layers.roads]\npath = "roads.gpkg"\ncrs = "EPSG:4548"\n', ""),
        encoding="utf-8",
    )
    project = tg.open_project(folder)
    assert project.reach().method == "straight_line"
    # I1 (0, 500) to E2 (500, 500): 500 m x 1.4.
    assert project.access().demand.loc["E2", "nearest_cost"] == pytest.approx(700)
    assert any("直线" in notice and "假定" in notice for notice in project.outcome().note.notices)
    assert set(project.outcome().demand["nearest_plan_method"].dropna()) == {"straight_line"}
    assert set(project.outcome().service_areas["method"]) == {"straight_line"}
    assert project.outcome().summary["coverage"]["straight_lines"]["detour_source"] == "assumed"
    assert all(
        "直线估算" in one for one in project.gaps().query("nearest_method == 'straight_line'")["reason"]
    )
    assert (project.gaps()["nearest_method"] == "straight_line").any()
    assert "no_roads" in {finding.code for finding in project.outcome().findings}


def test_budget_smaller_than_the_rules_need_is_told(town):
    plan = tg.open_project(town(), overrides=["siting.budget=1"]).plan()
    assert len(plan.sites) == 1
    assert plan.shortfalls


def test_forced_and_forbidden(town):
    plan = tg.open_project(town(), overrides=['siting.forced=["C3"]', 'siting.forbidden=["C1"]']).plan()
    assert set(plan.sites.index) == {"C2", "C3"}
    with pytest.raises(tg.TuoyuError, match="C9"):
        tg.open_project(town(), overrides=['siting.forced=["C9"]']).plan()


@pytest.mark.parametrize(("remote", "flagged"), [("是", True), ("否", False), ("", True)])
def test_guidance_is_for_remote_villages_out_of_reach(town, lattice, remote, flagged):
    # V2 is 4,500 m by e-bike, as V1; with a standard of 10 minutes both are out of reach.
    villages = (
        f"编号,村名,所属乡镇,常住人口,是否偏远,X坐标,Y坐标\nV1,山前村,乙镇,300,{remote},{{x4}},{{y4}}\n"
    )
    shorter = lattice.POLICY.replace("value = 15\n", "value = 10\n")
    gaps = tg.open_project(town(villages_csv=villages, policy_toml=shorter)).gaps()
    assert ("village_guidance" in set(gaps["flag"])) == flagged
