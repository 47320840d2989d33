"""Where there are no streets: the straight line, stretched by a detour factor."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.cost import cost_matrix
from tuoyu_geo.network.mode import WALK_M, Mode
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


def estimate_detour_factor(
    network: StreetNetwork,
    *,
    mode: Mode = WALK_M,
    low_m: float = 300.0,
    high_m: float = 2000.0,
    n_origin: int = 100,
    seed: int = 0,
) -> float:
    """Median of street distance over straight distance, between sampled nodes of the largest connected part.

    Parameters
    ----------
    network
        The streets.
    mode
        Gives the streets that are open; distances are metres whatever its unit.
    low_m, high_m
        Straight distances between which pairs are looked at [m].
    n_origin
        How many nodes to sample; each is paired with every other node at such a distance.
    seed
        Of the sample.

    Raises
    ------
    NetworkError
        No pair of nodes lies at such a distance.
    """
    largest = int(np.argmax(np.bincount(network.component)))
    nodes = np.flatnonzero(network.component == largest)
    sample = np.sort(np.random.default_rng(seed).choice(nodes, min(n_origin, len(nodes)), replace=False))
    in_metres = Mode(
        name=mode.name,
        unit="m",
        respects_oneway=mode.respects_oneway,
        on_foot=mode.on_foot,
        excluded=mode.excluded,
    )
    # A way more than five times the straight line says there is no sensible way; it stays out of a median anyway.
    found = cost_matrix(network, sample, nodes, 5 * high_m, mode=in_metres).tocoo()
    straight = np.hypot(*(network.xy[sample[found.row]] - network.xy[nodes[found.col]]).T)
    chosen = (straight >= low_m) & (straight <= high_m)
    if not chosen.any():
        raise NetworkError(text("network.no_pairs", low=low_m, high=high_m))
    return float(max(1.0, np.median(found.data[chosen] / straight[chosen])))
