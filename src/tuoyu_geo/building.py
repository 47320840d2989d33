"""The files of a run: drawn from one outcome, written together or not at all."""

import datetime as dt
import hashlib
import os
import platform
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuoyu_geo.manifest import (
    Manifest,
    hash_bytes,
    hash_file,
    manifest_bytes,
    read_manifest,
    same_program,
    stale_outputs,
    touched_outputs,
    why_changed,
)
from tuoyu_geo.maps import Basemap, map_names, map_pages
from tuoyu_geo.messages import text
from tuoyu_geo.remembered import recalled, record_of, search_key
from tuoyu_geo.reports import (
    findings_csv_bytes,
    geopackage_bytes,
    report_files,
    summary_bytes,
    township_sheets,
    workbook_bytes,
)
from tuoyu_geo.schema import is_output, schema_of
from tuoyu_geo.steps import step_hashes, table_made_from, why_stale
from tuoyu_geo.writing import working_space, write_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.project import Built, Project

KEY_VARIABLE = "TIANDITU_TOKEN"

# The libraries whose version may change a figure or a byte.
LIBRARIES = (
    "folium",
    "geopandas",
    "highspy",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "python-docx",
    "scipy",
    "shapely",
    "xlsxwriter",
)


def build_files(project: "Project", folder: Path) -> "Built":
    """Write all files of a project; see `Project.build`."""
    from tuoyu_geo.project import Built  # noqa: PLC0415  (project calls this module)

    basemap = _basemap(project)  # what is wrong with it is said before the long search
    plan = project.plan()
    outcome = plan.outcome
    names = map_names(outcome.townships.index)
    pages, made_from = project.timed("maps", lambda: _pages(project, outcome, names, basemap=basemap))
    gone = _maps_of_the_past(
        read_manifest(folder / "manifest.json"), folder=folder, files=[_map_file(name) for name in names]
    )
    contents = {_map_file(name): page.encode() for name, page in pages.items()}
    with working_space():
        contents |= project.timed(
            "tables",
            lambda: {
                "plan.xlsx": workbook_bytes(outcome),
                **report_files(outcome),
                **township_sheets(outcome),
                "plan.gpkg": geopackage_bytes(outcome),
                "summary.json": summary_bytes(outcome),
                "findings.csv": findings_csv_bytes(outcome.findings),
            },
        )
    hashes = {name: hash_bytes(data) for name, data in contents.items()}
    finished = _finished(project, outcome)
    made_from |= {name: table_made_from(name, finished.steps) for name in hashes if name not in made_from}
    contents["manifest.json"] = manifest_bytes(
        replace(finished, outputs=hashes, schemas=_schemas(hashes), made_from=made_from)
    )
    write_all(folder, contents, removed=gone)
    return Built(
        folder=folder,
        files={name: len(data) for name, data in contents.items()},
        plan=plan,
        notices=outcome.note.notices,
    )


# What every run writes besides its maps and sheets: a folder without one of them holds no whole run.
WHOLE_RUN = ("plan.xlsx", "plan.gpkg", "report.docx", "report.html", "summary.json", "findings.csv")


def stale_run(project: "Project", folder: Path) -> dict[str, str]:
    """Which files of the last whole run in a folder must be made again, and why; empty where a run would change none."""
    old = read_manifest(folder / "manifest.json")
    names = sorted({*WHOLE_RUN, *(() if old is None else old.outputs)})
    return stale_outputs(old, now=_manifest(project), folder=folder, names=names)


def run_versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that decide figures and bytes."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"tuoyu-geo": version("tuoyu-geo"), "python": platform.python_version(), **libraries}


def redraw_maps(project: "Project", folder: Path, *, keep: Literal["unchanged", "nothing"]) -> dict[str, str]:
    """Draw the maps that show something else than last time; see `Project.redraw_maps`."""
    old = read_manifest(folder / "manifest.json")
    if keep == "unchanged" and old is not None and not why_changed(old, _manifest(project)):
        # nothing that goes into a run changed: not a layer need be read
        drawn = [file for file in old.outputs if file.startswith("maps/")]
        if drawn and not touched_outputs(old, folder=folder, names=drawn):
            return dict.fromkeys(drawn, text("building.kept")) | _unvouched(old.outputs, folder=folder)
    basemap = _basemap(project)
    if old is not None and same_program(old, _manifest(project)):
        _recall(project, old)
    outcome = project.outcome()
    names = map_names(outcome.townships.index)
    now = _finished(project, outcome)
    changed = text("manifest.none") if old is None else why_changed(old, now)
    told: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    made_from: dict[str, dict[str, str]] = {}
    hashes: dict[str, str] = {}

    def draw() -> None:
        for page in map_pages(outcome, names, basemap=basemap):
            file = _map_file(page.stem)
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
        _require_raster(project, basemap)

    project.timed("maps", draw)
    gone = _maps_of_the_past(old, folder=folder, files=hashes)
    tables, stale = _tables(old, now, folder=folder, changed=changed)
    outputs = hashes | dict(tables.outputs)
    contents["manifest.json"] = manifest_bytes(
        replace(
            now,
            outputs=outputs,
            schemas=_schemas(outputs),
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


def _pages(
    project: "Project", outcome: "Outcome", names: Sequence[str], *, basemap: Basemap | None
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    pages, made_from = {}, {}
    for page in map_pages(outcome, names, basemap=basemap):
        pages[page.stem] = page.html()
        made_from[_map_file(page.stem)] = page.made_from()
    _require_raster(project, basemap)
    return pages, made_from


def _require_raster(project: "Project", basemap: Basemap | None) -> None:
    """The raster is read page by page; it must have been the same for all."""
    if basemap is not None and basemap.raster is not None:
        project.require_unchanged({project.config.maps.geotiff or "": basemap.raster})


def _basemap(project: "Project") -> Basemap | None:
    section = project.config.maps
    if section.basemap == "none":
        return None
    return Basemap(
        kind=section.basemap,
        token=_token(project),
        tiles=section.tiles,
        raster=project.input_files().get(section.geotiff or ""),
    )


def _token(project: "Project") -> str:
    """The key of 天地图; the environment's goes before the project's, which others may read."""
    return os.environ.get(KEY_VARIABLE, "").strip() or project.config.maps.tianditu_token.get_secret_value()


def _maps_of_the_past(old: Manifest | None, *, folder: Path, files: Container[str]) -> tuple[str, ...]:
    """Maps that the last run wrote, nobody changed since, and this one doesn't know: of townships no longer there."""
    if old is None:
        return ()
    return tuple(
        file
        for file, written in old.outputs.items()
        if file.startswith("maps/")
        and ".." not in file
        and file not in files
        and written
        and hash_file(folder / file) == written
    )


def _schemas(files: Iterable[str]) -> dict[str, int]:
    return {file: schema_of(file) for file in files}


def _map_file(name: str) -> str:
    return f"maps/{name}.html"


def _manifest(project: "Project") -> Manifest:
    """What a run would be made from now."""
    return Manifest(
        tool_version=version("tuoyu-geo"),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
            "code": code_hash(),
        },
        inputs=project.inputs(),
        settings={
            # the key itself is written as stars: a changed one shows by its hash
            "project": project.config.model_dump(mode="json"),
            **_key_hash(project),
            "policy": project.policy.model_dump(mode="json"),
        },
    )


def _finished(project: "Project", outcome: "Outcome") -> Manifest:
    """The same with what its steps gave."""
    steps = step_hashes(project, outcome)
    return replace(
        _manifest(project),
        mappings={role: dict(mapping) for role, mapping in project.layers().mappings.items()},
        timings_s={name: round(seconds, 3) for name, seconds in project.timings().items()},
        steps=steps,
        search=record_of(project.solved(), key=steps["plan"]["search"]),
        written_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


@cache
def code_hash() -> str:
    """Hash of the program's own files: two states of it may have one version number."""
    digest = hashlib.sha256()
    for name, path in sorted(_code(files("tuoyu_geo"), "")):
        digest.update(f"{name}\0{hash_bytes(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def _code(folder: "Traversable", up: str) -> "Iterator[tuple[str, Traversable]]":
    for one in folder.iterdir():
        if one.is_dir() and one.name != "__pycache__":
            yield from _code(one, f"{up}{one.name}/")
        elif one.is_file():
            yield f"{up}{one.name}", one


def _key_hash(project: "Project") -> dict[str, str]:
    if project.config.maps.basemap != "tianditu":
        return {}
    return {"basemap_key_sha256": hash_bytes(_token(project).encode())}
