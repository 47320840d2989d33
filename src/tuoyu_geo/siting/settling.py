"""One aim of a plan, with all aims before it held: the point that is best at it, and the proof."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.likely import better_among_likely
from tuoyu_geo.siting.neighbourhood import better_nearby, is_hard
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.planning_result import StageName, StageResult
from tuoyu_geo.siting.result import judge, relative_gap
from tuoyu_geo.siting.rivals import Contest, contested
from tuoyu_geo.siting.start import completed
from tuoyu_geo.siting.watch import Watch

# These aims count whole things, so a bound may be rounded up to the next.
WHOLE = frozenset({"quota", "must_serve", "sites"})
# Of an aim's time, at most this goes to better plans before the bound is sought.
NEARBY_SHARE = 0.5
# Aims for which plans are looked for before the proof begins.
SEARCHED = frozenset({"cost", "covered"})
# Above this many places that may be taken, even the likely sites alone cost HiGHS more than a search nearby.
MOST_FLOWS = 6_000
# Fewer prices than this share of the candidates and their sizes make many plans of the same cost.
TIED_SHARE = 0.1
# Rivals are sought among at most this many candidates: shutting them out asks for more than the gap does.
MOST_RIVALS = 1_000


def settle(
    model: PlanningModel,
    name: StageName,
    point: NDArray[np.float64],
    limits: list[tuple[StageName, float]],
    *,
    is_only: bool,
    time_limit_s: float,
    gap: float,
    seed: int,
    watch: Watch,
    tell: Callable[[StageResult], None],
) -> tuple[StageResult, NDArray[np.float64], bool]:
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
    is_only
        Whether no other sites and sizes keep the limits: proven already, so that only places are left to hand out.
    time_limit_s, gap, seed
        As in `plan_sites`.
    watch
        Ends the search when it is interrupted.
    tell
        Called with the aim as far as it has come.

    Returns
    -------
    The stage in the model's own numbers (everything minimised, rows that nothing reaches left out), its point, and
    whether this point's sites and sizes are now proven to be the only ones.
    """
    began = perf_counter()
    aim, tiny = model.aims[name], 1e-9 * model.scale[name]
    value = float(aim @ point)
    known = Contest(point=point, bound=0.0, is_only=is_only)
    if value > tiny:
        allotted = completed(model, name, point, limits, seed=seed, otherwise=point)
        value = float(aim @ allotted)
        # The best with sites and sizes as they are is the best of all where there are no others.
        is_only = is_only and allotted is not point
        known = Contest(point=allotted, bound=value if is_only else 0.0, is_only=is_only)
    if value > tiny and not is_only:
        known = _sought(
            model,
            name,
            known.point,
            limits,
            until=began + time_limit_s,
            gap=gap,
            seed=seed,
            watch=watch,
            tell=_news(name, value, gap=gap, began=began, tell=tell),
        )
        value = float(aim @ known.point)
    value = 0.0 if value <= tiny else value
    stage = _stage(name, value, known.bound, gap=gap, seconds=perf_counter() - began)
    tell(stage)
    return stage, known.point, known.is_only


def _sought(
    model: PlanningModel,
    name: StageName,
    point: NDArray[np.float64],
    limits: list[tuple[StageName, float]],
    *,
    until: float,
    gap: float,
    seed: int,
    watch: Watch,
    tell: Callable[[float, float], None],
) -> Contest:
    """The best plan for the aim, among all sites: first looked for, then proven."""
    aim, program = model.aims[name], model.program(name, limits)

    def best_of(found: NDArray[np.float64]) -> NDArray[np.float64]:
        return completed(model, name, found, limits, seed=seed, otherwise=point)

    def left_s() -> float:
        return until - perf_counter()

    if name in SEARCHED:
        soon = perf_counter() + NEARBY_SHARE * left_s()
        point = best_of(_searched(model, name, program, point, until=soon, seed=seed, watch=watch, tell=tell))
    if watch.is_interrupted:
        return Contest(point=point, bound=0.0, is_only=False)
    tied = name == "cost" and _is_tied(aim)
    if name == "cost" and not tied and not is_hard(model) and model.n_candidate <= MOST_RIVALS:
        contest = contested(
            model, program, point, completed=best_of, left_s=left_s, seed=seed, watch=watch, tell=tell
        )
        if contest is not None:
            return contest
    answer = solve(
        program,
        time_limit_s=max(left_s(), 0.05),
        gap=0.0 if name in WHOLE else gap,
        seed=seed,
        start=point,
        watch=watch,
        tell=tell,
        may_restart=tied,
    )
    found = best_of(answer.x) if len(answer.x) else point
    bound = float(np.ceil(answer.bound - 1e-6)) if name in WHOLE else answer.bound
    return Contest(
        point=found if float(aim @ found) < float(aim @ point) else point,
        bound=max(bound, 0.0),
        is_only=False,
    )


def _is_tied(aim: NDArray[np.float64]) -> bool:
    """Whether so few prices occur that many plans cost the same: the best then has rivals as good."""
    prices = aim[aim != 0]
    return len(np.unique(prices)) < TIED_SHARE * len(prices)


def _searched(
    model: PlanningModel,
    name: StageName,
    program: Program,
    point: NDArray[np.float64],
    *,
    until: float,
    seed: int,
    watch: Watch,
    tell: Callable[[float, float], None],
) -> NDArray[np.float64]:
    """A better plan, if one is found at little cost."""
    hard, flows = is_hard(model), model.at["f"]
    if flows.stop - flows.start <= MOST_FLOWS if hard else name == "cost":
        point = better_among_likely(
            model, program, point, is_hard=hard, until=until, seed=seed, watch=watch, tell=tell
        )
    if hard:
        point = better_nearby(model, program, point, until=until, seed=seed, watch=watch, tell=tell)
    return point


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
        # A rival may be worse than the plan at hand; what is told only ever gets better.
        now = min(last[0], found), max(last[1], proven)
        if now != last and np.isfinite(now).all():
            last = now
            tell(_stage(name, *now, gap=gap, seconds=perf_counter() - began))

    return hear
