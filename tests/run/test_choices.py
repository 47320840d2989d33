"""Phases, alternatives and scenarios of the hand-drawn town and of the example, worked out again from the layers."""

import numpy as np
import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError, DataError

pytestmark = pytest.mark.slow

PHASES = """
[[siting.phases]]
name = "近期"
year = 2027
new_sites = 1
[[siting.phases]]
name = "远期"
year = 2035
"""
SCENARIOS = """
[[siting.scenarios]]
name = "中"
enrolment = 0.25
[[siting.scenarios]]
name = "新城建成"
births = 0.8
births_rural = 0.5
enrolment = 0.3
new_estates = true
"""


@pytest.fixture
def project(town):
    return tg.open_project(town())


def reached(project, ids):
    """Residents and children within the standard, row by row over the cost matrix."""
    reach, points = project.reach(), project.demand().points
    serving = set(reach.facilities.index[reach.counted_mask]) | set(ids)
    columns = [j for j, one in enumerate(reach.facilities.index) if one in serving]
    residents = under3 = 0.0
    for i in range(len(points)):
        row = {int(j): float(c) for j, c in zip(reach.cost[[i]].indices, reach.cost[[i]].data, strict=True)}
        if any(row.get(j, np.inf) <= reach.standard[i] for j in columns):
            residents += points["residents"].iloc[i]
            under3 += points["under3"].iloc[i]
    return residents, under3


def test_halves_without_phases(project):
    phases, plan = project.phases(), project.plan()
    assert phases.table["phase"].tolist() == ["近期", "远期"]
    assert set(phases.sites.index) == set(plan.sites.index)
    n = len(plan.sites)
    assert phases.table["n_sites"].tolist() == [-(-n // 2), n]
    assert any("没有设置分期" in note for note in phases.notes)
    assert phases.status == "optimal"
    assert len(phases.shown()) == 2


def test_phases_of_the_settings(town, lattice):
    project = tg.open_project(town(project_toml=lattice.PROJECT + PHASES))
    phases = project.phases()
    near, far = phases.table.to_dict("records")
    assert (near["n_new"], near["year"], far["year"]) == (1, 2027, 2035)
    everybody = project.outcome().summary["population"]["residents"]
    for row in (near, far):
        names = [near["phase"]] if row is near else [near["phase"], far["phase"]]
        ids = phases.sites.index[phases.sites["phase"].isin(names)]
        assert row["covered_share"] == pytest.approx(reached(project, ids)[0] / everybody)
        assert row["alone_bound_share"] >= row["alone_share"] - 1e-9
        towns = phases.townships[phases.townships["phase"] == row["phase"]]
        assert towns["shortfall"].sum() == row["quota_shortfall"]
        assert towns["places"].sum() == row["places"]
        assert (towns["covered_share"] * towns["residents"]).sum() / everybody == pytest.approx(
            row["covered_share"]
        )
    # The last phase is the plan.
    assert set(phases.sites.index) == set(project.plan().sites.index)


def test_a_candidate_that_opens_late_waits(town, lattice):
    table = lattice.CANDIDATES.splitlines()
    header = table[0].split(",")
    rows = [
        [*line.split(",")[:8], "2035" if line.startswith("C2") else "2025", *line.split(",")[8:]]
        for line in table[1:]
    ]
    header = [*header[:8], "可开办年份", *header[8:]]
    text = "\n".join(",".join(row) for row in [header, *rows]) + "\n"
    project = tg.open_project(town(candidates_csv=text, project_toml=lattice.PROJECT + PHASES))
    phases = project.phases()
    assert "C2" in project.plan().sites.index
    assert phases.sites.loc["C2", "phase"] == "远期"


def test_alternatives_and_exchanges(project):
    found, plan = project.alternatives(k=2), project.plan()
    assert found.plans["plan"].tolist() == list(range(1, len(found.plans) + 1))
    assert found.plans["leaves"].iloc[0] == found.plans["comes"].iloc[0] == ""
    best = set(plan.sites.index)
    for row in found.plans.itertuples():
        ids = (best - set(filter(None, row.leaves.split("、")))) | set(filter(None, row.comes.split("、")))
        assert (row.residents, row.under3) == reached(project, ids)
        assert row.n_sites == len(ids)
    assert set(found.sites.index) == best
    assert set(found.sites["role"]) <= {"essential", "exchangeable", "rearranged", "forced", "unknown"}
    assert found._repr_html_()
    with pytest.raises(ConfigError):
        project.alternatives(k=0)


def test_plans_side_by_side(project):
    table = project.compare(ours=["C1", "C2"], theirs=["C1"])
    assert table.loc["n_sites"].tolist() == [2, 1]
    assert table.loc["only_here"].tolist() == ["C2", ""]
    for name, ids in (("ours", ["C1", "C2"]), ("theirs", ["C1"])):
        assert (table.loc["residents", name], table.loc["under3", name]) == reached(project, ids)
    with pytest.raises(DataError, match="C99"):
        project.compare(ours=["C99"])


def test_scenarios_of_the_settings(town, lattice):
    project = tg.open_project(town(project_toml=lattice.PROJECT + SCENARIOS))
    robust = project.robust()
    middle, grown = robust.table.to_dict("records")
    points = project.demand().points
    assert middle["under3"] == points["under3"].sum()
    # E5 brings 1,000 and E6 999 people, of whom as many are under 3 as of everybody; births 0.8 in town, 0.5 outside.
    share = points["under3"].sum() / points["residents"].sum()
    factor = np.where(points["area_kind"] == "rural", 0.5, 0.8)
    coming = points.index.map({"E5": 1000, "E6": 999}).fillna(0).to_numpy(float)
    assert grown["under3"] == pytest.approx(((points["under3"] + share * coming) * factor).sum())
    assert grown["seeking"] == pytest.approx(grown["under3"] * 0.3)
    assert robust.status == "optimal"
    assert robust.worst_regret_share == pytest.approx(robust.table["robust_regret"].max(), abs=1e-6)
    assert robust.table["middle_regret"].max() >= robust.table["robust_regret"].max() - 1e-9
    assert middle["middle_regret"] == pytest.approx(0, abs=1e-9)
    _, children = reached(project, robust.middle_sites)
    assert middle["middle_share"] == pytest.approx(children / middle["under3"])
    assert robust._repr_html_()


def test_assumed_scenarios_say_so(project):
    robust = project.robust()
    assert len(robust.table) == 6
    assert any("不是对本地的预测" in note for note in robust.notes)


def test_a_county_without_candidates(town, lattice):
    head = lattice.CANDIDATES.splitlines()[0] + "\n"
    project = tg.open_project(town(candidates_csv=head))
    assert project.phases().table["n_sites"].tolist() == [0, 0]
    assert len(project.alternatives().plans) == 1
    assert project.robust().robust_sites == ()
