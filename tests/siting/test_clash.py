"""Rules that clash: every set named can't be met, every set with one rule less can, by trying all plans."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import csr_array

from tuoyu_geo.siting import PlanningProblem, recompute_plan
from tuoyu_geo.siting.clash import Rule, clashing_rules, only, rules_of

NONE = np.zeros(0, dtype=np.int64)


def county(seed):
    rng = np.random.default_rng(seed)
    n, n_demand, n_group = 6, 6, 2
    return PlanningProblem(
        covers=csr_array(rng.random((n_demand, n)) < 0.3),
        weight=rng.integers(1, 9, n_demand) * 1.0,
        covered_now=np.zeros(n_demand, dtype=bool),
        group=rng.integers(0, n_group, n),
        quota_minimum=rng.integers(0, 4, n_group),
        existing_count=np.zeros(n_group, dtype=np.int64),
        places=rng.integers(1, 4, n) * 10.0,
        places_now=0.0,
        places_required=float(rng.integers(20, 120)),
        coverage_target_share=float(rng.choice([0.5, 0.8])),
        site_cost=rng.integers(1, 6, n) * 1.0,
        usable=rng.random(n) < 0.8,
        must_serve=rng.random(n_demand) < 0.2,
        conflict=(np.array([0, 1]), np.array([2, 3])),
        forbidden=np.array([5]),
        max_new=int(rng.integers(1, 5)),
        max_cost=float(rng.integers(3, 12)),
    )


def met_by_some_plan(problem):
    for size in range(problem.n_candidate + 1):
        for plan in combinations(range(problem.n_candidate), size):
            figures = recompute_plan(problem, plan)
            total = float(problem.weight.sum())
            if (
                not figures.faults
                and sum(figures.quota_shortfall) == 0
                and figures.n_unserved == 0
                and figures.covered_weight >= problem.coverage_target_share * total - 1e-9
                and figures.places >= problem.places_required
            ):
                return True
    return False


@pytest.mark.parametrize("seed", range(12))
def test_every_set_clashes_and_none_smaller_does(seed):
    problem = county(seed)
    clashes = clashing_rules(problem)
    assert clashes.is_complete
    assert (clashes.sets == ()) == met_by_some_plan(problem)
    left = set(rules_of(problem))
    for rules in clashes.sets:
        assert not met_by_some_plan(only(problem, rules))
        for rule in rules:
            assert met_by_some_plan(only(problem, [one for one in rules if one != rule]))
        left -= set(rules)
    assert met_by_some_plan(only(problem, left))


def test_the_seeds_hold_clashes_of_one_two_and_more():
    sizes = {len(rules) for seed in range(12) for rules in clashing_rules(county(seed)).sets}
    assert {1, 2} <= sizes
    assert max(sizes) > 2


def test_a_quota_without_candidates_clashes_alone():
    problem = replace(county(0), group=np.zeros(6, dtype=np.int64), quota_minimum=np.array([0, 1]))
    assert (Rule("quota", 1),) in clashing_rules(problem).sets
