"""What an earlier call left, and why a county must be made again: by content, never by time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuoyu_geo.batch.counties import County
from tuoyu_geo.building.build import stale_run
from tuoyu_geo.coverage import headline_label, share_text
from tuoyu_geo.errors import TuoyuError
from tuoyu_geo.manifest import hash_file, read_manifest
from tuoyu_geo.messages import speaking, text
from tuoyu_geo.project import Project, open_project

MOST_REASONS = 3


def opened(county: County) -> Project | None:
    """The county's project, in its own language; None where its settings or its policy are wrong."""
    try:
        with speaking(county.language):
            return open_project(county.file)
    except TuoyuError:
        return None


def why_again(project: Project, folder: Path) -> str:
    """Why a county must be made again; "" where its folder holds what a run would write now."""
    try:
        stale = stale_run(project, folder)
    except TuoyuError:
        return text("batch.unreadable")  # a database that doesn't answer: the run says so
    reasons = dict.fromkeys(stale.values())
    if len(reasons) <= 1:
        return next(iter(reasons), "")
    said = [f"{name} {reason}" for name, reason in list(stale.items())[:MOST_REASONS]]
    return text("batch.several_stale", n=len(stale), files=text("batch.semicolon").join(said))


def read_summary(folder: Path) -> Mapping[str, Any]:
    """A run's summary.json."""
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return summary


def headline(summary: Mapping[str, Any]) -> str:
    """The plan in one line."""
    coverage, quotas = summary["coverage"], [one for one in summary["townships"] if one["quota"]]
    return text(
        "batch.headline",
        reading=headline_label(coverage),
        before=share_text(coverage["before"][coverage["headline"]]),
        after=share_text(coverage["after"][coverage["headline"]]),
        proposed=summary["institutions"]["proposed"],
        places=summary["places"]["proposed"],
        met=sum(one["met"] for one in quotas),
        n=len(quotas),
    )


def run_seconds(folder: Path) -> float | None:
    """How long the run took that made a folder's outputs [s]; None where its manifest doesn't say."""
    manifest = read_manifest(folder / "manifest.json")
    timings = {} if manifest is None else manifest.timings_s
    # a phase includes the phases it waited for: these three follow one another
    parts = [timings[name] for name in ("outcome", "maps", "tables") if name in timings]
    return sum(parts) if parts else None


def outputs_of_the_past(folder: Path, *, files: Mapping[str, object]) -> list[str]:
    """What the last run wrote here, nobody changed since, and a new run with `files` doesn't know any more."""
    old = read_manifest(folder / "manifest.json")
    return [
        name
        for name, written in (() if old is None else old.outputs.items())
        if name not in files
        and ".." not in Path(name).parts
        and written
        and hash_file(folder / name) == written
    ]
