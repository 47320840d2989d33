"""Street networks as arrays, for workloads, and as each tool's own network."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.interface import Arrays, Inputs, MissingError

if TYPE_CHECKING:
    from tuoyu_geo.network import StreetNetwork

OSM = Path(__file__).parents[3] / "shared" / "osm"


def grid(side: int, *, seed: int) -> Arrays:
    """A square grid of side x side crossings, about 100 m apart, a tenth of the streets missing."""
    rng = np.random.default_rng(seed)
    nodes = np.arange(side * side)
    xy = 100.0 * np.column_stack([nodes % side, nodes // side]) + rng.uniform(-25, 25, (len(nodes), 2))
    east, north = nodes[nodes % side < side - 1], nodes[nodes < side * (side - 1)]
    ends = np.concatenate([np.column_stack([east, east + 1]), np.column_stack([north, north + side])])
    ends = ends[rng.random(len(ends)) > 0.1]
    u, v = ends.T.copy()
    return {"xy": xy, "u": u, "v": v, "length_m": np.hypot(*(xy[v] - xy[u]).T)}


def osm_file(name: str) -> Path:
    """A real extract beside the checkout."""
    path = OSM / name
    if not path.exists():
        raise MissingError(f"../shared/osm/{name}")
    return path


def city() -> Arrays:
    """The streets of Porto Alegre's extract, open both ways."""
    from tuoyu_geo.network import read_osm

    network = read_osm(osm_file("poa_osm.osm.pbf"))
    keep = network.u != network.v
    return {
        "xy": network.xy,
        "u": network.u[keep],
        "v": network.v[keep],
        "length_m": network.length_m[keep],
    }


def as_ours(inputs: Inputs) -> "StreetNetwork":
    """Our network."""
    from tuoyu_geo.network import from_edges

    return from_edges(inputs["xy"], inputs["u"], inputs["v"], length_m=inputs["length_m"])


def as_pandana(inputs: Inputs) -> Any:  # noqa: ANN401  (pandana has no types)
    """Pandana's network, which it contracts."""
    import pandana
    import pandas as pd

    x, y = (pd.Series(inputs["xy"][:, axis]) for axis in (0, 1))
    return pandana.Network(
        x,
        y,
        pd.Series(inputs["u"]),
        pd.Series(inputs["v"]),
        pd.DataFrame({"m": inputs["length_m"]}),
        twoway=True,
    )


def as_scipy(inputs: Inputs) -> Any:  # noqa: ANN401  (a sparse matrix)
    """SciPy's graph: both ways, the shortest of parallel streets."""
    from scipy.sparse import csr_array

    u, v = inputs["u"], inputs["v"]
    tail, head, metres = np.append(u, v), np.append(v, u), np.append(inputs["length_m"], inputs["length_m"])
    order = np.lexsort((metres, head, tail))
    tail, head, metres = tail[order], head[order], metres[order]
    first = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]))
    return csr_array((metres[first], (tail[first], head[first])), shape=(len(inputs["xy"]),) * 2)


def as_networkx(inputs: Inputs) -> Any:  # noqa: ANN401  (networkx has no types)
    """A graph of NetworkX, as OSMnx makes them."""
    import networkx as nx

    graph = nx.from_scipy_sparse_array(as_scipy(inputs))
    graph.add_nodes_from(range(len(inputs["xy"])))
    return graph
