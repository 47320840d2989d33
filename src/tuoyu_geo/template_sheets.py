"""Spreadsheets to fill: Chinese headers, drop-down lists for coded columns, and one filled row that is not read."""

import csv
from collections.abc import Sequence
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from tuoyu_geo.layers.fields import Field, allowed_words, fields_of
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# Rows that get drop-down lists and text cells; a county's largest table has some hundreds.
ROWS = 2000
NEEDED_COLOUR, SAMPLE_COLOUR = "FFF2CC", "EDEDED"


def template_workbook(layer: str) -> bytes:
    """A workbook for one layer: the table to fill, a guide to its columns, and the lists behind its drop-downs.

    The first row below the header is filled as a sample. Its first cell says so (示例), by which the reader leaves
    it out.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (slow to import)
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    fields = fields_of(layer)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(text(f"words.role.{layer}"))
    _write_table(sheet, fields, _sample(layer))
    _write_guide(book.create_sheet(text("new_project.guide")), fields)
    for one in book.worksheets:
        one.page_setup.orientation, one.page_setup.paperSize = "landscape", one.PAPERSIZE_A4
        one.page_setup.fitToWidth, one.page_setup.fitToHeight = 1, 0
        one.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    _add_lists(book, sheet, fields)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sample(layer: str) -> dict[str, str]:
    """The sample's value by field."""
    source = files("tuoyu_geo").joinpath("templates", "sample_rows.csv")
    with source.open(encoding="utf-8") as stream:
        return {row["field"]: row["value"] for row in csv.DictReader(stream) if row["layer"] == layer}


def _write_table(sheet: "Worksheet", fields: Sequence[Field], sample: dict[str, str]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

    thin = Side(style="thin", color="BFBFBF")
    for j, field in enumerate(fields, start=1):
        header = sheet.cell(row=1, column=j, value=field.heading)
        header.font = Font(bold=True)
        header.alignment = Alignment(horizontal="center", vertical="center")
        header.border = Border(bottom=thin, right=thin)
        if field.required:
            header.fill = PatternFill("solid", fgColor=NEEDED_COLOUR)
        width = max(_width(field.heading), _width(sample.get(field.field, "")))
        sheet.column_dimensions[header.column_letter].width = max(10, width + 3)
        if field.kind == "code" or field.field == "township":
            # A code of 12 digits that is taken for a number turns into 3.50481E+11.
            for i in range(2, ROWS + 2):
                sheet.cell(row=i, column=j).number_format = "@"
        cell = sheet.cell(row=2, column=j, value=_typed(field, sample.get(field.field)))
        cell.font = Font(italic=True, color="7F7F7F")
        cell.fill = PatternFill("solid", fgColor=SAMPLE_COLOUR)
    sheet.row_dimensions[1].height = 24
    sheet.freeze_panes = "C2"


def _width(word: str) -> int:
    """How wide a word is, in letters: a Chinese character takes two."""
    return sum(1 if character.isascii() else 2 for character in word)


def _typed(field: Field, value: str | None) -> str | float | int | None:
    if value is None or field.kind not in {"number", "year"}:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _write_guide(sheet: "Worksheet", fields: Sequence[Field]) -> None:
    """What each column means, which words it takes, and how else it may be called."""
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    names = ("column", "required", "unit", "meaning", "choices", "aliases")
    sheet.append([text(f"new_project.guide_{name}") for name in names])
    for field in fields:
        required = text(f"new_project.required_{'yes' if field.required else 'no'}")
        words = listed(allowed_words(field))
        sheet.append(
            [
                field.heading,
                required,
                field.unit_word,
                field.meaning,
                words,
                listed(one for one in field.aliases if one != field.heading),
            ]
        )
    sheet.append([])
    sheet.append([text("new_project.sample_note")])
    for letter, width in zip("ABCDEF", (18, 8, 8, 70, 60, 110), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=1, max_row=len(fields) + 1):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 1)
    sheet.freeze_panes = "B2"


def _add_lists(book: "Workbook", sheet: "Worksheet", fields: Sequence[Field]) -> None:
    """Drop-down lists of the coded columns, from a hidden sheet: Excel takes 255 characters at most in the cell."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    lists = book.create_sheet(text("new_project.lists"))
    lists.sheet_state = "hidden"
    column = 0
    for j, field in enumerate(fields, start=1):
        words = allowed_words(field)
        if not words:
            continue
        column += 1
        letter = get_column_letter(column)
        for i, word in enumerate((field.heading, *words), start=1):
            lists.cell(row=i, column=column, value=word)
        rule = DataValidation(
            type="list", formula1=f"'{lists.title}'!${letter}$2:${letter}${len(words) + 1}", allow_blank=True
        )
        rule.errorTitle = field.heading
        rule.error = text("new_project.choose", choices=listed(words))[:250]
        place = get_column_letter(j)
        rule.add(f"{place}2:{place}{ROWS + 1}")
        sheet.add_data_validation(rule)
