"""Phases: nested plans, each of which is as near to its own best as the others let it be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.aims import (
    MANDATORY,
    Effort,
    Settled,
    effort_of,
    figures_of,
    settle_aims,
    smallest_plan,
)
from tuoyu_geo.siting.capacity import Sizes
from tuoyu_geo.siting.check import PlanFigures
from tuoyu_geo.siting.joint import Joint
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.problem import PlanningProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLimit:
    """What may stand by the end of a phase.

    Attributes
    ----------
    most_new
        Most new sites, those of earlier phases included; None for no limit.
    most_cost
        Most that they may cost together, closed; None for no limit.
    """

    most_new: int | None
    most_cost: float | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Phase:
    """What stands at the end of a phase.

    Attributes
    ----------
    selected
        All new sites by then, ascending columns.
    added
        Those that this phase adds.
    figures
        Worked out from the arrays.
    alone
        Figures of the best plan of this phase if no other phase counted: quotas, then must-serve rows, then coverage,
        over all candidates that can be open by then.
    alone_bound_weight
        Proven: no plan of this phase that misses the rules by no more covers more.
    lost_weight
        Covered weight that nesting costs in this phase, at most: `alone_bound_weight` less what is covered here. May be
        negative where `alone` had to serve more must-serve rows or fill more quotas.
    """

    selected: NDArray[np.int64]
    added: NDArray[np.int64]
    figures: PlanFigures
    alone: PlanFigures
    alone_bound_weight: float
    lost_weight: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PhasedPlan:
    """Nested plans and their proof.

    Attributes
    ----------
    phases
        In their order.
    worst_loss_share, worst_loss_bound
        The largest share of all weight that any phase covers less than its own best, and the proven least such share of
        all nested plans that keep the rules as well over all phases.
    status
        "optimal" when the nesting and every phase's own best are proven.
    """

    phases: tuple[Phase, ...]
    worst_loss_share: float
    worst_loss_bound: float
    status: Literal["optimal", "feasible"]


def plan_phases(
    problem: PlanningProblem,
    limits: Sequence[PhaseLimit],
    *,
    within: NDArray[np.int64] | None = None,
    first_phase: NDArray[np.int64] | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> PhasedPlan:
    """Nested plans, one a phase: what stands at the end of a phase still stands at the end of the next.

    In order: least shortfall of the quotas summed over the phases; fewest must-serve rows left unserved, likewise; least
    of the largest loss that any phase takes against its own best; most covered weight summed over the phases.

    Parameters
    ----------
    problem
        The county; its `max_new`, `max_cost` and smaller sizes are left aside. Forced sites stand by the last phase.
    limits
        What may stand by the end of each phase, in their order; none below the one before.
    within
        Columns that may be used, such as those of a plan; None for all. The last phase takes all of them where its limits
        allow it. The phases' own bests are not bound by it.
    first_phase
        (n_candidate,) the first phase by which each candidate can be open, 0 for the first; `len(limits)` for never.
    time_limit_s
        Seconds for everything; what is not proven by then is "feasible".
    gap, seed
        As for `plan_sites`.

    Raises
    ------
    SitingError
        No phase, limits that fall, or forced sites that the last phase can't hold.
    """
    _check(limits)
    last = len(limits) - 1
    opens = np.zeros(problem.n_candidate, dtype=np.int64) if first_phase is None else first_phase
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        free = [_phase_problem(problem, limit, k, opens, last=last) for k, limit in enumerate(limits)]
        free_models = [build_model(one) for one in free]
        aims = (*MANDATORY, "covered")
        alone = [
            settle_aims(
                model, aims, effort=effort.part(0.5 / (len(limits) - k)), start=_start(one, model, effort)
            )
            for k, (one, model) in enumerate(zip(free, free_models, strict=True))
        ]
        mine = (
            free
            if within is None
            else [_only_within(one, within, is_last=k == last) for k, one in enumerate(free)]
        )
        models = free_models if within is None else [build_model(one) for one in mine]
        total = float(problem.weight.sum())
        start = [_start(one, model, effort) for one, model in zip(mine, models, strict=True)]
        joint = Joint(models, link="nested", start=start, effort=effort)
        worst, worst_bound = _least_loss(joint, models, free_models, alone, total=total)
        taken = [model.sites_of(joint.point_of(k)) for k, model in enumerate(models)]
        phases = []
        for k, (one, model) in enumerate(zip(mine, models, strict=True)):
            figures = figures_of(one, model, joint.point_of(k))
            best = figures_of(free[k], free_models[k], alone[k].point)
            bound = best.covered_weight + alone[k].values["covered"] - alone[k].bounds["covered"]
            before = taken[k - 1] if k else np.zeros(problem.n_candidate, dtype=bool)
            phases.append(
                Phase(
                    selected=np.flatnonzero(taken[k]),
                    added=np.flatnonzero(taken[k] & ~before),
                    figures=figures,
                    alone=best,
                    alone_bound_weight=bound,
                    lost_weight=bound - figures.covered_weight,
                )
            )
        is_proven = joint.is_proven and all(one.is_proven for one in alone)
        return PhasedPlan(
            phases=tuple(phases),
            worst_loss_share=worst,
            worst_loss_bound=worst_bound,
            status="optimal" if is_proven else "feasible",
        )


def _check(limits: Sequence[PhaseLimit]) -> None:
    for name in ("most_new", "most_cost"):
        values = [np.inf if getattr(one, name) is None else getattr(one, name) for one in limits]
        if not values or any(after < before for before, after in pairwise(values)):
            raise SitingError(text("siting.phase_limits", name=name, found=values))


def _phase_problem(
    problem: PlanningProblem, limit: PhaseLimit, k: int, opens: NDArray[np.int64], *, last: int
) -> PlanningProblem:
    return replace(
        problem,
        sizes=Sizes(),
        max_new=limit.most_new,
        max_cost=limit.most_cost,
        forced=problem.forced if k == last else np.zeros(0, dtype=np.int64),
        forbidden=np.union1d(problem.forbidden, np.flatnonzero(opens > k)).astype(np.int64),
    )


def _only_within(problem: PlanningProblem, within: NDArray[np.int64], *, is_last: bool) -> PlanningProblem:
    outside = np.setdiff1d(np.arange(problem.n_candidate), within)
    forced = problem.forced
    may = within[problem.open_columns()[within]]
    fits = problem.max_new is None or len(may) <= problem.max_new
    affordable = problem.max_cost is None or problem.site_cost[may].sum() <= problem.max_cost * (1 + 1e-9)
    if is_last and fits and affordable:
        forced = np.union1d(forced, may).astype(np.int64)
    shut = np.setdiff1d(np.union1d(problem.forbidden, outside), forced).astype(np.int64)
    return replace(problem, forced=forced, forbidden=shut)


def _start(problem: PlanningProblem, model: PlanningModel, effort: Effort) -> NDArray[np.float64]:
    return smallest_plan(model, n_forced=len(np.unique(problem.forced)), by="sites", effort=effort)


def _least_loss(
    joint: Joint,
    models: list[PlanningModel],
    free_models: list[PlanningModel],
    alone: list[Settled],
    *,
    total: float,
) -> tuple[float, float]:
    """Settle the nested plans; the largest loss of any, and its proven least."""
    for place, name in enumerate(MANDATORY):
        joint.minimise(
            joint.vector({k: model.aims[name] for k, model in enumerate(models)}),
            n_more=len(MANDATORY) + 2 - place,
            slack=1e-6,
            is_whole=True,
        )
    scale = max(total, 1e-300)
    for k, (model, free, own) in enumerate(zip(models, free_models, alone, strict=True)):
        # Uncovered weight here less that of the phase's own best, as a share; rows that nothing reaches differ between
        # the two models where not all candidates may be used.
        lost_more = model.rows.lost_weight - free.rows.lost_weight
        joint.limit(
            joint.vector({k: model.aims["covered"] / scale}, worst=-1.0),
            (own.values["covered"] - lost_more) / scale + 1e-9,
        )
    worst = joint.minimise(joint.vector({}, worst=1.0), n_more=2, slack=1e-8)
    joint.minimise(
        joint.vector({k: model.aims["covered"] / scale for k, model in enumerate(models)}),
        n_more=1,
        slack=1e-8,
    )
    return worst
