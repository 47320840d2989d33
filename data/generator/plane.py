"""The plane the city is built on: metres in CGCS2000 / 3-degree Gauss-Kruger CM 117E, a raster over it, smooth noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import ndimage

Floats = NDArray[np.float64]

LONLAT = "EPSG:4490"
METRIC = "EPSG:4548"
CELL_M = 250.0
ORIGIN_M = (487_000.0, 2_831_000.0)
SHAPE = (276, 392)  # rows (north) x columns (east): 69 km x 98 km, wider than the county

_TO_METRIC = Transformer.from_crs(LONLAT, METRIC, always_xy=True)
_TO_LONLAT = Transformer.from_crs(METRIC, LONLAT, always_xy=True)


def to_metric(lonlat: Floats) -> Floats:
    """Project (n, 2) degrees to (n, 2) metres."""
    x, y = _TO_METRIC.transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([x, y])


def to_lonlat(xy: Floats) -> Floats:
    """Give (n, 2) metres back in degrees, rounded to 6 decimals (0.1 m), so that equal points stay equal."""
    lon, lat = _TO_LONLAT.transform(xy[:, 0], xy[:, 1])
    return np.round(np.column_stack([lon, lat]), 6)


def cell_centres() -> Floats:
    """Centres of all raster cells, (rows * columns, 2), row by row from the south-west."""
    rows, cols = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    x = ORIGIN_M[0] + (cols + 0.5) * CELL_M
    y = ORIGIN_M[1] + (rows + 0.5) * CELL_M
    return np.column_stack([x.ravel(), y.ravel()])


def cell_of(xy: Floats) -> NDArray[np.int64]:
    """Flat raster index of each of (n, 2) points."""
    cols = ((xy[:, 0] - ORIGIN_M[0]) // CELL_M).astype(np.int64)
    rows = ((xy[:, 1] - ORIGIN_M[1]) // CELL_M).astype(np.int64)
    return np.clip(rows, 0, SHAPE[0] - 1) * SHAPE[1] + np.clip(cols, 0, SHAPE[1] - 1)


@dataclass(frozen=True, slots=True)
class Noise:
    """A smooth random field of unit variance over the plane."""

    grid: Floats

    def at(self, xy: Floats) -> Floats:
        """Field values at (n, 2) points, bilinear between cells."""
        rows = (xy[:, 1] - ORIGIN_M[1]) / CELL_M - 0.5
        cols = (xy[:, 0] - ORIGIN_M[0]) / CELL_M - 0.5
        return np.asarray(
            ndimage.map_coordinates(self.grid, [rows, cols], order=1, mode="nearest"), dtype=np.float64
        )


def smooth_noise(
    rng: np.random.Generator, *, scales_m: tuple[float, ...], weights: tuple[float, ...]
) -> Noise:
    """Sum of Gaussian-smoothed white noise, one term a scale, normalised to mean 0 and variance 1."""
    total = np.zeros(SHAPE)
    for scale, weight in zip(scales_m, weights, strict=True):
        layer = ndimage.gaussian_filter(rng.standard_normal(SHAPE), scale / CELL_M, mode="nearest")
        total += weight * (layer - layer.mean()) / layer.std()
    return Noise((total - total.mean()) / total.std())


def spawn(seed: int, *, stream: int) -> np.random.Generator:
    """Give a generator of its own to each subject, so that a change in one does not move the others."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, stream])))
