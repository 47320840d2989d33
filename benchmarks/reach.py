"""Bounded many-to-many distances: ours against SciPy, and Pandana and NetworkX (OSMnx's engine) where installed.

Run ``python benchmarks/reach.py [NETWORK_FILE]``; without a file a jittered grid of 100,000 nodes stands in. All
tools search the same streets from the same nodes in one process, one after another, and each figure is the least of
three. Pandana's range query is timed on the nodes; its index is built beforehand and not counted.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.network import StreetNetwork, adjacency, cost_matrix, from_edges, read_osm

LIMITS_M = (500.0, 1000.0, 2000.0)
N_SOURCE = 1000
N_SLOW_SOURCE = 50
SIDE = 316


def jittered_grid(*, seed: int) -> StreetNetwork:
    """A square grid of SIDE x SIDE crossings, about 100 m apart, a tenth of the streets missing."""
    rng = np.random.default_rng(seed)
    nodes = np.arange(SIDE * SIDE)
    xy = 100.0 * np.column_stack([nodes % SIDE, nodes // SIDE]) + rng.uniform(-25, 25, (len(nodes), 2))
    east, north = nodes[nodes % SIDE < SIDE - 1], nodes[nodes < SIDE * (SIDE - 1)]
    ends = np.concatenate([np.column_stack([east, east + 1]), np.column_stack([north, north + SIDE])])
    ends = ends[rng.random(len(ends)) > 0.1]
    return from_edges(xy, ends[:, 0], ends[:, 1])


def ms_a_source(run: Callable[[], object], n_source: int) -> float:
    """Least of three runs, in milliseconds a source."""
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return 1000 * min(seconds) / n_source


def rivals(network: StreetNetwork) -> dict[str, Callable[[np.ndarray, float], object]]:
    """Other tools' searches from many nodes to every node within a limit, by name."""
    graph = adjacency(network)
    found: dict[str, Callable[[np.ndarray, float], object]] = {
        "scipy": lambda sources, limit: [
            dijkstra(graph, indices=part, limit=limit) for part in np.array_split(sources, 20)
        ]
    }
    try:
        import networkx as nx

        walks = nx.from_scipy_sparse_array(graph)
        found["networkx"] = lambda sources, limit: [
            nx.single_source_dijkstra_path_length(walks, int(source), cutoff=limit, weight="weight")
            for source in sources
        ]
    except ImportError:
        pass
    try:
        import pandana
        import pandas as pd

        x, y = (pd.Series(network.xy[:, axis]) for axis in (0, 1))
        u, v, metres = pd.Series(network.u), pd.Series(network.v), pd.DataFrame({"m": network.length_m})
        pan = pandana.Network(x, y, u, v, metres, twoway=True)
        found["pandana"] = lambda sources, limit: pan.nodes_in_range(sources.tolist(), limit)
    except ImportError:
        pass
    return found


def main() -> None:
    """Print one line a limit and tool."""
    network = read_osm(Path(sys.argv[1])) if len(sys.argv) > 1 else jittered_grid(seed=0)
    sources = np.random.default_rng(1).choice(network.n_node, min(N_SOURCE, network.n_node), replace=False)
    everything = np.arange(network.n_node)
    begin = time.perf_counter()
    cost_matrix(network, sources[:1], everything, 1.0)
    print(
        f"{network.n_node:,} nodes, {network.n_edge:,} edges; first search {time.perf_counter() - begin:.2f} s"
    )
    others = rivals(network)
    for limit in LIMITS_M:
        ours = ms_a_source(lambda limit=limit: cost_matrix(network, sources, everything, limit), len(sources))
        reached = cost_matrix(network, sources, everything, limit).nnz / len(sources)
        print(f"{limit:6,.0f} m  ours      {ours:8.3f} ms a source, {reached:,.0f} nodes reached")
        for name, run in others.items():
            few = sources if name == "pandana" else sources[:N_SLOW_SOURCE]
            theirs = ms_a_source(lambda run=run, few=few, limit=limit: run(few, limit), len(few))
            print(f"{'':9} {name:9} {theirs:8.3f} ms a source, {theirs / ours:.1f} times ours")


if __name__ == "__main__":
    main()
