"""Which segments lie near a point or near each other, by a tree over the middles of short pieces."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import KDTree

from tuoyu_geo.network.street import Floats, Ints

PIECE_M = 25.0
"""Segments are indexed in pieces no longer than this: a piece lies within half of it from its middle."""


class Pieces(NamedTuple):
    """A tree over the middles of the segments' pieces, and the segment of each."""

    tree: KDTree
    segment: Ints
    half_m: float


class Nearest(NamedTuple):
    """The nearest segment of each point: (n_point,) its index, where on it (0 to 1), and how far [m]."""

    segment: Ints
    share: Floats
    distance_m: Floats


def cut_pieces(start: Floats, end: Floats) -> Pieces:
    """Segments in short pieces; `start` and `end` are (n_segment, 2) [m], at least one segment."""
    n_piece = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / PIECE_M)).astype(np.int64)
    segment = np.repeat(np.arange(len(start)), n_piece)
    order = np.arange(len(segment)) - np.repeat(np.cumsum(n_piece) - n_piece, n_piece)
    share = (order + 0.5) / n_piece[segment]
    middle = start[segment] + share[:, None] * (end - start)[segment]
    return Pieces(KDTree(middle), segment, PIECE_M / 2)


def foot_on(points: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Where on its segment each point's nearest place is (0 to 1), and how far it is [m]; row by row."""
    along = end - start
    length_2 = (along**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((points - start) * along).sum(axis=1) / length_2
    share = np.clip(np.where(length_2 > 0, share, 0.0), 0.0, 1.0)
    # the ends themselves, not start + 1 * (end - start), which is off by a rounding error
    place = np.where((share == 1.0)[:, None], end, start + share[:, None] * along)
    return share, np.hypot(*(points - place).T)


def nearest_segment(points: Floats, start: Floats, end: Floats) -> Nearest:
    """The nearest segment of each point; of equally near ones the first.

    Parameters
    ----------
    points
        (n_point, 2) positions [m].
    start, end
        (n_segment, 2) segments [m], at least one.
    """
    pieces = cut_pieces(start, end)
    # The nearest piece can't have its middle farther than the nearest middle plus half a piece.
    radius = pieces.tree.query(points)[0] + pieces.half_m + 1e-6
    point, piece = within_radius(pieces.tree, points, radius)
    segment = pieces.segment[piece]
    share, distance = foot_on(points[point], start[segment], end[segment])
    order = np.lexsort([segment, np.round(distance, 9), point])
    first = order[np.searchsorted(point, np.arange(len(points)))]
    return Nearest(segment[first], share[first], distance[first])


def within_radius(tree: KDTree, points: Floats, radius: Floats | float) -> tuple[Ints, Ints]:
    """Pairs of a point and a tree's member within the point's radius, in order of both."""
    near = np.asarray(tree.query_ball_point(points, radius, return_sorted=True), dtype=object)
    point = np.repeat(np.arange(len(points)), np.array([len(found) for found in near], dtype=np.int64))
    return point, np.concatenate([np.zeros(0, dtype=np.int64), *near]).astype(np.int64)


def near_pairs(start: Floats, end: Floats, within_m: float) -> tuple[Ints, Ints]:
    """Pairs of segments that may come as near as `within_m`; each pair once, smaller index first, in order."""
    pieces = cut_pieces(start, end)
    pairs = pieces.tree.query_pairs(2 * pieces.half_m + within_m + 1e-6, output_type="ndarray")
    a, b = np.sort(pieces.segment[pairs], axis=1).T
    different = a != b
    key = np.unique(a[different] * len(start) + b[different])
    return key // len(start), key % len(start)
