"""The p-median whose sites hold only so much: every row whole to one site."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest, no_plan
from tuoyu_geo.siting.cap_problem import cap_problem
from tuoyu_geo.siting.cap_solve import solve_whole
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.instance import Instance, raise_faults, read_floats
from tuoyu_geo.siting.pick import BUDGET_ROUNDING, limits_of
from tuoyu_geo.siting.result import SitingResult, judged
from tuoyu_geo.siting.watch import Watch


def capacitated_median(
    instance: Instance,
    *,
    capacity: ArrayLike,
    load: ArrayLike | None,
    watch: Watch,
    gap: float,
    seed: int,
    time_limit_s: float,
) -> SitingResult:
    """`p_median` with capacities, once the rest of its arguments is read.

    Raises
    ------
    SitingError
        The capacities or loads are malformed, or the time ran out before a plan was found or shown not to exist.
    """
    n_demand, n_candidate = instance.cost.shape
    faults: list[str] = []
    room = read_floats(capacity, "capacity", n_candidate, faults)
    loads = instance.weight if load is None else read_floats(load, "load", n_demand, faults)
    raise_faults(faults)
    counted = (instance.weight > 0) | (loads > 0)
    found = clashes(instance, must_reach=counted)
    if not found:
        found = capacity_clashes(instance, loads=loads, room=room)
    if found:
        return infeasible_result(found, n_demand=n_demand, watch=watch, seed=seed)
    problem = cap_problem(instance, load=loads, capacity=room)
    outcome = solve_whole(problem, watch=watch, gap=gap, seed=seed)
    if outcome.is_infeasible:
        reasons = [text("siting.capacity_short")]
        return infeasible_result(reasons, n_demand=n_demand, watch=watch, seed=seed)
    if outcome.plan is None:
        raise no_plan(watch, time_limit_s=time_limit_s)
    assigned = nearest(instance.cost, outcome.plan.selected)
    assigned[problem.kept] = outcome.plan.site
    objective = weighted_cost(replace(instance, weight=np.where(counted, instance.weight, 0.0)), assigned)
    return judged(
        outcome.plan.selected,
        objective=objective,
        bound=min(outcome.bound, objective),
        gap=gap,
        method=outcome.method,
        seed=seed,
        assigned=assigned,
        watch=watch,
    )


def capacity_clashes(
    instance: Instance, *, loads: NDArray[np.float64], room: NDArray[np.float64]
) -> list[str]:
    """What is too much for the roomiest sites that number and quotas allow, in words; empty when nothing is."""
    most = float(room[limits_of(instance).best(room)].sum())
    total = float(loads.sum())
    if total > most * (1 + BUDGET_ROUNDING):
        return [text("siting.capacity_below_load", load=total, most=most)]
    return []


def weighted_cost(instance: Instance, assigned: NDArray[np.int64]) -> float:
    """Weight × cost of each row to its site, read again from the costs."""
    row = np.repeat(np.arange(instance.cost.shape[0]), np.diff(instance.cost.indptr))
    mine = (assigned[row] == instance.cost.indices) & (instance.weight[row] > 0)
    return float((instance.weight[row[mine]] * instance.cost.data[mine]).sum())
