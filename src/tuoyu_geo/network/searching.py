"""One bounded search: its arcs, where it begins and ends, and how far it goes; as plain arrays that can travel."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.network.kernel import search
from tuoyu_geo.network.street import Floats, Ints

COST_DECIMALS = 9
"""Costs are rounded here. Two sums that are equal on paper then are equal, whichever way they were added up, and
a place at exactly the standard is covered."""

_SOURCES_PER_TASK = 64


class Arcs(NamedTuple):
    """Directed arcs sorted by tail: those of node i are ``indptr[i]:indptr[i + 1]``."""

    indptr: Ints
    head: NDArray[np.int32]
    weight: Floats


class Search(NamedTuple):
    """The least costs from every source to every target.

    Attributes
    ----------
    arcs
        Of nodes numbered so that what is near stands near in memory.
    sources, targets
        (n_source,) and (n_target,) different nodes.
    cutoff
        Where the search stops, closed.
    """

    arcs: Arcs
    sources: Ints
    targets: Ints
    cutoff: float

    @property
    def n_node(self) -> int:
        """Number of nodes."""
        return len(self.arcs.indptr) - 1


def run_search(given: Search) -> csr_array:
    """(n_source, n_target) least costs, rounded; a missing entry is beyond the cutoff."""
    at, to, cutoff = given.sources, given.targets, given.cutoff
    slot = np.full(given.n_node, -1, dtype=np.int32)
    slot[to] = np.arange(len(to), dtype=np.int32)
    # half a unit of the last decimal: what rounds down to the cutoff is within it
    limit = cutoff + 0.5 * 10.0**-COST_DECIMALS
    # No cost is above the sum of all arcs; the heap's keys have 62 bits for costs up to it and the node.
    node_bits = given.n_node.bit_length()
    dearest = min(limit, float(given.arcs.weight.sum()))
    scale = 2.0 ** (62 - node_bits) / dearest if dearest > 1e-200 else 0.0

    def work(task: Ints) -> tuple[Ints, NDArray[np.int32], Floats]:
        unit = 10.0**COST_DECIMALS
        return search(*given.arcs, task, slot, to, limit, scale, node_bits, unit, cutoff)

    # along the curve, since what one source has brought into the processor's memory its neighbour needs again
    order = np.argsort(at, kind="stable")
    n_worker = min(os.cpu_count() or 1, -(-len(at) // _SOURCES_PER_TASK))
    tasks = np.array_split(at[order], max(1, min(4 * n_worker, len(at))) if n_worker > 1 else 1)
    # Threads, since the compiled search lets go of the interpreter; Numba's own parallel loops take ten times as
    # long to compile. The tasks' order gives the rows' order, so the result doesn't depend on the workers.
    with ThreadPoolExecutor(max(1, n_worker)) as pool:
        parts = list(pool.map(work, tasks))
    found = csr_array(
        (
            np.concatenate([part[2] for part in parts]),
            np.concatenate([part[1] for part in parts]),
            np.concatenate([[0], np.cumsum(np.concatenate([part[0] for part in parts]))]),
        ),
        shape=(len(at), len(to)),
    )
    return found if (order[1:] > order[:-1]).all() else found[np.argsort(order)]
