"""What clashes, what would mend it, and candidates where none are given."""

import tuoyu_geo as tg


def without_candidates(folder):
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(
        text.replace('[layers.candidates]\npath = "candidates.csv"\ncrs = "EPSG:4548"\n', ""),
        encoding="utf-8",
    )
    return folder


def test_nothing_clashes_where_all_is_met(town):
    plan = tg.open_project(town()).plan()
    assert plan.clashes == ()
    assert len(plan.search_areas) == 0
    assert plan.outcome.summary["clashes"] == []


def test_a_quota_beyond_the_candidates_names_itself_and_its_township(town, lattice):
    more = lattice.POLICY.replace('name = "甲街道"\nminimum = 2', 'name = "甲街道"\nminimum = 4')
    plan = tg.open_project(town(policy_toml=more)).plan()
    assert len(plan.clashes) == 1
    assert "甲街道至少4家（现有1家，可用候选点1处）" in plan.clashes[0]
    area = plan.search_areas.iloc[0]
    assert (area["reason"], area["subject_id"]) == ("quota", "999900001")
    assert "再有2处" in area["asks"]
    assert area.geometry.equals(plan.outcome.townships.geometry["999900001"])
    assert plan.clashes[0] in plan.headline()


def test_a_budget_too_small_clashes_with_the_rules_it_can_not_pay_for(town):
    # Two quotas are one short each: with one new site both can't be met, each alone can.
    plan = tg.open_project(town(), overrides=["siting.budget=1"]).plan()
    assert any("新增不超过1处" in one for one in plan.clashes)
    assert all("单独" not in one for one in plan.clashes)


def test_an_estate_out_of_reach_of_all_shows_from_where_it_could_be_served(town, lattice):
    # Without C3 nobody within 1,000 m of E5 but C2, 1,118 m away as the crow flies and 1,500 m on foot.
    rest = "\n".join(line for line in lattice.CANDIDATES.splitlines() if not line.startswith("C3")) + "\n"
    plan = tg.open_project(town(candidates_csv=rest)).plan()
    assert any("新建千人以上小区" in one for one in plan.clashes)
    area = plan.search_areas.set_index("subject_id").loc["E5"]
    assert area["reason"] == "estate"
    e5 = plan.outcome.demand.geometry["E5"]
    assert area.geometry.buffer(1).contains(e5)
    assert area.geometry.bounds[2] - area.geometry.bounds[0] < 2200


def test_coverage_out_of_reach_names_a_corner_near_those_left(town, lattice):
    # Only C1 and C3 stand: E4 with 1,500 people is left, across the river.
    rest = "\n".join(line for line in lattice.CANDIDATES.splitlines() if not line.startswith("C2")) + "\n"
    plan = tg.open_project(town(candidates_csv=rest)).plan()
    areas = plan.search_areas[plan.search_areas["reason"] == "coverage"]
    assert len(areas) == 1
    assert areas["residents"].iloc[0] == 1500
    spot = areas.geometry.iloc[0].centroid
    assert abs(spot.x - (lattice.X0 + 1500)) <= 600 or spot.x > lattice.X0 + 1500


def test_where_no_candidates_are_given_corners_and_waiting_institutions_stand_in(town):
    project = tg.open_project(without_candidates(town()))
    plan = project.plan()
    kinds = set(plan.outcome.candidates["kind"])
    assert kinds == {"search_area", "unregistered"}
    assert plan.outcome.candidates["name"].loc["waiting-I2"] == "乙托育园"
    assert plan.quotas["met"].all()
    head = plan.coverage[plan.coverage["headline"]].iloc[0]
    assert head["after"] >= 0.9
    assert plan.sites["cost_10k_yuan"].isna().all()
    assert "candidates_proposed" in {finding.code for finding in plan.outcome.findings}
    assert any("查找范围" in notice for notice in plan.outcome.note.notices)
    assert (plan.outcome.candidates["places"].dropna() == plan.outcome.candidates["places"]).all()


def test_a_list_of_candidates_that_is_empty_stays_empty(town, lattice):
    head = lattice.CANDIDATES.splitlines()[0] + "\n"
    plan = tg.open_project(town(candidates_csv=head)).plan()
    assert len(plan.sites) == 0
    assert plan.shortfalls


def test_proposals_are_the_same_each_time(town):
    folder = without_candidates(town())
    sites = [tg.open_project(folder).plan().sites.index.tolist() for _ in range(2)]
    assert sites[0] == sites[1]
