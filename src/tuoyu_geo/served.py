"""From the phases of a run to what a notebook holds of one moment: who is served, and by how many places."""

from typing import TYPE_CHECKING, Literal

import pandas as pd

from tuoyu_geo.areas import remote_villages
from tuoyu_geo.coverage import coverage_table, nearest_facility
from tuoyu_geo.coverage_groups import coverage_curves, coverage_groups
from tuoyu_geo.views import Access

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


def who_is_served(
    layers: "Layers",
    *,
    demand: "Demand",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
    when: Literal["today", "plan"],
) -> Access:
    """Everything `Access` holds.

    Parameters
    ----------
    layers, demand, reach
        What the phases found.
    serving
        ``(n_facility,)`` which facilities serve.
    policy
        The rules.
    when
        What the moment is called.
    """
    moment = {"share": serving}
    townships = layers.townships
    nearest = nearest_facility(reach, serving=serving).set_index(demand.points.index)
    points = demand.points.assign(cost_unit=reach.cost_unit, standard=reach.standard, snap_m=reach.snap_m)
    groups = coverage_groups(
        reach, demand=demand, townships=townships, remote=remote_villages(layers), serving=moment
    )
    by_township = groups[groups["by"].eq("township")].pivot_table(
        index="group_id", columns="reading", values=["total", "share"], dropna=False
    )
    return Access(
        when=when,
        demand=points.join(nearest),
        coverage=coverage_table(reach, demand=demand, townships=townships, policy=policy, serving=moment),
        townships=pd.DataFrame({"name": townships["name"]}).assign(
            residents=by_township["total", "residents"],
            under3=by_township["total", "under3"],
            covered_share=by_township["share", "residents"],
        ),
        groups=groups,
        curve=coverage_curves(reach, demand=demand, townships=townships, serving=moment),
    )
