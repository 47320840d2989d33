"""Sites that hold only so much, and rows served by two, against enumeration."""

from itertools import combinations, product

import numpy as np
import pytest
from brute import plans
from scipy.optimize import linprog
from scipy.sparse import csr_array
from test_kernels_brute import agrees, instance, keeps

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import backup_coverage, max_coverage, p_median
from tuoyu_geo.siting.cap_knapsack import fill_whole, forced_in


def tiny(seed):
    """An instance small enough that every assignment can be tried, now and then with a budget instead of p."""
    cost, weight, limits, p = instance(seed)
    rng = np.random.default_rng(500 + seed)
    cost, weight = cost[:6, :5], np.floor(weight[:6] % 10)
    n = cost.shape[1]
    limits = {
        "group": limits["group"][:n],
        "quotas": limits["quotas"],
        "fixed": [j for j in limits["fixed"] if j < n],
    }
    capacity = rng.integers(0, 20, n).astype(float)
    price = rng.integers(1, 9, n).astype(float)
    if seed % 3 == 0:
        budget = float(price.sum() * 0.6)
        return cost, weight, {**limits, "site_cost": price, "budget": budget}, None, capacity
    return cost, weight, limits, min(p, n), capacity


def every_plan(cost, limits, p):
    named = {key: limits[key] for key in ("group", "quotas", "fixed")}
    return plans(cost.shape[1], p=p, **named, price=limits.get("site_cost"), budget=limits.get("budget"))


def most_served(reach, weight, capacity, plan):
    pairs = [(i, j) for i in range(len(weight)) for j in plan if reach[i, j]]
    if not pairs:
        return 0.0
    rows = np.array([[float(i == k) for i, _ in pairs] for k in range(len(weight))])
    sites = np.array([[float(j == k) for _, j in pairs] for k in plan])
    limit = np.concatenate([weight, capacity[plan]])
    return -linprog(-np.ones(len(pairs)), A_ub=np.vstack([rows, sites]), b_ub=limit).fun


@pytest.mark.parametrize("seed", range(60))
def test_coverage_with_capacities_is_the_best_of_all_plans(seed):
    cost, weight, limits, p, capacity = tiny(seed)
    reach = cost <= 5
    every = [most_served(reach, weight, capacity, plan) for plan in every_plan(cost, limits, p)]
    result = max_coverage(cost, weight, p=p, standard=5, capacity=capacity, **limits)
    if not every:
        assert result.status == "infeasible"
        return
    assert result.status == "optimal"
    assert result.objective == pytest.approx(max(every), abs=1e-6)
    keeps(result, limits, p)
    served = result.served.toarray()
    assert served.sum() == pytest.approx(result.objective)
    assert (served.sum(axis=0) <= capacity + 1e-6).all()
    assert (served.sum(axis=1) <= weight + 1e-6).all()
    assert not served[~reach].any()
    assert set(np.flatnonzero(served.sum(axis=0))) <= set(result.selected)


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("own_load", [False, True])
def test_median_with_capacities_is_the_best_of_all_assignments(seed, own_load):
    cost, weight, limits, p, capacity = tiny(seed)
    load = np.random.default_rng(seed).integers(0, 6, len(weight)).astype(float) if own_load else weight
    counted = np.flatnonzero((weight > 0) | (load > 0))
    best = None
    for plan in every_plan(cost, limits, p):
        for sites in product(plan, repeat=len(counted)):
            chosen = np.array(sites, dtype=int)
            if (np.bincount(chosen, weights=load[counted], minlength=len(capacity)) > capacity + 1e-9).any():
                continue
            value = cost[counted, chosen]
            if np.isfinite(value).all():
                total = float(weight[counted] @ value)
                best = total if best is None else min(best, total)
    extra = {"load": load} if own_load else {}
    result = p_median(cost, weight, p=p, capacity=capacity, **extra, **limits)
    agrees(result, best, seed)
    keeps(result, limits, p)
    if best is not None:
        used = result.assigned[counted]
        assert set(used) <= set(result.selected)
        assert (np.bincount(used, weights=load[counted], minlength=len(capacity)) <= capacity + 1e-9).all()


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("cover_all", [False, True])
def test_backup_coverage_is_the_best_of_all_plans(seed, cover_all):
    cost, weight, limits, p, _ = tiny(seed)
    reach = cost <= 8
    best = None
    for plan in every_plan(cost, limits, p):
        times = reach[:, plan].sum(axis=1)
        if not cover_all or (times > 0).all():
            value = float(weight[times > 1].sum())
            best = value if best is None else max(best, value)
    result = backup_coverage(cost, weight, p=p, standard=8, cover_all=cover_all, **limits)
    agrees(result, best, seed)
    keeps(result, limits, p)


def test_capacities_that_can_not_hold_all_say_so():
    cost = [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
    short = p_median(cost, [3.0, 3.0, 3.0], p=2, capacity=[4.0, 4.0])
    assert short.status == "infeasible"
    assert "9" in short.reason
    assert "8" in short.reason
    # Room enough in sum, yet not for whole rows.
    assert p_median(cost, [3.0, 3.0, 3.0], p=2, capacity=[5.0, 5.0]).status == "infeasible"
    # The same, served in part: all that there is room for.
    assert max_coverage(cost, [3.0, 3.0, 3.0], p=2, standard=1, capacity=[4.0, 4.0]).objective == 8.0


@pytest.mark.parametrize("name", ["capacity", "load"])
def test_capacities_that_are_no_numbers_are_named(name):
    given = {"capacity": [1.0, 1.0], "load": [1.0]} | {name: [np.nan, 1.0][: 2 if name == "capacity" else 1]}
    with pytest.raises(SitingError, match=name):
        p_median([[1.0, 2.0]], [1.0], p=1, **given)


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("seed", range(4))
def test_bounds_under_capacities_hold_however_short_the_time(seconds, seed):
    rng = np.random.default_rng(seed)
    here, there = rng.uniform(0, 10, (60, 2)), rng.uniform(0, 10, (20, 2))
    cost = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    weight = rng.integers(1, 20, 60).astype(float)
    capacity = np.full(20, weight.sum() / 5 * 1.3)
    truth = p_median(cost, weight, p=5, capacity=capacity, gap=1e-3)
    try:
        quick = p_median(cost, weight, p=5, capacity=capacity, time_limit_s=seconds)
    except SitingError:
        assert seconds < 0.1
    else:
        assert quick.bound <= truth.objective * (1 + 1e-9)
        assert quick.objective >= truth.bound * (1 - 1e-9)
    truth = max_coverage(cost, weight, p=5, standard=2.5, capacity=capacity / 2)
    quick = max_coverage(cost, weight, p=5, standard=2.5, capacity=capacity / 2, time_limit_s=seconds)
    assert quick.objective <= truth.bound * (1 + 1e-9)
    assert quick.bound >= truth.objective * (1 - 1e-9)


def test_rows_may_be_sparse_and_orders_do_not_matter():
    rng = np.random.default_rng(3)
    cost = rng.integers(1, 50, (25, 8)).astype(float)
    cost[rng.random(cost.shape) < 0.3] = np.inf
    weight, capacity = rng.integers(1, 9, 25).astype(float), np.full(8, 60.0)
    row, column = np.nonzero(np.isfinite(cost))
    sparse = csr_array((cost[row, column], (row, column)), shape=cost.shape)
    turn = rng.permutation(25)
    one = p_median(cost, weight, p=4, capacity=capacity)
    for other in (
        p_median(sparse, weight, p=4, capacity=capacity),
        p_median(cost[turn], weight[turn], p=4, capacity=capacity),
    ):
        assert other.objective == one.objective


def test_a_bound_on_whole_costs_is_whole():
    # HiGHS closes its tree at 19.99999993; where all costs are whole no plan can cost that.
    place = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 1.0], [10.0, 1.5]])
    cost = np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    result = p_median(cost, np.ones(4), p=2, capacity=[4.0] * 4, load=[2.0, 2.0, 1.0, 3.0], gap=0.0)
    assert (result.objective, result.bound, result.status) == (20.0, 20.0, "optimal")


def best_subset(saving, load, room, *, must=()):
    """The most that any subset with `must` in it saves within the room; -inf where none fits."""
    best = -np.inf
    for bits in product((False, True), repeat=len(saving)):
        taken = np.array(bits, dtype=bool)
        if taken[list(must)].all() and load[taken].sum() <= room:
            best = max(best, saving[taken].sum())
    return best


@pytest.mark.parametrize("seed", range(30))
def test_knapsacks_of_whole_rows_are_the_best_of_all_subsets(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 7, 3)
    start = np.concatenate([[0], np.cumsum(sizes)])
    saving = np.round(rng.normal(1, 3, start[-1]), 2)
    load, room = rng.integers(0, 6, start[-1]), rng.integers(0, 12, 3)
    score, is_in = fill_whole(start, saving, load, room)
    loss = forced_in(start, saving, load, room)
    for j in range(3):
        mine = slice(start[j], start[j + 1])
        assert score[j] == pytest.approx(best_subset(saving[mine], load[mine], room[j]))
        assert saving[mine][is_in[mine]].sum() == pytest.approx(score[j])
        assert load[mine][is_in[mine]].sum() <= room[j]
        with_each = [best_subset(saving[mine], load[mine], room[j], must=[k]) for k in range(sizes[j])]
        assert loss[mine] == pytest.approx(score[j] - np.array(with_each))


def cheapest(cost, load, capacity, p):
    """The least cost of all sites and all ways to share the rows among them; inf where no way fits."""
    ways = np.array(list(product(range(p), repeat=len(load))))
    held = np.stack([((ways == k) * load).sum(axis=1) for k in range(p)], axis=1)
    best = np.inf
    for sites in combinations(range(len(capacity)), p):
        fits = (held <= capacity[list(sites)]).all(axis=1)
        chosen = np.array(sites)[ways[fits]]
        best = min(best, cost[np.arange(len(load)), chosen].sum(axis=1).min(initial=np.inf))
    return best


@pytest.mark.parametrize("seed", range(12))
def test_rooms_with_next_to_nothing_to_spare(seed):
    # The sites hold at most 5 more than all need: nearest-first gets stuck, and splitting rows bounds badly.
    rng = np.random.default_rng(seed)
    place, load = rng.integers(1, 101, (9, 2)), rng.integers(1, 21, 9).astype(float)
    cost = np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    capacity = np.full(9, np.ceil((load.sum() + 1) / 3))
    best = cheapest(cost, load, capacity, 3)
    result = p_median(cost, np.ones(9), p=3, capacity=capacity, load=load, gap=0.0)
    if np.isinf(best):
        assert result.status == "infeasible"
        return
    assert (result.status, result.objective) == ("optimal", best)
    held = np.bincount(result.assigned, weights=load, minlength=9)
    assert (held <= capacity).all()
