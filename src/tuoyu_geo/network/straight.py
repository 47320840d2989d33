"""Where there are no streets: the straight line, stretched by a detour factor."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.cost import cost_matrix
from tuoyu_geo.network.mode import WALK_M
from tuoyu_geo.network.pieces import within_radius
from tuoyu_geo.network.searching import COST_DECIMALS
from tuoyu_geo.network.street import StreetNetwork, checked_points


def straight_line_matrix(
    origin_xy: ArrayLike, destination_xy: ArrayLike, cutoff: float, *, detour_factor: float = 1.0
) -> csr_array:
    """Straight distance times a detour factor from every origin to every destination, within a cutoff.

    Parameters
    ----------
    origin_xy, destination_xy
        (n_origin, 2) and (n_destination, 2) positions on one plane [m].
    cutoff
        Largest stretched distance that is kept [m], closed; may be infinite.
    detour_factor
        What a metre of straight line is on the ground, at least 1.

    Returns
    -------
    csr_array
        (n_origin, n_destination) as `cost_matrix` gives it [m]: a missing entry is beyond the cutoff, a stored
        zero is the same place.

    Raises
    ------
    NetworkError
        A position that isn't a number, a negative cutoff, or a factor below 1.
    """
    origins, destinations = checked_points(origin_xy), checked_points(destination_xy)
    if not cutoff >= 0:
        raise NetworkError(text("network.cutoff", found=cutoff))
    if not 1 <= detour_factor < np.inf:
        raise NetworkError(text("network.detour_factor", found=detour_factor))
    shape = (len(origins), len(destinations))
    if not all(shape):
        return csr_array(shape, dtype=float)
    # a little farther than needed, and then cut exactly
    radius = cutoff / detour_factor * (1 + 1e-9) + 1e-6
    row, column = within_radius(KDTree(destinations), origins, radius)
    cost = np.round(np.hypot(*(origins[row] - destinations[column]).T) * detour_factor, COST_DECIMALS)
    kept = cost <= cutoff
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[kept], minlength=len(origins)))])
    return csr_array((cost[kept], column[kept], indptr), shape=shape)


NEAR_M, FAR_M = 300.0, 2000.0
"""Straight distances between which pairs of nodes tell the detour factor [m]."""
N_SAMPLED = 100
"""Nodes that are sampled for it, each paired with every other node at such a distance."""


def estimate_detour_factor(network: StreetNetwork) -> float:
    """Median of street distance on foot over straight distance, between sampled nodes of the largest connected part.

    Raises
    ------
    NetworkError
        No pair of nodes lies between `NEAR_M` and `FAR_M` apart.
    """
    largest = int(np.argmax(np.bincount(network.component)))
    nodes = np.flatnonzero(network.component == largest)
    sample = np.sort(np.random.default_rng(0).choice(nodes, min(N_SAMPLED, len(nodes)), replace=False))
    # A way more than five times the straight line says there is no sensible way; it stays out of a median anyway.
    found = cost_matrix(network, sample, nodes, 5 * FAR_M, mode=WALK_M).tocoo()
    straight = np.hypot(*(network.xy[sample[found.row]] - network.xy[nodes[found.col]]).T)
    chosen = (straight >= NEAR_M) & (straight <= FAR_M)
    if not chosen.any():
        raise NetworkError(text("network.no_pairs", low=NEAR_M, high=FAR_M))
    return float(max(1.0, np.median(found.data[chosen] / straight[chosen])))
