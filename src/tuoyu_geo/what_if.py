"""What the what-if panel of the overview map works with: who is in whose reach at every standard, as small arrays.

The page does with them what this package does with the layers: closed standards, the policy's own one for each kind of
area, institutions that count, people of no known place in every denominator.
"""

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array

from tuoyu_geo.scenario import LEAST_STANDARD_M, MOST_STANDARD_M, STANDARD_STEP_M, WalkingStandard
from tuoyu_geo.siting import max_coverage

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy, Standard
    from tuoyu_geo.policy.model import Reading
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanningProblem

STANDARDS_M = tuple(range(LEAST_STANDARD_M, MOST_STANDARD_M + 1, STANDARD_STEP_M))
"""Walking standards that a reader can ask for [m]."""
STEP_BITS, OWN = 63, 64
"""Of a code: the bits of its step, and the bit of the policy's own standard."""
SMALL_REACH = 20_000
"""With more pairs in reach than this no best plans are worked out beforehand; the page then says "at most"."""
MOST_POINTS = 60
POINT_S, POINTS_S = 5.0, 40.0
"""Seconds for one best plan, and for all of them; small counties need a fifth of a second each."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """What is built, by which standard, with which enrolment.

    Attributes
    ----------
    places
        By candidate id: places of the size taken.
    standard
        The walking standard, or None for the policy's own.
    enrolment
        Share of children of 6 to 35 months enrolled.
    """

    places: "Mapping[str, float]"
    standard: WalkingStandard | None
    enrolment: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BestPlan:
    """The most that a number of new sites can cover.

    Attributes
    ----------
    n_sites
        New sites.
    columns
        The candidates of the best plan found.
    covered_weight, bound_weight
        What it covers of the compared reading, with what exists today; and proven: no plan of as many covers more.
    """

    n_sites: int
    columns: "NDArray[np.int64]"
    covered_weight: float
    bound_weight: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WhatIf:
    """The panel's numbers; rows in the order of the outcome's demand, candidates and townships.

    A code says how far apart a demand point and a facility are: its bits `STEP_BITS` are 1 and the place in `STANDARDS_M`
    of the least standard that covers the pair on foot, or 0 where none does; `OWN` says that the policy's own does.

    Attributes
    ----------
    today
        ``(n_demand,)`` codes of what counts today, all of it together.
    codes
        ``(n_demand, n_candidate)`` codes; pairs that no standard covers have no entry.
    urban, township_idx, residents, under3
        ``(n_demand,)``; the township -1 where it is none of the layer's.
    unplaced_residents, unplaced_under3, quota, existing, existing_places, owed
        ``(n_township,)`` people of no known place; least number of institutions; those that count and their places;
        new ones that the quota still asks for, as far as candidates can give them.
    places_now, n_places_unknown
        Places of all institutions that count, and how many of them state none.
    locked
        By column: candidates that the project's settings force in (True) or keep out (False).
    candidate_township_idx, usable
        ``(n_candidate,)``.
    sizes
        By column: places and cost [10,000 yuan] of every size, the smallest first; a cost nobody stated is NaN.
    conflicts
        Columns of which at most one may be taken.
    reading, best_free, best_ruled
        The reading that best plans are compared by, and the best plan at each number of new sites: whatever their
        townships, and of those that keep the quotas as well as can be. Empty where the county is too large.
    saturated_at
        Number of sites from which on no plan covers more than the last of `best_free`; -1 where none was found.
    per_1000, target_share, headline, urban_standard, rural_standard
        The policy's.
    initial
        Where the panel opens, and what its reset goes back to.
    max_new, max_cost
        Most new sites, and most money [10,000 yuan], that the project's settings allow; None for no limit.
    """

    today: "NDArray[np.uint8]"
    codes: csc_array
    urban: "NDArray[np.bool_]"
    township_idx: "NDArray[np.int64]"
    residents: "NDArray[np.float64]"
    under3: "NDArray[np.float64]"
    unplaced_residents: "NDArray[np.float64]"
    unplaced_under3: "NDArray[np.float64]"
    quota: "NDArray[np.int64]"
    existing: "NDArray[np.int64]"
    existing_places: "NDArray[np.float64]"
    owed: "NDArray[np.int64]"
    places_now: float
    n_places_unknown: int
    locked: "Mapping[int, bool]"
    candidate_township_idx: "NDArray[np.int64]"
    usable: "NDArray[np.bool_]"
    sizes: "tuple[tuple[tuple[float, float], ...], ...]"
    conflicts: "tuple[NDArray[np.int64], ...]"
    reading: str
    best_free: tuple[BestPlan, ...]
    best_ruled: "Mapping[int, BestPlan]"
    saturated_at: int
    per_1000: float
    target_share: float
    headline: "Reading"
    urban_standard: "Standard"
    rural_standard: "Standard"
    initial: Choice
    max_new: int | None = None
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class WhatIfStart:
    """The panel before the search for best plans, and all that the search sees.

    Attributes
    ----------
    numbers
        The panel's numbers, without best plans.
    covers, weight, covered_now, group, owed, problem, seed
        As for `best_plans`.
    """

    numbers: WhatIf
    covers: csr_array
    weight: "NDArray[np.float64]"
    covered_now: "NDArray[np.bool_]"
    group: "NDArray[np.int64]"
    owed: "NDArray[np.int64]"
    problem: "PlanningProblem"
    seed: int

    def finished(self) -> WhatIf:
        """The panel's numbers, with best plans."""
        free, ruled, saturated_at = best_plans(
            self.covers,
            weight=self.weight,
            covered_now=self.covered_now,
            group=self.group,
            owed=self.owed,
            problem=self.problem,
            seed=self.seed,
        )
        return replace(self.numbers, best_free=free, best_ruled=ruled, saturated_at=saturated_at)


def what_if_start(
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    problem: "PlanningProblem",
    township_ids: "pd.Index[str]",
    policy: "Policy",
    initial: Choice,
    seed: int,
) -> WhatIfStart:
    """The panel's numbers of a county, all but the best plans.

    Parameters
    ----------
    demand, reach, candidates, problem
        What the phases found, by the policy's own standards.
    township_ids
        All townships.
    policy
        The rules.
    initial
        Where the panel opens.
    seed
        Seed of the search for best plans.
    """
    points, n_before = demand.points, reach.n_institutions
    pairs = _codes(reach)
    counted = np.flatnonzero(reach.counted_mask)
    columns = csc_array(pairs[:, n_before:])
    columns.sort_indices()
    quota = {one.township_id: one.minimum for one in policy.quotas}
    home = np.asarray(township_ids.get_indexer(candidates["township_id"]), dtype=np.int64)
    may = problem.open_columns()
    owed = np.minimum(
        np.maximum(problem.quota_minimum - problem.existing_count, 0),
        np.bincount(home[may & (home >= 0)], minlength=len(township_ids)),
    )
    reading = _compared(policy.coverage.headline)
    weight = np.ones(len(points)) if reading == "communities" else points[reading].to_numpy(float)
    unplaced = demand.unplaced.reindex(township_ids, fill_value=0.0)
    places = reach.counted["places"].fillna(0.0).groupby(reach.counted["township_id"]).sum()
    numbers = WhatIf(
        today=_together(csr_array(pairs[:, counted])),
        codes=columns,
        urban=points["area_kind"].eq("urban").to_numpy(bool),
        township_idx=np.asarray(township_ids.get_indexer(points["township_id"]), dtype=np.int64),
        residents=points["residents"].to_numpy(float),
        under3=points["under3"].to_numpy(float),
        unplaced_residents=unplaced["residents"].to_numpy(float),
        unplaced_under3=unplaced["under3"].to_numpy(float),
        quota=np.array([quota.get(one, 0) for one in township_ids], dtype=np.int64),
        existing=problem.existing_count,
        existing_places=places.reindex(township_ids, fill_value=0.0).to_numpy(float),
        owed=owed,
        places_now=problem.places_now,
        n_places_unknown=int(reach.counted["places"].isna().sum()),
        locked={int(j): True for j in problem.forced} | {int(j): False for j in problem.forbidden},
        candidate_township_idx=home,
        usable=np.asarray(problem.usable, dtype=bool),
        sizes=_sizes(problem, stated=candidates["cost_10k_yuan"].notna().to_numpy(bool)),
        conflicts=problem.conflict,
        reading=reading,
        best_free=(),
        best_ruled={},
        saturated_at=-1,
        per_1000=policy.places.per_1000,
        target_share=policy.coverage.target_share,
        headline=policy.coverage.headline,
        urban_standard=policy.coverage.urban,
        rural_standard=policy.coverage.rural,
        initial=initial,
        max_new=problem.max_new,
        max_cost=problem.max_cost,
    )
    return WhatIfStart(
        numbers=numbers,
        covers=csr_array(reach.covers_candidates),
        weight=weight,
        covered_now=reach.covered_now,
        group=home,
        owed=owed,
        problem=problem,
        seed=seed,
    )


def _compared(headline: str) -> str:
    """The reading by which plans are compared: the headline's, by reach; residents where it counts townships or area."""
    reading = headline.removesuffix("_places")
    return "residents" if reading in {"townships", "built_up"} else reading


def _codes(reach: "Reach") -> csr_array:
    """``(n_demand, n_facility)`` codes; pairs that no standard covers have no entry."""
    walk, covers = reach.walk_m.tocoo(), reach.covers.tocoo()
    # The least standard at which the closed comparison holds, found by comparing and not by dividing.
    step = np.searchsorted(np.array(STANDARDS_M, dtype=float), walk.data, side="left")
    near = step < len(STANDARDS_M)
    data = np.concatenate([step[near] + 1, np.full(covers.nnz, OWN)]).astype(np.int64)
    row = np.concatenate([walk.row[near], covers.row])
    column = np.concatenate([walk.col[near], covers.col])
    return csr_array((data, (row, column)), shape=reach.cost.shape)


def _together(codes: csr_array) -> "NDArray[np.uint8]":
    """``(n_row,)`` the code of all columns together: the least step, and the policy's own standard if any is within."""
    row = np.repeat(np.arange(codes.shape[0]), np.diff(codes.indptr))
    step, own = codes.data & STEP_BITS, codes.data & OWN
    least = np.full(codes.shape[0], STEP_BITS)
    np.minimum.at(least, row[step > 0], step[step > 0])
    found = np.where(least < STEP_BITS, least, 0)
    found[row[own > 0]] |= OWN
    return found.astype(np.uint8)


def _sizes(
    problem: "PlanningProblem", *, stated: "NDArray[np.bool_]"
) -> "tuple[tuple[tuple[float, float], ...], ...]":
    return tuple(
        tuple((places, cost if stated[j] else float("nan")) for places, cost in sizes_of(problem, j).items())
        for j in range(problem.n_candidate)
    )


def sizes_of(problem: "PlanningProblem", j: int) -> dict[float, float]:
    """Sizes that a candidate can be built at, the smallest first: places, and what it then costs."""
    mine = problem.sizes.column == j
    smaller = dict(zip(problem.sizes.places[mine].tolist(), problem.sizes.cost[mine].tolist(), strict=True))
    return dict(sorted((smaller | {float(problem.places[j]): float(problem.site_cost[j])}).items()))


def best_plans(
    covers: csr_array,
    *,
    weight: "NDArray[np.float64]",
    covered_now: "NDArray[np.bool_]",
    group: "NDArray[np.int64]",
    owed: "NDArray[np.int64]",
    problem: "PlanningProblem",
    seed: int,
) -> tuple[tuple[BestPlan, ...], dict[int, BestPlan], int]:
    """The most that each number of new sites covers, whatever their townships, and with the quotas kept.

    Candidates that the project forces in or keeps out stay so; plots, money and places are left aside, so that the bounds
    hold with them too.

    Parameters
    ----------
    covers
        ``(n_demand, n_candidate)`` within the standard.
    weight, covered_now
        ``(n_demand,)`` what is compared, and whether it is covered today.
    group
        ``(n_candidate,)`` township of each candidate, or -1.
    owed
        ``(n_township,)`` new sites that the quotas ask for and candidates can give.
    problem
        Which candidates may and must be taken.
    seed
        Of the search.

    Returns
    -------
    From the forced sites alone to where more adds nothing, at most `MOST_POINTS`; by number of sites those that keep the
    quotas; and the number of sites from which on more adds nothing, -1 where that was not reached.
    """
    may = np.flatnonzero(problem.open_columns())
    left = np.flatnonzero(~covered_now & (weight > 0))
    inside = csr_array(covers[left][:, may])
    if inside.nnz > SMALL_REACH or not len(may):
        return (), {}, -1
    free_cost = csr_array((np.zeros(inside.nnz), inside.indices, inside.indptr), shape=inside.shape)
    mine, now = weight[left], float(weight[covered_now].sum())
    fixed = np.flatnonzero(np.isin(may, problem.forced))
    all_open = now + float(mine[np.diff(inside.indptr) > 0].sum())
    quotas = {int(k): (int(owed[k]), None) for k in np.flatnonzero(owed)}
    home, deadline = group[may], perf_counter() + POINTS_S

    def best(n_sites: int, rules: "Mapping[int, tuple[int, None]]") -> BestPlan | None:
        seconds = min(POINT_S, deadline - perf_counter())
        if seconds <= 0:
            return None
        found = max_coverage(
            free_cost,
            mine,
            p=n_sites,
            standard=0.0,
            group=home if rules else None,
            quotas=dict(rules) if rules else None,
            fixed=fixed,
            time_limit_s=seconds,
            seed=seed,
        )
        if found.status == "infeasible":
            return None
        return BestPlan(
            n_sites=n_sites,
            columns=may[found.selected],
            covered_weight=now + found.objective,
            bound_weight=min(now + found.bound, all_open),
        )

    free: list[BestPlan] = []
    ruled: dict[int, BestPlan] = {}
    last = min(len(may), len(fixed) + MOST_POINTS)
    for n_sites in range(len(fixed), last + 1):
        plan = best(n_sites, {})
        if plan is None:
            break
        free.append(plan)
        if n_sites >= owed.sum():
            built = np.bincount(group[plan.columns][group[plan.columns] >= 0], minlength=len(owed))
            kept = plan if (built >= owed).all() else best(n_sites, quotas)
            if kept is not None:
                ruled[n_sites] = kept
        if plan.covered_weight >= all_open * (1 - 1e-12):
            return tuple(free), ruled, n_sites
    return tuple(free), ruled, -1
