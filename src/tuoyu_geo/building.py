"""The files of a run: drawn from one outcome, written together or not at all."""

import datetime as dt
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuoyu_geo.manifest import Manifest, hash_bytes, hash_file, manifest_bytes, read_manifest, stale_outputs
from tuoyu_geo.maps import MAPS, draw_maps
from tuoyu_geo.messages import text
from tuoyu_geo.reports import (
    findings_csv_bytes,
    geopackage_bytes,
    report_files,
    summary_bytes,
    township_sheets,
    workbook_bytes,
    write_all,
)

if TYPE_CHECKING:
    from tuoyu_geo.project import Built, Project

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

    plan = project.plan()
    outcome = plan.outcome
    pages = project.timed("maps", lambda: draw_maps(outcome))
    contents = {_map_file(name): page.encode() for name, page in pages.items()}
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
    write_all(folder, contents)
    return Built(
        folder=folder,
        files={name: len(data) for name, data in contents.items()},
        plan=plan,
        notices=outcome.note.notices,
    )


def redraw_maps(project: "Project", folder: Path, *, keep: Literal["unchanged", "nothing"]) -> dict[str, str]:
    """Draw the maps whose inputs changed; see `Project.redraw_maps`."""
    files = {_map_file(name): name for name in MAPS}
    old = read_manifest(folder / "manifest.json")
    if keep == "nothing":
        stale = dict.fromkeys(files, text("building.forced"))
    else:
        stale = stale_outputs(old, now=_manifest(project), folder=folder, names=tuple(files))
    if stale:
        outcome = project.outcome()
        pages = project.timed(
            "maps", lambda: draw_maps(outcome, [files[file] for file in files if file in stale])
        )
        contents = {_map_file(name): page.encode() for name, page in pages.items()}
        # Tables that stand here from another state of the inputs are not vouched for: only maps are recorded.
        kept = {} if old is None else {file: old.outputs[file] for file in files if file in old.outputs}
        hashes = kept | {name: hash_bytes(data) for name, data in contents.items()}
        if old is not None and not _differs(old, _manifest(project)):
            hashes = dict(old.outputs) | hashes
        contents["manifest.json"] = manifest_bytes(_manifest(project, outputs=hashes))
        write_all(folder, contents)
    return {
        file: text("building.redrawn", reason=stale[file]) if file in stale else text("building.kept")
        for file in files
    }


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
        inputs={name: hash_file(path) for name, path in project.input_files().items()}
        | project.database_hashes(),
        settings={
            "project": project.config.model_dump(mode="json"),
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
