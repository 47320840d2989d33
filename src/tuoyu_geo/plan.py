"""From layers to a siting problem on arrays, and from chosen columns back to sites on a map."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from tuoyu_geo.errors import SitingError
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.siting import PlanningProblem

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SitingChoices:
    """What the planner settled before the search.

    Attributes
    ----------
    budget
        Most new sites, or None for as many as the rules need.
    forced, forbidden
        Ids of candidates that must, or must not, be taken.
    """

    budget: int | None
    forced: tuple[str, ...]
    forbidden: tuple[str, ...]


def rate_candidates(
    layers: "Layers", *, policy: "Policy", files: dict[str, str]
) -> "tuple[gpd.GeoDataFrame, list[Finding]]":
    """Candidates with what each could offer, and why some can't be used.

    Parameters
    ----------
    layers
        Valid layers.
    policy
        The policy.
    files
        File of each layer, as the project names it.

    Returns
    -------
    The candidates with columns added: places (floor area ÷ area a place where none are stated, rounded down),
    places_method ("measured", "estimated"), unusable_reason (text or None), usable; and findings for those left out.
    """
    candidates = layers.candidates
    rule = policy.candidates
    by_area = np.floor(candidates["area_m2"] / policy.places.area_per_place_m2)
    places = candidates["places"].fillna(by_area).fillna(0.0)
    reasons: list[str | None] = []
    for exclusion, floor, n_places in zip(candidates["exclusion"], candidates["floor"], places, strict=True):
        if isinstance(exclusion, str) and exclusion.strip():
            reasons.append(exclusion.strip())
        elif not np.isnan(floor) and not rule.lowest_floor <= floor <= rule.highest_floor:
            reasons.append(
                text("plan.floor_reason", floor=floor, low=rule.lowest_floor, high=rule.highest_floor)
            )
        elif n_places <= 0:
            reasons.append(text("plan.no_places_reason"))
        else:
            reasons.append(None)
    rated = candidates.assign(
        places=places,
        places_method=np.where(candidates["places"].notna(), "measured", "estimated"),
        unusable_reason=pd.Series(reasons, index=candidates.index, dtype=object),
    )
    rated["usable"] = rated["unusable_reason"].isna()
    findings = [
        Finding(
            code="candidate_unusable",
            severity="info",
            layer="candidates",
            file=files.get("candidates", ""),
            row=int(row.source_row),
            column=None,
            found=text("plan.unusable_found", name=row.name, reason=row.unusable_reason),
            allowed=text("plan.unusable_allowed"),
            remedy=text("plan.unusable_remedy"),
        )
        for row in rated[~rated["usable"]]
        .reset_index()[["source_row", "name", "unusable_reason"]]
        .itertuples(index=False)
    ]
    return rated, findings


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

    Columns are the candidates in the layer's order. Rows are the demand points in the policy's headline reading,
    a row for each township's unplaced people (whom no site can cover), and a row of no weight for each new estate
    without a facility, which only candidates with enough places can serve.

    Raises
    ------
    SitingError
        A forced or forbidden id is not a candidate, or a forced one can't be used.
    """
    counted = reach.counted
    weight, covers, covered_now = _coverage_rows(demand, reach, candidates, township_ids, policy)
    missing = gaps[gaps["flag"].eq("new_missing")]
    must_covers = _estate_rows(missing, demand, reach, candidates, policy)
    n_must = must_covers.shape[0]
    column = {candidate_id: j for j, candidate_id in enumerate(candidates.index)}
    _require_known([*choices.forced, *choices.forbidden], column, candidates)
    minimum = {quota.township_id: quota.minimum for quota in policy.quotas}
    group = township_ids.get_indexer(candidates["township_id"])
    existing = counted.groupby("township_id").size().reindex(township_ids, fill_value=0)
    cost = candidates["cost_10k_yuan"].to_numpy(float)
    return PlanningProblem(
        covers=csr_array(vstack([covers, must_covers], format="csr")),
        weight=np.concatenate([weight, np.zeros(n_must)]),
        covered_now=np.concatenate([covered_now, np.zeros(n_must, dtype=bool)]),
        group=np.asarray(group, dtype=np.int64),
        quota_minimum=np.array([minimum.get(township_id, 0) for township_id in township_ids], dtype=np.int64),
        existing_count=existing.to_numpy(np.int64),
        places=candidates["places"].to_numpy(float),
        places_now=float(counted["places"].fillna(0).sum()),
        places_required=required_places(demand, policy=policy),
        coverage_target_share=policy.coverage.target_share,
        # A cost nobody stated is taken as the middle of those stated, so that silence is neither cheap nor dear.
        site_cost=np.nan_to_num(cost, nan=float(np.nanmedian(cost)) if np.isfinite(cost).any() else 0.0),
        usable=candidates["usable"].to_numpy(bool),
        must_serve=np.concatenate([np.zeros(len(weight), dtype=bool), np.ones(n_must, dtype=bool)]),
        forced=np.array([column[one] for one in choices.forced], dtype=np.int64),
        forbidden=np.array([column[one] for one in choices.forbidden], dtype=np.int64),
        max_new=choices.budget,
    )


def required_places(demand: "Demand", *, policy: "Policy") -> float:
    """Places the ratio asks for: residents, placed or not, × places per 1,000, rounded up to whole places."""
    residents = demand.points["residents"].sum() + demand.unplaced["residents"].sum()
    return float(np.ceil(residents * policy.places.per_1000 / 1000 - 1e-9))


def _coverage_rows(
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    township_ids: "pd.Index[str]",
    policy: "Policy",
) -> "tuple[NDArray[np.float64], csr_array, NDArray[np.bool_]]":
    headline = policy.coverage.headline
    if headline == "townships":
        member = township_ids.get_indexer(candidates["township_id"])
        covers = csr_array(
            (np.ones(len(member), dtype=bool), (member, np.arange(len(member)))),
            shape=(len(township_ids), len(member)),
        )
        return np.ones(len(township_ids)), covers, np.asarray(township_ids.isin(reach.counted["township_id"]))
    unplaced = np.zeros(0) if headline == "communities" else demand.unplaced[headline].to_numpy(float)
    unplaced = unplaced[unplaced > 0]
    placed = (
        np.ones(len(demand.points)) if headline == "communities" else demand.points[headline].to_numpy(float)
    )
    nothing = csr_array((len(unplaced), len(candidates)), dtype=bool)
    return (
        np.concatenate([placed, unplaced]),
        csr_array(vstack([reach.covers_candidates, nothing], format="csr")),
        np.concatenate([reach.covered_now, np.zeros(len(unplaced), dtype=bool)]),
    )


def _estate_rows(
    missing: "gpd.GeoDataFrame",
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    policy: "Policy",
) -> csr_array:
    rows = demand.points.index.get_indexer(missing["subject_id"])
    needed = np.ceil(missing["residents"].to_numpy(float) * policy.estates.places_per_1000 / 1000 - 1e-9)
    covers = (
        reach.covers_candidates[rows].tocoo()
        if len(rows)
        else csr_array((0, len(candidates)), dtype=bool).tocoo()
    )
    enough = candidates["places"].to_numpy(float)[covers.col] >= needed[covers.row]
    return csr_array(
        (np.ones(int(enough.sum()), dtype=bool), (covers.row[enough], covers.col[enough])),
        shape=(len(rows), len(candidates)),
    )


def _require_known(ids: list[str], column: dict[str, int], candidates: "gpd.GeoDataFrame") -> None:
    unknown = [one for one in ids if one not in column]
    if unknown:
        raise SitingError(text("plan.unknown_ids", found="、".join(unknown), n=len(candidates)))


def sites_frame(
    result: "PlanResult",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    townships: "gpd.GeoDataFrame",
    policy: "Policy",
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
        words = [text("plan.reason_gain", residents=gain[0], under3=gain[1], places=site["places"])]
        if had < least:
            words.insert(0, text("plan.reason_quota", name=name, had=had, minimum=least))
        elif gain[0] == 0:
            words.append(text("plan.reason_places"))
        counts[township_id] = had + 1
        reasons.append("；".join(words))
    chosen = candidates.iloc[[int(j) for j in result.order]]
    return chosen.assign(
        order=np.arange(1, len(chosen) + 1),
        gained_residents=[gain[0] for gain in gained],
        gained_under3=[gain[1] for gain in gained],
        reason=reasons,
    )
