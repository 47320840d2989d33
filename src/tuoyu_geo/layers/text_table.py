"""Text tables: the encoding by the bytes, the separator by what makes a header of the first lines."""

import codecs
import csv
import io
import re

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.grid import Grid, find_header, grid_table
from tuoyu_geo.layers.limits import MAX_CELLS, too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.messages import listed

# GB18030 holds all of GBK and GB2312, and takes nearly any bytes: it comes last.
ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = (",", "\t", ";", "|", "，", "；", "、", "~", "^", "#")
SPACES = "  "
_HEAD_LINES = 20
# Letters of a line; a hundred columns of long remarks have fewer.
MAX_LINE = 500_000
# Of a file in UTF-8 a few bytes may be damaged; a file in GBK read as UTF-8 is damaged nearly everywhere.
DAMAGED_SHARE = 0.02


def decode_text(data: bytes, *, stated: str | None) -> tuple[str, str] | None:  # noqa: PLR0911  (a return an encoding)
    """Text and the name of its encoding; None where the bytes are of none that is known.

    A byte order mark decides, then UTF-8, which is strict; then UTF-16 without a mark, told by its zero bytes; then
    GB18030. Text in UTF-8 with a few damaged bytes stays UTF-8, with U+FFFD in their place.
    """
    if stated is not None:
        try:
            return data.decode(stated), stated
        except (ValueError, LookupError):  # of the codec itself, or no name of one
            return None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _try(data, "utf-16")
    head = data[:4000]
    if head.count(0) > len(head) / 5:
        return _try(data, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
    plain = _try(data, "utf-8-sig")
    if plain is not None:
        return plain
    repaired = data.decode("utf-8-sig", "replace")
    beyond_ascii = len(repaired) - len(repaired.encode("ascii", "ignore"))
    if 0 < repaired.count("\ufffd") <= max(1.0, DAMAGED_SHARE * beyond_ascii) < beyond_ascii / 4:
        return repaired, "utf-8"
    return _try(data, "gb18030")


def _try(data: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return None


def read_text_table(data: bytes, source: LayerSource) -> RawTable:
    """Rows of a .csv or .txt file, whatever its encoding and separator."""
    decoded = decode_text(data, stated=source.encoding)
    if decoded is None:
        tried = source.encoding or listed((*ENCODINGS, "utf-16"))
        return failed(layer_finding(source, "encoding_unknown", tried=tried))
    content = decoded[0].replace("\r\n", "\n").replace("\r", "\n")
    too_large = too_many_rows(source, content.count("\n"))
    if too_large:
        return failed(too_large)
    longest = max(map(len, content.split("\n", _HEAD_LINES)[:_HEAD_LINES]))
    if longest > MAX_LINE:  # the lines that are looked at again and again for a header
        return failed(layer_finding(source, "file_too_large", found=f"{longest:,}", allowed=f"{MAX_LINE:,}"))
    findings = _damaged(content, source)
    separator = _separator(content, source)
    n_cells = content.count(" " if separator == SPACES else separator)
    if n_cells > MAX_CELLS:
        return failed(layer_finding(source, "file_too_large", found=f"{n_cells:,}", allowed=f"{MAX_CELLS:,}"))
    try:
        cells = _split(content, separator)
    except csv.Error as error:
        return failed(layer_finding(source, "file_broken", reason=error))
    return grid_table(Grid(cells=cells), source, findings=findings)


def _damaged(content: str, source: LayerSource) -> list[Finding]:
    return [
        layer_finding(source, "text_damaged", severity="warning", row=i, found=line.strip()[:40])
        for i, line in enumerate(content.split("\n") if "\ufffd" in content else [], start=1)
        if "\ufffd" in line
    ]


def _separator(content: str, source: LayerSource) -> str:
    """The separator under which the first lines hold the most known column names; then the most frequent one."""
    head = "\n".join(content.split("\n", _HEAD_LINES)[:_HEAD_LINES])
    best, best_score = SEPARATORS[0], (-1, -1)
    for separator in (*SEPARATORS, SPACES):
        try:
            header = find_header(Grid(cells=_split(head, separator)), source)
        except csv.Error:
            continue
        if header is None:
            continue
        n_names = sum(map(bool, header.names))
        score = (header.n_known if n_names > 1 else 0, n_names)
        if score > best_score:
            best, best_score = separator, score
    return best


def _split(content: str, separator: str) -> list[list[str]]:
    if separator == SPACES:
        return [re.split(r"[ \u3000\t]+", line.strip()) for line in content.split("\n")]
    return list(csv.reader(io.StringIO(content), delimiter=separator))
