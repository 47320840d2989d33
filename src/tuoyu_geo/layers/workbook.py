"""Workbooks: which sheet is meant, its cells, its merged ranges, and the cells whose formula has no value."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.archive import BROKEN, LockedError
from tuoyu_geo.layers.grid import Grid, Header, Trouble, find_header, grid_table
from tuoyu_geo.layers.limits import MAX_CELLS, over_limit, unpacked_size
from tuoyu_geo.layers.ods import ods_sheets
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, layer_finding
from tuoyu_geo.layers.xls import xls_sheets
from tuoyu_geo.messages import listed

_OLE = b"\xd0\xcf\x11\xe0"
# Names of a compound file's streams are UTF-16; an encrypted workbook is a package in one of them.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>(?!\s*</)")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_UNKNOWN = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^/])>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>|</(?:\w+:)?c>)"
)
_FAILED = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=\"e\"[^>]*)>(?:\s*<(?:\w+:)?f.*?(?:/>|</(?:\w+:)?f>))?\s*<(?:\w+:)?v>([^<]*)<"
)
_GUIDE = re.compile(r"(填写|填报|填表)?(说明|须知)$")
_COUNT = re.compile(rb"[cC]ount\s*=\s*[\"'](\d{1,30})[\"']")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class _TooLargeError(Exception):
    """A sheet that claims more cells than may be read."""


def read_workbook(data: bytes, source: LayerSource) -> RawTable:
    """Rows of one sheet of an .xlsx, .xls or .ods file, told apart by content.

    Of several sheets the project's own word decides; else the one whose header tells most fields of the role, and a
    finding says so, and which others look like it.
    """
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise RefusedError(layer_finding(source, "file_locked"))
    if data.startswith(b"PK"):
        _refuse_large(data, source)
    try:
        open_sheets = (
            ods_sheets if _is_ods(data) else _calamine_sheets if data.startswith(b"PK") else xls_sheets
        )
        return _read_sheets(open_sheets(data), source)
    except (_TooLargeError, MemoryError) as error:
        raise RefusedError(
            layer_finding(source, "file_too_large", found=error, allowed=f"{MAX_CELLS:,}")
        ) from error
    except LockedError as error:
        raise RefusedError(layer_finding(source, "file_locked")) from error
    except (*BROKEN, LookupError, ArithmeticError, SyntaxError) as error:
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error
    except _calamine_errors() as error:
        if type(error).__name__ == "PasswordError":
            raise RefusedError(layer_finding(source, "file_locked")) from error
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error
    except BaseException as error:  # a panic of Rust is no Exception, and its class has no other name
        if type(error).__name__ != "PanicException":
            raise
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error


def _refuse_large(data: bytes, source: LayerSource) -> None:
    """Refuse a package that unpacks to too much, or is none."""
    size = unpacked_size(data)
    if size is None:
        raise RefusedError(layer_finding(source, "file_broken", reason="zip"))
    too_large = over_limit(source, unpacked=size)
    if too_large:
        raise RefusedError(too_large)
    if _claims_strings(data):
        raise RefusedError(layer_finding(source, "file_broken", reason="uniqueCount"))


def _claims_strings(data: bytes) -> bool:
    """Whether the table of texts says that it holds more than it has bytes: the reader believes it, and aborts."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for part in package.infolist():
            if not part.filename.lower().endswith("sharedstrings.xml"):
                continue
            try:
                with package.open(part) as stream:
                    head = stream.read(4096)
            except BROKEN:
                return False  # told when the sheets are read
            said = [int(one) for one in _COUNT.findall(head)]
            if said and max(said) > part.file_size:
                return True
    return False


def _calamine_errors() -> type[Exception]:
    from python_calamine import CalamineError  # noqa: PLC0415

    return CalamineError


def _is_ods(data: bytes) -> bool:
    if not data.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "content.xml" in package.namelist() and "xl/workbook.xml" not in package.namelist()


def _calamine_sheets(data: bytes) -> dict[str, Callable[[], Grid]]:
    """The visible sheets of an .xlsx, each opened when asked for."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    parts = _sheet_parts(data)

    def opener(name: str) -> Callable[[], Grid]:
        def read() -> Grid:
            troubles = tuple(_scan(data, parts[name])) if name in parts else ()  # before the sheet is opened
            sheet = book.get_sheet_by_name(name)
            merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
            return Grid(cells=sheet.to_python(skip_empty_area=False), merged=merged, troubles=troubles)

        return read

    kept = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    shown = [one for one in kept if one.visible == SheetVisibleEnum.Visible] or kept
    return {one.name: opener(one.name) for one in shown}


def _sheet_parts(data: bytes) -> dict[str, str]:
    """The part of the package that holds each sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if "xl/workbook.xml" not in package.namelist():
            return {}
        book = ET.fromstring(package.read("xl/workbook.xml"))  # noqa: S314  (expat refuses entity bombs)
        relations = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        parts = {}
        for sheet in book.iter():
            if sheet.tag.endswith("}sheet") and sheet.get(_RELATIONS) in targets:
                target = targets[sheet.get(_RELATIONS)]
                parts[sheet.get("name", "")] = (
                    target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                )
        return {name: part for name, part in parts.items() if part in package.namelist()}


def _scan(data: bytes, part: str) -> Iterator[Trouble]:
    """Cells of a sheet that hold no value though something stands there.

    Raises
    ------
    _TooLargeError
        One stray cell far out would make the reader allocate everything before it.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read(part)
    last_row = last_column = 0
    farthest = ""
    for cell in _CELL.finditer(xml):
        if cell.group(1).endswith(b"/"):
            continue  # formatted, but empty
        place = _PLACE.search(cell.group(1))
        if place is None:
            continue
        row, column = int(place.group(2)), _column(place.group(1))
        if row > last_row or column > last_column:
            last_row, last_column = max(row, last_row), max(column, last_column)
            farthest = place.group(1).decode() + place.group(2).decode()
    if last_row * (last_column + 1) > MAX_CELLS:
        raise _TooLargeError(farthest)
    for code, pattern in (("formula_unknown", _UNKNOWN), ("formula_failed", _FAILED)):
        for match in pattern.finditer(xml):
            place = _PLACE.search(match.group(1))
            if place is None or (code == "formula_unknown" and b't="str"' in match.group(1)):
                continue  # a formula whose result is an empty text has been worked out
            found = (match.group(2) or b"").decode("utf-8", "replace")
            yield Trouble(
                code=code,
                row=int(place.group(2)) - 1,
                column=_column(place.group(1)),
                found=f"={found}" if code == "formula_unknown" else found,
            )


def _column(letters: bytes) -> int:
    """A spreadsheet's column, from 0."""
    column = 0
    for letter in letters:
        column = 26 * column + letter - ord("A") + 1
    return column - 1


def _read_sheets(sheets: Mapping[str, Callable[[], Grid]], source: LayerSource) -> RawTable:
    if source.sheet is not None and source.sheet not in sheets:
        raise RefusedError(layer_finding(source, "sheet_missing", found=source.sheet, sheets=listed(sheets)))
    if not sheets:
        raise RefusedError(layer_finding(source, "file_empty"))
    if source.sheet is None:
        # A guide to the columns is no table, and our own templates bring one.
        sheets = {name: read for name, read in sheets.items() if not _GUIDE.search(name)} or sheets
    if source.sheet is not None or len(sheets) == 1:
        name = source.sheet or next(iter(sheets))
        return grid_table(sheets[name](), source, findings=[])
    grids = {name: read() for name, read in sheets.items()}
    headers = {name: find_header(grid, source) for name, grid in grids.items()}
    taken = max(headers, key=lambda name: 0 if headers[name] is None else headers[name].n_known)  # type: ignore[union-attr]
    return grid_table(grids[taken], source, findings=[_taken(taken, grids, headers, source)])


def _taken(
    taken: str, grids: Mapping[str, Grid], headers: Mapping[str, Header | None], source: LayerSource
) -> Finding:
    """Which sheet was taken and why; a warning where another tells as much, since its rows may be wanted too."""
    best = headers[taken]
    n_known = 0 if best is None else best.n_known
    alike = {
        name: sum(any(cell not in (None, "") for cell in row) for row in grids[name].cells[header.last + 1 :])
        for name, header in headers.items()
        if name != taken and header is not None and header.n_known == n_known > 0
    }
    alike = {name: n for name, n in alike.items() if n}
    if alike:
        others = listed(f"{name}({n})" for name, n in alike.items())
        return layer_finding(
            source,
            "sheets_alike",
            severity="warning",
            found=taken,
            n=n_known,
            others=others,
            role=source.role,
        )
    others = listed(name for name in headers if name != taken)
    return layer_finding(
        source, "sheet_taken", severity="info", found=taken, n=n_known, others=others, role=source.role
    )
