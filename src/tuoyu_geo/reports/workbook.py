"""plan.xlsx: the 附表 that offices pass on."""

import datetime as dt

from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.book import Book
from tuoyu_geo.reports.sheet import add_sheet
from tuoyu_geo.reports.tables import TABLES
from tuoyu_geo.schema import stated


def workbook_bytes(outcome: Outcome) -> bytes:
    """The workbook; the same bytes from the same outcome."""
    note = outcome.note
    book = Book(title=note.title, day=dt.datetime.fromisoformat(note.date), keywords=stated("workbook"))
    for number, (name, table) in enumerate(TABLES.items(), start=1):
        columns, rows = table(outcome)
        label = text(f"reports.sheet_{name}")
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
    return book.close()
