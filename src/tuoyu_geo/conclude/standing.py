"""The figures and frames by which the clauses are judged, at one moment."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.gaps import is_new_estate, rule_residents
from tuoyu_geo.policy import Evidence, Standing

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


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
