"""A proven lower bound for the p-median: "each row is served once" moved into the objective.

For any prices u, no plan costs less than sum(u) - (the best p sites by score sum of max(0, u_i - v_ij)); the inner
problem is a sort that honours the quotas (Cornuéjols, Fisher & Nemhauser 1977; Beasley 1985).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.median_search import SMALL, MedianProblem, exchange_median, total, two_nearest
from tuoyu_geo.siting.pick import exchange_loss, pick_within
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MedianBound:
    """What the subgradient steps left behind.

    Attributes
    ----------
    bound
        No plan costs less.
    price
        (n_row,) the prices of that bound.
    loss
        (n_candidate,) how far the bound rises at least when the candidate's state in `picked` is turned.
    picked
        Boolean (n_candidate,), the best set of the bound's inner problem.
    selected
        The best plan seen.
    """

    bound: float
    price: NDArray[np.float64]
    loss: NDArray[np.float64]
    picked: NDArray[np.bool_]
    selected: NDArray[np.int64]


def bound_median(
    problem: MedianProblem,
    selected: NDArray[np.int64],
    *,
    n_step: int,
    watch: Watch,
    until: float,
    gap: float,
) -> MedianBound:
    """Subgradient steps from a plan; the inner problem's picks are improved into better plans on the way."""
    inner = _inner_of(problem)
    best, best_value = selected, total(problem, selected)
    _, first, second = two_nearest(problem, selected)
    price = np.minimum(np.minimum(0.5 * (first + np.minimum(second, 3 * first)), inner.cap), problem.penalty)
    best_bound, best_price = -np.inf, price
    size, stalled, n_tried, direction = 1.5, 0, 0, np.zeros(problem.n_row)
    for step in range(n_step):
        pick = pick_within(inner.score(price), problem.limits)
        bound = float(price.sum()) - pick.value
        stalled += 1
        if bound > best_bound + 1e-7 * abs(best_bound):
            stalled = 0
        if bound > best_bound:
            best_bound, best_price = bound, price
        if step >= n_tried * 20:
            n_tried += 1
            trial = exchange_median(problem, pick.affordable, watch=watch)
            if (reached := total(problem, trial)) < best_value:
                best, best_value = trial, reached
        if best_value < problem.penalty:
            watch.tell(objective=best_value, bound=best_bound)
        is_done = best_value - best_bound <= max(gap, 1e-9) * best_value
        if is_done or size < 1e-4 or watch.is_over(until):
            break
        if stalled >= 20:
            size, stalled, price, direction = size / 2, 0, best_price, np.zeros(problem.n_row)
            continue
        served = inner.times(price, pick.selected)
        # Half of the step before keeps the prices from swinging to and fro (Camerini, Fratta & Maffioli 1975).
        direction = 1.0 - served + 0.5 * direction
        norm = float(direction @ direction)
        if norm == 0:
            break
        aim = min(best_value, 1.05 * abs(bound) + 1e-9) if best_value >= problem.penalty else best_value
        price = np.clip(price + size * max(aim - bound, 1e-6 * abs(aim)) / norm * direction, 0.0, inner.cap)
    return _at_price(problem, best_price, best)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Inner:
    """Scores of candidates and service of rows at prices up to `cap`, and how both are counted."""

    cap: NDArray[np.float64]
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    times: Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


def _inner_of(problem: MedianProblem) -> _Inner:
    """Each row's cheapest entries count alone: its price never goes higher than the next."""
    # Without p, as many sites as there are candidates may be open, and a few near ones may be all closed.
    n_near = max(20, 5 * problem.n_candidate // max(problem.limits.p or 1, 1))
    cap = np.full(problem.n_row, problem.penalty)
    longer = np.diff(problem.start) > n_near
    cap[longer] = problem.value[problem.start[:-1][longer] + n_near]
    n = problem.n_candidate
    if len(problem.row) > SMALL:
        from tuoyu_geo.siting.median_kernel import score_at, times_at  # noqa: PLC0415

        arrays = problem.start, problem.column, problem.value

        def times(price: NDArray[np.float64], picked: NDArray[np.int64]) -> NDArray[np.float64]:
            return times_at(*arrays, price, _mask(picked, n))

        return _Inner(cap=cap, score=lambda price: score_at(*arrays, price, n), times=times)
    near = np.arange(len(problem.row)) - problem.start[problem.row] < n_near
    row, column, value = problem.row[near], problem.column[near], problem.value[near]

    def times_here(price: NDArray[np.float64], picked: NDArray[np.int64]) -> NDArray[np.float64]:
        is_served = (price[row] > value) & _mask(picked, n)[column]
        return np.bincount(row[is_served], minlength=problem.n_row).astype(np.float64)

    return _Inner(
        cap=cap, score=lambda price: tally(column, np.maximum(price[row] - value, 0.0), n=n), times=times_here
    )


def _mask(index: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, dtype=bool)
    mask[index] = True
    return mask


def _at_price(problem: MedianProblem, price: NDArray[np.float64], selected: NDArray[np.int64]) -> MedianBound:
    saving = np.maximum(price[problem.row] - problem.value, 0.0)
    score = tally(problem.column, saving, n=problem.n_candidate)
    limits = problem.limits
    pick = pick_within(score, limits)
    picked = np.zeros(problem.n_candidate, dtype=bool)
    picked[pick.selected] = True
    return MedianBound(
        bound=float(price.sum() - pick.value),
        price=price,
        loss=exchange_loss(pick.score, pick.selected, groups=limits.groups, fixed=limits.fixed, p=limits.p),
        picked=picked,
        selected=selected,
    )
