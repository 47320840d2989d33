"""rollup.xlsx and rollup.html: a batch's counties added up by prefecture and province, and those that are missing, named."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuoyu_geo.batch.figures import Basis, CountyFigures, Total, read_figures, totals
from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.layers.listing import COLUMNS as FINDING_COLUMNS
from tuoyu_geo.manifest import read_manifest
from tuoyu_geo.messages import LANGUAGES, has_text, listed, speaking, text

MOST_NOTICES = 6
"""Sentences of the counties' own that a page has room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A county that has no figures here.

    Attributes
    ----------
    record
        What became of it.
    reason
        Why, in a sentence.
    findings
        Its error findings, as findings.csv has them, by column.
    """

    record: CountyRecord
    reason: str
    findings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Rollup:
    """What the workbook and the map show.

    Attributes
    ----------
    folder
        The batch's folder.
    records
        All counties, in order of code and key.
    counties, failures
        Those with figures, and the others.
    totals
        All counties, then each province and its prefectures.
    notices
        What must stand on every sheet and map.
    date
        The latest of the counties' own, "" where none is known: never the clock's.
    """

    folder: Path
    records: tuple[CountyRecord, ...]
    counties: tuple[CountyFigures, ...]
    failures: tuple[Failure, ...]
    totals: tuple[Total, ...]
    notices: tuple[str, ...]
    date: str


def read_rollup(folder: Path, records: Sequence[CountyRecord]) -> Rollup:
    """Read what the counties of a batch came to.

    Parameters
    ----------
    folder
        The batch's folder, with each county's outputs.
    records
        What became of them.
    """
    ordered = tuple(sorted(records, key=lambda one: (not one.county_code, one.county_code, one.key)))
    figures = {record.key: read_figures(folder, record) for record in ordered}
    counties = tuple(one for one in figures.values() if one is not None)
    settings = [_settings(folder / one.record.folder) for one in counties]
    sums = totals(ordered, counties)
    return Rollup(
        folder=folder,
        records=ordered,
        counties=counties,
        failures=tuple(_failure(folder, one) for one in ordered if figures[one.key] is None),
        totals=sums,
        notices=(*_warnings(sums[0], counties), *_of_counties(settings)),
        date=max((str(one["project"]["date"]) for one in settings if one), default=""),
    )


def county_name(record: CountyRecord) -> str:
    """A county's name; its key where it states none."""
    return record.county_name or record.title or record.key


def counted_words(total: Total) -> str:
    """How many of the counties a sum rests on, such as 78/80 县."""
    return text("rollup.counted", n=len(total.counties), of=total.n_counties)


def place_words(total: Total) -> str:
    """What a sum is of; nobody told us a province's name, so that it goes by its code."""
    if total.level == "all":
        return text("rollup.level_all")
    return text(f"rollup.level_{total.level}", code=total.code or text("rollup.no_code"))


def basis_words(basis: Basis) -> str:
    """How coverage is meant: reading, standards and how ways are measured."""
    standards = listed(
        text(
            "rollup.standard",
            area=_word("area_kind", area),
            mode=_word("mode", mode),
            value=value,
            unit=_word("unit", unit),
        )
        for area, mode, value, unit in basis.standards
    )
    return text(
        "rollup.basis",
        reading=text(f"coverage.reading_{basis.reading}"),
        standards=standards,
        method=text(f"rollup.method_{basis.method}"),
    )


def remark_words(total: Total) -> str:
    """Why a sum has no share, or rests on fewer counties; "" where nothing is to be said."""
    said = []
    if len(total.counties) < total.n_counties:
        said.append(text("rollup.some_missing", n=total.n_counties - len(total.counties)))
    if total.doubled:
        said.append(text("rollup.doubled", codes=listed(total.doubled)))
    if len(total.bases) > 1:
        said.append(text("rollup.not_added", n=len(total.bases)))
    elif total.counties and not total.doubled and total.sum("people") is None:
        said.append(text("rollup.no_counts"))
    return text("words.list_semicolon").join(said)


def _word(vocabulary: str, code: str) -> str:
    key = f"words.{vocabulary}.{code}"
    return text(key) if has_text(key) else code


def _warnings(whole: Total, counties: Sequence[CountyFigures]) -> list[str]:
    found = []
    if len(whole.counties) < whole.n_counties:
        found.append(text("rollup.notice_missing", n=len(whole.counties), of=whole.n_counties))
    if whole.doubled:
        found.append(text("rollup.doubled", codes=listed(whole.doubled)))
    if len(whole.bases) > 1:
        found.append(text("rollup.notice_mixed", n=len(whole.bases)))
    unverified = sum(not county.verified for county in counties)
    if unverified:
        found.append(text("rollup.notice_radius", n=unverified, of=len(counties)))
    return found


def _of_counties(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The counties' own notices, each once, and how many rest on synthetic, unverified or estimated figures."""
    said = dict.fromkeys(notice for one in settings if one for notice in one["project"]["notices"])
    qualities = [{layer["quality"] for layer in one["layers"].values()} for one in settings if one]
    found = [
        text(f"rollup.notice_{quality}", n=n, of=len(settings))
        for quality in ("synthetic", "unverified")
        if (n := sum(quality in own for own in qualities))
    ]
    estimated = sum(one["demand"]["under3_quality"] != "official" for one in settings if one)
    if estimated:
        found.append(text("rollup.notice_under3", n=estimated, of=len(settings)))
    found += list(said)[:MOST_NOTICES]
    if len(said) > MOST_NOTICES:
        found.append(text("rollup.notice_more", n=len(said) - MOST_NOTICES))
    return found


def _settings(outputs: Path) -> Mapping[str, Any]:
    """The project's settings as its run took them; empty where its manifest can't be read."""
    manifest = read_manifest(outputs / "manifest.json")
    settings: Mapping[str, Any] = {} if manifest is None else manifest.settings.get("project", {})
    return settings


def _failure(folder: Path, record: CountyRecord) -> Failure:
    if record.status == "failed":
        reason = record.reason
    else:
        reason = text("rollup.waiting" if record.status == "waiting" else "rollup.unreadable")
    return Failure(
        record=record, reason=reason, findings=_errors(folder / record.folder / "findings.csv", record)
    )


def _errors(path: Path, record: CountyRecord) -> tuple[Mapping[str, str], ...]:
    if record.status != "failed" or not path.is_file():
        return ()
    words = set()
    for language in LANGUAGES:
        with speaking(language):
            words.add(text("findings.severity_error"))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [dict(zip(FINDING_COLUMNS, line, strict=False)) for line in list(csv.reader(stream))[1:]]
    return tuple(line for line in lines if line.get("severity") in words)
