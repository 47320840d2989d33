"""A proven bound for sites with capacities: "each row is served once" moved into the objective.

For any prices u (at most 0 where a row may go unserved), no plan's value is below sum(u) - (the best sites by score),
where a site's score is the knapsack of max(0, u_i - v_ij) that its capacity holds, rows split (Beasley 1988). Where
every row has to go whole to one site, whole rows in the knapsacks bound tighter: as tight as plans made of columns.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cap_knapsack import fill_whole, forced_in
from tuoyu_geo.siting.cap_problem import CapProblem
from tuoyu_geo.siting.pick import Pick, exchange_loss, pick_within
from tuoyu_geo.siting.result import is_whole
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

PATIENCE = 15
MEMORY = 0.7
# A plan is tried from the bound's own picks once in so many steps.
STEPS_BETWEEN_PLANS = 25
# Cells of all knapsacks' tables: about a hundredth of a second a step.
MOST_CELLS = 10_000_000
ROOM_ROUNDING = 1e-6


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
    price
        (n_row,) at which that holds.
    """

    bound: float
    loss: NDArray[np.float64]
    picked: NDArray[np.bool_]
    pair_loss: NDArray[np.float64]
    price: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WholeRows:
    """The entries of a problem by candidate, for knapsacks of whole rows.

    Attributes
    ----------
    order
        (n_entry,) the problem's entries, by candidate.
    start
        (n_candidate + 1,) where each candidate's entries begin.
    load, room
        (n_entry,) and (n_candidate,), whole numbers.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]
    load: NDArray[np.int64]
    room: NDArray[np.int64]


def whole_rows(problem: CapProblem) -> WholeRows | None:
    """The entries by candidate; None where loads are not whole or the tables would be too long."""
    if not problem.must_serve or not is_whole(problem.load):
        return None
    room = np.floor(np.minimum(problem.capacity, problem.load.sum()) + ROOM_ROUNDING).astype(np.int64)
    size = np.bincount(problem.column, minlength=problem.n_candidate)
    if int((size * (room + 1)).sum()) > MOST_CELLS:
        return None
    order = np.argsort(problem.column, kind="stable")
    return WholeRows(
        order=order,
        start=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        load=problem.load[problem.row[order]].astype(np.int64),
        room=room,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Inner:
    """The inner problem at some prices: its bound, the pick, how often each row is served, each site's price of room."""

    bound: float
    pick: Pick
    times: NDArray[np.float64]
    room_price: NDArray[np.float64]


def _inner(problem: CapProblem, price: NDArray[np.float64], whole: WholeRows | None) -> _Inner:
    if whole is not None:
        saving = (price[problem.row] - problem.value)[whole.order]
        score, is_in = fill_whole(whole.start, saving, whole.load, whole.room)
        pick = pick_within(score, problem.limits)
        picked = np.zeros(problem.n_candidate, dtype=bool)
        picked[pick.selected] = True
        served = whole.order[is_in]
        served = served[picked[problem.column[served]]]
        return _Inner(
            bound=float(price.sum()) - pick.value,
            pick=pick,
            times=np.bincount(problem.row[served], minlength=problem.n_row).astype(np.float64),
            room_price=np.zeros(problem.n_candidate),
        )
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
    whole: WholeRows | None = None,
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
    whole
        Fills the knapsacks with whole rows; None splits rows, which is quicker.
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
        inner = _inner(problem, price, whole)
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
    return _at_price(problem, best_price, whole)


def _at_price(problem: CapProblem, price: NDArray[np.float64], whole: WholeRows | None) -> CapBound:
    inner, limits = _inner(problem, price, whole), problem.limits
    picked = np.zeros(problem.n_candidate, dtype=bool)
    picked[inner.pick.selected] = True
    loss = exchange_loss(
        inner.pick.score, inner.pick.selected, groups=limits.groups, fixed=limits.fixed, p=limits.p
    )
    if whole is None:
        # Reduced costs of the knapsacks: a row let in takes room from the last one there.
        room = problem.load[problem.row] * inner.room_price[problem.column]
        pair_loss = np.maximum(problem.value - price[problem.row] + room, 0.0)
    else:
        saving = price[problem.row] - problem.value
        pair_loss = np.empty(len(saving))
        pair_loss[whole.order] = forced_in(whole.start, saving[whole.order], whole.load, whole.room)
    return CapBound(bound=inner.bound, loss=loss, picked=picked, pair_loss=pair_loss, price=price)
