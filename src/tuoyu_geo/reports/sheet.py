"""One sheet as offices expect it: merged title, a row of notes, header on row 3, totals as formulas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import FORMULA_STARTS
from tuoyu_geo.reports.sheet_rows import FORBIDDEN, Body, body_of

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

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
THIN = Side(style="thin", color="999999")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
# Excel takes no longer list in a cell's drop-down; a longer one is left out.
LONGEST_LIST = 255
LINE_HEIGHT = 15.0
# Excel's rows are no higher than 409 points.
MOST_LINES = 27
WIDE_FROM = 0x2E80
SHORT_WIDTH = {"text": 16, "count": 7}
# Sheets wider than this are printed on A3.
A4_WIDTH = 190


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What of a sheet is put in once the workbook is saved.

    Attributes
    ----------
    body
        Its rows; None where there are none.
    totals
        By cell of the 合计 row: the total that its formula works out.
    """

    body: Body | None
    totals: Mapping[str, float]


def add_sheet(
    book: "Workbook",
    *,
    name: str,
    title: str,
    note: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    total: str = "",
    height_of: Callable[[Sequence[object]], float | None] | None = None,
) -> Sheet:
    """Add a sheet; an empty table keeps its header and says that there is nothing.

    Parameters
    ----------
    book
        Gets the sheet, all but the rows of the table.
    name, title, note
        Of the sheet; its first row; its second.
    columns, rows
        The table.
    total
        Heads the last row, where columns are added up; without it the row is headed as everywhere (合计).
    height_of
        Height of a row [points], None for the usual one; without it, rows are as high as their texts need.
    """
    sheet = book.create_sheet(name)
    _head(sheet, title=title, note=note, columns=columns)
    first, end = HEADER_ROW + 1, HEADER_ROW + len(rows)
    body, totals = None, {}
    if not rows:
        sheet.cell(row=first, column=1, value=text("reports.nothing"))
    _count_styles(sheet, from_row=1)
    if rows:
        looks: dict[tuple[int, str], str] = {}

        def style_of(j: int, value: object) -> str:
            # openpyxl compares every style with all before it: a look is made once a column.
            look = j, _kind_of(value)
            if look not in looks:
                cell = Cell(sheet, row=first, column=j + 1)
                _dress(cell, columns[j], kind=look[1])
                looks[look] = str(cell.style_id)
            return looks[look]

        def high_enough(row: Sequence[object]) -> float | None:
            lines = max(map(_n_lines, columns, row))
            return LINE_HEIGHT * lines if lines > 1 else None

        body = body_of(sheet, rows, first=first, style_of=style_of, height_of=height_of or high_enough)
        _drop_downs(sheet, columns, first=first, last=end)
        if any(column.summed for column in columns):
            totals = _total_row(sheet, columns, rows, last=end, label=total or text("reports.total"))
            _count_styles(sheet, from_row=end + 1)
    _for_print(sheet, title=title, last=max(end, HEADER_ROW + 1) + bool(totals), columns=columns)
    return Sheet(body=body, totals=totals)


def _count_styles(sheet: "Worksheet", *, from_row: int) -> None:
    """Give the styles of cells their numbers in the workbook: openpyxl would only when it saves, after the body's."""
    for row in sheet.iter_rows(min_row=from_row):
        for cell in row:
            if cell.has_style:
                _ = cell.style_id


def _kind_of(value: object) -> str:
    """What a cell's look turns on besides its column: "none", "number", "text" or "formula-like"."""
    if value is None:
        return "none"
    if not isinstance(value, str):
        return "number"
    return "formula-like" if value.startswith(FORMULA_STARTS) else "text"


def _dress(cell: "Cell | MergedCell", column: Column, *, kind: str) -> None:
    cell.border = BORDER
    # Short texts and serial numbers stand in the middle, so that no text touches the number beside it.
    side = "center" if column.width <= SHORT_WIDTH.get(column.form, 0) else None
    cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=column.form == "text")
    if column.filled_in:
        cell.fill = PatternFill("solid", fgColor="FFFBE6")
    if kind == "number":
        cell.number_format = FORMATS[column.form]
    cell.quotePrefix = kind == "formula-like"


def _n_lines(column: Column, value: object) -> int:
    """Lines that a text takes in its column: a Chinese character is as wide as two figures."""
    # Most cells are short, and none is wider than twice its length.
    if not isinstance(value, str) or 2 * len(value) < column.width:
        return 1
    wide = sum(1 if ord(one) < WIDE_FROM else 2 for one in value)
    return min(MOST_LINES, -(-wide // max(1, int(column.width) - 1)))


def _head(sheet: "Worksheet", *, title: str, note: str, columns: Sequence[Column]) -> None:
    last = get_column_letter(len(columns))
    sheet.merge_cells(f"A1:{last}1")
    _put_text(sheet["A1"], title)
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    sheet.merge_cells(f"A2:{last}2")
    _put_text(sheet["A2"], note)
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet["A2"].font = Font(size=9, color="9C5700")
    whole = Column(label="", width=sum(column.width for column in columns))
    sheet.row_dimensions[2].height = 13.5 * max(2, _n_lines(whole, note))
    lines = 1
    for j, column in enumerate(columns, start=1):
        cell = sheet.cell(row=HEADER_ROW, column=j, value=column.label)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if column.filled_in else "DDEBF7")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = BORDER
        sheet.column_dimensions[get_column_letter(j)].width = column.width
        lines = max(lines, _n_lines(column, column.label))
    sheet.row_dimensions[HEADER_ROW].height = LINE_HEIGHT * lines + 3
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"


def _put_text(cell: "Cell | MergedCell", value: str) -> None:
    """Text whatever it begins with: data never becomes a formula. Characters that XML forbids are left out."""
    cell.value = FORBIDDEN.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(FORMULA_STARTS)


def _drop_downs(sheet: "Worksheet", columns: Sequence[Column], *, first: int, last: int) -> None:
    for j, column in enumerate(columns, start=1):
        # A comma or a quotation mark would end the list's entry or the list.
        words = [word for word in column.choices if "," not in word and '"' not in word]
        listed = ",".join(words)
        if not words or len(listed) > LONGEST_LIST:
            continue
        rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
        rule.promptTitle, rule.prompt, rule.showInputMessage = column.label[:32], text("reports.choose"), True
        letter = get_column_letter(j)
        rule.add(f"{letter}{first}:{letter}{last}")
        sheet.add_data_validation(rule)


def _total_row(
    sheet: "Worksheet", columns: Sequence[Column], rows: Sequence[Sequence[object]], *, last: int, label: str
) -> dict[str, float]:
    first = HEADER_ROW + 1
    totals: dict[str, float] = {}
    for j, column in enumerate(columns, start=1):
        cell = sheet.cell(row=last + 1, column=j)
        cell.border, cell.font = BORDER, Font(bold=True)
        if j == 1:
            cell.value = label
        elif column.summed:
            letter = get_column_letter(j)
            cell.value = f"=SUM({letter}{first}:{letter}{last})"
            cell.number_format = FORMATS[column.form]
            numbers = [row[j - 1] for row in rows]
            totals[cell.coordinate] = sum(one for one in numbers if isinstance(one, int | float))
    return totals


def _for_print(sheet: "Worksheet", *, title: str, last: int, columns: Sequence[Column]) -> None:
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{last}"
    sheet.page_setup.orientation = "landscape"
    wide = sum(column.width for column in columns) > A4_WIDTH
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3 if wide else sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.6, 0.75, 0.3
    # Ampersands begin codes in headers and footers.
    footer = sheet.oddFooter
    if footer is not None:
        footer.left.text = title.replace("&", "＆")
        footer.right.text = text("reports.page_of")
