"""findings.csv: everything noticed in the data, to hand back to whoever sent the files."""

import csv
import io
from collections.abc import Sequence

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers import findings_frame
from tuoyu_geo.reports.cells import spreadsheet_safe


def findings_csv_bytes(findings: Sequence[Finding]) -> bytes:
    """A row a finding, as Excel opens it: UTF-8 with a byte order mark; no cell starts a formula."""
    frame = findings_frame(findings)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(["" if cell is None or cell != cell else spreadsheet_safe(cell) for cell in row])  # noqa: PLR0124
    return buffer.getvalue().encode("utf-8-sig")
