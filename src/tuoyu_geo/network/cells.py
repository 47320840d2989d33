"""Which ground belongs to which stretch of street: a Voronoi diagram of places along the streets.

A service area drawn from it ends midway between a street that is reached and one that is not, however near the two
lie, since everything in a street's cell is nearer to it than to any other.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, KDTree

from tuoyu_geo.network.along import StreetPlaces, grid_of, spans, touched
from tuoyu_geo.network.kernel import trace_rings
from tuoyu_geo.network.reached import Parts, places_on
from tuoyu_geo.network.street import Bools, Floats, Ints, StreetNetwork

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
    edges
        (n_own,) the edges in the diagram, and those of the parts it was made for, in order.
    place_of
        Place at the start, at each step within, and at the end of ``edges[k]``: ``place_of[first[k] : first[k + 1]]``;
        -1 where it has no ground.
    first
        (n_own + 1,) as above.
    by_place
        Triangles at each place: those of place i are ``by_place[1][by_place[0][i] : by_place[0][i + 1]]``.
    is_loose
        (n_own,) whether the edge leaves its own cells somewhere, for those of another street very near.
    """

    n_place: int
    triangles: Ints
    neighbours: Ints
    corner: Floats
    by_place: tuple[Ints, Ints]
    edges: Ints
    place_of: Ints
    first: Ints
    is_loose: Bools

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
        return self.place_of[touched(self.first, self._own(parts))]

    def loose(self, parts: Parts) -> Bools:
        """(n_part,) whether a part's edge leaves its own cells somewhere."""
        return self.is_loose[self._own(parts).edge]

    def _own(self, parts: Parts) -> Parts:
        return parts._replace(edge=np.searchsorted(self.edges, parts.edge))


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
    near = along.place_of[touched(along.first, parts)]
    kept = along.grid.near(along.xy[near[near >= 0]])
    edges = np.union1d(along.edges_at(kept), parts.edge)
    first = np.concatenate([[0], np.cumsum(np.diff(along.first)[edges])])
    place_of = spans(along.first, along.place_of, edges)
    # streets that cross without meeting may have places in one position; it is one place
    first_at, same = _different(np.round(along.xy[kept], _POSITION_DECIMALS))
    places, number = along.xy[kept][first_at], np.append(same, -1)
    at = np.searchsorted(kept, place_of)
    at[np.append(kept, -1)[at] != place_of] = -1
    place_of = number[at]
    if not len(places):
        nothing = np.zeros((0, 3), dtype=np.int64)
        by_place = np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int64)
        is_loose = np.zeros(len(edges), dtype=bool)
        return StreetCells(0, nothing, nothing, np.zeros((0, 2)), by_place, edges, place_of, first, is_loose)
    tree = KDTree(places)
    around = grid_of(obstacles, np.arange(len(obstacles)), width_m=4 * buffer_m, also=places)
    blocked = obstacles[around.near(places)]
    blocked = np.unique(blocked[tree.query(blocked, workers=-1)[0] > _OBSTACLE_CLEARANCE_M], axis=0)
    points = np.concatenate([places, blocked, _guards(places, tree, first, place_of, buffer_m=buffer_m)])
    with ThreadPoolExecutor(1) as beside:  # both let go of the interpreter for nearly all of their time
        loose = beside.submit(
            _loose,
            network,
            places,
            tree,
            before=along.before,
            edges=edges,
            first=first,
            place_of=place_of,
            obstacles=blocked,
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
        edges=edges,
        place_of=place_of,
        first=first,
        is_loose=loose.result(),
    )


def _different(xy: Floats) -> tuple[Ints, Ints]:
    """The positions that differ, in order: where each is found first, and (n,) which of them each position is."""
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    is_new = np.append(True, (xy[order][1:] != xy[order][:-1]).any(axis=1))[: len(xy)]
    same = np.empty(len(xy), dtype=np.int64)
    same[order] = np.cumsum(is_new) - 1
    return order[is_new], same


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
    one, _ = _different(np.round(found / (buffer_m / 6)))
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
    before: Floats,
    edges: Ints,
    first: Ints,
    place_of: Ints,
    obstacles: Floats,
) -> Bools:
    """(n_own,) whether each of `edges` leaves its own cells somewhere.

    A vertex of it, or the middle between two of its places, then lies nearer to another place, or hardly farther from
    an obstacle. Between two such points an edge is straight and in one cell; cells are convex, so an edge without any stays in
    its own cells.
    """
    n_step = np.diff(first) - 1
    own = np.arange(len(edges))
    vertex_edge, vertex = _ranges(own, network.offsets[edges], np.diff(network.offsets)[edges])
    begin = before[network.offsets[edges]]
    length = before[network.offsets[edges + 1] - 1] - begin
    passed = (before[vertex] - begin[vertex_edge]) / np.where(length > 0, length, 1.0)[vertex_edge]
    step = np.clip(np.floor(passed * n_step[vertex_edge] + 0.5).astype(np.int64), 0, n_step[vertex_edge])
    gap_edge, gap = _ranges(own, np.zeros(len(edges), dtype=np.int64), n_step)
    middle = places_on(network, before, edges[gap_edge], (gap + 0.5) / n_step[gap_edge])
    edge = np.concatenate([vertex_edge, gap_edge, gap_edge])
    home = place_of[first[edge] + np.concatenate([step, gap, gap + 1])]
    at = np.concatenate([network.coords[vertex], middle, middle])
    known = np.flatnonzero(home >= 0)
    distance = np.hypot(*(at[known] - places[home[known]]).T)
    strays = distance > tree.query(at[known], workers=-1)[0] + 1e-6
    if len(obstacles):
        strays |= distance > KDTree(obstacles).query(at[known], workers=-1)[0] - _OBSTACLE_CLEARANCE_M
    return np.bincount(edge[known[strays]], minlength=len(edges)) > 0


def _ranges(owner: Ints, start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """For each owner its number `count` times, and beside it ``start, start + 1, ...``."""
    ends = np.cumsum(count)
    return np.repeat(owner, count), np.arange(count.sum()) + np.repeat(start - ends + count, count)
