"""By which streets people go: the names along the way to the nearest institution."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.messages import text
from tuoyu_geo.network import routes
from tuoyu_geo.reach.travel import travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach

# A piece of a way lies on the road it was made from but for the coordinates' rounding.
_ON_ROAD_M = 2.0
_MOST_STREETS = 3


def streets_on_the_way(
    served: "gpd.GeoDataFrame", *, reach: "Reach", roads: "gpd.GeoDataFrame", policy: "Policy"
) -> pd.DataFrame:
    """The named streets on the way from each demand point to its nearest institution.

    Parameters
    ----------
    served
        Demand points in the order of the reach's rows; columns area_kind, nearest_today_id, nearest_plan_id.
    reach
        The streets, and where points and facilities join them.
    roads
        Lines with a column name.
    policy
        How people get there.

    Returns
    -------
    Index as `served`; columns street_today, street_plan: up to three names that the way goes along farthest, in the order
    of the way; None where there is no way along streets, or no named one on it.
    """
    found = pd.DataFrame(None, index=served.index, columns=["street_today", "street_plan"], dtype=object)
    names = np.array([name.strip() if isinstance(name, str) else "" for name in roads["name"]], dtype=object)
    if reach.network is None or not any(names):
        return found
    # All roads, so that a way along one without a name is not taken for its neighbour.
    tree = shapely.STRtree(roads.geometry.to_numpy())
    for moment in ("today", "plan"):
        ids = served[f"nearest_{moment}_id"]
        column = reach.facilities.index.get_indexer(ids.where(ids.notna(), ""))
        for area, rule in (("urban", policy.coverage.urban), ("rural", policy.coverage.rural)):
            row = np.flatnonzero((column >= 0) & served["area_kind"].eq(area).to_numpy(bool))
            network, start, end = reach.network, reach.demand_node[row], reach.facility_node[column[row]]
            if rule.mode == "car" and reach.car is not None:
                node = reach.car.node_idx
                network, start, end = reach.car.network, node[row], node[reach.cost.shape[0] + column[row]]
            on = (start >= 0) & (end >= 0)
            ways = routes(network, start[on], end[on], mode=travel_mode(rule, reach.parameters.speeds))
            found.iloc[row[on], found.columns.get_loc(f"street_{moment}")] = pd.Series(
                _names_along([way.xy for way in ways], tree=tree, names=names), dtype=object
            ).to_numpy(object)
    return found


def _names_along(
    courses: "list[NDArray[np.float64]]", *, tree: shapely.STRtree, names: "NDArray[np.object_]"
) -> list[str | None]:
    """For each course (n_vertex, 2) the streets it goes along, in words."""
    pieces = [np.hstack([course[:-1], course[1:]]) for course in courses]
    owner = np.repeat(np.arange(len(courses)), [len(one) for one in pieces])
    if not len(owner):
        return [None] * len(courses)
    piece = np.concatenate(pieces)
    whole = np.hypot(piece[:, 2] - piece[:, 0], piece[:, 3] - piece[:, 1])
    # where a point joins the street, and at crossings, a way has pieces of no length
    kept = np.flatnonzero(whole > _ON_ROAD_M)
    piece, length = piece[kept], whole[kept]
    middle = shapely.points((piece[:, :2] + piece[:, 2:]) / 2)
    at, road = tree.query_nearest(middle, max_distance=_ON_ROAD_M, all_matches=False)
    metres: list[dict[str, float]] = [{} for _ in courses]
    for k, name in zip(at, names[road], strict=True):
        own = metres[owner[kept[k]]]
        if name:
            own[name] = own.get(name, 0.0) + length[k]
    said: list[str | None] = []
    for own in metres:
        longest = sorted(own, key=lambda name: -own[name])[:_MOST_STREETS]
        said.append(text("ways.then").join(name for name in own if name in longest) or None)
    return said
