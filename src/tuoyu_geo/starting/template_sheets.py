"""Spreadsheets to fill: Chinese headers, drop-down lists for coded columns, and one filled row that is not read."""

import csv
import datetime as dt
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

from tuoyu_geo.layers.fields import Field, allowed_words, fields_of
from tuoyu_geo.messages import listed, text
from tuoyu_geo.reports.book import Book, plain
from tuoyu_geo.reports.sheet import A4

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# Rows that get drop-down lists and text cells; a county's largest table has some hundreds.
ROWS = 2000
NEEDED_COLOUR, SAMPLE_COLOUR, LINE_COLOUR = "#FFF2CC", "#EDEDED", "#BFBFBF"
NO_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (a document property: a template is of no day)


def template_workbook(layer: str) -> bytes:
    """A workbook for one layer: the table to fill, a guide to its columns, and the lists behind its drop-downs.

    The first row below the header is filled as a sample. Its first cell says so (示例), by which the reader leaves
    it out.
    """
    fields = fields_of(layer)
    book = Book(day=NO_DAY)
    table, guide = book.add(text(f"words.role.{layer}")), book.add(text("new_project.guide"))
    lists = book.add(text("new_project.lists"))
    lists.hide()
    _write_table(book, table, fields, _sample(layer))
    _write_guide(book, guide, fields)
    for one in (table, guide):
        one.set_landscape()
        one.set_paper(A4)
        one.fit_to_pages(1, 0)
    _add_lists(table, lists, fields)
    return book.close()


def _sample(layer: str) -> dict[str, str]:
    """The sample's value by field."""
    source = files("tuoyu_geo").joinpath("templates", "sample_rows.csv")
    with source.open(encoding="utf-8") as stream:
        return {row["field"]: row["value"] for row in csv.DictReader(stream) if row["layer"] == layer}


def _write_table(book: Book, sheet: "Worksheet", fields: Sequence[Field], sample: dict[str, str]) -> None:
    sheet.set_row(0, 24)
    for j, field in enumerate(fields):
        width = max(_width(field.heading), _width(sample.get(field.field, "")))
        sheet.set_column(j, j, max(10, width + 3))
        look: dict[str, object] = {"bold": True, "align": "center", "valign": "vcenter"}
        look |= {"bottom": 1, "right": 1, "bottom_color": LINE_COLOUR, "right_color": LINE_COLOUR}
        if field.required:
            look["bg_color"] = NEEDED_COLOUR
        sheet.write_string(0, j, field.heading, book.look(**look))
    # A code of 12 digits that is taken for a number turns into 3.50481E+11.
    coded = [field.kind == "code" or field.field == "township" for field in fields]
    for j, field in enumerate(fields):
        look = {"italic": True, "font_color": "#7F7F7F", "bg_color": SAMPLE_COLOUR}
        shape = book.look(**look, num_format="@" if coded[j] else "General")
        value = _typed(field, sample.get(field.field))
        if value is None:
            sheet.write_blank(1, j, "", shape)
        elif isinstance(value, str):
            sheet.write_string(1, j, value, shape)
        else:
            sheet.write_number(1, j, value, shape)
    for i in range(2, ROWS + 1):
        for j in range(len(fields)):
            if coded[j]:
                sheet.write_blank(i, j, "", book.look(num_format="@"))
    sheet.freeze_panes(1, 2)


def _width(word: str) -> int:
    """How wide a word is, in letters: a Chinese character takes two."""
    return sum(1 if character.isascii() else 2 for character in word)


def _typed(field: Field, value: str | None) -> str | float | int | None:
    if value is None or field.kind not in {"number", "year"}:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _write_guide(book: Book, sheet: "Worksheet", fields: Sequence[Field]) -> None:
    """What each column means, which words it takes, and how else it may be called."""
    names = ("column", "required", "unit", "meaning", "choices", "aliases")
    rows = [tuple(text(f"new_project.guide_{name}") for name in names)]
    for field in fields:
        rows.append(
            (
                field.heading,
                text(f"new_project.required_{'yes' if field.required else 'no'}"),
                field.unit_word,
                field.meaning,
                listed(allowed_words(field)),
                listed(one for one in field.aliases if one != field.heading),
            )
        )
    for j, width in enumerate((18, 8, 8, 70, 60, 110)):
        sheet.set_column(j, j, width)
    for i, row in enumerate(rows):
        look = book.look(text_wrap=True, valign="top", bold=i == 0)
        for j, words in enumerate(row):
            sheet.write_string(i, j, plain(words), look)
    sheet.write_string(len(rows) + 1, 0, text("new_project.sample_note"))
    sheet.freeze_panes(1, 1)


def _add_lists(sheet: "Worksheet", lists: "Worksheet", fields: Sequence[Field]) -> None:
    """Drop-down lists of the coded columns, from a hidden sheet: Excel takes 255 characters at most in the cell."""
    listing = [
        (j, field.heading, words) for j, field in enumerate(fields) if (words := tuple(allowed_words(field)))
    ]
    for i in range(max((len(words) for _, _, words in listing), default=0) + 1):
        for column, (_, heading, words) in enumerate(listing):
            if i <= len(words):
                lists.write_string(i, column, (heading, *words)[i])
    for column, (j, heading, words) in enumerate(listing):
        letter = xl_col_to_name(column)
        sheet.data_validation(
            1,
            j,
            ROWS,
            j,
            {
                "validate": "list",
                "source": f"='{lists.get_name()}'!${letter}$2:${letter}${len(words) + 1}",
                "error_title": heading[:32],
                "error_message": text("new_project.choose", choices=listed(words))[:250],
            },
        )
