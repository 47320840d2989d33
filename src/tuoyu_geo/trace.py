"""Who is served by what: every demand point with the institutions that its people are assigned to, and the way there.

The table holds every resident and every child: those who are served, those who are not, and those whose place no
layer knows. What it adds up to is what the coverage figures say.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.messages import text
from tuoyu_geo.network import routes
from tuoyu_geo.reach.travel import travel_mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.assignment import Assigned
    from tuoyu_geo.demand import Demand
    from tuoyu_geo.network import StreetNetwork
    from tuoyu_geo.policy import Policy, Standard
    from tuoyu_geo.reach import Reach

Moment = Literal["today", "plan"]
MOMENTS: tuple[Moment, ...] = ("today", "plan")
COLUMNS = [
    "moment", "demand_id", "name", "township_id", "residents", "under3", "state", "served", "places", "places_short",
    "institution_id", "institution_name", "is_new", "cost", "cost_unit", "standard", "path_m", "path_method",
]  # fmt: skip


def trace_table(
    served: "gpd.GeoDataFrame",
    *,
    assigned: "Mapping[str, Assigned]",
    demand: "Demand",
    reach: "Reach",
    policy: "Policy",
) -> pd.DataFrame:
    """Every demand point, today and with the plan, with the institutions to which its people are assigned.

    Where people find a place, their institution is the one that gives them the place, which need not be the nearest; a
    demand point whose people go to several has a row for each. Those who find none have a row of their own.

    Parameters
    ----------
    served
        Demand points with what serves them, as `Outcome.demand`.
    assigned
        By moment, the places handed out.
    demand
        People whose place no layer knows are in it.
    reach
        Costs, and the streets.
    policy
        How people get there.

    Returns
    -------
    One or more rows a moment ("today", "plan") and demand point, and a row a moment and township for people whose place is
    not known (demand_id None); columns moment, demand_id, name, township_id, residents, under3 (of this row; the rows of a
    point add up to its people), state ("place": has a place at the institution named; "no_place": within the standard of
    the institution named, where all places go to others; "out_of_reach"; "unplaced": nobody knows where they live;
    "nobody": no residents and no children), served (bool: within the standard of an institution), places (taken at this
    institution by this row), places_short (needed and not found), institution_id and institution_name (the one that gives
    the place; else the nearest within the standard; None where there is none), is_new (a site of the plan), cost,
    cost_unit, standard, path_m (metres along the way there; NaN without an institution), path_method ("network", or
    "straight_line": straight line times the detour factor, an estimate).

    The people of state "place" are those of the readings by places, the people served those of the readings by reach.
    """
    parts = []
    for moment in MOMENTS:
        part = _pieces(served, assigned[moment], moment=moment, reach=reach)
        column, row = part.pop("column").to_numpy(np.int64), part.pop("row").to_numpy(np.int64)
        length_m, method = path_lengths(
            reach, row, column, served["area_kind"].to_numpy(object)[row], policy=policy
        )
        cost = np.full(len(part), np.nan)
        there = column >= 0
        cost[there] = _costs(reach, row[there], column[there])
        own = served.iloc[row]
        names = reach.facilities["name"].to_numpy(object)
        ids = reach.facilities.index.to_numpy(object)
        parts.append(
            part.assign(
                moment=moment,
                demand_id=own.index.to_numpy(object),
                name=own["name"].to_numpy(object),
                township_id=own["township_id"].to_numpy(object),
                served=there,
                institution_id=pd.Series([ids[j] if j >= 0 else None for j in column], dtype=object),
                institution_name=pd.Series([names[j] if j >= 0 else None for j in column], dtype=object),
                is_new=column >= reach.n_institutions,
                cost=cost,
                cost_unit=own["cost_unit"].to_numpy(object),
                standard=own["standard"].to_numpy(float),
                path_m=length_m,
                path_method=method,
            )[COLUMNS]
        )
        parts.append(_unplaced(demand, moment, reach.method))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _pieces(
    served: "gpd.GeoDataFrame", assigned: "Assigned", *, moment: Moment, reach: "Reach"
) -> pd.DataFrame:
    """A row for each institution that gives a demand point places, and one for its people without a place.

    Columns row, column (-1 without an institution), state, residents, under3, places, places_short.
    """
    nearest = reach.facilities.index.get_indexer(
        served[f"nearest_{moment}_id"].where(served[f"covered_{moment}"], None).fillna("")
    )
    residents, under3 = served["residents"].to_numpy(float), served["under3"].to_numpy(float)
    pieces: list[tuple[int, int, str, float, float, float, float]] = []
    given, column, bounds = assigned.places.data, assigned.places.indices, assigned.places.indptr
    for i, (need, share) in enumerate(zip(assigned.need, assigned.share, strict=True)):
        own = slice(bounds[i], bounds[i + 1])
        total = float(given[own].sum())
        parts = sorted(
            zip(given[own].tolist(), column[own].tolist(), strict=True), key=lambda one: (-one[0], one[1])
        )
        parts = [(places, j) for places, j in parts if share > 0 and places > 0]
        for places, j in parts:
            of_row = share * places / total
            pieces.append((i, j, "place", residents[i] * of_row, under3[i] * of_row, need * of_row, 0.0))
        if share < 1 or not parts:
            left = 1.0 - share if parts else 1.0
            j = int(nearest[i])
            is_empty = residents[i] == 0 and under3[i] == 0 and need == 0
            state = "nobody" if is_empty else "no_place" if j >= 0 else "out_of_reach"
            pieces.append((i, j, state, residents[i] * left, under3[i] * left, 0.0, need * left))
    names = ["row", "column", "state", "residents", "under3", "places", "places_short"]
    return pd.DataFrame(pieces, columns=names)


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
            "state": "unplaced",
            "served": np.zeros(n, dtype=bool),
            "places": np.zeros(n),
            "places_short": np.zeros(n),
            "institution_id": nothing,
            "institution_name": nothing,
            "is_new": np.zeros(n, dtype=bool),
            "cost": np.full(n, np.nan),
            "cost_unit": nothing,
            "standard": np.full(n, np.nan),
            "path_m": np.full(n, np.nan),
            "path_method": method,
        }
    )[COLUMNS]


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
    cost = reach.cost.sorted_indices()
    n_row, n_column = cost.shape
    stored = np.repeat(np.arange(n_row), np.diff(cost.indptr)) * n_column + cost.indices
    return np.asarray(cost.data[np.searchsorted(stored, rows * n_column + columns)], dtype=np.float64)


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
