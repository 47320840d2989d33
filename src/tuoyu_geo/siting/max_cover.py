"""Maximal covering location (MCLP): p sites that cover the most weight."""

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.assign import infeasible_result, nearest
from tuoyu_geo.siting.cover import as_ones, merge_rows, within
from tuoyu_geo.siting.cover_bound import CoverBound, bound_cover
from tuoyu_geo.siting.cover_core import solve_core
from tuoyu_geo.siting.cover_search import CoverProblem, complete, cover_problem, exchange, shake
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.result import SitingResult, is_whole, judge, relative_gap
from tuoyu_geo.siting.stacking import take_rows, tally

# A core with fewer stored entries than this is proven outright, whatever gap was asked for: it takes a fraction of a second.
SMALL_CORE = 20_000


def max_coverage(
    cost: object,
    weight: ArrayLike,
    *,
    p: int,
    standard: float,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> SitingResult:
    """Choose exactly p sites so that the weight within the standard of a site is largest.

    Parameters
    ----------
    cost
        (n_demand, n_candidate). Sparse: a missing entry is unreachable, an explicit zero costs nothing. Dense: inf
        is unreachable.
    weight
        (n_demand,) finite, not negative.
    p
        Sites, the fixed ones included.
    standard
        Largest cost that counts as covered, closed: cost <= standard.
    group
        (n_candidate,) label of each candidate's group.
    quotas
        {label: (minimum, maximum or None)}, both closed; the fixed sites count.
    fixed
        Columns that are always selected.
    time_limit_s
        Seconds after which the best so far is returned with its proven bound.
    gap
        Relative gap that counts as proof.
    seed
        Seed of the search; the same seed gives the same plan unless the time limit cut it short.

    Returns
    -------
    `objective` is the weight covered; `bound` >= it. `assigned` is the cheapest site within the standard, or -1.

    Raises
    ------
    SitingError
        The input is malformed; every fault is named.
    """
    began = perf_counter()
    instance = read_instance(
        cost,
        weight=weight,
        p=p,
        group=group,
        quotas=quotas,
        fixed=fixed,
        scalars={"standard": standard, "time_limit_s": time_limit_s, "gap": gap},
    )
    reach = within(instance.cost, standard=standard)
    found = clashes(instance, must_reach=np.zeros(reach.shape[0], dtype=bool))
    if found:
        return infeasible_result(found, n_demand=reach.shape[0], began=began, seed=seed)
    problem = _problem(reach, instance)
    selected, bound, method = _search(problem, deadline=began + time_limit_s, gap=gap, seed=seed)
    assigned = nearest(reach, selected)
    objective = float(instance.weight[assigned >= 0].sum())
    bound = max(bound, objective)
    return SitingResult(
        selected=selected,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        status=judge(objective, bound, gap=gap),
        seconds=perf_counter() - began,
        method=method,
        seed=seed,
        assigned=assigned,
    )


def _problem(reach: csr_array, instance: Instance) -> CoverProblem:
    rows, became = merge_rows(reach)
    weight = tally(became, instance.weight, n=rows.shape[0])
    counts = (np.diff(rows.indptr) > 0) & (weight > 0)
    return cover_problem(
        as_ones(take_rows(rows, counts)),
        weight[counts],
        groups=instance.groups,
        fixed=instance.fixed,
        p=instance.p or 0,
    )


def _search(
    problem: CoverProblem, *, deadline: float, gap: float, seed: int
) -> tuple[NDArray[np.int64], float, str]:
    """The best plan, its bound, and the method's name."""
    selected = exchange(problem, complete(problem, problem.fixed), deadline=deadline)
    total = float(problem.weight.sum())
    if problem.covered(selected) >= total:
        return selected, total, "search"
    is_small = problem.covers.nnz <= SMALL_CORE
    wanted = 0.0 if is_small else gap
    n_step = 300 if is_small else 1500
    left = deadline - perf_counter()
    relaxed = bound_cover(problem, selected, n_step=n_step, deadline=perf_counter() + 0.3 * left, gap=wanted)
    selected, bound = relaxed.selected, relaxed.bound
    if is_whole(problem.weight):
        bound = float(np.floor(bound + 1e-6))
    if relative_gap(problem.covered(selected), bound) <= wanted:
        return selected, bound, "lagrangian"
    if not is_small:
        selected = shake(problem, selected, n_round=40, deadline=perf_counter() + 0.1 * left, seed=seed)
        selected = _widen(problem, relaxed, selected, deadline=deadline, gap=gap, seed=seed)
        if relative_gap(problem.covered(selected), bound) <= wanted:
            return selected, bound, "lagrangian"
    # Whoever's turning costs the bound more than the gap is decided: no better plan turns it.
    # Whole weights make a better plan better by one.
    least_gain = 1.0 - 1e-6 if is_whole(problem.weight) else 0.0
    decided = relaxed.bound - relaxed.loss <= problem.covered(selected) + least_gain
    chosen = np.isin(np.arange(problem.covers.shape[1]), selected)
    columns = np.flatnonzero(~decided | relaxed.picked | chosen)
    taken = np.flatnonzero(decided & relaxed.picked & chosen)
    answer = solve_core(
        problem,
        selected,
        columns=columns,
        taken=taken,
        time_limit_s=deadline - perf_counter(),
        gap=wanted,
        seed=seed,
    )
    # Outside the core nothing is better than the plan in hand, so the larger of the two bounds every plan.
    core_bound = max(answer.bound, problem.covered(selected))
    return answer.selected, min(bound, core_bound), "lagrangian+highs"


def _widen(
    problem: CoverProblem,
    relaxed: CoverBound,
    selected: NDArray[np.int64],
    *,
    deadline: float,
    gap: float,
    seed: int,
) -> NDArray[np.int64]:
    """Search among the candidates that the bound likes best: a few, then more, each time exactly and briefly."""
    liked = np.argsort(np.where(relaxed.picked, -1.0, relaxed.loss), kind="stable")
    for factor in (2, 3, 4):
        n_liked = factor * problem.p
        left = deadline - perf_counter()
        if (
            n_liked >= len(liked)
            or left <= 0
            or relative_gap(problem.covered(selected), relaxed.bound) <= gap
        ):
            break
        columns = np.unique(np.concatenate([liked[:n_liked], selected, problem.fixed]))
        answer = solve_core(
            problem,
            selected,
            columns=columns,
            taken=problem.fixed,
            time_limit_s=0.25 * left,
            gap=min(gap, 1e-3) if gap else 1e-3,
            seed=seed,
        )
        selected = answer.selected
    return selected
