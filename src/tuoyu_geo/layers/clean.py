"""Cells into values: each field by its kind, and a finding for each cell that lost something or can't be read."""

import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.fields import Field, clean_name, fields_of, vocabulary
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, layer_finding
from tuoyu_geo.layers.values import (
    MISSING,
    Reading,
    plain_text,
    read_code,
    read_date,
    read_number,
    read_text,
    read_year,
)

_NOTES: Mapping[str, tuple[str, Severity]] = {
    "rounded": ("value_rounded", "info"),
    "range": ("value_range", "warning"),
    "sum": ("value_sum", "info"),
}
_READERS: Mapping[str, Callable[[object], Reading]] = {
    "number": read_number,
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
    result: dict[str, object] = {}
    findings: list[Finding] = []
    for field in fields_of(source.role):
        if field.field in POSITION_FIELDS:
            continue
        if field.field in columns:
            values, notes = _clean(field, raw, columns[field.field], source)
            findings += notes
        else:
            values = [None] * len(raw.frame)
        result[field.field] = _typed(field, values)
    return pd.DataFrame(result, index=pd.RangeIndex(len(raw.frame))), findings


def _clean(
    field: Field, raw: RawTable, column: str, source: LayerSource
) -> tuple[list[object], list[Finding]]:
    values: list[object] = []
    findings: list[Finding] = []
    cells = raw.frame[column]
    if isinstance(cells, pd.DataFrame):  # two columns of one name; the first is meant
        cells = cells.iloc[:, 0]
    for cell, row in zip(cells, raw.row, strict=True):
        reading = _read(field, cell)
        value = reading.value
        if reading.note == "unreadable":
            allowed = _allowed_words(field)
            findings.append(
                layer_finding(
                    source,
                    f"{_family(field)}_unreadable",
                    row=row,
                    column=column,
                    found=plain_text(cell)[:60],
                    allowed=allowed,
                )
            )
        elif reading.note:
            code, severity = _NOTES[reading.note]
            findings.append(
                layer_finding(
                    source,
                    code,
                    severity=severity,
                    row=row,
                    column=column,
                    found=plain_text(cell)[:60],
                    value=value,
                )
            )
        if field.kind == "number" and isinstance(value, float) and value < 0 and field.field != "floor":
            findings.append(
                layer_finding(source, "value_negative", row=row, column=column, found=plain_text(cell)[:60])
            )
            value = None
        if field.required and value is None:
            findings.append(layer_finding(source, "value_missing", row=row, column=column))
        values.append(value)
    return values, findings


def _family(field: Field) -> str:
    return "coded" if field.kind.startswith(("enum", "bool")) else field.kind


def _vocabulary_name(field: Field) -> str:
    return field.kind.partition(":")[2] or "bool"


def _read(field: Field, cell: object) -> Reading:
    if field.kind.startswith("word:"):  # a known word as its code, any other as it stands
        code = vocabulary(field.kind.partition(":")[2]).get(clean_name(plain_text(cell)))
        return read_text(cell) if code is None else Reading(code, "")
    if _family(field) != "coded":
        return _READERS[field.kind](cell)
    if isinstance(cell, bool | np.bool_):
        word = "true" if cell else "false"
    else:
        word = clean_name(plain_text(cell))
    code = vocabulary(_vocabulary_name(field)).get(word)
    if code is None:
        empty = plain_text(cell).lower() in MISSING
        return Reading(None, "" if empty else "unreadable")
    return Reading({"true": True, "false": False}[code] if field.kind.startswith("bool") else code)


def _allowed_words(field: Field) -> str:
    if _family(field) != "coded":
        return ""
    first: dict[str, str] = {}
    for word, code in vocabulary(_vocabulary_name(field)).items():
        if word != clean_name(code):
            first.setdefault(code, word)
    return "、".join(first.values())


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
