"""From layers and streets to how far every community is from every institution and candidate.

Urban communities are judged by the policy's urban standard, rural ones by its rural standard; both matrices come
from the same streets. Where there are no roads, straight lines times a detour factor stand in, and say so.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import (
    StreetNetwork,
    attach,
)
from tuoyu_geo.policy import Standard
from tuoyu_geo.reach.built_up import BuiltUp, Cells, built_up_cells
from tuoyu_geo.reach.costs import Costs, detour_factor, pick_rows
from tuoyu_geo.reach.facilities import age_findings, facility_table
from tuoyu_geo.reach.model import Reach, ReachParameters
from tuoyu_geo.reach.snapping import snap_findings
from tuoyu_geo.reach.streets import Streets
from tuoyu_geo.reach.travel import (
    travel_mode,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy


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
    costs = Costs(places, joined=joined, car=car, streets=network, parameters=parameters)
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
    costs = Costs((cells.xy, facility_xy), joined=joined, car=car, streets=network, parameters=parameters)
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
