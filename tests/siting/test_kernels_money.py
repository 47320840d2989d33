"""Sites with prices and a budget, with and without a number, against the enumeration of every plan."""

import numpy as np
import pytest
from brute import best_center, best_coverage, best_median
from test_kernels_brute import agrees, instance, keeps

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import max_coverage, p_center, p_median

SEEDS = range(40)


def priced(seed):
    cost, weight, limits, p = instance(seed)
    rng = np.random.default_rng(1000 + seed)
    price = rng.integers(0, 9, cost.shape[1]) * rng.choice([1.0, 0.7, 1e6])
    budget = float(np.round(rng.uniform(0.2, 0.9) * price.sum(), 1))
    return cost, weight, limits, (None if seed % 2 else p), price, budget


@pytest.mark.parametrize("seed", SEEDS)
def test_every_kernel_spends_the_budget_best(seed):
    cost, weight, limits, p, price, budget = priced(seed)
    every = {"p": p, **limits, "price": price, "budget": budget}
    money = {"p": p, **limits, "site_cost": price, "budget": budget}
    for result, expected in (
        (max_coverage(cost, weight, standard=5, **money), best_coverage(cost, weight, standard=5, **every)),
        (p_median(cost, weight, **money), best_median(cost, weight, **every)),
        (p_center(cost, **money), best_center(cost, **every)),
    ):
        agrees(result, expected, seed)
        keeps(result, limits, p)
        assert price[result.selected].sum() <= budget * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_more_money_is_never_worse(seed):
    cost, weight, limits, _, price, budget = priced(seed)
    values = []
    for factor in (0.5, 1.0, 1.5, 3.0):
        result = max_coverage(cost, weight, standard=5, site_cost=price, budget=budget * factor, **limits)
        values.append(-1.0 if result.status == "infeasible" else result.objective)
    assert values == sorted(values)


def test_a_budget_below_the_cheapest_plan_is_infeasible_and_says_by_how_much():
    result = max_coverage([[1.0, 1.0]], [5.0], p=1, standard=2, site_cost=[70.0, 80.0], budget=60)
    assert result.status == "infeasible"
    assert "70" in result.reason
    assert "60" in result.reason


def test_the_budget_is_closed():
    result = max_coverage([[1.0, 1.0]], [5.0], standard=2, site_cost=[0.1 + 0.2, 80.0], budget=0.3)
    assert result.selected.tolist() == [0]


@pytest.mark.parametrize("arguments", [{}, {"site_cost": [1.0, 1.0], "p": 1}, {"budget": 3.0}, {"p": None}])
def test_number_and_money_have_to_say_enough(arguments):
    for call in (
        lambda: max_coverage([[1.0, 1.0]], [1.0], standard=1, **arguments),
        lambda: p_median([[1.0, 1.0]], [1.0], **arguments),
        lambda: p_center([[1.0, 1.0]], **arguments),
    ):
        with pytest.raises(SitingError):
            call()
