"""Demand as a siting problem sees it: who counts for what, needs how many places, and is in whose reach."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting import Capacity

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DemandRows:
    """Rows of a planning problem; attributes as in `PlanningProblem`.

    The first ``n_demand`` rows are the demand points in their order.
    """

    covers: csr_array
    weight: "NDArray[np.float64]"
    covered_now: "NDArray[np.bool_]"
    must_serve: "NDArray[np.bool_]"
    capacity: Capacity


def estate_places(demand: "Demand", gaps: "gpd.GeoDataFrame", *, policy: "Policy") -> "NDArray[np.float64]":
    """``(n_demand,)`` places that new estates without a facility of their own need, rounded up; 0 for all others."""
    flagged = gaps[gaps["flag"].isin(["new_missing", "new_shared"])]
    needed = np.zeros(len(demand.points))
    rows = demand.points.index.get_indexer(flagged["subject_id"])
    people = flagged["residents"].to_numpy(float)
    needed[rows] = np.ceil(people * policy.estates.places_per_1000 / 1000 - 1e-9)
    return needed


def places_needed(demand: "Demand", gaps: "gpd.GeoDataFrame", *, policy: "Policy") -> "NDArray[np.float64]":
    """``(n_demand,)`` places each demand point needs: by the county's ratio, a new estate's at least by its own ratio."""
    by_ratio = demand.points["residents"].to_numpy(float) * policy.places.per_1000 / 1000
    return np.asarray(np.maximum(by_ratio, estate_places(demand, gaps, policy=policy)), dtype=np.float64)


def trip_minutes(reach: "Reach") -> csr_array:
    """``(n_demand, n_facility)`` minutes, entries within the standard; metres at the speed of walking."""
    inside = reach.cost.data <= np.repeat(reach.standard, np.diff(reach.cost.indptr))
    row = np.repeat(np.arange(reach.cost.shape[0]), np.diff(reach.cost.indptr))[inside]
    metres_a_min = reach.parameters.speeds.walk_kph * 1000 / 60
    data = reach.cost.data[inside]
    minutes = np.where(reach.cost_unit[row] == "m", data / metres_a_min, data).astype(float)
    return csr_array((minutes, (row, reach.cost.indices[inside])), shape=reach.cost.shape)


def demand_rows(
    *,
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    gaps: "gpd.GeoDataFrame",
    township_ids: "pd.Index[str]",
    policy: "Policy",
) -> DemandRows:
    """The rows of a county in its policy's headline reading.

    Raises
    ------
    SitingError
        The reading is of built-up area and there is none.
    """
    headline = policy.coverage.headline
    reading = headline.removesuffix("_places")
    by_places = headline != reading
    points, n = demand.points, len(demand.points)
    estates = estate_places(demand, gaps, policy=policy)
    needing = np.flatnonzero(estates > 0)
    weights = {"communities": np.ones(n), "townships": np.zeros(n), "built_up": np.zeros(n)}
    weight = weights[reading] if reading in weights else points[reading].to_numpy(float)
    own = DemandRows(
        covers=reach.covers_candidates,
        weight=weight,
        covered_now=reach.covered_now,
        must_serve=by_places & (estates > 0),
        capacity=_capacity(
            reach, np.arange(n), places_needed(demand, gaps, policy=policy) if by_places else np.zeros(n)
        ),
    )
    parts = [own, _others(demand, reach, candidates, township_ids, reading=reading)]
    if not by_places:
        parts.append(
            DemandRows(
                covers=reach.covers_candidates[needing],
                weight=np.zeros(len(needing)),
                covered_now=reach.covered_now[needing],
                must_serve=np.ones(len(needing), dtype=bool),
                capacity=_capacity(reach, needing, estates[needing]),
            )
        )
    return _stacked(parts)


def _capacity(reach: "Reach", rows: "NDArray[np.int64]", need: "NDArray[np.float64]") -> Capacity:
    counted = np.flatnonzero(reach.counted_mask)
    columns = np.concatenate([counted, np.arange(reach.n_institutions, len(reach.facilities))])
    places = reach.counted["places"].fillna(0.0).to_numpy(float)
    # Where the use of an institution is not known, none of its places is promised to a new estate.
    spare = reach.counted["spare_places"].fillna(0.0).to_numpy(float)
    return Capacity(
        need=need,
        reach_now=reach.covers[rows][:, counted],
        places_now=places,
        spare_now=np.minimum(spare, places),
        trip=trip_minutes(reach)[rows][:, columns],
    )


def _others(
    demand: "Demand",
    reach: "Reach",
    candidates: "gpd.GeoDataFrame",
    township_ids: "pd.Index[str]",
    *,
    reading: str,
) -> DemandRows:
    """Rows that are no demand points: townships or cells of built-up area in their readings, else people of no known place."""
    if reading == "built_up":
        if reach.built_up is None:
            raise SitingError(text("built_up.none"))
        # Weights are square kilometres: rows of different places that the same candidates cover become one in the search.
        covers = csr_array(reach.built_up.covers[:, reach.n_institutions :])
        weight, now = reach.built_up.cells.area_km2, reach.built_up.covered(reach.counted_mask)
    elif reading == "townships":
        member = township_ids.get_indexer(candidates["township_id"])
        inside = np.flatnonzero(member >= 0)
        covers = csr_array(
            (np.ones(len(inside), dtype=bool), (member[inside], inside)),
            shape=(len(township_ids), len(candidates)),
        )
        weight = np.ones(len(township_ids))
        now = np.asarray(township_ids.isin(reach.counted["township_id"]))
    else:
        lost = np.zeros(0) if reading == "communities" else demand.unplaced[reading].to_numpy(float)
        weight = lost[lost > 0]
        covers = csr_array((len(weight), len(candidates)), dtype=bool)
        now = np.zeros(len(weight), dtype=bool)
    n, counted = len(weight), reach.counted
    return DemandRows(
        covers=covers,
        weight=weight,
        covered_now=now,
        must_serve=np.zeros(n, dtype=bool),
        capacity=Capacity(
            need=np.zeros(n),
            reach_now=csr_array((n, len(counted)), dtype=bool),
            places_now=np.zeros(len(counted)),
            spare_now=np.zeros(len(counted)),
            trip=csr_array((n, len(counted) + len(candidates))),
        ),
    )


def _stacked(parts: list[DemandRows]) -> DemandRows:
    def rows(name: str) -> csr_array:
        return csr_array(vstack([getattr(part.capacity, name) for part in parts], format="csr"))

    first = parts[0].capacity
    return DemandRows(
        covers=csr_array(vstack([part.covers for part in parts], format="csr")),
        weight=np.concatenate([part.weight for part in parts]),
        covered_now=np.concatenate([part.covered_now for part in parts]),
        must_serve=np.concatenate([part.must_serve for part in parts]),
        capacity=Capacity(
            need=np.concatenate([part.capacity.need for part in parts]),
            reach_now=rows("reach_now"),
            places_now=first.places_now,
            spare_now=first.spare_now,
            trip=rows("trip"),
        ),
    )
