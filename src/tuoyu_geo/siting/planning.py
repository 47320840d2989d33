"""Plan a county: eight aims in a fixed order, each settled and proven before the next."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.allocation import covered_shares, flow_of_rows, opening_order
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.planning_result import PlanResult, StageName, StageResult
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.result import judge, relative_gap
from tuoyu_geo.siting.settling import WHOLE, settle
from tuoyu_geo.siting.start import first_point
from tuoyu_geo.siting.watch import Watch, watching

RULES: tuple[StageName, ...] = ("quota", "must_serve", "coverage", "places")


def aims_in_order(problem: PlanningProblem) -> tuple[StageName, ...]:
    """The aims as this problem ranks them."""
    spending: tuple[StageName, ...] = ("sites", "cost") if problem.first == "sites" else ("cost", "sites")
    return (*RULES, *spending, "covered", "trip")


def plan_sites(
    problem: PlanningProblem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: Callable[[StageResult], object] | None = None,
) -> PlanResult:
    """Choose new sites and their sizes, one aim after another; an aim never gives up what those before it reached.

    In order: least shortfall of the quotas; fewest must-serve rows left unserved; least weight short of the coverage
    target; least places short of those required; fewest new sites and least cost, in the order that the problem names;
    most covered weight; shortest trips. Aims that can't be met are missed by as little as possible, so there is always a
    plan.

    Parameters
    ----------
    problem
        The county.
    time_limit_s
        Seconds for all aims together; what is not proven by then is reported as "feasible" with its bound.
    gap
        Relative gap that counts as proof of cost, covered weight and trips; counts and shortfalls are proven outright.
    seed
        Seed of HiGHS; the same seed gives the same plan unless the time limit cut it short.
    progress
        Called now and then with how far the aim under way has come: the best plan so far and the bound.

    Notes
    -----
    Ctrl-C ends the search as the time limit does: with the best plan so far and what is proven of it. Pressed again, it
    ends the program.

    Raises
    ------
    SitingError
        The problem contradicts itself (when it is made).
    """
    with watching(time_limit_s=time_limit_s) as watch:
        model = build_model(problem)
        names = aims_in_order(problem)
        point = first_point(problem, model)
        limits: list[tuple[StageName, float]] = []
        stages: list[StageResult] = []
        is_only = False

        def tell(stage: StageResult) -> None:
            if progress is not None:
                progress(_as_told(problem, model, stage, gap=gap))

        for place, name in enumerate(names):
            # Early aims are quick; none may eat the time of all that follow.
            is_last = place == len(names) - 1
            share = watch.left_s() / (1.0 if is_last else max(len(names) - place - 2, 1.5))
            stage, point, is_only = settle(
                model,
                name,
                point,
                limits,
                is_only=is_only,
                time_limit_s=max(share, 0.05),
                gap=gap,
                seed=seed,
                watch=watch,
                tell=tell,
            )
            stages.append(_as_told(problem, model, stage, gap=gap))
            value = float(model.aims[name] @ point)
            limits.append((name, value + (1e-6 if name in WHOLE else 1e-8 * model.scale[name])))
    return _result(problem, model, point, tuple(stages), watch=watch, seed=seed)


def _as_told(
    problem: PlanningProblem, model: PlanningModel, stage: StageResult, *, gap: float
) -> StageResult:
    """A stage as people read it: rows that nothing reaches included, and coverage as weight covered."""

    def told(value: float) -> float:
        if stage.name == "must_serve":
            return value + model.rows.n_lost
        if stage.name == "covered":
            return float(problem.weight.sum()) - model.rows.lost_weight - value
        return value

    objective, bound = told(stage.objective), told(stage.bound)
    return StageResult(
        name=stage.name,
        objective=objective,
        bound=bound,
        gap=float(relative_gap(objective, bound)),
        status=judge(objective, bound, gap=gap),
        seconds=stage.seconds,
    )


def _result(
    problem: PlanningProblem,
    model: PlanningModel,
    point: NDArray[np.float64],
    stages: tuple[StageResult, ...],
    *,
    watch: Watch,
    seed: int,
) -> PlanResult:
    sites = next(stage for stage in stages if stage.name == "sites")
    selected = np.flatnonzero(point[model.at["x"]] > 0.5)
    smaller = np.flatnonzero(point[model.at["v"]] > 0.5)
    places, cost = problem.places.astype(float), problem.site_cost.astype(float)
    places[problem.sizes.column[smaller]] = problem.sizes.places[smaller]
    cost[problem.sizes.column[smaller]] = problem.sizes.cost[smaller]
    flow = flow_of_rows(problem, model, point)
    share = covered_shares(problem, selected=selected, flow=flow)
    covered, total = float(problem.weight @ share), float(problem.weight.sum())
    n_group = len(problem.quota_minimum)
    may = problem.open_columns() & (problem.group >= 0)
    group = problem.group[selected]
    built = np.bincount(group[group >= 0], minlength=n_group)
    return PlanResult(
        selected=selected,
        site_places=places[selected],
        flow=flow,
        served_share=share,
        order=opening_order(problem, selected, flow=flow),
        stages=stages,
        quota_shortfall=np.maximum(model.owed - built, 0),
        n_usable=np.bincount(problem.group[may], minlength=n_group),
        status="optimal" if all(stage.status == "optimal" for stage in stages) else "feasible",
        objective=sites.objective,
        bound=sites.bound,
        gap=sites.gap,
        covered_weight=covered,
        covered_share=covered / total if total else 1.0,
        places=problem.places_now + float(places[selected].sum()),
        cost=float(cost[selected].sum()),
        n_unserved=int((problem.must_serve & (share < 1 - 1e-6)).sum()),
        seconds=watch.seconds,
        seed=seed,
        is_interrupted=watch.is_interrupted,
    )
