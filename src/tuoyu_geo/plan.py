"""From layers to a siting problem on arrays, and from chosen columns back to sites on a map."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.spatial import cKDTree

from tuoyu_geo.candidates import smaller_sizes
from tuoyu_geo.cut import cut
from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.plan_rows import demand_rows
from tuoyu_geo.siting import PlanningProblem

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


# Two candidates nearer than this stand on one plot, where one of them can be built.
SAME_PLOT_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingChoices:
    """What the planner settled before the search.

    Attributes
    ----------
    budget
        Most new sites, or None for as many as the rules need.
    budget_10k_yuan
        Most that the new sites may cost together [10,000 yuan], or None for no limit.
    first
        Which comes first once the rules are met: fewest "sites", or least "cost".
    spacing_m
        Least straight-line distance between two new sites [m], or None.
    stated_places
        Whether a candidate whose places are stated has "exactly" those, or "at_most".
    fixed_cost_share
        Share of a candidate's cost that a smaller size does not save, 0 to 1.
    forced, forbidden
        Ids of candidates that must, or must not, be taken.
    """

    budget: int | None
    budget_10k_yuan: float | None
    first: Literal["sites", "cost"]
    spacing_m: float | None
    stated_places: Literal["exactly", "at_most"]
    fixed_cost_share: float
    forced: tuple[str, ...]
    forbidden: tuple[str, ...]


def build_problem(
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    gaps: "gpd.GeoDataFrame",
    township_ids: "pd.Index[str]",
    policy: "Policy",
    choices: SitingChoices,
) -> PlanningProblem:
    """The siting problem of a county, as arrays.

    Columns are the candidates in the layer's order. Rows are the demand points, then a row for each township's unplaced
    people (whom no site can cover), or for each township where the policy counts townships, or for each cell of built-up
    area where it goes by that [km2], and, where the headline reading goes by reach, a row of no weight for each new estate. New estates that have no facility of their own must get
    all their places, from new sites or from places that nobody uses; a place is given once.

    Raises
    ------
    SitingError
        A forced or forbidden id is not a candidate, or a forced one can't be used.
    """
    column = {candidate_id: j for j, candidate_id in enumerate(candidates.index)}
    _require_known([*choices.forced, *choices.forbidden], column, candidates)
    counted = reach.counted
    minimum = {quota.township_id: quota.minimum for quota in policy.quotas}
    group = township_ids.get_indexer(candidates["township_id"])
    existing = counted.groupby("township_id").size().reindex(township_ids, fill_value=0)
    places_now = counted["places"].fillna(0.0).groupby(counted["township_id"]).sum()
    rows = demand_rows(
        demand=demand, reach=reach, candidates=candidates, gaps=gaps, township_ids=township_ids, policy=policy
    )
    cost = filled_cost(candidates)
    return PlanningProblem(
        covers=rows.covers,
        weight=rows.weight,
        covered_now=rows.covered_now,
        group=np.asarray(group, dtype=np.int64),
        quota_minimum=np.array([minimum.get(township_id, 0) for township_id in township_ids], dtype=np.int64),
        existing_count=existing.to_numpy(np.int64),
        places=candidates["places"].to_numpy(float),
        places_now=float(counted["places"].fillna(0).sum()),
        places_required=required_places(demand, policy=policy),
        coverage_target_share=policy.coverage.target_share,
        site_cost=cost,
        usable=candidates["usable"].to_numpy(bool),
        must_serve=rows.must_serve,
        conflict=_too_close(reach, candidates, spacing_m=choices.spacing_m),
        forced=np.array([column[one] for one in choices.forced], dtype=np.int64),
        forbidden=np.array([column[one] for one in choices.forbidden], dtype=np.int64),
        max_new=choices.budget,
        max_cost=choices.budget_10k_yuan,
        first=choices.first,
        capacity=rows.capacity,
        sizes=smaller_sizes(
            candidates,
            cost=cost,
            policy=policy,
            stated_places=choices.stated_places,
            fixed_cost_share=choices.fixed_cost_share,
        ),
        group_places_now=places_now.reindex(township_ids, fill_value=0.0).to_numpy(float),
        group_places_required=_township_places(demand, township_ids, policy),
    )


def filled_cost(candidates: "gpd.GeoDataFrame") -> "NDArray[np.float64]":
    """``(n_candidate,)`` cost at full size [10,000 yuan]; where none is stated, the median cost a place × the places.

    So silence is neither cheap nor dear. Where nobody states a cost, all cost nothing.
    """
    cost, places = candidates["cost_10k_yuan"].to_numpy(float), candidates["places"].to_numpy(float)
    stated = np.isfinite(cost) & (places > 0)
    usual = float(np.median(cost[stated] / places[stated])) if stated.any() else 0.0
    return np.asarray(np.where(np.isfinite(cost), cost, usual * places), dtype=np.float64)


def required_places(demand: "Demand", *, policy: "Policy") -> float:
    """Places the ratio asks for: residents, placed or not, × places per 1,000, rounded up to whole places."""
    residents = demand.points["residents"].sum() + demand.unplaced["residents"].sum()
    return float(np.ceil(residents * policy.places.per_1000 / 1000 - 1e-9))


def _township_places(
    demand: "Demand", township_ids: "pd.Index[str]", policy: "Policy"
) -> "NDArray[np.float64]":
    """Places each township must have itself, where its quota says so; 0 elsewhere."""
    people = demand.points.groupby("township_id")["residents"].sum().reindex(
        township_ids, fill_value=0.0
    ) + demand.unplaced["residents"].reindex(township_ids, fill_value=0.0)
    ratio = {quota.township_id: quota.places_per_1000 or 0.0 for quota in policy.quotas}
    wanted = np.array([people[one] * ratio.get(one, 0.0) / 1000 for one in township_ids], dtype=np.float64)
    return np.asarray(np.ceil(wanted - 1e-9), dtype=np.float64)


def _too_close(
    reach: "Reach", candidates: "gpd.GeoDataFrame", *, spacing_m: float | None
) -> "tuple[NDArray[np.int64], ...]":
    """Pairs of candidates of which one may be taken: on one plot (the same point to the metre), or closer than asked."""
    xy = reach.facility_xy[reach.n_institutions :]
    usable = np.flatnonzero(candidates["usable"].to_numpy(bool))
    if len(usable) < 2:
        return ()
    tree = cKDTree(xy[usable])
    pairs = set(map(tuple, tree.query_pairs(SAME_PLOT_M, output_type="ndarray").tolist()))
    if spacing_m is not None:
        near = tree.query_pairs(spacing_m, output_type="ndarray")
        apart = np.hypot(*(xy[usable[near[:, 0]]] - xy[usable[near[:, 1]]]).T)
        pairs |= set(map(tuple, near[apart < spacing_m].tolist()))
    return tuple(usable[list(pair)] for pair in sorted(pairs))


def _require_known(ids: list[str], column: dict[str, int], candidates: "gpd.GeoDataFrame") -> None:
    unknown = [one for one in ids if one not in column]
    if unknown:
        raise SitingError(text("plan.unknown_ids", found=listed(unknown), n=len(candidates)))


def sites_frame(
    result: "PlanResult",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    townships: "gpd.GeoDataFrame",
    policy: "Policy",
    fixed_cost_share: float,
) -> "gpd.GeoDataFrame":
    """Chosen sites in the order in which to open them, with what each adds.

    Returns
    -------
    The columns of `Outcome.sites`, index candidate_id.
    """
    covered = reach.covered_now.copy()
    residents = demand.points["residents"].to_numpy(float)
    under3 = demand.points["under3"].to_numpy(float)
    counts = reach.counted.groupby("township_id").size().to_dict()
    minimum = {quota.township_id: quota.minimum for quota in policy.quotas}
    by_column = reach.covers_candidates.tocsc()
    size = dict(zip(result.selected.tolist(), result.site_places.tolist(), strict=True))
    built_up = reach.built_up if policy.coverage.headline == "built_up" else None
    open_km2 = None if built_up is None else built_up.open_km2(reach.counted_mask)
    cells_of = None if built_up is None else built_up.covers.tocsc()
    gained, reasons = [], []
    for j in result.order:
        site = candidates.iloc[int(j)]
        rows = by_column.indices[by_column.indptr[j] : by_column.indptr[j + 1]]
        fresh = rows[~covered[rows]]
        covered[fresh] = True
        gain = (float(residents[fresh].sum()), float(under3[fresh].sum()))
        gained.append(gain)
        township_id = site["township_id"]
        had, least = counts.get(township_id, 0), minimum.get(township_id, 0)
        name = townships["name"].get(township_id, township_id)
        words = [text("plan.reason_gain", residents=gain[0], under3=gain[1], places=size[int(j)])]
        if had < least:
            words.insert(0, text("plan.reason_quota", name=name, had=had, minimum=least))
        gained_km2 = 0.0
        if open_km2 is not None and cells_of is not None:
            column = reach.n_institutions + int(j)
            cells = cells_of.indices[cells_of.indptr[column] : cells_of.indptr[column + 1]]
            gained_km2 = float(open_km2[cells].sum())
            open_km2[cells] = 0.0
            if gained_km2 > 0:
                words.append(text("plan.reason_area", km2=cut(gained_km2, digits=2)))
        if had >= least and gain[0] == 0 and gained_km2 == 0:
            words.append(text("plan.reason_places"))
        if size[int(j)] < site["places"]:
            words.append(text("plan.reason_size", full=site["places"], places=size[int(j)]))
        if site["places_method"] == "capped":
            words.append(text("plan.reason_capped", stated=site["places_stated"], most=site["places"]))
        counts[township_id] = had + 1
        reasons.append(text("words.list_semicolon").join(words))
    chosen = candidates.iloc[[int(j) for j in result.order]]
    places = np.array([size[int(j)] for j in result.order], dtype=float)
    shrink = fixed_cost_share + (1 - fixed_cost_share) * places / chosen["places"].to_numpy(float)
    smaller = places < chosen["places"].to_numpy(float)
    return chosen.assign(
        order=np.arange(1, len(chosen) + 1),
        places=places,
        places_full=chosen["places"],
        cost_10k_yuan=np.where(smaller, chosen["cost_10k_yuan"] * shrink, chosen["cost_10k_yuan"]),
        cost_method=np.where(
            chosen["cost_10k_yuan"].isna(), "unstated", np.where(smaller, "estimated", "measured")
        ),
        gained_residents=[gain[0] for gain in gained],
        gained_under3=[gain[1] for gain in gained],
        reason=reasons,
    )
