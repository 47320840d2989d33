"""Differing plans and exchanges against enumeration of every plan."""

from itertools import combinations

import numpy as np
import pytest
from test_planning import county, key, small

from tuoyu_geo.siting import differing_plans, plan_sites, recompute_plan, site_roles


def all_plans(problem):
    n = problem.n_candidate
    plans = (plan for size in range(n + 1) for plan in combinations(range(n), size))
    return [plan for plan in plans if not recompute_plan(problem, plan).faults]


@pytest.mark.parametrize("least", [1, 2])
@pytest.mark.parametrize("seed", range(14))
def test_each_plan_is_the_best_that_differs_from_all_before(seed, least):
    problem = county(seed, n=6)
    best = plan_sites(problem)
    plans = differing_plans(problem, best, k=3, least_difference=least)
    every = {plan: key(problem, plan) for plan in all_plans(problem)}
    most = key(problem, tuple(best.selected.tolist()))[:4]
    ruled = [
        plan
        for plan, one in every.items()
        if all(value <= limit + 1e-6 for value, limit in zip(one[:4], most, strict=True))
    ]
    assert plans[0].selected.tolist() == best.selected.tolist()
    for place, plan in enumerate(plans[1:], start=1):
        earlier = [set(one.selected.tolist()) for one in plans[:place]]
        allowed = [one for one in ruled if all(len(old - set(one)) >= least for old in earlier)]
        assert key(problem, plan.selected.tolist()) == min(every[one] for one in allowed)
        assert tuple(plan.selected.tolist()) in allowed
        assert plan.status == "optimal"
        assert plan.figures.covered_weight == recompute_plan(problem, plan.selected).covered_weight
        assert plan.values["covered"] == pytest.approx(plan.bounds["covered"])
    if len(plans) < 4:
        chosen = [set(one.selected.tolist()) for one in plans]
        assert not [one for one in ruled if all(len(old - set(one)) >= least for old in chosen)]


@pytest.mark.parametrize("seed", range(14))
def test_roles_are_those_of_enumeration(seed):
    problem = county(seed, n=7)
    best = plan_sites(problem)
    mine = set(best.selected.tolist())
    as_good = key(problem, tuple(best.selected.tolist()))[:5]
    keys = {plan: key(problem, plan) for plan in all_plans(problem)}
    good = [
        plan
        for plan, one in keys.items()
        if all(value <= most + 1e-6 for value, most in zip(one[:5], as_good, strict=True))
    ]
    for role in site_roles(problem, best):
        without = [set(plan) for plan in good if role.column not in plan]
        if role.column in problem.forced:
            assert role.role == "forced"
        elif not without:
            assert role.role == "essential"
        else:
            fewest = min(len(plan - mine) for plan in without)
            step = next(most for most in (1, 2, 99) if fewest <= most)
            covered = [recompute_plan(problem, p).covered_weight for p in without if len(p - mine) <= step]
            assert role.lost_weight == pytest.approx(best.covered_weight - max(covered))
            assert role.lost_weight_bound == pytest.approx(role.lost_weight)
            swapped = (mine - set(role.leaves.tolist())) | set(role.comes.tolist())
            assert swapped in without
            assert role.extra_cost == pytest.approx(recompute_plan(problem, swapped).cost - best.cost)
            assert (role.role == "exchangeable") == (len(role.leaves) == 1 and len(role.comes) <= 1)


def test_by_hand():
    # The plan is sites 0 and 2; nothing else fills township 0's quota while meeting the target of 65 %.
    problem = small()
    best = plan_sites(problem)
    roles = {role.column: role for role in site_roles(problem, best)}
    assert roles[0].role == "essential"
    # Site 2 covers row 2 (30). Sites 0 and 3 cover 120 of the 130 asked for: 2 can't be left out either.
    assert roles[2].role == "essential"
    eased = site_roles(small(coverage_target_share=0.6), plan_sites(small(coverage_target_share=0.6)))
    assert {role.column: role.role for role in eased} == {0: "essential", 3: "exchangeable"}
    swap = next(role for role in eased if role.column == 3)
    assert (swap.comes.tolist(), swap.lost_weight, swap.extra_cost) == ([2], -10.0, 6.0)


def test_no_plan_differs_where_there_is_nothing_else():
    problem = small(usable=np.array([True, False, True, False]))
    assert len(differing_plans(problem, plan_sites(problem), k=2, least_difference=2)) == 1
