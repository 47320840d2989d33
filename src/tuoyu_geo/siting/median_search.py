"""Good p-medians quickly: greedy, then exchange of one site for another, under quotas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.instance import Instance
from tuoyu_geo.siting.pick import Limits, exchange_allowed, limits_of
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

# Numba's import and its compiled code take longer to load than a problem of so many entries takes to solve.
SMALL = 20_000
# Elementary steps of the compiled search between two looks at the clock: about a quarter of a second.
N_WORK = 50_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MedianProblem:
    """Least weighted cost of serving every row from p sites.

    Attributes
    ----------
    row, column, value
        (n_entry,) weight × cost of serving a row from a candidate, by row and within it from cheap to dear.
    start
        (n_row + 1,) where each row's entries begin.
    penalty
        What an unserved row costs in the search: more than any plan.
    n_candidate, limits
        How many candidates, and what may be chosen.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    start: NDArray[np.int64]
    penalty: float
    n_candidate: int
    limits: Limits

    @property
    def n_row(self) -> int:
        """Rows to serve."""
        return len(self.start) - 1


def median_problem(instance: Instance) -> MedianProblem:
    """Rows of positive weight, each with its candidates from cheap to dear."""
    cost = instance.cost
    size = np.where(instance.weight > 0, np.diff(cost.indptr), 0)
    counted = np.flatnonzero(instance.weight > 0)
    given = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    keep = instance.weight[given] > 0
    value = (cost.data * instance.weight[given])[keep]
    place = np.cumsum(instance.weight > 0) - 1
    row, column = place[given[keep]], cost.indices[keep].astype(np.int64)
    order = np.lexsort((column, value, row))
    start = np.concatenate([[0], np.cumsum(size[counted])])
    dearest = value[order][start[1:] - 1]
    return MedianProblem(
        row=row[order],
        column=column[order],
        value=value[order],
        start=start,
        penalty=2.0 * (float(dearest.sum()) + 1.0),
        n_candidate=instance.n_candidate,
        limits=limits_of(instance),
    )


def two_nearest(
    problem: MedianProblem, selected: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """For each row its nearest selected column (-1 for none), that value, and the value of the second nearest."""
    chosen = np.zeros(problem.n_candidate, dtype=bool)
    chosen[selected] = True
    hit = np.flatnonzero(chosen[problem.column])
    row = problem.row[hit]
    is_first = np.ones(len(hit), dtype=bool)
    is_first[1:] = row[1:] != row[:-1]
    is_second = np.zeros(len(hit), dtype=bool)
    is_second[1:] = is_first[:-1] & ~is_first[1:]
    near = np.full(problem.n_row, -1, dtype=np.int64)
    first = np.full(problem.n_row, problem.penalty)
    second = np.full(problem.n_row, problem.penalty)
    near[row[is_first]] = problem.column[hit[is_first]]
    first[row[is_first]] = problem.value[hit[is_first]]
    second[row[is_second]] = problem.value[hit[is_second]]
    return near, first, second


def total(problem: MedianProblem, selected: NDArray[np.int64]) -> float:
    """Weighted cost, a penalty for each row out of reach included."""
    return float(two_nearest(problem, selected)[1].sum())


def first_median(problem: MedianProblem, *, watch: Watch) -> NDArray[np.int64]:
    """Greedy and exchange; where money runs out before the number and the quotas are met, from the cheapest plan on."""
    plan = complete_median(problem, problem.limits.fixed)
    start = problem.limits.cheapest() if plan is None else plan
    return exchange_median(problem, start, watch=watch)


def complete_median(problem: MedianProblem, kept: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Add to `kept` the site that saves most (a unit of money, where that counts), lower index on ties.

    Until there are p sites or nothing more is saved; None when the money does not last.
    """
    limits, groups = problem.limits, problem.limits.groups
    count = groups.count(kept)
    chosen = np.zeros(problem.n_candidate, dtype=bool)
    chosen[kept] = True
    first = two_nearest(problem, kept)[1]
    left = limits.room - float(limits.price[kept].sum())
    while limits.p is None or int(count.sum()) < limits.p:
        owed = np.maximum(groups.lower - count, 0)
        must = owed.sum() > 0 if limits.p is None else limits.p - count.sum() <= owed.sum()
        part_ok = owed > 0 if must else count < groups.upper
        saving = np.maximum(first[problem.row] - problem.value, 0.0)
        gain = tally(problem.column, saving, n=problem.n_candidate)
        if limits.is_priced:
            gain = gain / np.maximum(limits.price, 1e-9 * limits.budget + 1e-300)
        gain = np.where(part_ok[groups.member] & ~chosen & (limits.price <= left), gain, -1.0)
        best = int(np.argmax(gain))
        if limits.p is None and not must and gain[best] <= 0:
            break
        if gain[best] < 0:
            return None
        chosen[best] = True
        count[groups.member[best]] += 1
        left -= float(limits.price[best])
        mine = problem.column == best
        first[problem.row[mine]] = np.minimum(first[problem.row[mine]], problem.value[mine])
    return np.flatnonzero(chosen)


def exchange_median(
    problem: MedianProblem, selected: NDArray[np.int64], *, watch: Watch
) -> NDArray[np.int64]:
    """Best exchange of one site for another (Whitaker 1983, all pairs at once), until none saves.

    Without p, sites are added too.
    """
    if len(problem.row) > SMALL:
        return improved_median(problem, selected, n_round=1, watch=watch, until=np.inf, seed=0)
    limits, groups, n = problem.limits, problem.limits.groups, problem.n_candidate
    is_fixed = limits.is_fixed()
    current = selected.copy()
    while n and not watch.is_over():
        near, first, second = two_nearest(problem, current)
        active = problem.value < second[problem.row]
        row, column, value = problem.row[active], problem.column[active], problem.value[active]
        gain = tally(column, np.maximum(first[row] - value, 0.0), n=n)
        served = near >= 0
        place = np.full(n, -1, dtype=np.int64)
        place[current] = np.arange(len(current))
        loss = tally(place[near[served]], (second - first)[served], n=len(current))
        # What the newcomer saves of the loss: rows of the leaver that it serves better than their second nearest.
        mine = served[row]
        owner = place[near[row[mine]]]
        saved = second[row[mine]] - np.maximum(value[mine], first[row[mine]])
        back = tally(owner * n + column[mine], saved, n=len(current) * n).reshape(-1, n)
        change = gain[None, :] - loss[:, None] + back
        allowed = exchange_allowed(current, groups=groups)
        change[~allowed[np.ix_(groups.member[current], groups.member)]] = -np.inf
        change[:, current] = -np.inf
        change[is_fixed[current]] = -np.inf
        left = limits.room - float(limits.price[current].sum())
        if limits.is_priced:
            change[limits.price[None, :] - limits.price[current][:, None] > left] = -np.inf
        least_gain = 1e-9 * max(float(first.sum()), 1e-300)
        best = int(np.argmax(change)) if change.size else -1
        out, into = divmod(best, n)
        if best >= 0 and change[out, into] > least_gain:
            current[out] = into
            current.sort()
            continue
        if limits.p is not None:
            break
        room = groups.count(current) < groups.upper
        gain[~room[groups.member] | (limits.price > left)] = -np.inf
        gain[current] = -np.inf
        into = int(np.argmax(gain))
        if gain[into] <= least_gain:
            break
        current = np.sort(np.append(current, into))
    return current


def improved_median(
    problem: MedianProblem,
    selected: NDArray[np.int64],
    *,
    n_round: int,
    watch: Watch,
    until: float,
    seed: int,
) -> NDArray[np.int64]:
    """Rounds of exchange and of moving a few sites, compiled; the first only exchanges."""
    from tuoyu_geo.siting.median_kernel import improve  # noqa: PLC0415

    limits = problem.limits
    value = total(problem, selected)
    for k in range(1_000_000):
        trial = improve(
            problem.start,
            problem.column,
            problem.value,
            problem.penalty,
            limits.groups.member,
            limits.groups.lower,
            limits.groups.upper,
            limits.is_fixed(),
            limits.price,
            limits.room if limits.is_priced else np.inf,
            selected,
            limits.p is not None,
            n_round,
            N_WORK,
            seed + k,
        )
        reached = total(problem, trial)
        is_better = reached < value
        if is_better:
            selected, value = trial, reached
        if watch.is_over(until) or (n_round == 1 and not is_better):
            break
    return selected
