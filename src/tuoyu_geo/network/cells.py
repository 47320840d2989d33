"""Which ground belongs to which stretch of street: a Voronoi diagram of places along the streets.

A service area drawn from it ends midway between a street that is reached and one that is not, however near the two
lie, since everything in a street's cell is nearer to it than to any other.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, KDTree

from tuoyu_geo.network.kernel import trace_rings
from tuoyu_geo.network.mode import Mode, usable
from tuoyu_geo.network.reached import Parts, along_m, places_on
from tuoyu_geo.network.street import CONNECTOR, Bools, Floats, Ints, StreetNetwork

STEP_M = 20.0
"""Places stand no farther apart than this along a street; an area overshoots the end of what is reached by half."""
_SLACK = 1e-3
"""Share of a step by which a part that ends between two places reaches over to the farther one's stretch."""
_FAN = np.stack([np.cos(np.arange(12) * np.pi / 6), np.sin(np.arange(12) * np.pi / 6)], axis=1)
_POSITION_DECIMALS = 3
_OBSTACLE_CLEARANCE_M = 2.0
_SHARP_TURN = np.radians(25)


@dataclass(frozen=True, slots=True, eq=False)
class StreetCells:
    """The diagram, as triangles between neighbouring places.

    Attributes
    ----------
    n_place
        Number of places along streets; the triangulation's further points are nowhere in particular, and bound
        the cells away from the streets.
    triangles, neighbours
        (n_triangle, 3) points counterclockwise, and the triangle across from each.
    corner
        (n_triangle, 2) the middle of the circle through its points [m], where three cells meet.
    place_of
        Place at the start, at each step within, and at the end of edge e: ``place_of[first[e] : first[e + 1]]``; -1
        where the edge lies outside the diagram.
    first
        (n_edge + 1,) as above.
    by_place
        Triangles at each place: those of place i are ``by_place[1][by_place[0][i] : by_place[0][i + 1]]``.
    loose
        (n_edge,) whether the edge leaves its own cells somewhere, for those of another street very near.
    """

    n_place: int
    triangles: Ints
    neighbours: Ints
    corner: Floats
    by_place: tuple[Ints, Ints]
    place_of: Ints
    first: Ints
    loose: Bools

    def rings(self, parts: Parts) -> tuple[Floats, Ints]:
        """Borders of the ground that belongs to parts of streets.

        Returns
        -------
        tuple
            Coordinates [m] of rings, one after another, with the ground on their left (counterclockwise around it,
            clockwise around a hole), none closed by its first point; and the offsets at which each begins and the
            last one ends.
        """
        reached = np.unique(self.places_of(parts))
        reached = reached[reached >= 0]
        inside = np.zeros(self.n_place + 1, dtype=bool)
        inside[reached] = True
        indptr, triangle_of = self.by_place
        return trace_rings(reached, indptr, triangle_of, self.triangles, self.neighbours, inside, self.corner)

    def places_of(self, parts: Parts) -> Ints:
        """Places in whose stretch of street any of the parts lies, with repetitions; -1 outside the diagram."""
        return self.place_of[touched(self.first, parts)]


def touched(first: Ints, parts: Parts) -> Ints:
    """Positions in `StreetCells.place_of` of the places in whose stretch any of the parts lies."""
    n_step = first[parts.edge + 1] - first[parts.edge] - 1
    low = np.maximum(np.ceil(parts.begin * n_step - 0.5 - _SLACK), 0).astype(np.int64)
    high = np.minimum(np.floor(parts.end * n_step + 0.5 + _SLACK), n_step).astype(np.int64)
    count = high - low + 1
    return np.asarray(
        np.repeat(first[parts.edge] + low - np.cumsum(count) + count, count) + np.arange(count.sum())
    )


@dataclass(frozen=True, slots=True, eq=False)
class StreetPlaces:
    """Places along all streets that one mode uses; diagrams around different parts of them share these.

    Attributes
    ----------
    xy
        (n_place, 2) positions of the nodes and then of the steps on edges [m].
    first, place_of
        As in `StreetCells`, of all edges.
    before
        (n_vertex,) as `along_m`.
    """

    xy: Floats
    first: Ints
    place_of: Ints
    before: Floats


def street_places(network: StreetNetwork, *, mode: Mode) -> StreetPlaces:
    """Places no farther apart than `STEP_M`.

    Parameters
    ----------
    network
        The streets. Connectors, bridges and tunnels have no ground of their own.
    mode
        Streets that it doesn't use have no ground either: nobody lives along a bus lane alone.
    """
    on_ground = usable(network, mode) & ~(network.bridge | network.tunnel | network.edges_of(CONNECTOR))
    before = along_m(network)
    begin, end = before[network.offsets[:-1]], before[network.offsets[1:] - 1]
    n_step = np.maximum(1, np.ceil((end - begin) / STEP_M)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(n_step + 1)])
    edge = np.repeat(np.arange(network.n_edge), n_step + 1)
    step = np.arange(first[-1]) - first[edge]
    inner = (step > 0) & (step < n_step[edge])
    place_of = np.where(step == 0, network.u[edge], network.v[edge])
    place_of[inner] = network.n_node + np.arange(inner.sum())
    place_of[~on_ground[edge]] = -1
    e = edge[inner]
    here = places_on(network, before, e, step[inner] / n_step[e])
    return StreetPlaces(np.concatenate([network.xy, here]), first, place_of, before)


def street_cells(
    network: StreetNetwork, parts: Parts, *, along: StreetPlaces, buffer_m: float, obstacles: Floats
) -> StreetCells:
    """The diagram around parts of streets.

    Parameters
    ----------
    network
        The streets.
    along
        The places along them.
    parts
        Streets within about four times `buffer_m` of any of them take part.
    buffer_m
        How far cells reach from a street into open ground [m]. Between streets that face each other across less
        than four times that, they meet in the middle.
    obstacles
        (n, 2) points that keep what is nearer to them than to a street [m].
    """
    xy, first, place_of = along.xy, along.first, along.place_of
    near = place_of[touched(first, parts)]
    kept = _near_any(xy, xy[near[near >= 0]], 4 * buffer_m)
    kept &= np.bincount(place_of[place_of >= 0], minlength=len(xy)) > 0  # nodes without streets have no cell
    # streets that cross without meeting may have places in one position; it is one place
    _, first_at, same = np.unique(
        np.round(xy[kept], _POSITION_DECIMALS), axis=0, return_index=True, return_inverse=True
    )
    number = np.full(len(xy) + 1, -1)  # place -1 stays -1
    number[np.flatnonzero(kept)] = same
    places, place_of = xy[kept][first_at], number[place_of]
    tree = KDTree(places) if len(places) else None
    if tree is None:
        nothing = np.zeros((0, 3), dtype=np.int64)
        by_place = np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return StreetCells(
            0, nothing, nothing, np.zeros((0, 2)), by_place, place_of, first, np.zeros(network.n_edge, bool)
        )
    blocked = obstacles[_near_any(obstacles, places, 4 * buffer_m)]
    blocked = np.unique(blocked[tree.query(blocked, workers=-1)[0] > _OBSTACLE_CLEARANCE_M], axis=0)
    points = np.concatenate([places, blocked, _guards(places, tree, first, place_of, buffer_m=buffer_m)])
    with ThreadPoolExecutor(1) as beside:  # both let go of the interpreter for nearly all of their time
        loose = beside.submit(
            _loose, network, places, tree, along=along, place_of=place_of, obstacles=blocked
        )
        mesh = Delaunay(points - points.mean(axis=0))  # small numbers, for the precision of the circles
    # Four places on one circle have one corner twice; rounded, the two are one and lie in no order.
    corner = np.round(_circumcentres(mesh.points[mesh.simplices]) + points.mean(axis=0), _POSITION_DECIMALS)
    triangles = np.minimum(mesh.simplices, len(places)).astype(np.int64)
    order = np.argsort(triangles.ravel(), kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(triangles.ravel(), minlength=len(places) + 1))])
    return StreetCells(
        n_place=len(places),
        triangles=triangles,
        neighbours=mesh.neighbors.astype(np.int64),
        corner=corner,
        by_place=(indptr.astype(np.int64), order // 3),
        place_of=place_of,
        first=first,
        loose=loose.result(),
    )


def _near_any(xy: Floats, centres: Floats, radius_m: float) -> Bools:
    """(n,) whether a position lies in the grid cell of a centre or in one beside it; cells are `radius_m` wide."""
    if not len(centres) or not len(xy):
        return np.zeros(len(xy), dtype=bool)
    corner = np.minimum(xy.min(axis=0), centres.min(axis=0)) - 2 * radius_m
    cell = np.floor((xy - corner) / radius_m).astype(np.int64)
    wide = int(cell[:, 1].max()) + 3
    middle = np.unique(np.floor((centres - corner) / radius_m).astype(np.int64) @ [wide, 1])
    around = (middle[:, None] + np.array([i * wide + j for i in (-1, 0, 1) for j in (-1, 0, 1)])).ravel()
    return np.isin(cell @ [wide, 1], around)


def _guards(places: Floats, tree: KDTree, first: Ints, place_of: Ints, *, buffer_m: float) -> Floats:
    """Points in open ground, twice the buffer away from every street, so that cells end at the buffer."""
    ends = np.unique(place_of[np.concatenate([first[:-1], first[1:] - 1])])
    is_end = np.zeros(len(place_of), dtype=bool)
    is_end[first[:-1]] = is_end[first[1:] - 1] = True
    at = np.flatnonzero(~is_end)
    at = at[(place_of[at] >= 0) & (place_of[at - 1] >= 0) & (place_of[at + 1] >= 0)]
    here, back, on = places[place_of[at]], places[place_of[at - 1]], places[place_of[at + 1]]
    ahead, behind = on - here, here - back
    turn = np.abs(
        np.arctan2(ahead[:, 0] * behind[:, 1] - ahead[:, 1] * behind[:, 0], (ahead * behind).sum(axis=1))
    )
    bends = here[turn > _SHARP_TURN]
    along = on - back
    length = np.hypot(*along.T)[:, None]
    aside = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.where(length > 0, length, 1.0)
    fans = np.concatenate([places[ends[ends >= 0]], bends])
    found = np.concatenate(
        [
            (fans[:, None, :] + 2 * buffer_m * _FAN[None]).reshape(-1, 2),
            here + 2 * buffer_m * aside,
            here - 2 * buffer_m * aside,
        ]
    )
    nearest, _ = tree.query(found, distance_upper_bound=2 * buffer_m * (1 - 1e-6), workers=-1)
    found = found[np.isinf(nearest)]
    _, one = np.unique(np.round(found / (buffer_m / 6)).astype(np.int64), axis=0, return_index=True)
    low, high = places.min(axis=0) - 20 * buffer_m, places.max(axis=0) + 20 * buffer_m
    frame = np.array([low, (low[0], high[1]), high, (high[0], low[1])])
    return np.concatenate([found[np.sort(one)], frame])


def _circumcentres(corners: Floats) -> Floats:
    """(n, 2) the middle of the circle through each triangle; `corners` is (n, 3, 2)."""
    a = corners[:, 0]
    b, c = corners[:, 1] - a, corners[:, 2] - a
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    b_2, c_2 = (b**2).sum(axis=1), (c**2).sum(axis=1)
    x = (c[:, 1] * b_2 - b[:, 1] * c_2) / twice
    y = (b[:, 0] * c_2 - c[:, 0] * b_2) / twice
    return np.asarray(a + np.stack([x, y], axis=1))


def _loose(
    network: StreetNetwork,
    places: Floats,
    tree: KDTree,
    *,
    along: StreetPlaces,
    place_of: Ints,
    obstacles: Floats,
) -> Bools:
    """(n_edge,) whether the edge leaves its own cells somewhere.

    A vertex of it, or the middle between two of its places, then lies nearer to another place, or hardly farther from
    an obstacle. Between two such points an edge is straight and in one cell; cells are convex, so an edge without any stays in
    its own cells.
    """
    before, first = along.before, along.first
    # Edges outside the diagram, most of a large city's, have no cells to leave.
    edges = np.flatnonzero(np.maximum.reduceat(place_of, first[:-1]) >= 0)
    n_step = np.diff(first) - 1
    vertex_edge, vertex = _ranges(edges, network.offsets[edges], np.diff(network.offsets)[edges])
    begin = before[network.offsets[:-1]]
    length = before[network.offsets[1:] - 1] - begin
    passed = (before[vertex] - begin[vertex_edge]) / np.where(length > 0, length, 1.0)[vertex_edge]
    step = np.clip(np.floor(passed * n_step[vertex_edge] + 0.5).astype(np.int64), 0, n_step[vertex_edge])
    gap_edge, gap = _ranges(edges, np.zeros(len(edges), dtype=np.int64), n_step[edges])
    middle = places_on(network, before, gap_edge, (gap + 0.5) / n_step[gap_edge])
    edge = np.concatenate([vertex_edge, gap_edge, gap_edge])
    own = place_of[first[edge] + np.concatenate([step, gap, gap + 1])]
    at = np.concatenate([network.coords[vertex], middle, middle])
    known = np.flatnonzero(own >= 0)
    distance = np.hypot(*(at[known] - places[own[known]]).T)
    strays = distance > tree.query(at[known], workers=-1)[0] + 1e-6
    if len(obstacles):
        strays |= distance > KDTree(obstacles).query(at[known], workers=-1)[0] - _OBSTACLE_CLEARANCE_M
    return np.bincount(edge[known[strays]], minlength=network.n_edge) > 0


def _ranges(owner: Ints, start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """For each owner its number `count` times, and beside it ``start, start + 1, ...``."""
    ends = np.cumsum(count)
    return np.repeat(owner, count), np.arange(count.sum()) + np.repeat(start - ends + count, count)
