"""Plan a county: seven aims in a fixed order, each settled and proven before the next."""

from time import perf_counter
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cover import keep_true
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.problem import PlanningProblem, PlanResult, StageName, StageResult
from tuoyu_geo.siting.result import judge, relative_gap
from tuoyu_geo.siting.stacking import flipped

STAGES: tuple[StageName, ...] = get_args(StageName)
# These aims count whole things, so a bound may be rounded up to the next.
WHOLE = frozenset({"quota", "must_serve", "sites"})
SMALL_MODEL = 20_000


def plan_sites(
    problem: PlanningProblem, *, time_limit_s: float = 60.0, gap: float = 1e-4, seed: int = 0
) -> PlanResult:
    """Choose new sites, one aim after another; an aim never gives up what those before it reached.

    In order: least shortfall of the quotas; fewest must-serve rows without a site; least weight short of the coverage
    target; least places short of those required; fewest new sites; least cost; most covered weight. Aims that can't
    be met are missed by as little as possible, so there is always a plan.

    Parameters
    ----------
    problem
        The county.
    time_limit_s
        Seconds for all aims together; what is not proven by then is reported as "feasible" with its bound.
    gap
        Relative gap that counts as proof of cost and covered weight; counts and shortfalls are proven outright.
    seed
        Seed of HiGHS; the same seed gives the same plan unless the time limit cut it short.

    Raises
    ------
    SitingError
        The problem contradicts itself (when it is made).
    """
    began = perf_counter()
    deadline = began + time_limit_s
    model = build_model(problem)
    taken = _first_plan(problem)
    limits: list[tuple[StageName, float]] = []
    stages: list[StageResult] = []
    for place, name in enumerate(STAGES):
        # Early aims are quick; none may eat the time of all that follow.
        share = (deadline - perf_counter()) / max(len(STAGES) - place - 2, 1)
        stage, taken = _settle(
            problem, model, name, taken, limits, time_limit_s=max(share, 0.05), gap=gap, seed=seed
        )
        stages.append(stage)
        value = float(model.aims[name] @ model.point(taken))
        limits.append((name, value + (1e-6 if name in WHOLE else 1e-9 * max(abs(value), 1.0))))
    return _result(
        problem, model, np.flatnonzero(taken), tuple(stages), seconds=perf_counter() - began, seed=seed
    )


def _first_plan(problem: PlanningProblem) -> NDArray[np.bool_]:
    """The forced sites, and as many others as conflicts and the limit let in: a start, not yet a good one."""
    may = problem.open_columns()
    taken = np.zeros(problem.n_candidate, dtype=bool)
    taken[problem.forced] = True
    most = problem.n_candidate if problem.max_new is None else problem.max_new
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0)
    short = np.zeros(problem.n_candidate, dtype=bool)
    grouped = problem.group >= 0
    short[grouped] = owed[problem.group[grouped]] > 0
    reach = np.bincount(keep_true(problem.covers).indices, minlength=problem.n_candidate)
    for j in np.lexsort((np.arange(problem.n_candidate), -reach, ~short)):
        clash = any(j in columns and taken[columns].any() for columns in problem.conflict)
        if may[j] and not taken[j] and not clash and taken.sum() < most:
            taken[j] = True
    return taken


def _settle(
    problem: PlanningProblem,
    model: PlanningModel,
    name: StageName,
    taken: NDArray[np.bool_],
    limits: list[tuple[StageName, float]],
    *,
    time_limit_s: float,
    gap: float,
    seed: int,
) -> tuple[StageResult, NDArray[np.bool_]]:
    """One aim: the plan that is best at it, and the proof."""
    began = perf_counter()
    aim = model.aims[name]
    value = float(aim @ model.point(taken))
    bound = 0.0
    if value > 0:
        is_exact = name not in {"cost", "covered"} or model.rows.nnz <= SMALL_MODEL
        answer = solve(
            model.program(name, limits),
            time_limit_s=time_limit_s,
            gap=0.0 if is_exact else gap,
            seed=seed,
            start=model.point(taken),
        )
        if len(answer.x):
            found = answer.x[: model.n_candidate] > 0.5
            reached = float(aim @ model.point(found))
            if reached < value and _keeps(model, found, limits):
                taken, value = found, reached
        bound = min(max(answer.bound, 0.0), value)
        if name in WHOLE:
            bound = min(float(np.ceil(bound - 1e-6)), value)
    objective, limit = _as_told(problem, model, name, value), _as_told(problem, model, name, bound)
    stage = StageResult(
        name=name,
        objective=float(objective),
        bound=float(limit),
        gap=float(relative_gap(objective, limit)),
        status=judge(objective, limit, gap=gap),
        seconds=perf_counter() - began,
    )
    return stage, taken


def _keeps(model: PlanningModel, taken: NDArray[np.bool_], limits: list[tuple[StageName, float]]) -> bool:
    point = model.point(taken)
    return all(float(model.aims[name] @ point) <= most * (1 + 1e-9) + 1e-6 for name, most in limits)


def _as_told(problem: PlanningProblem, model: PlanningModel, name: StageName, value: float) -> float:
    """An aim's value as people read it: rows that nothing reaches included, and coverage as weight covered."""
    if name == "must_serve":
        return value + model.n_lost
    if name == "covered":
        return float(problem.weight.sum()) - model.lost_weight - value
    return value


def _result(
    problem: PlanningProblem,
    model: PlanningModel,
    selected: NDArray[np.int64],
    stages: tuple[StageResult, ...],
    *,
    seconds: float,
    seed: int,
) -> PlanResult:
    sites = stages[STAGES.index("sites")]
    reach = keep_true(problem.covers)
    taken = np.zeros(problem.n_candidate)
    taken[selected] = 1.0
    covered = problem.covered_now | (reach @ taken > 0)
    weight, total = float(problem.weight[covered].sum()), float(problem.weight.sum())
    n_group = len(problem.quota_minimum)
    may = problem.open_columns() & (problem.group >= 0)
    group = problem.group[selected]
    built = np.bincount(group[group >= 0], minlength=n_group)
    return PlanResult(
        selected=selected,
        order=opening_order(problem, selected),
        stages=stages,
        quota_shortfall=np.maximum(model.owed - built, 0),
        n_usable=np.bincount(problem.group[may], minlength=n_group),
        status="optimal" if all(stage.status == "optimal" for stage in stages) else "feasible",
        objective=sites.objective,
        bound=sites.bound,
        gap=sites.gap,
        covered_weight=weight,
        covered_share=weight / total if total else 1.0,
        places=problem.places_now + float(problem.places[selected].sum()),
        cost=float(problem.site_cost[selected].sum()),
        n_unserved=int((problem.must_serve & ~covered).sum()),
        seconds=seconds,
        seed=seed,
    )


def opening_order(problem: PlanningProblem, selected: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sites that fill a quota first, each time the one that covers most new weight; then all others likewise.

    Ties go to the site that serves more must-serve rows, then to more places, then to the lower column.
    """
    rows_of = flipped(keep_true(problem.covers))
    covered = problem.covered_now.astype(bool).copy()
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0).copy()
    left, order = [int(j) for j in selected], []
    while left:
        fills = [j for j in left if problem.group[j] >= 0 and owed[problem.group[j]] > 0]

        def rank(j: int) -> tuple[float, float, float, int]:
            rows = rows_of.indices[rows_of.indptr[j] : rows_of.indptr[j + 1]]
            fresh = rows[~covered[rows]]
            gain = float(problem.weight[fresh].sum())
            return -gain, -float(problem.must_serve[fresh].sum()), -float(problem.places[j]), j

        best = min(fills or left, key=rank)
        order.append(best)
        left.remove(best)
        covered[rows_of.indices[rows_of.indptr[best] : rows_of.indptr[best + 1]]] = True
        if problem.group[best] >= 0:
            owed[problem.group[best]] -= 1
    return np.array(order, dtype=np.int64)
