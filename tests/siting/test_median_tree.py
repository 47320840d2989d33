"""The p-median's tree: against enumeration with quotas and fixed sites, and on sizes that HiGHS leaves open."""

import numpy as np
import pytest
from brute import best_median, nearest, plans

from tuoyu_geo.siting import p_median
from tuoyu_geo.siting.instance import read_instance
from tuoyu_geo.siting.median_core import MedianCore
from tuoyu_geo.siting.median_search import median_problem
from tuoyu_geo.siting.median_tree import solve_median_tree
from tuoyu_geo.siting.watch import watching


def limited(seed):
    """Costs without any geometry, which leave the relaxation far below the best plan; and limits of every kind."""
    rng = np.random.default_rng(seed)
    n, m, p = 40, 13, int(rng.integers(3, 7))
    cost = rng.uniform(0, 10, (n, m)) if seed % 2 else rng.integers(1, 30, (n, m)).astype(float)
    weight = rng.integers(0, 40, n).astype(float)
    group = rng.integers(0, 3, m)
    limits = {}
    if seed % 3:
        limits = {"group": group, "quotas": {0: (1, 2), 1: (0, 2), 2: (0, None)}}
    if seed % 4 == 0:
        limits["fixed"] = [int(rng.integers(0, m))]
    if seed % 5 == 0:
        cost[rng.random((n, m)) < 0.3] = np.inf
    return cost, weight, p, limits


@pytest.fixture
def tree_only(monkeypatch):
    monkeypatch.setattr("tuoyu_geo.siting.median.SMALL", -1)


@pytest.mark.parametrize("seed", range(12))
def test_best_of_all(seed, tree_only):
    cost, weight, p, limits = limited(seed)
    best = best_median(cost, weight, p=p, **limits)
    result = p_median(cost, weight, p=p, gap=0.0, **limits)
    if best is None:
        assert result.status == "infeasible"
        return
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best)
    assert result.bound == pytest.approx(best)
    assert set(limits.get("fixed", ())) <= set(result.selected.tolist())


@pytest.mark.parametrize("seed", range(1, 12))
def test_from_the_worst_plan_with_nothing_decided(seed):
    # The search before the tree mostly finds the best plan already; here the tree has to.
    cost, weight, p, limits = limited(seed)
    values = {
        tuple(plan): (weight[weight > 0] * nearest(cost, plan)[weight > 0]).sum()
        for plan in plans(cost.shape[1], p=p, **limits)
    }
    values = {plan: value for plan, value in values.items() if np.isfinite(value)}
    if not values:
        return
    problem = median_problem(
        read_instance(
            cost,
            weight=weight,
            p=p,
            group=limits.get("group"),
            quotas=limits.get("quotas"),
            fixed=limits.get("fixed"),
            scalars={},
        )
    )
    core = MedianCore(
        columns=np.arange(cost.shape[1]),
        taken=np.zeros(0, dtype=np.int64),
        most=np.full(problem.n_row, np.inf),
        bound=0.0,
        gap=0.0,
    )
    with watching(time_limit_s=60) as watch:
        answer = solve_median_tree(
            problem,
            np.array(max(values, key=values.get)),
            core=core,
            price=np.zeros(problem.n_row),
            watch=watch,
            until=np.inf,
        )
    assert answer.is_complete
    assert values[tuple(answer.selected.tolist())] == pytest.approx(min(values.values()))
    assert answer.bound == pytest.approx(min(values.values()))


def test_most_of_them_are_the_trees_work(tree_only):
    methods = []
    for seed in range(8):
        cost, weight, p, limits = limited(seed)
        methods.append(p_median(cost, weight, p=p, gap=0.0, **limits).method)
    assert sum("tree" in one for one in methods) >= 4


def test_costs_without_geometry_are_proven():
    rng = np.random.default_rng(2)
    cost, weight = rng.uniform(0, 10, (200, 40)), rng.integers(1, 50, 200).astype(float)
    result = p_median(cost, weight, p=6)
    assert (result.status, result.method) == ("optimal", "lagrangian+tree")
    # The least of all 3,838,380 sets of six, which a compiled loop went through one by one.
    assert result.objective == pytest.approx(5259.662861355451)


def test_the_same_each_time_and_a_bound_when_time_runs_out():
    rng = np.random.default_rng(5)
    cost, weight = rng.uniform(0, 10, (300, 80)), rng.integers(1, 50, 300).astype(float)
    result = p_median(cost, weight, p=8, time_limit_s=2)
    assert result.status == "feasible"
    assert 0 < result.bound < result.objective
    first, second = (p_median(cost[:150, :30], weight[:150], p=5).selected.tolist() for _ in range(2))
    assert first == second
