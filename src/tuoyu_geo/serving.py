"""What serves at one moment: the institutions that count today, and with the plan the chosen candidates at their sizes."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tuoyu_geo.gaps import Supply, flag_gaps

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


def supply_of(reach: "Reach", *, serving: "NDArray[np.bool_]") -> Supply:
    """The serving facilities, as flags need them."""
    columns = np.flatnonzero(serving)
    return Supply(
        facilities=reach.facilities.iloc[columns],
        cost=reach.cost[:, columns],
        straight=reach.straight[:, columns],
        is_remote=reach.beyond_remote(serving=serving),
    )


def at_planned_size(reach: "Reach", result: "PlanResult") -> "Reach":
    """The same reach, with the chosen candidates at the sizes that the plan gives them."""
    rows = reach.n_institutions + np.asarray(result.selected, dtype=np.int64)
    facilities = reach.facilities.copy()
    for name in ("places", "spare_places"):
        facilities.iloc[rows, facilities.columns.get_loc(name)] = result.site_places
    return replace(reach, facilities=facilities)


def planned_mask(reach: "Reach", result: "PlanResult") -> "NDArray[np.bool_]":
    """``(n_facility,)`` what serves with the plan: what counts today, and the chosen candidates."""
    mask = reach.counted_mask.copy()
    mask[reach.n_institutions + np.asarray(result.selected, dtype=np.int64)] = True
    return mask


def gaps_of(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
) -> "gpd.GeoDataFrame":
    """Flags with one set of serving facilities."""
    return flag_gaps(
        layers,
        demand=demand.points,
        standard=reach.standard,
        cost_unit=reach.cost_unit,
        supply=supply_of(reach, serving=serving),
        policy=policy,
    )
