"""The maps alone, drawn again where they show something else; and which tables are out of date since."""

from collections.abc import Container, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuoyu_geo.building.remembered import recalled, search_key
from tuoyu_geo.building.state import WHOLE_RUN, manifest_after, manifest_now, schemas_of
from tuoyu_geo.building.steps import table_made_from, why_stale
from tuoyu_geo.manifest import (
    Manifest,
    hash_bytes,
    hash_file,
    manifest_bytes,
    read_manifest,
    same_program,
    touched_outputs,
    why_changed,
)
from tuoyu_geo.messages import text
from tuoyu_geo.schema import is_output
from tuoyu_geo.writing import write_all

if TYPE_CHECKING:
    from tuoyu_geo.project import Project


def redraw_maps(project: "Project", folder: Path, *, keep: Literal["unchanged", "nothing"]) -> dict[str, str]:
    """Draw the maps that show something else than last time; see `Project.redraw_maps`."""
    old = read_manifest(folder / "manifest.json")
    if keep == "unchanged" and old is not None and not why_changed(old, manifest_now(project)):
        # nothing that goes into a run changed: not a layer need be read
        drawn = [file for file in old.outputs if file.startswith("maps/")]
        if drawn and not touched_outputs(old, folder=folder, names=drawn):
            return dict.fromkeys(drawn, text("building.kept")) | _unvouched(old.outputs, folder=folder)
    return _redrawn(project, folder, old, keep=keep)


def _redrawn(
    project: "Project", folder: Path, old: Manifest | None, *, keep: Literal["unchanged", "nothing"]
) -> dict[str, str]:
    # folium is slow to import, and is not needed where nothing changed
    from tuoyu_geo.building.drawing import (  # noqa: PLC0415
        basemap_of,
        map_file,
        maps_of_the_past,
        require_raster,
    )
    from tuoyu_geo.maps import map_names, map_pages  # noqa: PLC0415

    basemap = basemap_of(project)
    if old is not None and same_program(old, manifest_now(project)):
        _recall(project, old)
    outcome = project.outcome()
    names = map_names(outcome.townships.index)
    now = manifest_after(project, outcome)
    changed = text("manifest.none") if old is None else why_changed(old, now)
    told: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    made_from: dict[str, dict[str, str]] = {}
    hashes: dict[str, str] = {}

    def draw() -> None:
        for page in map_pages(outcome, names, basemap=basemap):
            file = map_file(page.stem)
            made_from[file] = page.made_from()
            reason = text("building.forced")
            if keep == "unchanged":
                reason = _reason(file, old, replace(now, made_from=made_from), folder=folder, changed=changed)
            if old is not None and not reason:
                hashes[file] = old.outputs[file]
                told[file] = text("building.same", reason=changed) if changed else text("building.kept")
                continue
            data = page.html().encode()
            hashes[file] = hash_bytes(data)
            same = keep == "unchanged" and hash_file(folder / file) == hashes[file]
            told[file] = text("building.same" if same else "building.redrawn", reason=reason)
            if not same:
                contents[file] = data
        require_raster(project, basemap)

    project.timed("maps", draw)
    gone = maps_of_the_past(old, folder=folder, files=hashes)
    tables, stale = _tables(old, now, folder=folder, changed=changed)
    outputs = hashes | dict(tables.outputs)
    contents["manifest.json"] = manifest_bytes(
        replace(
            now,
            outputs=outputs,
            schemas=schemas_of(outputs),
            made_from=made_from | dict(tables.made_from),
        )
    )
    write_all(folder, contents, removed=gone)
    return told | dict.fromkeys(gone, text("building.removed")) | _unvouched(outputs, folder=folder) | stale


def _reason(file: str, old: Manifest | None, now: Manifest, *, folder: Path, changed: str) -> str:
    """Why a map must be drawn; "" where it shows what it showed."""
    if old is None or not same_program(old, now):
        return changed
    touched = touched_outputs(old, folder=folder, names=[file])
    if touched:
        return touched[file]
    if old.made_from.get(file) == now.made_from[file]:
        return ""
    shown = text("building.shown", parts=why_stale(file, old, now))
    return text("building.reasons", changed=changed, shown=shown) if changed else shown


def _tables(
    old: Manifest | None, now: Manifest, *, folder: Path, changed: str
) -> tuple[Manifest, dict[str, str]]:
    """The tables that are still vouched for, and those that show something else by now, with the reason."""
    told: dict[str, str] = {}
    kept: dict[str, str] = {}
    made_from: dict[str, Mapping[str, str]] = {}
    for file, written in ({} if old is None else old.outputs).items():
        if old is None or file.startswith("maps/") or not is_output(file):
            continue
        now_from = table_made_from(file, now.steps)
        if not changed or (same_program(old, now) and old.made_from.get(file) == now_from):
            kept[file], made_from[file] = written, old.made_from.get(file, {})
        elif ".." not in file and (folder / file).exists():
            parts = why_stale(file, old, replace(now, made_from={file: now_from}))
            shown = text("building.differs", parts=parts) if same_program(old, now) else changed
            told[file] = text("building.stale", reason=shown)
    return replace(now, outputs=kept, made_from=made_from), told


def _unvouched(outputs: Container[str], *, folder: Path) -> dict[str, str]:
    """Tables that stand in the folder and that no manifest says are of this state."""
    sheets = [f"townships/{path.name}" for path in sorted((folder / "townships").glob("*.pdf"))]
    return {
        name: text("building.stale", reason=text("building.unvouched"))
        for name in (*WHOLE_RUN, *sheets)
        if name not in outputs and (folder / name).exists()
    }


def _recall(project: "Project", old: Manifest) -> None:
    """Spare the search where the last one saw the same problem and what it found holds."""
    problem = project.problem()
    key = search_key(problem, section=project.config.siting, seed=project.config.project.seed)
    result = recalled(old.search, problem, key=key)
    if result is not None:
        project.timed("plan", lambda: result)
