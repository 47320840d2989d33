"""Phases, alternatives and scenarios of the hand-drawn town and of the example, worked out again from the layers."""

import signal

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


def ways(project, ids):
    """Children and metres to the nearest institution within the standard, by demand point; every way of the town in metres.

    V1 alone goes by minutes: 15 min by e-bike are 5,000 m at 20 km/h.
    """
    reach, points = project.reach(), project.demand().points
    serving = set(reach.facilities.index[reach.counted_mask]) | set(ids)
    columns = [j for j, one in enumerate(reach.facilities.index) if one in serving]
    found = {}
    for i, name in enumerate(points.index):
        row = {int(j): float(c) for j, c in zip(reach.cost[[i]].indices, reach.cost[[i]].data, strict=True)}
        least = min((row.get(j, np.inf) for j in columns), default=np.inf)
        metres = least if reach.cost_unit[i] == "m" else least * 20_000 / 60
        found[name] = (points["under3"].iloc[i], metres if least <= reach.standard[i] else np.inf)
    return found


def test_a_change_is_told_in_children_and_metres(town, lattice):
    more = """C5,甲文化站,社区服务中心,改造,1,40,80,,甲街道,{x2},{y3}
C6,甲老年站,社区服务中心,改造,1,40,90,,甲街道,{x1},{y2}
"""
    project = tg.open_project(town(candidates_csv=lattice.CANDIDATES + more))
    found = project.alternatives(k=3, least_difference=1)
    best = set(project.plan().sites.index)
    before = ways(project, best)
    assert len(found.plans) > 1
    for row in found.plans.itertuples():
        ids = (best - set(filter(None, row.leaves.split("、")))) | set(filter(None, row.comes.split("、")))
        after = ways(project, ids)
        rows = [(children, before[one][1], metres) for one, (children, metres) in after.items()]
        assert row.gained_under3 == sum(n for n, old, new in rows if np.isinf(old) and np.isfinite(new))
        assert row.lost_under3 == sum(n for n, old, new in rows if np.isfinite(old) and np.isinf(new))
        nearer = [(n, old - new) for n, old, new in rows if np.isfinite(old) and new < old - 1]
        farther = [(n, new - old) for n, old, new in rows if np.isfinite(new) and new > old + 1]
        for share, metres, children in (
            (row.nearer_under3, row.nearer_m, nearer),
            (row.farther_under3, row.farther_m, farther),
        ):
            total = sum(n for n, _ in children)
            assert share == pytest.approx(total)
            assert metres == pytest.approx(sum(n * m for n, m in children) / total if total else 0)
    told = found.plans.iloc[1]
    assert ("名" in told["words"]) == any(
        told[name] >= 0.5 for name in ("gained_under3", "lost_under3", "nearer_under3", "farther_under3")
    )


def test_sensitivity_is_that_of_every_set_of_sites(project):
    """Three candidates can be used: all eight sets are tried."""
    from itertools import combinations

    from tuoyu_geo.siting import recompute_plan

    table = project.sensitivity(births=[0.5], enrolment=[0.1, 1.0], standards_m=[500]).table
    assert table["varied"].tolist() == ["policy", "enrolment", "enrolment", "births", "radius"]
    under3 = project.demand().points["under3"].sum()
    assert table["places_required"].tolist()[1:4] == [
        np.ceil(under3 * share - 1e-9) for share in (0.1, 1.0, 0.5 * 0.2495)
    ]
    assert table["status"].eq("optimal").all()
    problem, ids = project.problem(), project.rated()[0].index
    usable = np.flatnonzero(problem.open_columns())
    for row in table[table["varied"] != "radius"].itertuples():
        figures = {
            chosen: recompute_plan(problem, chosen)
            for n in range(len(usable) + 1)
            for chosen in combinations(usable.tolist(), n)
        }
        ranked = {
            chosen: (
                sum(one.quota_shortfall),
                int(ids.get_loc("C3") not in chosen),  # the new estate E5 has no other within 1,000 m
                round(max(0.9 - one.covered_share, 0), 9),
                max(row.places_required - one.places, 0),
                len(chosen),
                -round(one.covered_share, 9),
            )
            for chosen, one in figures.items()
            if not one.faults
        }
        best = min(ranked, key=ranked.get)
        assert row.n_sites == row.bound == len(best)
        assert row.places_short == ranked[best][3]
        assert row.covered_share == pytest.approx(figures[best].covered_share)
    radius = table.iloc[-1]
    everybody = project.outcome().summary["population"]["residents"]
    walk = project.reach().walk_m
    inside = 0.0
    chosen = [project.reach().facilities.index.get_loc(one) for one in radius["site_ids"].split("、")]
    chosen += np.flatnonzero(project.reach().counted_mask).tolist()
    for i, home in enumerate(project.demand().points.itertuples()):
        row = {int(j): float(c) for j, c in zip(walk[[i]].indices, walk[[i]].data, strict=True)}
        ride = project.reach().cost[[i]].toarray().ravel()
        near = (
            min(row.get(j, np.inf) for j in chosen) <= 500
            if home.area_kind == "urban"
            else any(0 < ride[j] <= 15 for j in chosen)
        )
        inside += home.residents * near
    assert radius["covered_share"] == pytest.approx(inside / everybody)
    assert set(radius["site_ids"].split("、")) <= set(ids)
    with pytest.raises(ConfigError, match="enrolment"):
        project.sensitivity(enrolment=[1.5])


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


def test_ctrl_c_ends_all_searches_of_a_question_and_is_said(project, monkeypatch):
    from tuoyu_geo.messages import speaking, text
    from tuoyu_geo.siting import aims

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        real, n_call = aims.solve, 0

        def solve(program, **how):
            nonlocal n_call
            n_call += 1
            if n_call == 3:
                signal.raise_signal(signal.SIGINT)
            return real(program, **how)

        monkeypatch.setattr(aims, "solve", solve)
        ways = [
            project.frontier,
            lambda: project.frontier(by="standard"),
            project.phases,
            project.alternatives,
            project.robust,
            project.sensitivity,
        ]
        with speaking(project.language):
            said = text("choices.interrupted")
        for ask in ways:
            n_call = 0
            assert ask().notes[-1] == said
            # Asked again it is searched anew, to its end.
            again = ask()
            assert said not in again.notes
            assert ask() is again
    finally:
        signal.signal(signal.SIGINT, before)
