"""What columns mean: the table of fields and aliases, and how a file's columns are matched to it."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import pandas as pd

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.reading import plain_text, says_nothing
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.units import split_unit
from tuoyu_geo.messages import has_text, language, listed, text

# A shapefile cuts names at 10 bytes: three Chinese characters in UTF-8, five in GBK.
SHORTEST_CUT = 3
CUT_BYTES = 10
# Kinds of which a wrong column gives wrong figures.
COUNTED = frozenset({"number", "year", "date"})

# What a unit of columns.csv is called in the catalogue; the others read the same in every language.
_UNIT_KEYS = {
    "人": "persons",
    "户": "households",
    "个": "places",
    "万元": "cost",
    "层": "floor",
    "年": "year",
    "人/户": "household_size",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of columns.csv: what a column of a layer means."""

    layer: str
    field: str
    kind: str
    unit: str
    required: bool
    aliases: tuple[str, ...]
    meaning_zh: str
    meaning_en: str

    @property
    def meaning(self) -> str:
        """What the column means, in the language now spoken."""
        return self.meaning_en if language() == "en" else self.meaning_zh

    @property
    def heading(self) -> str:
        """The column's first name, in the language now spoken."""
        if language() == "zh":
            return self.aliases[0]
        return self.field if self.field in self.aliases else self.aliases[-1]

    @property
    def unit_word(self) -> str:
        """The unit in the language now spoken."""
        key = f"words.field_unit.{_UNIT_KEYS.get(self.unit, '')}"
        return text(key) if has_text(key) else self.unit


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
                meaning_zh=row["meaning"],
                meaning_en=row["meaning_en"],
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


def allowed_words(field: Field) -> tuple[str, ...]:
    """The words that a coded field takes, one a code; none where it takes any."""
    if not (field.kind.startswith("enum") or field.kind == "bool"):
        return ()
    if language() == "en":
        return tuple(dict.fromkeys(vocabulary(field.kind.partition(":")[2] or "bool").values()))
    first: dict[str, str] = {}
    for word, code in vocabulary(field.kind.partition(":")[2] or "bool").items():
        if word != clean_name(code):
            first.setdefault(code, word)
    return tuple(first.values())


def clean_name(name: object) -> str:
    """A column's or a coded value's name without what writers add: width, case, spaces, brackets, units."""
    return _cleaned(str(name))


@lru_cache(maxsize=10_000)
def _cleaned(name: str) -> str:
    plain, _ = split_unit(name)
    plain = re.sub(r"[(\[【](?:必填|选填|可选|可不填)[)\]】]", "", plain)
    plain = plain.replace("居(村)", "村居").replace("村(居)", "村居")
    # a minus before a number is no dash: one-way streets are coded 1 and -1
    return re.sub(r"[\s_:()\[\]【】〔〕·/—–*,。'\"]+|(?!^-\d)-", "", plain)


def match_columns(
    columns: Sequence[str], source: LayerSource, *, frame: pd.DataFrame | None = None
) -> tuple[dict[str, str], list[Finding]]:
    """The file's column for each field.

    A name the project gives wins; then the alias that stands first in the table, also behind a year (2023年末常住人口);
    then, for names a shapefile cut, the one alias of which the name is the beginning. Where two columns fit equally
    and don't say the same, a finding asks; where the one taken is only the better of two, a finding tells; and one
    that nearly fits a field without a column is named.

    Parameters
    ----------
    columns
        The file's columns.
    source
        The layer's source, with the columns that the project names.
    frame
        The cells under those columns; without them, two columns that fit are taken to differ.

    Returns
    -------
    By field: the file's column; and findings for what is missing or ambiguous.
    """
    columns = [str(column) for column in columns]
    fields = fields_of(source.role)
    found, findings = _by_hand(columns, source)
    free = [column for column in columns if column not in found.values()]
    chosen: dict[str, Field] = {}
    for field in fields:
        if field.field in found:
            continue
        matches = _matches(field, free)
        if len(matches) > 1 and not _same_cells(frame, matches):
            findings.append(_finding(source, "column_ambiguous", listed(matches), field=field))
        elif matches:
            found[field.field] = matches[0]
            chosen[field.field] = field
        elif field.required:
            findings.append(_finding(source, "column_missing", listed(columns), field=field))
        free = [column for column in free if column not in matches]
    for name, field in chosen.items():
        others = [one for one in free if _ranks(field, [one]) and not _same_cells(frame, [found[name], one])]
        if others:
            severity: Severity = "warning" if field.kind in COUNTED else "info"
            findings.append(
                _finding(
                    source,
                    "column_other",
                    listed(others),
                    field=field,
                    severity=severity,
                    taken=found[name],
                )
            )
    told = {one for name, field in chosen.items() for one in free if _ranks(field, [one])}
    for field in fields:
        near = [one for one in free if one not in told and _is_near(field, one)]
        if near and field.field not in found and not field.required:
            severity = "warning" if field.kind in COUNTED else "info"
            findings.append(_finding(source, "column_perhaps", listed(near), field=field, severity=severity))
            told |= set(near)
    return found, findings


def _by_hand(columns: Sequence[str], source: LayerSource) -> tuple[dict[str, str], list[Finding]]:
    """The columns that the project names itself."""
    found: dict[str, str] = {}
    findings = []
    known = [one.field for one in fields_of(source.role)]
    for wanted, column in source.columns.items():
        alike = [one for one in columns if plain_text(one) == plain_text(column)]
        if wanted not in known:
            findings.append(_finding(source, "field_unknown", wanted, allowed=listed(known)))
        elif column in columns:
            found[wanted] = column
        elif len(alike) == 1:
            found[wanted] = alike[0]
        else:
            findings.append(_finding(source, "column_not_there", column, allowed=listed(columns)))
    return found, findings


def _bare_name(column: str, columns: Sequence[str]) -> str:
    """A column's cleaned name; the second of two columns of one name is read as name.2 and means the same."""
    first = re.sub(r"\.\d+$", "", column)
    return clean_name(first if first in columns else column)


def _ranks(field: Field, columns: Sequence[str]) -> dict[str, int]:
    """How far down the field's aliases each column stands that bears one of them."""
    aliases = [clean_name(alias) for alias in (*field.aliases, field.field)]
    ranks = {}
    for column in columns:
        name = _bare_name(column, columns)
        without_year = re.sub(r"^(?:截[至止])?(?:19|20)\d\d年?[末底度]?", "", name)
        for k, one in enumerate((name, without_year)):
            if one in aliases:
                ranks[column] = aliases.index(one) + k * len(aliases)
                break
    return ranks


def _matches(field: Field, columns: Sequence[str]) -> list[str]:
    ranks = _ranks(field, columns)
    if ranks:
        best = min(ranks.values())
        return [column for column in columns if ranks.get(column) == best]
    beginnings = [
        column
        for column in columns
        if _may_be_cut(column)
        and any(clean_name(alias).startswith(clean_name(column)) for alias in (*field.aliases, field.field))
    ]
    return beginnings if len(beginnings) == 1 else []


def _may_be_cut(column: str) -> bool:
    name = clean_name(column)
    if re.search(r"[\u4e00-\u9fff]", name):
        return len(name) >= SHORTEST_CUT
    return len(column) == CUT_BYTES


def _is_near(field: Field, column: str) -> bool:
    """Whether a column's name holds an alias of the field's, or ends with a short one."""
    name = clean_name(column)
    aliases = [clean_name(alias) for alias in field.aliases if re.search(r"[\u4e00-\u9fff]", alias)]
    return any(
        (len(alias) > 2 and alias in name) or (len(alias) == 2 and name.endswith(alias)) for alias in aliases
    )


def _same_cells(frame: pd.DataFrame | None, columns: Sequence[str]) -> bool:
    """Whether columns say the same in every row."""
    if frame is None:
        return False
    first, *others = (
        [None if says_nothing(cell) else plain_text(cell) for cell in frame[column]] for column in columns
    )
    return all(other == first for other in others)


def _finding(
    source: LayerSource,
    code: str,
    found: str,
    *,
    allowed: str = "",
    taken: str = "",
    field: Field | None = None,
    severity: Severity = "error",
) -> Finding:
    words = {"found": found, "allowed": allowed, "taken": taken}
    if field is not None:
        words |= {"field": field.field, "meaning": field.meaning, "allowed": listed(field.aliases)}
    return Finding(
        code=code,
        severity=severity,
        layer=source.role,
        file=source.file,
        row=None,
        column=None if field is None else field.heading,
        found=text(f"layers.{code}_found", **words),
        allowed=text(f"layers.{code}_allowed", **words),
        remedy=text(f"layers.{code}_remedy", role=source.role, **words),
    )
