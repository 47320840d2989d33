"""Service areas for drawing. Nobody is counted by them: who is served is decided on the streets."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.along import street_places
from tuoyu_geo.network.cells import StreetCells, street_cells
from tuoyu_geo.network.mode import WALK_M, Mode
from tuoyu_geo.network.reached import Parts, cut_out, joined_parts, reached_parts
from tuoyu_geo.network.street import CONNECTOR, Floats, Ints, StreetNetwork

BUFFER_M = 50.0
_STRIP_SHARE = 0.1
_SHORE_STEP_M = 10.0
_LEAST_WIDTH_M = 500.0
"""Squares narrower than this would hold a diagram for every facility."""


def service_areas(
    network: StreetNetwork,
    node_idx: ArrayLike,
    cutoffs: Sequence[float],
    *,
    mode: Mode = WALK_M,
    buffer_m: float = BUFFER_M,
    water: Sequence[shapely.Geometry] = (),
    inbound: bool = False,
) -> NDArray[np.object_]:
    """Polygons around the streets that are reached from each node.

    Parameters
    ----------
    network
        The streets, with the facilities attached.
    node_idx
        (n_facility,) nodes; -1, a facility that isn't on the network, gives empty polygons.
    cutoffs
        In the mode's unit, closed.
    mode
        Who moves.
    buffer_m
        How far the area reaches beside a street into open ground [m].
    water
        Polygons on which nobody lives, in the network's reference system. They are taken out, and with them what
        is nearer to their banks than to a reached street, such as the far bank; reached bridges stay.
    inbound
        Whether the way leads to the node and not from it; the two differ on one-way streets and on slopes.

    Returns
    -------
    ndarray
        (n_facility, n_cutoff) valid polygons or multipolygons. Each holds every reached part of a street to a
        centimetre, and no ground that is nearer to a part that isn't reached, save half of `STEP_M` past the end of
        what is. Towards open ground it ends at `buffer_m`; ground that reached streets enclose is in it where they face each other
        across less than four times that, and else is a hole. Bridges and tunnels are narrow strips, since nothing
        is beside them.

    Raises
    ------
    NetworkError
        No cutoff or a negative one, an index outside the network, or a buffer that isn't positive.
    """
    if not 0 < buffer_m < np.inf:
        raise NetworkError(text("network.buffer", found=buffer_m))
    if not len(cutoffs) or not all(cutoff >= 0 for cutoff in cutoffs):
        raise NetworkError(text("network.cutoff", found=list(cutoffs)))
    nodes = np.asarray(node_idx, dtype=np.int64)
    areas = np.full((len(nodes), len(cutoffs)), shapely.Polygon(), dtype=object)
    placed = np.flatnonzero(nodes >= 0)
    if not len(placed):
        return areas
    found = list(reached_parts(network, nodes[placed], cutoffs, mode=mode, inbound=inbound))
    shores = _along_shores(water)
    along = street_places(network, mode=mode, buffer_m=buffer_m)
    # most of the work lets go of the interpreter
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for group in _near_each_other(network, nodes[placed], found):
            near = [parts for one in group for parts in found[one]]
            cells = street_cells(
                network, joined_parts(near), along=along, buffer_m=buffer_m, obstacles=shores
            )
            draw = _Drawing(network, cells, along.before, buffer_m, water)
            for k, area in enumerate(pool.map(draw.area, near)):
                areas[placed[group[k // len(cutoffs)]], k % len(cutoffs)] = area
    return areas


def _near_each_other(network: StreetNetwork, nodes: Ints, found: Sequence[Sequence[Parts]]) -> list[Ints]:
    """Positions of the nodes that share a diagram: those in one square, which is as wide as the widest area.

    One diagram of a city takes several times as long as many small ones, and gives the same areas.
    """
    xy = network.xy[nodes]
    farthest_m = _LEAST_WIDTH_M / 2
    for here, by_cutoff in zip(xy, found, strict=True):
        edge = np.concatenate([parts.edge for parts in by_cutoff])
        away = network.xy[np.concatenate([network.u[edge], network.v[edge]])] - here
        farthest_m = max(farthest_m, np.abs(away).max(initial=0.0))
    square = np.floor((xy - xy.min(axis=0)) / (4 * farthest_m)).astype(np.int64)
    _, of = np.unique(square, axis=0, return_inverse=True)
    order = np.argsort(of, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(of[order])) + 1)


def _along_shores(water: Sequence[shapely.Geometry]) -> Floats:
    """(n, 2) points along the banks [m]: ground that is nearer to water than to a street isn't the street's."""
    banks = shapely.segmentize(shapely.boundary(np.asarray(water, dtype=object)), _SHORE_STEP_M)
    return np.asarray(shapely.get_coordinates(banks))


class _Drawing:
    """What the areas of one call share."""

    def __init__(
        self,
        network: StreetNetwork,
        cells: StreetCells,
        before: Floats,
        buffer_m: float,
        water: Sequence[shapely.Geometry],
    ) -> None:
        self._network = network
        self._cells = cells
        self._along_m = before
        self._strip_m = _STRIP_SHARE * buffer_m
        self._strips: dict[int, shapely.Geometry] = {}
        self._narrow = network.bridge | network.tunnel | network.edges_of(CONNECTOR)
        self._water = np.asarray(water, dtype=object)
        self._water_tree = shapely.STRtree(self._water)

    def area(self, parts: Parts) -> shapely.Geometry:
        """The ground that belongs to parts of streets."""
        area = _valid(_polygons(*self._cells.rings(parts)))
        wet = self._water[self._water_tree.query(area, predicate="intersects")]
        if len(wet):
            on_ground = self._lines(_chosen(parts, ~self._narrow[parts.edge]))
            dry = shapely.get_parts(shapely.difference(area, shapely.union_all(wet)))
            reached = shapely.STRtree(dry).query(on_ground, predicate="intersects")[1]
            area = shapely.union_all(dry[np.unique(reached)])
        else:
            parts = _chosen(parts, self._narrow[parts.edge] | self._cells.loose(parts))
        lines = self._lines(parts)
        shapely.prepare(area)
        # properly: a street may not even touch the border, where the next rounding would leave it outside
        missed = ~shapely.contains_properly(area, lines)
        if missed.any():
            strips = self._strips_of(_chosen(parts, missed), lines[missed])
            area = shapely.union(area, shapely.union_all(strips))
        # The same area from any diagram: where four cells meet it may give a corner once or twice, and a ring begins anywhere.
        return shapely.normalize(shapely.remove_repeated_points(_valid(area)))

    def _strips_of(self, parts: Parts, lines: NDArray[np.object_]) -> list[shapely.Geometry]:
        """Narrow ground along parts; that of whole edges, which many areas share, is made once."""
        strips = []
        whole = (parts.begin == 0) & (parts.end == 1)
        for edge, is_whole, line in zip(parts.edge.tolist(), whole.tolist(), lines, strict=True):
            strip = self._strips.get(edge) if is_whole else None
            if strip is None:
                strip = shapely.buffer(line, self._strip_m, quad_segs=2)
                if is_whole:
                    self._strips[edge] = strip
            strips.append(strip)
        return strips

    def _lines(self, parts: Parts) -> NDArray[np.object_]:
        if not len(parts.edge):
            return np.zeros(0, dtype=object)
        coords, offsets = cut_out(self._network, parts, self._along_m)
        return np.asarray(
            shapely.linestrings(coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
        )


def _chosen(parts: Parts, which: NDArray[np.bool_]) -> Parts:
    return Parts(parts.edge[which], parts.begin[which], parts.end[which])


def _valid(area: shapely.Geometry) -> shapely.Geometry:
    # Cells that meet in one corner only leave rings that touch themselves there.
    if shapely.is_valid(area):
        return area
    made = shapely.get_parts(shapely.make_valid(area))
    made = made[shapely.get_type_id(made) == shapely.GeometryType.POLYGON]
    return shapely.MultiPolygon(made.tolist()) if len(made) > 1 else made[0]


def _polygons(coords: Floats, offsets: Ints) -> shapely.Geometry:
    """One area of rings that have it on their left."""
    if len(offsets) < 2:
        return shapely.Polygon()
    ring = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    onward = np.roll(coords, -1, axis=0)
    onward[offsets[1:] - 1] = coords[offsets[:-1]]
    around = np.add.reduceat(coords[:, 0] * onward[:, 1] - coords[:, 1] * onward[:, 0], offsets[:-1])
    shapes = np.asarray(shapely.polygons(shapely.linearrings(coords, indices=ring)), dtype=object)
    shells, holes = shapes[around > 0], shapes[around < 0]
    if len(holes):
        # of the shells around a hole, which lie in one another's holes, the smallest has it
        hole, shell = shapely.STRtree(shells).query(shapely.point_on_surface(holes), predicate="within")
        order = np.lexsort([shapely.area(shells)[shell], hole])
        hole, first = np.unique(hole[order], return_index=True)
        owner = shell[order][first]
        for one in np.unique(owner):
            inner = shapely.get_exterior_ring(holes[hole[owner == one]])
            shells[one] = shapely.Polygon(shapely.get_exterior_ring(shells[one]), inner.tolist())
    return shapely.MultiPolygon(shells.tolist()) if len(shells) > 1 else shells[0]
