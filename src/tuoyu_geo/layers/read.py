"""Files into rows: what a file is, told by its name and checked by its first bytes."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import EMPTY, RawTable, layer_finding
from tuoyu_geo.layers.workbook import grid_table, read_workbook

NETWORK_ENDINGS = (".osm", ".osm.bz2", ".osm.pbf", ".graphml")
ENDINGS = (".gpkg", ".geojson", ".json", ".shp", ".csv", ".txt", ".xlsx", *NETWORK_ENDINGS)
ENCODINGS = ("utf-8-sig", "gb18030")


def read_table(source: LayerSource) -> RawTable:  # noqa: PLR0911  (a return a fault)
    """Rows of a layer's file; whatever is wrong with the file is a finding."""
    path = source.path
    ending = path.suffix.lower()
    if not path.is_file():
        return _failed(layer_finding(source, "file_missing", path=path.name))
    if ending not in ENDINGS:
        return _failed(
            layer_finding(source, "file_kind", found=ending or path.name, allowed="、".join(ENDINGS))
        )
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        return _failed(layer_finding(source, "file_broken", reason=error.strerror))
    if path.stat().st_size == 0:
        return _failed(layer_finding(source, "file_empty"))
    wrong = _not_what_it_says(path, head)
    if wrong:
        return _failed(layer_finding(source, "file_wrong", ending=ending, really=wrong))
    if ending == ".xlsx":
        return read_workbook(path.read_bytes(), source)
    if ending in {".csv", ".txt"}:
        return _read_text_table(source)
    return _read_vector(source)


def _not_what_it_says(path: Path, head: bytes) -> str:
    """What the file really looks like; "" where it is what its name says."""
    ending = path.suffix.lower()
    magic = {".xlsx": b"PK\x03\x04", ".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}
    if ending in magic:
        if head.startswith(magic[ending]):
            return ""
        return _looks_like(head)
    if ending in {".geojson", ".json"}:
        return "" if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["} else _looks_like(head)
    return _looks_like(head) if head.startswith((b"PK\x03\x04", b"SQLite", b"\xd0\xcf\x11\xe0")) else ""


def _looks_like(head: bytes) -> str:
    known = {
        b"PK\x03\x04": "xlsx/zip",
        b"SQLite": "SQLite/GeoPackage",
        b"\xd0\xcf\x11\xe0": "xls/doc",
        b"\x00\x00\x27\x0a": "Shapefile",
        b"{": "JSON",
        b"<": "XML/HTML",
        b"%PDF": "PDF",
    }
    return next((name for start, name in known.items() if head.startswith(start)), repr(head[:8]))


def _read_text_table(source: LayerSource) -> RawTable:
    data = source.path.read_bytes()
    content = None
    for encoding in (source.encoding,) if source.encoding else ENCODINGS:
        try:
            content = data.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    if content is None:
        tried = source.encoding or "、".join(ENCODINGS)
        return _failed(layer_finding(source, "encoding_unknown", tried=tried))
    first_lines = "\n".join(content.splitlines()[:5])
    separator = max(",\t;|，", key=first_lines.count)
    if separator == "，":  # a full-width comma can't separate columns for csv readers, but people type it
        content, separator = content.replace("，", ","), ","
    grid: list[list[object]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(content), delimiter=separator)
    try:
        for cells in reader:
            grid.append(list(cells))
            numbers.append(reader.line_num)
    except csv.Error as error:
        return _failed(layer_finding(source, "file_broken", reason=error))
    return grid_table(grid, source, findings=[])


def _read_vector(source: LayerSource) -> RawTable:
    import pyogrio  # noqa: PLC0415  (slow to import)
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError  # noqa: PLC0415

    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(source.path)]
        if source.sheet is not None and source.sheet not in layers:
            return _failed(
                layer_finding(source, "sheet_missing", found=source.sheet, sheets="、".join(layers))
            )
        if not layers:
            return _failed(layer_finding(source, "file_empty"))
        frame = _read_with_encoding(source, source.sheet or layers[0])
    except (
        DataSourceError,
        DataLayerError,
        FieldError,
        ValueError,
        RuntimeError,
        sqlite3.Error,
        json.JSONDecodeError,
    ) as error:
        return _failed(layer_finding(source, "file_broken", reason=str(error)[:200]))
    if not isinstance(frame, gpd.GeoDataFrame):
        return RawTable(frame=frame.astype(object), row=np.arange(1, len(frame) + 1))
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype(object).reset_index(drop=True)
    geometry = gpd.GeoSeries(frame.geometry.reset_index(drop=True))
    return RawTable(frame=attributes, row=np.arange(1, len(frame) + 1), geometry=geometry)


def _read_with_encoding(source: LayerSource, layer: str) -> "pd.DataFrame | gpd.GeoDataFrame":
    import pyogrio  # noqa: PLC0415

    if source.path.suffix.lower() != ".shp":
        return pyogrio.read_dataframe(source.path, layer=layer)
    stated = source.encoding
    if stated is None and source.path.with_suffix(".cpg").exists():
        try:
            return pyogrio.read_dataframe(source.path)
        except (UnicodeDecodeError, ValueError):
            stated = None
    if stated is not None:
        return pyogrio.read_dataframe(source.path, encoding=stated)
    # Without a .cpg the bytes decide: UTF-8 is strict, so text that reads as UTF-8 is; else GB18030 holds all of GBK.
    # A name cut at 10 bytes may end in half a character, which is dropped.
    raw = pyogrio.read_dataframe(source.path, encoding="ISO-8859-1")
    words = [str(column) for column in raw.columns]
    for column in raw.columns:
        if column != "geometry" and raw[column].map(type).eq(str).any():
            words += [word for word in raw[column] if isinstance(word, str)]
    encoding = "utf-8" if all(_is_utf8(word) for word in words) else "gb18030"

    def decode(word: object) -> object:
        return word.encode("latin1").decode(encoding, "ignore") if isinstance(word, str) else word

    decoded = raw.rename(columns={column: decode(column) for column in raw.columns if column != "geometry"})
    for column in decoded.columns:
        if column != "geometry" and decoded[column].map(type).eq(str).any():
            decoded[column] = decoded[column].astype(object).map(decode)
    return decoded


def _is_utf8(word: str) -> bool:
    raw = word.encode("latin1", "ignore")
    for cut in range(min(4, len(raw)) or 1):  # cut text may end in half a character
        try:
            raw[: len(raw) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _failed(*findings: Finding) -> RawTable:
    return RawTable(frame=EMPTY.frame, row=EMPTY.row, findings=findings)
