"""Made-up relief and the least-cost paths over it that rivers and mountain roads follow."""

from dataclasses import dataclass

import numpy as np
import shapely
from data.generator.plane import CELL_M, SHAPE, Floats, cell_centres, smooth_noise
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph
from shapely.geometry.base import BaseGeometry

Cells = NDArray[np.int64]
RELIEF = 0.8


@dataclass(frozen=True, slots=True)
class Relief:
    """Cost of crossing a cell (1 on average, more on ridges) and the jittered point that stands for each cell."""

    cost: Floats
    points: Floats
    height: Floats


def make_relief(rng: np.random.Generator) -> Relief:
    """Draw the heights, and a point in each cell so that paths do not look like a raster."""
    height = smooth_noise(rng, scales_m=(2200, 900, 400), weights=(1.0, 0.7, 0.5)).grid.ravel()
    points = cell_centres() + rng.uniform(-0.36, 0.36, (SHAPE[0] * SHAPE[1], 2)) * CELL_M
    return Relief(cost=np.exp(RELIEF * height), points=points, height=height)


def cell_graph(cost: Floats) -> sparse.csr_array:
    """Graph over the raster: eight neighbours, metres times the mean cost of both ends; cells of infinite cost are cut off."""
    index = np.arange(SHAPE[0] * SHAPE[1]).reshape(SHAPE)
    heads, tails, lengths = [], [], []
    for rows, cols, length in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)):
        a = index[: SHAPE[0] - rows, max(0, -cols) : SHAPE[1] - max(0, cols)].ravel()
        b = index[rows:, max(0, cols) : SHAPE[1] + min(0, cols)].ravel()
        heads.append(a)
        tails.append(b)
        lengths.append(np.full(len(a), length * CELL_M))
    head, tail, length_m = np.concatenate(heads), np.concatenate(tails), np.concatenate(lengths)
    weight = length_m * (cost[head] + cost[tail]) / 2
    open_ = np.isfinite(weight)
    head, tail, weight = head[open_], tail[open_], weight[open_]
    return sparse.csr_array(
        (np.concatenate([weight, weight]), (np.concatenate([head, tail]), np.concatenate([tail, head]))),
        shape=(len(cost), len(cost)),
    )


def paths_to(cost: Floats, *, starts: Cells, ends: Cells) -> list[Cells]:
    """Cheapest path from each start to whichever end is nearest; [start] alone where none is reachable."""
    _, before, _ = csgraph.dijkstra(cell_graph(cost), indices=ends, min_only=True, return_predecessors=True)
    paths = []
    for start in starts:
        path = [int(start)]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        paths.append(np.array(path))
    return paths


def smooth(points: Floats, *, rounds: int = 2) -> Floats:
    """Cut the corners of a polyline (Chaikin 1974), both ends kept."""
    for _ in range(rounds if len(points) > 2 else 0):
        a, b = points[:-1], points[1:]
        cut = np.empty((2 * len(a), 2))
        cut[0::2], cut[1::2] = 0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b
        cut[0], cut[-1] = points[0], points[-1]
        points = cut
    return points


def cells_inside(area: BaseGeometry) -> NDArray[np.bool_]:
    """Mark the cells whose centre is in the area."""
    shapely.prepare(area)
    return np.asarray(shapely.contains(area, shapely.points(cell_centres())))
