"""Who is assigned to which institution: places handed out, a place once, and the share of each community that gets one."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from tuoyu_geo.access import share_places
from tuoyu_geo.plan_rows import places_needed, trip_minutes

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanResult


class Assigned(NamedTuple):
    """Places handed out.

    Attributes
    ----------
    need
        ``(n_demand,)`` places needed.
    places
        ``(n_demand, n_facility)`` places that each demand point gets at each facility.
    share
        ``(n_demand,)`` share of its needed places that each demand point gets, 0 to 1; 0 where it needs none.
    """

    need: "NDArray[np.float64]"
    places: csr_array
    share: "NDArray[np.float64]"


def hand_out(
    demand: "Demand",
    reach: "Reach",
    *,
    gaps: "gpd.GeoDataFrame",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
) -> Assigned:
    """Places for as many as can be, with the shortest ways among all ways to do so.

    Parameters
    ----------
    demand, reach, policy
        What was worked out before.
    gaps
        Flags of today, which say which new estates need places of their own.
    serving
        ``(n_facility,)`` which facilities serve.
    """
    need = places_needed(demand, gaps, policy=policy)
    # By id and not by the order of the files, or who gets a place among equals would depend on it.
    rows = np.argsort(demand.points.index.to_numpy(str), kind="stable")
    columns = np.flatnonzero(serving)
    columns = columns[np.argsort(reach.facilities.index.to_numpy(str)[columns], kind="stable")]
    sharing = share_places(
        trip_minutes(reach)[rows][:, columns],
        need[rows],
        reach.facilities["places"].fillna(0.0).to_numpy(float)[columns],
    )
    got = np.zeros(len(need))
    got[rows] = sharing.served
    share = np.clip(np.divide(got, need, out=np.zeros(len(need)), where=need > 0), 0.0, 1.0)
    given = sharing.given.tocoo()
    return Assigned(
        need=need,
        places=csr_array((given.data, (rows[given.row], columns[given.col])), shape=reach.cost.shape),
        # Handing out a hair less than all is the solver's tolerance and nobody's lost place.
        share=np.where(share > 1 - 1e-5, 1.0, share),
    )


def hand_out_plan(
    demand: "Demand",
    reach: "Reach",
    *,
    result: "PlanResult",
    gaps: "gpd.GeoDataFrame",
    serving: "NDArray[np.bool_]",
    policy: "Policy",
) -> Assigned:
    """The same with the plan: as the plan hands the places out where its coverage goes by places, else at their most.

    Parameters
    ----------
    demand, reach, gaps, serving, policy
        As for `hand_out`.
    result
        The plan; the facilities are the institutions and then the candidates, in the problem's order.
    """
    if not policy.coverage.headline.endswith("_places"):
        return hand_out(demand, reach, gaps=gaps, serving=serving, policy=policy)
    n = len(demand.points)
    need = places_needed(demand, gaps, policy=policy)
    counted = np.flatnonzero(reach.counted_mask)
    columns = np.concatenate([counted, np.arange(reach.n_institutions, len(reach.facilities))])
    flow = csr_array(result.flow)[:n].tocoo()
    share = np.asarray(result.served_share[:n], dtype=float)
    return Assigned(
        need=need,
        places=csr_array((flow.data, (flow.row, columns[flow.col])), shape=reach.cost.shape),
        share=np.where(need > 0, share, 0.0),
    )
