"""With what each estate that lacks a facility can be mended: a chosen site, a candidate in reach, or nothing known yet."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.reach import Reach

COLUMNS = ("way", "facility_id", "name", "method", "places", "cost", "cost_unit", "n_options")
MENDED = ("new_missing", "new_shared", "built_missing")


def ways_to_mend(
    gaps: "gpd.GeoDataFrame",
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
) -> pd.DataFrame:
    """For every estate flagged, the nearest chosen site within its standard, else the nearest usable candidate.

    Parameters
    ----------
    gaps
        Flags of today.
    demand
        The points that `reach` has rows for.
    reach
        Costs; institutions and then candidates.
    candidates, sites
        Rated candidates, and those of them that were chosen, with the places they get.

    Returns
    -------
    A row a flag of `MENDED`, index gap_id; columns way ("plan", "candidate", "none"), facility_id, name, method, places,
    cost and cost_unit (None and NaN where the way is "none"), n_options (usable candidates within the standard, chosen ones
    included). Candidates without a method have None there.
    """
    asked = gaps[gaps["flag"].isin(MENDED)]
    usable = candidates["usable"].to_numpy(bool)
    chosen = candidates.index.isin(sites.index)
    names, ids = candidates["name"].to_numpy(object), candidates.index.to_numpy(object)
    methods, offered = candidates["method"].to_numpy(object), candidates["places"].to_numpy(float)
    planned = sites["places"].reindex(candidates.index).to_numpy(float)
    cost = reach.cost.tocsr()
    rows: list[tuple[object, ...]] = []
    for i in demand.points.index.get_indexer(pd.Index(asked["subject_id"], dtype=object)):
        span = slice(cost.indptr[i], cost.indptr[i + 1])
        column, away = cost.indices[span] - reach.n_institutions, cost.data[span]
        inside = (column >= 0) & (away <= reach.standard[i])
        column, away = column[inside], away[inside]
        fit = usable[column] | chosen[column]
        column, away = column[fit], away[fit]
        # chosen ones first, then the nearest, then the layer's order
        order = np.lexsort((column, away, ~chosen[column]))
        if not len(order):
            rows.append(("none", None, None, None, np.nan, np.nan, None, 0))
            continue
        best = int(column[order[0]])
        method = methods[best]
        rows.append(
            (
                "plan" if chosen[best] else "candidate",
                str(ids[best]),
                str(names[best]),
                method if isinstance(method, str) else None,
                float((planned if chosen[best] else offered)[best]),
                float(away[order[0]]),
                str(reach.cost_unit[i]),
                len(order),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS), index=asked.index)
