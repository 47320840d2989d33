"""How far everyone is from every facility, as values: the matrices, what they rest on, and what they tell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import (
    Attached,
    StreetNetwork,
)
from tuoyu_geo.reach.built_up import BuiltUp
from tuoyu_geo.reach.travel import (
    Speeds,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.config import NetworkSection
    from tuoyu_geo.demand import Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachParameters:
    """Settings of `[network]`; units in the names."""

    snap_max_m: float
    snap_warn_m: float
    speeds: Speeds
    search_m: float
    search_min: float
    detour_factor: float | None
    off_network: Literal["unreachable", "straight_line"]


def reach_parameters(section: "NetworkSection", *, search_m: float) -> ReachParameters:
    """The project's settings; the search goes at least `search_m` far [m]."""
    return ReachParameters(
        snap_max_m=section.snap_max_m,
        snap_warn_m=section.snap_warn_m,
        speeds=Speeds(
            walk_kph=section.walk_speed_kph,
            ebike_kph=section.ebike_speed_kph,
            car_kph=section.car_speed_kph,
            by_class=section.speed_kph,
        ),
        search_m=max(section.search_m, search_m),
        search_min=section.search_min,
        detour_factor=section.detour_factor,
        off_network=section.off_network,
    )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reach:
    """Costs between demand points and facilities.

    Attributes
    ----------
    facilities
        Institutions and then candidates, in the layers' order; index facility_id; columns name, kind, township_id,
        community_id, places, spare_places (places not in use; NaN where the use is not known), counted, and the rest of
        `facility_table`.
    n_institutions
        How many of them are institutions.
    walk_m
        ``(n_demand, n_facility)`` metres on foot; missing entries are farther than the search, or unreachable.
    cost
        The same in each demand point's own unit.
    standard, cost_unit
        ``(n_demand,)`` largest cost that counts (closed), and its unit "m" or "min".
    snap_m
        ``(n_demand,)`` from the point to its street [m]; NaN on straight lines.
    method
        "network", or "straight_line" where there are no roads.
    straight_line
        ``(n_demand,)`` whether the point is off the streets, so that all its costs are straight lines.
    straight
        The entries of `cost`, each 1 where it is a straight line, since one of its ends is off the streets, and else 0.
    detour_factor
        By how much straight lines are stretched; NaN where no cost rests on one.
    detour_source
        Where the factor comes from: "set" by the project, "estimated" from the project's own streets, or "assumed" where
        there are none to estimate it from; "" where no cost rests on a straight line.
    findings
        Far snaps, snaps over water or beside a motorway, and points and streets that are cut off.
    network, demand_node, facility_node
        The streets with all points attached as a walker joins them, and each point's node (-1 off the streets); None and
        empty on straight lines.
    car
        The same as a driver joins them, where a standard is for cars.
    built_up
        The built-up area and how far it is from every facility; None where there is no such layer.
    remote
        ``(n_demand, n_facility)`` costs by the policy's standard of remoteness, up to it; None where it has none.
    """

    facilities: pd.DataFrame
    n_institutions: int
    walk_m: csr_array
    cost: csr_array
    standard: "NDArray[np.float64]"
    cost_unit: "NDArray[np.object_]"
    snap_m: "NDArray[np.float64]"
    method: Literal["network", "straight_line"]
    straight_line: "NDArray[np.bool_]"
    straight: csr_array
    detour_factor: float
    detour_source: Literal["", "set", "estimated", "assumed"]
    findings: tuple[Finding, ...]
    network: StreetNetwork | None
    demand_node: "NDArray[np.int64]"
    facility_node: "NDArray[np.int64]"
    car: Attached | None
    facility_xy: "NDArray[np.float64]"
    parameters: ReachParameters
    built_up: BuiltUp | None = None
    remote: csr_array | None = None

    @property
    def counted_mask(self) -> "NDArray[np.bool_]":
        """``(n_facility,)`` the institutions that count today."""
        return np.asarray(self.facilities["counted"], dtype=bool)

    @property
    def counted(self) -> pd.DataFrame:
        """The institutions that count today."""
        return self.facilities[self.counted_mask]

    @property
    def covers(self) -> csr_array:
        """``(n_demand, n_facility)`` bool: within the demand point's standard (closed)."""
        inside = self.cost.data <= np.repeat(self.standard, np.diff(self.cost.indptr))
        rows = np.repeat(np.arange(self.cost.shape[0]), np.diff(self.cost.indptr))[inside]
        return csr_array(
            (np.ones(len(rows), dtype=bool), (rows, self.cost.indices[inside])), shape=self.cost.shape
        )

    @property
    def covers_candidates(self) -> csr_array:
        """``(n_demand, n_candidate)`` bool."""
        return self.covers[:, self.n_institutions :]

    @property
    def covered_now(self) -> "NDArray[np.bool_]":
        """``(n_demand,)`` whether an institution that counts is within the standard."""
        counts = self.covers[:, np.flatnonzero(self.counted_mask)].sum(axis=1)
        return np.asarray(counts).ravel() > 0

    def beyond_remote(self, *, serving: "NDArray[np.bool_]") -> "NDArray[np.bool_] | None":
        """``(n_demand,)`` whether no serving facility is within the standard of remoteness; None without one."""
        if self.remote is None:
            return None
        row = np.repeat(np.arange(self.remote.shape[0]), np.diff(self.remote.indptr))
        beyond = np.ones(self.remote.shape[0], dtype=bool)
        beyond[row[serving[self.remote.indices]]] = False
        return beyond

    def under3_in_reach(self, demand: "Demand") -> "NDArray[np.float64]":
        """``(n_facility,)`` children under 3 within the standard [children]; a child may be in several."""
        children = demand.points["under3"].to_numpy(float)
        return np.asarray(self.covers.astype(float).T @ children)


def detour_words(reach: Reach) -> str:
    """The factor in a sentence, and where it comes from; "" where no cost rests on a straight line."""
    return (
        text(f"reach.detour_{reach.detour_source}", factor=reach.detour_factor) if reach.detour_source else ""
    )
