"""plan.xlsx: the 附表 that offices pass on."""

import datetime as dt
import io

from openpyxl import Workbook

from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports.fixed_zip import fixed_zip
from tuoyu_geo.reports.sheet import add_sheet
from tuoyu_geo.reports.tables import TABLES


def workbook_bytes(outcome: Outcome) -> bytes:
    """The workbook; the same bytes from the same outcome."""
    book = Workbook()
    book.remove(book.worksheets[0])
    note = outcome.note
    line = text(
        "reports.note",
        prepared_by=note.prepared_by or text("reports.nobody"),
        date=note.date,
        notices=text("reports.semicolon").join(note.notices) or text("reports.none"),
    )
    for name, table in TABLES.items():
        columns, rows = table(outcome)
        label = text(f"reports.sheet_{name}")
        add_sheet(
            book,
            name=label,
            title=text("reports.title", county=note.county_name, sheet=label),
            note=line,
            columns=columns,
            rows=rows,
        )
    day = dt.datetime.fromisoformat(note.date)
    book.properties.title = note.title
    book.properties.creator = "tuoyu-geo"
    book.properties.created = book.properties.modified = day
    buffer = io.BytesIO()
    book.save(buffer)
    return fixed_zip(fixed_time(buffer.getvalue(), day))


def fixed_time(data: bytes, day: dt.datetime) -> bytes:
    """Openpyxl puts the clock into docProps/core.xml on saving; put the project's date there."""
    import re  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = day.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(name, content)
    return buffer.getvalue()
