"""Cut all streets at their junctions, build bridges, tie loose parts to the network, choose one-way streets."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from data.generator.core import Street
from data.generator.plane import Floats
from data.generator.water import Water
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

GRID_M = 1.0
CREEK_M = 9.0
LARGE = 40  # segments a part needs to be worth a bridge
SMALL = frozenset({"residential", "footway", "track"})


@dataclass(frozen=True, slots=True)
class Segments:
    """The finished street segments: lines on a 1 m grid that meet in equal points, and the street each comes from."""

    lines: list[BaseGeometry]
    streets: list[Street]
    oneway: NDArray[np.bool_]


def build_network(
    streets: list[Street], *, water: Water, island: Floats, rng: np.random.Generator
) -> Segments:
    """Node the street plan and leave one connected network, and the island."""
    plan = sorted(_over_water(streets, water=water), key=lambda s: not s.bridge)
    lines, origin = _node(plan)
    lines, origin = _stitch(lines, origin, water=water, island=island)
    lines, origin = _node([replace(street, line=line) for line, street in zip(lines, origin, strict=True)])
    oneway = _one_way(lines, origin, rng=rng)
    return Segments(lines=lines, streets=origin, oneway=oneway)


def _over_water(streets: list[Street], *, water: Water) -> list[Street]:
    """Split roads where they cross water; small streets stop there instead."""
    creeks = shapely.union_all([line for _, line in water.tributaries])
    strip = shapely.union(water.wide, creeks.buffer(CREEK_M))
    shapely.prepare(strip)
    plan = []
    for street in streets:
        if street.bridge or not strip.intersects(street.line):
            plan.append(street)
        elif street.highway not in SMALL:
            plan += [replace(street, line=part) for part in shapely.get_parts(street.line.difference(strip))]
            plan += [
                replace(street, line=part, bridge=True)
                for part in shapely.get_parts(street.line.intersection(strip))
                if part.length > 1
            ]
    return plan


def _node(plan: list[Street]) -> tuple[list[BaseGeometry], list[Street]]:
    noded = shapely.get_parts(
        shapely.union_all(np.array([s.line for s in plan], dtype=object), grid_size=GRID_M)
    )
    noded = noded[shapely.length(noded) > 0]
    noded = noded[
        np.lexsort((*shapely.get_coordinates(shapely.get_point(noded, 0)).T, shapely.length(noded)))
    ]
    tree = shapely.STRtree([s.line for s in plan])
    middle = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    which, near = tree.query_nearest(middle, all_matches=True)
    first = np.full(len(noded), len(plan))
    np.minimum.at(first, which, near)
    return list(noded), [plan[i] for i in first]


def nodes_of(lines: list[BaseGeometry]) -> tuple[Floats, NDArray[np.int64]]:
    """Give the distinct end points, (m, 2), and for each line the indices of its two ends, (n, 2)."""
    array = np.array(lines, dtype=object)
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(array, k)) for k in (0, -1)])
    points, index = np.unique(ends, axis=0, return_inverse=True)
    return points, index.reshape(2, -1).T


def components(lines: list[BaseGeometry]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Give nodes, ends by line and the component of each node, the largest component being 0."""
    points, ends = nodes_of(lines)
    graph = sparse.coo_array((np.ones(len(ends)), ends.T), shape=(len(points), len(points)))
    _, part = csgraph.connected_components(graph, directed=False)
    order = np.argsort(-np.bincount(part), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return points, ends, rank[part].astype(np.int64)


def _stitch(
    lines: list[BaseGeometry], origin: list[Street], *, water: Water, island: Floats
) -> tuple[list[BaseGeometry], list[Street]]:
    """Tie every part but the island to the largest one by a short link over dry ground; drop crumbs."""
    points, ends, part = components(lines)
    keep = np.ones(len(lines), dtype=bool)
    links: list[BaseGeometry] = []
    main = points[part == 0]
    for label in range(1, int(part.max()) + 1):
        mine = points[part == label]
        if np.hypot(*(mine.mean(axis=0) - island).T) < 400:
            continue
        size = int((part[ends[:, 0]] == label).sum())
        link = _link(mine, main=main, water=water, dry=size < LARGE)
        if link is None or (size <= 2 and link.length > 150):
            keep &= part[ends[:, 0]] != label
        else:
            links.append(link)
            main = np.vstack([main, mine])
    kept = [i for i in range(len(lines)) if keep[i]]
    extra = [Street(link, "residential", grade="支路") for link in links]
    return [lines[i] for i in kept] + links, [origin[i] for i in kept] + extra


def _link(mine: Floats, *, main: Floats, water: Water, dry: bool) -> BaseGeometry | None:
    near = main[cKDTree(main).query(mine)[1]]
    for i in np.argsort(np.hypot(*(near - mine).T), kind="stable")[:12]:
        link = shapely.LineString([mine[i], near[i]])
        if not (dry and link.intersects(water.wide)):
            return link
    return None


def _one_way(
    lines: list[BaseGeometry], origin: list[Street], *, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Make a few named minor streets one-way, save where that would cut a place off from the way back."""
    names = sorted({s.name for s in origin if s.highway == "residential" and s.name.endswith("街")})
    chosen = {names[i] for i in rng.permutation(len(names))[: len(names) // 9]}
    oneway = np.array([s.highway == "residential" and s.name in chosen for s in origin])
    points, ends = nodes_of(lines)
    for _ in range(20):
        head = np.concatenate([ends[:, 0], ends[~oneway, 1]])
        tail = np.concatenate([ends[:, 1], ends[~oneway, 0]])
        graph = sparse.coo_array((np.ones(len(head)), (head, tail)), shape=(len(points), len(points)))
        _, part = csgraph.connected_components(graph, directed=True, connection="strong")
        broken = oneway & (part[ends[:, 0]] != part[ends[:, 1]])
        if not broken.any():
            break
        oneway &= ~broken
    return oneway
