"""Service areas for drawing. Nobody is counted by them: who is served is decided on the streets."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.mode import WALK_M, Mode
from tuoyu_geo.network.reached import Parts, along_m, cut_out, reached_parts
from tuoyu_geo.network.street import Ints, StreetNetwork

BUFFER_M = 50.0
_SIMPLIFIED_SHARE = 0.1


def service_areas(
    network: StreetNetwork,
    node_idx: ArrayLike,
    cutoffs: Sequence[float],
    *,
    mode: Mode = WALK_M,
    buffer_m: float = BUFFER_M,
) -> NDArray[np.object_]:
    """Polygons around the streets that are reached from each node.

    Parameters
    ----------
    network
        The streets, with the facilities attached.
    node_idx
        (n_facility,) nodes; -1, a facility that isn't on the network, gives empty polygons.
    cutoffs
        In the mode's unit, closed.
    mode
        Who moves.
    buffer_m
        How far the area reaches beside a street [m].

    Returns
    -------
    ndarray
        (n_facility, n_cutoff) polygons or multipolygons. Each holds every reached part of a street and nothing
        farther from one than `buffer_m`, save holes smaller than a circle of that radius, which are filled, and
        a tenth of `buffer_m` by which outlines are simplified. A river is crossed only along a reached bridge.

    Raises
    ------
    NetworkError
        No cutoff or a negative one, an index outside the network, or a buffer that isn't positive.
    """
    if not 0 < buffer_m < np.inf:
        raise NetworkError(text("network.buffer", found=buffer_m))
    if not len(cutoffs) or not all(cutoff >= 0 for cutoff in cutoffs):
        raise NetworkError(text("network.cutoff", found=list(cutoffs)))
    nodes = np.asarray(node_idx, dtype=np.int64)
    areas = np.full((len(nodes), len(cutoffs)), shapely.Polygon(), dtype=object)
    placed = np.flatnonzero(nodes >= 0)
    whole = _WholeEdges(network, buffer_m)
    buffers = (
        whole.buffers(parts)
        for by_cutoff in reached_parts(network, nodes[placed], cutoffs, mode=mode)
        for parts in by_cutoff
    )
    # The union, which is nearly all of the work, lets go of the interpreter.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outlines = list(pool.map(lambda found: _outline(found, buffer_m), buffers))
    for k, outline in enumerate(outlines):
        areas[placed[k // len(cutoffs)], k % len(cutoffs)] = outline
    return areas


class _WholeEdges:
    """Buffers of edges: those of whole edges, which many areas share, are made once."""

    def __init__(self, network: StreetNetwork, buffer_m: float) -> None:
        self._network = network
        self._buffer_m = buffer_m
        self._along_m = along_m(network)
        self._known = np.full(network.n_edge, None, dtype=object)

    def buffers(self, parts: Parts) -> NDArray[np.object_]:
        is_whole = (parts.begin == 0) & (parts.end == 1)
        edge = parts.edge[is_whole]
        new = edge[shapely.is_missing(self._known[edge])]
        if len(new):
            self._known[new] = self._buffered(Parts(new, np.zeros(len(new)), np.ones(len(new))))
        cut = Parts(parts.edge[~is_whole], parts.begin[~is_whole], parts.end[~is_whole])
        return np.concatenate([self._known[edge], self._buffered(cut)])

    def _buffered(self, parts: Parts) -> NDArray[np.object_]:
        if not len(parts.edge):
            return np.zeros(0, dtype=object)
        coords, offsets = cut_out(self._network, parts, self._along_m)
        return np.asarray(shapely.buffer(_lines(coords, offsets), self._buffer_m, quad_segs=2))


def _lines(coords: NDArray[np.float64], offsets: Ints) -> NDArray[np.object_]:
    return np.asarray(
        shapely.linestrings(coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
    )


def _outline(buffers: NDArray[np.object_], buffer_m: float) -> shapely.Geometry:
    area = shapely.union_all(buffers)
    parts = [_without_small_holes(part, np.pi * buffer_m**2) for part in shapely.get_parts(area)]
    filled = shapely.union_all(parts) if len(parts) > 1 else (parts[0] if parts else shapely.Polygon())
    return shapely.simplify(filled, _SIMPLIFIED_SHARE * buffer_m)


def _without_small_holes(polygon: shapely.Polygon, area_m2: float) -> shapely.Polygon:
    holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area > area_m2]
    return shapely.Polygon(polygon.exterior, holes)
