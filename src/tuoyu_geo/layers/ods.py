"""OpenDocument spreadsheets, with their merged ranges and the formulas that have no value."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from functools import partial
from xml.etree import ElementTree as ET

from tuoyu_geo.layers.grid import Box, Grid, Trouble
from tuoyu_geo.layers.limits import MAX_CELLS, MAX_ODS_MB, MB, TooLargeError
from tuoyu_geo.layers.xml_part import plain_xml

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# A sheet's last row or column is often one empty cell repeated to the sheet's end.
MOST_REPEATED = 100_000


def ods_sheets(data: bytes) -> dict[str, Callable[[], Grid]]:
    """The sheets of an .ods by name, each read when asked for.

    Raises
    ------
    ValueError
        It is not an OpenDocument spreadsheet.
    TooLargeError
        It unpacks to more cells than may be read.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if package.getinfo("content.xml").file_size > MAX_ODS_MB * MB:
            raise TooLargeError(f"content.xml > {MAX_ODS_MB:,} MB")
        root = plain_xml(package.read("content.xml"))
    tables = root.iter(f"{_TABLE}table")
    return {table.get(f"{_TABLE}name", ""): partial(_grid, table) for table in tables}


def _grid(table: ET.Element) -> Grid:
    cells: list[list[object]] = []
    merged: list[Box] = []
    troubles: list[Trouble] = []
    n_cells = 0
    for row in table.iter(f"{_TABLE}table-row"):
        values, boxes, faults = _row(row, i=len(cells))
        merged += boxes
        troubles += faults
        repeat = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        if not values and repeat > MOST_REPEATED // 100:
            repeat = 1
        n_cells += repeat * max(len(values), 1)
        if n_cells > MAX_CELLS:
            raise TooLargeError(f"> {MAX_CELLS:,}")
        cells += [values] * repeat
    return Grid(cells=cells, merged=merged, troubles=tuple(troubles))


def _row(row: ET.Element, *, i: int) -> tuple[list[object], list[Box], list[Trouble]]:
    """A row's values up to its last, the merged ranges that begin in it, and its cells without a value."""
    values: list[object] = []
    merged: list[Box] = []
    troubles: list[Trouble] = []
    for cell in row:
        if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        repeat = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        value, trouble = _value(cell)
        j = len(values)
        if trouble:
            troubles.append(Trouble(code=trouble[0], row=i, column=j, found=trouble[1]))
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        across = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down > 1 or across > 1:
            merged.append((i, j, i + down - 1, j + across - 1))
        if value is None and repeat > MOST_REPEATED // 100:
            break
        values += [value] * min(repeat, MOST_REPEATED)
        if len(values) > MAX_CELLS:
            raise TooLargeError(f"> {MAX_CELLS:,}")
    while values and values[-1] is None:
        values.pop()
    return values, merged, troubles


def _value(cell: ET.Element) -> tuple[object, tuple[str, str] | None]:
    """A cell's value, and what is wrong where it has none."""
    kind = cell.get(f"{_OFFICE}value-type")
    formula = cell.get(f"{_TABLE}formula")
    shown = "\n".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))
    if formula is not None and (kind is None or shown.startswith(("#", "Err:"))):
        failed = ("formula_failed", shown) if shown else ("formula_unknown", formula.removeprefix("of:"))
        return None, failed
    if kind in {"float", "percentage", "currency"}:
        return float(cell.get(f"{_OFFICE}value", "nan")), None
    if kind == "date":
        return _date(cell.get(f"{_OFFICE}date-value", shown)), None
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true", None
    return shown or None, None


def _date(value: str) -> object:
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return value
