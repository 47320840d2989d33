"""What each step of a run gave, as hashes, and from them why an output is not what it would be now."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from tuoyu_geo.building.remembered import search_key
from tuoyu_geo.content import column_hashes, content_hash
from tuoyu_geo.manifest import MOST_COLUMNS, UNSHOWN, Manifest
from tuoyu_geo.messages import has_text, language, listed, text

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.project import Project

_CALLED = frozenset({"what_if", "what_if_start"})
# What a table shows of the outcome, where it is not all.
_SHOWS: Mapping[str, tuple[str, ...]] = {
    "summary.json": ("summary",),
    "findings.csv": ("findings",),
    "plan.gpkg": (
        "note", "townships", "demand", "gaps", "institutions", "candidates", "sites", "service_areas", "unserved",
        "search_areas", "trace",
    ),
}  # fmt: skip


def step_hashes(project: "Project", outcome: "Outcome") -> dict[str, dict[str, str]]:
    """What each step gave: by step, the hash of each of its parts; a frame's parts are its columns, and "" its index.

    Parameters
    ----------
    project
        Whose steps.
    outcome
        Its outcome.
    """
    layers, demand, reach = project.layers(), project.demand(), project.reach()
    steps = {
        f"layers.{field.name}": column_hashes(frame)
        for field in fields(layers)
        if isinstance(frame := getattr(layers, field.name), pd.DataFrame)
    }
    steps["demand"] = {"points": content_hash(demand.points), "unplaced": content_hash(demand.unplaced)}
    steps["reach"] = {name: content_hash(getattr(reach, name)) for name in ("cost", "standard", "facilities")}
    steps["gaps"] = column_hashes(project.gaps())
    key = search_key(project.problem(), section=project.config.siting, seed=project.config.project.seed)
    steps["plan"] = {"problem": content_hash(project.problem()), "search": key}
    for field in fields(outcome):
        value = getattr(outcome, field.name)
        if field.name not in _CALLED:
            steps[f"outcome.{field.name}"] = (
                column_hashes(value) if isinstance(value, pd.DataFrame) else {"": content_hash(value)}
            )
    return steps


def table_made_from(file: str, steps: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What a table is made from, by the steps of `step_hashes`."""
    parts = _SHOWS.get(file) or [name.partition(".")[2] for name in steps if name.startswith("outcome.")]
    return {part: content_hash(steps[f"outcome.{part}"]) for part in parts} | {
        "language": content_hash([file, language()])
    }


def why_stale(file: str, old: Manifest, now: Manifest) -> str:
    """Which parts of what an output shows are others than when it was made, with their columns where these are known."""
    before, after = old.made_from.get(file, {}), now.made_from[file]
    parts = [name for name in after if before.get(name) != after[name]]
    # names are said where frames say them: alone they are told only where no frame of the page changed
    shown = [name for name in parts if name not in {"names", "links", "what_if"}] or parts
    return listed(_part_words(name, old, now) for name in shown)


def _part_words(part: str, old: Manifest, now: Manifest) -> str:
    label = text(f"building.part_{part}")
    before, after = (one.steps.get(f"outcome.{part}", {}) for one in (old, now))
    columns = [name for name in after if name not in UNSHOWN and before.get(name) != after[name] and name]
    if not before or not columns:
        return label
    said = [
        next((text(key) for key in (f"reports.column_{name}", f"manifest.{name}") if has_text(key)), name)
        for name in columns
    ]
    more = text("manifest.more", n=len(said) - MOST_COLUMNS) if len(said) > MOST_COLUMNS else ""
    return text("words.name_of", name=label, of=listed(said[:MOST_COLUMNS]) + more)
