"""The best plan and its rivals, against every choice of sites and sizes; what comes after a plan that is the only one."""

from dataclasses import replace
from itertools import product
from time import perf_counter

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from tuoyu_geo.siting import Capacity, PlanningProblem, Sizes, plan_sites, recompute_plan, settling
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.planning_model import build_model
from tuoyu_geo.siting.rivals import contested
from tuoyu_geo.siting.start import completed
from tuoyu_geo.siting.watch import Watch


def county(seed, *, n=7, n_demand=14, costs=(10, 60)):
    """Communities and candidates in a square, every candidate at two sizes; two estates want places."""
    rng = np.random.default_rng(seed)
    homes, candidates = rng.uniform(0, 3_000, (n_demand, 2)), rng.uniform(0, 3_000, (n, 2))
    schools = rng.uniform(0, 3_000, (1, 2))
    near, now = cdist(homes, candidates), cdist(homes, schools)
    estate = np.arange(n_demand) < 2
    places, cost = rng.choice([30.0, 45.0], n), rng.integers(*costs, n).astype(float)
    return PlanningProblem(
        covers=csr_array(near <= 1_200),
        weight=rng.integers(200, 900, n_demand).astype(float),
        covered_now=(now <= 1_200).any(axis=1),
        group=np.zeros(n, dtype=np.int64),
        quota_minimum=np.array([1]),
        existing_count=np.array([0]),
        places=places,
        places_now=30.0,
        places_required=70.0,
        coverage_target_share=0.8,
        site_cost=cost,
        usable=np.ones(n, dtype=bool),
        must_serve=estate,
        first="cost",
        sizes=Sizes(column=np.arange(n), places=np.full(n, 15.0), cost=np.ceil(cost * 0.6)),
        capacity=Capacity(
            need=np.where(estate, 12.0, 0.0),
            reach_now=csr_array(now <= 1_200),
            places_now=np.array([30.0]),
            spare_now=np.array([8.0]),
            trip=csr_array(np.hstack([now, near])),
        ),
    )


def limits_of(model):
    """The rules held at what a plan with every site reaches, as `plan_sites` would hold them at their best."""
    everything = np.zeros(len(model.lower))
    everything[model.at["x"]] = model.upper[model.at["x"]]
    point = completed(model, "quota", everything, [], seed=0, otherwise=everything)
    limits = []
    for name in ("quota", "must_serve", "coverage", "places"):
        point = completed(model, name, point, limits, seed=0, otherwise=point)
        limits.append((name, float(model.aims[name] @ point) + 1e-6))
    return point, limits


def every_cost(model, limits):
    """The cost of each choice of sites and sizes within the limits."""
    costs = []
    n = model.n_candidate
    for choice in product((0, 1, 2), repeat=n):
        point = np.zeros(len(model.lower))
        point[model.at["x"]] = np.array(choice) > 0
        point[model.at["v"]] = np.array(choice) == 2
        cost = float(model.aims["cost"] @ point)
        costs.append((cost, choice, point))
    costs.sort(key=lambda one: one[0])
    kept = []
    for cost, choice, point in costs:
        if kept and cost > kept[-1][0] + 1e-9 and len(kept) >= 2:
            break
        found = completed(model, "cost", point, limits, seed=0, otherwise=point)
        if found is not point:
            kept.append((cost, choice))
    return kept


@pytest.mark.parametrize(("seed", "costs"), [(0, (10, 60)), (1, (10, 60)), (2, (10, 12)), (3, (10, 12))])
def test_the_best_and_whether_it_is_the_only_one_are_those_of_every_choice(seed, costs):
    problem = county(seed, n=5, costs=costs)
    model = build_model(problem)
    start, limits = limits_of(model)
    kept = every_cost(model, limits)
    contest = contested(
        model,
        model.program("cost", limits),
        start,
        completed=lambda found: completed(model, "cost", found, limits, seed=0, otherwise=start),
        left_s=lambda: 60.0,
        seed=0,
        watch=Watch(time_limit_s=60.0),
        tell=lambda found, bound: None,
    )
    assert model.aims["cost"] @ contest.point == pytest.approx(kept[0][0])
    assert contest.bound == pytest.approx(kept[0][0])
    assert contest.is_only == (kept[1][0] > kept[0][0] + 1e-9)


def test_both_answers_occur_above():
    """A check that only ever saw one of the two would prove nothing."""
    ties = set()
    for seed, costs in ((0, (10, 60)), (1, (10, 60)), (2, (10, 12)), (3, (10, 12))):
        model = build_model(county(seed, n=5, costs=costs))
        kept = every_cost(model, limits_of(model)[1])
        ties.add(kept[1][0] > kept[0][0] + 1e-9)
    assert ties == {True, False}


def test_without_sizes_there_is_no_rival_to_begin_from():
    problem = replace(
        county(0), sizes=Sizes(column=np.zeros(0, dtype=np.int64), places=np.zeros(0), cost=np.zeros(0))
    )
    model = build_model(problem)
    start, limits = limits_of(model)
    assert (
        contested(
            model,
            model.program("cost", limits),
            start,
            completed=lambda found: found,
            left_s=lambda: 10.0,
            seed=0,
            watch=Watch(time_limit_s=10.0),
            tell=lambda found, bound: None,
        )
        is None
    )
    assert plan_sites(problem).status == "optimal"


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_proven_to_be_the_only_one_is_the_plan_found_aim_by_aim(seed, monkeypatch):
    problem = county(seed, n=12, n_demand=30, costs=(10, 60) if seed % 2 else (10, 13))
    quick = plan_sites(problem)
    monkeypatch.setattr(settling, "MOST_RIVALS", 0)
    slow = plan_sites(problem)
    for one in (quick, slow):
        assert one.status == "optimal"
        check = recompute_plan(problem, one.selected, site_places=one.site_places, flow=one.flow)
        assert check.faults == ()
    for ours, theirs in zip(quick.stages, slow.stages, strict=True):
        assert ours.objective == pytest.approx(theirs.objective, rel=2e-4, abs=1e-4), ours.name


def test_where_all_candidates_cost_the_same_no_rivals_are_sought(monkeypatch):
    """There are as many as anyone likes; the plan is the one that the search among rivals ends with all the same."""
    problem = county(1, n=12, n_demand=30, costs=(10, 11))
    with monkeypatch.context() as patch:
        patch.setattr(settling, "TIED_SHARE", 0.0)
        sought = plan_sites(problem)
    monkeypatch.setattr(settling, "contested", lambda *_, **__: pytest.fail("rivals were sought"))
    found = plan_sites(problem)
    assert found.status == sought.status == "optimal"
    for ours, theirs in zip(found.stages, sought.stages, strict=True):
        assert ours.objective == pytest.approx(theirs.objective, rel=2e-4, abs=1e-4), ours.name


def test_what_is_told_only_ever_gets_better():
    told = []
    plan_sites(county(3, n=14, n_demand=40), progress=told.append)
    for name in {stage.name for stage in told}:
        mine = [stage for stage in told if stage.name == name]
        sign = -1.0 if name == "covered" else 1.0
        values, bounds = [sign * one.objective for one in mine], [sign * one.bound for one in mine]
        assert values == sorted(values, reverse=True), name
        assert bounds == sorted(bounds), name


def test_out_of_time_the_best_so_far_keeps_a_sound_bound():
    problem = county(5, n=14, n_demand=40)
    model = build_model(problem)
    start, limits = limits_of(model)
    best = next(stage.objective for stage in plan_sites(problem).stages if stage.name == "cost")
    began = perf_counter()
    contest = contested(
        model,
        model.program("cost", limits),
        start,
        completed=lambda found: completed(model, "cost", found, limits, seed=0, otherwise=start),
        left_s=lambda: 0.01,
        seed=0,
        watch=Watch(time_limit_s=0.01),
        tell=lambda found, bound: None,
    )
    assert perf_counter() - began < 20
    assert 0.0 <= contest.bound <= best + 1e-6 <= float(model.aims["cost"] @ contest.point) + 2e-6


def test_an_estate_that_the_spare_places_do_not_hold_needs_a_whole_site():
    """Of 12 places 8 are to be had: by the places alone a third of a site would do, and nothing else asks for more."""
    problem = county(0)
    alone = replace(
        problem,
        covers=csr_array(np.ones((1, 2), dtype=bool)),
        weight=np.array([500.0]),
        covered_now=np.array([True]),
        group=np.zeros(2, dtype=np.int64),
        quota_minimum=np.array([0]),
        places=np.array([45.0, 45.0]),
        places_required=0.0,
        coverage_target_share=0.0,
        site_cost=np.array([10.0, 10.0]),
        usable=np.ones(2, dtype=bool),
        must_serve=np.array([True]),
        sizes=Sizes(column=np.zeros(0, dtype=np.int64), places=np.zeros(0), cost=np.zeros(0)),
        capacity=Capacity(
            need=np.array([12.0]),
            reach_now=csr_array(np.ones((1, 1), dtype=bool)),
            places_now=np.array([30.0]),
            spare_now=np.array([8.0]),
        ),
    )
    assert relaxed_sites(alone) == pytest.approx(1.0)
    roomy = replace(alone, capacity=replace(alone.capacity, spare_now=np.array([12.0])))
    assert relaxed_sites(roomy) == pytest.approx(0.0)
    assert plan_sites(alone).selected.size == 1
    assert plan_sites(roomy).selected.size == 0


def relaxed_sites(problem):
    model = build_model(problem)
    program = model.program("sites", [("must_serve", 0.0)])
    relaxed = replace(program, integer=np.zeros_like(program.integer))
    answer = solve(relaxed, time_limit_s=10, gap=0.0, seed=0)
    assert answer.verdict == "optimal"
    return float(program.cost @ answer.x)
