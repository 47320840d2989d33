"""Workbooks that reach to the last cell, unfold, point elsewhere or lie."""

import zipfile
from pathlib import Path

import nasty
from case import Case, as_layer
from zips import cut, holds, zipped

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ODS_NS = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
SHEET, BOOK, LINKS, SHARED = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def book(name: str = "a.xlsx", **parts):
    """A good workbook with parts changed (a function of the old bytes, or bytes), left out (None) or added."""
    changes = {key.replace("__", "/"): value for key, value in parts.items()}

    def make(folder: Path) -> Path:
        good = nasty.sheet([nasty.COLUMNS, nasty.EAST, nasty.SOUTH])(folder)
        with zipfile.ZipFile(good) as package:
            contents = {one: package.read(one) for one in package.namelist()}
        for part, change in changes.items():
            if change is None:
                contents.pop(part)
            else:
                contents[part] = change(contents[part]) if callable(change) else change
        return zipped(contents.items(), name=name)(folder)

    return make


def part(path: str, change, **more):
    return book(**{path: change}, **more)


def cells(body: str, shared: bytes | None = None):
    more = {} if shared is None else {SHARED: shared}
    return book(**{SHEET: f"<worksheet {NS}><sheetData>{body}</sheetData></worksheet>".encode()}, **more)


def before_root(what: str):
    """A part with a document type behind its declaration."""

    def change(old: bytes) -> bytes:
        declaration, mark, rest = old.partition(b"?>")
        return what.encode() + (rest if mark and declaration.startswith(b"<?") else old)

    return change


def shared_cells(n: int, quote: str = '"') -> str:
    return "".join(
        f"<row r={quote}{k}{quote}><c r={quote}A{k}{quote} t={quote}s{quote}><v>0</v></c></row>"
        for k in range(1, n)
    )


LONG = f"<sst {NS}><si><t>{'a' * 2_000_000}</t></si></sst>".encode()


def ods(body: str, *, before: str = ""):
    content = f'{before}<office:document-content {ODS_NS}><office:body><office:spreadsheet><table:table table:name="a">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    return zipped(
        [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)],
        name="a.ods",
    )


def ods_cell(**attributes: object) -> str:
    said = " ".join(f'table:number-{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<table:table-row><table:table-cell office:value-type="float" office:value="1" {said}/></table:table-row>'


def many_sheets(folder: Path) -> Path:
    import openpyxl

    made = openpyxl.Workbook()
    for k in range(60):
        made.create_sheet(f"表{k}").append(["小区名称", "x"])
    made.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def formula(words: str):
    return nasty.sheet([nasty.COLUMNS, (*nasty.EAST[:3], words, *nasty.EAST[4:])])


def xls(change):
    def make(folder: Path) -> Path:
        path = nasty.xls([nasty.COLUMNS, nasty.EAST])(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make


ROW = '<row r="1"><c r="A1"><v>1</v></c>{}</row>'
_SHEETS = {
    "a word in the last cell": (nasty.stray_cell, "file_too_large"),
    "a cell far out in single quotation marks": (cells("<row r='1'><c r='XFD1048576'><v>1</v></c></row>"), "file_too_large"),
    "a cell far out by a character reference": (cells(ROW.format('<c r="&#88;FD1048576"><v>1</v></c>')), "file_broken"),
    "a cell far out in small letters": (cells(ROW.format('<c r="xfd1048576"><v>1</v></c>')), "file_broken"),
    "a cell far out with spaces about its =": (cells(ROW.format('<c r = "XFD1048576"><v>1</v></c>')), "file_too_large"),
    "a cell far out behind another attribute": (cells(ROW.format('<c s="0"\tr="XFD1048576"><v>1</v></c>')), "file_too_large"),
    "a cell far out under a prefix": (cells(ROW.format('<x:c r="XFD1048576"><x:v>1</x:v></x:c>')), "refused"),
    "cells without places, the last row far down": (cells("<row>" + "<c><v>1</v></c>" * 16384 + '</row><row r="1048576"><c><v>1</v></c></row>'), "file_too_large"),
    "a row beyond the last": (cells(ROW.format('<c r="A9999999"><v>1</v></c>')), "refused"),
    "a row of number 0": (cells('<row r="0"><c r="A0"><v>1</v></c></row>'), "refused"),
    "formatted to the last cell": (nasty.formatted_tail, "read: 2"),
    "a size that is the whole sheet": (part(SHEET, lambda old: old.replace(b"A1:F3", b"A1:XFD1048576")), "read: 2"),
    "one text of 2 MB in 1,000 cells": (cells(shared_cells(1000), LONG), "file_too_large"),
    "one text of 2 MB in 1,000 cells, single quotation marks": (cells(shared_cells(1000, "'"), LONG), "file_too_large"),
    "4,294,967,295 texts, it says": (cells(shared_cells(3), f'<sst {NS} count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'.encode()), "refused"),
    "a text that is not there": (cells('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', f"<sst {NS}><si><t>a</t></si></sst>".encode()), "file_broken"),
    "a range merged to the last cell": (part(SHEET, lambda old: old.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>')), "harmless"),
    "merged backwards": (part(SHEET, lambda old: old.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="F9:A1"/></mergeCells>')), "harmless"),
    "merged nowhere": (part(SHEET, lambda old: old.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="=1+1"/></mergeCells>')), "harmless"),
    "entities in the list of sheets": (part(BOOK, before_root(LAUGHS)), "file_unsafe"),
    "another file as an entity in the list of sheets": (part(BOOK, before_root(OUTSIDE)), "file_unsafe"),
    "entities in the list of parts": (part(LINKS, before_root(LAUGHS)), "file_unsafe"),
    "entities in a sheet": (part(SHEET, before_root(LAUGHS)), "harmless"),
    "another file as an entity in the texts": (cells('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', f"{OUTSIDE}<sst {NS}><si><t>&a;</t></si></sst>".encode()), "harmless"),
    "a sheet's part that climbs out": (part(LINKS, lambda old: old.replace(b"/xl/worksheets/sheet1.xml", b"../../../../etc/passwd")), "refused"),
    "a sheet's part at an address": (part(LINKS, lambda old: old.replace(b"/xl/worksheets/sheet1.xml", b"http://127.0.0.1:9/sheet1.xml")), "refused"),
    "a list of sheets nested 100,000 deep": (part(BOOK, lambda _: b"<a>" * 100_000 + b"</a>" * 100_000), "refused"),
    "no list of sheets": (part(BOOK, None), "refused"),
    "no list of parts": (part(LINKS, None), "refused"),
    "a sheet cut off": (part(SHEET, lambda old: old[: len(old) // 2]), "harmless"),
    "a sheet in UTF-16": (part(SHEET, lambda old: old.decode().encode("utf-16")), "file_broken"),
    "a sheet of a thousand columns of one name": (nasty.sheet([["小区名称"] * 1000, ["a"] * 1000]), "harmless"),
    "60 sheets": (many_sheets, "harmless"),
    "a sheet named like a path": (nasty.sheet([nasty.COLUMNS, nasty.EAST], **{"..⁄..⁄etc": [("a", "b")]}), "harmless"),
    "macros": (part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(100), name="a.xlsm"), "read: 2"),
    "a link to another workbook": (part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), "read: 2"),
    "a formula that fetches": (formula('=WEBSERVICE("http://127.0.0.1:9/")'), "formula_unknown"),
    "a formula that starts a program": (formula("=cmd|'/C calc'!A0"), "formula_unknown"),
    "a formula over another file": (formula("='file:///etc/[passwd]a'!A1"), "formula_unknown"),
    "a cell of 40,000 letters": (nasty.sheet([nasty.COLUMNS, ("E1", "门" * 32_767, *nasty.EAST[2:])]), "read: 1"),
    "a workbook that is 60 MB of zeros": (lambda f: holds(60, ".xml")(f).rename(f / "a.xlsx"), "file_too_large"),
    "its directory says 4 GB": (nasty.bomb, "file_too_large"),
    "locked by a password": (nasty.locked, "file_locked"),
    "cut off": (cut(nasty.sheet([nasty.COLUMNS, nasty.EAST]), 0.6), "file_broken"),
    "an .xls cut off": (cut(nasty.xls([nasty.COLUMNS, nasty.EAST]), 0.3), "refused"),
    "an .xls whose sectors lead in a circle": (xls(lambda old: old[:512] + bytes(len(old) - 512)), "refused"),
    "an .xls whose sheet says 65,536 × 256 cells": (xls(lambda old: old.replace(b"\x00\x02\x0e\x00" + bytes(4), b"\x00\x02\x0e\x00" + b"\x00\x00\x01\x00", 1)), "harmless"),
    "an .ods cell said 100,000 times in 100 cells": (ods("<table:table-row>" + ods_cell(columns_repeated=100_000).removeprefix("<table:table-row>").removesuffix("</table:table-row>") * 100 + "</table:table-row>"), "file_too_large"),
    "an .ods row said a million times": (ods(f'<table:table-row table:number-rows-repeated="1048576">{ods_cell(columns_repeated=1000)[17:]}'), "file_too_large"),
    "an .ods repeated less than never": (ods(ods_cell(columns_repeated=-5)), "refused"),
    "an .ods repeated no number of times": (ods(ods_cell(columns_repeated="1e9")), "file_broken"),
    "an .ods repeated by 5,000 digits": (ods(ods_cell(columns_repeated="9" * 5000)), "file_broken"),
    "an .ods merged over the whole sheet": (ods(ods_cell(columns_spanned=16384, rows_spanned=1048576) * 3), "refused"),
    "an .ods with entities": (ods("", before=LAUGHS), "file_unsafe"),
    "an .ods with another file as an entity": (ods("&a;", before=OUTSIDE), "file_unsafe"),
    "an .ods of 60 MB of zeros": (lambda f: holds(60, ".xml")(f).rename(f / "a.ods"), "file_too_large"),
    "an .ods without content": (zipped([("mimetype", "x")], name="a.ods"), "refused"),
    "an .ods of tables in tables": (ods("<table:table>" * 5000 + "</table:table>" * 5000), "refused"),
}  # fmt: skip
CASES = [
    Case(group="workbook", name=name, run=as_layer(make), must=must) for name, (make, must) in _SHEETS.items()
]
