"""A proven upper bound on coverage: y_i <= sum of a_ij x_j moved into the objective.

For prices 0 <= u_i <= w_i, no p sites cover more than sum(w - u) + (the best p sites by score A.T @ u): the inner
problem is a sort that honours the quotas, and a subgradient step is two sparse products (Galvão & ReVelle 1996).
"""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cover_search import CoverProblem, exchange
from tuoyu_geo.siting.pick import exchange_loss, pick_best


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverBound:
    """What the subgradient steps left behind.

    Attributes
    ----------
    bound
        No plan covers more.
    loss
        (n_candidate,) how far the bound falls at least when the candidate's state in `picked` is turned.
    picked
        Boolean (n_candidate,), the best set of the bound's inner problem.
    selected
        The best plan seen.
    """

    bound: float
    loss: NDArray[np.float64]
    picked: NDArray[np.bool_]
    selected: NDArray[np.int64]


def bound_cover(
    problem: CoverProblem, selected: NDArray[np.int64], *, n_step: int, deadline: float, gap: float
) -> CoverBound:
    """Subgradient steps from a plan; the inner problem's picks are improved into better plans on the way."""
    weight = problem.weight
    total = float(weight.sum())
    times = problem.times(selected)
    price = np.where(times > 1, 0.0, weight * 0.5)
    best_bound, best_price = np.inf, price
    best, best_value = selected, problem.covered(selected)
    size, stalled = 1.5, 0
    for step in range(n_step):
        score = problem.covers_t @ price
        picked = pick_best(score, p=problem.p, groups=problem.groups, fixed=problem.fixed)
        bound = total - float(price.sum()) + float(score[picked].sum())
        times = problem.times(picked)
        value = float(weight[times > 0].sum())
        if value > best_value or (step % 50 == 49 and value > 0.98 * best_value):
            trial = exchange(problem, picked, deadline=deadline)
            if (value := problem.covered(trial)) > best_value:
                best, best_value = trial, value
        stalled += 1
        if bound < best_bound * (1 - 1e-7):
            stalled = 0
        if bound < best_bound:
            best_bound, best_price = bound, price
        if stalled >= 20:
            size, stalled, price = size / 2, 0, best_price
            continue
        if (
            best_bound - best_value <= max(gap, 1e-9) * best_value
            or size < 1e-4
            or perf_counter() >= deadline
        ):
            break
        direction = times - 1.0
        direction[((price <= 0) & (direction > 0)) | ((price >= weight) & (direction < 0))] = 0.0
        norm = float(direction @ direction)
        if norm == 0:
            break
        length = size * max(bound - best_value, 1e-6 * best_value) / norm
        price = np.clip(price - length * direction, 0.0, weight)
    return _at_price(problem, best_price, best)


def _at_price(problem: CoverProblem, price: NDArray[np.float64], selected: NDArray[np.int64]) -> CoverBound:
    score = problem.covers_t @ price
    best = pick_best(score, p=problem.p, groups=problem.groups, fixed=problem.fixed)
    picked = np.zeros(len(score), dtype=bool)
    picked[best] = True
    return CoverBound(
        bound=float(problem.weight.sum() - price.sum() + score[best].sum()),
        loss=exchange_loss(score, best, groups=problem.groups, fixed=problem.fixed),
        picked=picked,
        selected=selected,
    )
