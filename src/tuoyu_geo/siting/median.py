"""p-median: p sites so that the weighted cost to the nearest one is least."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest_cost, no_plan
from tuoyu_geo.siting.cap_median import capacitated_median
from tuoyu_geo.siting.center import find_cover
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.median_bound import bound_median
from tuoyu_geo.siting.median_core import MedianCore, solve_median_core
from tuoyu_geo.siting.median_search import (
    SMALL,
    MedianProblem,
    exchange_median,
    first_median,
    median_problem,
    total,
    two_nearest,
)
from tuoyu_geo.siting.median_tree import solve_median_tree
from tuoyu_geo.siting.result import SitingResult, is_whole, judged, raised, relative_gap
from tuoyu_geo.siting.stacking import take_rows
from tuoyu_geo.siting.watch import OnProgress, Watch, watching

# Beyond this many pairs HiGHS does not leave its first relaxation within a minute, and memory grows.
MOST_CORE_ENTRIES = 500_000
SMALL_CORE_ENTRIES = 20_000
# So few candidates undecided are left to HiGHS at once; with more the tree is quicker, on pmed6 by fifteen times.
WIDE_CORE = 12


def p_median(
    cost: object,
    weight: ArrayLike,
    *,
    p: int | None = None,
    site_cost: ArrayLike | None = None,
    budget: float | None = None,
    capacity: ArrayLike | None = None,
    load: ArrayLike | None = None,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> SitingResult:
    """Choose exactly p sites, or as many as the budget buys, so that the sum of weight × cost to the nearest site is least.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), as in `max_coverage`; every row of positive weight has to be reached.
    weight
        (n_demand,) finite, not negative.
    p, site_cost, budget, group, quotas, fixed, time_limit_s, gap, seed, progress
        As in `max_coverage`.

    capacity
        (n_candidate,) room of each site, finite, not negative; None where there is no end to it. Every row then goes
        whole to one site, and a site's rows load it with no more than its capacity (closed).
    load
        (n_demand,) room each row takes; None for its weight.

    Returns
    -------
    `objective` is the weighted cost; `bound` <= it. `assigned` is the nearest site, or with capacities the one that
    has room for the row.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    with watching(time_limit_s=time_limit_s, progress=progress) as watch:
        instance = read_instance(
            cost,
            weight=weight,
            p=p,
            group=group,
            quotas=quotas,
            fixed=fixed,
            scalars={"time_limit_s": time_limit_s, "gap": gap},
            seed=seed,
            site_cost=site_cost,
            budget=budget,
            is_limited=True,
        )
        n_demand = instance.cost.shape[0]
        if capacity is not None:
            return capacitated_median(
                instance,
                capacity=capacity,
                load=load,
                watch=watch,
                gap=gap,
                seed=seed,
                time_limit_s=time_limit_s,
            )
        found = clashes(instance, must_reach=instance.weight > 0)
        if found:
            return infeasible_result(found, n_demand=n_demand, watch=watch, seed=seed)
        problem = median_problem(instance)
        plan, is_infeasible = _first_plan(problem, instance, watch=watch, seed=seed)
        if is_infeasible:
            reasons = [text("siting.cannot_reach_all", p="—" if p is None else p)]
            return infeasible_result(reasons, n_demand=n_demand, watch=watch, seed=seed)
        if plan is None:
            raise no_plan(watch, time_limit_s=time_limit_s)
        selected, bound, method = _search(problem, plan, watch=watch, gap=gap, seed=seed)
        assigned, least = nearest_cost(instance.cost, selected)
        counted = instance.weight > 0
        objective = float((instance.weight[counted] * least[counted]).sum())
        return judged(
            selected,
            objective=objective,
            bound=min(bound, objective),
            gap=gap,
            method=method,
            seed=seed,
            assigned=assigned,
            watch=watch,
        )


def _first_plan(
    problem: MedianProblem, instance: Instance, *, watch: Watch, seed: int
) -> tuple[NDArray[np.int64] | None, bool]:
    """A plan that reaches everyone, and whether it is proven that there is none."""
    selected = first_median(problem, watch=watch)
    if total(problem, selected) < problem.penalty:
        return selected, False
    rows = np.flatnonzero(instance.weight > 0)
    counted = replace(instance, cost=take_rows(instance.cost, rows), weight=instance.weight[rows])
    verdict, plan = find_cover(counted, standard=np.inf, watch=watch, seed=seed)
    return (None if plan is None else exchange_median(problem, plan, watch=watch)), verdict == "infeasible"


def _search(
    problem: MedianProblem, selected: NDArray[np.int64], *, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64], float, str]:
    """The best plan, its bound, and the method's name."""
    until = watch.deadline - 0.5 * watch.left_s()
    is_small = len(problem.row) <= 200_000
    relaxed = bound_median(
        problem,
        selected,
        n_step=600 if is_small else 1500,
        watch=watch,
        until=until,
        gap=0.0 if is_small else gap,
    )
    selected, bound = relaxed.selected, raised(relaxed.bound, problem.value)
    value = total(problem, selected)
    if relative_gap(value, bound) <= (0.0 if is_small else gap):
        return selected, bound, "lagrangian"
    slack = value - relaxed.bound
    # Whoever's turning costs the bound more than the gap is decided; so is a pair dearer than its row's price + gap.
    # Where all costs are whole numbers, a better plan is better by one, which shrinks the core further.
    gained = slack - (1.0 - 1e-6) if is_whole(problem.value) else slack + 1e-9 * value
    decided = relaxed.loss > gained
    chosen = np.zeros(problem.n_candidate, dtype=bool)
    chosen[selected] = True
    columns = np.flatnonzero(~decided | relaxed.picked | chosen)
    taken = np.flatnonzero(decided & relaxed.picked & chosen)
    most = np.maximum(relaxed.price + gained, two_nearest(problem, selected)[1])
    allowed = np.zeros(problem.n_candidate, dtype=bool)
    allowed[columns] = True
    n_entry = int((allowed[problem.column] & (problem.value <= most[problem.row])).sum())
    core = MedianCore(
        columns=columns,
        taken=taken,
        most=most,
        bound=bound,
        gap=0.0 if n_entry <= SMALL_CORE_ENTRIES else gap,
    )
    method = "lagrangian"
    is_wide = len(columns) > WIDE_CORE
    if problem.limits.p is not None and not problem.limits.is_priced and (is_wide or n_entry > SMALL):
        until = watch.deadline - 0.25 * watch.left_s() if n_entry <= MOST_CORE_ENTRIES else watch.deadline
        tree = solve_median_tree(problem, selected, core=core, price=relaxed.price, watch=watch, until=until)
        selected, core, method = tree.selected, replace(core, bound=max(bound, tree.bound)), "lagrangian+tree"
        if tree.is_complete:
            return selected, core.bound, method
    if n_entry > MOST_CORE_ENTRIES or watch.is_over():
        return selected, core.bound, method
    answer, found = solve_median_core(
        problem, selected, core=core, watch=watch, time_limit_s=watch.left_s(), seed=seed
    )
    core_bound = min(raised(answer.bound, problem.value), value)
    if len(found) and problem.limits.affords(found) and total(problem, found) < total(problem, selected):
        selected = found
    return selected, max(core.bound, core_bound), f"{method}+highs"
