"""A proven upper bound on coverage: y_i <= sum of a_ij x_j moved into the objective.

For prices 0 <= u_i <= w_i, no p sites cover more than sum(w - u) + (the best p sites by score A.T @ u): the inner
problem is a sort that honours the quotas, and a subgradient step is two sparse products (Galvão & ReVelle 1996).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cover_search import CoverProblem, exchange
from tuoyu_geo.siting.pick import exchange_loss, pick_within
from tuoyu_geo.siting.watch import Watch

# A step follows the subgradient and most of the step before, which keeps the prices from swinging to and fro
# (Camerini, Fratta & Maffioli 1975); it shortens after so many steps without gain. Tuned on uniform and clustered towns.
MEMORY = 0.9
PATIENCE = 30
SHORTER = 0.7
# Beyond this many entries an exchange on whole arrays costs more than many steps.
MOST_ENTRIES_TO_EXCHANGE = 50_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverBound:
    """What the subgradient steps left behind.

    Attributes
    ----------
    bound
        No plan covers more.
    price
        (n_row,) the prices of that bound.
    score
        (n_candidate,) what a site is worth at these prices, less its share of the budget.
    loss
        (n_candidate,) how far the bound falls at least when the candidate's state in `picked` is turned.
    picked
        Boolean (n_candidate,), the best set of the bound's inner problem.
    selected
        The best plan seen.
    """

    bound: float
    price: NDArray[np.float64]
    score: NDArray[np.float64]
    loss: NDArray[np.float64]
    picked: NDArray[np.bool_]
    selected: NDArray[np.int64]


def bound_cover(
    problem: CoverProblem,
    selected: NDArray[np.int64],
    *,
    n_step: int,
    watch: Watch,
    until: float,
    gap: float,
) -> CoverBound:
    """Subgradient steps from a plan; the inner problem's picks are improved into better plans on the way."""
    weight = problem.weight
    total = float(weight.sum())
    times = problem.times(selected)
    price = np.where(times > 1, 0.0, weight * 0.5)
    best_bound, best_price = np.inf, price
    best, best_value = selected, problem.covered(selected)
    may_exchange = problem.covers.nnz <= MOST_ENTRIES_TO_EXCHANGE
    size, stalled, memory = 1.5, 0, np.zeros(len(weight))
    for step in range(n_step):
        pick = pick_within(problem.covers_t @ price, problem.limits)
        bound = total - float(price.sum()) + pick.value
        times = problem.times(pick.selected)
        value = problem.covered(pick.affordable)
        if value > best_value or (may_exchange and step % 50 == 49 and value > 0.98 * best_value):
            trial = exchange(problem, pick.affordable, watch=watch) if may_exchange else pick.affordable
            if (value := problem.covered(trial)) > best_value:
                best, best_value = trial, value
        stalled += 1
        if bound < best_bound * (1 - 1e-6):
            stalled = 0
        if bound < best_bound:
            best_bound, best_price = bound, price
        watch.tell(objective=best_value, bound=best_bound)
        is_done = best_bound - best_value <= max(gap, 1e-9) * best_value
        if is_done or size < 1e-4 or watch.is_over(until):
            break
        if stalled >= PATIENCE:
            size, stalled, price, memory = size * SHORTER, 0, best_price, np.zeros(len(weight))
            continue
        memory = times - 1.0 + MEMORY * memory
        direction = memory.copy()
        direction[((price <= 0) & (direction > 0)) | ((price >= weight) & (direction < 0))] = 0.0
        norm = float(direction @ direction)
        if norm == 0:
            break
        length = size * max(bound - best_value, 1e-6 * best_value) / norm
        price = np.clip(price - length * direction, 0.0, weight)
    return at_price(problem, best_price, best)


def at_price(problem: CoverProblem, price: NDArray[np.float64], selected: NDArray[np.int64]) -> CoverBound:
    """The bound that prices give, and what turning each candidate would cost it."""
    limits = problem.limits
    pick = pick_within(problem.covers_t @ price, limits)
    picked = np.zeros(problem.n_candidate, dtype=bool)
    picked[pick.selected] = True
    loss = exchange_loss(pick.score, pick.selected, groups=limits.groups, fixed=limits.fixed, p=limits.p)
    return CoverBound(
        bound=float(problem.weight.sum() - price.sum() + pick.value),
        price=price,
        score=pick.score,
        loss=loss,
        picked=picked,
        selected=selected,
    )
