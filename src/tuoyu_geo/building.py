"""The files of a run: drawn from one outcome, written together or not at all."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tuoyu_geo.manifest import manifest_bytes, read_manifest, stale_outputs
from tuoyu_geo.maps import MAPS, draw_maps
from tuoyu_geo.messages import text
from tuoyu_geo.reports import (
    findings_csv_bytes,
    geopackage_bytes,
    summary_bytes,
    workbook_bytes,
    write_all,
)

if TYPE_CHECKING:
    from tuoyu_geo.project import Built, Project


def build_files(project: "Project", folder: Path) -> "Built":
    """Write all files of a project; see `Project.build`."""
    from tuoyu_geo.project import Built  # noqa: PLC0415  (project calls this module)

    plan = project.plan()
    outcome = plan.outcome
    contents = {f"maps/{name}.html": page.encode() for name, page in project.timed("maps", lambda: draw_maps(outcome)).items()}
    contents |= project.timed(
        "tables",
        lambda: {
            "plan.xlsx": workbook_bytes(outcome),
            "plan.gpkg": geopackage_bytes(outcome),
            "summary.json": summary_bytes(outcome),
            "findings.csv": findings_csv_bytes(outcome.findings),
        },
    )
    manifest = _manifest(project, contents)
    contents["manifest.json"] = manifest_bytes(manifest)
    write_all(folder, contents)
    return Built(
        folder=folder,
        files={name: len(data) for name, data in contents.items()},
        plan=plan,
        notices=outcome.note.notices,
    )


def redraw_maps(project: "Project", folder: Path, *, keep: Literal["unchanged", "nothing"]) -> dict[str, str]:
    """Draw the maps whose inputs changed; see `Project.redraw_maps`."""
    names = {f"maps/{name}.html": name for name in MAPS}
    if keep == "nothing":
        stale = {path: text("building.forced") for path in names}
    else:
        stale = stale_outputs(read_manifest(folder / "manifest.json"), now=_inputs(project), folder=folder, names=tuple(names))
    if stale:
        pages = draw_maps(project.outcome(), [names[path] for path in names if path in stale])
        contents = {f"maps/{name}.html": page.encode() for name, page in pages.items()}
        contents["manifest.json"] = manifest_bytes(_manifest(project, contents))
        write_all(folder, contents)
    return {
        path: text("building.redrawn", reason=stale[path]) if path in stale else text("building.kept") for path in names
    }


