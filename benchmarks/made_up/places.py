"""Where the made-up province's counties and townships lie: plain Voronoi cells with borders that wind.

One plane for the whole province (metres, CGCS2000 / 3-degree Gauss-Kruger CM 117E), so that neighbours' borders meet.
What stands here depends on the seed and a county's number alone.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

SIDE = 9
"""Counties along one side of the province; three by three are a prefecture."""
N_COUNTIES = 80
SPAN_M = 38_000.0
CORNER_M = (500_000.0 - SIDE / 2 * SPAN_M, 2_870_000.0 - SIDE / 2 * SPAN_M)
STEP_M = 240.0
BEND_M = 700.0
"""How far a border winds at most [m]."""
_STREAM = {"province": 1, "county": 2}


@dataclass(frozen=True, slots=True)
class Ground:
    """A county's townships, the urban ones first.

    Attributes
    ----------
    middle
        Of the built-up core, ``(2,)`` metres.
    seats
        ``(n, 2)`` metres.
    areas
        With winding borders.
    """

    middle: Floats
    seats: Floats
    areas: list[BaseGeometry]


def random_of(seed: int, *, number: int, stream: int) -> np.random.Generator:
    """A generator of random numbers for one subject of one county; number 0 is the province."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number, stream])))


def sizes(seed: int) -> Floats:
    """How large each of the 80 counties is, ``(80,)``, with mean 1: a few large ones, many small ones."""
    drawn = random_of(seed, number=0, stream=11).lognormal(0.0, 0.55, N_COUNTIES).clip(0.28, 3.2)
    return np.asarray(drawn / drawn.mean())


def place_of(number: int) -> tuple[int, int, str]:
    """Column and row of a county's cell, and its code: 3591xx to 3599xx, which no county has.

    Parameters
    ----------
    number
        1 to 80.
    """
    prefecture, inner = divmod(number - 1, 9)
    return (
        3 * (prefecture % 3) + inner % 3,
        3 * (prefecture // 3) + inner // 3,
        f"359{prefecture + 1}{inner + 1:02d}",
    )


def county_cell(seed: int, *, number: int) -> tuple[BaseGeometry, Floats]:
    """A county's straight-edged area and its middle."""
    ring = SIDE + 4
    rng = random_of(seed, number=0, stream=_STREAM["province"])
    rows, columns = np.mgrid[-2 : SIDE + 2, -2 : SIDE + 2]
    at = np.column_stack([columns.ravel() + 0.5 + (rows.ravel() % 2) * 0.3, rows.ravel() + 0.5])
    points = np.array(CORNER_M) + SPAN_M * (at + rng.uniform(-0.3, 0.3, (ring * ring, 2)))
    column, row, _ = place_of(number)
    index = (row + 2) * ring + column + 2
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True)
    return shapely.get_parts(cells)[index], points[index]


def make_ground(seed: int, *, number: int, n_townships: int, n_streets: int, core_m: float) -> Ground:
    """Divide a county into townships: the first are slices of the core, the others lie around it.

    Parameters
    ----------
    seed, number
        Of the province and the county.
    n_townships, n_streets
        How many there are, and how many of them are urban.
    core_m
        Radius of the built-up core [m].
    """
    cell, middle = county_cell(seed, number=number)
    rng = random_of(seed, number=number, stream=_STREAM["county"])
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(n_streets) / n_streets
    urban = middle + (n_streets > 1) * 0.5 * core_m * np.column_stack([np.cos(turn), np.sin(turn)])
    sample = np.vstack([middle + rng.normal(0, 8_000, (1500, 2)), _uniform(cell, n=1500, rng=rng)])
    inside = shapely.contains_xy(cell.buffer(-2_500), sample)
    sample = sample[inside & (np.hypot(*(sample - middle).T) > 1.9 * core_m)]
    seats = sample[rng.permutation(len(sample))[: n_townships - n_streets]]
    for _ in range(12):
        own = cKDTree(seats).query(sample)[1]
        seats = np.array([sample[own == i].mean(axis=0) for i in range(len(seats))])
    seats = seats[np.argsort(np.hypot(*(seats - middle).T), kind="stable")]
    seats = np.round(np.vstack([urban, seats]))
    whole = shapely.segmentize(cell, STEP_M)
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(seats), ordered=True, extend_to=cell.envelope)
    cells = [shapely.intersection(part, whole) for part in shapely.get_parts(drawn)]
    cells = [max(shapely.get_parts(part), key=shapely.area) for part in cells]
    return Ground(middle=np.round(middle), seats=seats, areas=[bent(part, seed=seed) for part in cells])


def _uniform(cell: BaseGeometry, *, n: int, rng: np.random.Generator) -> Floats:
    west, south, east, north = cell.bounds
    return np.asarray(rng.uniform((west, south), (east, north), (n, 2)))


def bent(area: BaseGeometry, *, seed: int) -> BaseGeometry:
    """An area whose border winds by a field of place alone: what two areas share stays shared."""
    rng = random_of(seed, number=0, stream=12)
    waves = rng.uniform(0, 2 * np.pi, (7, 2, 2))  # direction and phase
    lengths = np.geomspace(1_300, 9_000, 7)
    heights = BEND_M * lengths / lengths.sum()

    def move(xy: Floats) -> Floats:
        xy = np.round(xy)
        shift = np.zeros_like(xy)
        for (one, two), length, height in zip(waves, lengths, heights, strict=True):
            for axis, (direction, phase) in enumerate((one, two)):
                along = xy @ np.array([np.cos(direction), np.sin(direction)])
                shift[:, axis] += height / np.sqrt(2) * np.sin(2 * np.pi * along / length + phase)
        return np.asarray(np.round(xy + shift))

    return shapely.transform(shapely.segmentize(area, STEP_M), move)
