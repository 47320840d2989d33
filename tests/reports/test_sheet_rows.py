"""Rows are written straight as XML: they must be what openpyxl makes of the same cells, and read back as what went in."""

import datetime as dt
import io
import re
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from tuoyu_geo.reports.sheet import Column, add_sheet
from tuoyu_geo.reports.workbook import saved

DAY = dt.datetime.combine(dt.date(2026, 1, 1), dt.time())
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12),
    st.sampled_from(
        [
            "",
            " 前",
            "后\u3000",
            "甲\r\n乙\t丙",
            "<b>&amp;\"'",
            "=1+1",
            "-",
            "@x",
            "𠀀😀",
            "\x7f\x85\ufeff",
            "a\x00b",
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-(2**53), 2**53), st.floats(allow_nan=True, allow_infinity=True), st.booleans()
)
VALUES = st.one_of(st.none(), TEXTS, NUMBERS)
COLUMNS = [Column(label="名", width=9), Column(label="数", form="count", summed=True), Column(label="注")]


def by_openpyxl(rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for i, row in enumerate(rows, start=4):
        for j, value in enumerate(row, start=1):
            cell = sheet.cell(row=i, column=j)
            if isinstance(value, str):
                cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", value), "s"
            else:
                cell.value = value
            cell.number_format = "0.00"  # a styled cell is written even where it is empty
    return body(book)


def body(book: Workbook | bytes) -> bytes:
    buffer = io.BytesIO(book if isinstance(book, bytes) else b"")
    if not isinstance(book, bytes):
        book.save(buffer)
    xml = zipfile.ZipFile(buffer).read("xl/worksheets/sheet1.xml")
    rows = re.findall(rb'<row r="(?:[4-9]|1\d)"[^>]*>.*?</row>', xml, flags=re.DOTALL)
    # Looks and heights are ours to choose.
    return re.sub(rb' (?:s|ht|customHeight)="[^"]*"', b"", b"\n".join(rows))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, NUMBERS, VALUES), min_size=1, max_size=6))
def test_rows_are_written_as_openpyxl_writes_the_same_cells(rows):
    rows = [list(row) for row in rows]
    book = Workbook()
    book.remove(book.worksheets[0])
    columns = [Column(label=one.label, form=one.form, width=one.width) for one in COLUMNS]
    sheet = add_sheet(book, name="表", title="题", note="", columns=columns, rows=rows)
    assert body(saved(book, [sheet], day=DAY)) == by_openpyxl(rows)


def test_what_is_written_reads_back_between_head_and_total():
    rows = [["甲", 1, None], ["乙<&>", 2.5, "=1+1"], [" 丙 ", None, "x"]]
    written = [rows[0], rows[1], [" 丙\ud800\uffff ", None, "x\x01"]]
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets = [
        add_sheet(book, name=name, title="题", note="注", columns=COLUMNS, rows=part)
        for name, part in (("满", written), ("空", []))
    ]
    data = saved(book, sheets, day=DAY)
    full, empty = load_workbook(io.BytesIO(data)).worksheets
    assert full.dimensions == "A1:C7"
    assert [[cell.value for cell in row] for row in full["A4:C6"]] == rows
    assert full["B7"].value == "=SUM(B4:B6)"
    assert load_workbook(io.BytesIO(data), data_only=True).worksheets[0]["B7"].value == 3.5
    assert full["C5"].data_type == "s", "no text is a formula"
    assert full["B4"].number_format == full["B7"].number_format == "#,##0"
    assert full["A4"].border.left.style == "thin"
    assert empty.dimensions == "A1:C4"
