"""Where a candidate is missing: street corners near people whom nobody serves, as areas to search in.

A spot is no premises: whether anything can be built or rented there, nobody has looked at. It says where a candidate
would serve most, so that an office knows where to look.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import attach, cost_matrix
from tuoyu_geo.reach.travel import straight_costs, travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.reach.built_up import BuiltUp

# One corner a square of this side: about a block, and far below every standard.
GRID_M = 200.0
# Corners proposed at most: as many as a county of this size has candidates for.
MOST_SPOTS = 300
# Classes a proposed candidate is taken to hold: 小型 in JGJ 39-2016 (2019), table 1.0.3-1, is one to three classes.
PROPOSED_CLASSES = 3


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spots:
    """Street corners at which a candidate could be looked for.

    Attributes
    ----------
    xy
        ``(n_spot, 2)`` metres.
    covers
        ``(n_row, n_spot)`` of ones: the corner is within the standard of the demand point, or of the cell of built-up area.
    """

    xy: "NDArray[np.float64]"
    covers: csr_array


def street_spots(reach: "Reach", *, demand: "gpd.GeoDataFrame", policy: "Policy") -> Spots:
    """One street corner a square of `GRID_M`, and whom a candidate there would serve.

    Where there are no streets, the demand points themselves, in straight lines times the detour factor.

    Parameters
    ----------
    reach
        The streets with the demand points attached.
    demand
        Demand points, as `Demand.points`.
    policy
        The standards.
    """
    rules = {"urban": policy.coverage.urban, "rural": policy.coverage.rural}
    area = demand["area_kind"].to_numpy()
    here = _xy(demand)
    nodes, xy = _looked_at(reach, demand)
    rows, columns = [], []
    for name, rule in rules.items():
        mine = np.flatnonzero(area == name)
        if reach.network is None:
            cost = straight_costs(
                (here[mine], xy),
                standard=rule,
                speeds=reach.parameters.speeds,
                detour_factor=reach.detour_factor,
                cutoff=rule.value,
            )
        else:
            mine = mine[reach.demand_node[mine] >= 0]
            mode = travel_mode(rule, reach.parameters.speeds)
            cost = cost_matrix(reach.network, reach.demand_node[mine], nodes, rule.value, mode=mode)
        entries = cost.tocoo()
        rows.append(mine[entries.row])
        columns.append(entries.col)
    row, column = np.concatenate(rows), np.concatenate(columns)
    return Spots(xy=xy, covers=csr_array((np.ones(len(row)), (row, column)), shape=(len(demand), len(xy))))


def area_spots(reach: "Reach", built_up: "BuiltUp", *, demand: "gpd.GeoDataFrame", policy: "Policy") -> Spots:
    """The same corners as `street_spots`, and which cells of built-up area a candidate there would cover.

    Parameters
    ----------
    reach, demand, policy
        As for `street_spots`.
    built_up
        The area in cells.
    """
    rule, cells = policy.coverage.urban, built_up.cells.xy
    nodes, xy = _looked_at(reach, demand)
    if reach.network is None:
        cost = straight_costs(
            (cells, xy),
            standard=rule,
            speeds=reach.parameters.speeds,
            detour_factor=reach.detour_factor,
            cutoff=rule.value,
        ).tocoo()
        row = np.asarray(cost.row, dtype=np.int64)
    else:
        mode = travel_mode(rule, reach.parameters.speeds)
        # The corners keep their nodes: what is joined comes after them.
        joined = attach(reach.network, cells, max_snap_m=reach.parameters.snap_max_m, mode=mode)
        on = np.flatnonzero(joined.node_idx >= 0)
        cost = cost_matrix(joined.network, joined.node_idx[on], nodes, rule.value, mode=mode).tocoo()
        row = on[cost.row]
    covers = csr_array((np.ones(len(row)), (row, cost.col)), shape=(len(cells), len(xy)))
    return Spots(xy=xy, covers=covers)


def _looked_at(reach: "Reach", demand: "gpd.GeoDataFrame") -> "tuple[NDArray[np.int64], NDArray[np.float64]]":
    """Nodes of the corners looked at, and where they are; without streets no nodes, and the demand points."""
    if reach.network is None:
        return np.zeros(0, dtype=np.int64), _xy(demand)
    nodes = _corners(reach.network.xy)
    return nodes, reach.network.xy[nodes]


def _xy(points: "gpd.GeoDataFrame") -> "NDArray[np.float64]":
    return np.column_stack([points.geometry.x, points.geometry.y]).astype(float).reshape(-1, 2)


def _corners(xy: "NDArray[np.float64]") -> "NDArray[np.int64]":
    """In each square the node nearest to its middle."""
    cell = np.floor(xy / GRID_M)
    away = np.hypot(*(xy - (cell + 0.5) * GRID_M).T)
    order = np.lexsort((np.arange(len(xy)), away, cell[:, 1], cell[:, 0]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(cell[order], axis=0) != 0).any(axis=1)
    return np.sort(order[first])


def best_spots(
    spots: Spots, *, weight: "NDArray[np.float64]", most: int, enough: float
) -> "list[tuple[int, float]]":
    """Corners one after another, each the one that serves most weight not served yet, with that weight.

    Parameters
    ----------
    spots
        The corners.
    weight
        ``(n_row,)`` people still without, or area [km2].
    most
        Corners at most.
    enough
        Weight at which to stop.
    """
    left, found, total = weight.astype(float).copy(), [], 0.0
    for _ in range(most):
        gain = np.asarray(spots.covers.T @ left).ravel()
        if not len(gain) or gain.max() <= 0 or total >= enough - 1e-9:
            break
        best = int(np.argmax(gain))
        found.append((best, float(gain[best])))
        total += float(gain[best])
        left[spots.covers[:, [best]].tocoo().row] = 0.0
    return found


def propose_candidates(
    layers: "Layers", *, demand: "Demand", reach: "Reach", policy: "Policy"
) -> "gpd.GeoDataFrame":
    """Candidates for a county that gave none, with the columns of the candidates' layer.

    Institutions that do not count today (not registered, and no home) come first, with the places they have; then street
    corners by the built-up area they would newly cover, where the headline reading goes by it; then by the residents they
    would newly serve, at least as many in each township as its quota asks for twice over.
    All have kind "search_area" or "unregistered", and no cost.

    Parameters
    ----------
    layers, demand, policy
        As elsewhere.
    reach
        The streets, with no candidate.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    waiting = layers.institutions[
        ~reach.counted_mask[: reach.n_institutions] & layers.institutions["kind"].ne("home").to_numpy()
    ]
    spots = street_spots(reach, demand=demand.points, policy=policy)
    people = demand.points["residents"].to_numpy(float)
    planned = demand.points["planned_residents"].fillna(0.0).to_numpy(float)
    open_people = np.where(reach.covered_now, 0.0, np.maximum(people, planned))
    chosen = []
    if policy.coverage.headline == "built_up" and reach.built_up is not None:
        area = area_spots(reach, reach.built_up, demand=demand.points, policy=policy)
        open_km2 = reach.built_up.open_km2(reach.counted_mask)
        chosen = [spot for spot, _ in best_spots(area, weight=open_km2, most=MOST_SPOTS, enough=np.inf)]
    by_people = best_spots(spots, weight=open_people, most=MOST_SPOTS, enough=np.inf)
    chosen += [spot for spot, _ in by_people if spot not in chosen][: MOST_SPOTS - len(chosen)]
    home = _township_of(spots.xy, layers)
    near = np.asarray(spots.covers.T @ np.maximum(people, planned)).ravel()
    for quota in policy.quotas:
        mine = [j for j in np.argsort(-near, kind="stable") if home[j] == quota.township_id]
        have = sum(home[j] == quota.township_id for j in chosen)
        chosen += [int(j) for j in mine if j not in chosen][: max(2 * quota.minimum - have, 0)]
    classes = policy.places.class_places
    places = float(sum(classes[k % len(classes)] for k in range(PROPOSED_CLASSES)))
    names = [text("plan.proposed_name", n=n) for n in range(1, len(chosen) + 1)]
    corners = gpd.GeoDataFrame(
        {
            "name": names,
            "kind": "search_area",
            "places": places,
            "township_id": [home[j] for j in chosen],
        },
        geometry=gpd.points_from_xy(*spots.xy[chosen].T) if chosen else gpd.GeoSeries([]),
        index=pd.Index([f"search-{n:03d}" for n in range(1, len(chosen) + 1)], dtype=object),
        crs=layers.crs,
    )
    taken_over = waiting[["name", "places", "township_id", "community_id", "geometry"]].assign(
        kind="unregistered"
    )
    # The institution itself keeps its id: one table holds both.
    taken_over.index = pd.Index([f"waiting-{one}" for one in waiting.index], dtype=object)
    frame = pd.concat([taken_over, corners]) if len(waiting) else corners
    whole = frame.reindex(columns=layers.candidates.columns)
    for name, dtype in layers.candidates.dtypes.items():
        if name != "geometry" and dtype == np.dtype(float):
            whole[name] = whole[name].astype(float)
    whole.index = pd.Index(whole.index, name="candidate_id", dtype=object)
    whole["quality"] = "estimated"
    whole["source_row"] = 0
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=layers.crs)


def proposed_finding(candidates: "gpd.GeoDataFrame", *, file: str) -> Finding:
    """That the candidates are proposals, and what to do about it."""
    waiting = int(candidates["kind"].eq("unregistered").sum())
    return Finding(
        code="candidates_proposed",
        severity="warning",
        layer="candidates",
        file=file,
        row=None,
        column=None,
        found=text("plan.proposed_found", n=len(candidates) - waiting, waiting=waiting),
        allowed=text("plan.proposed_allowed"),
        remedy=text("plan.proposed_remedy"),
    )


def _township_of(xy: "NDArray[np.float64]", layers: "Layers") -> "list[str | None]":
    """The township that each point lies in, None outside all."""
    import geopandas as gpd  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    points = gpd.GeoDataFrame(geometry=shapely.points(xy) if len(xy) else [], crs=layers.crs)
    joined = gpd.sjoin(points, layers.townships[["geometry"]], predicate="intersects")
    column = "index_right" if "index_right" in joined else str(layers.townships.index.name)
    own = joined[~joined.index.duplicated()][column]
    return [None if pd.isna(one) else str(one) for one in own.reindex(range(len(xy)))]
