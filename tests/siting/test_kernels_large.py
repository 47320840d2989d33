"""The compiled searches, made to work on problems small enough to enumerate."""

import numpy as np
import pytest
from brute import best_coverage, best_median
from test_kernels_brute import agrees, instance, keeps
from test_kernels_money import priced

from tuoyu_geo.siting import max_coverage, p_median


@pytest.fixture(autouse=True)
def _as_if_large(monkeypatch):
    monkeypatch.setattr("tuoyu_geo.siting.max_cover.SMALL_CORE", -1)
    monkeypatch.setattr("tuoyu_geo.siting.median_search.SMALL", -1)
    monkeypatch.setattr("tuoyu_geo.siting.median_bound.SMALL", -1)
    # A few thousand steps instead of a quarter of a second.
    monkeypatch.setattr("tuoyu_geo.siting.cover_large.N_WORK", 5_000)


@pytest.mark.parametrize("seed", range(16))
def test_by_number(seed):
    cost, weight, limits, p = instance(seed)
    result = max_coverage(cost, weight, p=p, standard=5, gap=0.0, **limits)
    agrees(result, best_coverage(cost, weight, p=p, standard=5, **limits), seed)
    keeps(result, limits, p)
    result = p_median(cost, weight, p=p, gap=0.0, **limits)
    agrees(result, best_median(cost, weight, p=p, **limits), seed)
    keeps(result, limits, p)


@pytest.mark.parametrize("seed", range(16))
def test_by_money(seed):
    cost, weight, limits, p, price, budget = priced(seed)
    every = {"p": p, **limits, "price": price, "budget": budget}
    money = {"p": p, **limits, "site_cost": price, "budget": budget, "gap": 0.0}
    for result, expected in (
        (max_coverage(cost, weight, standard=5, **money), best_coverage(cost, weight, standard=5, **every)),
        (p_median(cost, weight, **money), best_median(cost, weight, **every)),
    ):
        agrees(result, expected, seed)
        keeps(result, limits, p)
        assert price[result.selected].sum() <= budget * (1 + 1e-9)


def test_a_seed_repeats_and_the_input_stays():
    rng = np.random.default_rng(2)
    cost, weight = rng.uniform(0, 10, (100, 20)), rng.integers(1, 50, 100).astype(float)
    before = cost.copy()
    for kernel, extra in ((max_coverage, {"standard": 1.0}), (p_median, {})):
        plans = [kernel(cost, weight, p=6, seed=5, **extra).selected.tolist() for _ in range(2)]
        assert plans[0] == plans[1]
    assert (cost == before).all()
