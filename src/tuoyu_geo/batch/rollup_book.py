"""rollup.xlsx: the batch by province and prefecture, by county, the flags, the ways of judging, and what is missing."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence

from tuoyu_geo.batch.figures import CountyFigures, Total
from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.rollup import (
    Failure,
    Rollup,
    basis_words,
    counted_words,
    county_name,
    place_words,
    remark_words,
)
from tuoyu_geo.messages import listed, text
from tuoyu_geo.reports.book import Book
from tuoyu_geo.reports.cells import judged, number, word
from tuoyu_geo.reports.sheet import Column, add_sheet
from tuoyu_geo.schema import stated

NO_DATE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  (a document property where no county states a date)
Rows = Sequence[Sequence[object]]


def book_bytes(view: Rollup) -> bytes:
    """The workbook; the same bytes from the same outputs."""
    day = dt.datetime.fromisoformat(view.date) if view.date else NO_DATE
    book = Book(title=text("rollup.title"), day=day, keywords=stated("batch"))
    sheets: tuple[tuple[str, Callable[[Rollup], tuple[list[Column], Rows]]], ...] = (
        ("levels", _levels),
        ("level_rules", _level_rules),
        ("counties", _counties),
        ("county_rules", _county_rules),
        ("flags", _flags),
        ("bases", _bases),
        ("missing", _missing),
    )
    for n, (name, table) in enumerate(sheets, start=1):
        columns, rows = table(view)
        label = text(f"rollup.sheet_{name}")
        add_sheet(
            book,
            name=label,
            title=text("rollup.sheet_title", n=n, sheet=label, counted=counted_words(view.totals[0])),
            note=text(
                "rollup.sheet_note",
                unit=text(f"rollup.unit_{name}"),
                date=view.date or text("reports.none"),
                notices=text("reports.semicolon").join(view.notices) or text("reports.none"),
            ),
            columns=columns,
            rows=rows,
            total=text("rollup.total", counted=counted_words(view.totals[0])),
        )
    return book.close()


def _column(name: str, form: str = "count", *, width: float = 9.0, summed: bool = False) -> Column:
    return Column(label=text(f"rollup.column_{name}"), form=form, width=width, summed=summed)


def _share(value: float | None) -> float | int | None:
    return judged(value, digits=3)


def _ratio(value: float | None) -> float | int | None:
    return judged(value, digits=2)


def _gap(value: float | None) -> float | int | None:
    """A gap rounded up to the digits shown: none that is open looks closed."""
    return None if value is None else number(math.ceil(round(value * 1e4, 6)) / 1e4)


_PLACES = ("counted", "proposed", "places_today", "places_proposed", "places_required")
_RULES = ("quotas", "quotas_today", "quotas_plan")


def _people_columns(*, added: bool, alike: bool) -> list[Column]:
    """Residents, coverage, institutions and places, as both the levels and the counties have them."""
    return [
        _column("residents", width=11, summed=added),
        _column("under3", summed=added),
        _column("people", width=11, summed=alike),
        _column("covered_today", width=11, summed=alike),
        _column("covered_plan", width=11, summed=alike),
        _column("today_share", "share"),
        _column("plan_share", "share"),
        *(_column(name, width=8, summed=added) for name in _PLACES),
        _column("per_1000_today", "ratio", width=8),
        _column("per_1000_plan", "ratio", width=8),
    ]


def _levels(view: Rollup) -> tuple[list[Column], Rows]:
    columns = [
        _column("place", "text", width=15),
        _column("done", "text", width=10),
        *_people_columns(added=False, alike=False),
        _column("remark", "text", width=30),
    ]
    return columns, [_level_row(total) for total in view.totals]


def _level_row(total: Total) -> Sequence[object]:
    return (
        place_words(total),
        counted_words(total),
        number(total.sum("residents")),
        number(total.sum("under3")),
        number(total.sum("people") if len(total.bases) == 1 else None),
        number(total.covered("today")),
        number(total.covered("plan")),
        _share(total.share("today")),
        _share(total.share("plan")),
        *(number(total.sum(name)) for name in _PLACES),
        _ratio(total.per_1000("places_today")),
        _ratio(total.per_1000("places_today", "places_proposed")),
        remark_words(total),
    )


def _level_rules(view: Rollup) -> tuple[list[Column], Rows]:
    columns = [
        _column("place", "text", width=15),
        _column("done", "text", width=10),
        *(_column(name, width=11) for name in _RULES),
        _column("counties_short", width=11),
        _column("flags", width=11),
        _column("cost", "money", width=13),
        _column("cost_unstated", width=11),
        _column("optimal", width=11),
        _column("largest_gap", "gap", width=11),
    ]
    rows = [
        (
            place_words(total),
            counted_words(total),
            *(number(total.sum(name)) for name in _RULES),
            sum(county.sums["shortfalls"] > 0 for county in total.counties),
            *(
                number(total.sum(name))
                for name in ("flags", "cost_10k_yuan", "cost_unstated_sites", "optimal")
            ),
            _gap(total.largest_gap),
        )
        for total in view.totals
    ]
    return columns, rows


def _named(record: CountyRecord) -> tuple[str, str]:
    return record.county_code or record.key, county_name(record)


def _counties(view: Rollup) -> tuple[list[Column], Rows]:
    whole = view.totals[0]
    columns = [
        _column("code", "text", width=11),
        _column("county", "text", width=18),
        _column("state", "text", width=9),
        _column("basis_number", width=6),
        *_people_columns(added=not whole.doubled, alike=whole.covered("plan") is not None),
    ]
    figures = {county.record.key: county for county in view.counties}
    rows: list[Sequence[object]] = []
    for record in view.records:
        county = figures.get(record.key)
        if county is None:
            rows.append((*_named(record), text("rollup.state_missing"), *(None,) * (len(columns) - 3)))
        else:
            basis = whole.bases.index(county.basis) + 1
            rows.append((*_named(record), text("rollup.state_done"), basis, *_people(county)))
    return columns, rows


def _people(county: CountyFigures) -> Sequence[object]:
    sums = county.sums
    places, residents = sums["places_today"], sums["residents"]
    return (
        *(
            number(sums.get(name))
            for name in ("residents", "under3", "people", "covered_today", "covered_plan")
        ),
        _share(county.today_share),
        _share(county.plan_share),
        *(number(sums[name]) for name in _PLACES),
        _ratio(1000 * places / residents if residents else None),
        _ratio(1000 * (places + sums["places_proposed"]) / residents if residents else None),
    )


def _county_rules(view: Rollup) -> tuple[list[Column], Rows]:
    added = not view.totals[0].doubled
    columns = [
        _column("code", "text", width=11),
        _column("county", "text", width=18),
        _column("target", "share", width=8),
        *(_column(name, width=10, summed=added) for name in (*_RULES, "shortfalls", "flags")),
        _column("cost", "money", width=12, summed=added),
        _column("cost_unstated", width=10, summed=added),
        _column("solver_status", "text", width=12),
        _column("solver_gap", "gap", width=8),
        _column("reason", "text", width=40),
    ]
    figures = {county.record.key: county for county in view.counties}
    reasons = {failure.record.key: failure.reason for failure in view.failures}
    rows: list[Sequence[object]] = []
    for record in view.records:
        county = figures.get(record.key)
        if county is None:
            rows.append((*_named(record), *(None,) * (len(columns) - 3), reasons[record.key]))
            continue
        names = (*_RULES, "shortfalls", "flags", "cost_10k_yuan", "cost_unstated_sites")
        rows.append(
            (
                *_named(record),
                _share(county.target_share),
                *(number(county.sums[name]) for name in names),
                word("solver_status", county.solver_status),
                _gap(county.solver_gap),
                None,
            )
        )
    return columns, rows


def _flags(view: Rollup) -> tuple[list[Column], Rows]:
    kinds = sorted({kind for county in view.counties for kind in county.flags})
    added = not view.totals[0].doubled
    columns = [
        _column("code", "text", width=11),
        _column("county", "text", width=18),
        *(Column(label=word("flag", kind) or kind, form="count", width=12, summed=added) for kind in kinds),
        _column("flags", summed=added),
    ]
    rows = [
        (
            *_named(county.record),
            *(county.flags.get(kind, 0) for kind in kinds),
            sum(county.flags.values()),
        )
        for county in view.counties
    ]
    return columns, rows


def _bases(view: Rollup) -> tuple[list[Column], Rows]:
    columns = [
        _column("basis_number", width=6),
        _column("basis", "text", width=50),
        _column("n_counties"),
        _column("n_unverified"),
        _column("which", "text", width=70),
    ]
    rows = []
    for n, basis in enumerate(view.totals[0].bases, start=1):
        own = [county for county in view.counties if county.basis == basis]
        names = [county_name(county.record) for county in own]
        rows.append((n, basis_words(basis), len(own), sum(not one.verified for one in own), listed(names)))
    return columns, rows


def _missing(view: Rollup) -> tuple[list[Column], Rows]:
    columns = [
        _column("code", "text", width=11),
        _column("county", "text", width=18),
        _column("reason", "text", width=46),
        _column("file", "text", width=18),
        _column("row", width=7),
        _column("found", "text", width=46),
        _column("remedy", "text", width=40),
    ]
    return columns, [row for failure in view.failures for row in _missing_rows(failure)]


def _missing_rows(failure: Failure) -> Iterable[Sequence[object]]:
    named = (*_named(failure.record), failure.reason)
    if not failure.findings:
        yield (*named, None, None, None, None)
    for one in failure.findings:
        row = one.get("row", "")
        yield (*named, one["file"], int(row) if row.isdigit() else None, one["found"], one["remedy"])
