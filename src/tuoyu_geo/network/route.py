"""The way itself: which streets the cheapest path takes, and how long it is in metres."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network import mode as modes
from tuoyu_geo.network.searching import COST_DECIMALS
from tuoyu_geo.network.street import Bools, Floats, Ints, StreetNetwork


class Route(NamedTuple):
    """One way.

    Attributes
    ----------
    cost
        In the mode's unit; infinite where there is no way.
    length_m
        Along the streets [m], the last metres off the street included; infinite where there is no way.
    xy
        (n_vertex, 2) its course [m]; empty where there is no way.
    """

    cost: float
    length_m: float
    xy: Floats


class _BestArcs(NamedTuple):
    """Sorted by `key`, which is tail x number of nodes + head."""

    key: Ints
    tail: Ints
    head: Ints
    cost: Floats
    edge: Ints
    forward: Bools


def routes(
    network: StreetNetwork, origins: ArrayLike, destinations: ArrayLike, *, mode: modes.Mode
) -> list[Route]:
    """The cheapest way from each origin to the destination of the same place in the list.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        (n_pair,) node indices.
    mode
        Who moves. Of equally cheap ways any one; of parallel edges equally cheap, the shorter.

    Raises
    ------
    NetworkError
        Lists of unequal length, or an index outside the network.
    """
    start, end = np.asarray(origins, dtype=np.int64), np.asarray(destinations, dtype=np.int64)
    if start.shape != end.shape:
        raise NetworkError(text("network.pairs", n_origin=len(start), n_destination=len(end)))
    outside = [int(node) for node in np.concatenate([start, end]) if not 0 <= node < network.n_node]
    if outside:
        raise NetworkError(text("network.index_range", found=outside[0], n=network.n_node))
    best = _best_arcs(network, mode)
    # From the destination backwards, so that one search serves everybody who goes there.
    backwards = csr_array((best.cost, (best.head, best.tail)), shape=(network.n_node, network.n_node))
    found: list[Route | None] = [None] * len(start)
    for node in np.unique(end):
        costs, after_32 = dijkstra(backwards, indices=node, return_predecessors=True)
        after = after_32.astype(np.int64)
        for pair in np.flatnonzero(end == node):
            found[pair] = _followed(network, best, node=int(start[pair]), costs=costs, after=after)
    return [route for route in found if route is not None]


def _followed(network: StreetNetwork, best: _BestArcs, *, node: int, costs: Floats, after: Ints) -> Route:
    """From a node along the successors that a search from the destination left behind."""
    if not np.isfinite(costs[node]):
        return Route(np.inf, np.inf, np.zeros((0, 2)))
    cost, length_m, course = round(float(costs[node]), COST_DECIMALS), 0.0, [network.xy[node][None, :]]
    while after[node] >= 0:
        step = int(after[node])
        arc = np.searchsorted(best.key, node * network.n_node + step)
        edge = best.edge[arc]
        length_m += float(network.length_m[edge])
        vertices = network.coords[network.offsets[edge] : network.offsets[edge + 1]]
        course.append((vertices if best.forward[arc] else vertices[::-1])[1:])
        node = step
    return Route(cost, length_m, np.concatenate(course))


def _best_arcs(network: StreetNetwork, mode: modes.Mode) -> _BestArcs:
    """The cheapest directed arc between each two nodes, sorted by tail and head."""
    weight = modes.impedance(network, mode)
    oneway = network.oneway if mode.respects_oneway else np.zeros(network.n_edge, np.int8)
    is_open = np.isfinite(weight) & (network.u != network.v)
    forth, back = np.flatnonzero(is_open & (oneway >= 0)), np.flatnonzero(is_open & (oneway <= 0))
    edge = np.concatenate([forth, back])
    tail = np.concatenate([network.u[forth], network.v[back]])
    head = np.concatenate([network.v[forth], network.u[back]])
    forward = np.arange(len(edge)) < len(forth)
    order = np.lexsort((edge, network.length_m[edge], weight[edge], head, tail))
    pair = (tail * network.n_node + head)[order]
    order = order[np.append(True, pair[1:] != pair[:-1])] if len(order) else order
    key = tail[order] * network.n_node + head[order]
    return _BestArcs(key, tail[order], head[order], weight[edge[order]], edge[order], forward[order])
