"""One sheet as offices expect it: merged title, a row of notes, header on row 3, totals as formulas."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import FORMULA_STARTS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell

HEADER_ROW = 3
FORMATS = {"count": "#,##0", "share": "0.0%", "ratio": "0.00", "money": "#,##0.0", "text": "@"}


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
    """

    label: str
    form: str = "text"
    width: float = 12.0
    summed: bool = False


def add_sheet(
    book: "Workbook",
    *,
    name: str,
    title: str,
    note: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
) -> None:
    """Add a sheet; an empty table keeps its header and says that there is nothing."""
    sheet = book.create_sheet(name)
    last = get_column_letter(len(columns))
    thin = Side(style="thin", color="999999")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    sheet.merge_cells(f"A1:{last}1")
    _put_text(sheet["A1"], title)
    sheet["A1"].font = Font(size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    sheet.merge_cells(f"A2:{last}2")
    _put_text(sheet["A2"], note)
    sheet["A2"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet["A2"].font = Font(size=9, color="9C5700")
    width = sum(column.width for column in columns)
    sheet.row_dimensions[2].height = 13.5 * max(2, -(-2 * len(note) // int(width)) + 1)
    for j, column in enumerate(columns, start=1):
        cell = sheet.cell(row=HEADER_ROW, column=j, value=column.label)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = border
        sheet.column_dimensions[get_column_letter(j)].width = column.width
    for i, row in enumerate(rows, start=HEADER_ROW + 1):
        for j, (column, value) in enumerate(zip(columns, row, strict=True), start=1):
            cell = sheet.cell(row=i, column=j)
            cell.border = border
            cell.alignment = Alignment(vertical="center", wrap_text=column.form == "text")
            if value is None:
                continue
            if isinstance(value, str):
                _put_text(cell, value)
            else:
                cell.value = value
                cell.number_format = FORMATS[column.form]
    end = HEADER_ROW + len(rows)
    if not rows:
        sheet.cell(row=HEADER_ROW + 1, column=1, value=text("reports.nothing"))
    elif any(column.summed for column in columns):
        _total_row(sheet, columns, first=HEADER_ROW + 1, last=end, border=border)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _put_text(cell: "Cell | MergedCell", value: str) -> None:
    """Text whatever it begins with: data never becomes a formula. Characters that XML forbids are left out."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(FORMULA_STARTS)


def _total_row(sheet, columns: Sequence[Column], *, first: int, last: int, border: Border) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    for j, column in enumerate(columns, start=1):
        cell = sheet.cell(row=last + 1, column=j)
        cell.border, cell.font = border, Font(bold=True)
        if j == 1:
            cell.value = text("reports.total")
        elif column.summed:
            letter = get_column_letter(j)
            cell.value = f"=SUM({letter}{first}:{letter}{last})"
            cell.number_format = FORMATS[column.form]
