"""findings.csv and findings.xlsx: everything noticed in the data, to hand back to whoever sent the files."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from tuoyu_geo.findings import Finding
from tuoyu_geo.formulas import spreadsheet_safe
from tuoyu_geo.layers import findings_frame
from tuoyu_geo.messages import text, xml_safe
from tuoyu_geo.reports.book import Book
from tuoyu_geo.reports.sheet import Column, add_sheet
from tuoyu_geo.schema import NAME, SCHEMAS, stated

# Columns of a sheet, with their widths in characters; the layer is the sheet's own name.
SHEET_COLUMNS = {
    "severity": 8,
    "file": 20,
    "row": 7,
    "cell": 8,
    "column": 16,
    "original": 24,
    "found": 48,
    "allowed": 32,
    "remedy": 36,
}


def findings_csv_bytes(findings: Sequence[Finding]) -> bytes:
    """A row a finding, as Excel opens it: UTF-8 with a byte order mark; no cell starts a formula.

    A table has no place for a word about itself, and a line above the header would be read as one: the form's number
    stands in a last column.
    """
    frame = findings_frame(findings)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([*frame.columns, NAME])
    for row in frame.itertuples(index=False):
        cells = ["" if cell is None or cell != cell else _safe(cell) for cell in row]  # noqa: PLR0124
        writer.writerow([*cells, SCHEMAS["findings"]])
    return buffer.getvalue().encode("utf-8-sig")


LINE_POINTS = 14.0


def _fitted(row: Sequence[object]) -> float:
    """A height [points] for the longest cell: a Chinese character is two wide, and no program fits rows unasked."""
    lines = [
        -(-2 * len(cell) // width)
        for cell, width in zip(row, SHEET_COLUMNS.values(), strict=True)
        if isinstance(cell, str)
    ]
    return LINE_POINTS * max(1, *lines)


def _safe(cell: object) -> object:
    return spreadsheet_safe(xml_safe(cell)) if isinstance(cell, str) else cell


def findings_xlsx_bytes(findings: Sequence[Finding], *, county: str, day: dt.date) -> bytes:
    """A workbook with a sheet for each layer that has findings; the same bytes from the same findings.

    Parameters
    ----------
    findings
        In the order in which they are shown.
    county
        The county's name, in the titles.
    day
        Date of the project, in the file's properties.
    """
    book = Book(day=dt.datetime.combine(day, dt.time()), keywords=stated("findings"))
    columns = [
        Column(label=text(f"layers.listing_{name}"), form="count" if name == "row" else "text", width=width)
        for name, width in SHEET_COLUMNS.items()
    ]
    for layer in dict.fromkeys(finding.layer for finding in findings) or ("project",):
        label = text(f"findings.layer_{layer}")
        rows = [
            [
                text(f"findings.severity_{finding.severity}"),
                *(getattr(finding, name) for name in SHEET_COLUMNS if name != "severity"),
            ]
            for finding in findings
            if finding.layer == layer
        ]
        add_sheet(
            book,
            name=label,
            title=text("reports.findings_title", county=county, layer=label),
            note=text("reports.findings_note"),
            columns=columns,
            rows=rows,
            height_of=_fitted,
        )
    return book.close()
