"""What columns mean: the table of fields and aliases, and how a file's columns are matched to it."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.messages import text

# A shapefile cuts names at 10 bytes: three Chinese characters in UTF-8, five in GBK.
SHORTEST_CUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of columns.csv: what a column of a layer means."""

    layer: str
    field: str
    kind: str
    unit: str
    required: bool
    aliases: tuple[str, ...]
    meaning: str


@cache
def fields_of(layer: str) -> tuple[Field, ...]:
    """The fields of a layer, in the table's order."""
    with files(__package__).joinpath("columns.csv").open(encoding="utf-8") as stream:
        return tuple(
            Field(
                layer=row["layer"],
                field=row["field"],
                kind=row["kind"],
                unit=row["unit"],
                required=row["required"] == "yes",
                aliases=tuple(row["aliases"].split("|")),
                meaning=row["meaning"],
            )
            for row in csv.DictReader(stream)
            if row["layer"] == layer
        )


@cache
def vocabulary(name: str) -> Mapping[str, str]:
    """Codes of a vocabulary by every word that stands for them, cleaned as `clean_name` does."""
    with files(__package__).joinpath("vocabulary.csv").open(encoding="utf-8") as stream:
        return {
            clean_name(word): row["code"]
            for row in csv.DictReader(stream)
            if row["vocabulary"] == name
            for word in (row["code"], *row["aliases"].split("|"))
        }


def clean_name(name: object) -> str:
    """A column's or a coded value's name without what writers add: width, case, spaces, brackets, units."""
    plain = unicodedata.normalize("NFKC", str(name)).casefold()
    plain = re.sub(r"\((人|户|个|家|m2|㎡|平方米|万元|年|层|°)\)", "", plain)
    plain = plain.replace("居(村)", "村居").replace("村(居)", "村居")
    # a minus before a number is no dash: one-way streets are coded 1 and -1
    return re.sub(r"[\s_:()\[\]【】·/—–*]+|(?!^-\d)-", "", plain)


def match_columns(columns: Sequence[str], source: LayerSource) -> tuple[dict[str, str], list[Finding]]:
    """The file's column for each field.

    A name the project gives wins; then the alias that stands first in the table; then, for names a shapefile cut,
    the one alias of which the name is the beginning. Where two columns fit equally, a finding asks.

    Returns
    -------
    By field: the file's column; and findings for what is missing or ambiguous.
    """
    findings: list[Finding] = []
    found: dict[str, str] = {}
    fields = fields_of(source.role)
    for wanted, column in source.columns.items():
        if wanted not in {one.field for one in fields}:
            findings.append(
                _finding(source, "field_unknown", wanted, allowed="、".join(one.field for one in fields))
            )
        elif column not in columns:
            findings.append(_finding(source, "column_not_there", column, allowed="、".join(columns)))
        else:
            found[wanted] = column
    free = [column for column in columns if column not in found.values()]
    for field in fields:
        if field.field in found:
            continue
        matches = _matches(field, free)
        if len(matches) > 1:
            findings.append(_finding(source, "column_ambiguous", "、".join(matches), field=field))
        elif matches:
            found[field.field] = matches[0]
            free.remove(matches[0])
        elif field.required:
            findings.append(_finding(source, "column_missing", "、".join(columns), field=field))
    return found, findings


def _matches(field: Field, columns: Sequence[str]) -> list[str]:
    cleaned = {column: clean_name(column) for column in columns}
    for alias in (*field.aliases, field.field):
        exact = [column for column, name in cleaned.items() if name == clean_name(alias)]
        if exact:
            return exact
    beginnings = [
        column
        for column, name in cleaned.items()
        if len(name) >= SHORTEST_CUT
        and re.search(r"[\u4e00-\u9fff]", name)
        and any(
            len(clean_name(alias)) > len(name) and clean_name(alias).startswith(name)
            for alias in field.aliases
        )
    ]
    return beginnings if len(beginnings) == 1 else []


def _finding(
    source: LayerSource,
    code: str,
    found: str,
    *,
    allowed: str = "",
    field: Field | None = None,
) -> Finding:
    words = {"found": found, "allowed": allowed}
    if field is not None:
        words |= {"field": field.field, "meaning": field.meaning, "allowed": "、".join(field.aliases)}
    return Finding(
        code=code,
        severity="error",
        layer=source.role,
        file=source.file,
        row=None,
        column=None if field is None else field.aliases[0],
        found=text(f"layers.{code}_found", **words),
        allowed=text(f"layers.{code}_allowed", **words),
        remedy=text(f"layers.{code}_remedy", role=source.role, **words),
    )
