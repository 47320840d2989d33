"""A sheet reads back as what went in, by two readers that are not its writer."""

import datetime as dt
import io
import math
import re
import zipfile

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tuoyu_geo.reports.book import Book
from tuoyu_geo.reports.sheet import Column, add_sheet

DAY = dt.datetime.combine(dt.date(2026, 1, 1), dt.time())
ODD = (
    *("", " 前", "后\u3000", "甲\n乙\t丙", "<b>&amp;\"'", "=1+1", "-", "@x", "𠀀😀", "a\x00b", "\ud800"),
    *("\x7f\x85\ufeff", "_x0041_", "http://例", "mailto:a@b", "{=1}", "internal:x", "长" * 40_000),
)
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(ODD))
NUMBERS = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-1e300, 1e300),
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.booleans(),
)
VALUES = st.one_of(st.none(), TEXTS, NUMBERS)
COLUMNS = [Column(label="名", width=9), Column(label="数", form="count", summed=True), Column(label="注")]
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def made(*tables: list[list[object]]) -> bytes:
    book = Book(title="题", day=DAY)
    for n, rows in enumerate(tables):
        add_sheet(book, name=f"表{n}", title="题", note="注", columns=COLUMNS, rows=rows)
    return book.close()


def as_read(value: object) -> object:
    """What of a value a cell can hold."""
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)[:32_767].replace("\r\n", "\n").replace("\r", "\n") or None
    return value if value is None or math.isfinite(value) else None


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(found: object, meant: object) -> bool:
    """Sixteen digits are what writers of the format keep of a number; ends of lines are the reader's own.

    The format asks that a carriage return is written as _x000D_, and a text that looks like such a mark with its first
    underscore as _x005F_; openpyxl gives both back unread.
    """
    if isinstance(found, str):
        found = re.sub("_x005F_|_x000D_", lambda mark: {"_x005F_": "_", "_x000D_": "\r"}[mark[0]], found)
        return found.replace("\r\n", "\n").replace("\r", "\n") == meant
    return found == (pytest.approx(meant, rel=1e-15) if is_number(meant) else meant)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, NUMBERS, VALUES), min_size=1, max_size=6))
def test_every_value_reads_back_and_no_text_is_a_formula(rows):
    data = made([list(row) for row in rows])
    assert data == made([list(row) for row in rows])
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    for row, read in zip(rows, sheet.iter_rows(min_row=4, max_row=3 + len(rows)), strict=True):
        for value, cell in zip(row, read, strict=True):
            assert same(cell.value, as_read(value))
            assert cell.data_type != "f"
            assert cell.hyperlink is None
    told = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    for row, read in zip(rows, told[3:], strict=False):
        numbers = [one for one in map(as_read, row) if is_number(one)]
        assert [one for one in read if is_number(one)] == pytest.approx(numbers, rel=1e-15)


def test_head_rows_and_total_stand_where_offices_look_for_them():
    rows = [["甲", 1, None], ["乙<&>", 2.5, "=1+1"], [" 丙 ", None, "x"]]
    data = made(rows, [])
    full, empty = load_workbook(io.BytesIO(data)).worksheets
    assert full.dimensions == "A1:C7"
    assert {str(one) for one in full.merged_cells.ranges} == {"A1:C1", "A2:C2"}
    assert (full["A1"].value, full["A2"].value, full["B3"].value) == ("题", "注", "数")
    assert full.freeze_panes == "A4"
    assert [[cell.value for cell in row] for row in full["A4:C6"]] == rows
    assert full["B7"].value == "=SUM(B4:B6)"
    assert load_workbook(io.BytesIO(data), data_only=True).worksheets[0]["B7"].value == 3.5
    assert full["C5"].data_type == "s", "no text is a formula"
    assert full["C5"].quotePrefix, "nor becomes one when it is edited"
    assert full["B4"].number_format == full["B7"].number_format == "#,##0"
    assert full["A4"].border.left.style == "thin"
    assert full.print_title_rows == "$1:$3"
    assert empty.dimensions == "A1:C4"


def test_the_clock_is_nowhere_in_the_file():
    with zipfile.ZipFile(io.BytesIO(made([["甲", 1, None]]))) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
        core = package.read("docProps/core.xml").decode()
    assert set(re.findall(r"(\d{4})-\d\d-\d\dT", core)) == {"2026"}
