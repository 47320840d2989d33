"""Plan a county: eight aims in a fixed order, each settled and proven before the next."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.allocation import covered_shares, flow_of_rows, opening_order
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.neighbourhood import better_nearby, is_hard
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.planning_result import PlanResult, StageName, StageResult
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.result import judge, relative_gap
from tuoyu_geo.siting.start import completed, first_point
from tuoyu_geo.siting.watch import Watch, watching

# These aims count whole things, so a bound may be rounded up to the next.
WHOLE = frozenset({"quota", "must_serve", "sites"})
RULES: tuple[StageName, ...] = ("quota", "must_serve", "coverage", "places")
# Of an aim's time, at most this goes to better plans before the bound is sought.
NEARBY_SHARE = 0.5


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

        def tell(stage: StageResult) -> None:
            if progress is not None:
                progress(_as_told(problem, model, stage, gap=gap))

        for place, name in enumerate(names):
            # Early aims are quick; none may eat the time of all that follow.
            is_last = place == len(names) - 1
            share = watch.left_s() / (1.0 if is_last else max(len(names) - place - 2, 1.5))
            stage, point = settle(
                model,
                name,
                point,
                limits,
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


def settle(
    model: PlanningModel,
    name: StageName,
    point: NDArray[np.float64],
    limits: list[tuple[StageName, float]],
    *,
    time_limit_s: float,
    gap: float,
    seed: int,
    watch: Watch,
    tell: Callable[[StageResult], None],
) -> tuple[StageResult, NDArray[np.float64]]:
    """One aim: the point that is best at it, and the proof.

    Parameters
    ----------
    model
        The program.
    name
        The aim.
    point
        All variables of a plan within the limits.
    limits
        Aims with the most each may be, closed.
    time_limit_s, gap, seed
        As in `plan_sites`.
    watch
        Ends the search when it is interrupted.
    tell
        Called with the aim as far as it has come.

    Returns
    -------
    The stage in the model's own numbers (everything minimised, rows that nothing reaches left out), and its point.
    """
    began = perf_counter()
    aim, tiny = model.aims[name], 1e-9 * model.scale[name]
    value = float(aim @ point)
    bound = 0.0
    if value > tiny:
        point = completed(model, name, point, limits, seed=seed, otherwise=point)
        value = float(aim @ point)
    if value > tiny and name in {"cost", "covered"} and is_hard(model):
        point = better_nearby(
            model,
            model.program(name, limits),
            point,
            until=began + NEARBY_SHARE * time_limit_s,
            seed=seed,
            watch=watch,
            tell=_news(name, value, gap=gap, began=began, tell=tell),
        )
        point = completed(model, name, point, limits, seed=seed, otherwise=point)
        value = float(aim @ point)
    if value > tiny and not watch.is_interrupted:
        answer = solve(
            model.program(name, limits),
            time_limit_s=max(began + time_limit_s - perf_counter(), 0.05),
            gap=0.0 if name in WHOLE else gap,
            seed=seed,
            start=point,
            watch=watch,
            tell=_news(name, value, gap=gap, began=began, tell=tell),
        )
        if len(answer.x):
            found = completed(model, name, answer.x, limits, seed=seed, otherwise=point)
            if float(aim @ found) < value:
                point, value = found, float(aim @ found)
        proven = float(np.ceil(answer.bound - 1e-6)) if name in WHOLE else answer.bound
        bound = min(max(bound, proven), value)
    value = 0.0 if value <= tiny else value
    stage = _stage(name, value, bound, gap=gap, seconds=perf_counter() - began)
    tell(stage)
    return stage, point


def _stage(name: StageName, value: float, bound: float, *, gap: float, seconds: float) -> StageResult:
    bound = min(bound, value)
    return StageResult(
        name=name,
        objective=value,
        bound=bound,
        gap=float(relative_gap(value, bound)),
        status=judge(value, bound, gap=gap),
        seconds=seconds,
    )


def _news(
    name: StageName, value: float, *, gap: float, began: float, tell: Callable[[StageResult], None]
) -> Callable[[float, float], None]:
    """What HiGHS says of an aim whose best plan so far has this value, passed on where it is new."""
    last = (value, 0.0)

    def hear(found: float, proven: float) -> None:
        nonlocal last
        now = min(value, found), max(proven, 0.0)
        if now != last and np.isfinite(now).all():
            last = now
            tell(_stage(name, *now, gap=gap, seconds=perf_counter() - began))

    return hear


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
