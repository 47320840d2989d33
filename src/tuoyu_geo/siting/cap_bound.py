"""A proven bound for sites with capacities: "each row is served once" moved into the objective.

For any prices u (at most 0 where a row may go unserved), no plan's value is below sum(u) - (the best sites by score),
where a site's score is the knapsack of max(0, u_i - v_ij) that its capacity holds, rows split (Beasley 1988).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cap_problem import CapProblem
from tuoyu_geo.siting.pick import Pick, exchange_loss, pick_within
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

PATIENCE = 15
MEMORY = 0.7
# A plan is tried from the bound's own picks once in so many steps.
STEPS_BETWEEN_PLANS = 25


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CapBound:
    """What the subgradient steps left behind.

    Attributes
    ----------
    bound
        No plan's value is below.
    loss
        (n_candidate,) how far the bound rises at least when the candidate's state in `picked` is turned.
    picked
        Boolean (n_candidate,), the best set of the bound's inner problem.
    pair_loss
        (n_entry,) how far it rises at least when a row is served from a candidate of the bound's own set.
    """

    bound: float
    loss: NDArray[np.float64]
    picked: NDArray[np.bool_]
    pair_loss: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Inner:
    """The inner problem at some prices: its bound, the pick, how often each row is served, each site's price of room."""

    bound: float
    pick: Pick
    times: NDArray[np.float64]
    room_price: NDArray[np.float64]


def _inner(problem: CapProblem, price: NDArray[np.float64]) -> _Inner:
    saving = price[problem.row] - problem.value
    active = np.flatnonzero(saving > 0)
    load = problem.load[problem.row[active]]
    worth = np.divide(saving[active], load, out=np.full(len(active), np.inf), where=load > 0)
    order = np.lexsort((-worth, problem.column[active]))
    active, load, worth = active[order], load[order], worth[order]
    row, column = problem.row[active], problem.column[active]
    filled = np.cumsum(load)
    ends = np.searchsorted(column, np.arange(problem.n_candidate), side="left")
    base = np.concatenate([[0.0], filled])[ends]
    left = problem.capacity[column] - (filled - load - base[column])
    share = np.clip(np.divide(left, load, out=np.ones(len(load)), where=load > 0), 0.0, 1.0)
    score = tally(column, saving[active] * share, n=problem.n_candidate)
    room_price = np.zeros(problem.n_candidate)
    cut = share < 1.0
    np.maximum.at(room_price, column[cut], worth[cut])
    pick = pick_within(score, problem.limits)
    picked = np.zeros(problem.n_candidate)
    picked[pick.selected] = 1.0
    return _Inner(
        bound=float(price.sum()) - pick.value,
        pick=pick,
        times=tally(row, share * picked[column], n=problem.n_row),
        room_price=room_price,
    )


def bound_capacity(
    problem: CapProblem,
    *,
    begin: NDArray[np.float64],
    value: float,
    try_plan: Callable[[NDArray[np.int64]], float],
    n_step: int,
    watch: Watch,
    until: float,
    gap: float,
) -> CapBound:
    """Subgradient steps.

    Parameters
    ----------
    problem
        The problem.
    begin
        (n_row,) first prices.
    value
        Of the best plan known; inf where there is none.
    try_plan
        Makes a plan of some sites, keeps it if it is the best, and says the best value so far.
    n_step, watch, until, gap
        When to stop.
    """
    top = np.inf if problem.must_serve else 0.0
    price = np.minimum(begin, top)
    best_bound, best_price = -np.inf, price
    size, stalled, memory = 1.0, 0, np.zeros(problem.n_row)
    for step in range(n_step):
        inner = _inner(problem, price)
        stalled += 1
        if inner.bound > best_bound + 1e-6 * abs(best_bound):
            stalled = 0
        if inner.bound > best_bound:
            best_bound, best_price = inner.bound, price
        if step % STEPS_BETWEEN_PLANS == STEPS_BETWEEN_PLANS - 1:
            value = try_plan(inner.pick.affordable)
        if np.isfinite(value):
            watch.tell(objective=abs(value), bound=abs(best_bound))
        if value - best_bound <= max(gap, 1e-9) * abs(value) or size < 1e-3 or watch.is_over(until):
            break
        if stalled >= PATIENCE:
            size, stalled, price, memory = size * 0.7, 0, best_price, np.zeros(problem.n_row)
            continue
        memory = 1.0 - inner.times + MEMORY * memory
        direction = np.where((price >= top) & (memory > 0), 0.0, memory)
        norm = float(direction @ direction)
        if norm == 0:
            break
        aim = value if np.isfinite(value) else inner.bound + 0.05 * abs(inner.bound) + 1e-9
        price = np.minimum(price + size * max(aim - inner.bound, 1e-6 * abs(aim)) / norm * direction, top)
    return _at_price(problem, best_price)


def _at_price(problem: CapProblem, price: NDArray[np.float64]) -> CapBound:
    inner, limits = _inner(problem, price), problem.limits
    picked = np.zeros(problem.n_candidate, dtype=bool)
    picked[inner.pick.selected] = True
    loss = exchange_loss(
        inner.pick.score, inner.pick.selected, groups=limits.groups, fixed=limits.fixed, p=limits.p
    )
    # Reduced costs of the knapsacks: a row let in takes room from the last one there.
    room = problem.load[problem.row] * inner.room_price[problem.column]
    return CapBound(
        bound=inner.bound,
        loss=loss,
        picked=picked,
        pair_loss=np.maximum(problem.value - price[problem.row] + room, 0.0),
    )
