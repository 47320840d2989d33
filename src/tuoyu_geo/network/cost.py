"""What the way from every origin to every destination costs, up to a cutoff."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network import mode as modes
from tuoyu_geo.network.kernel import search
from tuoyu_geo.network.street import Floats, Ints, StreetNetwork

COST_DECIMALS = 9
"""Costs are rounded here. Two sums that are equal on paper then are equal, whichever way they were added up, and
a place at exactly the standard is covered."""

_SOURCES_PER_TASK = 64


class Arcs(NamedTuple):
    """Directed arcs sorted by tail: those of node i are ``indptr[i]:indptr[i + 1]``."""

    indptr: Ints
    head: NDArray[np.int32]
    weight: Floats


def cost_matrix(
    network: StreetNetwork,
    origins: ArrayLike,
    destinations: ArrayLike,
    cutoff: float,
    *,
    mode: modes.Mode | None = None,
    impedance: ArrayLike | None = None,
) -> csr_array:
    """Least cost from every origin to every destination within a cutoff.

    Parameters
    ----------
    network
        The streets.
    origins, destinations
        (n_origin,) and (n_destination,) node indices; a node may occur more than once.
    cutoff
        Where the search stops, closed: a cost equal to the cutoff is kept. May be infinite.
    mode
        Gives the cost of the edges, the streets that are open, and whether one-way streets bind. Without it an
        edge costs its length, every street is open and both ways.
    impedance
        (n_edge,) own cost of the edges in place of a mode's, both ways; infinite closes an edge.

    Returns
    -------
    csr_array
        (n_origin, n_destination) in the unit of the mode or the impedance (metres without either), indices
        sorted. A missing entry is unreachable within the cutoff; a stored zero is a way of no length.

    Raises
    ------
    NetworkError
        A negative cutoff or one that isn't a number, an index outside the network, both a mode and an impedance,
        or an impedance that is negative or has not one value an edge.

    Notes
    -----
    Dijkstra's algorithm with a binary heap, from whichever side has fewer points. Costs are rounded to 1e-9.
    """
    if not cutoff >= 0:
        raise NetworkError(text("network.cutoff", found=cutoff))
    rows, row_of = _each_once(_node_indices(origins, network.n_node))
    columns, column_of = _each_once(_node_indices(destinations, network.n_node))
    backwards = len(columns) < len(rows)
    graph = arcs(network, mode=mode, impedance=impedance, backwards=backwards)
    if backwards:
        found = csr_array(_search_all(graph, columns, rows, cutoff).T)
    else:
        found = _search_all(graph, rows, columns, cutoff)
    if len(row_of) != len(rows) or (row_of[1:] < row_of[:-1]).any():
        found = found[row_of]
    if len(column_of) != len(columns) or (column_of[1:] < column_of[:-1]).any():
        found = found[:, column_of]
    found.sort_indices()
    return found


def arcs(
    network: StreetNetwork,
    *,
    mode: modes.Mode | None = None,
    impedance: ArrayLike | None = None,
    backwards: bool = False,
) -> Arcs:
    """The directed arcs that are open, with their costs; `backwards` turns every one around."""
    if mode is not None and impedance is not None:
        raise NetworkError(text("network.mode_and_impedance"))
    if mode is not None:
        weight, weight_back = (modes.impedance(network, mode, backwards=back) for back in (False, True))
    else:
        weight = network.length_m if impedance is None else np.asarray(impedance, dtype=float)
        weight_back = weight
    if weight.shape != (network.n_edge,) or not (weight >= 0).all():
        raise NetworkError(text("network.impedance", n=network.n_edge))
    oneway = (
        network.oneway if mode is not None and mode.respects_oneway else np.zeros(network.n_edge, np.int8)
    )
    not_closed = np.isfinite(weight) & (network.u != network.v)
    forth, back = not_closed & (oneway >= 0), not_closed & (oneway <= 0)
    tail = np.concatenate([network.u[forth], network.v[back]])
    head = np.concatenate([network.v[forth], network.u[back]])
    if backwards:
        tail, head = head, tail
    order = np.argsort(tail, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=network.n_node))])
    return Arcs(
        indptr.astype(np.int64),
        head[order].astype(np.int32),
        np.concatenate([weight[forth], weight_back[back]])[order],
    )


def adjacency(
    network: StreetNetwork, *, mode: modes.Mode | None = None, impedance: ArrayLike | None = None
) -> csr_array:
    """(n_node, n_node) the open arcs as SciPy's graph routines want them, the cheapest of parallel ones."""
    graph = arcs(network, mode=mode, impedance=impedance)
    tail: Ints = np.repeat(np.arange(network.n_node), np.diff(graph.indptr))
    order = np.lexsort((graph.weight, graph.head, tail))
    pair = tail[order] * network.n_node + graph.head[order]
    order = order[np.append(True, pair[1:] != pair[:-1])] if len(order) else order
    return csr_array(
        (graph.weight[order], (tail[order], graph.head[order])), shape=(network.n_node, network.n_node)
    )


def _node_indices(nodes: ArrayLike, n_node: int) -> Ints:
    raw = np.asarray(nodes)
    if raw.size == 0:
        return np.zeros(0, dtype=np.int64)
    if raw.ndim != 1 or not np.issubdtype(raw.dtype, np.integer):
        raise NetworkError(text("network.index_type", found=raw.dtype))
    outside = (raw < 0) | (raw >= n_node)
    if outside.any():
        raise NetworkError(text("network.index_range", found=int(raw[outside][0]), n=n_node))
    return raw.astype(np.int64)


def _each_once(nodes: Ints) -> tuple[Ints, Ints]:
    """The different nodes in order, and where each of the given ones stands among them."""
    if (nodes[1:] > nodes[:-1]).all():
        return nodes, np.arange(len(nodes))
    different, position = np.unique(nodes, return_inverse=True)
    return different, position


def _search_all(graph: Arcs, sources: Ints, targets: Ints, cutoff: float) -> csr_array:
    slot = np.full(len(graph.indptr) - 1, -1, dtype=np.int32)
    slot[targets] = np.arange(len(targets), dtype=np.int32)
    # half a unit of the last decimal: what rounds down to the cutoff is within it
    limit = float(cutoff) + 0.5 * 10.0**-COST_DECIMALS
    n_worker = min(os.cpu_count() or 1, -(-len(sources) // _SOURCES_PER_TASK))
    tasks = np.array_split(sources, max(1, min(4 * n_worker, len(sources))) if n_worker > 1 else 1)
    # Threads, since the compiled search lets go of the interpreter; Numba's own parallel loops take ten times as
    # long to compile. The tasks' order gives the rows' order, so the result doesn't depend on the workers.
    with ThreadPoolExecutor(max(1, n_worker)) as pool:
        parts = list(pool.map(lambda task: search(*graph, task, slot, len(targets), limit), tasks))
    counts = np.concatenate([part[0] for part in parts])
    cost = np.minimum(np.round(np.concatenate([part[2] for part in parts]), COST_DECIMALS), cutoff)
    return csr_array(
        (cost, np.concatenate([part[1] for part in parts]), np.concatenate([[0], np.cumsum(counts)])),
        shape=(len(sources), len(targets)),
    )
