"""Cells into values: each field by its kind, and a finding for each cell that lost something or can't be read."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.dates import unbuilt_status
from tuoyu_geo.layers.fields import Field, allowed_words, clean_name, fields_of, vocabulary
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding
from tuoyu_geo.layers.units import factor_to, split_unit
from tuoyu_geo.layers.values import (
    Reading,
    plain_text,
    read_code,
    read_date,
    read_floor,
    read_number,
    read_text,
    read_year,
    says_nothing,
)
from tuoyu_geo.messages import listed

_NOTES: Mapping[str, tuple[str, Severity]] = {
    "rounded": ("value_rounded", "info"),
    "range": ("value_range", "warning"),
    "sum": ("value_sum", "info"),
    "bound": ("value_bound", "warning"),
    "remark": ("value_remark", "warning"),
    "converted": ("value_converted", "info"),
    "grouped": ("value_grouped", "warning"),
}
_READERS: Mapping[str, Callable[[object], Reading]] = {
    "year": read_year,
    "date": read_date,
    "code": read_code,
    "text": read_text,
}
# Placed by place.py, which knows degrees, minutes and swapped pairs.
POSITION_FIELDS = ("lon", "lat", "x", "y", "lonlat")


def clean_columns(
    raw: RawTable, *, columns: Mapping[str, str], source: LayerSource
) -> tuple[pd.DataFrame, list[Finding]]:
    """All fields of a layer as typed columns, null where the file has none; and findings."""
    result: dict[str, list[object]] = {}
    findings: list[Finding] = []
    fields = [field for field in fields_of(source.role) if field.field not in POSITION_FIELDS]
    for field in fields:
        result[field.field] = [None] * len(raw.frame)
        if field.field in columns:
            result[field.field], notes = _clean(field, raw, columns[field.field], source)
            findings += notes
    if "status" in result:
        result["status"], notes = _status_by_date(result["status"], raw, columns=columns, source=source)
        findings += notes
    typed = {field.field: _typed(field, result[field.field]) for field in fields}
    return pd.DataFrame(typed, index=pd.RangeIndex(len(raw.frame))), findings


def _clean(
    field: Field, raw: RawTable, column: str, source: LayerSource
) -> tuple[list[object], list[Finding]]:
    values: list[object] = []
    findings: list[Finding] = []
    unit = split_unit(column)[1]
    if unit and field.kind == "number" and factor_to(field.unit, word=unit) is None:
        findings.append(
            layer_finding(source, "column_unit", column=column, found=unit, allowed=field.unit_word)
        )
        return [None] * len(raw.frame), findings
    known: dict[str, Reading] = {}
    for cell, row in zip(raw.frame[column], raw.row, strict=True):
        if isinstance(cell, str):
            # A column of a large table says the same few things over and over.
            reading = known[cell] if cell in known else known.setdefault(cell, _read(field, cell, unit))
        else:
            reading = _read(field, cell, unit)
        value = reading.value
        if not reading.note and value is not None and not (isinstance(value, float) and value < 0):
            values.append(value)
            continue
        told = _note_finding(field, reading, cell=cell, row=row, column=column, source=source)
        findings += told
        if field.kind == "number" and isinstance(value, float) and value < 0 and field.field != "floor":
            findings.append(_cell_finding(source, "value_negative", cell=cell, row=row, column=column))
            value = None
        if field.required and value is None and not told:
            findings.append(layer_finding(source, "value_missing", row=row, column=column))
        values.append(value)
    # A factor that the column's name states holds for all its cells, and is told once.
    common = [one for one in findings if one.code == "value_converted"]
    if unit and common:
        findings = [one for one in findings if one.code != "value_converted"]
        factor = f"{factor_to(field.unit, word=unit):g}"
        findings.append(
            layer_finding(
                source,
                "column_converted",
                severity="info",
                column=column,
                found=unit,
                allowed=field.unit_word,
                factor=factor,
                n=len(common),
            )
        )
    return values, findings


def _note_finding(
    field: Field, reading: Reading, *, cell: object, row: int, column: str, source: LayerSource
) -> list[Finding]:
    if reading.note == "unreadable":
        code = f"{_family(field)}_unreadable"
        allowed = listed(allowed_words(field)) or field.unit_word
        return [_cell_finding(source, code, cell=cell, row=row, column=column, allowed=allowed)]
    if field.kind in {"date", "year"} and unbuilt_status(cell) is not None:
        return [_cell_finding(source, "value_unbuilt", severity="info", cell=cell, row=row, column=column)]
    if reading.note:
        code, severity = _NOTES[reading.note]
        return [
            _cell_finding(
                source,
                code,
                severity=severity,
                cell=cell,
                row=row,
                column=column,
                value=_shown(reading.value),
            )
        ]
    return []


def _cell_finding(
    source: LayerSource,
    code: str,
    *,
    cell: object,
    row: int,
    column: str,
    severity: Severity = "error",
    **words: object,
) -> Finding:
    """A finding about one cell, with what stands there."""
    found = plain_text(cell)[:60]
    made = layer_finding(source, code, severity=severity, row=row, column=column, found=found, **words)
    return replace(made, original=str(cell))


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def _status_by_date(
    status: list[object], raw: RawTable, *, columns: Mapping[str, str], source: LayerSource
) -> tuple[list[object], list[Finding]]:
    """The status of estates whose completion says 在建: an estate without a status would be taken for a built one."""
    result, findings = [*status], []
    for name in ("completed_on", "built_year"):
        if name not in columns:
            continue
        column = columns[name]
        for i, (cell, row) in enumerate(zip(raw.frame[column], raw.row, strict=True)):
            told = unbuilt_status(cell)
            if told is not None and result[i] is None:
                result[i] = told
            elif told is not None and result[i] == "built":
                findings.append(
                    _cell_finding(
                        source, "status_contradicts", severity="warning", cell=cell, row=row, column=column
                    )
                )
    return result, findings


def _family(field: Field) -> str:
    return "coded" if field.kind.startswith(("enum", "bool")) else field.kind


def _vocabulary_name(field: Field) -> str:
    return field.kind.partition(":")[2] or "bool"


def _read(field: Field, cell: object, column_unit: str) -> Reading:
    if field.kind == "number":
        if field.unit == "层":
            return read_floor(cell)
        return read_number(cell, unit=field.unit, column_unit=column_unit)
    if field.kind.startswith("word:"):  # a known word as its code, any other as it stands
        code = vocabulary(field.kind.partition(":")[2]).get(clean_name(plain_text(cell)))
        return read_text(cell) if code is None else Reading(code, "")
    if _family(field) != "coded":
        return _READERS[field.kind](cell)
    if isinstance(cell, bool | np.bool_):
        word = "true" if cell else "false"
    else:
        word = clean_name(plain_text(cell))
    words, note = vocabulary(_vocabulary_name(field)), ""
    if word not in words:
        # 已备案(2023年) is 已备案 with a remark.
        word, note = clean_name(re.sub(r"[(\[][^()\[\]]*[)\]]$", "", plain_text(cell))), "remark"
    code = words.get(word)
    if code is None:
        return Reading(None, "" if says_nothing(cell) else "unreadable")
    return Reading({"true": True, "false": False}[code] if field.kind.startswith("bool") else code, note)


def _typed(field: Field, values: list[object]) -> "pd.Series[object] | np.ndarray":
    if field.kind in {"number", "year"}:
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    if field.kind == "date":
        days = [
            np.datetime64("NaT") if value is None else np.datetime64(value)
            for value in values
            if value is None or isinstance(value, dt.date)
        ]
        return np.array(days, dtype="datetime64[s]")
    # pandas would make its own text type of this, in which nothing is NaN rather than None.
    return pd.Series(values, dtype=object)
