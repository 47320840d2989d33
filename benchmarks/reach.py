"""Reach beside its peers on the same streets in one run: ratios, since the machine's speed drops out of them.

Run ``python benchmarks/reach.py [PART ...]`` with parts among range, pairs, large, read, area (all when none is named)
and ``--osm FILE.osm.pbf`` for the parts on real streets. Pandana, SciPy, NetworkX and OSMnx take part where they are
installed. Each pair of tools alternates, round after round, and the least of the rounds counts. What a tool prepares
once (Pandana's contraction, our compilation) is told apart and not counted in the searches. Where a peer is ahead the
ratio is below 1.
"""

import argparse
import bz2
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.network import StreetNetwork, adjacency, attach, cost_matrix, from_edges, read_osm

Run = Callable[[], object]
LIMITS_M = (500.0, 1000.0, 2000.0)
GOALS = dict(zip(LIMITS_M, (8.0, 5.0, 4.0), strict=True))
ROUNDS = 3


def jittered_grid(side: int, *, seed: int) -> StreetNetwork:
    """A square grid of side x side crossings, about 100 m apart, a tenth of the streets missing."""
    rng = np.random.default_rng(seed)
    nodes = np.arange(side * side)
    xy = 100.0 * np.column_stack([nodes % side, nodes // side]) + rng.uniform(-25, 25, (len(nodes), 2))
    east, north = nodes[nodes % side < side - 1], nodes[nodes < side * (side - 1)]
    ends = np.concatenate([np.column_stack([east, east + 1]), np.column_stack([north, north + side])])
    ends = ends[rng.random(len(ends)) > 0.1]
    return from_edges(xy, ends[:, 0], ends[:, 1])


def alternating(tools: Mapping[str, Run]) -> dict[str, float]:
    """Least seconds of each tool; they take turns, so that a busy machine is busy for all."""
    least = dict.fromkeys(tools, np.inf)
    for _ in range(ROUNDS):
        for name, run in tools.items():
            begin = time.perf_counter()
            run()
            least[name] = min(least[name], time.perf_counter() - begin)
    return least


def show(label: str, per: Mapping[str, float], *, unit: str, goal: float | None = None) -> None:
    """One line: ours, each peer, and how many times ours the best of them takes."""
    peers = {name: value for name, value in per.items() if name != "ours"}
    line = f"{label:28} ours {per['ours']:10.4f} {unit}"
    line += "".join(f"   {name} {value:.4f} ({value / per['ours']:.1f}x)" for name, value in peers.items())
    if peers and goal is not None:
        line += f"   best peer {min(peers.values()) / per['ours']:.1f}x, asked {goal:g}x"
    print(line)


def pandana_network(network: StreetNetwork) -> object | None:
    """The same streets in Pandana, where it is installed."""
    if find_spec("pandana") is None:
        return None
    import pandana
    import pandas as pd

    x, y = (pd.Series(network.xy[:, axis]) for axis in (0, 1))
    ends = pd.Series(network.u), pd.Series(network.v)
    return pandana.Network(x, y, *ends, pd.DataFrame({"m": network.length_m}), twoway=True)


def ranges(network: StreetNetwork) -> None:
    """Everything within a limit of 1,000 sources; SciPy and NetworkX, which are slower, get 50 of them."""
    rng = np.random.default_rng(1)
    many = rng.choice(network.n_node, min(1000, network.n_node), replace=False)
    few, everything, graph = many[:50], np.arange(network.n_node), adjacency(network)
    pan = pandana_network(network)
    cost_matrix(network, few, everything, 100.0)
    walks = None
    if find_spec("networkx") is not None:
        import networkx as nx

        walks = nx.from_scipy_sparse_array(graph)
    for limit in LIMITS_M:
        tools: dict[str, Run] = {"ours": lambda limit=limit: cost_matrix(network, many, everything, limit)}
        n_source = {"ours": len(many)}
        tools["scipy"] = lambda limit=limit: dijkstra(graph, indices=few, limit=limit)
        n_source["scipy"] = len(few)
        if pan is not None:
            tools["pandana"] = lambda limit=limit: pan.nodes_in_range(many.tolist(), limit)
            n_source["pandana"] = len(many)
        if walks is not None:
            tools["networkx"] = lambda limit=limit: [
                nx.single_source_dijkstra_path_length(walks, int(one), cutoff=limit, weight="weight")
                for one in few
            ]
            n_source["networkx"] = len(few)
        seconds = alternating(tools)
        per = {name: 1000 * value / n_source[name] for name, value in seconds.items()}
        show(f"range {limit:,.0f} m, {network.n_node:,} nodes", per, unit="ms a source", goal=GOALS[limit])


def pairs() -> None:
    """1,000 origins to 1,000 destinations on 10,000 nodes, without a limit: a million pairs."""
    network = jittered_grid(100, seed=2)
    rng = np.random.default_rng(3)
    origins, destinations = (rng.choice(network.n_node, 1000, replace=False) for _ in range(2))
    cost_matrix(network, origins[:2], destinations, np.inf)
    graph = adjacency(network)
    tools: dict[str, Run] = {
        "ours": lambda: cost_matrix(network, origins, destinations, np.inf),
        "scipy": lambda: dijkstra(graph, indices=origins)[:, destinations],
    }
    pan = pandana_network(network)
    if pan is not None:
        warnings.filterwarnings("ignore", module="pandana")  # it names every pair that has no way
        a, b = np.repeat(origins, 1000), np.tile(destinations, 1000)
        tools["pandana"] = lambda: pan.shortest_path_lengths(a, b)
    show("1,000,000 pairs, 10,000 nodes", alternating(tools), unit="s (asked 0.5 s)")


def large() -> None:
    """20,000 sources within 1,000 m to 2,000 destinations on a million nodes."""
    network = jittered_grid(1000, seed=4)
    rng = np.random.default_rng(5)
    sources = rng.choice(network.n_node, 20_000, replace=False)
    everything = np.arange(network.n_node)
    cost_matrix(network, sources[:2], everything, 100.0)
    begin = time.perf_counter()
    found = cost_matrix(network, sources, everything, 1000.0)
    seconds = time.perf_counter() - begin
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"20,000 sources at 1,000 m on {network.n_node:,} nodes: {seconds:.2f} s (asked 10), peak {peak_gb:.2f} GB (asked 4), "
        f"{found.nnz:,} distances"
    )


def reading(pbf: Path) -> None:
    """A .osm.pbf to a ready network, beside OSMnx's reader of the same extract as XML."""
    tools: dict[str, Run] = {"ours": lambda: read_osm(pbf)}
    packed = pbf.with_name(pbf.name.replace(".pbf", ".bz2"))
    if find_spec("osmnx") is not None and packed.exists():
        import osmnx as ox

        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "extract.osm"
            plain.write_bytes(bz2.decompress(packed.read_bytes()))
            tools["osmnx"] = lambda: ox.graph_from_xml(plain)
            show(f"read {pbf.name}", alternating(tools), unit="s", goal=5.0)
            return
    show(f"read {pbf.name}", alternating(tools), unit="s")


def areas(path: Path) -> None:
    """Service areas of 1 km around 300 facilities, all they share included; OSMnx's recipe for 20 of them.

    The recipe is the one of OSMnx's isochrone example: the ego graph of the nearest node, a buffer around its nodes and
    edges, and their union.
    """
    from tuoyu_geo.network.areas import service_areas

    network = read_osm(path)
    rng = np.random.default_rng(6)
    chosen = rng.choice(network.n_node, 300)
    joined = attach(network, network.xy[chosen] + 10, max_snap_m=300)
    service_areas(joined.network, joined.node_idx[:2], [300])
    tools: dict[str, Run] = {"ours": lambda: service_areas(joined.network, joined.node_idx, [1000])}
    n_area = {"ours": len(chosen), "ours, one alone": 1, "recipe": 20}
    tools["ours, one alone"] = lambda: service_areas(joined.network, joined.node_idx[:1], [1000])
    if find_spec("networkx") is not None:
        import networkx as nx
        import shapely

        walks = nx.from_scipy_sparse_array(adjacency(network))
        lines = shapely.linestrings(
            network.coords, indices=np.repeat(np.arange(network.n_edge), np.diff(network.offsets))
        )
        by_ends = dict(zip(zip(network.u.tolist(), network.v.tolist(), strict=True), lines, strict=True))

        def recipe() -> list[object]:
            made = []
            for node in chosen[:20]:
                within = nx.ego_graph(walks, int(node), radius=1000, distance="weight")
                nodes = shapely.buffer(shapely.points(network.xy[list(within.nodes)]), 50)
                edges = [by_ends.get((a, b)) or by_ends[b, a] for a, b in within.edges if a != b]
                made.append(shapely.union_all([*nodes, *shapely.buffer(edges, 50)]))
            return made

        tools["recipe"] = recipe
    per = {name: 1000 * value / n_area[name] for name, value in alternating(tools).items()}
    show(f"1 km area, {network.n_node:,} nodes", per, unit="ms an area (asked 5)")


def main() -> None:
    """The parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--osm", type=Path)
    asked = parser.parse_args()
    parts = asked.parts or ["range", "pairs", "large", "read", "area"]
    if "range" in parts:
        ranges(jittered_grid(316, seed=0))
        if asked.osm is not None:
            ranges(read_osm(asked.osm))
    if "pairs" in parts:
        pairs()
    if "large" in parts:
        large()
    if "read" in parts and asked.osm is not None:
        reading(asked.osm)
    if "area" in parts and asked.osm is not None:
        areas(asked.osm)


if __name__ == "__main__":
    main()
