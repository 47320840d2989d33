"""plan.xlsx: the 附表 that offices pass on."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from openpyxl import Workbook

from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.fixed_zip import fixed_zip
from tuoyu_geo.reports.sheet import add_sheet
from tuoyu_geo.reports.tables import TABLES

NO_TOTALS: Mapping[str, Mapping[str, float]] = MappingProxyType({})


def workbook_bytes(outcome: Outcome) -> bytes:
    """The workbook; the same bytes from the same outcome."""
    book = Workbook()
    book.remove(book.worksheets[0])
    note = outcome.note
    totals: dict[str, dict[str, float]] = {}
    for number, (name, table) in enumerate(TABLES.items(), start=1):
        columns, rows = table(outcome)
        label = text(f"reports.sheet_{name}")
        totals[f"xl/worksheets/sheet{number}.xml"] = add_sheet(
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
    day = dt.datetime.fromisoformat(note.date)
    book.properties.title = note.title
    book.properties.creator = "tuoyu-geo"
    book.properties.created = book.properties.modified = day
    buffer = io.BytesIO()
    book.save(buffer)
    return fixed_zip(fixed_time(buffer.getvalue(), day, totals=totals))


def fixed_time(
    data: bytes, day: dt.datetime, *, totals: Mapping[str, Mapping[str, float]] = NO_TOTALS
) -> bytes:
    """Put in what openpyxl can't: the project's date for the clock's, and each formula's result.

    Without results, a reader that works nothing out (a preview, a phone, our own) finds the totals empty.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            for cell, total in totals.get(name, {}).items():
                formula = rb'(<c r="' + cell.encode() + rb'"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)'
                content = re.sub(formula, rb"\g<1><v>" + f"{total:.15g}".encode() + rb"</v>", content)
            target.writestr(name, content)
    return buffer.getvalue()
