"""How large an input may be: files are hostile until checked, and a small file may unpack to an absurd one."""

import io
import zipfile
from pathlib import Path

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding

# Ten times the largest county's places; a layer with more is no layer of one county.
MAX_ROWS = 2_000_000
MAX_CELLS = 20_000_000
MAX_TABLE_MB = 500
MAX_VECTOR_MB = 4_000
MAX_UNPACKED_MB = 2_000
MB = 1_000_000


def over_limit(
    source: LayerSource, *, path: Path | None = None, unpacked: int | None = None, table: bool = True
) -> Finding | None:
    """A finding where a file, or what it unpacks to, is too large to be read."""
    limit_mb = MAX_UNPACKED_MB if path is None else MAX_TABLE_MB if table else MAX_VECTOR_MB
    size = (unpacked or 0) if path is None else path.stat().st_size
    if size <= limit_mb * MB:
        return None
    return layer_finding(source, "file_too_large", found=f"{size / MB:,.0f} MB", allowed=f"{limit_mb:,} MB")


def too_many_rows(source: LayerSource, n: int) -> Finding | None:
    """A finding where a file has more rows than a county can have."""
    if n <= MAX_ROWS:
        return None
    return layer_finding(source, "file_too_large", found=f"{n:,}", allowed=f"{MAX_ROWS:,}")


def unpacked_size(data: bytes | Path) -> int | None:
    """Bytes that a zip unpacks to, as its directory says; None where it is no zip."""
    try:
        with zipfile.ZipFile(data if isinstance(data, Path) else io.BytesIO(data)) as package:
            return sum(one.file_size for one in package.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return None
