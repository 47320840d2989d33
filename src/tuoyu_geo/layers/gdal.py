"""GDAL as far as it is wanted: local files of the kinds that are read, and never the network.

GDAL follows what a file says: a coordinate system, an overview or a source elsewhere may be an address. What is known
to do so is refused before GDAL sees it; beyond that its two ways to the network are closed while it reads.
"""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tuoyu_geo.layers.kinds import not_what_it_says

# No address ends like this, so /vsicurl/ and its kin open none; a request of any other kind meets a closed port.
OFFLINE = {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing", "GDAL_HTTP_PROXY": "127.0.0.1:9"}
# A block is read whole: one as large as this unfolds from a few bytes.
MAX_BLOCK_BYTES = 256_000_000
# The file beside a raster in which GDAL looks for what the raster itself doesn't say.
BESIDE = ".aux.xml"


class UnsafeRasterError(ValueError):
    """A raster that points elsewhere, or of which one block alone fills the memory."""


@contextmanager
def offline() -> Iterator[None]:
    """GDAL without a network, for vector files; as it was before, afterwards."""
    import pyogrio  # noqa: PLC0415  (slow to import)

    before = {name: pyogrio.get_gdal_config_option(name) for name in OFFLINE}
    pyogrio.set_gdal_config_options(OFFLINE)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


@contextmanager
def open_geotiff(path: Path) -> Iterator[Any]:
    """A GeoTIFF, opened by GDAL's driver for it alone and without a network.

    Raises
    ------
    UnsafeRasterError
        It is no TIFF whatever its name says; the file beside it names an overview elsewhere; or its blocks are too large.
    rasterio.errors.RasterioError
        It can't be read.
    rasterio.errors.NotGeoreferencedWarning
        It says nowhere where it lies.
    """
    import numpy as np  # noqa: PLC0415
    import rasterio  # noqa: PLC0415  (slow to import)

    with path.open("rb") as stream:
        really = not_what_it_says(".tif", stream.read(16))
    if really:
        raise UnsafeRasterError(really)
    beside = path.with_name(path.name + BESIDE)
    if beside.is_file() and b"OVERVIEW_FILE" in beside.read_bytes():
        raise UnsafeRasterError(f"{beside.name}: OVERVIEW_FILE")
    with rasterio.Env(**OFFLINE), ExitStack() as opened:
        with warnings.catch_warnings():
            warnings.simplefilter("error", rasterio.errors.NotGeoreferencedWarning)
            raster = opened.enter_context(rasterio.open(path, driver="GTiff"))
        if not raster.transform.determinant:
            raise UnsafeRasterError(str(tuple(raster.transform)[:6]))
        largest = max(
            rows * columns * np.dtype(kind).itemsize
            for (rows, columns), kind in zip(raster.block_shapes, raster.dtypes, strict=True)
        )
        if largest > MAX_BLOCK_BYTES:
            raise UnsafeRasterError(f"{largest / 1e6:,.0f} MB > {MAX_BLOCK_BYTES / 1e6:,.0f} MB")
        yield raster
