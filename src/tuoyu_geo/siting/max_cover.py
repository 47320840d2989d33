"""Maximal covering location (MCLP): the sites that cover the most weight, by number or by money."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.assign import infeasible_result, nearest
from tuoyu_geo.siting.cap_cover import capacitated_coverage
from tuoyu_geo.siting.cover import as_ones, merge_rows, within
from tuoyu_geo.siting.cover_bound import bound_cover
from tuoyu_geo.siting.cover_core import solve_core
from tuoyu_geo.siting.cover_large import search_large, undecided
from tuoyu_geo.siting.cover_search import CoverProblem, cover_problem, first_plan
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.pick import limits_of
from tuoyu_geo.siting.result import SitingResult, is_whole, judged, relative_gap
from tuoyu_geo.siting.stacking import take_rows, tally
from tuoyu_geo.siting.watch import OnProgress, Watch, watching

# A problem with fewer stored entries than this is proven outright, whatever gap was asked for: it takes a fraction of a second.
SMALL_CORE = 20_000


def max_coverage(
    cost: object,
    weight: ArrayLike,
    *,
    p: int | None = None,
    standard: float,
    site_cost: ArrayLike | None = None,
    budget: float | None = None,
    capacity: ArrayLike | None = None,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> SitingResult:
    """Choose exactly p sites, or as many as the budget buys, so that the weight within the standard of a site is largest.

    Parameters
    ----------
    cost
        (n_demand, n_candidate). Sparse (csr, csc, coo): a missing entry is unreachable, an explicit zero costs nothing,
        of repeated entries the least counts. Dense: inf is unreachable.
    weight
        (n_demand,) finite, not negative.
    p
        Sites, the fixed ones included; may be 0. None, with a budget: any number.
    standard
        Largest cost that counts as covered, closed: cost <= standard.
    site_cost, budget
        (n_candidate,) finite, not negative; and what the sites may cost together, closed, the fixed ones included.
    capacity
        (n_candidate,) weight that each site can serve, finite, not negative; None where there is no end to it. A row
        may then be served in part, and by several sites.
    group
        (n_candidate,) label of each candidate's group.
    quotas
        {label: (minimum, maximum or None)}, both closed; the fixed sites count.
    fixed
        Columns that are always selected.
    time_limit_s
        Seconds after which the best so far is returned with its proven bound; Ctrl-C does the same at once.
    gap
        Relative gap that counts as proof.
    seed
        Seed of the search; the same seed gives the same plan unless the time limit cut it short.
    progress
        Called with a `Progress` when plan or bound got better, ten times a second at most.

    Returns
    -------
    `objective` is the weight covered; `bound` >= it. `assigned` is the cheapest site within the standard, or -1. With
    capacities, `objective` is the weight served, `served` says by whom, and `assigned` who serves most of the row.

    Raises
    ------
    SitingError
        The input is malformed; every fault is named.
    """
    with watching(time_limit_s=time_limit_s, progress=progress) as watch:
        instance = read_instance(
            cost,
            weight=weight,
            p=p,
            group=group,
            quotas=quotas,
            fixed=fixed,
            scalars={"standard": standard, "time_limit_s": time_limit_s, "gap": gap},
            seed=seed,
            site_cost=site_cost,
            budget=budget,
            is_limited=True,
        )
        reach = within(instance.cost, standard=standard)
        found = clashes(instance, must_reach=np.zeros(reach.shape[0], dtype=bool))
        if found:
            return infeasible_result(found, n_demand=reach.shape[0], watch=watch, seed=seed)
        if capacity is not None:
            counted = replace(instance, cost=reach)
            return capacitated_coverage(counted, capacity=capacity, watch=watch, gap=gap, seed=seed)
        problem = merged(reach, instance, weight=instance.weight)
        selected, bound, method = _search(problem, watch=watch, gap=gap, seed=seed)
        assigned = nearest(reach, selected)
        objective = float(instance.weight[assigned >= 0].sum())
        return judged(
            selected,
            objective=objective,
            bound=max(bound, objective),
            gap=gap,
            method=method,
            seed=seed,
            assigned=assigned,
            watch=watch,
        )


def merged(reach: csr_array, instance: Instance, *, weight: NDArray[np.float64]) -> CoverProblem:
    """The problem with alike rows made one, and rows left out that nobody reaches or whose instance's weight is 0."""
    rows, became = merge_rows(reach)
    total = tally(became, weight, n=rows.shape[0])
    counts = (np.diff(rows.indptr) > 0) & (tally(became, instance.weight, n=rows.shape[0]) > 0)
    return cover_problem(as_ones(take_rows(rows, counts)), total[counts], limits=limits_of(instance))


def _search(
    problem: CoverProblem, *, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64], float, str]:
    """The best plan, its bound, and the method's name."""
    total = float(problem.weight.sum())
    if problem.covers.nnz > SMALL_CORE:
        return search_large(problem, watch=watch, gap=gap, seed=seed)
    selected = first_plan(problem, watch=watch)
    value = problem.covered(selected)
    watch.tell(objective=value, bound=total)
    if value >= total:
        return selected, total, "search"
    until = watch.deadline - 0.7 * watch.left_s()
    relaxed = bound_cover(problem, selected, n_step=300, watch=watch, until=until, gap=0.0)
    selected, bound = relaxed.selected, relaxed.bound
    if is_whole(problem.weight):
        bound = float(np.floor(bound + 1e-6))
    if relative_gap(problem.covered(selected), bound) == 0.0 or watch.is_over():
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
        gap=0.0,
        seed=seed,
    )
    # Outside the core nothing is better than the plan in hand, so the larger of the two bounds every plan.
    core_bound = max(answer.bound, problem.covered(selected))
    return answer.selected, min(bound, core_bound), "lagrangian+highs"
