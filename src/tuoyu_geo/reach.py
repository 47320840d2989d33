"""How far every community is from every institution and candidate, in the unit its area is judged by.

Urban communities are judged by the policy's urban standard, rural ones by its rural standard; both matrices come
from the same streets. Where there are no roads, straight lines times a detour factor stand in, and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.built_up import BuiltUp, Cells, built_up_cells
from tuoyu_geo.errors import NetworkError
from tuoyu_geo.facilities import age_findings, facility_table
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import (
    Attached,
    StreetNetwork,
    attach,
    estimate_detour_factor,
)
from tuoyu_geo.policy import Standard
from tuoyu_geo.snapping import snap_findings
from tuoyu_geo.streets import Streets
from tuoyu_geo.travel import (
    ASSUMED_DETOUR_FACTOR,
    Speeds,
    straight_costs,
    street_costs,
    travel_mode,
    with_straight_lines,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.config import NetworkSection
    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy


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


def build_reach(
    layers: "Layers",
    *,
    demand: "gpd.GeoDataFrame",
    candidates: "gpd.GeoDataFrame",
    policy: "Policy",
    parameters: ReachParameters,
    streets: Streets,
    files: Mapping[str, str],
) -> Reach:
    """Costs between all demand points and all facilities.

    Parameters
    ----------
    layers
        Valid layers.
    demand
        Demand points, as `Demand.points`.
    candidates
        Candidates as rated, with their places.
    policy
        Which institutions count, and the standards.
    parameters
        Settings of `[network]`.
    streets
        As read, without faults.
    files
        File of each layer, as the project names it.
    """
    facilities = facility_table(layers, candidates=candidates, policy=policy)
    rules = {"urban": policy.coverage.urban, "rural": policy.coverage.rural}
    own = [rules[area] for area in demand["area_kind"]]
    places = _xy(demand), np.concatenate([_xy(layers.institutions), _xy(candidates)])
    network = streets.network
    joined, car = None, None
    findings: tuple[Finding, ...] = (_no_roads(parameters, files),)
    if network is not None:
        everywhere = np.concatenate(places)
        joined = attach(network, everywhere, max_snap_m=parameters.snap_max_m)
        remote = policy.coverage.remote
        car_rule = next((rule for rule in (*rules.values(), remote) if rule and rule.mode == "car"), None)
        if car_rule is not None:
            by_car = travel_mode(car_rule, parameters.speeds)
            car = attach(network, everywhere, max_snap_m=parameters.snap_max_m, mode=by_car)
        roles = [
            *("communities" if kind == "estate" else "villages" for kind in demand["kind"]),
            *["institutions"] * len(layers.institutions),
            *["candidates"] * len(candidates),
        ]
        findings = tuple(
            snap_findings(
                joined,
                streets=network,
                xy=everywhere,
                water=layers.water,
                names=[*demand["name"], *facilities["name"]],
                roles=roles,
                people=[*demand["residents"], *[0.0] * len(facilities)],
                snap_max_m=parameters.snap_max_m,
                snap_warn_m=parameters.snap_warn_m,
                files=files,
            )
        )
    costs = _Costs(places, joined=joined, car=car, streets=network, parameters=parameters)
    metres = [rule.value for rule in rules.values() if rule.unit == "m"]
    walk_m = costs.under(WALKING, max([parameters.search_m, *metres]))
    by_standard = {
        area: walk_m
        if (rule.mode, rule.unit) == ("walk", "m")
        else costs.under(rule, _search(rule, parameters))
        for area, rule in rules.items()
    }
    area = demand["area_kind"].to_numpy()
    cost = pick_rows(by_standard, area)
    straight = costs.straight_entries(cost, {kind: rule.mode for kind, rule in rules.items()}, area)
    cells, notes = built_up_cells(layers, files=files)
    findings = (*findings, *notes, *age_findings(layers, facilities=facilities, files=files))
    return Reach(
        facilities=facilities,
        n_institutions=len(layers.institutions),
        walk_m=walk_m,
        cost=cost,
        standard=np.array([rule.value for rule in own]),
        cost_unit=np.array([rule.unit for rule in own], dtype=object),
        snap_m=np.full(len(demand), np.nan) if joined is None else joined.snap_m[: len(demand)],
        method="straight_line" if joined is None else "network",
        straight_line=costs.off[0] & costs.straight,
        straight=straight,
        detour_factor=costs.detour_factor,
        detour_source=costs.detour_source,
        findings=findings,
        network=None if joined is None else joined.network,
        demand_node=np.zeros(0, dtype=np.int64) if joined is None else joined.node_idx[: len(demand)],
        facility_node=np.zeros(0, dtype=np.int64) if joined is None else joined.node_idx[len(demand) :],
        car=car,
        facility_xy=places[1],
        parameters=parameters,
        built_up=None
        if cells is None
        else _built_up(
            cells,
            places[1],
            network,
            rule=rules["urban"],
            search_m=max([parameters.search_m, *metres]),
            parameters=parameters,
        ),
        remote=None
        if policy.coverage.remote is None
        else costs.under(policy.coverage.remote, policy.coverage.remote.value),
    )


def _built_up(
    cells: Cells,
    facility_xy: "NDArray[np.float64]",
    network: StreetNetwork | None,
    *,
    rule: Standard,
    search_m: float,
    parameters: ReachParameters,
) -> BuiltUp:
    joined, car = None, None
    if network is not None:
        everywhere = np.concatenate([cells.xy, facility_xy])
        joined = attach(network, everywhere, max_snap_m=parameters.snap_max_m)
        if rule.mode == "car":
            mode = travel_mode(rule, parameters.speeds)
            car = attach(network, everywhere, max_snap_m=parameters.snap_max_m, mode=mode)
    costs = _Costs((cells.xy, facility_xy), joined=joined, car=car, streets=network, parameters=parameters)
    walk_m = costs.under(WALKING, search_m)
    return BuiltUp(
        cells=cells,
        cost=walk_m if (rule.mode, rule.unit) == ("walk", "m") else costs.under(rule, rule.value),
        standard=rule.value,
        walk_m=walk_m,
    )


def _xy(points: "gpd.GeoDataFrame") -> "NDArray[np.float64]":
    return np.column_stack([points.geometry.x, points.geometry.y]).astype(float).reshape(-1, 2)


WALKING = Standard(mode="walk", value=1.0, unit="m", verified=True, source="")
"""What every project is searched by, whatever its standards: metres on foot."""


def _search(standard: Standard, parameters: ReachParameters) -> float:
    return max(standard.value, parameters.search_m if standard.unit == "m" else parameters.search_min)


class _Costs:
    """Cost matrices under one standard or another, along the streets and in straight lines where those stand in."""

    def __init__(
        self,
        places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
        *,
        joined: Attached | None,
        car: Attached | None,
        streets: StreetNetwork | None,
        parameters: ReachParameters,
    ) -> None:
        self._places = places
        self._joined = {"walk": joined, "ebike": joined, "car": car}
        self._speeds = parameters.speeds
        self.off = self._off(joined)
        missing = any(mask.any() for mask in self.off)
        self.straight = joined is None or (parameters.off_network == "straight_line" and missing)
        self.detour_factor = np.nan
        self.detour_source: Literal["", "set", "estimated", "assumed"] = ""
        if self.straight:
            self.detour_factor, self.detour_source = detour_factor(parameters, streets)

    def straight_entries(
        self,
        cost: csr_array,
        mode: "Mapping[str, Literal['walk', 'ebike', 'car']]",
        area: "NDArray[np.object_]",
    ) -> csr_array:
        """The entries of a cost matrix: 1 where it is a straight line, by the mode of each row's kind of area."""
        row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
        found = np.zeros(cost.nnz, dtype=np.int8)
        for kind, by in mode.items():
            off = self._off(self._joined[by])
            found |= (area[row] == kind) & (off[0][row] | off[1][cost.indices])
        return csr_array((found, cost.indices, cost.indptr), shape=cost.shape)

    def _off(self, joined: Attached | None) -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
        n = len(self._places[0])
        off = np.ones(n + len(self._places[1]), dtype=bool) if joined is None else joined.node_idx < 0
        return off[:n], off[n:]

    def under(self, standard: Standard, cutoff: float) -> csr_array:
        """(n_demand, n_facility) in the standard's unit."""
        joined = self._joined[standard.mode]
        mode = travel_mode(standard, self._speeds)
        along = (
            csr_array((len(self._places[0]), len(self._places[1])), dtype=float)
            if joined is None
            else street_costs(joined, len(self._places[0]), mode=mode, cutoff=cutoff)
        )
        if not self.straight:
            return along
        straight = straight_costs(
            self._places,
            standard=standard,
            speeds=self._speeds,
            detour_factor=self.detour_factor,
            cutoff=cutoff,
        )
        return with_straight_lines(along, straight, off=self._off(joined))


def detour_factor(
    parameters: ReachParameters, streets: StreetNetwork | None
) -> tuple[float, Literal["set", "estimated", "assumed"]]:
    """By how much straight lines are stretched, and where that comes from."""
    if parameters.detour_factor is not None:
        return parameters.detour_factor, "set"
    if streets is None:
        return ASSUMED_DETOUR_FACTOR, "assumed"
    try:
        return estimate_detour_factor(streets), "estimated"
    except NetworkError:  # a network too small to have such pairs
        return ASSUMED_DETOUR_FACTOR, "assumed"


def detour_words(reach: Reach) -> str:
    """The factor in a sentence, and where it comes from; "" where no cost rests on a straight line."""
    return (
        text(f"reach.detour_{reach.detour_source}", factor=reach.detour_factor) if reach.detour_source else ""
    )


def pick_rows(matrices: dict[str, csr_array], area: "NDArray[np.object_]") -> csr_array:
    """Row i of the matrix of area[i]."""
    shape = next(iter(matrices.values())).shape
    parts = []
    for name, matrix in matrices.items():
        coo = matrix.tocoo()
        keep = area[coo.row] == name
        parts.append((coo.row[keep], coo.col[keep], coo.data[keep]))
    row, col, data = (np.concatenate([part[k] for part in parts]) for k in range(3))
    result = csr_array((data, (row, col)), shape=shape)
    result.sort_indices()
    return result


def _no_roads(parameters: ReachParameters, files: Mapping[str, str]) -> Finding:
    factor, source = detour_factor(parameters, None)
    return Finding(
        code="no_roads",
        severity="warning",
        layer="roads",
        file=files.get("roads", "project.toml"),
        row=None,
        column=None,
        found=text("reach.no_roads", factor=text(f"reach.detour_{source}", factor=factor)),
        allowed=text("reach.no_roads_allowed"),
        remedy=text("reach.no_roads_remedy"),
    )
