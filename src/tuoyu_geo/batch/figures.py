"""What counties add up to: every sum from counts, every share from two sums, and no share where counties are judged differently."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.resume import read_summary

PREFECTURE, PROVINCE = 4, 2
"""Digits of a county's code that stand for its prefecture and its province."""
COUNTED_IN_FULL = frozenset({"residents", "under3", "communities", "townships"})
"""Readings whose counts are whole: a share of six decimals gives them back exactly."""

Level = Literal["all", "province", "prefecture"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """How a county's coverage is meant; shares of different ones can't be added.

    Attributes
    ----------
    reading
        Headline reading of the policy.
    standards
        By kind of area: area, mode, value, unit.
    method
        "network", or how else ways were measured.
    """

    reading: str
    standards: tuple[tuple[str, str, float, str], ...]
    method: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CountyFigures:
    """One county of a batch with the figures of its plan.

    Attributes
    ----------
    record
        What became of it.
    sums
        What may be added up, by name: residents, under3, existing (institutions), counted, proposed, places_today,
        places_proposed, places_required, cost_10k_yuan, cost_unstated_sites, quotas (townships that have one),
        quotas_today and quotas_plan (that meet it), shortfalls (rules not met), flags, optimal (1 where proven);
        people (what the headline reading counts), covered_today, covered_plan where the reading has counts.
    flags
        Number of flags by kind.
    today_share, plan_share
        Coverage in the headline reading, as the county's own outputs have it.
    basis, verified, target_share
        How it is meant, whether the standards are verified, and what is asked.
    solver_status, solver_gap
        Of the plan.
    """

    record: CountyRecord
    sums: Mapping[str, float]
    flags: Mapping[str, int]
    today_share: float | None
    plan_share: float | None
    basis: Basis
    verified: bool
    target_share: float
    solver_status: str
    solver_gap: float | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Total:
    """Counties added up.

    Attributes
    ----------
    level, code
        "all" with "", or a province or prefecture with its digits; "" where a county states no code.
    n_counties
        How many there are, with those that have no plan.
    counties
        Those that the sums rest on.
    """

    level: Level
    code: str
    n_counties: int
    counties: tuple[CountyFigures, ...]

    @property
    def doubled(self) -> tuple[str, ...]:
        """Codes of counties that stand here more than once: added up, their people would count twice."""
        n = Counter(county.record.county_code for county in self.counties)
        return tuple(sorted(code for code in n if code and n[code] > 1))

    def sum(self, name: str) -> float | None:
        """A sum; None where there is nothing to add, a county counts twice or a county's reading has no counts."""
        if self.doubled:
            return None
        values = [county.sums.get(name) for county in self.counties]
        known = [value for value in values if value is not None]
        return sum(known) if known and len(known) == len(values) else None

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The different ways in which the counties' coverage is meant."""
        return tuple(dict.fromkeys(county.basis for county in self.counties))

    def share(self, when: Literal["today", "plan"]) -> float | None:
        """Covered people by all people; None where counties are judged differently or nothing can be counted."""
        covered, people = self.covered(when), self.sum("people")
        return None if covered is None or not people else covered / people

    def covered(self, when: Literal["today", "plan"]) -> float | None:
        """Covered people; None as in `share`."""
        return self.sum(f"covered_{when}") if len(self.bases) == 1 else None

    def per_1000(self, *names: str) -> float | None:
        """Places a 1,000 residents, of the places of these names together."""
        places, residents = [self.sum(name) for name in names], self.sum("residents")
        known = [one for one in places if one is not None]
        return 1000 * sum(known) / residents if residents and len(known) == len(places) else None

    @property
    def largest_gap(self) -> float | None:
        """The largest gap between a plan and its bound."""
        return max((one.solver_gap for one in self.counties if one.solver_gap is not None), default=None)


def read_figures(folder: Path, record: CountyRecord) -> CountyFigures | None:
    """The figures of one county; None where it has no plan of this batch, or its summary.json can't be read.

    Parameters
    ----------
    folder
        The batch's folder.
    record
        What became of the county. What a failed one's folder holds of an earlier state does not count.
    """
    if record.status not in {"done", "kept"}:
        return None
    try:
        return figures_of(record, read_summary(folder / record.folder))
    except (OSError, KeyError, TypeError, json.JSONDecodeError, UnicodeDecodeError):
        return None


def figures_of(record: CountyRecord, summary: Mapping[str, Any]) -> CountyFigures:
    """The figures of one county, from its summary."""
    institutions, places, coverage = summary["institutions"], summary["places"], summary["coverage"]
    reading, solver = coverage["headline"], summary["solver"]
    with_quota = [one for one in summary["townships"] if one["quota"]]
    standards = {
        area: standard
        for area, standard in sorted(coverage["standards"].items(), reverse=True)
        if standard is not None
    }
    return CountyFigures(
        record=record,
        sums={
            **{name: summary["population"][name] for name in ("residents", "under3")},
            **{name: institutions[name] for name in ("existing", "counted", "proposed")},
            "places_today": places["existing"],
            "places_proposed": places["proposed"],
            "places_required": places["required"],
            "cost_10k_yuan": places["cost_10k_yuan"],
            "cost_unstated_sites": places["cost_unstated_sites"],
            "quotas": len(with_quota),
            "quotas_today": sum(one["existing"] >= one["quota"] for one in with_quota),
            "quotas_plan": sum(bool(one["met"]) for one in with_quota),
            "shortfalls": len(summary["shortfalls"]),
            "flags": sum(summary["flags"].values()),
            "optimal": int(solver["status"] == "optimal"),
            **_covered(coverage["by_township"], reading=reading),
        },
        flags=summary["flags"],
        today_share=coverage["before"][reading],
        plan_share=coverage["after"][reading],
        basis=Basis(
            reading=reading,
            standards=tuple(
                (area, one["mode"], float(one["value"]), one["unit"]) for area, one in standards.items()
            ),
            method=coverage["method"],
        ),
        verified=all(one["verified"] for one in standards.values()),
        target_share=coverage["target"],
        solver_status=solver["status"],
        solver_gap=solver["gap"],
    )


def _covered(rows: Sequence[Mapping[str, Any]], *, reading: str) -> dict[str, float]:
    """People and covered people from the townships' counts; nothing where the reading has none."""
    own = [row for row in rows if row["reading"] == reading]
    if not own or reading not in COUNTED_IN_FULL:
        return {}
    found = {"people": float(sum(row["total"] for row in own))}
    for name, when in (("covered_today", "before"), ("covered_plan", "after")):
        found[name] = float(sum(_count(row["total"], row[when]) for row in own))
    return found


def _count(total: float, share: float | None) -> float:
    # The summary rounds shares to six decimals: of a whole number of people the whole number is meant.
    covered = total * (share or 0.0)
    return round(covered) if float(total).is_integer() else covered


def totals(records: Sequence[CountyRecord], counties: Sequence[CountyFigures]) -> tuple[Total, ...]:
    """All counties, then each province followed by its prefectures, by code."""
    found = [Total(level="all", code="", n_counties=len(records), counties=tuple(counties))]
    levels: dict[int, Level] = {PROVINCE: "province", PREFECTURE: "prefecture"}
    codes = {record.county_code[:n] for record in records for n in levels}
    for code in sorted(codes, key=lambda one: (not one, one)):  # counties without a code come last
        n = len(code) or PROVINCE
        found.append(
            Total(
                level=levels[n],
                code=code,
                n_counties=sum(record.county_code[:n] == code for record in records),
                counties=tuple(one for one in counties if one.record.county_code[:n] == code),
            )
        )
    return tuple(found)
