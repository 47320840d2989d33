"""A plan's figures worked out again from the arrays, one row and one site at a time.

Shares no code with the solver on purpose: what both agree on is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tuoyu_geo.siting.problem import PlanningProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """What a set of new sites amounts to.

    Attributes
    ----------
    covered_weight, covered_share
        Weight covered by the sites or by what exists, and its share of all (1 when there is none).
    institutions
        Existing and new institutions of each group.
    quota_shortfall
        Institutions each group still lacks.
    places, cost
        Existing and new places; cost of the new sites.
    n_unserved
        Must-serve rows without a site.
    faults
        Rules broken, as words: "closed" (a candidate that may not be taken), "forced" (one left out), "conflict" (two on
        one plot), "max_new" (too many).
    """

    covered_weight: float
    covered_share: float
    institutions: tuple[int, ...]
    quota_shortfall: tuple[int, ...]
    places: float
    cost: float
    n_unserved: int
    faults: tuple[str, ...]


def recompute_plan(problem: PlanningProblem, selected: Iterable[int]) -> PlanFigures:
    """Work out a plan's figures from the arrays alone.

    Parameters
    ----------
    problem
        The county.
    selected
        Columns of the new sites, in any order.
    """
    sites = sorted({int(j) for j in selected})
    in_reach = {int(i) for i, j in zip(*problem.covers.nonzero(), strict=True) if int(j) in set(sites)}
    covered = [bool(now) or i in in_reach for i, now in enumerate(problem.covered_now)]
    weights = [float(w) for w in problem.weight]
    covered_weight = sum(w for w, is_covered in zip(weights, covered, strict=True) if is_covered)
    institutions = [int(n) for n in problem.existing_count]
    for j in sites:
        if problem.group[j] >= 0:
            institutions[int(problem.group[j])] += 1
    shortfall = [max(int(least) - n, 0) for least, n in zip(problem.quota_minimum, institutions, strict=True)]
    total = sum(weights)
    return PlanFigures(
        covered_weight=covered_weight,
        covered_share=covered_weight / total if total else 1.0,
        institutions=tuple(institutions),
        quota_shortfall=tuple(shortfall),
        places=float(problem.places_now) + sum(float(problem.places[j]) for j in sites),
        cost=sum(float(problem.site_cost[j]) for j in sites),
        n_unserved=sum(
            bool(must) and not done for must, done in zip(problem.must_serve, covered, strict=True)
        ),
        faults=tuple(_faults(problem, sites)),
    )


def _faults(problem: PlanningProblem, sites: list[int]) -> list[str]:
    faults = []
    forbidden = {int(j) for j in problem.forbidden}
    if any(not problem.usable[j] or j in forbidden for j in sites):
        faults.append("closed")
    if any(int(j) not in sites for j in problem.forced):
        faults.append("forced")
    if any(len({int(j) for j in plot} & set(sites)) > 1 for plot in problem.conflict):
        faults.append("conflict")
    if problem.max_new is not None and len(sites) > problem.max_new:
        faults.append("max_new")
    return faults
