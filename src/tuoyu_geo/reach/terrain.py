"""Elevations of positions from a raster on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.ndimage import map_coordinates

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.layers.gdal import UnsafeRasterError, open_geotiff
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LOWEST_M, HIGHEST_M = -430.0, 8850.0
"""Ground of the Earth that isn't under water; what lies beyond is a fill value or another unit."""

MAX_CELLS = 60_000_000
"""A county of 5,000 km2 has 55 million cells of 10 m."""


def read_elevation(
    path: Path, *, crs: str, bounds: tuple[float, float, float, float] | None = None
) -> "Callable[[NDArray[np.float64]], NDArray[np.float64]]":
    """A function that gives the elevation [m] of (n, 2) positions in `crs`, NaN outside the raster.

    Between the middles of cells it runs evenly (bilinear).

    Parameters
    ----------
    path
        The raster.
    crs
        Reference system of the positions.
    bounds
        West, south, east and north of the positions [m]: no more of the raster is read. All of it when None.

    Raises
    ------
    LayerNotFoundError
        There is no such file.
    NetworkError
        It is no raster that can be read, has no reference system or more than one band, or holds what can't be
        metres above the sea.
    """
    import rasterio  # noqa: PLC0415  (slow to import)
    from pyproj import Transformer  # noqa: PLC0415
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    if not path.is_file():
        raise LayerNotFoundError(text("reach.no_elevation", path=path.name))
    try:
        with open_geotiff(path) as raster:
            if raster.crs is None or raster.count != 1:
                raise NetworkError(text("reach.elevation_form", path=path.name))
            to_cell = ~raster.transform
            to_raster = Transformer.from_crs(crs, raster.crs.to_wkt(), always_xy=True)
            window = _window(
                raster, None if bounds is None else to_raster.transform_bounds(*bounds), name=path.name
            )
            size = (int(window.height), int(window.width))
            if size[0] * size[1] > MAX_CELLS:
                found = f"{size[0]:,} × {size[1]:,}"
                raise NetworkError(
                    text("reach.elevation_large", path=path.name, found=found, allowed=f"{MAX_CELLS:,}")
                )
            height = np.zeros(size)
            if height.size:
                height = raster.read(1, masked=True, window=window).astype(float).filled(np.nan)
    except UnsafeRasterError as error:
        raise NetworkError(text("reach.elevation_unsafe", path=path.name, what=error)) from error
    except (
        rasterio.errors.RasterioError,
        rasterio.errors.NotGeoreferencedWarning,
        ProjError,
        MemoryError,
    ) as error:
        raise NetworkError(text("reach.elevation_form", path=path.name)) from error
    beyond = height[(height < LOWEST_M) | (height > HIGHEST_M)]
    if beyond.size:
        raise NetworkError(text("reach.elevation_values", path=path.name, found=beyond.flat[0]))

    def elevation_m(xy: "NDArray[np.float64]") -> "NDArray[np.float64]":
        if not height.size:
            return np.full(len(xy), np.nan)
        x, y = to_raster.transform(xy[:, 0], xy[:, 1])
        column = to_cell.a * x + to_cell.b * y + to_cell.c - window.col_off
        row = to_cell.d * x + to_cell.e * y + to_cell.f - window.row_off
        at = np.stack([row - 0.5, column - 0.5])  # a cell's value stands at its middle
        return np.asarray(map_coordinates(height, at, order=1, mode="constant", cval=np.nan))

    return elevation_m


def _window(raster: Any, box: tuple[float, float, float, float] | None, *, name: str) -> Any:  # noqa: ANN401  (rasterio has no types)
    """The part of a raster within a box in its own system; all of it for None."""
    from rasterio.windows import Window  # noqa: PLC0415

    if box is None:
        return Window(0, 0, raster.width, raster.height)
    to_cell = ~raster.transform
    left, bottom, right, top = box
    corners = np.array([to_cell * (x, y) for x in (left, right) for y in (bottom, top)])
    if not np.isfinite(corners).all():  # the raster lies where its projection doesn't reach
        raise NetworkError(text("reach.elevation_form", path=name))
    # two cells more, since a value stands at its cell's middle
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (raster.width, raster.height))
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, low, (raster.width, raster.height))
    return Window(*low.astype(int), *(high - low).astype(int))
