"""Settlements and townships with what serves them today and with the plan."""

from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.coverage import nearest_facility
from tuoyu_geo.gaps import count_by_township

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


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
