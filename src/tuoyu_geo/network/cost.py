"""What the way from every origin to every destination costs, up to a cutoff."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network import mode as modes
from tuoyu_geo.network.regions import searched
from tuoyu_geo.network.searching import Arcs, Search
from tuoyu_geo.network.street import Floats, Ints, StreetNetwork


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
    Dijkstra's algorithm with a heap of four children, from whichever side has fewer points. Costs are rounded to 1e-9.
    """
    if not cutoff >= 0:
        raise NetworkError(text("network.cutoff", found=cutoff))
    rows, row_of = _each_once(_node_indices(origins, network.n_node))
    columns, column_of = _each_once(_node_indices(destinations, network.n_node))
    backwards = len(columns) < len(rows)
    graph = _graph(network, mode=mode, impedance=impedance, backwards=backwards)
    if backwards:
        found = csr_array(_search_all(graph, columns, rows, cutoff).T)
    else:
        found = _search_all(graph, rows, columns, cutoff)
    if row_of is not None:
        found = found[row_of]
    if column_of is not None:
        found = found[:, column_of]
    found.sort_indices()
    return found


def _weights(
    network: StreetNetwork, *, mode: modes.Mode | None, impedance: ArrayLike | None
) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """(n_edge,) costs from u to v and back, and the directions that bind."""
    if mode is not None and impedance is not None:
        raise NetworkError(text("network.mode_and_impedance"))
    if mode is not None:
        weight, weight_back = (modes.impedance(network, mode, backwards=back) for back in (False, True))
    else:
        weight = network.length_m if impedance is None else np.asarray(impedance, dtype=float)
        weight_back = weight
    if weight.shape != (network.n_edge,) or not (weight >= 0).all():
        raise NetworkError(text("network.impedance", n=network.n_edge))
    bind = mode is not None and mode.respects_oneway
    return weight, weight_back, network.oneway if bind else np.zeros(network.n_edge, np.int8)


def _sorted_arcs(
    u: Ints,
    v: Ints,
    weight: Floats,
    weight_back: Floats,
    oneway: NDArray[np.int8],
    *,
    backwards: bool,
    n_node: int,
) -> Arcs:
    not_closed = np.isfinite(weight) & (u != v)
    forth, back = not_closed & (oneway >= 0), not_closed & (oneway <= 0)
    tail = np.concatenate([u[forth], v[back]])
    head = np.concatenate([v[forth], u[back]])
    if backwards:
        tail, head = head, tail
    order = np.argsort(tail, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n_node))])
    return Arcs(
        indptr.astype(np.int64),
        head[order].astype(np.int32),
        np.concatenate([weight[forth], weight_back[back]])[order],
    )


class _Graph(NamedTuple):
    """Arcs whose nodes are numbered along a curve through the plane, so that what is near stands near in memory.

    `number` is (n_node,) each node's place on the curve; `made_of` are copies of the arrays that the arcs come from.
    """

    arcs: Arcs
    number: Ints
    made_of: tuple[NDArray[Any], ...]


def _graph(
    network: StreetNetwork, *, mode: modes.Mode | None, impedance: ArrayLike | None, backwards: bool
) -> _Graph:
    """The arcs of a search; those of the last search in this direction where nothing they come from has changed."""
    weights = _weights(network, mode=mode, impedance=impedance)
    made_of: tuple[NDArray[Any], ...] = (network.u, network.v, *weights)
    kept: _Graph | None = network._graphs.get(backwards)  # noqa: SLF001  (kept there for this function)
    if kept is not None and all(
        np.array_equal(now, then) for now, then in zip(made_of, kept.made_of, strict=True)
    ):
        return kept
    number = np.empty(network.n_node, dtype=np.int64)
    number[np.argsort(_along_curve(network.xy), kind="stable")] = np.arange(network.n_node)
    found = _sorted_arcs(
        number[network.u], number[network.v], *weights, backwards=backwards, n_node=network.n_node
    )
    graph = _Graph(found, number, tuple(array.copy() for array in made_of))
    network._graphs[backwards] = graph  # noqa: SLF001
    return graph


def _along_curve(xy: Floats) -> NDArray[np.uint64]:
    """(n,) places along Morton's curve: the bits of both coordinates by turns."""
    size = max(float(np.ptp(xy, axis=0).max(initial=0.0)), 1e-9) if len(xy) else 1.0
    cell = ((xy - xy.min(axis=0, initial=np.inf)) / size * 0xFFFF).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    return np.asarray(cell[:, 0] | (cell[:, 1] << np.uint64(1)))


def adjacency(network: StreetNetwork) -> csr_array:
    """(n_node, n_node) lengths [m] as SciPy's graph routines want them, both ways, the shortest of parallel streets."""
    weights = _weights(network, mode=None, impedance=None)
    graph = _sorted_arcs(network.u, network.v, *weights, backwards=False, n_node=network.n_node)
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


def _each_once(nodes: Ints) -> tuple[Ints, Ints | None]:
    """The different nodes, and where each of the given ones stands among them; None where they differ as given."""
    different, position = np.unique(nodes, return_inverse=True)
    return (nodes, None) if len(different) == len(nodes) else (different, position)


def _search_all(graph: _Graph, sources: Ints, targets: Ints, cutoff: float) -> csr_array:
    return searched(Search(graph.arcs, graph.number[sources], graph.number[targets], float(cutoff)))
