"""What it would take: the best coverage at every number of sites or sum of money, and the least number for a share.

The mandatory rules come first at every point: with as many sites as the point allows, quotas and must-serve rows are
missed by as little as possible, and of all such plans the one is sought that covers most.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.aims import (
    MANDATORY,
    Effort,
    Limits,
    Settled,
    at_size,
    effort_of,
    figures_of,
    settle_aims,
    smallest_plan,
)
from tuoyu_geo.siting.planning_model import PlanningModel, build_model
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.result import relative_gap

MOST_POINTS = 25
"""Points of a frontier that nobody chose, at most: what a table or a chart can still show."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FrontierPoint:
    """The best plan within one limit.

    Attributes
    ----------
    limit
        Most new sites, or most money, closed.
    selected
        Its new sites, ascending columns; fewer than the limit where more would cover no more.
    site_cost
        (n_selected,) cost of each, at the size taken.
    n_sites, cost
        Number of new sites, and what they cost.
    covered_weight, covered_share
        With what exists, recomputed from the arrays; the share is of all weight (1 when there is none).
    bound_weight, bound_share
        Proven: no plan within the limit that misses quotas and must-serve rows by no more covers more.
    gap, status
        Between both; "optimal" when rules and coverage are proven within the gap asked for.
    quota_shortfall, n_unserved, places_short, coverage_short
        Institutions, must-serve rows, places and weight missing: what the aims that don't bind here still lack.
    """

    limit: float
    selected: NDArray[np.int64]
    site_cost: NDArray[np.float64]
    n_sites: int
    cost: float
    covered_weight: float
    covered_share: float
    bound_weight: float
    bound_share: float
    gap: float
    status: Literal["optimal", "feasible"]
    quota_shortfall: int
    n_unserved: int
    places_short: float
    coverage_short: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class LeastSites:
    """The least number of sites for a share, or how far one gets.

    Attributes
    ----------
    target_share
        What was asked for.
    is_reached
        Whether the plan covers it; where it doesn't, `status` says whether that is proven to be impossible.
    largest_share
        The target where it is reached; else the largest share found, however many sites are built.
    largest_share_bound
        Proven: no plan that keeps the rules as well covers a larger share; the target where it is reached.
    n_sites, bound
        Sites of the plan that reaches the target (or the largest share), and the proven least number for it.
    selected
        Its columns.
    status
        "optimal" when all of this is proven.
    """

    target_share: float
    is_reached: bool
    largest_share: float
    largest_share_bound: float
    n_sites: int
    bound: int
    selected: NDArray[np.int64]
    status: Literal["optimal", "feasible"]


def coverage_frontier(
    problem: PlanningProblem,
    *,
    by: Literal["sites", "cost"] = "sites",
    limits: Sequence[float] | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> list[FrontierPoint]:
    """The most that can be covered at each number of new sites, or for each sum of money.

    Parameters
    ----------
    problem
        The county; its `max_new` and `max_cost` are left aside, its forced and forbidden columns are kept.
    by
        What is limited.
    limits
        The numbers or sums; by default the forced sites alone, then from the least that keeps the mandatory rules to
        where more adds nothing: every number where there are at most `MOST_POINTS`, else as many evenly spread.
    time_limit_s
        Seconds for all points together; a point that is not proven by then has its bound.
    gap
        Relative gap that counts as proof of the covered weight.
    seed
        Seed of HiGHS.

    Raises
    ------
    SitingError
        A limit is not a number, or below what the forced sites need.
    """
    free = replace(problem, max_new=None, max_cost=None)
    model = build_model(free)
    forced = np.unique(problem.forced)
    least = float(len(forced)) if by == "sites" else float(problem.least_cost()[forced].sum())
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        point = smallest_plan(model, n_forced=len(forced), by=by, effort=effort)
        if limits is None:
            limits = _spread(model, by=by, least=least, start=point, effort=effort.part(0.2))
        wrong = [one for one in limits if not least <= one < np.inf]
        if wrong:
            raise SitingError(text("siting.frontier_limit", found=wrong, least=least))
        points: list[FrontierPoint] = []
        for place, limit in enumerate(sorted(limits)):
            settled = _best_within(
                model, limit, by=by, start=point, effort=effort.part(1 / (len(limits) - place))
            )
            point = settled.point
            points.append(_point(free, model, settled, limit=float(limit), gap=gap))
        return points


def _best_within(
    model: PlanningModel,
    limit: float,
    *,
    by: Literal["sites", "cost"],
    start: NDArray[np.float64],
    effort: Effort,
) -> Settled:
    slack = 1e-6 if by == "sites" else 1e-9 * max(abs(limit), 1.0)
    most: Limits = [(by, limit + slack)]
    return settle_aims(model, (*MANDATORY, "covered", by), effort=effort, limits=most, start=start)


def _spread(
    model: PlanningModel,
    *,
    by: Literal["sites", "cost"],
    least: float,
    start: NDArray[np.float64],
    effort: Effort,
) -> list[float]:
    """The forced sites alone, then from the least that keeps the rules as well as can be to where more adds nothing.

    From there on the rules are missed by the same in every plan, so that coverage never falls from point to point; in
    between, what fills a quota may cover less than what does not.
    """
    ruled = settle_aims(model, (*MANDATORY, by), effort=effort.part(0.5), start=start)
    full = settle_aims(
        model, ("covered", by), effort=effort, limits=ruled.limits(*MANDATORY), start=ruled.point
    )
    low, high = max(ruled.values[by], least), max(full.values[by], ruled.values[by], least)
    if by == "sites":
        count = min(round(high - low) + 1, MOST_POINTS - 1)
        return sorted({least, *(float(round(one)) for one in np.linspace(low, high, count))})
    return sorted({least, *(float(one) for one in np.linspace(low, high, 11))})


def _point(
    problem: PlanningProblem, model: PlanningModel, settled: Settled, *, limit: float, gap: float
) -> FrontierPoint:
    selected = np.flatnonzero(model.sites_of(settled.point))
    figures = figures_of(problem, model, settled.point)
    total = float(problem.weight.sum())
    bound = figures.covered_weight + settled.values["covered"] - settled.bounds["covered"]
    is_proven = all(
        relative_gap(settled.values[name], settled.bounds[name]) <= gap for name in (*MANDATORY, "covered")
    )
    return FrontierPoint(
        limit=limit,
        selected=selected,
        site_cost=at_size(problem, model, settled.point)[1][selected],
        n_sites=len(selected),
        cost=figures.cost,
        covered_weight=figures.covered_weight,
        covered_share=figures.covered_share,
        bound_weight=bound,
        bound_share=bound / total if total else 1.0,
        gap=relative_gap(figures.covered_weight, bound),
        status="optimal" if is_proven else "feasible",
        quota_shortfall=sum(figures.quota_shortfall),
        n_unserved=figures.n_unserved,
        places_short=max(problem.places_required - figures.places, 0.0),
        coverage_short=max(problem.coverage_target_share * total - figures.covered_weight, 0.0),
    )


def least_sites(
    problem: PlanningProblem,
    share: float,
    *,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
) -> LeastSites:
    """The least number of new sites that cover a share, the mandatory rules first; places and money left aside.

    Parameters
    ----------
    problem
        The county; its `max_new`, `max_cost` and its own target are left aside.
    share
        Share of all weight, closed, 0 to 1.
    time_limit_s, gap, seed
        As for `coverage_frontier`.

    Raises
    ------
    SitingError
        The share is not between 0 and 1.
    """
    free = replace(problem, max_new=None, max_cost=None, coverage_target_share=share)
    model = build_model(free)
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        start = smallest_plan(model, n_forced=len(np.unique(problem.forced)), by="sites", effort=effort)
        settled = settle_aims(model, (*MANDATORY, "coverage", "sites"), effort=effort, start=start)
        total = float(problem.weight.sum())
        short, short_bound = settled.values["coverage"], settled.bounds["coverage"]
        tolerance = 1e-9 * max(total, 1.0)
        is_reached = short <= tolerance
        reached_share = figures_of(free, model, settled.point).covered_share
        return LeastSites(
            target_share=share,
            is_reached=is_reached,
            largest_share=share if is_reached else reached_share,
            largest_share_bound=share
            if short_bound <= tolerance
            else min(reached_share + (short - short_bound) / total, share),
            n_sites=round(settled.values["sites"]),
            bound=round(settled.bounds["sites"]),
            selected=np.flatnonzero(model.sites_of(settled.point)),
            status="optimal" if settled.is_proven else "feasible",
        )
