"""Nested plans against enumeration of every chain of plans."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from test_planning import county, small

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import PhaseLimit, plan_phases, plan_sites, recompute_plan


def table(problem):
    n = problem.n_candidate
    every = (plan for size in range(n + 1) for plan in combinations(range(n), size))
    return {frozenset(plan): recompute_plan(problem, plan) for plan in every}


def allowed(problem, limits, opens, k, plans):
    shut = {int(j) for j in problem.forbidden} | {j for j in range(problem.n_candidate) if opens[j] > k}
    forced = {int(j) for j in problem.forced} if k == len(limits) - 1 else set()
    limit = limits[k]
    for plan, figures in plans.items():
        faults = set(figures.faults) - {"forced", "max_new", "max_cost"}
        if faults or plan & shut or not forced <= plan:
            continue
        if limit.most_new is not None and len(plan) > limit.most_new:
            continue
        if limit.most_cost is not None and figures.cost > limit.most_cost + 1e-9:
            continue
        yield plan


@pytest.mark.parametrize("seed", range(16))
def test_nested_plans_are_the_best_of_all_chains(seed):
    problem = replace(county(seed, n=6), max_new=None)
    n_forced = len(problem.forced)
    by_money = seed % 2 == 0
    limits = [
        PhaseLimit(
            most_new=None if by_money else n_forced + k,
            most_cost=4.5 + 4.5 * k + 10 * n_forced if by_money else None,
        )
        for k in range(2)
    ]
    rng = np.random.default_rng(seed)
    opens = np.where(rng.random(6) < 0.3, 1, 0)
    phased = plan_phases(problem, limits, first_phase=opens)
    plans = table(problem)
    total = float(problem.weight.sum()) or 1.0
    own = []
    for k in range(2):
        ranked = [
            (sum(plans[p].quota_shortfall), plans[p].n_unserved, -plans[p].covered_weight)
            for p in allowed(problem, limits, opens, k, plans)
        ]
        own.append(min(ranked))
    chains = []
    for near in allowed(problem, limits, opens, 0, plans):
        for far in allowed(problem, limits, opens, 1, plans):
            if near <= far:
                figures = [plans[near], plans[far]]
                losses = [
                    (-best[2] - one.covered_weight) / total for best, one in zip(own, figures, strict=True)
                ]
                chains.append(
                    (
                        sum(sum(one.quota_shortfall) for one in figures),
                        sum(one.n_unserved for one in figures),
                        round(max(*losses, 0.0), 7),
                        round(-sum(one.covered_weight for one in figures) / total, 7),
                    )
                )
    near, far = phased.phases
    assert set(near.selected) <= set(far.selected)
    assert sorted([*near.added, *far.added]) == far.selected.tolist()
    mine = [recompute_plan(problem, phase.selected) for phase in phased.phases]
    losses = [(-best[2] - one.covered_weight) / total for best, one in zip(own, mine, strict=True)]
    told = (
        sum(sum(one.quota_shortfall) for one in mine),
        sum(one.n_unserved for one in mine),
        max(*losses, 0.0),
        -sum(one.covered_weight for one in mine) / total,
    )
    assert told == pytest.approx(min(chains), abs=1e-6)
    assert phased.worst_loss_share == pytest.approx(told[2], abs=1e-6)
    assert phased.worst_loss_bound == pytest.approx(told[2], abs=1e-6)
    assert phased.status == "optimal"
    for phase, best in zip(phased.phases, own, strict=True):
        assert phase.alone_bound_weight == pytest.approx(-best[2])
        assert phase.lost_weight == pytest.approx(-best[2] - phase.figures.covered_weight)
        assert (sum(phase.alone.quota_shortfall), phase.alone.n_unserved) == best[:2]


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_in_phases_ends_as_the_plan(seed):
    problem = replace(county(seed, n=8), max_new=None)
    best = plan_sites(problem)
    n = len(best.selected)
    phased = plan_phases(
        problem,
        [PhaseLimit(most_new=n // 2, most_cost=None), PhaseLimit(most_new=n, most_cost=None)],
        within=best.selected,
    )
    assert phased.phases[-1].selected.tolist() == best.selected.tolist()
    assert len(phased.phases[0].selected) <= n // 2
    assert phased.phases[-1].figures.covered_weight == pytest.approx(best.covered_weight)
    for phase in phased.phases:
        assert phase.lost_weight <= phase.alone_bound_weight - phase.figures.covered_weight + 1e-6


def test_limits_that_fall_are_refused():
    with pytest.raises(SitingError, match="most_new"):
        plan_phases(small(), [PhaseLimit(most_new=2, most_cost=None), PhaseLimit(most_new=1, most_cost=None)])
    with pytest.raises(SitingError):
        plan_phases(small(), [])
