"""Rows of the sheets about candidates and sites."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import number, word, yes_no
from tuoyu_geo.reports.columns import Rows, Table, columns_of, degrees, plain, township_names, year
from tuoyu_geo.reports.sheet import Column

if TYPE_CHECKING:
    import geopandas as gpd

    from tuoyu_geo.outcome import Outcome

# Which vocabulary a drop-down's codes are words of.
VOCABULARY = {"registration": "registration", "nature": "nature", "office_fills": "method"}
FUNDING = ("budget", "superior", "bonds", "social", "own")


def with_choices(
    columns: Sequence[Column], *, outcome: "Outcome | None" = None, **codes: Sequence[str]
) -> list[Column]:
    """Columns with drop-downs: codes as words, and departments of the policy where an outcome is given."""
    lists = {
        text(f"reports.column_{name}"): tuple(str(word(VOCABULARY[name], code)) for code in chosen)
        for name, chosen in codes.items()
    }
    if outcome is not None:
        lists[text("reports.column_department")] = departments(outcome)
        first = outcome.policy.places.year
        begin = max(first, int(outcome.note.date[:4]))
        lists[text("reports.column_by_year")] = tuple(str(begin + k) for k in range(6))
        lists[text("reports.column_funding")] = tuple(text(f"reports.funding_{one}") for one in FUNDING)
    return [replace(column, choices=lists.get(column.label, ())) for column in columns]


def departments(outcome: "Outcome") -> tuple[str, ...]:
    """Every department that a clause names, in the document's order."""
    return tuple(dict.fromkeys(one for clause in outcome.clauses for one in clause.departments))


def _candidate_rows(outcome: "Outcome", rows: "gpd.GeoDataFrame") -> Table:
    township = township_names(outcome)
    columns = columns_of(
        ("id", "text", 10), ("name", "text", 26), ("township", "text", 12), ("candidate_kind", "text", 13),
        ("method", "text", 13), ("places", "count", 9, "sum"), ("places_stated", "count", 9), ("area_m2", "count", 11), ("floor", "count", 7),
        ("cost", "money", 12), ("open_year", "text", 9), ("usable", "text", 7), ("unusable_reason", "text", 26),
        ("hazard", "text", 20), ("hazard_m", "count", 11), ("hazard_needed_m", "count", 11),
        ("selected", "text", 9), ("lon", "degree", 12), ("lat", "degree", 12),
    )  # fmt: skip
    return columns, [
        [
            str(row.Index), plain(row.name), township(row.township_id),
            word("candidate_kind", row.kind), word("method", row.method), number(row.places),
            number(getattr(row, "places_stated", None)), number(row.area_m2), number(row.floor),
            number(row.cost_10k_yuan), year(row.open_year), yes_no(row.usable), plain(row.unusable_reason),
            _hazard(row), number(getattr(row, "hazard_m", None)), number(getattr(row, "hazard_needed_m", None)),
            yes_no(row.selected), lon, lat,
        ]
        for row, (lon, lat) in zip(rows.itertuples(), degrees(rows), strict=True)
    ]  # fmt: skip


def _hazard(row: Any) -> str | None:  # noqa: ANN401  (a named tuple of pandas)
    kind, name = plain(getattr(row, "hazard_kind", None)), plain(getattr(row, "hazard_name", None))
    return kind if name is None or kind is None else text("reports.hazard", kind=kind, name=name)


def candidates(outcome: "Outcome") -> Table:
    """候选点: all of them, with why some can't be used and how far the nearest hazard is."""
    return _candidate_rows(outcome, outcome.candidates)


def kindergartens(outcome: "Outcome") -> Table:
    """幼儿园托班潜力."""
    return _candidate_rows(outcome, outcome.candidates[outcome.candidates["kind"] == "kindergarten"])


def workplaces(outcome: "Outcome") -> Table:
    """工业园区与用人单位."""
    return _candidate_rows(
        outcome, outcome.candidates[outcome.candidates["kind"].isin(["industrial_park", "workplace"])]
    )


def sites(outcome: "Outcome") -> Table:
    """规划设施, in the order in which to open them; the candidates layer can be read from it again."""
    township = township_names(outcome)
    columns = columns_of(
        ("order", "count", 6), ("id", "text", 10), ("name", "text", 26), ("township", "text", 12),
        ("candidate_kind", "text", 13), ("method", "text", 13), ("places", "count", 9, "sum"),
        ("gained_residents", "count", 11, "sum"), ("gained_under3", "count", 11, "sum"), ("area_m2", "count", 10),
        ("floor", "count", 7), ("cost", "money", 11, "sum"), ("land_area_m2", "count", 10),
        ("land_use", "text", 16), ("allocated_land", "text", 8),
        ("reason", "text", 50), ("lon", "degree", 12), ("lat", "degree", 12),
    )  # fmt: skip
    rows: Rows = [
        [
            number(row.order), str(row.Index), plain(row.name), township(row.township_id),
            word("candidate_kind", row.kind), word("method", row.method), number(row.places),
            number(row.gained_residents), number(row.gained_under3), number(row.area_m2), number(row.floor),
            number(row.cost_10k_yuan), number(row.land_area_m2), plain(row.land_use), yes_no(row.allocated_land),
            plain(row.reason), lon, lat,
        ]
        for row, (lon, lat) in zip(outcome.sites.itertuples(), degrees(outcome.sites), strict=True)
    ]  # fmt: skip
    return columns, rows


def projects(outcome: "Outcome") -> Table:
    """近期项目库: the sites as projects, with columns that the office fills in."""
    township = township_names(outcome)
    columns = columns_of(
        ("order", "count", 6), ("project", "text", 28), ("township", "text", 12), ("method", "text", 13),
        ("places", "count", 9, "sum"), ("area_m2", "count", 11, "sum"), ("land_area_m2", "count", 11, "sum"),
        ("cost", "money", 12, "sum"), ("open_year", "text", 9), ("department", "text", 18, "fill"),
        ("funding", "text", 14, "fill"), ("by_year", "text", 9, "fill"),
    )  # fmt: skip
    columns = with_choices(columns, outcome=outcome)
    rows: Rows = [
        [
            number(row.order), plain(row.name), township(row.township_id), word("method", row.method),
            number(row.places), number(row.area_m2), number(row.land_area_m2), number(row.cost_10k_yuan),
            year(row.open_year), None, None, None,
        ]
        for row in outcome.sites.itertuples()
    ]  # fmt: skip
    return columns, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfSites:
    """What can open in one year, and what stands when it has.

    Attributes
    ----------
    year
        As text; a word where the candidates state none.
    n_sites, places, area_m2, cost_10k_yuan
        Of the sites of that year; sums of what is stated, NaN where none states any.
    n_without_cost
        Sites whose cost nobody states.
    places_by_then, per_1000_by_then
        With what counts today and all years before; a 1,000 residents of today, rounded down.
    """

    year: str
    n_sites: int
    places: float
    area_m2: float
    cost_10k_yuan: float
    n_without_cost: int
    places_by_then: float
    per_1000_by_then: float


def by_year(outcome: "Outcome") -> list[YearOfSites]:
    """The sites by the year in which they can open; those that state none come last."""
    found = []
    there = float(outcome.summary["places"]["existing"])
    residents = float(outcome.summary["population"]["residents"])
    sites = outcome.sites
    for opens in [*sorted(sites["open_year"].dropna().unique()), None]:
        rows = sites[sites["open_year"].isna() if opens is None else sites["open_year"].eq(opens)]
        if not len(rows):
            continue
        there += float(rows["places"].sum())
        found.append(
            YearOfSites(
                year=year(opens) or text("reports.no_year"),
                n_sites=len(rows),
                places=float(rows["places"].sum()),
                area_m2=float(rows["area_m2"].sum(min_count=1)),
                cost_10k_yuan=float(rows["cost_10k_yuan"].sum(min_count=1)),
                n_without_cost=int(rows["cost_10k_yuan"].isna().sum()),
                places_by_then=there,
                per_1000_by_then=cut(1000 * there / residents, digits=2) if residents else 0.0,
            )
        )
    return found


def years(outcome: "Outcome") -> Table:
    """分年度建设."""
    columns = columns_of(
        ("open_year", "text", 14), ("n_projects", "count", 12, "sum"), ("places", "count", 12, "sum"),
        ("area_m2", "count", 14, "sum"), ("cost", "money", 16, "sum"), ("n_without_cost", "count", 16, "sum"),
        ("places_by_then", "count", 16), ("per_1000_by_then", "ratio", 16),
    )  # fmt: skip
    rows: Rows = [
        [
            one.year, one.n_sites, number(one.places), number(one.area_m2), number(one.cost_10k_yuan),
            one.n_without_cost, number(one.places_by_then), one.per_1000_by_then,
        ]
        for one in by_year(outcome)
    ]  # fmt: skip
    return columns, rows
