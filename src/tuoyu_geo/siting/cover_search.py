"""Good coverage quickly: greedy and exchange, under quotas and a budget."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.pick import Limits, exchange_allowed
from tuoyu_geo.siting.stacking import flipped, take_rows
from tuoyu_geo.siting.watch import Watch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverProblem:
    """Cover as much weight as the allowed sites can.

    Attributes
    ----------
    covers
        (n_row, n_candidate) of ones, distinct rows.
    weight
        (n_row,) positive.
    limits
        What may be chosen; feasible together.
    """

    covers: csr_array
    covers_t: csr_array
    weight: NDArray[np.float64]
    limits: Limits

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return int(self.covers.shape[1])

    def times(self, selected: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many selected candidates cover each row."""
        chosen = np.zeros(self.n_candidate)
        chosen[selected] = 1.0
        return np.asarray(self.covers @ chosen)

    def covered(self, selected: NDArray[np.int64]) -> float:
        """Weight covered."""
        return float(self.weight[self.times(selected) > 0].sum())

    def rows_of(self, j: int) -> NDArray[np.int64]:
        """Rows that a candidate covers."""
        return np.asarray(self.covers_t.indices[self.covers_t.indptr[j] : self.covers_t.indptr[j + 1]])


def cover_problem(covers: csr_array, weight: NDArray[np.float64], *, limits: Limits) -> CoverProblem:
    """A `CoverProblem` with both directions of the matrix ready."""
    return CoverProblem(covers=covers, covers_t=flipped(covers), weight=weight, limits=limits)


def first_plan(problem: CoverProblem, *, watch: Watch) -> NDArray[np.int64]:
    """Greedy; where money runs out before the number and the quotas are met, from the cheapest plan on."""
    limits = problem.limits
    plan = complete(problem, limits.fixed)
    start = limits.cheapest() if plan is None else plan
    return exchange(problem, start, watch=watch)


def complete(problem: CoverProblem, kept: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Add to `kept`, largest newly covered weight first (a unit of money, where that counts) and lower index on ties.

    Until there are p sites or nothing more is gained; None when the money does not last.
    """
    limits, groups = problem.limits, problem.limits.groups
    count = groups.count(kept)
    open_row = problem.weight * (problem.times(kept) == 0)
    chosen = np.zeros(problem.n_candidate, dtype=bool)
    chosen[kept] = True
    added = list(kept)
    left = limits.room - float(limits.price[kept].sum())
    while limits.p is None or len(added) < limits.p:
        owed = np.maximum(groups.lower - count, 0)
        must = owed.sum() > 0 if limits.p is None else limits.p - len(added) <= owed.sum()
        part_ok = owed > 0 if must else count < groups.upper
        may = part_ok[groups.member] & ~chosen & (limits.price <= left)
        worth = problem.covers_t @ open_row
        if limits.is_priced:
            worth = worth / np.maximum(limits.price, 1e-9 * limits.budget + 1e-300)
        gain = np.where(may, worth, -1.0)
        best = int(np.argmax(gain))
        if limits.p is None and not must and gain[best] <= 0:
            break
        if gain[best] < 0:
            return None
        added.append(best)
        chosen[best] = True
        left -= float(limits.price[best])
        count[groups.member[best]] += 1
        open_row[problem.rows_of(best)] = 0.0
    return np.array(sorted(added), dtype=np.int64)


def exchange(problem: CoverProblem, selected: NDArray[np.int64], *, watch: Watch) -> NDArray[np.int64]:
    """Best exchange of one site for another, again and again, until none gains; without p, sites are added too."""
    limits, groups, weight = problem.limits, problem.limits.groups, problem.weight
    is_fixed = limits.is_fixed()
    least_gain = 1e-9 * max(float(weight.sum()), 1e-300)
    current = selected.copy()
    while not watch.is_over():
        movable = np.flatnonzero(~is_fixed[current])
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
        left = limits.room - float(limits.price[current].sum())
        if limits.is_priced:
            dearer = limits.price[None, :] - limits.price[current[movable]][:, None]
            change[dearer > left] = -np.inf
        best = int(np.argmax(change)) if change.size else -1
        out, into = divmod(best, max(problem.n_candidate, 1))
        if best >= 0 and change[out, into] > least_gain:
            current[movable[out]] = into
            current.sort()
            continue
        if limits.p is not None:
            break
        room = groups.count(current) < groups.upper
        gain[~room[groups.member] | (limits.price > left)] = -np.inf
        gain[current] = -np.inf
        into = int(np.argmax(gain)) if len(gain) else -1
        if into < 0 or gain[into] <= least_gain:
            break
        current = np.sort(np.append(current, into))
    return current
