"""Service areas of today's and the plan's facilities, for drawing only; nobody is counted by them."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tuoyu_geo.network.areas import service_areas
from tuoyu_geo.reach import Reach
from tuoyu_geo.reach.travel import travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.policy import Policy, Standard

COLUMNS = ("facility_id", "facility_name", "phase", "standard", "band", "unit", "method")
_STEP_MIN = 5.0


def draw_service_areas(
    reach: Reach,
    *,
    policy: "Policy",
    planned: "NDArray[np.bool_]",
    townships: "gpd.GeoDataFrame",
    water: "gpd.GeoDataFrame",
) -> "gpd.GeoDataFrame":
    """Nested polygons of each facility, up to the standard of the area it stands in.

    Parameters
    ----------
    reach
        The streets with the facilities attached, or straight lines.
    policy
        The standards.
    planned
        ``(n_facility,)`` what serves with the plan, today's included.
    townships
        Index township_id, column area_kind.
    water
        Polygons that no area covers; lines among them are passed over.

    Returns
    -------
    Columns `COLUMNS`, a facility's widest band first; band is how far the polygon reaches, in the standard's unit:
    the policy's walking standards, or every 5 minutes, and the standard itself. phase is "today" for what serves today and "plan" for what the plan adds.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    rules = {"urban": policy.coverage.urban, "rural": policy.coverage.rural}
    area_kind = reach.facilities["township_id"].map(townships["area_kind"]).fillna("urban").to_numpy()
    ids, names = reach.facilities.index.to_numpy(object), reach.facilities["name"].to_numpy(object)
    counted = reach.counted_mask
    rows: list[dict[str, object]] = []
    for area, rule in rules.items():
        chosen = np.flatnonzero(planned & (area_kind == area))
        if not len(chosen):
            continue
        bands = _bands(rule, policy)
        polygons = _polygons(reach, chosen, rule=rule, bands=bands, water=water)
        on_streets = _nodes(reach, rule) >= 0
        for j, by_band in zip(chosen, polygons, strict=True):
            for band, polygon in zip(bands, by_band, strict=True):
                rows.append(
                    {
                        "facility_id": ids[j],
                        "facility_name": names[j],
                        "phase": "today" if counted[j] else "plan",
                        "standard": rule.value,
                        "band": band,
                        "unit": rule.unit,
                        "method": "network" if on_streets[j] else "straight_line",
                        "geometry": polygon,
                    },
                )
    rows.sort(key=lambda row: (str(row["facility_id"]), -float(str(row["band"]))))
    return gpd.GeoDataFrame(rows, columns=[*COLUMNS, "geometry"], geometry="geometry", crs=townships.crs)


def _bands(rule: "Standard", policy: "Policy") -> list[float]:
    if rule.unit == "m":
        steps = [metres for metres in policy.coverage.compare_m if metres < rule.value]
    else:
        steps = np.arange(_STEP_MIN, rule.value, _STEP_MIN).tolist()
    return sorted({*steps, rule.value})


def _nodes(reach: Reach, rule: "Standard") -> "NDArray[np.int64]":
    """(n_facility,) where each joins the streets by the rule's mode; -1 off the streets."""
    if reach.network is None:
        return np.full(len(reach.facility_xy), -1, dtype=np.int64)
    if rule.mode == "car" and reach.car is not None:
        return reach.car.node_idx[-len(reach.facility_xy) :]
    return reach.facility_node


def _polygons(
    reach: Reach,
    chosen: "NDArray[np.int64]",
    *,
    rule: "Standard",
    bands: list[float],
    water: "gpd.GeoDataFrame",
) -> "NDArray[np.object_]":
    """(n_chosen, n_band) along the streets; circles where a facility's costs are straight lines."""
    metres = np.array(bands) * (
        1.0 if rule.unit == "m" else reach.parameters.speeds.of(rule.mode) * 1000 / 60
    )
    circles = np.full((len(chosen), len(bands)), shapely.Polygon(), dtype=object)
    if np.isfinite(reach.detour_factor):
        for row, xy in enumerate(reach.facility_xy[chosen]):
            circles[row] = [shapely.Point(xy).buffer(radius / reach.detour_factor) for radius in metres]
    if reach.network is None:
        return circles
    network = reach.car.network if rule.mode == "car" and reach.car is not None else reach.network
    node = _nodes(reach, rule)
    shapes = np.asarray(water.geometry.array)
    areas = service_areas(
        network,
        node[chosen],
        bands,
        mode=travel_mode(rule, reach.parameters.speeds),
        water=shapes[shapely.get_dimensions(shapes) == 2],
        inbound=True,
    )
    off = node[chosen] < 0
    areas[off] = circles[off]
    return areas
