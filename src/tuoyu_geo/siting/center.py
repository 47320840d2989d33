"""p-center: p sites so that the largest cost to the nearest one is least."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest_cost, no_plan
from tuoyu_geo.siting.cover import as_ones, within
from tuoyu_geo.siting.cover_search import complete, cover_problem
from tuoyu_geo.siting.cover_task import cover_task, greedy_cover, program
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.highs import Verdict, solve
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.pick import limits_of
from tuoyu_geo.siting.result import SitingResult, judged
from tuoyu_geo.siting.watch import OnProgress, Watch, watching


def p_center(
    cost: object,
    *,
    p: int | None = None,
    site_cost: ArrayLike | None = None,
    budget: float | None = None,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> SitingResult:
    """Choose exactly p sites, or as many as the budget buys, so that the largest cost from a demand row to its nearest site is least.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), as in `max_coverage`; every row has to be reached.
    p, site_cost, budget, group, quotas, fixed, time_limit_s, gap, seed, progress
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
    with watching(time_limit_s=time_limit_s, progress=progress) as watch:
        instance = read_instance(
            cost,
            weight=None,
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
        found = clashes(instance, must_reach=np.ones(n_demand, dtype=bool))
        if found:
            return infeasible_result(found, n_demand=n_demand, watch=watch, seed=seed)
        selected, bound = _bisect(instance, watch=watch, gap=gap, seed=seed)
        if selected is None and np.isinf(bound):
            reasons = [text("siting.cannot_reach_all", p="—" if p is None else p)]
            return infeasible_result(reasons, n_demand=n_demand, watch=watch, seed=seed)
        if selected is None:
            raise no_plan(watch, time_limit_s=time_limit_s)
        assigned, least = nearest_cost(instance.cost, selected)
        objective = float(least.max(initial=0.0))
        return judged(
            selected,
            objective=objective,
            bound=min(bound, objective),
            gap=gap,
            method="bisection+highs",
            seed=seed,
            assigned=assigned,
            watch=watch,
        )


def _bisect(
    instance: Instance, *, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64] | None, float]:
    """The best plan (or None) and the least value not ruled out (inf when all are)."""
    levels = np.unique(instance.cost.data)
    if not len(levels):
        levels = np.zeros(1)
    # Nobody can be nearer than to their own nearest candidate.
    least = np.full(instance.cost.shape[0], np.inf)
    np.minimum.at(least, np.repeat(np.arange(len(least)), np.diff(instance.cost.indptr)), instance.cost.data)
    low = int(np.searchsorted(levels, least.max(initial=0.0)))
    verdict, best = find_cover(instance, standard=float(levels[-1]), watch=watch, seed=seed)
    if best is None:
        return None, np.inf if verdict == "infeasible" else float(levels[low])
    high = _level(instance, best, levels)
    probe = (low + high) // 2
    while low < high and (levels[high] - levels[low] > gap * levels[high] or len(levels) < 10**5):
        watch.tell(objective=float(levels[high]), bound=float(levels[low]))
        verdict, plan = find_cover(instance, standard=float(levels[probe]), watch=watch, seed=seed)
        if plan is not None:
            best, high = plan, min(probe, _level(instance, plan, levels))
        elif verdict == "infeasible":
            low = probe + 1
        else:
            break
        probe = (low + high) // 2
    # With nobody to serve there is no level to reach.
    return best, float(levels[low]) if len(least) else 0.0


def _level(instance: Instance, selected: NDArray[np.int64], levels: NDArray[np.float64]) -> int:
    _, least = nearest_cost(instance.cost, selected)
    return int(np.searchsorted(levels, least.max(initial=float(levels[0]))))


def find_cover(
    instance: Instance, *, standard: float, watch: Watch, seed: int
) -> tuple[Verdict, NDArray[np.int64] | None]:
    """Sites within `standard` of every row of the instance and within its limits, if there are any."""
    limits = limits_of(instance)
    reach = within(instance.cost, standard=standard)
    task = cover_task(reach, limits=limits)
    if (np.diff(task.rows.indptr) == 0).any():
        return "infeasible", None
    chosen = greedy_cover(task, instance.price if limits.is_priced else np.ones(instance.n_candidate))
    if chosen is not None and (limits.p is None or chosen.sum() <= limits.p):
        filled = _fill(instance, reach, np.flatnonzero(chosen))
        if filled is not None and limits.affords(filled):
            return "feasible", filled
    answer = solve(
        program(task, np.zeros(instance.n_candidate)),
        time_limit_s=watch.left_s(),
        gap=0.0,
        seed=seed,
        watch=watch,
    )
    if not len(answer.x):
        return answer.verdict, None
    chosen_idx = np.flatnonzero(answer.x > 0.5)
    return ("feasible", chosen_idx) if limits.affords(chosen_idx) else ("unknown", None)


def _fill(instance: Instance, reach: csr_array, kept: NDArray[np.int64]) -> NDArray[np.int64] | None:
    # The quotas' minima are met already, so adding sites up to p can't break them.
    if instance.p is None:
        return kept
    ones = np.ones(reach.shape[0])
    return complete(cover_problem(as_ones(reach), ones, limits=limits_of(instance)), kept)
