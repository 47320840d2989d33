"""Which parts of which streets are reached from a node."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from tuoyu_geo.network import mode as modes
from tuoyu_geo.network.cost import cost_matrix
from tuoyu_geo.network.street import CONNECTOR, Floats, Ints, StreetNetwork


class Parts(NamedTuple):
    """Parts of edges: (n_part,) the edge, and where on it the part begins and ends (0 to 1)."""

    edge: Ints
    begin: Floats
    end: Floats


def reached_parts(
    network: StreetNetwork,
    node_idx: Ints,
    cutoffs: Sequence[float],
    *,
    mode: modes.Mode,
    inbound: bool = False,
) -> Iterator[list[Parts]]:
    """For each node, and for each cutoff, the parts of streets that lie within it.

    An edge whose cost to its end exceeds what is left of the cutoff is reached in part, up to exactly the cutoff.
    Connectors of other points are left out; the node's own is kept, since its last metres are walked too. `inbound`
    are the parts from which the node is reached.
    """
    everywhere, farthest = np.arange(network.n_node), max(cutoffs)
    if inbound:
        cost = csr_array(cost_matrix(network, everywhere, node_idx, farthest, mode=mode).T)
    else:
        cost = cost_matrix(network, node_idx, everywhere, farthest, mode=mode)
    # an edge is entered at u and left towards v, or driven the other way where the way leads inbound
    from_u, from_v = (modes.impedance(network, mode, backwards=back) for back in (inbound, not inbound))
    sign = -1 if inbound else 1
    forward = sign * network.oneway >= 0 if mode.respects_oneway else np.ones(network.n_edge, dtype=bool)
    backward = sign * network.oneway <= 0 if mode.respects_oneway else forward
    open_street = np.isfinite(from_u)
    street = open_street & ~network.edges_of(CONNECTOR)
    at_node = np.full(network.n_node, np.inf)
    edges_at, edge_list = _edges_by_node(network)
    for row, node in enumerate(node_idx):
        found = slice(cost.indptr[row], cost.indptr[row + 1])
        reached = cost.indices[found].astype(np.int64)
        at_node[reached] = cost.data[found]
        count = edges_at[reached + 1] - edges_at[reached]
        listed = np.repeat(edges_at[reached] - np.cumsum(count) + count, count) + np.arange(count.sum())
        edge = np.unique(edge_list[listed])
        own = (network.u[edge] == node) | (network.v[edge] == node)
        edge = edge[street[edge] | (own & open_street[edge])]
        at_u = np.where(forward[edge], at_node[network.u[edge]], np.inf)
        at_v = np.where(backward[edge], at_node[network.v[edge]], np.inf)
        yield [
            _within(edge, (from_u[edge], from_v[edge]), (cutoff - at_u, cutoff - at_v)) for cutoff in cutoffs
        ]
        at_node[reached] = np.inf


def joined_parts(found: Sequence[Parts]) -> Parts:
    """All parts one after another."""
    return Parts(*(np.concatenate(column) for column in zip(*found, strict=True)))


def along_m(network: StreetNetwork) -> Floats:
    """(n_vertex,) metres on the plane from the first vertex of all to each, edge after edge; for `cut_out`."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(network.coords, axis=0).T))])


def places_on(network: StreetNetwork, before: Floats, edge: Ints, share: Floats) -> Floats:
    """(n, 2) places on edges [m]; `share` is 0 at an edge's first vertex and 1 at its last, `before` the network's `along_m`."""
    begin, last = before[network.offsets[edge]], network.offsets[edge + 1] - 1
    metres = begin + share * (before[last] - begin)
    segment = np.clip(np.searchsorted(before, metres, side="right") - 1, network.offsets[edge], last - 1)
    length = before[segment + 1] - before[segment]
    on = np.clip((metres - before[segment]) / np.where(length > 0, length, 1.0), 0.0, 1.0)[:, None]
    return np.asarray(network.coords[segment] * (1 - on) + network.coords[segment + 1] * on)


def cut_out(network: StreetNetwork, parts: Parts, before: Floats) -> tuple[Floats, Ints]:
    """Coordinates [m] and offsets of parts of edges; `before` is the network's `along_m`."""
    first, last = network.offsets[parts.edge], network.offsets[parts.edge + 1] - 1
    length = before[last] - before[first]
    begin, end = before[first] + parts.begin * length, before[first] + parts.end * length
    # the segment on which the part begins and the one on which it ends
    at = np.clip(np.searchsorted(before, begin, side="right") - 1, first, last - 1)
    to = np.clip(np.searchsorted(before, end, side="left") - 1, at, last - 1)

    def place(segment: Ints, metres: Floats) -> Floats:
        step = before[segment + 1] - before[segment]
        share = np.clip((metres - before[segment]) / np.where(step > 0, step, 1.0), 0.0, 1.0)
        here, there = network.coords[segment], network.coords[segment + 1]
        return np.asarray(here + share[:, None] * (there - here))

    count = to - at + 2
    offsets = np.concatenate([[0], np.cumsum(count)])
    inside = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - at, count)
    coords = network.coords[inside]
    coords[offsets[:-1]] = place(at, begin)
    coords[offsets[1:] - 1] = place(to, end)
    return coords, offsets


def _edges_by_node(network: StreetNetwork) -> tuple[Ints, Ints]:
    ends = np.concatenate([network.u, network.v])
    order = np.argsort(ends, kind="stable")
    return (
        np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=network.n_node))]),
        order % max(1, network.n_edge),
    )


def _within(edge: Ints, weight: tuple[Floats, Floats], left: tuple[Floats, Floats]) -> Parts:
    from_u, from_v = (
        np.where(rest >= cost, 1.0, rest / np.where(cost > 0, cost, 1.0))
        for cost, rest in zip(weight, left, strict=True)
    )
    whole = np.maximum(from_u, 0) + np.maximum(from_v, 0) >= 1
    some_u, some_v = ~whole & (from_u > 0), ~whole & (from_v > 0)
    ones, zeros = np.ones(len(edge)), np.zeros(len(edge))
    return Parts(
        np.concatenate([edge[whole], edge[some_u], edge[some_v]]),
        np.concatenate([zeros[whole], zeros[some_u], 1 - from_v[some_v]]),
        np.concatenate([ones[whole], from_u[some_u], ones[some_v]]),
    )
