"""A plan's figures worked out again from the arrays, one row, one site and one trip at a time.

Shares no code with the solver on purpose: what both agree on is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.sparse import csr_array

from tuoyu_geo.siting.problem import PlanningProblem

TOLERANCE_PLACES = 1e-5


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
        Must-serve rows left unserved.
    trip
        Length of all trips, each place taken counted once; 0 where trips are no aim.
    faults
        Rules broken, as words: "closed" (a candidate that may not be taken), "forced" (one left out), "conflict" (two on
        one plot), "max_new" (too many), "max_cost" (too dear), "size" (a size that the candidate does not have),
        "need" (a row takes more places than it needs), "reach" (places taken out of reach), "full" (more taken than
        there are), "spare" (must-serve rows take places in use).
    """

    covered_weight: float
    covered_share: float
    institutions: tuple[int, ...]
    quota_shortfall: tuple[int, ...]
    places: float
    cost: float
    n_unserved: int
    trip: float
    faults: tuple[str, ...]


def recompute_plan(
    problem: PlanningProblem,
    selected: Iterable[int],
    *,
    site_places: Sequence[float] | None = None,
    flow: csr_array | None = None,
) -> PlanFigures:
    """Work out a plan's figures from the arrays alone.

    Parameters
    ----------
    problem
        The county.
    selected
        Columns of the new sites, in any order.
    site_places
        Places of each of them, in the same order; None for the full size of all.
    flow
        (n_demand, n_existing + n_candidate) places each row takes; needed where the problem names a capacity.
    """
    given = [int(j) for j in selected]
    size = {j: float(problem.places[j]) for j in given}
    if site_places is not None:
        size |= {j: float(places) for j, places in zip(given, site_places, strict=True)}
    sites = sorted(size)
    cost = {j: _cost_of(problem, j, size[j]) for j in sites}
    in_reach = {int(i) for i, j in zip(*problem.covers.nonzero(), strict=True) if int(j) in size}
    share = [float(bool(now) or i in in_reach) for i, now in enumerate(problem.covered_now)]
    trips = _Trips(problem, size, flow)
    if problem.capacity is not None:
        for i, need in enumerate(problem.capacity.need):
            if need > 0:
                share[i] = min(trips.taken_by_row.get(i, 0.0) / float(need), 1.0)
    weights = [float(w) for w in problem.weight]
    covered_weight = sum(w * part for w, part in zip(weights, share, strict=True))
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
        places=float(problem.places_now) + sum(size.values()),
        cost=sum(one for one in cost.values() if one is not None),
        n_unserved=sum(
            bool(must) and part < 1 - 1e-6 for must, part in zip(problem.must_serve, share, strict=True)
        ),
        trip=trips.length,
        faults=(*_faults(problem, sites, cost), *trips.faults),
    )


def _cost_of(problem: PlanningProblem, j: int, places: float) -> float | None:
    """Cost of a candidate at a size; None where it has no such size."""
    if places == float(problem.places[j]):
        return float(problem.site_cost[j])
    sizes = problem.sizes
    for column, size, cost in zip(sizes.column, sizes.places, sizes.cost, strict=True):
        if int(column) == j and float(size) == places:
            return float(cost)
    return None


class _Trips:
    """Who takes how many places where, added up."""

    def __init__(self, problem: PlanningProblem, size: dict[int, float], flow: csr_array | None) -> None:
        self.taken_by_row: dict[int, float] = {}
        self.length = 0.0
        self.faults: list[str] = []
        capacity = problem.capacity
        if capacity is None or flow is None:
            return
        n_existing = len(capacity.places_now)
        taken_at: dict[int, float] = {}
        taken_by_must: dict[int, float] = {}
        near_now = {(int(i), int(k)) for i, k in zip(*capacity.reach_now.nonzero(), strict=True)}
        near = {(int(i), int(j)) for i, j in zip(*problem.covers.nonzero(), strict=True)}
        entries = flow.tocoo()
        for i, k, places in zip(
            entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True
        ):
            self.taken_by_row[i] = self.taken_by_row.get(i, 0.0) + places
            taken_at[k] = taken_at.get(k, 0.0) + places
            is_near = (i, k) in near_now if k < n_existing else (i, k - n_existing) in near
            if not is_near and "reach" not in self.faults:
                self.faults.append("reach")
            if problem.must_serve[i] and k < n_existing:
                taken_by_must[k] = taken_by_must.get(k, 0.0) + places
            if capacity.trip is not None:
                self.length += places * float(capacity.trip[i, k])
        offered = {k: float(places) for k, places in enumerate(capacity.places_now)}
        offered |= {n_existing + j: places for j, places in size.items()}
        spare = {k: float(places) for k, places in enumerate(capacity.spare_now)}
        if any(taken > float(capacity.need[i]) + TOLERANCE_PLACES for i, taken in self.taken_by_row.items()):
            self.faults.append("need")
        if any(taken > offered.get(k, 0.0) + TOLERANCE_PLACES for k, taken in taken_at.items()):
            self.faults.append("full")
        if any(taken > spare[k] + TOLERANCE_PLACES for k, taken in taken_by_must.items()):
            self.faults.append("spare")


def _faults(problem: PlanningProblem, sites: list[int], cost: dict[int, float | None]) -> list[str]:
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
    if any(one is None for one in cost.values()):
        faults.append("size")
    spent = sum(one for one in cost.values() if one is not None)
    if problem.max_cost is not None and spent > problem.max_cost * (1 + 1e-9) + 1e-9:
        faults.append("max_cost")
    return faults
