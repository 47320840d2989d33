"""How far every community is from every institution and candidate, in the unit its area is judged by.

Urban communities are judged by the policy's urban standard, rural ones by its rural standard; both matrices come
from the same streets. Where there are no roads, straight lines times a detour factor stand in, and say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import (
    EBIKE_MIN,
    WALK_M,
    Attached,
    Mode,
    StreetNetwork,
    attach,
    cost_matrix,
    read_osm,
    straight_line_matrix,
)
from tuoyu_geo.network.roads import from_roads

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy, Standard


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachParameters:
    """Settings of `[network]`; units in the names."""

    snap_max_m: float
    snap_warn_m: float
    walk_speed_kph: float
    ebike_speed_kph: float
    search_m: float
    search_min: float
    detour_factor: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reach:
    """Costs between demand points and facilities.

    Attributes
    ----------
    facilities
        Institutions and then candidates, in the layers' order; index facility_id; columns name, kind, township_id,
        community_id, places, spare_places (places not in use; NaN where the use is not known), counted.
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
    findings
        Far snaps, and points and streets that are cut off.
    network, facility_node
        The streets with all points attached, and each facility's node; None and empty on straight lines.
    """

    facilities: pd.DataFrame
    n_institutions: int
    walk_m: csr_array
    cost: csr_array
    standard: "NDArray[np.float64]"
    cost_unit: "NDArray[np.object_]"
    snap_m: "NDArray[np.float64]"
    method: Literal["network", "straight_line"]
    findings: tuple[Finding, ...]
    network: StreetNetwork | None
    facility_node: "NDArray[np.int64]"
    facility_xy: "NDArray[np.float64]"
    parameters: ReachParameters

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
    roads_path: Path | None,
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
    roads_path
        The roads' file, read here only where it is OpenStreetMap's.
    files
        File of each layer, as the project names it.
    """
    facilities = _facilities(layers, candidates, policy)
    rules = {"urban": policy.coverage.urban, "rural": policy.coverage.rural}
    own = [rules[area] for area in demand["area_kind"]]
    places = _xy(demand), np.concatenate([_xy(layers.institutions), _xy(candidates)])
    network = _network(layers, roads_path)
    if network is None:
        walk_m, by_standard = _straight(places, rules=rules, parameters=parameters)
        snap_m, facility_node = np.full(len(demand), np.nan), np.zeros(0, dtype=np.int64)
        findings: tuple[Finding, ...] = (_no_roads(parameters, files),)
    else:
        attached = attach(network, np.concatenate(places), max_snap_m=parameters.snap_max_m)
        network = attached.network
        n = len(demand)
        walk_m, by_standard = _along_streets(attached, n, rules=rules, parameters=parameters)
        snap_m, facility_node = attached.snap_m[:n], attached.node_idx[n:]
        names = [*demand["name"], *facilities["name"]]
        roles = [
            *("communities" if kind == "estate" else "villages" for kind in demand["kind"]),
            *["institutions"] * len(layers.institutions),
            *["candidates"] * len(candidates),
        ]
        people = [*demand["residents"], *[0.0] * len(facilities)]
        findings = tuple(
            _snap_findings(
                attached, names=names, roles=roles, people=people, parameters=parameters, files=files
            )
        )
    return Reach(
        facilities=facilities,
        n_institutions=len(layers.institutions),
        walk_m=walk_m,
        cost=_pick_rows(by_standard, demand["area_kind"].to_numpy()),
        standard=np.array([rule.value for rule in own]),
        cost_unit=np.array([rule.unit for rule in own], dtype=object),
        snap_m=snap_m,
        method="straight_line" if network is None else "network",
        findings=findings,
        network=network,
        facility_node=facility_node,
        facility_xy=places[1],
        parameters=parameters,
    )


def _facilities(layers: "Layers", candidates: "gpd.GeoDataFrame", policy: "Policy") -> pd.DataFrame:
    institutions = layers.institutions
    rule = policy.institutions
    counted = institutions["registration"].isin(rule.counted_registration) & institutions["kind"].isin(
        rule.counted_kinds
    )
    columns = ["name", "kind", "township_id", "community_id", "places"]
    today = pd.DataFrame(institutions[columns]).assign(
        spare_places=(institutions["places"] - institutions["enrolled"]).clip(lower=0),
        counted=counted,
    )
    later = pd.DataFrame(candidates[columns]).assign(spare_places=candidates["places"], counted=False)
    parts = [part for part in (today, later) if len(part)]
    table = pd.concat(parts) if parts else today
    table.index.name = "facility_id"
    return table


def _xy(points: "gpd.GeoDataFrame") -> "NDArray[np.float64]":
    return np.column_stack([points.geometry.x, points.geometry.y]).astype(float).reshape(-1, 2)


def _network(layers: "Layers", roads_path: Path | None) -> StreetNetwork | None:
    if roads_path is not None and roads_path.name.lower().endswith(
        (".osm", ".osm.bz2", ".osm.pbf", ".graphml")
    ):
        return read_osm(roads_path, crs=layers.crs)
    if len(layers.roads):
        return from_roads(layers.roads)
    return None


def travel_mode(standard: "Standard", parameters: ReachParameters) -> Mode:
    """How people get there under a standard."""
    if standard.mode == "walk":
        return WALK_M
    return replace(EBIKE_MIN, default_kph=parameters.ebike_speed_kph, access_kph=parameters.walk_speed_kph)


def _search(standard: "Standard", parameters: ReachParameters) -> float:
    return max(standard.value, parameters.search_m if standard.unit == "m" else parameters.search_min)


def _along_streets(
    attached: Attached,
    n_demand: int,
    *,
    rules: "dict[str, Standard]",
    parameters: ReachParameters,
) -> tuple[csr_array, dict[str, csr_array]]:
    def matrix(mode: Mode, cutoff: float) -> csr_array:
        return _with_missing(attached, n_demand, mode=mode, cutoff=cutoff)

    walk_cutoff = max([parameters.search_m, *(rule.value for rule in rules.values() if rule.unit == "m")])
    walk_m = matrix(WALK_M, walk_cutoff)
    return walk_m, {
        area: walk_m
        if rule.mode == "walk"
        else matrix(travel_mode(rule, parameters), _search(rule, parameters))
        for area, rule in rules.items()
    }


def _with_missing(attached: Attached, n_demand: int, *, mode: Mode, cutoff: float) -> csr_array:
    """The cost matrix of all points; those off the network keep empty rows and columns."""
    node = attached.node_idx
    rows, columns = np.flatnonzero(node[:n_demand] >= 0), np.flatnonzero(node[n_demand:] >= 0)
    found = cost_matrix(
        attached.network, node[:n_demand][rows], node[n_demand:][columns], cutoff, mode=mode
    ).tocoo()
    result = csr_array(
        (found.data, (rows[found.row], columns[found.col])),
        shape=(n_demand, len(node) - n_demand),
    )
    result.sort_indices()
    return result


def _straight(
    places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
    *,
    rules: "dict[str, Standard]",
    parameters: ReachParameters,
) -> tuple[csr_array, dict[str, csr_array]]:
    metres_per_min = parameters.ebike_speed_kph * 1000 / 60
    search_m = max([parameters.search_m, *(rule.value for rule in rules.values() if rule.unit == "m")])
    walk_m = straight_line_matrix(*places, search_m, detour_factor=parameters.detour_factor)
    by_standard = {}
    for area, rule in rules.items():
        if rule.unit == "m":
            by_standard[area] = walk_m
        else:
            metres = straight_line_matrix(
                *places,
                _search(rule, parameters) * metres_per_min,
                detour_factor=parameters.detour_factor,
            )
            by_standard[area] = csr_array(
                (metres.data / metres_per_min, metres.indices, metres.indptr), shape=metres.shape
            )
    return walk_m, by_standard


def _pick_rows(matrices: dict[str, csr_array], area: "NDArray[np.object_]") -> csr_array:
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
    return Finding(
        code="no_roads",
        severity="warning",
        layer="roads",
        file=files.get("roads", "project.toml"),
        row=None,
        column=None,
        found=text("reach.no_roads", factor=parameters.detour_factor),
        allowed=text("reach.no_roads_allowed"),
        remedy=text("reach.no_roads_remedy"),
    )


def _snap_findings(
    attached: Attached,
    *,
    names: list[str],
    roles: list[str],
    people: list[float],
    parameters: ReachParameters,
    files: Mapping[str, str],
) -> list[Finding]:
    findings = []
    lengths = attached.network.component_length_m()
    main = int(np.argmax(lengths)) if len(lengths) else -1
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        node, snap_m = int(attached.node_idx[i]), float(attached.snap_m[i])
        if node < 0:
            code, allowed = "off_network", text("reach.snap_allowed", metres=parameters.snap_max_m)
            found = text("reach.off_network", name=name, metres=snap_m, people=people[i])
        elif attached.network.component[node] != main:
            code, allowed = "on_island", text("reach.island_allowed")
            found = text("reach.on_island", name=name, people=people[i])
        elif snap_m > parameters.snap_warn_m:
            code, allowed = "far_snap", text("reach.snap_allowed", metres=parameters.snap_warn_m)
            found = text("reach.far_snap", name=name, metres=snap_m)
        else:
            continue
        findings.append(
            Finding(
                code=code,
                severity="warning",
                layer=role,
                file=files.get(role, ""),
                row=None,
                column=None,
                found=found,
                allowed=allowed,
                remedy=text(f"reach.remedy_{code}"),
            ),
        )
    return findings
