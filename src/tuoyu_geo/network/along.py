"""Places along streets, laid once for all diagrams that are made around parts of them."""

from dataclasses import dataclass

import numpy as np

from tuoyu_geo.network.mode import Mode, usable
from tuoyu_geo.network.reached import Parts, along_m, places_on
from tuoyu_geo.network.street import CONNECTOR, Floats, Ints, StreetNetwork

STEP_M = 20.0
"""Places stand no farther apart than this along a street; an area overshoots the end of what is reached by half."""
_SLACK = 1e-3
"""Share of a step by which a part that ends between two places reaches over to the farther one's stretch."""


@dataclass(frozen=True, slots=True, eq=False)
class StreetPlaces:
    """Places along all streets that one mode uses.

    Attributes
    ----------
    xy
        (n_place, 2) positions of the nodes and then of the steps on edges [m].
    place_of
        Place at the start, at each step within, and at the end of edge e: ``place_of[first[e] : first[e + 1]]``; -1
        where nothing is beside the edge.
    first
        (n_edge + 1,) as above.
    before
        (n_vertex,) as `along_m`.
    stands_in
        Positions in `place_of` at which each place stands: those of place i are
        ``stands_in[1][stands_in[0][i] : stands_in[0][i + 1]]``.
    grid
        Where places with streets are.
    """

    xy: Floats
    first: Ints
    place_of: Ints
    before: Floats
    stands_in: tuple[Ints, Ints]
    grid: "Grid"

    def edges_at(self, places: Ints) -> Ints:
        """The edges on which any of the places stands, in order."""
        at = spans(*self.stands_in, places)
        return np.unique(np.searchsorted(self.first, at, side="right") - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Points sorted by the square cell of a grid in which they lie.

    Attributes
    ----------
    corner
        South-west of all points and of all that is asked for [m].
    width_m
        Of a cell.
    n_north
        Cells from south to north.
    cells, order
        The cells that hold a point, and the points in their order; those of cell k are ``order[first[k] : first[k + 1]]``.
    first
        As above.
    """

    corner: Floats
    width_m: float
    n_north: int
    cells: Ints
    order: Ints
    first: Ints

    def near(self, centres: Floats) -> Ints:
        """The points that lie in the cell of a centre or in one beside it, in order."""
        if not len(centres):
            return np.zeros(0, dtype=np.int64)
        middle = np.unique(self._cell(centres))
        around = np.unique(middle[:, None] + [i * self.n_north + j for i in (-1, 0, 1) for j in (-1, 0, 1)])
        held = np.flatnonzero(np.isin(self.cells, around, assume_unique=True))
        return np.sort(self.order[spans(self.first, np.arange(len(self.order)), held)])

    def _cell(self, xy: Floats) -> Ints:
        return _cells(xy, self.corner, width_m=self.width_m, n_north=self.n_north)


def grid_of(xy: Floats, numbers: Ints, *, width_m: float, also: Floats) -> Grid:
    """A grid over some points.

    Parameters
    ----------
    xy
        (n, 2) points [m].
    numbers
        Those of them that it holds.
    width_m
        Of a cell.
    also
        (n_other, 2) what will be asked for may lie beyond the points [m].
    """
    ends = np.concatenate([xy, also])
    corner = ends.min(axis=0, initial=np.inf) - 2 * width_m
    # one more on either side, for the neighbours of the outermost
    n_north = int(((ends[:, 1] - corner[1]) / width_m).max(initial=0)) + 3
    cell = _cells(xy[numbers], corner, width_m=width_m, n_north=n_north)
    order = np.argsort(cell, kind="stable")
    cells, first = np.unique(cell[order], return_index=True)
    return Grid(corner, width_m, n_north, cells, numbers[order], np.append(first, len(order)))


def _cells(xy: Floats, corner: Floats, *, width_m: float, n_north: int) -> Ints:
    cell = np.floor((xy - corner) / width_m).astype(np.int64)
    return np.asarray(cell[:, 0] * n_north + cell[:, 1])


def spans(first: Ints, values: Ints, which: Ints) -> Ints:
    """``values[first[i] : first[i + 1]]`` for each i of `which`, one after another."""
    begin, count = first[which], first[which + 1] - first[which]
    return np.asarray(values[np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())])


def street_places(network: StreetNetwork, *, mode: Mode, buffer_m: float) -> StreetPlaces:
    """Places no farther apart than `STEP_M`.

    Parameters
    ----------
    network
        The streets. Connectors, bridges and tunnels have no ground of their own.
    mode
        Streets that it doesn't use have no ground either: nobody lives along a bus lane alone.
    buffer_m
        How far cells reach from a street into open ground [m].
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
    xy = np.concatenate([network.xy, places_on(network, before, e, step[inner] / n_step[e])])
    at = np.argsort(place_of, kind="stable")[np.count_nonzero(place_of < 0) :]
    n_stand = np.bincount(place_of[at], minlength=len(xy))
    return StreetPlaces(
        xy,
        first,
        place_of,
        before,
        (np.concatenate([[0], np.cumsum(n_stand)]), at),
        # nodes without streets have no cell
        grid_of(xy, np.flatnonzero(n_stand), width_m=4 * buffer_m, also=xy[:0]),
    )


def touched(first: Ints, parts: Parts) -> Ints:
    """Positions in `StreetPlaces.place_of` of the places in whose stretch any of the parts lies."""
    n_step = first[parts.edge + 1] - first[parts.edge] - 1
    low = np.maximum(np.ceil(parts.begin * n_step - 0.5 - _SLACK), 0).astype(np.int64)
    high = np.minimum(np.floor(parts.end * n_step + 0.5 + _SLACK), n_step).astype(np.int64)
    count = high - low + 1
    return np.asarray(
        np.repeat(first[parts.edge] + low - np.cumsum(count) + count, count) + np.arange(count.sum())
    )
