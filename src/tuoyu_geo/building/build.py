"""The files of a run: drawn from one outcome, written together or not at all."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tuoyu_geo.building.drawing import basemap_of, drawn_pages, map_file, maps_of_the_past
from tuoyu_geo.building.state import WHOLE_RUN, manifest_after, manifest_now, schemas_of
from tuoyu_geo.building.steps import table_made_from
from tuoyu_geo.manifest import (
    hash_bytes,
    manifest_bytes,
    read_manifest,
    stale_outputs,
)
from tuoyu_geo.maps import map_names
from tuoyu_geo.reports import (
    findings_csv_bytes,
    geopackage_bytes,
    report_files,
    summary_bytes,
    township_sheets,
    workbook_bytes,
)
from tuoyu_geo.views import Built
from tuoyu_geo.writing import working_space, write_all

if TYPE_CHECKING:
    from tuoyu_geo.project import Project


def build_files(project: "Project", folder: Path) -> "Built":
    """Write all files of a project; see `Project.build`."""
    basemap = basemap_of(project)  # what is wrong with it is said before the long search
    plan = project.plan()
    outcome = plan.outcome
    names = map_names(outcome.townships.index)
    pages, made_from = project.timed("maps", lambda: drawn_pages(project, outcome, names, basemap=basemap))
    gone = maps_of_the_past(
        read_manifest(folder / "manifest.json"), folder=folder, files=[map_file(name) for name in names]
    )
    contents = {map_file(name): page.encode() for name, page in pages.items()}
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
    finished = manifest_after(project, outcome)
    made_from |= {name: table_made_from(name, finished.steps) for name in hashes if name not in made_from}
    contents["manifest.json"] = manifest_bytes(
        replace(finished, outputs=hashes, schemas=schemas_of(hashes), made_from=made_from)
    )
    write_all(folder, contents, removed=gone)
    return Built(
        folder=folder,
        files={name: len(data) for name, data in contents.items()},
        plan=plan,
        notices=outcome.note.notices,
    )


def stale_run(project: "Project", folder: Path) -> dict[str, str]:
    """Which files of the last whole run in a folder must be made again, and why; empty where a run would change none."""
    old = read_manifest(folder / "manifest.json")
    names = sorted({*WHOLE_RUN, *(() if old is None else old.outputs)})
    return stale_outputs(old, now=manifest_now(project), folder=folder, names=names)
