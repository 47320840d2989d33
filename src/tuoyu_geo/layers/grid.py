"""A grid of cells into rows: the header under its title, in one row or two; totals, notes and samples left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.fields import clean_name, fields_of
from tuoyu_geo.layers.limits import MAX_CELLS, TooLargeError
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.layers.values import plain_text

# The header is looked for in the first rows only; a title, a unit and a note stand above it.
HEADER_ROWS = 15
# Numbers in these units are added up: one that stands in a merged cell must not be counted once a row.
ADDED_UNITS = ("人", "户", "个", "万元", "㎡")
SAMPLE_WORD = "示例"
_TOTAL = re.compile(r"(合计|小计|总计|共计|总合计)([:(\d].*)?|(?i:(sub|grand)?total:?)")
_TOTAL_END = re.compile(r".*(合计|小计|总计)")
_NOTE = re.compile(
    r"(备注|说明|填表说明|填报说明|注|附注)\d*[:.、]|(备注|说明|填表说明|注)$"
    r"|(填表人|填报人|制表人?|审核人?|审批人?|单位负责人|负责人签字|填报日期|填表日期|制表日期|联系电话)[:]?"
)
_SECTION = re.compile(r"[(]?[一二三四五六七八九十]+[)、.]")
_SUSPECT = re.compile(
    r"(?i:total:?\s*$)|[合小总共]\s*计|注|说\s*明|填[表报]|制表|审[核批]|负责人|联系电话|示例|^[(（]?[一二三四五六七八九十]+[)）、.]"
)

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A cell without a value: a formula that was never worked out, or one that failed.

    Attributes
    ----------
    code
        ``formula_unknown`` or ``formula_failed``.
    row, column
        From 0.
    found
        The formula, or the error that stands there.
    """

    code: str
    row: int
    column: int
    found: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Grid:
    """Cells of one sheet.

    Attributes
    ----------
    cells
        Rows of cells from the sheet's first row and column on; None for an empty cell. Rows may differ in length.
    merged
        Merged ranges as first row, first column, last row, last column, from 0 and closed.
    troubles
        Cells that hold no value though something stands there.
    """

    cells: Sequence[Sequence[object]]
    merged: Sequence[Box] = ()
    troubles: Sequence[Trouble] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Header:
    """Where a grid's header stands.

    Attributes
    ----------
    first, last
        Its rows, from 0 and closed; the same row where the header has one.
    names
        A name a column; "" where the column has none.
    n_known
        How many fields of the role the names tell.
    """

    first: int
    last: int
    names: Sequence[str]
    n_known: int


def find_header(grid: Grid, source: LayerSource) -> Header | None:
    """The header among the first rows: the row, or the two rows, whose names tell most fields of the role.

    Two rows are one header where the second holds no number and both together tell more than either alone. Where no
    name is known, the first row with more than one cell stands in.
    """
    known = _known_names(source)
    rows = _filled(grid, range(min(HEADER_ROWS + 1, len(grid.cells))))
    best: Header | None = None
    for i in range(min(HEADER_ROWS, len(rows))):
        names = [plain_text(cell) for cell in rows[i]]
        best = _better(best, Header(first=i, last=i, names=names, n_known=_n_known(names, known)))
    for i in range(min(HEADER_ROWS, len(rows)) - 1):
        if any(_is_number(cell) for cell in rows[i + 1]) or not any(rows[i]):
            continue
        names = _joined(rows[i], rows[i + 1], known)
        best = _better(best, Header(first=i, last=i + 1, names=names, n_known=_n_known(names, known)))
    if best is not None and best.n_known:
        return best
    for i, row in enumerate(rows[:HEADER_ROWS]):
        names = [plain_text(cell) for cell in row]
        if sum(map(bool, names)) > 1:
            return Header(first=i, last=i, names=names, n_known=0)
    return None


def grid_table(grid: Grid, source: LayerSource, *, findings: Sequence[Finding]) -> RawTable:
    """Rows below the header; row numbers are the grid's, from 1.

    Merged ranges are filled, save numbers that are added up: those stand in the first row of their range alone, with
    a finding. Rows of totals, notes, repeated headers and samples are left out and listed.
    """
    notes = [*findings]
    header = find_header(grid, source)
    if header is None:
        return failed(*notes, layer_finding(source, "no_header", rows=HEADER_ROWS))
    columns = [j for j, name in enumerate(header.names) if name]
    names = _unique([header.names[j] for j in columns])
    filled, once = _fill_data(grid, header, source)
    notes += [*_trouble_findings(grid, header, source), *once]
    rows: list[list[object]] = []
    numbers: list[int] = []
    plain_names = [name for name in header.names if name]
    for i in range(header.last + 1, len(filled)):
        row = filled[i]
        cells = [row[j] if j < len(row) else None for j in columns]
        if all(cell is None or cell == "" for cell in cells):
            continue
        left_out = _left_out(cells, first_row=not rows, names=plain_names)
        if left_out is None:
            rows.append([None if cell == "" else cell for cell in cells])
            numbers.append(i + 1)
        else:
            code, word = left_out
            notes.append(layer_finding(source, code, severity="info", row=i + 1, found=word[:40]))
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    letters = {name: column_letter(j) for name, j in zip(names, columns, strict=True)}
    return RawTable(
        frame=frame, row=np.array(numbers, dtype=np.int64), findings=tuple(notes), letters=letters
    )


def _left_out(  # noqa: PLR0911  (a return a reason)
    cells: Sequence[object], *, first_row: bool, names: Sequence[str]
) -> tuple[str, str] | None:
    """Why a row is no datum, as a finding's code and the row's word; None where it is one."""
    filled = [cell for cell in cells if cell is not None and cell != ""]
    if (
        first_row
        and len(filled) > 2
        and [plain_text(cell) for cell in filled] in _column_numbers(len(filled))
    ):
        return "note_row", plain_text(filled[0])
    if isinstance(filled[0], str) and filled[0].strip() and filled[0] in names:
        words = [plain_text(cell) for cell in cells]
        if (
            sum(word != "" and word == name for word, name in zip(words, names, strict=True))
            > len(filled) / 2
        ):
            return "header_row", words[0] or plain_text(filled[0])
    if not any(isinstance(cell, str) and _SUSPECT.search(cell) for cell in filled[:2]):
        return None
    words = [re.sub(r"\s", "", plain_text(cell)) for cell in filled[:2]]
    if words[0].startswith(SAMPLE_WORD) or (len(words) > 1 and words[1].startswith(SAMPLE_WORD)):
        return "sample_row", next(word for word in words if word.startswith(SAMPLE_WORD))
    for word in words:
        if _TOTAL.fullmatch(word) or _TOTAL_END.fullmatch(word):
            return "total_row", word
    alone = len({plain_text(cell) for cell in filled}) == 1
    if (alone and (_NOTE.match(words[0]) or _SECTION.match(words[0]))) or (
        _NOTE.match(words[0]) and re.match(r"[^:]{2,8}:", words[0])
    ):
        return "note_row", words[0]
    return None


def _column_numbers(n: int) -> tuple[list[str], ...]:
    """What stands under a form's header where its columns are numbered."""
    return (
        [str(k) for k in range(1, n + 1)],
        [str(k) for k in range(n)],
        [*"甲乙", *(str(k) for k in range(1, n - 1))],
        ["甲", *(str(k) for k in range(1, n))],
    )


def _known_names(source: LayerSource) -> Mapping[str, str]:
    """The field of each known name, cleaned; a name that two fields share counts for the first."""
    return {**_names_of(source.role)} | {
        clean_name(column): field for field, column in source.columns.items()
    }


@cache
def _names_of(role: str) -> Mapping[str, str]:
    """The names that are known of themselves: a text table is looked at under nine separators, each time for them all."""
    known: dict[str, str] = {}
    for field in fields_of(role):
        for alias in (*field.aliases, field.field):
            known.setdefault(clean_name(alias), field.field)
    return known


def _n_known(names: Sequence[str], known: Mapping[str, str]) -> int:
    return len({known[name] for name in map(clean_name, names) if name in known})


def _better(best: Header | None, other: Header) -> Header:
    return other if best is None or other.n_known > best.n_known else best


def _joined(top: Sequence[object], below: Sequence[object], known: Mapping[str, str]) -> list[str]:
    """A name a column from two rows: 人口 over 常住 is 常住人口; 坐标 over 经度 is 经度."""
    names = []
    for j in range(max(len(top), len(below))):
        above, under = (plain_text(row[j]) if j < len(row) else "" for row in (top, below))
        under = re.sub(r"^其中[:,]?", "", under) if above else under
        if not above or not under or above == under:
            names.append(under or above)
            continue
        forms = (under, under + above, above + under)
        names.append(next((form for form in forms if clean_name(form) in known), above + under))
    return names


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return re.fullmatch(r"[\d.,+-]*\d[\d.,]*", cell.strip()) is not None
    return cell is not None


def _filled(grid: Grid, rows: range) -> list[list[object]]:
    """Some rows with every merged range filled."""
    result = [list(grid.cells[i]) for i in rows]
    widest = max(map(len, result), default=0)
    n_filled = 0
    for top, left, bottom, stated_right in grid.merged:
        right = min(stated_right, widest - 1)  # a range may reach to the sheet's last column
        n_filled += max(0, right + 1 - left) * (min(bottom + 1, len(result)) - top)
        if n_filled > MAX_CELLS:
            raise TooLargeError(f"{len(grid.merged):,}: {n_filled:,}")
        if top >= len(result) or left >= len(result[top]):
            continue
        for i in range(top, min(bottom + 1, len(result))):
            _widen(result[i], right + 1)
            result[i][left : right + 1] = [result[top][left]] * (right + 1 - left)
    return result


def _widen(row: list[object], width: int) -> None:
    row += [None] * (width - len(row))


def _fill_data(
    grid: Grid, header: Header, source: LayerSource
) -> tuple[Sequence[Sequence[object]], list[Finding]]:
    """All rows with merged ranges filled; and a finding a merged range whose number is counted once."""
    inside = [box for box in grid.merged if box[0] > header.last and box[2] > box[0]]
    if not grid.merged:
        return grid.cells, []
    known = _known_names(source)
    added = {
        field.field
        for field in fields_of(source.role)
        if field.kind == "number" and field.unit in ADDED_UNITS
    }
    counted = {j for j, name in enumerate(header.names) if known.get(clean_name(name)) in added}
    findings = []
    once = [box for box in inside if box[1] in counted and box[1] == box[3]]
    for top, left, bottom, _ in once:
        value = plain_text(grid.cells[top][left]) if left < len(grid.cells[top]) else ""
        if value:
            findings.append(
                layer_finding(
                    source,
                    "merged_number",
                    severity="warning",
                    row=top + 1,
                    column=header.names[left],
                    found=value[:40],
                    last=bottom + 1,
                )
            )
    rest = Grid(cells=grid.cells, merged=[box for box in grid.merged if box not in once])
    return _filled(rest, range(len(grid.cells))), findings


def _trouble_findings(grid: Grid, header: Header, source: LayerSource) -> list[Finding]:
    """Cells without a value, each by its name; an error where the column is one that is read."""
    known = _known_names(source)
    findings = []
    for one in grid.troubles:
        name = header.names[one.column] if one.column < len(header.names) else ""
        if one.row > header.last and name:
            findings.append(
                layer_finding(
                    source,
                    one.code,
                    severity="error" if clean_name(name) in known else "info",
                    row=one.row + 1,
                    column=column_letter(one.column),
                    found=one.found[:60],
                    cell=f"{column_letter(one.column)}{one.row + 1}",
                    name=name,
                )
            )
    return findings


def column_letter(column: int) -> str:
    """A column, from 0, as a spreadsheet names it."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _unique(names: Sequence[str]) -> list[str]:
    """Names told apart by asterisks, which matching passes over: two columns of one name are asked about."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        result.append(name + "*" * seen.get(name, 0))
        seen[name] = seen.get(name, 0) + 1
    return result
