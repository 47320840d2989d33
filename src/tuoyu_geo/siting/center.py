"""p-center: p sites so that the largest cost to the nearest one is least."""

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest_cost
from tuoyu_geo.siting.cover import as_ones, within
from tuoyu_geo.siting.cover_search import complete, cover_problem
from tuoyu_geo.siting.covering import cover_task, greedy_cover, program
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.highs import Verdict, solve
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.result import SitingResult, judge, relative_gap


def p_center(
    cost: object,
    *,
    p: int,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> SitingResult:
    """Choose exactly p sites so that the largest cost from a demand row to its nearest site is least.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), as in `max_coverage`; every row has to be reached.
    p, group, quotas, fixed, time_limit_s, gap, seed
        As in `max_coverage`.

    Returns
    -------
    `objective` is the largest cost; `bound` <= it. The answer is one of the distinct costs, so halving their list
    and asking each time whether p sites cover everyone within it (Minieka 1970) ends with the exact value.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    began = perf_counter()
    instance = read_instance(
        cost,
        weight=None,
        p=p,
        group=group,
        quotas=quotas,
        fixed=fixed,
        scalars={"time_limit_s": time_limit_s, "gap": gap},
    )
    n_demand = instance.cost.shape[0]
    found = clashes(instance, must_reach=np.ones(n_demand, dtype=bool))
    if found:
        return infeasible_result(found, n_demand=n_demand, began=began, seed=seed)
    selected, bound = _bisect(instance, deadline=began + time_limit_s, gap=gap, seed=seed)
    if selected is None:
        if np.isinf(bound):
            reason = text("siting.p_cannot_reach", p=p)
            return infeasible_result([reason], n_demand=n_demand, began=began, seed=seed)
        raise SitingError(text("siting.no_plan_in_time", seconds=time_limit_s))
    assigned, least = nearest_cost(instance.cost, selected)
    objective = float(least.max(initial=0.0))
    bound = min(bound, objective)
    return SitingResult(
        selected=selected,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        status=judge(objective, bound, gap=gap),
        seconds=perf_counter() - began,
        method="bisection+highs",
        seed=seed,
        assigned=assigned,
    )


def _bisect(
    instance: Instance, *, deadline: float, gap: float, seed: int
) -> tuple[NDArray[np.int64] | None, float]:
    """The best plan (or None) and the least value not ruled out (inf when all are)."""
    levels = np.unique(instance.cost.data)
    if not len(levels):
        levels = np.zeros(1)
    # Nobody can be nearer than to their own nearest candidate.
    least = np.full(instance.cost.shape[0], np.inf)
    np.minimum.at(least, np.repeat(np.arange(len(least)), np.diff(instance.cost.indptr)), instance.cost.data)
    low = int(np.searchsorted(levels, least.max(initial=0.0)))
    verdict, best = find_cover(instance, standard=float(levels[-1]), deadline=deadline, seed=seed)
    if best is None:
        return None, np.inf if verdict == "infeasible" else float(levels[low])
    high = _level(instance, best, levels)
    probe = (low + high) // 2
    while low < high and (levels[high] - levels[low] > gap * levels[high] or len(levels) < 10**5):
        verdict, plan = find_cover(instance, standard=float(levels[probe]), deadline=deadline, seed=seed)
        if plan is not None:
            best, high = plan, min(probe, _level(instance, plan, levels))
        elif verdict == "infeasible":
            low = probe + 1
        else:
            break
        probe = (low + high) // 2
    return best, float(levels[low])


def _level(instance: Instance, selected: NDArray[np.int64], levels: NDArray[np.float64]) -> int:
    _, least = nearest_cost(instance.cost, selected)
    return int(np.searchsorted(levels, least.max(initial=float(levels[0]))))


def find_cover(
    instance: Instance, *, standard: float, deadline: float, seed: int
) -> tuple[Verdict, NDArray[np.int64] | None]:
    """Exactly p sites within `standard` of every row of the instance, if there are any."""
    p = instance.p or 0
    reach = within(instance.cost, standard=standard)
    task = cover_task(reach, groups=instance.groups, fixed=instance.fixed)
    if (np.diff(task.rows.indptr) == 0).any():
        return "infeasible", None
    chosen = greedy_cover(task, np.ones(instance.n_candidate))
    if chosen is not None and chosen.sum() <= p:
        return "feasible", _fill(instance, reach, np.flatnonzero(chosen))
    answer = solve(
        program(task, np.zeros(instance.n_candidate), p=p),
        time_limit_s=deadline - perf_counter(),
        gap=0.0,
        seed=seed,
    )
    if not len(answer.x):
        return answer.verdict, None
    return "feasible", _fill(instance, reach, np.flatnonzero(answer.x > 0.5))


def _fill(instance: Instance, reach: csr_array, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    # The quotas' minima are met already, so adding sites up to p can't break them.
    ones = np.ones(reach.shape[0])
    filled = cover_problem(
        as_ones(reach), ones, groups=instance.groups, fixed=instance.fixed, p=instance.p or 0
    )
    return complete(filled, kept)
