"""Who is served by what: every demand point with the one institution that serves it, and how long the way is.

The table holds every resident and every child: those who are served, those who are not, and those whose place no
layer knows. What it adds up to is what the coverage figures say.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.messages import text
from tuoyu_geo.network import routes
from tuoyu_geo.travel import travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.network import StreetNetwork
    from tuoyu_geo.policy import Policy, Standard
    from tuoyu_geo.reach import Reach

Moment = Literal["today", "plan"]
MOMENTS: tuple[Moment, ...] = ("today", "plan")


def trace_table(
    served: "gpd.GeoDataFrame", *, demand: "Demand", reach: "Reach", policy: "Policy"
) -> pd.DataFrame:
    """Every demand point, today and with the plan, with the institution that serves it.

    Parameters
    ----------
    served
        Demand points with what serves them, as `Outcome.demand`.
    demand
        People whose place no layer knows are in it.
    reach
        Costs, and the streets.
    policy
        How people get there.

    Returns
    -------
    A row a moment ("today", "plan") and demand point, and a row a moment and township for people whose place is not
    known (demand_id None); columns moment, demand_id, name, township_id, residents, under3, served, institution_id and
    institution_name (None where not served), is_new (a site of the plan), cost, cost_unit, standard, path_m (metres
    along the way there; NaN where not served), path_method ("network", or "straight_line": straight line times the
    detour factor, an estimate).
    """
    parts = []
    for moment in MOMENTS:
        ids = served[f"nearest_{moment}_id"].where(served[f"covered_{moment}"], None)
        column = reach.facilities.index.get_indexer(ids.fillna(""))
        is_served = column >= 0
        length_m, method = path_lengths(
            reach, np.arange(len(served)), column, served["area_kind"].to_numpy(object), policy=policy
        )
        parts.append(
            pd.DataFrame(
                {
                    "moment": moment,
                    "demand_id": served.index.to_numpy(object),
                    "name": served["name"].to_numpy(object),
                    "township_id": served["township_id"].to_numpy(object),
                    "residents": served["residents"].to_numpy(float),
                    "under3": served["under3"].to_numpy(float),
                    "served": is_served,
                    "institution_id": pd.Series(ids.to_numpy(object), dtype=object),
                    "institution_name": pd.Series(
                        [reach.facilities["name"].iloc[j] if j >= 0 else None for j in column], dtype=object
                    ),
                    "is_new": column >= reach.n_institutions,
                    "cost": served[f"nearest_{moment}_cost"].where(is_served).to_numpy(float),
                    "cost_unit": served["cost_unit"].to_numpy(object),
                    "standard": served["standard"].to_numpy(float),
                    "path_m": length_m,
                    "path_method": method,
                }
            )
        )
        parts.append(_unplaced(demand, moment, reach.method))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _unplaced(demand: "Demand", moment: Moment, method: str) -> pd.DataFrame:
    left = demand.unplaced[(demand.unplaced[["residents", "under3"]] > 0).any(axis=1)]
    n = len(left)
    nothing = pd.Series([None] * n, dtype=object)
    return pd.DataFrame(
        {
            "moment": moment,
            "demand_id": nothing,
            "name": [text("trace.unplaced")] * n,
            "township_id": left.index.to_numpy(object),
            "residents": left["residents"].to_numpy(float),
            "under3": left["under3"].to_numpy(float),
            "served": np.zeros(n, dtype=bool),
            "institution_id": nothing,
            "institution_name": nothing,
            "is_new": np.zeros(n, dtype=bool),
            "cost": np.full(n, np.nan),
            "cost_unit": nothing,
            "standard": np.full(n, np.nan),
            "path_m": np.full(n, np.nan),
            "path_method": method,
        }
    )


def path_lengths(
    reach: "Reach",
    demand_idx: "NDArray[np.int64]",
    facility_idx: "NDArray[np.int64]",
    area_kind: "NDArray[np.object_]",
    *,
    policy: "Policy",
) -> "tuple[NDArray[np.float64], NDArray[np.object_]]":
    """Metres of the way from each demand point to a facility, by the mode its area is judged by.

    Parameters
    ----------
    reach
        Costs, and the streets.
    demand_idx, facility_idx
        ``(n_pair,)`` rows and columns of the costs; a facility of -1 has no way.
    area_kind
        ``(n_pair,)`` "urban" or "rural".
    policy
        How people get there.

    Returns
    -------
    ``(n_pair,)`` metres, NaN without a way; and ``(n_pair,)`` "network", or "straight_line" where one end is off the
    streets.
    """
    length_m = np.full(len(demand_idx), np.nan)
    method = np.full(len(demand_idx), reach.method, dtype=object)
    for area, rule in (("urban", policy.coverage.urban), ("rural", policy.coverage.rural)):
        pairs = np.flatnonzero((facility_idx >= 0) & (area_kind == area))
        rows, columns = demand_idx[pairs], facility_idx[pairs]
        streets = _ends(reach, rows, columns, rule)
        on = np.zeros(len(pairs), dtype=bool) if streets is None else (streets[1] >= 0) & (streets[2] >= 0)
        method[pairs[~on]] = "straight_line"
        if streets is not None and rule.unit != "m":
            ways = routes(
                streets[0], streets[1][on], streets[2][on], mode=travel_mode(rule, reach.parameters.speeds)
            )
            length_m[pairs[on]] = [way.length_m for way in ways]
        # Metres are metres already; minutes on a straight line are metres over the mode's speed.
        rest = ~on if rule.unit != "m" else np.ones(len(pairs), dtype=bool)
        metres = 1.0 if rule.unit == "m" else reach.parameters.speeds.of(rule.mode) * 1000 / 60
        length_m[pairs[rest]] = metres * _costs(reach, rows[rest], columns[rest])
    return length_m, method


def _ends(
    reach: "Reach", rows: "NDArray[np.int64]", columns: "NDArray[np.int64]", rule: "Standard"
) -> "tuple[StreetNetwork, NDArray[np.int64], NDArray[np.int64]] | None":
    """The streets as the rule's mode joins them, and both ends' nodes there; None where there are no streets."""
    if reach.network is None:
        return None
    if rule.mode == "car" and reach.car is not None:
        node = reach.car.node_idx
        return reach.car.network, node[rows], node[reach.cost.shape[0] + columns]
    return reach.network, reach.demand_node[rows], reach.facility_node[columns]


def _costs(reach: "Reach", rows: "NDArray[np.int64]", columns: "NDArray[np.int64]") -> "NDArray[np.float64]":
    # A stored zero is a way of no length, so a plain look-up can't tell it from no way; the pairs given have one.
    return np.array([float(reach.cost[i, j]) for i, j in zip(rows, columns, strict=True)], dtype=float)


def with_course(
    rows: pd.DataFrame, *, reach: "Reach", served: "gpd.GeoDataFrame", policy: "Policy"
) -> "gpd.GeoDataFrame":
    """Rows of the trace with the course of each way as a line; no line where there is none.

    Parameters
    ----------
    rows
        Rows of `trace_table`.
    reach, policy
        As for `trace_table`.
    served
        Demand points, for their area and their place.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)
    from shapely.geometry import LineString  # noqa: PLC0415

    lines: list[LineString | None] = []
    for row in rows.itertuples():
        if not row.served:
            lines.append(None)
            continue
        i = np.array([served.index.get_loc(row.demand_id)])
        j = np.array([reach.facilities.index.get_loc(row.institution_id)])
        rule = policy.coverage.urban if served["area_kind"].iloc[i[0]] == "urban" else policy.coverage.rural
        streets = _ends(reach, i, j, rule)
        if streets is None or row.path_method == "straight_line":
            point = served.geometry.iloc[i[0]]
            lines.append(LineString([(point.x, point.y), tuple(reach.facility_xy[j[0]])]))
            continue
        way = routes(*streets, mode=travel_mode(rule, reach.parameters.speeds))[0]
        lines.append(LineString(way.xy) if len(way.xy) > 1 else None)
    return gpd.GeoDataFrame(
        rows, geometry=gpd.GeoSeries(lines, index=rows.index, crs=served.crs), crs=served.crs
    )
