"""The four kernels against the enumeration of every plan."""

import numpy as np
import pytest
from brute import best_center, best_cover, best_coverage, best_median
from scipy.sparse import csr_array

from tuoyu_geo.siting import max_coverage, p_center, p_median, set_cover

SEEDS = range(60)


def instance(seed):
    rng = np.random.default_rng(seed)
    n_demand, n = int(rng.integers(3, 15)), int(rng.integers(3, 9))
    cost = rng.integers(0, 12, (n_demand, n)).astype(float)
    cost[rng.random((n_demand, n)) < rng.choice([0.0, 0.2, 0.5])] = np.inf
    weight = rng.integers(0, 9, n_demand) * rng.choice([1.0, 0.3, 1e5])
    group = rng.integers(0, 3, n)
    quotas = {}
    for key in rng.choice(3, size=int(rng.integers(0, 3)), replace=False):
        low = int(rng.integers(0, 3))
        quotas[int(key)] = (low, None if rng.random() < 0.5 else low + int(rng.integers(0, 2)))
    fixed = rng.choice(n, size=int(rng.integers(0, 2)), replace=False)
    return cost, weight, {"group": group, "quotas": quotas, "fixed": fixed}, int(rng.integers(1, n + 1))


def agrees(result, expected, seed):
    if expected is None:
        assert result.status == "infeasible", seed
        assert result.reason
        assert len(result.selected) == 0
        return
    assert result.status == "optimal", (seed, result)
    assert result.objective == pytest.approx(expected, rel=1e-12), seed
    assert result.gap == 0.0 or result.gap < 1e-4


def keeps(result, limits, p=None):
    if result.status == "infeasible":
        return
    assert p is None or len(result.selected) == p
    assert set(limits["fixed"]) <= set(result.selected)
    for key, (low, high) in limits["quotas"].items():
        count = int((limits["group"][result.selected] == key).sum())
        assert low <= count
        assert high is None or count <= high


@pytest.mark.parametrize("seed", SEEDS)
def test_max_coverage_is_the_best_of_all_plans(seed):
    cost, weight, limits, p = instance(seed)
    result = max_coverage(cost, weight, p=p, standard=5, **limits)
    agrees(result, best_coverage(cost, weight, p=p, standard=5, **limits), seed)
    keeps(result, limits, p)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("priced", [False, True])
def test_set_cover_is_the_best_of_all_plans(seed, priced):
    cost, _, limits, _ = instance(seed)
    price = np.random.default_rng(seed).integers(0, 9, cost.shape[1]) * 0.7 if priced else None
    result = set_cover(cost, standard=9, site_cost=price, **limits)
    agrees(result, best_cover(cost, standard=9, site_cost=price, **limits), seed)
    keeps(result, limits)


@pytest.mark.parametrize("seed", SEEDS)
def test_p_median_is_the_best_of_all_plans(seed):
    cost, weight, limits, p = instance(seed)
    result = p_median(cost, weight, p=p, **limits)
    agrees(result, best_median(cost, weight, p=p, **limits), seed)
    keeps(result, limits, p)


@pytest.mark.parametrize("seed", SEEDS)
def test_p_center_is_the_best_of_all_plans(seed):
    cost, _, limits, p = instance(seed)
    result = p_center(cost, p=p, **limits)
    agrees(result, best_center(cost, p=p, **limits), seed)
    keeps(result, limits, p)


@pytest.mark.parametrize("seed", range(10))
def test_order_of_rows_does_not_matter(seed):
    cost, weight, limits, p = instance(seed)
    turned = np.random.default_rng(seed).permutation(len(cost))
    for kernel, extra in ((max_coverage, {"standard": 5}), (p_median, {})):
        one = kernel(cost, weight, p=p, **extra, **limits)
        other = kernel(cost[turned], weight[turned], p=p, **extra, **limits)
        assert one.status == other.status
        assert one.objective == pytest.approx(other.objective, nan_ok=True)


@pytest.mark.parametrize("seed", range(10))
def test_one_more_site_is_never_worse_and_a_seed_repeats(seed):
    rng = np.random.default_rng(seed)
    cost, weight = rng.uniform(0, 10, (30, 9)), rng.integers(1, 50, 30).astype(float)
    covered = [max_coverage(cost, weight, p=p, standard=1.5).objective for p in range(1, 6)]
    served = [p_median(cost, weight, p=p).objective for p in range(1, 6)]
    farthest = [p_center(cost, p=p).objective for p in range(1, 6)]
    assert (np.diff(covered) >= 0).all()
    assert (np.diff(served) <= 0).all()
    assert (np.diff(farthest) <= 0).all()
    for kernel in (
        lambda: max_coverage(cost, weight, p=4, standard=1.5),
        lambda: p_median(cost, weight, p=4),
    ):
        assert kernel().selected.tolist() == kernel().selected.tolist()


def test_the_standard_is_closed():
    assert max_coverage([[1000.0]], [7.0], p=1, standard=1000).objective == 7
    assert max_coverage([[np.nextafter(1000.0, 2000.0)]], [7.0], p=1, standard=1000).objective == 0
    assert set_cover([[1000.0]], standard=1000).status == "optimal"


def test_an_explicit_zero_is_no_cost_and_a_missing_entry_is_out_of_reach():
    # Row 0 costs nothing from column 0; row 1 is reached by column 1 alone.
    cost = csr_array((np.array([0.0, 4.0]), ([0, 1], [0, 1])), shape=(2, 2))
    assert max_coverage(cost, [1.0, 1.0], p=1, standard=0).selected.tolist() == [0]
    result = p_median(cost, [1.0, 1.0], p=2)
    assert result.objective == 4
    assert result.assigned.tolist() == [0, 1]
    assert p_median(cost, [1.0, 1.0], p=1).status == "infeasible"
    assert p_median(cost, [1.0, 0.0], p=1).objective == 0
    assert cost.nnz == 2


@pytest.mark.parametrize("seed", range(5))
def test_dense_and_sparse_agree(seed):
    cost, weight, _, p = instance(seed)
    row, column = np.nonzero(np.isfinite(cost))
    sparse = csr_array((cost[row, column], (row, column)), shape=cost.shape)
    one = max_coverage(cost, weight, p=p, standard=5)
    other = max_coverage(sparse.tocsc(), weight, p=p, standard=5)
    assert one.objective == other.objective
    assert one.assigned.tolist() == other.assigned.tolist()
