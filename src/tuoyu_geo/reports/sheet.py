"""One sheet as offices expect it: merged title, a row of notes, header on row 3, totals as formulas."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from tuoyu_geo.formulas import FORMULA_STARTS
from tuoyu_geo.messages import text
from tuoyu_geo.reports.book import Book, plain
from tuoyu_geo.reports.cells import Hundredths

HEADER_ROW = 3
FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "gap": "0.00%",
    "ratio": "0.00",
    "money": "#,##0.0",
    "degree": "0.0000000",
    "text": "@",
}
BORDER = {"border": 1, "border_color": "#999999"}
# Excel takes no longer list in a cell's drop-down; a longer one is left out.
LONGEST_LIST = 255
LINE_HEIGHT = 15.0
# Excel's rows are no higher than 409 points.
MOST_LINES = 27
WIDE_FROM = 0x2E80
SHORT_WIDTH = {"text": 16, "count": 7}
# Sheets wider than this are printed on A3.
A4_WIDTH = 190
A3, A4 = 8, 9  # Excel's numbers of paper sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    label
        Header, with the unit where it is a number.
    form
        A key of `FORMATS`.
    width
        In characters.
    summed
        Whether the 合计 row adds it up.
    choices
        Words of a drop-down; an office may write others. () for none.
    filled_in
        Whether the office fills it in: shaded, and empty as we hand it over.
    """

    label: str
    form: str = "text"
    width: float = 12.0
    summed: bool = False
    choices: tuple[str, ...] = ()
    filled_in: bool = False


def add_sheet(
    book: Book,
    *,
    name: str,
    title: str,
    note: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    total: str = "",
    height_of: Callable[[Sequence[object]], float | None] | None = None,
) -> None:
    """Add a sheet; an empty table keeps its header and says that there is nothing.

    Parameters
    ----------
    book
        Gets the sheet.
    name, title, note
        Of the sheet; its first row; its second.
    columns, rows
        The table: texts, numbers and None. No text becomes a formula; characters that XML forbids are left out.
    total
        Heads the last row, where columns are added up; without it the row is headed as everywhere (合计).
    height_of
        Height of a row [points], None for the usual one; without it, rows are as high as their texts need.
    """
    sheet = book.add(name)
    _head(book, sheet, title=title, note=note, columns=columns)
    end = HEADER_ROW + max(len(rows), 1)
    if not rows:
        sheet.write_string(HEADER_ROW, 0, text("reports.nothing"))
    _body(book, sheet, columns, rows, height_of=height_of)
    if rows:
        _drop_downs(sheet, columns, first=HEADER_ROW, last=end - 1)
        if any(column.summed for column in columns):
            _total_row(book, sheet, columns, rows, label=total or text("reports.total"))
            end += 1
    _for_print(sheet, title=title, last=end, columns=columns)


def _head(book: Book, sheet: Worksheet, *, title: str, note: str, columns: Sequence[Column]) -> None:
    last = len(columns) - 1
    whole = Column(label="", width=sum(column.width for column in columns))
    for row, words, height, look in (
        (0, title, 30.0, {"font_size": 16, "bold": True, "align": "center"}),
        (
            1,
            note,
            13.5 * max(2, _n_lines(whole, note)),
            {"font_size": 9, "font_color": "#9C5700", "text_wrap": True},
        ),
    ):
        sheet.set_row(row, height)
        shape = book.look(**look, valign="vcenter", quote_prefix=words.startswith(FORMULA_STARTS))
        if last:
            sheet.merge_range(row, 0, row, last, "", shape)
        sheet.write_string(row, 0, plain(words), shape)
    sheet.set_row(HEADER_ROW - 1, LINE_HEIGHT * max(_n_lines(column, column.label) for column in columns) + 3)
    for j, column in enumerate(columns):
        sheet.set_column(j, j, column.width)
        look = book.look(
            **BORDER,
            bold=True,
            bg_color="#FFF2CC" if column.filled_in else "#DDEBF7",
            align="center",
            valign="vcenter",
            text_wrap=True,
        )
        sheet.write_string(HEADER_ROW - 1, j, plain(column.label), look)
    sheet.freeze_panes(HEADER_ROW, 0)


def _body(
    book: Book,
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    *,
    height_of: Callable[[Sequence[object]], float | None] | None,
) -> None:
    def high_enough(row: Sequence[object]) -> float | None:
        lines = max(map(_n_lines, columns, row))
        return LINE_HEIGHT * lines if lines > 1 else None

    looks = [{kind: _look(book, column, kind=kind) for kind in KINDS} for column in columns]
    for i, row in enumerate(rows, start=HEADER_ROW):
        height = (height_of or high_enough)(row)
        if height is not None:
            sheet.set_row(i, height)
        for j, value in enumerate(row):
            _write(sheet, i, j, value, looks[j])


KINDS = ("none", "number", "hundredths", "text", "formula-like")


def _look(book: Book, column: Column, *, kind: str) -> Format:
    look: dict[str, object] = dict(BORDER, valign="vcenter", text_wrap=column.form == "text")
    # Short texts and serial numbers stand in the middle, so that no text touches the number beside it.
    if column.width <= SHORT_WIDTH.get(column.form, 0):
        look["align"] = "center"
    if column.filled_in:
        look["bg_color"] = "#FFFBE6"
    if kind == "number":
        look["num_format"] = FORMATS[column.form]
    if kind == "hundredths":
        look["num_format"] = FORMATS["ratio"]
    return book.look(**look, quote_prefix=kind == "formula-like")


def _write(sheet: Worksheet, row: int, column: int, value: object, looks: dict[str, Format]) -> None:
    if isinstance(value, str):
        shown = plain(value)
        kind = "formula-like" if shown.startswith(FORMULA_STARTS) else "text"
        if shown:
            sheet.write_string(row, column, shown, looks[kind])
        else:
            sheet.write_blank(row, column, "", looks[kind])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, looks["number"])
    elif value is None or not math.isfinite(value):  # type: ignore[arg-type]
        sheet.write_blank(row, column, "", looks["none" if value is None else "number"])
    else:
        kind = "hundredths" if isinstance(value, Hundredths) else "number"
        sheet.write_number(row, column, value, looks[kind])


def _n_lines(column: Column, value: object) -> int:
    """Lines that a text takes in its column: a Chinese character is as wide as two figures."""
    # Most cells are short, and none is wider than twice its length.
    if not isinstance(value, str) or 2 * len(value) < column.width:
        return 1
    wide = sum(1 if ord(one) < WIDE_FROM else 2 for one in value)
    return min(MOST_LINES, -(-wide // max(1, int(column.width) - 1)))


def _drop_downs(sheet: Worksheet, columns: Sequence[Column], *, first: int, last: int) -> None:
    for j, column in enumerate(columns):
        # A comma or a quotation mark would end the list's entry or the list.
        words = [word for word in column.choices if "," not in word and '"' not in word]
        if not words or len(",".join(words)) > LONGEST_LIST:
            continue
        sheet.data_validation(
            first,
            j,
            last,
            j,
            {
                "validate": "list",
                "source": words,
                "show_error": False,
                "input_title": column.label[:32],
                "input_message": text("reports.choose"),
            },
        )


def _total_row(
    book: Book, sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[object]], *, label: str
) -> None:
    row = HEADER_ROW + len(rows)
    for j, column in enumerate(columns):
        if j == 0:
            sheet.write_string(row, 0, plain(label), book.look(**BORDER, bold=True))
        elif column.summed:
            letter = xl_col_to_name(j)
            look = book.look(**BORDER, bold=True, num_format=FORMATS[column.form])
            # With its result: a reader that works nothing out (a preview, a phone) would find the total empty.
            total = sum(one[j] for one in rows if type(one[j]) in {int, float})  # type: ignore[misc]
            sheet.write_formula(row, j, f"=SUM({letter}{HEADER_ROW + 1}:{letter}{row})", look, total)
        else:
            sheet.write_blank(row, j, "", book.look(**BORDER, bold=True))


def _for_print(sheet: Worksheet, *, title: str, last: int, columns: Sequence[Column]) -> None:
    """The page: `last` is the number of the last row, from 1."""
    sheet.repeat_rows(0, HEADER_ROW - 1)
    sheet.print_area(0, 0, last - 1, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(A3 if sum(column.width for column in columns) > A4_WIDTH else A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.75)
    # Ampersands begin codes in headers and footers.
    sheet.set_footer(f"&L{plain(title).replace('&', '＆')}&R{text('reports.page_of')}", {"margin": 0.3})
