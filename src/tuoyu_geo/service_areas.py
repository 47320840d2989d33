"""Service areas of today's and the plan's facilities, for drawing only; nobody is counted by them."""

from typing import TYPE_CHECKING

import numpy as np
import shapely

from tuoyu_geo.network.areas import service_areas
from tuoyu_geo.reach import Reach
from tuoyu_geo.travel import travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.policy import Policy

COLUMNS = ("facility_id", "facility_name", "phase", "standard", "unit")


def draw_service_areas(
    reach: Reach,
    *,
    policy: "Policy",
    planned: "NDArray[np.bool_]",
    townships: "gpd.GeoDataFrame",
) -> "gpd.GeoDataFrame":
    """One polygon a facility, under the standard of the area it stands in.

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

    Returns
    -------
    Columns `COLUMNS`; phase is "today" for what serves today and "plan" for what the plan adds.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    rules = {"urban": policy.coverage.urban, "rural": policy.coverage.rural}
    area_kind = reach.facilities["township_id"].map(townships["area_kind"]).fillna("urban").to_numpy()
    rows: list[dict[str, object]] = []
    for area, rule in rules.items():
        chosen = np.flatnonzero(planned & (area_kind == area))
        if not len(chosen):
            continue
        if reach.network is None:
            speed = reach.parameters.speeds.of(rule.mode)
            metres = rule.value if rule.unit == "m" else rule.value * speed * 1000 / 60
            points = shapely.points(reach.facility_xy[chosen])
            polygons = np.asarray(shapely.buffer(points, metres / reach.detour_factor), dtype=object)
        else:
            mode = travel_mode(rule, reach.parameters.speeds)
            polygons = service_areas(reach.network, reach.facility_node[chosen], [rule.value], mode=mode)[
                :, 0
            ]
        for j, polygon in zip(chosen, polygons, strict=True):
            rows.append(
                {
                    "facility_id": reach.facilities.index[j],
                    "facility_name": reach.facilities["name"].iloc[j],
                    "phase": "today" if reach.counted_mask[j] else "plan",
                    "standard": rule.value,
                    "unit": rule.unit,
                    "geometry": polygon,
                },
            )
    rows.sort(key=lambda row: str(row["facility_id"]))
    return gpd.GeoDataFrame(rows, columns=[*COLUMNS, "geometry"], geometry="geometry", crs=townships.crs)
