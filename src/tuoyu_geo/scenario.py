"""A reader's own choice as a file: which candidates are built, by which walking standard, with which enrolment.

The what-if panel of the overview map saves it, loads it and puts it into its link; `tuoyu-geo run --scenario` takes it
as given.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import listed, text
from tuoyu_geo.settings import Positive, Section, Share, read_section

SCHEMA_VERSION = 1
LEAST_STANDARD_M, MOST_STANDARD_M, STANDARD_STEP_M = 300, 3000, 50
"""Walking standards that a scenario may ask for [m]: from the least to the most, both included, in such steps."""
LARGEST_FILE_BYTES = 4_000_000


class WalkingStandard(Section):
    """A walking standard in place of the policy's."""

    walk_m: Annotated[int, Field(ge=LEAST_STANDARD_M, le=MOST_STANDARD_M, multiple_of=STANDARD_STEP_M)]
    """Largest way on foot that counts as covered [m], closed."""
    scope: Literal["urban", "all"]
    """Whether urban communities alone are judged by it and rural ones as the policy has it, or all."""


class ScenarioSite(Section):
    """One site that is built."""

    id: str
    """The candidate's id."""
    places: Positive | None = None
    """Places of the size taken; nothing for its full size."""


class ScenarioOf(Section):
    """The project that a scenario was made in."""

    title: str
    """As in project.toml."""
    county_code: str
    """As in project.toml."""


class Scenario(Section):
    """A whole scenario file."""

    schema_version: Literal[1]
    """Version of this file's form."""
    kind: Literal["tuoyu-geo scenario"]
    """What the file is."""
    project: ScenarioOf
    """Where it belongs."""
    standard: WalkingStandard | None = None
    """The walking standard; nothing for the policy's own standards."""
    enrolment: Share | None = None
    """Share of children of 6 to 35 months who are enrolled; nothing for the project's middle one."""
    sites: tuple[ScenarioSite, ...]
    """The new sites, all of them."""


def read_scenario(path: Path) -> Scenario:
    """A scenario file, checked for its form; whether it fits a project, `given.as_given` says.

    Raises
    ------
    ConfigError
        The file can't be read, is no JSON, or breaks its form; every fault is named.
    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST_FILE_BYTES else b""
    except OSError as error:
        raise ConfigError(text("scenario.unreadable", path=path, reason=error.strerror)) from error
    if size > LARGEST_FILE_BYTES:
        raise ConfigError(text("scenario.too_large", path=path, size=size, most=LARGEST_FILE_BYTES))
    try:
        tables = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
        json.dumps(tables, ensure_ascii=False).encode()  # JSON may hold halves of characters, a file may not
    except (ValueError, RecursionError) as error:
        raise ConfigError(text("scenario.not_json", path=path, reason=str(error)[:120])) from error
    if not isinstance(tables, dict):
        raise ConfigError(text("scenario.not_json", path=path, reason=type(tables).__name__))
    scenario = read_section(Scenario, _whole_numbers(tables), file=path.name)
    ids = [site.id for site in scenario.sites]
    twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
    if twice:
        raise ConfigError(text("scenario.twice", file=path.name, found=listed(twice)))
    return scenario


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _whole_numbers(tables: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no whole numbers: 800.0 metres are 800."""
    standard = tables.get("standard")
    if isinstance(standard, dict) and isinstance(standard.get("walk_m"), float):
        metres = standard["walk_m"]
        standard = standard | {"walk_m": int(metres) if metres.is_integer() else metres}
    return dict(tables) | ({"standard": standard} if isinstance(standard, dict) else {})
