"""Good p-medians quickly: greedy, then exchange of one site for another, under quotas."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.instance import Groups, Instance
from tuoyu_geo.siting.pick import exchange_allowed


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
    n_candidate, groups, fixed, p
        As in `Instance`.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    start: NDArray[np.int64]
    penalty: float
    n_candidate: int
    groups: Groups
    fixed: NDArray[np.int64]
    p: int

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
        groups=instance.groups,
        fixed=instance.fixed,
        p=instance.p or 0,
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


def complete_median(problem: MedianProblem, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add to `kept` the site that saves most, lower index on ties, until there are p."""
    groups = problem.groups
    count = groups.count(kept)
    chosen = np.zeros(problem.n_candidate, dtype=bool)
    chosen[kept] = True
    first = two_nearest(problem, kept)[1]
    for n_left in range(problem.p - len(kept), 0, -1):
        owed = np.maximum(groups.lower - count, 0)
        part_ok = owed > 0 if n_left <= owed.sum() else count < groups.upper
        saving = np.maximum(first[problem.row] - problem.value, 0.0)
        gain = np.bincount(problem.column, weights=saving, minlength=problem.n_candidate)
        best = int(np.argmax(np.where(part_ok[groups.member] & ~chosen, gain, -1.0)))
        chosen[best] = True
        count[groups.member[best]] += 1
        mine = problem.column == best
        first[problem.row[mine]] = np.minimum(first[problem.row[mine]], problem.value[mine])
    return np.flatnonzero(chosen)


def exchange_median(
    problem: MedianProblem, selected: NDArray[np.int64], *, deadline: float
) -> NDArray[np.int64]:
    """Best exchange of one site for another (Whitaker 1983, all pairs at once), until none saves."""
    groups, n = problem.groups, problem.n_candidate
    is_fixed = np.zeros(n, dtype=bool)
    is_fixed[problem.fixed] = True
    current = selected.copy()
    while perf_counter() < deadline:
        near, first, second = two_nearest(problem, current)
        active = problem.value < second[problem.row]
        row, column, value = problem.row[active], problem.column[active], problem.value[active]
        gain = np.bincount(column, weights=np.maximum(first[row] - value, 0.0), minlength=n)
        served = near >= 0
        place = np.full(n, -1, dtype=np.int64)
        place[current] = np.arange(len(current))
        loss = np.bincount(place[near[served]], weights=(second - first)[served], minlength=len(current))
        # What the newcomer saves of the loss: rows of the leaver that it serves better than their second nearest.
        mine = served[row]
        owner = place[near[row[mine]]]
        saved = second[row[mine]] - np.maximum(value[mine], first[row[mine]])
        back = np.bincount(owner * n + column[mine], weights=saved, minlength=len(current) * n).reshape(-1, n)
        change = gain[None, :] - loss[:, None] + back
        allowed = exchange_allowed(current, groups=groups)
        change[~allowed[np.ix_(groups.member[current], groups.member)]] = -np.inf
        change[:, current] = -np.inf
        change[is_fixed[current]] = -np.inf
        best = int(np.argmax(change))
        out, into = divmod(best, n)
        if change[out, into] <= 1e-9 * max(float(first.sum()), 1e-300):
            break
        current[out] = into
        current.sort()
    return current
