"""Spreadsheets as offices fill them: a title row, a 填报单位 row, then the header; merged cells; totals and notes."""

import io
import zipfile

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.fields import clean_name, fields_of
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import EMPTY, RawTable, layer_finding
from tuoyu_geo.layers.values import plain_text

# The header is looked for in the first rows only; a title, a unit and a note stand above it.
HEADER_ROWS = 12
TOTAL_WORDS = ("合计", "小计", "总计", "共计")
NOTE_WORDS = ("备注", "说明", "填表说明", "注", "填表人", "填报人", "审核人", "制表")


def read_workbook(data: bytes, source: LayerSource) -> RawTable:
    """Rows of one sheet of an .xlsx file.

    Real merged ranges are filled, nothing else is; rows of totals and notes are left out and listed; a formula
    that was never worked out is a finding.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  (slow to import)
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    try:
        values = load_workbook(io.BytesIO(data), data_only=True)
        formulas = load_workbook(io.BytesIO(data), data_only=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        return _failed(layer_finding(source, "file_broken", reason=error))
    if source.sheet is not None and source.sheet not in values.sheetnames:
        return _failed(
            layer_finding(source, "sheet_missing", found=source.sheet, sheets="、".join(values.sheetnames))
        )
    sheet = values[source.sheet] if source.sheet is not None else values.worksheets[0]
    grid: list[list[object]] = [list(row) for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        for i in range(merged.min_row - 1, min(merged.max_row, len(grid))):
            for j in range(merged.min_col - 1, merged.max_col):
                grid[i][j] = grid[merged.min_row - 1][merged.min_col - 1]
    findings = [
        layer_finding(source, "formula_unknown", row=i, column=get_column_letter(j), formula=cell.value)
        for i, row in enumerate(formulas[sheet.title].iter_rows(), start=1)
        for j, cell in enumerate(row, start=1)
        if cell.data_type == "f" and grid[i - 1][j - 1] is None
    ]
    return grid_table(grid, source, findings=findings)


def grid_table(grid: list[list[object]], source: LayerSource, *, findings: list[Finding]) -> RawTable:
    """Rows below the header of a grid of cells; row numbers are the grid's, from 1."""
    header = _header_row(grid, source)
    if header is None:
        return _failed(*findings, layer_finding(source, "no_header", rows=HEADER_ROWS))
    names = [plain_text(cell) for cell in grid[header]]
    columns = [j for j, name in enumerate(names) if name]
    rows, numbers = [], []
    for i in range(header + 1, len(grid)):
        cells = [grid[i][j] if j < len(grid[i]) else None for j in columns]
        words = [plain_text(cell) for cell in cells]
        filled = [word for word in words if word]
        if not filled:
            continue
        first = filled[0].replace(" ", "")
        if first in TOTAL_WORDS or first.startswith(TOTAL_WORDS):
            findings.append(layer_finding(source, "total_row", severity="info", row=i + 1, found=first))
        elif len(set(filled)) == 1 and first.startswith(NOTE_WORDS):
            findings.append(layer_finding(source, "note_row", severity="info", row=i + 1, found=first[:40]))
        else:
            rows.append(cells)
            numbers.append(i + 1)
    frame = pd.DataFrame(rows, columns=_unique([names[j] for j in columns]), dtype=object)
    return RawTable(frame=frame, row=np.array(numbers, dtype=np.int64), findings=tuple(findings))


def _header_row(grid: list[list[object]], source: LayerSource) -> int | None:
    known = {clean_name(alias) for field in fields_of(source.role) for alias in (*field.aliases, field.field)}
    known |= {clean_name(column) for column in source.columns.values()}
    scores = [
        len({clean_name(cell) for cell in row if cell is not None} & known) for row in grid[:HEADER_ROWS]
    ]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    for i, row in enumerate(grid[:HEADER_ROWS]):
        if sum(bool(plain_text(cell)) for cell in row) > 1:
            return i
    return None


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return result


def _failed(*findings: Finding) -> RawTable:
    return RawTable(frame=EMPTY.frame, row=EMPTY.row, findings=findings)
