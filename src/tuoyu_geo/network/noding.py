"""Road lines to a network: where lines meet, and where one only passes over the other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.assemble import assemble, insert_vertices
from tuoyu_geo.network.geodesy import metric_crs
from tuoyu_geo.network.pieces import foot_on, near_pairs
from tuoyu_geo.network.street import Bools, Floats, Ints, StreetNetwork, line_table

TOLERANCE_M = 0.1
"""Gaps that drawing by hand leaves are centimetres; the narrowest lane is metres away from the next."""


class _Lines(NamedTuple):
    """Lines vertex by vertex: (n_vertex,) the line, whether it ends there, and its level (0 ground, 1 bridge, 2 tunnel)."""

    coords: Floats
    offsets: Ints
    line: Ints
    is_end: Bools
    level: Ints


class _Inserts(NamedTuple):
    """Vertices to add: the segment (its first vertex), where on it (0 to 1), and the position."""

    segment: Ints
    share: Floats
    xy: Floats


def from_lines(
    coords: ArrayLike,
    offsets: ArrayLike,
    *,
    road_class: Sequence[str | None] | None = None,
    oneway: ArrayLike | None = None,
    bridge: ArrayLike | None = None,
    tunnel: ArrayLike | None = None,
    foot: ArrayLike | None = None,
    speed_kph: ArrayLike | None = None,
    tolerance_m: float = TOLERANCE_M,
    crs: str | None = None,
) -> StreetNetwork:
    """A network of road lines, joined where they meet.

    Parameters
    ----------
    coords
        (n_vertex, 2) vertices of all lines, one line after another [m].
    offsets
        (n_line + 1,) where each line begins in `coords`.
    road_class, oneway, bridge, tunnel, foot, speed_kph
        (n_line,) as in `StreetNetwork`; `oneway` counts along the line as drawn.
    tolerance_m
        What lies no farther apart than this is one place; closed.
    crs
        Reference system of `coords`, in metres.

    Returns
    -------
    StreetNetwork
        Lengths are measured on the plane.

    Raises
    ------
    NetworkError
        Coordinates or offsets that aren't lines, a reference system that isn't in metres, or no street at all.

    Notes
    -----
    Lines on the ground are joined where they share a vertex, where one touches the other, and where they cross. A
    bridge or a tunnel is joined where either line ends at a vertex of the other, or touches the ground line with
    its own end; where it only crosses, and where both lines pass through a shared vertex, it is not. Two bridges
    (two tunnels) are joined at shared vertices and where one ends on the other, but not where they cross.
    """
    xy, starts = _checked(coords, offsets, tolerance_m)
    table = line_table(
        len(starts) - 1,
        road_class=road_class,
        oneway=oneway,
        bridge=bridge,
        tunnel=tunnel,
        foot=foot,
        speed_kph=speed_kph,
    )
    level = np.where(table.bridge, 1, np.where(table.tunnel, 2, 0)).astype(np.int64)
    lines = _described(xy, starts, level)
    inserts = _meeting_places(lines, tolerance_m)
    xy, starts, _ = insert_vertices(
        lines.coords,
        lines.offsets,
        line=lines.line[inserts.segment],
        segment=inserts.segment,
        share=inserts.share,
        xy=inserts.xy,
    )
    lines = _described(xy, starts, level)
    place = _places(lines, tolerance_m)
    # the first vertex of a place stands for it
    first = np.unique(place, return_index=True)[1]
    return assemble(
        place.astype(np.int64),
        starts,
        table,
        xy=xy[first],
        vertex_id=np.arange(len(first)),
        crs=None if crs is None else metric_crs(crs).to_string(),
    )


def _checked(coords: ArrayLike, offsets: ArrayLike, tolerance_m: float) -> tuple[Floats, Ints]:
    xy, starts = np.asarray(coords, dtype=float), np.asarray(offsets, dtype=np.int64)
    if not 0 < tolerance_m < np.inf:
        raise NetworkError(text("network.tolerance", found=tolerance_m))
    shaped = xy.ndim == 2 and xy.shape[1] == 2 and starts.ndim == 1 and len(starts) > 0
    if (
        not shaped
        or starts[0] != 0
        or starts[-1] != len(xy)
        or (np.diff(starts) < 0).any()
        or not np.isfinite(xy).all()
    ):
        raise NetworkError(text("network.lines") if xy.size else text("network.no_streets"))
    return xy, starts


def _described(coords: Floats, offsets: Ints, level: Ints) -> _Lines:
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    is_end = np.zeros(len(coords), dtype=bool)
    not_empty = np.diff(offsets) > 0
    is_end[offsets[:-1][not_empty]] = True
    is_end[offsets[1:][not_empty] - 1] = True
    return _Lines(coords, offsets, line, is_end, level[line])


def _meeting_places(lines: _Lines, tolerance_m: float) -> _Inserts:
    """Where segments cross, or a vertex touches a segment, away from the segments' own vertices."""
    begins = np.append(lines.line[1:] == lines.line[:-1], False)
    vertex = np.flatnonzero(begins)
    if not len(vertex):
        raise NetworkError(text("network.no_streets"))
    a, b = near_pairs(lines.coords[vertex], lines.coords[vertex + 1], tolerance_m)
    a, b = vertex[a], vertex[b]
    found = [_crossings(lines, a, b, tolerance_m)]
    for touching in (a, a + 1):
        found.append(_touches(lines, touching, b, tolerance_m))
    for touching in (b, b + 1):
        found.append(_touches(lines, touching, a, tolerance_m))
    # a vertex belongs to two segments, and is found to touch a third once by each
    segment, share, xy = (np.concatenate(part) for part in zip(*found, strict=True))
    _, first = np.unique(np.column_stack([segment, xy]), axis=0, return_index=True)
    return _Inserts(segment[first], share[first], xy[first])


def _crossings(lines: _Lines, a: Ints, b: Ints, tolerance_m: float) -> _Inserts:
    ground = (lines.level[a] == 0) & (lines.level[b] == 0)
    a, b = a[ground], b[ground]
    start, along = lines.coords[a], lines.coords[a + 1] - lines.coords[a]
    other, across = lines.coords[b], lines.coords[b + 1] - lines.coords[b]
    gap = other - start
    turn = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        on_a = (gap[:, 0] * across[:, 1] - gap[:, 1] * across[:, 0]) / turn
        on_b = (gap[:, 0] * along[:, 1] - gap[:, 1] * along[:, 0]) / turn
        # a crossing within the tolerance of a segment's end is that end touching the other segment
        slack_a, slack_b = tolerance_m / np.hypot(*along.T), tolerance_m / np.hypot(*across.T)
        crosses = (
            (turn != 0) & (on_a > slack_a) & (on_a < 1 - slack_a) & (on_b > slack_b) & (on_b < 1 - slack_b)
        )
    a, b, on_a, on_b = a[crosses], b[crosses], on_a[crosses], on_b[crosses]
    xy = start[crosses] + on_a[:, None] * along[crosses]
    return _Inserts(np.concatenate([a, b]), np.concatenate([on_a, on_b]), np.concatenate([xy, xy]))


def _touches(lines: _Lines, vertex: Ints, segment: Ints, tolerance_m: float) -> _Inserts:
    own_end, level, below = lines.is_end[vertex], lines.level[vertex], lines.level[segment]
    may_join = np.where(below == 0, (level == 0) | own_end, (level == below) & own_end)
    point, start, end = lines.coords[vertex], lines.coords[segment], lines.coords[segment + 1]
    share, distance = foot_on(point, start, end)
    clear = (np.hypot(*(point - start).T) > tolerance_m) & (np.hypot(*(point - end).T) > tolerance_m)
    # a line that bends sharply comes near its own next segment without meeting it there
    neighbour = (lines.line[vertex] == lines.line[segment]) & (np.abs(vertex - segment - 0.5) < 2)
    touches = may_join & clear & ~neighbour & (distance <= tolerance_m) & (share > 0) & (share < 1)
    return _Inserts(segment[touches], share[touches], point[touches])


def _places(lines: _Lines, tolerance_m: float) -> Ints:
    """(n_vertex,) the place that a vertex stands for: vertices that are one place have one number."""
    n = len(lines.coords)
    pairs = KDTree(lines.coords).query_pairs(tolerance_m, output_type="ndarray")
    a, b = pairs.T
    either_ends = lines.is_end[a] | lines.is_end[b]
    joined = either_ends | (lines.level[a] == lines.level[b]) | (lines.line[a] == lines.line[b])
    a, b = a[joined], b[joined]
    links = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
