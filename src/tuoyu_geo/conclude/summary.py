"""What summary.json holds."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tuoyu_geo.messages import listed
from tuoyu_geo.plan import required_places
from tuoyu_geo.schema import SCHEMAS

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.policy.clause import Clause
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


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
