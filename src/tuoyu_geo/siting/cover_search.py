"""Good coverage quickly: greedy, exchange, destroy and repair, all under quotas."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.instance import Groups
from tuoyu_geo.siting.pick import exchange_allowed
from tuoyu_geo.siting.stacking import flipped, take_rows


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverProblem:
    """Cover as much weight as p sites can.

    Attributes
    ----------
    covers
        (n_row, n_candidate) of ones, distinct rows.
    weight
        (n_row,) positive.
    groups, fixed, p
        As in `Instance`; feasible together.
    """

    covers: csr_array
    covers_t: csr_array
    weight: NDArray[np.float64]
    groups: Groups
    fixed: NDArray[np.int64]
    p: int

    def times(self, selected: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many selected candidates cover each row."""
        chosen = np.zeros(self.covers.shape[1])
        chosen[selected] = 1.0
        return np.asarray(self.covers @ chosen)

    def covered(self, selected: NDArray[np.int64]) -> float:
        """Weight covered."""
        return float(self.weight[self.times(selected) > 0].sum())


def cover_problem(
    covers: csr_array, weight: NDArray[np.float64], *, groups: Groups, fixed: NDArray[np.int64], p: int
) -> CoverProblem:
    """A `CoverProblem` with both directions of the matrix ready."""
    return CoverProblem(
        covers=covers, covers_t=flipped(covers), weight=weight, groups=groups, fixed=fixed, p=p
    )


def complete(problem: CoverProblem, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Add to `kept`, largest newly covered weight first and lower index on ties, until there are p sites."""
    groups = problem.groups
    count = groups.count(kept)
    open_row = problem.weight * (problem.times(kept) == 0)
    chosen = np.zeros(problem.covers.shape[1], dtype=bool)
    chosen[kept] = True
    added = list(kept)
    while len(added) < problem.p:
        owed = np.maximum(groups.lower - count, 0)
        part_ok = owed > 0 if problem.p - len(added) <= owed.sum() else count < groups.upper
        gain = np.where(part_ok[groups.member] & ~chosen, problem.covers_t @ open_row, -1.0)
        best = int(np.argmax(gain))
        added.append(best)
        chosen[best] = True
        count[groups.member[best]] += 1
        open_row[
            problem.covers_t.indices[problem.covers_t.indptr[best] : problem.covers_t.indptr[best + 1]]
        ] = 0.0
    return np.array(sorted(added), dtype=np.int64)


def exchange(problem: CoverProblem, selected: NDArray[np.int64], *, deadline: float) -> NDArray[np.int64]:
    """Best exchange of one site for another, again and again, until none gains."""
    groups, weight = problem.groups, problem.weight
    is_fixed = np.zeros(problem.covers.shape[1], dtype=bool)
    is_fixed[problem.fixed] = True
    least_gain = 1e-9 * max(float(weight.sum()), 1e-300)
    current = selected.copy()
    while perf_counter() < deadline:
        movable = np.flatnonzero(~is_fixed[current])
        if not len(movable):
            break
        times = problem.times(current)
        gain = problem.covers_t @ (weight * (times == 0))
        once = weight * (times == 1)
        mine = take_rows(problem.covers_t, current[movable])
        loss = mine @ once
        # Rows covered once belong to one site; what another candidate covers of them is not lost in that exchange.
        owned = csr_array((once[mine.indices], mine.indices, mine.indptr), shape=mine.shape)
        kept = (owned @ problem.covers).toarray()
        change = gain[None, :] - loss[:, None] + kept
        allowed = exchange_allowed(current, groups=groups)
        change[~allowed[np.ix_(groups.member[current[movable]], groups.member)]] = -np.inf
        change[:, current] = -np.inf
        best = int(np.argmax(change))
        out, into = divmod(best, change.shape[1])
        if change[out, into] <= least_gain:
            break
        current[movable[out]] = into
        current.sort()
    return current


def shake(
    problem: CoverProblem,
    selected: NDArray[np.int64],
    *,
    n_round: int,
    deadline: float,
    seed: int,
) -> NDArray[np.int64]:
    """Destroy and repair: drop a neighbourhood of sites, add greedily, exchange; keep what is no worse."""
    rng = np.random.default_rng(seed)
    is_fixed = np.zeros(problem.covers.shape[1], dtype=bool)
    is_fixed[problem.fixed] = True
    best, best_value = selected, problem.covered(selected)
    current, current_value = best, best_value
    for _ in range(n_round):
        if perf_counter() >= deadline:
            break
        movable = current[~is_fixed[current]]
        if len(movable) < 2:
            break
        n_drop = int(rng.integers(2, max(3, min(len(movable), 2 + len(movable) // 4)) + 1))
        kept = np.setdiff1d(current, rng.choice(movable, size=min(n_drop, len(movable)), replace=False))
        trial = exchange(problem, complete(problem, kept), deadline=deadline)
        value = problem.covered(trial)
        if value >= current_value:
            current, current_value = trial, value
        if value > best_value:
            best, best_value = trial, value
    return best
