"""GeoParquet, and plain Parquet tables."""

from pathlib import Path

from tuoyu_geo.layers.limits import too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.layers.vector import frame_table


def read_parquet(source: LayerSource, path: Path) -> RawTable:
    """Rows of a .parquet file, with its shapes where it has any."""
    import geopandas as gpd  # noqa: PLC0415  (slow to import)
    import pandas as pd  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415
    from pyproj.exceptions import ProjError  # noqa: PLC0415
    from shapely.errors import ShapelyError  # noqa: PLC0415

    try:
        described = pq.ParquetFile(path)  # no context manager: it holds no handle once read
        too_large = too_many_rows(source, described.metadata.num_rows)
        if too_large:
            return failed(too_large)
        if b"geo" in (described.schema_arrow.metadata or {}):
            return frame_table(gpd.read_parquet(path), ())
        return frame_table(pd.read_parquet(path), ())
    except (pa.ArrowException, ProjError, ShapelyError, ValueError, OSError, KeyError, TypeError) as error:
        return failed(layer_finding(source, "file_broken", reason=str(error)[:200]))
