"""Workbooks: which sheet is meant, its cells, its merged ranges, and the cells whose formula has no value."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.archive import BROKEN, LockedError, refuse_bomb
from tuoyu_geo.layers.grid import Grid, Header, Trouble, find_header, grid_table
from tuoyu_geo.layers.limits import MAX_CELLS, MAX_SHEET_MB, MB, TooLargeError
from tuoyu_geo.layers.ods import ods_sheets
from tuoyu_geo.layers.sheet_xml import scan_sheet
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, layer_finding
from tuoyu_geo.layers.xls import xls_sheets
from tuoyu_geo.layers.xml_part import DefinesEntitiesError, plain_xml
from tuoyu_geo.messages import listed

_OLE = b"\xd0\xcf\x11\xe0"
# Names of a compound file's streams are UTF-16; an encrypted workbook is a package in one of them.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_GUIDE = re.compile(r"(填写|填报|填表)?(说明|须知)$")
_COUNT = re.compile(rb"[cC]ount\s*=\s*[\"'](\d{1,30})[\"']")
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


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
    except RefusedError:
        raise
    except BaseException as error:  # a panic of Rust is no Exception, and its class has no other name
        told = _told(error, source)
        if told is None:
            raise
        raise RefusedError(told) from error


def _told(error: BaseException, source: LayerSource) -> Finding | None:
    """What a reader's giving up means; None where it is no reader's."""
    name = type(error).__name__
    if isinstance(error, TooLargeError | MemoryError):
        return layer_finding(source, "file_too_large", found=error, allowed=f"{MAX_CELLS:,}")
    if isinstance(error, LockedError) or (isinstance(error, _calamine_errors()) and name == "PasswordError"):
        return layer_finding(source, "file_locked")
    if isinstance(error, DefinesEntitiesError):
        return layer_finding(source, "file_unsafe", what=error)
    broken = (*BROKEN, LookupError, ArithmeticError, SyntaxError, _calamine_errors())
    if isinstance(error, broken) or name == "PanicException":
        return layer_finding(source, "file_broken", reason=str(error)[:200])
    return None


def _refuse_large(data: bytes, source: LayerSource) -> None:
    """Refuse a package that unpacks to too much, or is none; what its directory says is not to be believed."""
    try:
        refuse_bomb(data, most=MAX_SHEET_MB * MB)
    except TooLargeError as error:
        allowed = f"{MAX_SHEET_MB:,} MB"
        raise RefusedError(layer_finding(source, "file_too_large", found=error, allowed=allowed)) from error
    except LockedError as error:
        raise RefusedError(layer_finding(source, "file_locked")) from error
    except BROKEN as error:
        raise RefusedError(layer_finding(source, "file_broken", reason="zip")) from error
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
            troubles: tuple[Trouble, ...] = ()
            if name in parts:  # before the sheet is opened
                with zipfile.ZipFile(io.BytesIO(data)) as package:
                    troubles = tuple(scan_sheet(package, parts[name]))
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise TooLargeError(f"{sheet.total_height:,} × {sheet.total_width:,}")
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
        book = plain_xml(package.read("xl/workbook.xml"))
        relations = plain_xml(package.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        parts = {}
        for sheet in book.iter():
            if sheet.tag.endswith("}sheet") and sheet.get(_RELATIONS) in targets:
                target = targets[sheet.get(_RELATIONS)]
                parts[sheet.get("name", "")] = (
                    target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                )
        return {name: part for name, part in parts.items() if part in package.namelist()}


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
    grids: dict[str, Grid] = {}
    n_cells = 0
    for name, read in sheets.items():
        grids[name] = read()
        n_cells += sum(map(len, grids[name].cells))
        if n_cells > MAX_CELLS:
            raise TooLargeError(f"{len(grids):,}: {n_cells:,}")
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
