"""A first plan to improve on, and the best allocation of places once the sites are chosen."""

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cover import keep_true
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.planning_result import StageName
from tuoyu_geo.siting.problem import PlanningProblem


def completed(
    model: PlanningModel,
    name: StageName,
    point: NDArray[np.float64],
    limits: list[tuple[StageName, float]],
    *,
    seed: int,
    otherwise: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The best point with exactly these sites and sizes; `otherwise` where the limits shut them out."""
    program = model.program(name, limits, choice=model.whole(point))
    # No time limit: with the sites held this is a transport problem, and without it there would be no plan to show.
    answer = solve(program, time_limit_s=3600.0, gap=0.0, seed=seed)
    return model.whole(answer.x) if len(answer.x) else otherwise


def first_point(problem: PlanningProblem, model: PlanningModel) -> NDArray[np.float64]:
    """The forced sites, and as many others as conflicts and limits let in: a start, not yet a good one."""
    taken, v = _first_sites(problem)
    point = np.zeros(len(model.lower))
    point[model.at["x"]] = taken
    point[model.at["v"]] = v
    worst = model.upper.copy()
    worst[: model.at["z"].start] = point[: model.at["z"].start]
    worst[model.at["f"]] = 0.0
    return completed(model, "quota", point, [], seed=0, otherwise=worst)


def _first_sites(problem: PlanningProblem) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    may, sizes = problem.open_columns(), problem.sizes
    taken = np.zeros(problem.n_candidate, dtype=bool)
    taken[problem.forced] = True
    most = problem.n_candidate if problem.max_new is None else problem.max_new
    cost, spent = problem.site_cost.astype(float), 0.0
    smallest = np.zeros(len(sizes.column), dtype=bool)
    if problem.max_cost is not None:
        cost = problem.least_cost()
        spent = float(cost[taken].sum())
        for j in np.unique(sizes.column):
            mine = np.flatnonzero(sizes.column == j)
            best = mine[np.argmin(sizes.cost[mine])]
            smallest[best] = sizes.cost[best] < problem.site_cost[j]
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0)
    short = np.zeros(problem.n_candidate, dtype=bool)
    grouped = problem.group >= 0
    short[grouped] = owed[problem.group[grouped]] > 0
    reach = np.bincount(keep_true(problem.covers).indices, minlength=problem.n_candidate)
    for j in np.lexsort((np.arange(problem.n_candidate), -reach, ~short)):
        clash = any(j in columns and taken[columns].any() for columns in problem.conflict)
        fits = problem.max_cost is None or spent + cost[j] <= problem.max_cost
        if may[j] and not taken[j] and not clash and taken.sum() < most and fits:
            taken[j] = True
            spent += float(cost[j])
    return taken, smallest & taken[sizes.column]
