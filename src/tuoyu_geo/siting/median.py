"""p-median: p sites so that the weighted cost to the nearest one is least."""

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest_cost
from tuoyu_geo.siting.center import find_cover
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.median_bound import bound_median
from tuoyu_geo.siting.median_core import solve_median_core
from tuoyu_geo.siting.median_search import (
    MedianProblem,
    complete_median,
    exchange_median,
    median_problem,
    total,
    two_nearest,
)
from tuoyu_geo.siting.result import SitingResult, is_whole, judge, relative_gap
from tuoyu_geo.siting.stacking import take_rows

# Beyond this many pairs HiGHS does not leave its first relaxation within a minute, and memory grows.
MOST_CORE_ENTRIES = 500_000
SMALL_CORE_ENTRIES = 20_000


def p_median(
    cost: object,
    weight: ArrayLike,
    *,
    p: int,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> SitingResult:
    """Choose exactly p sites so that the sum of weight × cost to the nearest site is least.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), as in `max_coverage`; every row of positive weight has to be reached.
    weight
        (n_demand,) finite, not negative.
    p, group, quotas, fixed, time_limit_s, gap, seed
        As in `max_coverage`.

    Returns
    -------
    `objective` is the weighted cost; `bound` <= it.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    began = perf_counter()
    deadline = began + time_limit_s
    instance = read_instance(
        cost,
        weight=weight,
        p=p,
        group=group,
        quotas=quotas,
        fixed=fixed,
        scalars={"time_limit_s": time_limit_s, "gap": gap},
    )
    n_demand = instance.cost.shape[0]
    found = clashes(instance, must_reach=instance.weight > 0)
    if found:
        return infeasible_result(found, n_demand=n_demand, began=began, seed=seed)
    problem = median_problem(instance)
    plan = _first_plan(problem, instance, deadline=deadline, seed=seed)
    if plan is None:
        return infeasible_result(
            [text("siting.p_cannot_reach", p=p)], n_demand=n_demand, began=began, seed=seed
        )
    selected, bound, method = _search(problem, plan, deadline=deadline, gap=gap, seed=seed)
    assigned, least = nearest_cost(instance.cost, selected)
    counted = instance.weight > 0
    objective = float((instance.weight[counted] * least[counted]).sum())
    bound = min(bound, objective)
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


def _first_plan(
    problem: MedianProblem, instance: Instance, *, deadline: float, seed: int
) -> NDArray[np.int64] | None:
    """A plan that reaches everyone, or None when there is none."""
    selected = exchange_median(problem, complete_median(problem, problem.fixed), deadline=deadline)
    if total(problem, selected) < problem.penalty:
        return selected
    rows = np.flatnonzero(instance.weight > 0)
    counted = replace(instance, cost=take_rows(instance.cost, rows), weight=instance.weight[rows])
    verdict, plan = find_cover(counted, standard=np.inf, deadline=deadline, seed=seed)
    if plan is None and verdict != "infeasible":
        raise SitingError(text("siting.no_plan_in_time", seconds=deadline - perf_counter()))
    return None if plan is None else exchange_median(problem, plan, deadline=deadline)


def _search(
    problem: MedianProblem, selected: NDArray[np.int64], *, deadline: float, gap: float, seed: int
) -> tuple[NDArray[np.int64], float, str]:
    """The best plan, its bound, and the method's name."""
    left = deadline - perf_counter()
    is_small = len(problem.row) <= 200_000
    relaxed = bound_median(
        problem,
        selected,
        n_step=600 if is_small else 1500,
        deadline=perf_counter() + 0.5 * left,
        gap=0.0 if is_small else gap,
    )
    selected, bound = relaxed.selected, relaxed.bound
    if is_whole(problem.value):
        bound = float(np.ceil(bound - 1e-6))
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
    if n_entry > MOST_CORE_ENTRIES or perf_counter() >= deadline:
        return selected, bound, "lagrangian"
    answer, found = solve_median_core(
        problem,
        selected,
        columns=columns,
        taken=taken,
        most=most,
        time_limit_s=deadline - perf_counter(),
        gap=0.0 if n_entry <= SMALL_CORE_ENTRIES else gap,
        seed=seed,
    )
    core_bound = min(answer.bound, value)
    if len(found) and total(problem, found) < value:
        selected = found
    return selected, max(bound, core_bound), "lagrangian+highs"
