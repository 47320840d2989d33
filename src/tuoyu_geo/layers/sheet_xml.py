"""A sheet's XML before it is opened: how far its cells reach, how much its shared texts unfold to, and empty formulas.

The reader of workbooks allocates every cell up to the farthest one, and copies a shared text into every cell that
names it, before anybody can ask how many there are; where that is more than the memory, the process ends.
"""

import re
import zipfile
from collections.abc import Iterator

from tuoyu_geo.layers.grid import Trouble
from tuoyu_geo.layers.limits import MAX_CELLS, TooLargeError

MAX_TEXT_BYTES = 300_000_000
SHARED = "xl/sharedStrings.xml"
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^>]*)>(?!\s*</)")
_PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([^"']*)["']""")
_PLAIN = re.compile(rb"([A-Z]{1,3})(\d{1,7})")
_ROW = re.compile(rb"""<(?:\w+:)?row(?=[\s>])(?:[^>]*?\sr\s*=\s*["'](\d{1,9})["'])?""")
_UNKNOWN = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^/])>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)
_FAILED = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=\"e\"[^>]*)>(?:\s*<(?:\w+:)?f.*?(?:/>|</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<"
)
_ITEM = re.compile(rb"<(?:\w+:)?si(?=[\s>]).*?</(?:\w+:)?si>", re.DOTALL)
_IS_SHARED = re.compile(rb"""<(?:\w+:)?c(?=\s)[^>]*\st\s*=\s*["']s["'][^>]*>""")
_SHARED = re.compile(
    rb"""<(?:\w+:)?c(?=\s)[^>]*\st\s*=\s*["']s["'][^>]*>\s*<(?:\w+:)?v[^>]*>\s*(\d{1,9})\s*</"""
)


def scan_sheet(package: zipfile.ZipFile, part: str) -> Iterator[Trouble]:
    """Cells of a sheet that hold no value though something stands there.

    Raises
    ------
    TooLargeError
        One stray cell far out, or a long text in many cells, would fill the memory.
    ValueError
        A cell's place can't be read.
    """
    xml = package.read(part)
    if b"\0" in xml[:1000]:
        raise ValueError(f"{part}: UTF-16")
    _refuse_stray_cell(xml)
    if SHARED in package.namelist():
        _refuse_unfolding(xml, package)
    for code, pattern in (("formula_unknown", _UNKNOWN), ("formula_failed", _FAILED)):
        for match in pattern.finditer(xml):
            place = _place(match.group(1))
            if place is None or (code == "formula_unknown" and b't="str"' in match.group(1)):
                continue  # a formula whose result is an empty text has been worked out
            found = (match.group(2) or b"").decode("utf-8", "replace")
            yield Trouble(
                code=code,
                row=place[1] - 1,
                column=place[0],
                found=f"={found}" if code == "formula_unknown" else found,
            )


def _refuse_stray_cell(xml: bytes) -> None:
    last_row, last_column, n_without = 0, -1, 0
    farthest = ""
    for cell in _CELL.finditer(xml):
        if cell.group(1).endswith(b"/"):
            continue  # formatted, but empty
        place = _place(cell.group(1))
        if place is None:
            n_without += 1
            continue
        column, row = place
        if row > last_row or column > last_column:
            last_row, last_column = max(row, last_row), max(column, last_column)
            farthest = f"{_letters(column)}{row}"
    if n_without:  # cells may be told by their order alone: then the rows say how far they reach
        starts = [match.start() for match in _ROW.finditer(xml)]
        stated = max((int(match.group(1) or 0) for match in _ROW.finditer(xml)), default=0)
        most = max(
            (
                len(re.findall(rb"<(?:\w+:)?c(?=[\s/>])", xml[start:end]))
                for start, end in zip(starts, [*starts[1:], len(xml)], strict=True)
            ),
            default=n_without,
        )
        last_row, last_column = max(last_row, stated) + len(starts), last_column + most
        farthest = f"{_letters(last_column)}{last_row}"
    if last_row * (last_column + 1) > MAX_CELLS:
        raise TooLargeError(farthest)


def _refuse_unfolding(xml: bytes, package: zipfile.ZipFile) -> None:
    lengths = [match.end() - match.start() for match in _ITEM.finditer(package.read(SHARED))]
    longest = max(lengths, default=0)
    n_shared = sum(1 for _ in _IS_SHARED.finditer(xml))
    if longest * n_shared <= MAX_TEXT_BYTES:
        return
    total = n_read = 0
    for match in _SHARED.finditer(xml):
        item = int(match.group(1))
        total += lengths[item] if item < len(lengths) else longest
        n_read += 1
    total += longest * (n_shared - n_read)
    if total > MAX_TEXT_BYTES:
        raise TooLargeError(f"{total / 1e6:,.0f} MB")


def _place(attributes: bytes) -> tuple[int, int] | None:
    """A cell's column, from 0, and row, from 1; None where it states none.

    Raises
    ------
    ValueError
        It is written as no spreadsheet program writes it.
    """
    stated = _PLACE.search(attributes)
    if stated is None:
        return None
    plain = _PLAIN.fullmatch(stated.group(1))
    if plain is None:
        raise ValueError(stated.group(1)[:40].decode("utf-8", "replace"))
    column = 0
    for letter in plain.group(1):
        column = 26 * column + letter - ord("A") + 1
    return column - 1, int(plain.group(2))


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
