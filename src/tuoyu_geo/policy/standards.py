"""Standards as data: a second file of figures, each with its unit, its source and whether it was verified.

A policy file names the file in `standards_file`. Where one of its figures is the name of a standard instead of a
number, value, source and verification come from there; where it is a number, it must agree with the standard that
says it is used for it. Without the file, a policy whose figures are all numbers still holds.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.settings import Section, read_section, read_toml

GROUPS = ("class_size", "staff", "floor", "area", "radius", "places", "buffer", "site")
Group = Literal["class_size", "staff", "floor", "area", "radius", "places", "buffer", "site"]

AREAS = ("urban", "rural", "remote")
# Figures of a policy file that may name a standard: section, key, and where its source and verification go.
FIGURES = (
    ("places", "area_per_place_m2", "area_source", "area_verified"),
    ("candidates", "lowest_floor", "floor_source", "floor_verified"),
    ("candidates", "highest_floor", "floor_source", "floor_verified"),
    ("estates", "places_per_1000", "places_source", "places_verified"),
)


class StandardFigure(Section):
    """One figure of a standard."""

    name: str
    """What it limits."""
    group: Group
    """Under which heading it is listed."""
    value: float = Field(allow_inf_nan=False)
    """The figure, in `unit`."""
    unit: str
    """Its unit."""
    bound: Literal["at_most", "at_least", "exactly"]
    """Whether it is a largest or a smallest value (both closed), or the value itself."""
    source: str
    """Where it comes from."""
    verified: bool
    """Whether the responsible bureau has confirmed it; if not, it prints 未核."""
    mode: Literal["walk", "ebike", "car"] | None = None
    """For a radius: how people get there."""
    used_as: str = ""
    """The setting of the policy file for which it stands, as ``section.key``; a number given there must agree."""
    note: str = ""
    """What a planner should know about it."""


class _StandardsFile(Section):
    """A whole standards file."""

    schema_version: Literal[1]
    standards: dict[str, StandardFigure]


def with_standards(tables: dict[str, Any], *, folder: Path) -> dict[str, Any]:
    """A policy's tables with the standards file read in and the figures that name a standard filled from it.

    Parameters
    ----------
    tables
        The policy file as it stands.
    folder
        Where it lies; the standards file lies there or below.

    Raises
    ------
    ConfigError
        The standards file is not there, has faults, or lies elsewhere; or a figure names a standard it doesn't hold.
    """
    name = tables.get("standards_file")
    if not isinstance(name, str) or not name:
        return tables
    try:
        inside = "://" not in name and (folder / name).resolve().is_relative_to(folder.resolve())
        is_there = (folder / name).exists()
    except (OSError, ValueError) as error:  # a name longer than any may be, or with a zero byte in it
        raise ConfigError(text("config.unreadable", path=name[:80], reason=error)) from error
    if not inside:
        raise ConfigError(text("policy.standards_outside", found=name))
    if not is_there and not _names_any(tables):
        return tables
    standards = read_section(_StandardsFile, read_toml(folder / name), file=name).standards
    filled = {
        key: dict(value) if isinstance(value, dict) else value
        for key, value in tables.items()
        if key != "standards"
    }
    filled["standards"] = standards
    coverage = filled.get("coverage")
    if isinstance(coverage, dict):
        for area in AREAS:
            if isinstance(coverage.get(area), str):
                one = _named(standards, coverage[area], key=f"coverage.{area}", file=name)
                coverage[area] = {
                    "mode": one.mode or "walk",
                    "value": one.value,
                    "unit": one.unit,
                    "verified": one.verified,
                    "source": one.source,
                }
    for section, key, source_key, verified_key in FIGURES:
        table = filled.get(section)
        if not isinstance(table, dict) or not isinstance(table.get(key), str):
            continue
        one = _named(standards, table[key], key=f"{section}.{key}", file=name)
        table[key] = one.value
        sources = [table.get(source_key), one.source]
        table[source_key] = text("policy.semicolon").join(
            dict.fromkeys(str(part) for part in sources if part)
        )
        table[verified_key] = bool(table.get(verified_key, True)) and one.verified
    _fill_exclusions(filled, standards, file=name)
    _require_agreement(filled, standards, file=name)
    return filled


def _fill_exclusions(tables: dict[str, Any], standards: dict[str, StandardFigure], *, file: str) -> None:
    """Distances to hazards that name a standard, filled from it."""
    candidates = tables.get("candidates")
    rules = candidates.get("exclusions") if isinstance(candidates, dict) else None
    if not isinstance(candidates, dict) or not isinstance(rules, list):
        return
    filled = []
    for rule in rules:
        if not isinstance(rule, dict) or not isinstance(rule.get("distance_m"), str):
            filled.append(rule)
            continue
        one = _named(standards, rule["distance_m"], key="candidates.exclusions.distance_m", file=file)
        if one.unit != "m":
            raise ConfigError(text("policy.exclusion_unit", name=rule["distance_m"], found=one.unit))
        filled.append({"source": one.source, "verified": one.verified} | rule | {"distance_m": one.value})
    candidates["exclusions"] = filled


def _names_any(tables: dict[str, Any]) -> bool:
    """Whether a figure of the policy is the name of a standard."""
    coverage = tables.get("coverage")
    sections = [(section, key) for section, key, _, _ in FIGURES]
    figures = [tables[section].get(key) for section, key in sections if isinstance(tables.get(section), dict)]
    if isinstance(coverage, dict):
        figures += [coverage.get(area) for area in AREAS]
    candidates = tables.get("candidates")
    rules = candidates.get("exclusions") if isinstance(candidates, dict) else None
    figures += [rule.get("distance_m") for rule in rules or () if isinstance(rule, dict)]
    return any(isinstance(figure, str) for figure in figures)


def _require_agreement(tables: dict[str, Any], standards: dict[str, StandardFigure], *, file: str) -> None:
    lines = []
    for name, one in standards.items():
        section, _, key = one.used_as.partition(".")
        table = tables.get(section)
        figure = table.get(key) if isinstance(table, dict) else None
        if isinstance(figure, dict):
            figure = figure.get("value")
        if isinstance(figure, int | float) and figure != one.value:
            lines.append(
                text(
                    "policy.standard_differs",
                    key=one.used_as,
                    found=figure,
                    name=name,
                    file=file,
                    value=one.value,
                )
            )
    if lines:
        raise ConfigError("\n".join(lines))


def _named(standards: dict[str, StandardFigure], name: str, *, key: str, file: str) -> StandardFigure:
    if name not in standards:
        raise ConfigError(
            text("policy.standard_unknown", key=key, found=name, file=file, allowed=listed(standards))
        )
    return standards[name]
