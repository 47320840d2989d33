"""The best p by score, and what turning one candidate costs, against every plan."""

import numpy as np
import pytest
from brute import plans

from tuoyu_geo.siting.instance import read_instance
from tuoyu_geo.siting.pick import exchange_loss, pick_best


def values(score, chosen):
    return [score[plan].sum() for plan in chosen]


@pytest.mark.parametrize("seed", range(60))
def test_picks_and_losses_are_exact(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(3, 8)), 3
    score = rng.integers(0, 20, n).astype(float)
    group = rng.integers(0, 3, n)
    quotas = {0: (int(rng.integers(0, 2)), None), 1: (0, int(rng.integers(1, 3)))}
    fixed = np.unique(rng.integers(0, n, size=int(rng.integers(0, 2))))
    every = list(plans(n, p=p, group=group, quotas=quotas, fixed=fixed))
    if not every:
        pytest.skip("no plan at all")
    instance = read_instance(
        np.zeros((1, n)), weight=None, p=p, group=group, quotas=quotas, fixed=fixed, scalars={}
    )
    picked = pick_best(score, p=p, groups=instance.groups, fixed=fixed)
    assert picked.tolist() in every
    assert score[picked].sum() == max(values(score, every))
    loss = exchange_loss(score, picked, groups=instance.groups, fixed=fixed, p=p)
    for j in range(n):
        turned = [plan for plan in every if (j in plan) != (j in picked)]
        expected = score[picked].sum() - max(values(score, turned), default=-np.inf)
        assert loss[j] == expected, j
