"""Places through the whole chain: the town's residents, each place counted once, worked out on paper."""

import numpy as np
import pytest

import tuoyu_geo as tg


def by_places(lattice, **more):
    policy = lattice.POLICY.replace('headline = "residents"', 'headline = "residents_places"')
    for old, new in more.items():
        policy = policy.replace(*new) if isinstance(new, tuple) else policy.replace(old, new)
    return policy


def test_places_today_reach_those_who_live_near_and_no_more(town):
    # I1 has 30 places; E1, E2 and V1 need 9 + 4.5 + 1.35 by 4.5 per 1,000: all are served. E3 and E4 reach nothing.
    share = tg.open_project(town()).access().coverage.set_index("reading")["share"]
    assert share["residents_places"] == pytest.approx(3300 / 5600)
    assert share["under3_places"] == pytest.approx(99 / 168)


def test_a_small_institution_serves_the_share_it_has_places_for(town, lattice):
    # Ten places for the 14.85 that E1, E2 and V1 need: two thirds of 3,300 people.
    fewer = lattice.INSTITUTIONS.replace("已备案,30,25", "已备案,10,10")
    access = tg.open_project(town(institutions_csv=fewer)).access()
    share = access.coverage.set_index("reading")["share"]
    assert share["residents_places"] == pytest.approx(3300 * 10 / 14.85 / 5600)
    assert share["residents"] == pytest.approx(3300 / 5600)
    assert (access.demand["place_share"] <= 1).all()
    assert access.demand.loc["E3", "place_share"] == 0


def test_a_plan_by_places_opens_what_reach_alone_would_not(town, lattice):
    # Candidate C1 reaches E3, C2 reaches E4, which needs 6.75 places; two would be enough to call it covered by reach.
    small = lattice.CANDIDATES.replace("租赁,1,40,60", "租赁,1,2,60")
    plan = tg.open_project(town(policy_toml=by_places(lattice), candidates_csv=small)).plan()
    head = plan.coverage[plan.coverage["headline"]].iloc[0]
    assert head["reading"] == "residents_places"
    assert head["after"] == pytest.approx((3300 + 800 + 1500 * 2 / 6.75) / 5600)
    assert any("托位" in sentence and "覆盖率" in sentence for sentence in plan.shortfalls)
    reach = plan.coverage.set_index(["reading", "standard_m"])["after"]["residents", 1000]
    assert reach == 1.0


def test_neighbouring_new_estates_share_and_a_spare_place_is_promised_once(town, lattice):
    # E5 and E6 are both planned for 1,000 people now and need ten places each. I3, 500 m from both at most, has 15 to spare:
    # one of them shares it, the other does not.
    estates = lattice.ESTATES.replace(",999,无,{x4}", ",1000,无,{x4}")
    more = lattice.INSTITUTIONS + "I3,新园,专业托育机构,已备案,30,15,乙镇,{x4},{y1}\n"
    flags = tg.open_project(town(communities_csv=estates, institutions_csv=more)).gaps()["flag"]
    assert (flags == "new_shared").sum() == 1
    assert (flags == "new_missing").sum() == 1
    # C3 has 20 places: enough for both, so one site mends both.
    plan = tg.open_project(town(communities_csv=estates)).plan()
    assert "C3" in plan.sites.index
    assert plan.shortfalls == ()


def test_a_candidate_known_by_its_area_is_built_as_large_as_needed(town, lattice):
    # 900 square metres at 9 a place hold 100 places; 18.45 more are needed (E4 and V1, or E3), so one class of 20 does.
    areas = lattice.CANDIDATES.replace("楼层,托位数", "楼层,建筑面积").replace(
        "租赁,1,40,60", "租赁,1,900,60"
    )
    policy = by_places(lattice, quota=("minimum = 2", "minimum = 1"))
    project = tg.open_project(town(policy_toml=policy, candidates_csv=areas))
    sites = project.plan().sites
    site = sites.loc["C2"]
    assert (site["places"], site["places_full"]) == (20, 100)
    assert site["cost_10k_yuan"] == pytest.approx(60 * (0.4 + 0.6 * 20 / 100))
    assert site["cost_method"] == "estimated"
    assert "20" in site["reason"]
    # What is written down stands, unless the planner says that it is a maximum.
    stated = tg.open_project(town()).plan().sites
    assert (stated["places"] == stated["places_full"]).all()
    free = tg.open_project(town(), overrides=['siting.stated_places="at_most"']).plan().sites
    assert free.loc["C2", "places"] == 20
    assert free["places"].sum() < stated["places"].sum()


def test_too_small_an_area_too_late_and_too_near_are_reasons(town, lattice):
    areas = lattice.CANDIDATES.replace("楼层,托位数", "楼层,可开办年份,建筑面积").replace(
        "改造,1,40,", "改造,1,2030,100,"
    )
    areas = areas.replace("租赁,1,40,", "租赁,1,2026,400,").replace(
        "公共配套用房,1,20,", "公共配套用房,1,2031,400,"
    )
    areas = areas.replace("新建,1,80,", "新建,1,2026,900,")
    overrides = ["siting.open_by=2030"]
    candidates = tg.open_project(town(candidates_csv=areas), overrides=overrides).outcome().candidates
    reason = candidates["unusable_reason"]
    assert "180" in reason["C1"]  # one class of 20 places at 9 square metres
    assert "2031" in reason["C3"]
    assert reason["C2"] is None
    for metres, is_near in ((1118, False), (1119, True)):  # I1 to C1 is 1,118.03 m as the crow flies
        near = tg.open_project(town(), overrides=[f"siting.spacing_m={metres}"]).outcome().candidates
        assert (near["unusable_reason"]["C1"] is not None) == is_near


def test_new_sites_keep_their_distance(town):
    # C2 to C3 is 1,118 m: farther apart than asked, only one of them may be built.
    sites = tg.open_project(town(), overrides=["siting.spacing_m=1200"]).plan().sites
    points = np.column_stack([sites.geometry.x, sites.geometry.y])
    apart = np.hypot(*(points[:, None] - points[None]).T)
    assert apart[np.triu_indices(len(points), 1)].min(initial=np.inf) >= 1200


def test_two_candidates_on_one_plot_are_one(town, lattice):
    twice = lattice.CANDIDATES + "C5,甲社区中心二期,社区服务中心,改造,2,40,70,,甲街道,{x2},{y2}\n"
    policy = lattice.POLICY.replace("minimum = 2", "minimum = 3")
    plan = tg.open_project(town(candidates_csv=twice, policy_toml=policy)).plan()
    assert len({"C1", "C5"} & set(plan.sites.index)) == 1
    assert plan.quotas["shortfall"].to_dict()["999900001"] == 1


def test_a_limit_in_money_is_kept(town):
    plan = tg.open_project(town(), overrides=["siting.budget_10k_yuan=115"]).plan()
    assert plan.sites["cost_10k_yuan"].sum() <= 115
    assert plan.shortfalls


def test_a_township_can_ask_for_places_of_its_own(town, lattice):
    # 乙镇 has 1,800 residents: 30 per 1,000 are 54 places, so both C2 (40) and C3 (20) are needed.
    policy = lattice.POLICY.replace(
        'name = "乙镇"\nminimum = 1', 'name = "乙镇"\nminimum = 1\nplaces_per_1000 = 30'
    )
    estates = lattice.ESTATES.replace(",1000,无,{x4}", ",999,无,{x4}")
    assert set(tg.open_project(town(communities_csv=estates)).plan().sites.index) == {"C1", "C2"}
    plan = tg.open_project(town(communities_csv=estates, policy_toml=policy)).plan()
    assert set(plan.sites.index) == {"C1", "C2", "C3"}


def test_the_proof_of_every_aim_stands_in_the_summary(town):
    stages = tg.open_project(town()).outcome().summary["solver"]["stages"]
    assert [stage["name"] for stage in stages][-4:] == ["sites", "cost", "covered", "trip"]
    assert all(stage["status"] == "optimal" for stage in stages)
