"""The files of a run: drawn from one outcome, written together or not at all."""

import datetime as dt
import os
import platform
from collections.abc import Container, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuoyu_geo.manifest import Manifest, hash_bytes, hash_file, manifest_bytes, read_manifest, stale_outputs
from tuoyu_geo.maps import Basemap, draw_maps, map_names
from tuoyu_geo.messages import text
from tuoyu_geo.reports import (
    findings_csv_bytes,
    geopackage_bytes,
    report_files,
    summary_bytes,
    township_sheets,
    workbook_bytes,
)
from tuoyu_geo.writing import working_space, write_all

if TYPE_CHECKING:
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
    "openpyxl",
    "pandas",
    "pyogrio",
    "pyproj",
    "python-docx",
    "scipy",
    "shapely",
)


def build_files(project: "Project", folder: Path) -> "Built":
    """Write all files of a project; see `Project.build`."""
    from tuoyu_geo.project import Built  # noqa: PLC0415  (project calls this module)

    basemap = _basemap(project)  # what is wrong with it is said before the long search
    plan = project.plan()
    outcome = plan.outcome
    names = map_names(outcome.townships.index)
    pages = project.timed("maps", lambda: _pages(project, outcome, names, basemap=basemap))
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
    contents["manifest.json"] = manifest_bytes(_manifest(project, outputs=hashes))
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
    """Draw the maps whose inputs changed; see `Project.redraw_maps`."""
    old = read_manifest(folder / "manifest.json")
    now = _manifest(project)
    files = {_map_file(name): name for name in map_names(project.layers().townships.index)}
    if keep == "nothing":
        stale = dict.fromkeys(files, text("building.forced"))
    else:
        stale = stale_outputs(old, now=now, folder=folder, names=tuple(files))
    told = {file: text("building.kept") for file in files}
    gone = _maps_of_the_past(old, folder=folder, files=files)
    if stale:
        basemap = _basemap(project)
        outcome = project.outcome()
        pages = project.timed(
            "maps",
            lambda: _pages(
                project, outcome, [files[file] for file in files if file in stale], basemap=basemap
            ),
        )
        contents = {_map_file(name): page.encode() for name, page in pages.items()}
        hashes = {name: hash_bytes(data) for name, data in contents.items()}
        for file, reason in stale.items():
            same = keep == "unchanged" and hash_file(folder / file) == hashes[file]
            told[file] = text("building.same" if same else "building.redrawn", reason=reason)
            if same:
                del contents[file]
        # Tables that stand here from another state of the inputs are not vouched for: only maps are recorded.
        kept = {} if old is None else {file: old.outputs[file] for file in files if file in old.outputs}
        if old is not None and not _differs(old, now):
            kept = {file: own for file, own in old.outputs.items() if file not in gone}
        contents["manifest.json"] = manifest_bytes(_manifest(project, outputs=kept | hashes))
        write_all(folder, contents, removed=gone)
    elif gone:
        write_all(folder, {}, removed=gone)
    return told | dict.fromkeys(gone, text("building.removed"))


def _pages(
    project: "Project", outcome: "Outcome", names: Sequence[str], *, basemap: Basemap | None
) -> dict[str, str]:
    pages = draw_maps(outcome, names, basemap=basemap)
    if basemap is not None and basemap.raster is not None:
        # The raster is read page by page; it must have been the same for all.
        project.require_unchanged({project.config.maps.geotiff or "": basemap.raster})
    return pages


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


def _differs(old: Manifest, now: Manifest) -> bool:
    return bool(stale_outputs(old, now=now, folder=Path(), names=())) or dict(old.inputs) != dict(now.inputs)


def _map_file(name: str) -> str:
    return f"maps/{name}.html"


def _manifest(project: "Project", *, outputs: Mapping[str, str] | None = None) -> Manifest:
    """What a run is made from; with the outputs, what it made."""
    finished = outputs is not None
    return Manifest(
        tool_version=version("tuoyu-geo"),
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        inputs=project.inputs(),
        settings={
            # the key itself is written as stars: a changed one shows by its hash
            "project": project.config.model_dump(mode="json"),
            **_key_hash(project),
            "policy": project.policy.model_dump(mode="json"),
        },
        mappings={role: dict(mapping) for role, mapping in project.layers().mappings.items()}
        if finished
        else {},
        timings_s={name: round(seconds, 3) for name, seconds in project.timings().items()}
        if finished
        else {},
        outputs=outputs or {},
        written_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds") if finished else "",
    )


def _key_hash(project: "Project") -> dict[str, str]:
    if project.config.maps.basemap != "tianditu":
        return {}
    return {"basemap_key_sha256": hash_bytes(_token(project).encode())}
