"""Population rasters: counts a cell, read around the county alone, as points at the cells' centres."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import ProjError

from tuoyu_geo.layers.gdal import UnsafeRasterError, open_geotiff
from tuoyu_geo.layers.kinds import not_what_it_says
from tuoyu_geo.layers.limits import MAX_ROWS
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, layer_finding
from tuoyu_geo.messages import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

# 100 m cells of a county of 3,000 km2 are 300,000; a window of more than this is no population grid of one county.
MAX_CELLS_READ = 60_000_000
# GCJ-02 and BD-09 lie up to 1.3 km off: the window is cut this much wider.
MARGIN_M = 3_000.0
RESIDENTS = "residents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows and columns of a raster that are read: from 0, half open."""

    row: int
    column: int
    height: int
    width: int


def read_raster(source: LayerSource, *, around: gpd.GeoDataFrame) -> RawTable:
    """Cells that hold people as points, with their count under `RESIDENTS`.

    Parameters
    ----------
    source
        A GeoTIFF of counts a cell (WorldPop, GHS-POP). `sheet` names a band by its number where there are several.
    around
        The townships: cells beyond their bounds, and a margin, are not read.

    Returns
    -------
    A row a cell whose count is above 0, numbered by its place in the raster (row by row, from 1). A count is never
    weighted by the cell's area. Negative counts stand for no data and are counted in a finding.

    Raises
    ------
    RefusedError
        It is no raster of counts, states no CRS, or its part over the county is too large.
    """
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415  (slow to import)

    _refuse_no_tiff(source)
    try:
        with open_geotiff(source.path) as raster:
            _refuse_pictures(raster, source)
            crs = _crs(raster, source)
            window = _window(raster, around, crs=crs, source=source)
            return _read(raster, window, band=_band(raster, source), crs=crs, source=source)
    except NotGeoreferencedWarning as error:
        raise RefusedError(layer_finding(source, "raster_unplaced")) from error
    except UnsafeRasterError as error:
        raise RefusedError(layer_finding(source, "file_unsafe", what=error)) from error
    except (RasterioError, ProjError, ValueError, MemoryError) as error:
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error


def _refuse_no_tiff(source: LayerSource) -> None:
    if not source.path.is_file():
        raise RefusedError(layer_finding(source, "file_missing", path=source.path.name))
    with Path(source.path).open("rb") as stream:
        head = stream.read(16)
    if not head:
        raise RefusedError(layer_finding(source, "file_empty"))
    really = not_what_it_says(".tif", head)
    if really:
        raise RefusedError(layer_finding(source, "file_wrong", ending=source.path.suffix, really=really))


def _refuse_pictures(raster: Any, source: LayerSource) -> None:  # noqa: ANN401  (rasterio has no types)
    interpretations = {one.name for one in raster.colorinterp}
    if interpretations & {"red", "green", "blue", "palette"} or any(
        "complex" in kind for kind in raster.dtypes
    ):
        raise RefusedError(layer_finding(source, "raster_picture"))


def _band(raster: Any, source: LayerSource) -> int:  # noqa: ANN401
    if source.sheet is None:
        if raster.count > 1:
            raise RefusedError(layer_finding(source, "raster_bands", n=raster.count, role=source.role))
        return 1
    bands = [str(band) for band in range(1, raster.count + 1)]
    if source.sheet not in bands:
        raise RefusedError(layer_finding(source, "sheet_missing", found=source.sheet, sheets=listed(bands)))
    return int(source.sheet)


def _crs(raster: Any, source: LayerSource) -> CRS:  # noqa: ANN401
    if raster.crs is not None:
        return CRS.from_user_input(raster.crs)
    if source.crs is None:
        raise RefusedError(layer_finding(source, "raster_nowhere", role=source.role))
    return CRS.from_user_input(source.crs)


def _window(raster: Any, around: gpd.GeoDataFrame, *, crs: CRS, source: LayerSource) -> Window:  # noqa: ANN401
    """The part of a raster over the townships."""
    whole = Window(row=0, column=0, height=raster.height, width=raster.width)
    if len(around) and not around.geometry.isna().all():
        corners = around.buffer(MARGIN_M).to_crs(crs).total_bounds
        x, y = corners[[0, 0, 2, 2]], corners[[1, 3, 1, 3]]
        columns, rows = _applied(~raster.transform, x, y)
        first_row, last_row = max(0, int(np.floor(rows.min()))), min(raster.height, int(np.ceil(rows.max())))
        first_column = max(0, int(np.floor(columns.min())))
        last_column = min(raster.width, int(np.ceil(columns.max())))
        whole = Window(
            row=first_row, column=first_column, height=last_row - first_row, width=last_column - first_column
        )
    if whole.height <= 0 or whole.width <= 0:
        raise RefusedError(layer_finding(source, "raster_elsewhere", found=_bounds(raster)))
    if whole.height * whole.width > MAX_CELLS_READ:
        found = f"{whole.height:,} × {whole.width:,}"
        raise RefusedError(
            layer_finding(source, "file_too_large", found=found, allowed=f"{MAX_CELLS_READ:,}")
        )
    return whole


def _applied(
    transform: Any,  # noqa: ANN401
    x: "NDArray[np.floating[Any]]",
    y: "NDArray[np.floating[Any]]",
) -> "tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]":
    """Places moved by an affine transform."""
    return (
        transform.a * x + transform.b * y + transform.c,
        transform.d * x + transform.e * y + transform.f,
    )


def _bounds(raster: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{one:.6g}" for one in raster.bounds)


def _strips(window: Window) -> Iterator[Window]:
    """A window in strips of some four million cells."""
    height = max(1, 4_000_000 // window.width)
    for row in range(window.row, window.row + window.height, height):
        left = window.row + window.height - row
        yield Window(row=row, column=window.column, height=min(height, left), width=window.width)


def _read(raster: Any, window: Window, *, band: int, crs: CRS, source: LayerSource) -> RawTable:  # noqa: ANN401
    from rasterio.windows import Window as RasterWindow  # noqa: PLC0415

    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.float64]] = []
    n_negative = n_empty = 0
    for strip in _strips(window):
        part = RasterWindow(strip.column, strip.row, strip.width, strip.height)
        cells = raster.read(band, window=part, masked=True)
        values = cells.filled(0).astype(float) * raster.scales[band - 1] + raster.offsets[band - 1]
        there = ~np.ma.getmaskarray(cells) & np.isfinite(values)
        n_empty += int((~there).sum())
        n_negative += int((there & (values < 0)).sum())
        i, j = np.nonzero(there & (values > 0))
        rows.append(i + strip.row)
        columns.append(j + strip.column)
        counts.append(values[i, j])
        if sum(map(len, counts)) > MAX_ROWS:
            raise RefusedError(layer_finding(source, "file_too_large", found="", allowed=f"{MAX_ROWS:,}"))
    row, column, count = np.concatenate(rows), np.concatenate(columns), np.concatenate(counts)
    x, y = _applied(raster.transform, column + 0.5, row + 0.5)
    note = layer_finding(
        source,
        "raster_read",
        severity="info",
        n=len(count),
        total=count.sum(),
        width=abs(raster.transform.a),
        unit="°" if crs.is_geographic else "m",
        empty=n_empty,
    )
    findings = [note]
    if n_negative:
        findings.append(layer_finding(source, "raster_negative", severity="warning", n=n_negative))
    return RawTable(
        frame=pd.DataFrame({RESIDENTS: count.astype(object)}, dtype=object),
        row=row * raster.width + column + 1,
        geometry=gpd.GeoSeries(gpd.points_from_xy(x, y), crs=None if raster.crs is None else crs),
        findings=tuple(findings),
    )
