"""The next best plans that really differ, and what each site of a plan could be exchanged for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.aims import (
    Cut,
    Effort,
    Limits,
    Settled,
    at_size,
    effort_of,
    figures_of,
    only,
    settle_aims,
)
from tuoyu_geo.siting.check import PlanFigures, recompute_plan
from tuoyu_geo.siting.planning import RULES, aims_in_order
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.planning_result import PlanResult, StageName
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.settling import WHOLE

Role = Literal["essential", "exchangeable", "rearranged", "forced", "unknown"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Alternative:
    """One plan of a series, the best that differs from all before it.

    Attributes
    ----------
    selected
        Its new sites, ascending columns.
    site_places, site_cost
        (n_selected,) places and cost of each, at the size taken.
    figures
        Worked out from the arrays.
    values, bounds
        By aim, in the model's own units, all to be minimised ("covered" is weight not covered): the plan's value, and
        the proven least of all plans that differ enough from those before, given the aims before.
    status
        "optimal": it and all before it are proven, so no plan that differs enough comes between.
    """

    selected: NDArray[np.int64]
    site_places: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    figures: PlanFigures
    values: dict[StageName, float]
    bounds: dict[StageName, float]
    status: Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SiteRole:
    """What a plan does without one of its sites, with as many sites and the rules kept as well.

    Attributes
    ----------
    column
        The site.
    role
        "essential": proven that no such plan leaves it out; "exchangeable": one other site stands in for it;
        "rearranged": more than one site changes; "forced": it must be taken; "unknown": not settled in time.
    leaves, comes
        Columns that go, itself among them, and that come: the exchange that covers most.
    lost_weight
        Covered weight given up; negative where the exchange covers more.
    lost_weight_bound
        Proven: no exchange of this kind gives up less.
    extra_cost
        What the exchange costs more; negative where it saves.
    """

    column: int
    role: Role
    leaves: NDArray[np.int64]
    comes: NDArray[np.int64]
    lost_weight: float
    lost_weight_bound: float
    extra_cost: float


def differing_plans(
    problem: PlanningProblem,
    best: PlanResult,
    *,
    k: int = 3,
    least_difference: int | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> list[Alternative]:
    """The best plan and the k next ones, each the best in the plan's own order of aims that differs from all before.

    All keep the rules (quotas, must-serve rows, coverage target, places) as well as the best does.

    Parameters
    ----------
    problem, best
        The county, and its plan.
    k
        Plans beside the best, at most.
    least_difference
        Sites of each earlier plan that a later one leaves out, at least; a tenth of the plan's, rounded up, by default.
    time_limit_s
        Seconds for all of them; a plan that is not proven by then is "feasible", and so is every later one.
    gap, seed
        As for `plan_sites`.

    Returns
    -------
    The best plan first. Fewer than k others where no plan differs enough, or none was found in time.
    """
    model = build_model(problem)
    n_least = max(1, -(-len(best.selected) // 10)) if least_difference is None else least_difference
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        names = tuple(name for name in aims_in_order(problem) if name != "trip")
        first = _given(problem, best)
        plans, cuts = [first], [_differs(first.selected, n_least, n=problem.n_candidate)]
        is_proven = best.status == "optimal"
        for place in range(k):
            if n_least > len(plans[-1].selected):
                break  # a plan of fewer sites than must differ has no neighbour that leaves so many out
            share = effort.part(1 / (k - place))
            limits = _as_good(model, best, RULES)
            # Among plans that change few sites the search is short; its answer is where the whole search begins.
            near = settle_aims(
                model,
                names,
                effort=share.part(0.4),
                limits=limits,
                cuts=[*cuts, _changes(best, n_least + 1, problem)],
            )
            start = near.point if near.verdict == "found" else None
            settled = settle_aims(model, names, effort=share, limits=limits, cuts=cuts, start=start)
            if settled.verdict != "found":
                break
            is_proven &= settled.is_proven
            plan = _found(problem, model, settled, is_proven=is_proven)
            plans.append(plan)
            cuts.append(_differs(plan.selected, n_least, n=problem.n_candidate))
        return plans


def _differs(selected: NDArray[np.int64], n_least: int, *, n: int) -> Cut:
    return Cut(coefficients=only(selected, n=n), upper=float(len(selected) - n_least))


def _changes(best: PlanResult, most: int, problem: PlanningProblem) -> Cut:
    """At most so many sites that the best plan does not have."""
    others = np.setdiff1d(np.arange(problem.n_candidate), best.selected)
    return Cut(coefficients=only(others, n=problem.n_candidate), upper=float(most))


def _given(problem: PlanningProblem, best: PlanResult) -> Alternative:
    figures = recompute_plan(problem, best.selected, site_places=best.site_places.tolist(), flow=best.flow)
    return Alternative(
        selected=best.selected,
        site_places=best.site_places,
        site_cost=site_costs(problem, best),
        figures=figures,
        values={stage.name: stage.objective for stage in best.stages},
        bounds={stage.name: stage.bound for stage in best.stages},
        status=best.status,
    )


def site_costs(problem: PlanningProblem, best: PlanResult) -> NDArray[np.float64]:
    """(n_selected,) cost of each site of a plan, at the size taken."""
    cost = problem.site_cost[best.selected].astype(np.float64)
    sizes = problem.sizes
    for place, (j, places) in enumerate(zip(best.selected, best.site_places, strict=True)):
        at = np.flatnonzero((sizes.column == j) & (sizes.places == places))
        if len(at):
            cost[place] = sizes.cost[at[0]]
    return cost


def _found(
    problem: PlanningProblem, model: PlanningModel, settled: Settled, *, is_proven: bool
) -> Alternative:
    selected = np.flatnonzero(model.sites_of(settled.point))
    places, cost = at_size(problem, model, settled.point)
    return Alternative(
        selected=selected,
        site_places=places[selected],
        site_cost=cost[selected],
        figures=figures_of(problem, model, settled.point),
        values=settled.values,
        bounds=settled.bounds,
        status="optimal" if is_proven else "feasible",
    )


def site_roles(
    problem: PlanningProblem,
    best: PlanResult,
    *,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> list[SiteRole]:
    """For each site of a plan, whether every plan as good has it, and else what stands in and what that gives up.

    "As good": rules kept as well as the plan keeps them, with no more sites. Of the exchanges with fewest sites that
    change (one, two, any number) the one that covers most, then the cheapest; money is not limited.

    Parameters
    ----------
    problem, best
        The county, and its plan.
    time_limit_s, gap, seed
        For all sites together, as for `plan_sites`.
    """
    model = build_model(problem)
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        limits = _as_good(model, best, (*RULES, "sites"))
        chosen = best.selected.tolist()
        return [
            _role(
                problem,
                model,
                best,
                j,
                limits=limits,
                effort=effort.part(min(3 / (len(chosen) - place), 1.0)),
            )
            for place, j in enumerate(chosen)
        ]


def _as_good(model: PlanningModel, best: PlanResult, names: Sequence[StageName]) -> Limits:
    """What the plan reaches in some aims as limits, in the model's units."""
    told = {stage.name: stage.objective for stage in best.stages}
    told["must_serve"] -= model.rows.n_lost
    return [(name, told[name] + (1e-6 if name in WHOLE else 1e-8 * model.scale[name])) for name in names]


def _role(
    problem: PlanningProblem,
    model: PlanningModel,
    best: PlanResult,
    j: int,
    *,
    limits: Limits,
    effort: Effort,
) -> SiteRole:
    if j in problem.forced:
        return _no_exchange(j, "forced")
    without = Cut(coefficients=only([j], n=problem.n_candidate), upper=0.0)
    settled: Settled | None = None
    # Of equally good exchanges the cheapest; money is only looked at where few sites change, and it is quick.
    quick: tuple[StageName, ...] = ("covered", "cost")
    for most, aims in ((1, quick), (2, quick), (problem.n_candidate, quick[:1])):
        settled = settle_aims(
            model,
            aims,
            effort=effort.part(0.6),
            limits=limits,
            cuts=(without, _changes(best, most, problem)),
        )
        if settled.verdict != "impossible":
            break
    if settled is None or settled.verdict == "impossible":
        return _no_exchange(j, "essential")
    if settled.verdict == "unknown":
        return _no_exchange(j, "unknown")
    selected = np.flatnonzero(model.sites_of(settled.point))
    figures = figures_of(problem, model, settled.point)
    leaves, comes = np.setdiff1d(best.selected, selected), np.setdiff1d(selected, best.selected)
    lost = best.covered_weight - figures.covered_weight
    return SiteRole(
        column=j,
        role="exchangeable" if len(leaves) == 1 and len(comes) <= 1 else "rearranged",
        leaves=leaves,
        comes=comes,
        lost_weight=lost,
        lost_weight_bound=lost - (settled.values["covered"] - settled.bounds["covered"]),
        extra_cost=figures.cost - best.cost,
    )


def _no_exchange(j: int, role: Role) -> SiteRole:
    nothing = np.zeros(0, dtype=np.int64)
    return SiteRole(
        column=j,
        role=role,
        leaves=nothing,
        comes=nothing,
        lost_weight=np.nan,
        lost_weight_bound=np.nan,
        extra_cost=np.nan,
    )
