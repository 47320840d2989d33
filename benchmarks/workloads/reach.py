"""Reach along the streets: what is within a limit, pairs, service areas, and reading a network."""

import bz2
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, Inputs, Prepared, Size, Tool, Workload
from benchmarks.workloads import streets

N_SOURCE = 1000
BUFFER_M = 50.0
# What OSMnx keeps of a whole file though nobody walks or drives along it; ways without `highway` too.
NOT_STREETS = {"platform", "proposed", "construction", "rest_area"}


# Everything within a limit of many sources.


def within_inputs(
    _folder: Path, *, limit_m: float, side: int | None = None, n_source: int = N_SOURCE, seed: int = 0
) -> Arrays:
    """A grid, or Porto Alegre when no side is given, with sources and the limit."""
    network = streets.city() if side is None else streets.grid(side, seed=seed)
    n = len(network["xy"])
    sources = np.random.default_rng(seed + 1).choice(n, min(n_source, n), replace=False)
    return {**network, "sources": sources, "limit_m": np.array(limit_m)}


def _triples(row: Any, col: Any, metres: Any, *, n_source: int) -> Arrays:  # noqa: ANN401  (arrays of whatever kind)
    row, col = np.asarray(row, dtype=np.int64), np.asarray(col, dtype=np.int64)
    order = np.lexsort((col, row))
    return {
        "row": row[order],
        "col": col[order],
        "metres": np.asarray(metres)[order],
        "n_source": np.array(n_source),
    }


def within_ours(inputs: Inputs) -> Prepared:
    """Our cost matrix to every node."""
    from tuoyu_geo.network import cost_matrix

    network, limit = streets.as_ours(inputs), float(inputs["limit_m"])
    everything = np.arange(network.n_node)

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        whole = found.tocoo()
        return _triples(whole.row, whole.col, whole.data, n_source=found.shape[0])

    return Prepared(run=lambda: cost_matrix(network, inputs["sources"], everything, limit), answer=answer)


def within_pandana(inputs: Inputs) -> Prepared:
    """Pandana's range query."""
    network, limit, sources = streets.as_pandana(inputs), float(inputs["limit_m"]), inputs["sources"].tolist()

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        place = {node: k for k, node in enumerate(sources)}
        return _triples(found["source"].map(place), found["destination"], found["m"], n_source=len(sources))

    return Prepared(run=lambda: network.nodes_in_range(sources, limit), answer=answer)


def within_scipy(inputs: Inputs) -> Prepared:
    """SciPy's dijkstra, which gives a row of all nodes; a tenth of the sources, since the rows fill the memory."""
    from scipy.sparse.csgraph import dijkstra

    graph, limit = streets.as_scipy(inputs), float(inputs["limit_m"])
    sources = inputs["sources"][: len(inputs["sources"]) // 10]

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        row, col = np.nonzero(np.isfinite(found))
        return _triples(row, col, found[row, col], n_source=len(sources))

    return Prepared(run=lambda: dijkstra(graph, indices=sources, limit=limit), answer=answer)


def within_networkx(inputs: Inputs) -> Prepared:
    """NetworkX, which OSMnx searches with; a tenth of the sources."""
    import networkx as nx

    graph, limit = streets.as_networkx(inputs), float(inputs["limit_m"])
    sources = inputs["sources"][: len(inputs["sources"]) // 10].tolist()

    def run() -> list[dict[int, float]]:
        return [
            nx.single_source_dijkstra_path_length(graph, one, cutoff=limit, weight="weight")
            for one in sources
        ]

    def answer(found: list[dict[int, float]]) -> Arrays:
        row = np.repeat(np.arange(len(found)), [len(one) for one in found])
        col = [node for one in found for node in one]
        return _triples(row, col, [m for one in found for m in one.values()], n_source=len(found))

    return Prepared(run=run, answer=answer)


def within_said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """How many distances, by source, and their mean."""
    n = int(answer["n_source"])
    return {"n_source": n, "per_source": len(answer["row"]) / n, "mean_m": float(answer["metres"].mean())}


def within_apart(inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """Largest difference of a distance [m]; infinite when a pair is missing that isn't at the limit."""
    n_node, limit = len(inputs["xy"]), float(inputs["limit_m"])
    both = ours["row"] < peer["n_source"]
    key, metres = ours["row"][both] * n_node + ours["col"][both], ours["metres"][both]
    other, theirs = peer["row"] * n_node + peer["col"], peer["metres"]
    _, mine, yours = np.intersect1d(key, other, return_indices=True)
    alone = np.append(np.delete(metres, mine), np.delete(theirs, yours))
    if np.any(limit - alone > WITHIN_TOLERANCE_M):
        return np.inf
    return float(np.abs(metres[mine] - theirs[yours]).max(initial=0.0))


# Pandana counts millimetres by edge and keeps single precision.
WITHIN_TOLERANCE_M = 0.1
WITHIN_TOOLS = (
    Tool(name=OURS, packages=("tuoyu-geo", "numba"), imports=("tuoyu_geo.network",), prepare=within_ours, is_peer=False),
    Tool(name="Pandana", packages=("pandana",), imports=("pandana",), prepare=within_pandana),
    Tool(name="SciPy", packages=("scipy",), imports=("scipy.sparse.csgraph",), prepare=within_scipy, part=0.1),
    Tool(name="NetworkX", packages=("networkx",), imports=("networkx", "scipy.sparse"), prepare=within_networkx, part=0.1),
)  # fmt: skip


def _within(name: str, sizes: Sequence[Size], *, axis: str) -> Workload:
    return Workload(
        name=name,
        sizes=sizes,
        tools=WITHIN_TOOLS,
        inputs=within_inputs,
        said=within_said,
        compare=within_apart,
        tolerance=WITHIN_TOLERANCE_M,
        unit="m",
        axis=axis,
        limit_s=180,  # Pandana's contraction of 100,000 nodes
    )


# A million pairs.


def pairs_inputs(_folder: Path, *, side: int, n: int) -> Arrays:
    """Origins and destinations on a grid."""
    network = streets.grid(side, seed=2)
    rng = np.random.default_rng(3)
    a, b = (rng.choice(len(network["xy"]), n, replace=False) for _ in range(2))
    return {**network, "origins": a, "destinations": b}


def pairs_ours(inputs: Inputs) -> Prepared:
    """Our cost matrix without a limit."""
    from tuoyu_geo.network import cost_matrix

    network, a, b = streets.as_ours(inputs), inputs["origins"], inputs["destinations"]

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        whole = np.full(found.shape, np.inf)
        coo = found.tocoo()
        whole[coo.row, coo.col] = coo.data
        return {"metres": whole}

    return Prepared(run=lambda: cost_matrix(network, a, b, np.inf), answer=answer)


def pairs_scipy(inputs: Inputs) -> Prepared:
    """SciPy's dijkstra, the destinations taken from its rows."""
    from scipy.sparse.csgraph import dijkstra

    graph, a, b = streets.as_scipy(inputs), inputs["origins"], inputs["destinations"]
    return Prepared(run=lambda: dijkstra(graph, indices=a)[:, b], answer=lambda found: {"metres": found})


def pairs_pandana(inputs: Inputs) -> Prepared:
    """Pandana's shortest paths by pair."""
    network, a, b = streets.as_pandana(inputs), inputs["origins"], inputs["destinations"]
    here, there = np.repeat(a, len(b)), np.tile(b, len(a))

    def answer(found: Any) -> Arrays:  # noqa: ANN401
        metres = np.asarray(found).reshape(len(a), len(b))
        # Its sign for "no way" is the largest number of 32 bits, in millimetres.
        return {"metres": np.where(metres > 4_000_000, np.inf, metres)}

    return Prepared(run=lambda: network.shortest_path_lengths(here, there), answer=answer)


def pairs_said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """How many pairs have a way, and how long it is."""
    there = np.isfinite(answer["metres"])
    return {"n": int(there.sum()), "mean_m": float(answer["metres"][there].mean())}


def pairs_apart(_inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """Largest difference of a distance [m]."""
    a, b = ours["metres"], peer["metres"]
    there = np.isfinite(a)
    return float(np.abs(a[there] - b[there]).max()) if np.array_equal(there, np.isfinite(b)) else np.inf


# Many sources on a million nodes.


def million_ours(inputs: Inputs) -> Prepared:
    """Our cost matrix to every node."""
    from tuoyu_geo.network import cost_matrix

    network, limit = streets.as_ours(inputs), float(inputs["limit_m"])
    everything = np.arange(network.n_node)
    return Prepared(
        run=lambda: cost_matrix(network, inputs["sources"], everything, limit),
        answer=lambda found: {"n": np.array(found.nnz)},
    )


# Service areas.


def area_inputs(_folder: Path, *, n: int, limit_m: float = 1000.0) -> Arrays:
    """Facilities at street corners of Porto Alegre."""
    network = streets.city()
    sources = np.random.default_rng(6).choice(len(network["xy"]), n, replace=False)
    return {**network, "sources": sources, "limit_m": np.array(limit_m)}


def area_ours(inputs: Inputs) -> Prepared:
    """Our service areas, with all that they share."""
    from tuoyu_geo.network.areas import service_areas

    network, limit = streets.as_ours(inputs), float(inputs["limit_m"])
    return Prepared(
        run=lambda: service_areas(network, inputs["sources"], [limit], buffer_m=BUFFER_M),
        answer=lambda found: _areas(inputs, list(found.ravel())),
    )


def area_recipe(inputs: Inputs) -> Prepared:
    """OSMnx's isochrone recipe: the ego graph, a buffer around its nodes and edges, and their union; for the first 20."""
    import networkx as nx
    import shapely

    graph, xy, limit = streets.as_networkx(inputs), inputs["xy"], float(inputs["limit_m"])
    sources = inputs["sources"][:20].tolist()

    def run() -> list[Any]:
        made = []
        for node in sources:
            within = nx.ego_graph(graph, node, radius=limit, distance="weight")
            lines = shapely.linestrings(xy[np.array(list(within.edges)).reshape(-1, 2)])
            points = shapely.points(xy[list(within.nodes)])
            made.append(
                shapely.union_all([*shapely.buffer(points, BUFFER_M), *shapely.buffer(lines, BUFFER_M)])
            )
        return made

    return Prepared(run=run, answer=lambda found: _areas(inputs, found))


def _areas(inputs: Inputs, shapes: list[Any]) -> Arrays:
    """Area of each shape, and which nodes it holds, for `area_apart`."""
    import shapely

    shapes = shapes[: len(inputs["sources"])]
    held = [np.flatnonzero(shapely.contains_xy(one, *inputs["xy"].T)) for one in shapes[:20]]
    return {
        "m2": shapely.area(np.array(shapes, dtype=object)),
        "held": np.concatenate(held),
        "n_held": np.array([len(one) for one in held]),
    }


def area_said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """How large the first ones are, and how many nodes lie in them."""
    return {"mean_km2": float(answer["m2"][:20].mean() / 1e6), "nodes": float(answer["n_held"].mean())}


def area_apart(inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """The larger share of nodes within the limit, by SciPy, that one of the two shapes leaves out."""
    from scipy.sparse.csgraph import dijkstra

    n = len(peer["n_held"])
    metres = dijkstra(streets.as_scipy(inputs), indices=inputs["sources"][:n], limit=float(inputs["limit_m"]))
    missed = []
    for answer in (ours, peer):
        held = np.split(answer["held"], np.cumsum(answer["n_held"])[:-1])
        reached = [np.flatnonzero(np.isfinite(row)) for row in metres]
        missed.append(
            sum(len(np.setdiff1d(a, b)) for a, b in zip(reached, held, strict=False))
            / sum(len(a) for a in reached)
        )
    return max(missed)


# Reading an extract.


def read_inputs(folder: Path, *, name: str) -> Arrays:
    """The extract as .osm.pbf for us and as plain XML, which is what OSMnx reads."""
    pbf = streets.osm_file(f"{name}.osm.pbf")
    packed = streets.osm_file(f"{name}.osm.bz2")
    (folder / "extract.osm.pbf").write_bytes(pbf.read_bytes())
    (folder / "extract.osm").write_bytes(bz2.decompress(packed.read_bytes()))
    return {}


def read_ours(inputs: Inputs) -> Prepared:
    """Our reader of .osm.pbf."""
    from tuoyu_geo.network import read_osm

    return Prepared(
        run=lambda: read_osm(inputs.folder / "extract.osm.pbf"),
        answer=lambda network: {
            "km": np.array(network.length_m.sum() / 1000),
            "n_node": np.array(network.n_node),
        },
    )


def read_osmnx(inputs: Inputs) -> Prepared:
    """OSMnx's reader of .osm, simplified as is its habit."""
    import osmnx as ox

    def is_street(kind: Any) -> bool:  # noqa: ANN401  (a word, several where streets were joined, or nothing)
        return kind is not None and not NOT_STREETS & ({kind} if isinstance(kind, str) else set(kind))

    def answer(graph: Any) -> Arrays:  # noqa: ANN401
        once = ox.convert.to_undirected(graph)
        km = sum(d["length"] for _, _, d in once.edges(data=True) if is_street(d.get("highway"))) / 1000
        return {"km": np.array(km), "n_node": np.array(len(once))}

    return Prepared(
        run=lambda: ox.graph_from_xml(inputs.folder / "extract.osm", retain_all=True), answer=answer
    )


def read_said(_inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """How many streets."""
    return {"km": float(answer["km"]), "n_node": int(answer["n_node"])}


LIMITS_M = (500, 1000, 2000)
SIDES = (100, 173, 316, 548)
WORKLOADS = (
    _within(
        "reach-grid",
        [Size(n=m, given={"side": 316, "limit_m": m}) for m in LIMITS_M],
        axis="limit [m]",
    ),
    _within(
        "reach-city",
        [Size(n=m, given={"limit_m": m}) for m in LIMITS_M],
        axis="limit [m]",
    ),
    _within(
        "reach-nodes",
        [
            Size(
                n=side * side,
                given={"side": side, "limit_m": 1000},
                # Pandana's contraction takes minutes for the larger ones; reach-grid has it at 100,000 nodes.
                tools=None if side < 300 else (OURS, "SciPy", "NetworkX"),
            )
            for side in SIDES
        ],
        axis="nodes",
    ),
    Workload(
        name="pairs",
        sizes=(Size(n=1e6, given={"side": 100, "n": 1000}),),
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "numba"),
                imports=("tuoyu_geo.network",),
                prepare=pairs_ours,
                is_peer=False,
            ),
            Tool(name="SciPy", packages=("scipy",), imports=("scipy.sparse.csgraph",), prepare=pairs_scipy),
            Tool(name="Pandana", packages=("pandana",), imports=("pandana",), prepare=pairs_pandana),
        ),
        inputs=pairs_inputs,
        said=pairs_said,
        compare=pairs_apart,
        tolerance=0.5,
        unit="m",
    ),
    Workload(
        name="million-nodes",
        sizes=(
            Size(
                n=1e6,
                given={"side": 1000, "limit_m": 1000, "n_source": 20_000, "seed": 4},
            ),
        ),
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "numba"),
                imports=("tuoyu_geo.network",),
                prepare=million_ours,
                is_peer=False,
            ),
        ),
        inputs=within_inputs,
        said=lambda _inputs, answer: {"n": int(answer["n"])},
    ),
    Workload(
        name="service-areas",
        sizes=(
            Size(n=300, given={"n": 300}),
            Size(n=1, given={"n": 1}, tools=(OURS,)),
        ),
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "numba", "shapely"),
                imports=("tuoyu_geo.network.areas", "shapely"),
                prepare=area_ours,
                is_peer=False,
            ),
            Tool(
                name="OSMnx recipe",
                packages=("networkx", "shapely"),
                imports=("networkx", "shapely", "scipy.sparse"),
                prepare=area_recipe,
                part=20 / 300,
            ),
        ),
        inputs=area_inputs,
        said=area_said,
        compare=area_apart,
        tolerance=0.01,
    ),
    Workload(
        name="read-osm",
        sizes=(Size(n=0.9, given={"name": "poa_osm"}),),
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "osmium"),
                imports=("tuoyu_geo.network",),
                prepare=read_ours,
                is_peer=False,
            ),
            Tool(name="OSMnx", packages=("osmnx",), imports=("osmnx",), prepare=read_osmnx),
        ),
        inputs=read_inputs,
        said=read_said,
        compare=lambda _inputs, ours, peer: abs(float(peer["km"]) / float(ours["km"]) - 1),
        tolerance=0.01,
    ),
)
