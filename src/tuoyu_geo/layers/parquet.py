"""GeoParquet, and plain Parquet tables."""

import warnings
from pathlib import Path

from tuoyu_geo.layers.limits import MB, TooLargeError, too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.layers.vector import frame_table
from tuoyu_geo.layers.wkb_depth import is_too_deep

# Texts and shapes of a layer, unfolded: a dictionary of one long text may stand for it in every row.
MAX_TEXT_BYTES = 1_000_000_000
_BATCH = 20_000
# What geopandas raises over metadata that are other than its standard says: it takes them for what they should be.
BROKEN_METADATA = (ValueError, OSError, LookupError, TypeError, AttributeError)


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
        refuse_unfolding(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # edges on a sphere: a county's are straight
            if b"geo" in (described.schema_arrow.metadata or {}):
                return frame_table(gpd.read_parquet(path), ())
            return frame_table(pd.read_parquet(path), ())
    except TooLargeError as error:
        allowed = f"{MAX_TEXT_BYTES / MB:,.0f} MB"
        return failed(layer_finding(source, "file_too_large", found=error, allowed=allowed))
    except (pa.ArrowException, ProjError, ShapelyError, *BROKEN_METADATA) as error:
        return failed(layer_finding(source, "file_broken", reason=str(error)[:200]))


def refuse_unfolding(path: Path) -> None:
    """Refuse texts and shapes that unfold to more than the memory, or are nested more deeply than can be read.

    Raises
    ------
    TooLargeError
        They unfold to too much.
    ValueError
        A shape is nested too deeply.
    """
    import pyarrow as pa  # noqa: PLC0415  (slow to import)
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    folded = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    names = [
        field.name
        for field in pq.ParquetFile(path).schema_arrow
        if any(is_one(field.type) for is_one in folded)
    ]
    total = 0
    for batch in pq.ParquetFile(path, read_dictionary=names).iter_batches(batch_size=_BATCH, columns=names):
        for column in batch.columns:
            if pa.types.is_dictionary(column.type):
                lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
                total += pc.sum(lengths).as_py() or 0
                values = column.dictionary
            else:
                total += column.nbytes
                values = column
            if total > MAX_TEXT_BYTES:
                raise TooLargeError(f"> {total / MB:,.0f} MB")
            if pa.types.is_binary(values.type) and any(is_too_deep(one.as_py() or b"") for one in values):
                raise ValueError("WKB: GeometryCollection(GeometryCollection(…))")
