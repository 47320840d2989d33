"""Maximum coverage whose sites hold only so much: a row may be split, and counts by the part that is served."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.siting.cap_bound import bound_capacity
from tuoyu_geo.siting.cap_core import CapAnswer, solve_cap_core
from tuoyu_geo.siting.cap_problem import CapProblem, cap_problem
from tuoyu_geo.siting.instance import Instance, raise_faults, read_floats
from tuoyu_geo.siting.pick import pick_within
from tuoyu_geo.siting.result import SitingResult, judged, relative_gap
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

# Beyond this many pairs HiGHS does not leave its first relaxation within a minute.
MOST_PAIRS = 400_000


def capacitated_coverage(
    instance: Instance, *, capacity: ArrayLike, watch: Watch, gap: float, seed: int
) -> SitingResult:
    """`max_coverage` with capacities, once the rest of its arguments is read and found feasible.

    Parameters
    ----------
    instance
        Its `cost` holds only what is within the standard.
    capacity
        (n_candidate,) weight that each site can serve.
    watch, gap, seed
        As everywhere.

    Raises
    ------
    SitingError
        The capacities are malformed.
    """
    faults: list[str] = []
    room = read_floats(capacity, "capacity", instance.n_candidate, faults)
    raise_faults(faults)
    problem = cap_problem(instance, load=instance.weight, capacity=room, gain=instance.weight)
    selected, share, bound, method = _search(problem, watch=watch, gap=gap, seed=seed)
    served = _served(instance, problem, share)
    objective = float(served.sum())
    return judged(
        selected,
        objective=objective,
        bound=max(-bound, objective),
        gap=gap,
        method=method,
        seed=seed,
        assigned=_main_site(served),
        watch=watch,
        served=served,
    )


def _search(
    problem: CapProblem, *, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], float, str]:
    """Sites, share of each pair, bound (of the value, which is minus what is served), and the method's name."""
    best: list[tuple[float, NDArray[np.int64], NDArray[np.float64]]] = []

    def try_plan(selected: NDArray[np.int64]) -> float:
        share = _serve(problem, selected, watch=watch, seed=seed)
        value = float(problem.value @ share)
        if not best or value < best[0][0]:
            best[:] = [(value, selected, share)]
        return best[0][0]

    gain = -tally(problem.row, problem.value, n=problem.n_row) / np.maximum(
        np.bincount(problem.row, minlength=problem.n_row), 1
    )
    most = np.minimum(tally(problem.column, -problem.value, n=problem.n_candidate), problem.capacity)
    value = try_plan(pick_within(most, problem.limits).affordable)
    relaxed = bound_capacity(
        problem,
        begin=-0.5 * gain,
        value=value,
        try_plan=try_plan,
        n_step=300,
        watch=watch,
        until=watch.deadline - 0.6 * watch.left_s(),
        gap=gap,
    )
    value, selected, share = best[0]
    if relative_gap(value, relaxed.bound) == 0.0 or watch.is_over() or len(problem.row) > MOST_PAIRS:
        return selected, share, relaxed.bound, "lagrangian"
    # Whatever costs the bound more than the gap can't be part of a better plan.
    margin = value - relaxed.bound + 1e-9 * abs(value)
    chosen = np.isin(np.arange(problem.n_candidate), selected)
    columns = np.flatnonzero((relaxed.loss <= margin) | relaxed.picked | chosen)
    taken = np.flatnonzero((relaxed.loss > margin) & relaxed.picked & chosen)
    is_open = np.isin(np.arange(problem.n_candidate), columns)
    found = solve_cap_core(
        problem,
        columns=columns,
        taken=taken,
        pairs=np.flatnonzero(is_open[problem.column]),
        start=(selected, share),
        watch=watch,
        time_limit_s=watch.left_s(),
        gap=0.0 if len(problem.row) <= 5_000 else gap,
        seed=seed,
        tell=lambda now, least: watch.tell(
            objective=-min(value, now), bound=-min(max(relaxed.bound, least), value)
        ),
    )
    bound = max(relaxed.bound, min(found.answer.bound, value))
    if len(found.selected) and problem.limits.affords(found.selected):
        try_plan(found.selected)
    value, selected, share = best[0]
    return selected, share, bound, "lagrangian+highs"


def _serve(
    problem: CapProblem, selected: NDArray[np.int64], *, watch: Watch, seed: int
) -> NDArray[np.float64]:
    """The most that some sites can serve: what is at hand greedily, then a linear program."""
    is_chosen = np.isin(np.arange(problem.n_candidate), selected)
    pairs = np.flatnonzero(is_chosen[problem.column])
    share = _greedy(problem, pairs)
    if watch.is_over():
        return share
    load = tally(problem.column, share * problem.load[problem.row], n=problem.n_candidate)
    is_full = load >= problem.capacity * (1 - 1e-6)
    if not (is_full & is_chosen).any():
        return share
    answer = flow(problem, selected, pairs=pairs, watch=watch, seed=seed)
    found = answer.share
    # HiGHS may bend a limit within its tolerance; what is over is not served.
    row_total = tally(problem.row, found, n=problem.n_row)
    found = found / np.maximum(row_total, 1.0)[problem.row]
    load = tally(problem.column, found * problem.load[problem.row], n=problem.n_candidate)
    over = np.divide(load, problem.capacity, out=np.ones(len(load)), where=problem.capacity > 0)
    found = found / np.maximum(over, 1.0)[problem.column]
    return found if problem.value @ found < problem.value @ share else share


def flow(
    problem: CapProblem, selected: NDArray[np.int64], *, pairs: NDArray[np.int64], watch: Watch, seed: int
) -> CapAnswer:
    """Who goes where when the sites are given."""
    return solve_cap_core(
        problem,
        columns=selected,
        taken=selected,
        pairs=pairs,
        start=None,
        watch=watch,
        time_limit_s=watch.left_s(),
        gap=0.0,
        seed=seed,
    )


def _greedy(problem: CapProblem, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Row by row, those with the fewest sites first, into whatever has room."""
    share = np.zeros(len(problem.row))
    room = problem.capacity.copy()
    n_choice = np.bincount(problem.row[pairs], minlength=problem.n_row)
    left = problem.load.copy()
    for k in pairs[np.argsort(n_choice[problem.row[pairs]], kind="stable")]:
        i, j = problem.row[k], problem.column[k]
        part = min(left[i], room[j])
        if part > 0:
            share[k] = part / problem.load[i]
            left[i] -= part
            room[j] -= part
    return share


def _served(instance: Instance, problem: CapProblem, share: NDArray[np.float64]) -> csr_array:
    """(n_demand, n_candidate) weight served by each pair."""
    used = np.flatnonzero(share > 0)
    # Whole weights and capacities make whole parts; HiGHS's last digits don't.
    part = share[used] * problem.load[problem.row[used]]
    near = np.round(part)
    part = np.where(np.abs(part - near) <= 1e-6 * np.maximum(near, 1.0), near, part)
    return csr_array(
        coo_array((part, (problem.kept[problem.row[used]], problem.column[used])), shape=instance.cost.shape)
    )


def _main_site(served: csr_array) -> NDArray[np.int64]:
    """(n_demand,) the site that serves most of each row, the lowest on ties, -1 where none does."""
    row = np.repeat(np.arange(served.shape[0]), np.diff(served.indptr))
    order = np.lexsort((served.indices, -served.data, row))
    assigned = np.full(served.shape[0], -1, dtype=np.int64)
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(row[order]) != 0
    assigned[row[order][first]] = served.indices[order][first]
    return assigned
