"""The plan of least regret over demand scenarios: what is lost in the worst of them against knowing it beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.aims import (
    MANDATORY,
    Cut,
    Effort,
    Settled,
    effort_of,
    figures_of,
    only,
    settle_aims,
    smallest_plan,
)
from tuoyu_geo.siting.check import PlanFigures
from tuoyu_geo.siting.joint import Joint
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.planning_result import StageName
from tuoyu_geo.siting.problem import PlanningProblem

AIMS: tuple[StageName, ...] = (*MANDATORY, "places", "covered")
# Regrets nearer than this are the same: a tenth of a child in a million.
SAME_SHARE = 1e-7


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ScenarioFigures:
    """One plan in one scenario.

    Attributes
    ----------
    figures
        Worked out from the scenario's arrays.
    regret_share
        The scenario's best coverage less the plan's, as a share of all the scenario's weight; against the proven bound
        where the best is not proven, and then an upper bound. May be negative where the best had to keep rules that the
        plan misses.
    """

    figures: PlanFigures
    regret_share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RobustPlan:
    """The plan for the middle scenario beside the plan of least regret.

    Attributes
    ----------
    middle, robust
        Columns of the plan that is best in the first scenario, and of the plan whose worst regret is least; the same where
        the middle plan regrets no more.
    best
        By scenario, the figures of the best plan for that scenario alone.
    best_bound_weight
        By scenario, proven: no plan covers more.
    of_middle, of_robust
        By scenario, what each plan amounts to.
    worst_regret_share, worst_regret_bound
        Of the robust plan, and the proven least of all plans that keep the rules as well.
    status
        "optimal" when everything is proven; else regrets are upper bounds.
    """

    middle: NDArray[np.int64]
    robust: NDArray[np.int64]
    best: tuple[PlanFigures, ...]
    best_bound_weight: tuple[float, ...]
    of_middle: tuple[ScenarioFigures, ...]
    of_robust: tuple[ScenarioFigures, ...]
    worst_regret_share: float
    worst_regret_bound: float
    status: Literal["optimal", "feasible"]


def least_regret(
    problems: Sequence[PlanningProblem], *, time_limit_s: float = 60.0, gap: float = 1e-4, seed: int = 0
) -> RobustPlan:
    """The plan whose loss in the worst scenario is least, beside the best plan for the first scenario.

    In every scenario the mandatory rules come first, then the places, then coverage; the number of sites and the money
    are limited by each problem's `max_new` and `max_cost`.

    Parameters
    ----------
    problems
        One a scenario, the middle one first; the same candidates in each.
    time_limit_s
        Seconds for everything; what is not proven by then is "feasible".
    gap, seed
        As for `plan_sites`.

    Raises
    ------
    SitingError
        No scenario, or scenarios of unequal candidates.
    """
    found = [one.n_candidate for one in problems]
    if len(set(found)) != 1:
        raise SitingError(text("siting.scenario_sites", n=len(problems), found=found))
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        models = [build_model(one) for one in problems]
        starts = [
            smallest_plan(model, n_forced=len(np.unique(one.forced)), by="sites", effort=effort)
            for one, model in zip(problems, models, strict=True)
        ]
        alone = [
            settle_aims(model, AIMS, effort=effort.part(0.5 / (len(models) - k)), start=starts[k])
            for k, model in enumerate(models)
        ]
        joint = Joint(models, link="same", start=starts, effort=effort)
        worst, worst_bound = _least_worst(joint, problems, models, alone)
        robust = np.flatnonzero(models[0].sites_of(joint.point_of(0)))
        middle = np.flatnonzero(models[0].sites_of(alone[0].point))
        best = [figures_of(one, models[k], alone[k].point) for k, one in enumerate(problems)]
        bounds = [
            best[k].covered_weight + alone[k].values["covered"] - alone[k].bounds["covered"]
            for k in range(len(problems))
        ]
        of_middle = _in_each(problems, models, bounds, middle, effort=effort)
        of_robust = _in_each(problems, models, bounds, robust, effort=effort)
        if _missed(problems, of_middle) == _missed(problems, of_robust) and (
            max(one.regret_share for one in of_middle)
            <= max(one.regret_share for one in of_robust) + SAME_SHARE
        ):
            # Nothing is gained by leaving the middle plan.
            robust, of_robust = middle, of_middle
        return RobustPlan(
            middle=middle,
            robust=robust,
            best=tuple(best),
            best_bound_weight=tuple(bounds),
            of_middle=of_middle,
            of_robust=of_robust,
            worst_regret_share=worst,
            worst_regret_bound=worst_bound,
            status="optimal" if joint.is_proven and all(one.is_proven for one in alone) else "feasible",
        )


def _least_worst(
    joint: Joint,
    problems: Sequence[PlanningProblem],
    models: Sequence[PlanningModel],
    alone: Sequence[Settled],
) -> tuple[float, float]:
    for place, name in enumerate(AIMS[:-1]):
        joint.minimise(
            joint.vector({k: model.aims[name] for k, model in enumerate(models)}),
            n_more=len(AIMS) + 1 - place,
            slack=1e-6 if name in MANDATORY else 1e-8 * sum(model.scale[name] for model in models),
            is_whole=name in MANDATORY,
        )
    scales = [max(float(one.weight.sum()), 1e-300) for one in problems]
    for k, (model, own) in enumerate(zip(models, alone, strict=True)):
        joint.limit(
            joint.vector({k: model.aims["covered"] / scales[k]}, worst=-1.0),
            own.values["covered"] / scales[k] + 1e-9,
        )
    worst = joint.minimise(joint.vector({}, worst=1.0), n_more=2, slack=1e-8)
    # Of the plans of least worst regret the one that covers most over all scenarios.
    joint.minimise(
        joint.vector({k: model.aims["covered"] / scales[k] for k, model in enumerate(models)}),
        n_more=1,
        slack=1e-8,
    )
    return worst


def _missed(problems: Sequence[PlanningProblem], rows: Sequence[ScenarioFigures]) -> tuple[int, int, float]:
    """Institutions, must-serve rows and places missing, over all scenarios."""
    return (
        sum(sum(row.figures.quota_shortfall) for row in rows),
        sum(row.figures.n_unserved for row in rows),
        round(
            sum(
                max(one.places_required - row.figures.places, 0.0)
                for one, row in zip(problems, rows, strict=True)
            ),
            6,
        ),
    )


def _in_each(
    problems: Sequence[PlanningProblem],
    models: Sequence[PlanningModel],
    bounds: Sequence[float],
    selected: NDArray[np.int64],
    *,
    effort: Effort,
) -> tuple[ScenarioFigures, ...]:
    found = []
    for problem, model, bound in zip(problems, models, bounds, strict=True):
        n = problem.n_candidate
        others = np.setdiff1d(np.arange(n), selected)
        held = (
            Cut(coefficients=only(selected, n=n, sign=-1.0), upper=-float(len(selected))),
            Cut(coefficients=only(others, n=n), upper=0.0),
        )
        # With the sites held there is only the sharing of places to settle, so the time that is left does not matter.
        settled = settle_aims(model, ("covered",), effort=effort.patient(), cuts=held)
        figures = figures_of(problem, model, settled.point)
        total = float(problem.weight.sum())
        found.append(
            ScenarioFigures(
                figures=figures,
                regret_share=(bound - figures.covered_weight) / total if total else 0.0,
            )
        )
    return tuple(found)
