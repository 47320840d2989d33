"""Coverage of large problems: bound and search by turns, then the undecided core."""

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cover_bound import CoverBound, bound_cover
from tuoyu_geo.siting.cover_core import solve_core
from tuoyu_geo.siting.cover_search import CoverProblem, complete
from tuoyu_geo.siting.result import is_whole, relative_gap
from tuoyu_geo.siting.watch import Watch

# Elementary steps of the compiled search between two looks at the clock: about a quarter of a second.
N_WORK = 100_000_000


def improved(
    problem: CoverProblem, selected: NDArray[np.int64], *, n_work: int, until: float, watch: Watch, seed: int
) -> NDArray[np.int64]:
    """Destroy and repair from a plan, a chunk of work at a time, until the work is done or the time is up."""
    chunk = max(N_WORK, 3 * problem.covers.nnz)
    for k in range(max(n_work // chunk, 1)):
        selected = _improved_by(problem, selected, n_work=min(chunk, n_work), seed=seed + k)
        watch.tell(objective=problem.covered(selected))
        if watch.is_over(until):
            break
    return selected


def _improved_by(
    problem: CoverProblem, selected: NDArray[np.int64], *, n_work: int, seed: int
) -> NDArray[np.int64]:
    # Numba's import and its compiled code take longer to load than a small problem takes to solve.
    from tuoyu_geo.siting.cover_kernel import improve  # noqa: PLC0415

    limits = problem.limits
    return improve(
        problem.covers_t.indptr,
        problem.covers_t.indices,
        problem.covers.indptr,
        problem.covers.indices,
        problem.weight,
        limits.groups.member,
        limits.groups.lower,
        limits.groups.upper,
        limits.is_fixed(),
        limits.price,
        limits.room if limits.is_priced else np.inf,
        selected,
        -1 if limits.p is None else limits.p,
        n_work,
        seed,
    )[0]


def undecided(
    problem: CoverProblem, relaxed: CoverBound, selected: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidates that a better plan may take, and those of them that it must take.

    Whoever's turning costs the bound more than the gap is decided: no better plan turns it. Whole weights make a
    better plan better by one.
    """
    least_gain = 1.0 - 1e-6 if is_whole(problem.weight) else 0.0
    decided = relaxed.bound - relaxed.loss <= problem.covered(selected) + least_gain
    chosen = np.isin(np.arange(problem.n_candidate), selected)
    columns = np.flatnonzero(~decided | relaxed.picked | chosen)
    taken = np.flatnonzero(decided & relaxed.picked & chosen)
    return columns, taken


def search_large(
    problem: CoverProblem, *, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64], float, str]:
    """The best plan, its bound, and the method's name."""
    plan = complete(problem, problem.limits.fixed)
    selected = problem.limits.cheapest() if plan is None else plan
    total = float(problem.weight.sum())
    watch.tell(objective=problem.covered(selected), bound=total)
    with watch.uncounted():
        _improved_by(problem, selected, n_work=0, seed=seed)  # compiles the search, or loads it
    selected = improved(
        problem,
        selected,
        n_work=2 * N_WORK,
        until=watch.deadline - 0.8 * watch.left_s(),
        watch=watch,
        seed=seed,
    )
    if problem.covered(selected) >= total:
        return selected, total, "search"
    until = watch.deadline - 0.6 * watch.left_s()
    relaxed = bound_cover(problem, selected, n_step=1500, watch=watch, until=until, gap=gap)
    selected, bound = relaxed.selected, relaxed.bound
    if is_whole(problem.weight):
        bound = float(np.floor(bound + 1e-6))
    if relative_gap(problem.covered(selected), bound) <= gap or watch.is_over():
        return selected, bound, "lagrangian"
    until = watch.deadline - 0.8 * watch.left_s()
    selected = improved(problem, selected, n_work=10 * N_WORK, until=until, watch=watch, seed=seed + 1000)
    if relative_gap(problem.covered(selected), bound) <= gap or watch.is_over():
        return selected, bound, "lagrangian"
    columns, taken = undecided(problem, relaxed, selected)
    answer = solve_core(
        problem,
        selected,
        columns=columns,
        taken=taken,
        bound=bound,
        watch=watch,
        time_limit_s=watch.left_s(),
        gap=gap,
        seed=seed,
    )
    # Outside the core nothing is better than the plan in hand, so the larger of the two bounds every plan.
    core_bound = max(answer.bound, problem.covered(selected))
    return answer.selected, min(bound, core_bound), "lagrangian+highs"
