"""How much longer a walk takes uphill and down: Tobler's hiking function along the streets."""

from collections.abc import Callable

import numpy as np

from tuoyu_geo.network.reached import along_m, places_on
from tuoyu_geo.network.street import CONNECTOR, Floats, StreetNetwork

STEP_M = 30.0
"""Slopes are taken over steps of about this length: the cell of the elevation models that are at hand."""
STEEPEST = 0.6
"""Steeper steps are faults of the model, such as a street below a cliff; they count as this steep."""


def walk_stretch(network: StreetNetwork, elevation_m: Callable[[Floats], Floats]) -> Floats:
    """Times by which the slope stretches a walk along each edge.

    Parameters
    ----------
    network
        The streets.
    elevation_m
        Gives the (n,) elevations [m] of (n, 2) positions [m]; NaN where it isn't known.

    Returns
    -------
    ndarray
        (n_edge, 2) from u to v and back, for `StreetNetwork.walk_stretch`; 1 on the flat and where the elevation
        isn't known. Bridges and tunnels run evenly from their one end to the other.

    Notes
    -----
    Tobler (1993), Three presentations on geographical analysis and modeling: speed = 6 exp(-3.5 |s + 0.05|) km/h at a
    slope s, fastest slightly downhill. Taken relative to the flat, so that a mode's own speed holds there.
    """
    before = along_m(network)
    drawn = before[network.offsets[1:] - 1] - before[network.offsets[:-1]]
    even = network.bridge | network.tunnel | network.edges_of(CONNECTOR)
    n_step = np.where(even, 1, np.maximum(1, np.round(drawn / STEP_M))).astype(np.int64)
    edge = np.repeat(np.arange(network.n_edge), n_step + 1)
    first = np.cumsum(n_step + 1) - n_step - 1
    share = (np.arange(len(edge)) - first[edge]) / n_step[edge]
    height = np.asarray(elevation_m(places_on(network, before, edge, share)), dtype=float)
    inner = np.flatnonzero(share < 1)
    step_m = (network.length_m / n_step)[edge[inner]]
    slope = np.diff(height)[inner] / np.where(step_m > 0, step_m, np.inf)
    slope = np.clip(np.nan_to_num(slope, nan=0.0), -STEEPEST, STEEPEST)
    return np.column_stack(
        [
            np.bincount(edge[inner], weights=_slower(way * slope), minlength=network.n_edge) / n_step
            for way in (1, -1)
        ]
    )


def _slower(slope: Floats) -> Floats:
    return np.asarray(np.exp(3.5 * (np.abs(slope + 0.05) - 0.05)))
