"""Good plans under capacities quickly: rows put whole into sites, shifted and swapped, and the sites moved."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cap_problem import CapProblem
from tuoyu_geo.siting.cap_vary import vary
from tuoyu_geo.siting.pick import exchange_allowed
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

# Pairs of rows looked at in one step of swapping.
MOST_PAIRS = 2_000_000
# The shaken search holds every pair, and goes on until so many times so many rounds find nothing better.
MOST_CELLS, ROUNDS, MOST_STALE, N_NEAR = 2_000_000, 40, 60, 8
MOST_ROW_PAIRS = 10_000_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CapPlan:
    """Sites, who goes where, and the value.

    Attributes
    ----------
    selected
        Ascending.
    site
        (n_row,) candidate that serves each row.
    value
        Their sum.
    """

    selected: NDArray[np.int64]
    site: NDArray[np.int64]
    value: float


def plan_whole(problem: CapProblem, selected: NDArray[np.int64], *, watch: Watch) -> CapPlan | None:
    """Every row whole to one of the sites: cheapest first, then shifts and swaps; None where the greedy gets stuck."""
    if not problem.n_row:
        return CapPlan(selected=selected, site=np.zeros(0, dtype=np.int64), value=0.0)
    table = _table(problem, selected)
    if not len(selected) or not np.isfinite(table.min(axis=1)).all():
        return None
    ranked = np.sort(table, axis=1)
    second = ranked[:, 1] if len(selected) > 1 else np.full(problem.n_row, np.inf)
    regret = second - ranked[:, 0]
    tries = (np.lexsort((-problem.load, -regret)), np.lexsort((-regret, -problem.load)))
    best = None
    for order in tries:
        place = _fill(problem, table, selected, order)
        if place is None:
            continue
        place = _settle(problem, table, selected, place, watch=watch)
        value = float(table[np.arange(problem.n_row), place].sum())
        if best is None or value < best.value:
            best = CapPlan(selected=selected, site=selected[place], value=value)
    return best


def move_sites(problem: CapProblem, plan: CapPlan, *, watch: Watch) -> CapPlan:
    """Move one site at a time to where it serves its own rows best, and settle the rows again, until nothing gains."""
    limits, n = problem.limits, problem.n_candidate
    is_fixed = limits.is_fixed()
    best = plan
    while problem.n_row and not watch.is_over():
        rank = np.full(n, -1, dtype=np.int64)
        rank[best.selected] = np.arange(len(best.selected))
        place = rank[best.site]
        shape = (len(best.selected), n)
        key = place[problem.row] * n + problem.column
        cost = tally(key, problem.value, n=shape[0] * n).reshape(shape)
        reached = tally(key, np.ones(len(key)), n=shape[0] * n).reshape(shape)
        size = tally(place, np.ones(problem.n_row), n=shape[0])
        load = tally(place, problem.load, n=shape[0])
        cost[(reached < size[:, None]) | (load[:, None] > problem.capacity[None, :])] = np.inf
        cost[:, best.selected] = np.inf
        cost[is_fixed[best.selected]] = np.inf
        groups = limits.groups
        allowed = exchange_allowed(best.selected, groups=groups)
        cost[~allowed[np.ix_(groups.member[best.selected], groups.member)]] = np.inf
        left = limits.room - float(limits.price[best.selected].sum())
        if limits.is_priced:
            cost[limits.price[None, :] - limits.price[best.selected][:, None] > left] = np.inf
        now = tally(place, _values(problem, best.site), n=shape[0])
        change = cost - now[:, None]
        out, into = divmod(int(np.argmin(change)), n)
        if change[out, into] >= -1e-9 * max(abs(best.value), 1e-300):
            break
        site = best.site.copy()
        site[place == out] = into
        selected = np.sort(np.append(np.delete(best.selected, out), into))
        rank = np.full(n, -1, dtype=np.int64)
        rank[selected] = np.arange(len(selected))
        table = _table(problem, selected)
        settled = _settle(problem, table, selected, rank[site], watch=watch)
        value = float(table[np.arange(problem.n_row), settled].sum())
        best = CapPlan(selected=selected, site=selected[settled], value=value)
    return best


def vary_plan(
    problem: CapProblem,
    selected: NDArray[np.int64],
    plan: CapPlan | None,
    *,
    seed: int,
    is_enough: Callable[[float], bool],
) -> CapPlan | None:
    """A plan better than the given one by shaking it, or some plan near the sites; the given one where none is found.

    Parameters
    ----------
    problem
        The problem.
    selected, plan
        Sites to begin with where there is no plan.
    seed
        Of the shaking.
    is_enough
        Asked with the best value between rounds: true to stop.
    """
    if problem.limits.is_priced or not problem.n_row or problem.n_row * problem.n_candidate > MOST_CELLS:
        return plan
    begin = selected if plan is None else plan.selected
    if not len(begin):
        return plan
    table = _table(problem, np.arange(problem.n_candidate))
    within = np.isfinite(table)
    dear = 4.0 * float(np.where(within, table, 0.0).max(axis=1).sum()) + 1.0
    table[~within] = dear
    near = np.argsort(table, axis=1, kind="stable")[:, :N_NEAR].astype(np.int64)
    # A round looks at every two rows a few times; between calls the clock is looked at.
    n_round = min(max(MOST_ROW_PAIRS // problem.n_row**2, 1), ROUNDS)
    best = plan
    stale = turn = 0
    while stale < MOST_STALE and not is_enough(np.inf if best is None else best.value):
        site = np.full(problem.n_row, -1, dtype=np.int64) if best is None else best.site
        found, value = vary(
            table,
            problem.load,
            problem.capacity,
            problem.limits.groups.member,
            problem.limits.is_fixed(),
            near,
            begin,
            site,
            n_round,
            (seed + turn) % 2**32,
        )
        stale, turn = stale + 1, turn + 1
        if value < min(dear, np.inf if best is None else best.value):
            # A site may have nobody left; the number of sites is kept by the others' neighbours.
            begin = _with_sites(problem, np.unique(found), begin)
            best, stale = CapPlan(selected=begin, site=found, value=value), 0
    return best


def _with_sites(problem: CapProblem, used: NDArray[np.int64], before: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sites that serve, filled up with others of the plan before, part by part."""
    member = problem.limits.groups.member
    count = np.bincount(member[before], minlength=int(member.max()) + 1)
    count -= np.bincount(member[used], minlength=len(count))
    filled = [int(j) for j in used]
    serves = set(filled)
    for j in dict.fromkeys(int(j) for j in (*before, *range(problem.n_candidate))):
        if j not in serves and count[member[j]] > 0:
            count[member[j]] -= 1
            filled.append(j)
    return np.sort(np.array(filled, dtype=np.int64))


def _values(problem: CapProblem, site: NDArray[np.int64]) -> NDArray[np.float64]:
    mine = site[problem.row] == problem.column
    return tally(problem.row[mine], problem.value[mine], n=problem.n_row)


def _table(problem: CapProblem, selected: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n_row, n_site) value, inf where out of reach."""
    rank = np.full(problem.n_candidate, -1, dtype=np.int64)
    rank[selected] = np.arange(len(selected))
    mine = rank[problem.column] >= 0
    table = np.full((problem.n_row, len(selected)), np.inf)
    table[problem.row[mine], rank[problem.column[mine]]] = problem.value[mine]
    return table


def _fill(
    problem: CapProblem, table: NDArray[np.float64], selected: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    room = problem.capacity[selected].copy()
    place = np.full(problem.n_row, -1, dtype=np.int64)
    for i in order:
        open_value = np.where(problem.load[i] <= room, table[i], np.inf)
        k = int(np.argmin(open_value))
        if not np.isfinite(open_value[k]):
            return None
        place[i] = k
        room[k] -= problem.load[i]
    return place


def _settle(
    problem: CapProblem,
    table: NDArray[np.float64],
    selected: NDArray[np.int64],
    place: NDArray[np.int64],
    *,
    watch: Watch,
) -> NDArray[np.int64]:
    """Best shift of one row, else best swap of two, again and again, until none gains."""
    n_row, every = problem.n_row, np.arange(problem.n_row)
    load, place = problem.load, place.copy()
    capacity = problem.capacity[selected]
    nearest = table.min(axis=1)
    least_gain = 1e-9 * max(float(np.abs(nearest).sum()), 1e-300)
    while not watch.is_over():
        now = table[every, place]
        room = capacity - tally(place, load, n=len(selected))
        change = np.where(load[:, None] <= room[None, :], table - now[:, None], np.inf)
        i, k = divmod(int(np.argmin(change)), len(selected))
        if change[i, k] < -least_gain:
            place[i] = k
            continue
        # Only a row that is not where it is cheapest can gain by a swap.
        keen = np.flatnonzero(now > nearest + least_gain)[: max(MOST_PAIRS // max(n_row, 1), 1)]
        if not len(keen):
            break
        change = table[keen][:, place] + table[:, place[keen]].T - now[keen][:, None] - now[None, :]
        extra = load[None, :] - load[keen][:, None]
        fits = (extra <= room[place[keen]][:, None]) & (-extra <= room[place][None, :])
        change[~fits] = np.inf
        a, b = divmod(int(np.argmin(change)), n_row)
        if change[a, b] >= -least_gain:
            break
        place[keen[a]], place[b] = place[b], place[keen[a]]
    return place
