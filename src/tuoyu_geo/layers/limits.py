"""How large an input may be: files are hostile until checked, and a small file may unpack to an absurd one."""

from pathlib import Path

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding

# Ten times the largest county's places; a layer with more is no layer of one county.
MAX_ROWS = 2_000_000
# A table of 500,000 rows and 12 columns. Every cell takes some hundred bytes in the end.
MAX_COLUMNS = 1_000
MAX_CELLS = 6_000_000
MAX_TABLE_MB = 200
MAX_VECTOR_MB = 2_000
# What the parts of a workbook unpack to, and the one part of an .ods, which is read as a whole tree.
MAX_SHEET_MB = 250
MAX_ODS_MB = 100
MAX_UNPACKED_MB = 2_000
MB = 1_000_000


def too_many_columns(source: LayerSource, n: int) -> Finding | None:
    """A finding where a table has more columns than anybody fills in; each is compared with every name that is known."""
    if n <= MAX_COLUMNS:
        return None
    return layer_finding(source, "columns_too_many", found=f"{n:,}", allowed=f"{MAX_COLUMNS:,}")


class TooLargeError(Exception):
    """Input of more than may be read; its words are how much."""


def over_limit(source: LayerSource, *, path: Path, table: bool = True) -> Finding | None:
    """A finding where a file is too large to be read."""
    limit_mb = MAX_TABLE_MB if table else MAX_VECTOR_MB
    size = path.stat().st_size
    if size <= limit_mb * MB:
        return None
    return layer_finding(source, "file_too_large", found=f"{size / MB:,.0f} MB", allowed=f"{limit_mb:,} MB")


def too_many_rows(source: LayerSource, n: int) -> Finding | None:
    """A finding where a file has more rows than a county can have."""
    if n <= MAX_ROWS:
        return None
    return layer_finding(source, "file_too_large", found=f"{n:,}", allowed=f"{MAX_ROWS:,}")
