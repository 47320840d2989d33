"""A county's plan against the lexicographic best of all plans."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import PlanningProblem, plan_sites, recompute_plan

NONE = np.zeros(0, dtype=np.int64)


def county(seed, *, n=None):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 10)) if n is None else n
    n_demand, n_group = int(rng.integers(3, 14)), int(rng.integers(1, 4))
    usable = rng.random(n) < 0.85
    free = np.flatnonzero(usable)
    forced = free[:1] if seed % 4 == 0 else NONE
    scale = [1.0, 1e5][seed % 2]
    return PlanningProblem(
        covers=csr_array(rng.random((n_demand, n)) < rng.choice([0.15, 0.4])),
        weight=rng.integers(0, 9, n_demand) * scale,
        covered_now=rng.random(n_demand) < 0.2,
        group=rng.integers(-1, n_group, n),
        quota_minimum=rng.integers(0, 4, n_group),
        existing_count=rng.integers(0, 2, n_group),
        places=rng.integers(0, 6, n) * 10.0,
        places_now=20.0,
        places_required=float(rng.integers(0, 160)),
        coverage_target_share=float(rng.choice([0.0, 0.5, 0.8, 1.0])),
        site_cost=rng.integers(1, 6, n) * 1.5,
        usable=usable,
        must_serve=rng.random(n_demand) < 0.2,
        conflict=(rng.choice(n, size=2, replace=False),) if seed % 3 == 0 and not len(forced) else (),
        forced=forced,
        forbidden=np.setdiff1d(free[-1:], forced) if seed % 5 == 0 else NONE,
        max_new=int(rng.integers(1, 4)) if seed % 3 == 1 else None,
    )


def key(problem, plan):
    """The seven aims of a plan, least first, worked out row by row."""
    figures = recompute_plan(problem, plan)
    total = float(problem.weight.sum())
    uncovered = total - figures.covered_weight
    short = uncovered - (1 - problem.coverage_target_share) * total
    lost = sum(
        float(w)
        for w, now, row in zip(problem.weight, problem.covered_now, problem.covers.toarray(), strict=True)
        if not now and not (row & problem.open_columns()).any()
    )
    # What no candidate can ever cover is short in every plan, and counts in every plan alike.
    assert uncovered >= lost - 1e-6
    return (
        sum(figures.quota_shortfall),
        figures.n_unserved,
        round(max(short, 0.0), 6),
        round(max(problem.places_required - figures.places, 0.0), 6),
        len(plan),
        round(figures.cost, 6),
        round(-figures.covered_weight, 6),
    )


def best(problem):
    n = problem.n_candidate
    plans = (plan for size in range(n + 1) for plan in combinations(range(n), size))
    return min(key(problem, plan) for plan in plans if not recompute_plan(problem, plan).faults)


@pytest.mark.parametrize("seed", range(80))
def test_the_plan_is_the_lexicographic_best(seed):
    problem = county(seed)
    result = plan_sites(problem)
    assert recompute_plan(problem, result.selected).faults == ()
    assert key(problem, tuple(result.selected)) == best(problem), seed
    assert result.status == "optimal"
    told = [stage.objective for stage in result.stages]
    least = key(problem, tuple(result.selected))
    assert told[:6] == pytest.approx(least[:6], abs=1e-5)
    assert told[6] == pytest.approx(-least[6])


@pytest.mark.parametrize("seed", range(20))
def test_the_figures_are_those_of_the_independent_check(seed):
    problem = county(seed)
    result = plan_sites(problem)
    figures = recompute_plan(problem, result.selected)
    assert result.covered_weight == pytest.approx(figures.covered_weight)
    assert result.covered_share == pytest.approx(figures.covered_share)
    assert result.places == figures.places
    assert result.cost == pytest.approx(figures.cost)
    assert tuple(result.quota_shortfall) == figures.quota_shortfall
    assert result.n_unserved == figures.n_unserved
    assert sorted(result.order) == result.selected.tolist()


@pytest.mark.parametrize("seed", range(10))
def test_order_of_rows_does_not_matter_and_a_seed_repeats(seed):
    problem = county(seed, n=12)
    turned = np.random.default_rng(seed).permutation(len(problem.weight))
    other = replace(
        problem,
        covers=csr_array(problem.covers.toarray()[turned]),
        weight=problem.weight[turned],
        covered_now=problem.covered_now[turned],
        must_serve=problem.must_serve[turned],
    )
    one = plan_sites(problem)
    assert one.selected.tolist() == plan_sites(problem).selected.tolist()
    values = [[stage.objective for stage in plan.stages] for plan in (one, plan_sites(other))]
    assert values[0] == pytest.approx(values[1])


def small(**changes):
    """Two townships, four candidates; the figures below are worked out by hand."""
    base = PlanningProblem(
        covers=csr_array(np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)),
        weight=np.array([100.0, 50.0, 30.0, 20.0]),
        covered_now=np.zeros(4, dtype=bool),
        group=np.array([0, 0, 1, 1]),
        quota_minimum=np.array([1, 1]),
        existing_count=np.array([0, 0]),
        places=np.array([60.0, 60.0, 60.0, 60.0]),
        places_now=0.0,
        places_required=120.0,
        coverage_target_share=0.65,
        site_cost=np.array([5.0, 9.0, 7.0, 1.0]),
        usable=np.ones(4, dtype=bool),
        must_serve=np.zeros(4, dtype=bool),
    )
    return replace(base, **changes)


def test_a_target_hit_exactly_is_met():
    # Sites 0 and 2 cover 130 of 200, which is the 65 % asked for.
    result = plan_sites(small())
    assert result.selected.tolist() == [0, 2]
    assert result.covered_share == 0.65
    assert result.stages[2].objective == 0


def test_a_quota_beyond_the_candidates_is_missed_by_what_is_missing_and_the_rest_is_met():
    result = plan_sites(small(quota_minimum=np.array([1, 4])))
    assert result.quota_shortfall.tolist() == [0, 2]
    assert result.n_usable.tolist() == [2, 2]
    assert set(result.selected) >= {2, 3}
    assert result.covered_share >= 0.65
    assert result.status == "optimal"


def test_targets_beyond_reach_are_missed_by_as_little_as_possible():
    result = plan_sites(small(coverage_target_share=1.0, places_required=1000.0, max_new=2))
    # One site a township by the quotas: 0 and 2 cover most (130), so 70 and 880 are missing.
    assert result.selected.tolist() == [0, 2]
    assert [stage.objective for stage in result.stages[2:4]] == [70.0, 880.0]


def test_a_new_estate_comes_before_the_coverage_target():
    result = plan_sites(small(must_serve=np.array([False, False, False, True]), max_new=2))
    assert result.selected.tolist() == [0, 3]
    assert result.stages[1].objective == 0
    assert result.stages[2].objective == 10


def test_an_estate_nobody_can_serve_is_counted_and_does_not_stop_the_plan():
    result = plan_sites(small(usable=np.array([True, True, True, False]), must_serve=np.ones(4, dtype=bool)))
    assert result.n_unserved == 1
    assert result.stages[1].objective == result.stages[1].bound == 1
    assert result.status == "optimal"


def test_one_plot_takes_one_project_and_forced_sites_stay():
    result = plan_sites(small(forced=np.array([1]), conflict=(np.array([2, 1]),)))
    assert 1 in result.selected
    assert 2 not in result.selected


def test_sites_that_fill_a_quota_open_first():
    result = plan_sites(small(quota_minimum=np.array([0, 1]), coverage_target_share=0.8))
    assert result.selected.tolist()[0] == 0
    assert result.order[0] in {2, 3}


def test_a_time_limit_of_nothing_still_gives_a_plan_with_a_bound():
    rng = np.random.default_rng(0)
    n_demand, n = 400, 150
    problem = PlanningProblem(
        covers=csr_array(rng.random((n_demand, n)) < 0.05),
        weight=rng.integers(1, 999, n_demand).astype(float),
        covered_now=np.zeros(n_demand, dtype=bool),
        group=rng.integers(0, 5, n),
        quota_minimum=np.full(5, 3),
        existing_count=np.zeros(5, dtype=np.int64),
        places=np.full(n, 30.0),
        places_now=0.0,
        places_required=500.0,
        coverage_target_share=0.9,
        site_cost=rng.integers(1, 99, n).astype(float),
        usable=np.ones(n, dtype=bool),
        must_serve=np.zeros(n_demand, dtype=bool),
    )
    result = plan_sites(problem, time_limit_s=0.0)
    assert recompute_plan(problem, result.selected).faults == ()
    for stage in result.stages:
        if stage.name == "covered":
            assert stage.bound >= stage.objective - 1e-9
        else:
            assert 0 <= stage.bound <= stage.objective + 1e-9


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight": np.array([1.0, -1.0, np.nan, 2.0]), "places": np.zeros(3)}, ["weight", "places"]),
        ({"group": np.array([0, 0, 1, 7]), "coverage_target_share": 1.2}, ["group", "coverage_target_share"]),
        ({"forced": np.array([9]), "forbidden": np.array([-1])}, ["forced", "forbidden"]),
        ({"forced": np.array([1]), "forbidden": np.array([1])}, ["1"]),
        ({"forced": np.array([1, 2]), "max_new": 1}, ["2"]),
        ({"forced": np.array([1, 2]), "conflict": (np.array([1, 2]),)}, ["1, 2"]),
    ],
)
def test_a_malformed_county_names_every_fault(changes, words):
    with pytest.raises(SitingError) as caught:
        small(**changes)
    assert all(word in str(caught.value) for word in words)
