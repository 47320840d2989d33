"""Files into rows: what a file is decides who reads it; whatever is wrong with it is a finding."""

import tempfile
from dataclasses import replace
from pathlib import Path

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers import kinds
from tuoyu_geo.layers.archive import BROKEN, MAX_ENTRIES, LockedError, unpack
from tuoyu_geo.layers.database import DATABASE_START, read_database
from tuoyu_geo.layers.drawing import read_drawing
from tuoyu_geo.layers.kml import read_kml
from tuoyu_geo.layers.limits import MAX_UNPACKED_MB, TooLargeError, over_limit, too_many_columns
from tuoyu_geo.layers.parquet import read_parquet
from tuoyu_geo.layers.personal import without_personal
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, failed, layer_finding
from tuoyu_geo.layers.text_table import read_text_table
from tuoyu_geo.layers.vector import read_vector
from tuoyu_geo.layers.workbook import read_workbook
from tuoyu_geo.messages import listed, text

HEAD_BYTES = 4096


def read_table(source: LayerSource) -> RawTable:
    """Rows of a layer's file without what they say of persons; whatever is wrong with the file is a finding."""
    raw = _read_table(source)
    too_wide = too_many_columns(source, len(raw.frame.columns))
    return failed(too_wide) if too_wide else without_personal(raw, source)


def _read_table(source: LayerSource) -> RawTable:
    if source.file.startswith(DATABASE_START):
        return read_database(source)
    try:
        return _read_file(source, source.path)
    except RefusedError as refused:
        return failed(refused.finding)
    except OSError as error:
        return failed(layer_finding(source, "file_broken", reason=error.strerror or error))


def _read_file(source: LayerSource, path: Path) -> RawTable:
    ending = kinds.ending_of(path)
    if not (ending == ".gdb" and path.is_dir()):
        _refuse_unusable(source, path)
    if ending in kinds.SHEET_ENDINGS:
        return read_workbook(path.read_bytes(), source)
    if ending in kinds.TEXT_ENDINGS:
        return read_text_table(path.read_bytes(), source)
    if ending == ".kml":
        return read_kml(path.read_bytes(), source)
    readers = {
        ".dxf": read_drawing,
        ".parquet": read_parquet,
        ".geoparquet": read_parquet,
        ".zip": _read_archive,
        ".kmz": _read_archive,
    }
    return readers.get(ending, read_vector)(source, path)


def _refuse_unusable(source: LayerSource, path: Path) -> None:
    """Refuse what is not there, is of no kind that is read, is not what it says, or is too large."""
    ending = kinds.ending_of(path)
    if not path.is_file():
        raise RefusedError(layer_finding(source, "file_missing", path=path.name))
    if ending not in kinds.ENDINGS or ending in kinds.RASTER_ENDINGS:
        raise RefusedError(_can_not_be_read(source, ending or path.name, ending))
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise RefusedError(layer_finding(source, "file_empty"))
    really = kinds.not_what_it_says(ending, head)
    if really:
        raise RefusedError(layer_finding(source, "file_wrong", ending=ending, really=really))
    is_table = ending in {*kinds.SHEET_ENDINGS, *kinds.TEXT_ENDINGS, ".kml", ".dxf"}
    too_large = over_limit(source, path=path, table=is_table)
    if too_large:
        raise RefusedError(too_large)


def _can_not_be_read(source: LayerSource, found: str, ending: str) -> Finding:
    key = kinds.INSTEAD.get(ending)
    if ending in kinds.RASTER_ENDINGS:
        key = "raster"
    instead = text(f"layers.instead_{key or 'other'}")
    return layer_finding(source, "file_kind", found=found, allowed=listed(kinds.ENDINGS), instead=instead)


def _read_archive(source: LayerSource, path: Path) -> RawTable:
    """The one layer that an archive holds; of several, the one that `sheet` names by its file."""
    with tempfile.TemporaryDirectory(prefix="tuoyu-") as folder:
        try:
            files = unpack(path, Path(folder))
        except LockedError as error:
            raise RefusedError(layer_finding(source, "file_locked")) from error
        except TooLargeError as error:
            allowed = f"{MAX_UNPACKED_MB:,} MB, {MAX_ENTRIES:,}"
            raise RefusedError(
                layer_finding(source, "file_too_large", found=error, allowed=allowed)
            ) from error
        except BROKEN as error:
            raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error
        databases = sorted({one.parent for one in files if one.parent.suffix.lower() == ".gdb"})
        readable = [
            *databases,
            *(
                one
                for one in files
                if one.suffix.lower() in kinds.ENDINGS
                and one.suffix.lower() not in {".zip", ".kmz", *kinds.NETWORK_ENDINGS, *kinds.RASTER_ENDINGS}
                and one.parent not in databases
            ),
        ]
        if not readable:
            inside = listed(one.name for one in files[:20]) or text("layers.nothing_inside")
            return failed(layer_finding(source, "archive_empty", found=inside))
        named = [one for one in readable if source.sheet in {one.stem, one.name}]
        taken = named[0] if named else readable[0]
        inner = replace(source, sheet=None) if named else source
        raw = _read_file(inner, taken)
        if len(readable) == 1 or named:
            return raw
        note = layer_finding(
            source,
            "archive_taken",
            severity="warning",
            found=taken.name,
            others=listed(one.name for one in readable if one != taken),
            role=source.role,
        )
        return replace(raw, findings=(note, *raw.findings))
