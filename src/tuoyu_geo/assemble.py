"""From the phases of a run to its outcome: every figure that is shown, worked out once and from the layers."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tuoyu_geo.coverage import coverage_table, nearest_facility
from tuoyu_geo.gaps import Supply, count_by_township, flag_gaps, is_new_estate, rule_residents
from tuoyu_geo.messages import listed, text
from tuoyu_geo.plan import required_places, sites_frame
from tuoyu_geo.policy import Evidence, Standing
from tuoyu_geo.schema import SCHEMAS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.policy.clause import Clause
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


def supply_of(reach: "Reach", *, serving: "NDArray[np.bool_]") -> Supply:
    """The serving facilities, as flags need them."""
    columns = np.flatnonzero(serving)
    return Supply(
        facilities=reach.facilities.iloc[columns],
        cost=reach.cost[:, columns],
        straight=reach.straight[:, columns],
        is_remote=reach.beyond_remote(serving=serving),
    )


def at_planned_size(reach: "Reach", result: "PlanResult") -> "Reach":
    """The same reach, with the chosen candidates at the sizes that the plan gives them."""
    rows = reach.n_institutions + np.asarray(result.selected, dtype=np.int64)
    facilities = reach.facilities.copy()
    for name in ("places", "spare_places"):
        facilities.iloc[rows, facilities.columns.get_loc(name)] = result.site_places
    return replace(reach, facilities=facilities)


def served_demand(
    demand: "Demand",
    reach: "Reach",
    *,
    planned: "NDArray[np.bool_]",
    place_share: "Mapping[str, NDArray[np.float64]]",
) -> "gpd.GeoDataFrame":
    """Demand points with what serves them today and with the plan: the columns of `Outcome.demand`.

    `place_share` holds, by moment ("today", "plan"), the share of its needed places that each point gets.
    """
    frame = demand.points.assign(cost_unit=reach.cost_unit, standard=reach.standard, snap_m=reach.snap_m)
    for moment, share in place_share.items():
        frame[f"place_{moment}_share"] = share
    for moment, mask in (("today", reach.counted_mask), ("plan", planned)):
        nearest = nearest_facility(reach, serving=mask).set_index(frame.index)
        frame[f"nearest_{moment}_id"] = nearest["nearest_id"]
        frame[f"nearest_{moment}_cost"] = nearest["nearest_cost"]
        frame[f"nearest_{moment}_method"] = nearest["nearest_method"]
        frame[f"covered_{moment}"] = nearest["covered"]
    return frame


def township_frame(
    layers: "Layers",
    *,
    demand: "Demand",
    served: "gpd.GeoDataFrame",
    reach: "Reach",
    planned: "NDArray[np.bool_]",
    policy: "Policy",
) -> "gpd.GeoDataFrame":
    """Townships with quotas, people, places and coverage: the columns of `Outcome.townships`."""
    townships = layers.townships
    ids = townships.index
    people = (
        served.groupby("township_id")[["residents", "under3"]].sum().reindex(ids, fill_value=0.0)
        + demand.unplaced
    )
    facilities = reach.facilities
    today, after = facilities[reach.counted_mask], facilities[planned]
    quota = pd.Series({one.township_id: one.minimum for one in policy.quotas}, dtype=float).reindex(
        ids, fill_value=0
    )
    existing = count_by_township(today, township_ids=ids)
    total = count_by_township(after, township_ids=ids)
    covered = {
        moment: served["residents"]
        .where(served[f"covered_{moment}"], 0.0)
        .groupby(served["township_id"])
        .sum()
        .reindex(ids, fill_value=0.0)
        for moment in ("today", "plan")
    }
    share = {
        moment: (covered[moment] / people["residents"]).where(people["residents"] > 0) for moment in covered
    }
    return townships.drop(columns=["residents"]).assign(
        quota=quota.astype(int),
        existing=existing,
        proposed=total - existing,
        shortfall=(quota - total).clip(lower=0).astype(int),
        met=total >= quota,
        residents=people["residents"],
        under3=people["under3"],
        places_today=_places(today, ids),
        places_plan=_places(after, ids),
        places_required=people["residents"] * policy.places.per_1000 / 1000,
        covered_today_share=share["today"],
        covered_plan_share=share["plan"],
    )


def _places(facilities: pd.DataFrame, ids: "pd.Index[str]") -> "pd.Series[float]":
    return (
        facilities["places"].fillna(0.0).groupby(facilities["township_id"]).sum().reindex(ids, fill_value=0.0)
    )


def standing(
    layers: "Layers",
    *,
    served: "gpd.GeoDataFrame",
    candidates: "gpd.GeoDataFrame",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    gaps: "gpd.GeoDataFrame",
    covered_share: float,
    reading: str,
    residents: float,
    policy: "Policy",
) -> Standing:
    """The figures by which clauses are judged, for one set of serving facilities."""
    estates = layers.communities
    people = rule_residents(served).reindex(estates.index)
    new = is_new_estate(estates, after=policy.estates.new_after) & (
        people >= policy.estates.minimum_residents
    )
    facilities = reach.facilities[serving]
    flags = gaps["flag"].value_counts()
    n = reach.n_institutions
    covered = "covered_plan" if serving[n:].any() else "covered_today"
    evidence = Evidence(
        institutions=layers.institutions.assign(counted=reach.counted_mask[:n]),
        candidates=candidates.assign(selected=serving[n:]),
        demand=served.assign(covered=served[covered]).join(
            estates[["has_facility", "completed_on", "built_year"]]
        ),
        townships=layers.townships,
        gaps=gaps,
        uncovered=_uncovered(
            layers, served=served, covered=served[covered], reach=reach, serving=serving, policy=policy
        ),
    )
    return Standing(
        counts={str(key): int(n) for key, n in facilities.groupby("township_id").size().items()},
        covered_share=covered_share,
        reading=reading,
        places=float(facilities["places"].fillna(0).sum()),
        n_places_unknown=int(facilities["places"].isna().sum()),
        residents=residents,
        n_new=int(new.sum()),
        n_new_missing=int(flags.get("new_missing", 0)),
        n_new_shared=int(flags.get("new_shared", 0)),
        n_built=int(((estates["status"] == "built") & ~new).sum()),
        n_built_missing=int(flags.get("built_missing", 0)),
        evidence=evidence,
    )


def _uncovered(
    layers: "Layers",
    *,
    served: "gpd.GeoDataFrame",
    covered: "pd.Series[bool]",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
) -> pd.DataFrame:
    """As `Evidence.uncovered`."""
    if policy.coverage.headline == "built_up" and reach.built_up is not None:
        frame, home = layers.townships, reach.built_up.cells.township_idx
        by, most = "open_km2", np.bincount(home, reach.built_up.open_km2(serving), minlength=len(frame))
        frame = frame.assign(township_id=frame.index, **{by: most})
        left = frame[frame[by] > 0]
    else:
        by, left = "residents", served[~covered.astype(bool) & (served["residents"] > 0)]
    return left.sort_values(by, ascending=False, kind="stable")


def gaps_of(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
) -> "gpd.GeoDataFrame":
    """Flags with one set of serving facilities."""
    return flag_gaps(
        layers,
        demand=demand.points,
        standard=reach.standard,
        cost_unit=reach.cost_unit,
        supply=supply_of(reach, serving=serving),
        policy=policy,
    )


def planned_mask(reach: "Reach", result: "PlanResult") -> "NDArray[np.bool_]":
    """``(n_facility,)`` what serves with the plan: what counts today, and the chosen candidates."""
    mask = reach.counted_mask.copy()
    mask[reach.n_institutions + np.asarray(result.selected, dtype=np.int64)] = True
    return mask


def shortfall_sentences(
    townships: "gpd.GeoDataFrame",
    *,
    candidates: "gpd.GeoDataFrame",
    coverage: pd.DataFrame,
    places: Mapping[str, float],
    policy: "Policy",
    unmet_estates: int,
) -> tuple[str, ...]:
    """What the plan can't meet, a sentence each; quotas name the township, its candidates and why they dropped out."""
    sentences = []
    for township_id, row in townships[townships["shortfall"] > 0].iterrows():
        local = candidates[candidates["township_id"] == township_id]
        dropped = local["unusable_reason"].dropna().value_counts()
        sentences.append(
            text(
                "plan.short_quota",
                name=row["name"],
                minimum=row["quota"],
                existing=row["existing"],
                proposed=row["proposed"],
                short=row["shortfall"],
                n=len(local),
                usable=int(local["usable"].sum()),
                dropped=listed(text("plan.dropped", reason=reason, n=n) for reason, n in dropped.items())
                or text("plan.dropped_none"),
            ),
        )
    head = coverage[coverage["headline"]].iloc[0]
    if head["after"] < policy.coverage.target_share - 1e-9:
        sentences.append(
            text(
                "plan.short_coverage",
                label=head["label"],
                share=math.floor(head["after"] * 1000) / 1000,
                target=policy.coverage.target_share,
            )
        )
    if places["existing"] + places["proposed"] < places["required"]:
        sentences.append(
            text(
                "plan.short_places", have=places["existing"] + places["proposed"], required=places["required"]
            )
        )
    if unmet_estates:
        sentences.append(text("plan.short_estates", n=unmet_estates))
    return tuple(sentences)


def summarise(
    *,
    title: str,
    policy: "Policy",
    townships: "gpd.GeoDataFrame",
    demand: "Demand",
    reach: "Reach",
    sites: "gpd.GeoDataFrame",
    coverage: pd.DataFrame,
    coverage_detail: Mapping[str, object],
    access: Mapping[str, object],
    gaps: "gpd.GeoDataFrame",
    clauses: "tuple[Clause, ...]",
    result: "PlanResult",
) -> dict[str, Any]:
    """What `summary.json` holds."""
    residents = float(demand.points["residents"].sum() + demand.unplaced["residents"].sum())
    under3 = float(demand.points["under3"].sum() + demand.unplaced["under3"].sum())
    counted = reach.counted
    existing_places = float(counted["places"].fillna(0).sum())
    proposed_places = float(sites["places"].sum())
    readings = coverage[~coverage["reading"].str.startswith("walk_")]
    head = coverage[coverage["headline"]].iloc[0]
    return {
        "schema_version": SCHEMAS["summary"],
        "project": title,
        "policy": policy.id,
        "population": {"residents": _whole(residents), "under3": _whole(under3)},
        "institutions": {
            "existing": reach.n_institutions,
            "counted": len(counted),
            "proposed": len(sites),
        },
        "places": {
            "existing": _whole(existing_places),
            "proposed": _whole(proposed_places),
            "required": _whole(required_places(demand, policy=policy)),
            "cost_10k_yuan": float(sites["cost_10k_yuan"].sum()),
            "cost_unstated_sites": int(sites["cost_10k_yuan"].isna().sum()),
            "cost_estimated_sites": int(sites["cost_method"].eq("estimated").sum()),
            "per_1000": 1000 * existing_places / residents if residents else 0.0,
            "per_1000_plan": 1000 * (existing_places + proposed_places) / residents if residents else 0.0,
        },
        "coverage": {
            "headline": policy.coverage.headline,
            "target": policy.coverage.target_share,
            "standard_m": None if math.isnan(head["standard_m"]) else head["standard_m"],
            "standards": {
                "urban": policy.coverage.urban.model_dump(),
                "rural": policy.coverage.rural.model_dump(),
            },
            "before": {row.reading: _number(row.before) for row in readings.itertuples()},
            "after": {row.reading: _number(row.after) for row in readings.itertuples()},
            "walking": [
                {
                    "scope": row.reading.removeprefix("walk_"),
                    "standard_m": row.standard_m,
                    "before": _number(row.before),
                    "after": _number(row.after),
                }
                for row in coverage[coverage["reading"].str.startswith("walk_")].itertuples()
            ],
            "method": reach.method,
            **coverage_detail,
        },
        "access": dict(access),
        "townships": [
            {
                "code": str(row.Index),
                "name": row.name,
                "quota": int(row.quota),
                "existing": int(row.existing),
                "proposed": int(row.proposed),
                "met": bool(row.met),
                "residents": _whole(row.residents),
                "under3": _whole(row.under3),
                "places_today": _whole(row.places_today),
                "places_plan": _whole(row.places_plan),
                "covered_share": _number(row.covered_plan_share),
                "covered_share_today": _number(row.covered_today_share),
                "unmet_places_today": _number(row.unmet_places_today),
                "unmet_places_plan": _number(row.unmet_places_plan),
            }
            for row in townships.itertuples()
        ],
        "flags": {flag: int(n) for flag, n in gaps["flag"].value_counts(sort=False).items()},
        "clauses": [
            {
                "id": clause.id,
                "department": listed(clause.departments),
                "status": clause.status_plan,
                "observed": clause.observed_plan,
                "status_today": clause.status_today,
                "observed_today": clause.observed_today,
                "target": clause.target,
                "kind": clause.kind,
                "section": clause.section,
                "quotation": clause.quotation,
                "note": clause.note,
                "missing": clause.missing_plan,
                "missing_today": clause.missing_today,
                "places": sorted(place.id for place in clause.places_plan),
                "places_today": sorted(place.id for place in clause.places_today),
                "action": clause.action,
            }
            for clause in clauses
        ],
        "solver": {
            "status": result.status,
            "objective": _number(result.objective),
            "bound": _number(result.bound),
            "gap": _number(result.gap),
            # Rounded up to the next minute and said so: a search of 9.9 s here and 10.1 s there must give the same
            # bytes. manifest.json has the exact time.
            "seconds": 60 * math.ceil(result.seconds / 60),
            "seconds_rounded_up_to": 60,
            "seed": result.seed,
            "stages": [
                {
                    "name": stage.name,
                    "objective": _number(stage.objective),
                    "bound": _number(stage.bound),
                    "gap": _number(stage.gap),
                    "status": stage.status,
                }
                for stage in result.stages
            ],
        },
        "sites": [str(site_id) for site_id in sites.index],
    }


def _whole(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _number(value: float) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


__all__ = [
    "coverage_table",
    "gaps_of",
    "planned_mask",
    "served_demand",
    "shortfall_sentences",
    "sites_frame",
    "standing",
    "summarise",
    "township_frame",
]
