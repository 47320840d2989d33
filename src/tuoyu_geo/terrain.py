"""Elevations of positions from a raster on disk."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import map_coordinates

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def read_elevation(path: Path, *, crs: str) -> "Callable[[NDArray[np.float64]], NDArray[np.float64]]":
    """A function that gives the elevation [m] of (n, 2) positions in `crs`, NaN outside the raster.

    Between the middles of cells it runs evenly (bilinear).

    Raises
    ------
    LayerNotFoundError
        There is no such file.
    NetworkError
        It is no raster that can be read, has no reference system, or more than one band.
    """
    import rasterio  # noqa: PLC0415  (slow to import)
    from pyproj import Transformer  # noqa: PLC0415

    if not path.is_file():
        raise LayerNotFoundError(text("reach.no_elevation", path=path))
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None or raster.count != 1:
                raise NetworkError(text("reach.elevation_form", path=path))
            height = raster.read(1, masked=True).astype(float).filled(np.nan)
            to_cell = ~raster.transform
            to_raster = Transformer.from_crs(crs, raster.crs.to_wkt(), always_xy=True)
    except rasterio.errors.RasterioError as error:
        raise NetworkError(text("reach.elevation_form", path=path)) from error

    def elevation_m(xy: "NDArray[np.float64]") -> "NDArray[np.float64]":
        x, y = to_raster.transform(xy[:, 0], xy[:, 1])
        column = to_cell.a * x + to_cell.b * y + to_cell.c
        row = to_cell.d * x + to_cell.e * y + to_cell.f
        at = np.stack([row - 0.5, column - 0.5])  # a cell's value stands at its middle
        return np.asarray(map_coordinates(height, at, order=1, mode="constant", cval=np.nan))

    return elevation_m
