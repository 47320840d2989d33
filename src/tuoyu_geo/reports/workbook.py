"""plan.xlsx: the 附表 that offices pass on."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook

from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.fixed_zip import fixed_zip
from tuoyu_geo.reports.sheet import Sheet, add_sheet
from tuoyu_geo.reports.tables import TABLES
from tuoyu_geo.schema import stated


def workbook_bytes(outcome: Outcome) -> bytes:
    """The workbook; the same bytes from the same outcome."""
    book = Workbook()
    book.remove(book.worksheets[0])
    note = outcome.note
    sheets = []
    for number, (name, table) in enumerate(TABLES.items(), start=1):
        columns, rows = table(outcome)
        label = text(f"reports.sheet_{name}")
        sheets.append(
            add_sheet(
                book,
                name=label,
                title=text("reports.title", n=number, county=note.county_name, sheet=label),
                note=text(
                    "reports.note",
                    unit=text(f"reports.unit_{name}"),
                    prepared_by=note.prepared_by or text("reports.nobody"),
                    date=note.date,
                    notices=text("reports.semicolon").join(note.notices) or text("reports.none"),
                ),
                columns=columns,
                rows=rows,
            )
        )
    book.properties.title = note.title
    return saved(book, sheets, day=dt.datetime.fromisoformat(note.date), kind="workbook")


def saved(book: Workbook, sheets: Sequence[Sheet], *, day: dt.datetime, kind: str) -> bytes:
    """The workbook, with what openpyxl doesn't put in: the rows, the project's date for the clock's, formulas' results.

    Without results, a reader that works nothing out (a preview, a phone, our own) finds the totals empty.

    Parameters
    ----------
    book
        With the sheets' heads and totals.
    sheets
        The rest of them, in their order.
    day
        Date of the project.
    kind
        Of `schema.SCHEMAS`.
    """
    book.properties.keywords = stated(kind)
    book.properties.creator = "tuoyu-geo"
    book.properties.created = book.properties.modified = day
    buffer = io.BytesIO()
    book.save(buffer)
    rest = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
    changed = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            elif name in rest:
                content = _filled(content, rest[name])
            target.writestr(name, content)
    return fixed_zip(changed.getvalue())


def _filled(content: bytes, sheet: Sheet) -> bytes:
    """A sheet's XML with its totals worked out and its rows put in."""
    for cell, total in sheet.totals.items():
        formula = rb'(<c r="' + cell.encode() + rb'"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)'
        content = re.sub(formula, rb"\g<1><v>" + f"{total:.15g}".encode() + rb"</v>", content)
    if sheet.body is None:
        return content
    last = sheet.body.last + bool(sheet.totals)
    content = re.sub(rb'(<dimension ref="A1:[A-Z]+)\d+', rb"\g<1>" + str(last).encode(), content, count=1)
    after = b"</sheetData>" if not sheet.totals else b'<row r="%d"' % last
    head, found, tail = content.partition(after)
    return head + sheet.body.xml + found + tail
