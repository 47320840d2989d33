"""`tuoyu-geo check`: read and check every layer, print what was found, write findings.csv."""

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, out_folder, project_path
from tuoyu_geo.messages import text

NAME = "check"


def command(
    project: ProjectPath = None,
    out: Out = None,
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """Exit 1 where a finding is an error."""
    from tuoyu_geo.cli.tables import print_frame
    from tuoyu_geo.findings import SEVERITIES
    from tuoyu_geo.layers import findings_frame
    from tuoyu_geo.project import open_project
    from tuoyu_geo.reports import findings_csv_bytes, write_all

    del debug  # read from the command line where errors are shown
    opened = open_project(project_path(project), overrides=overrides or ())
    layers, findings = opened.check()
    for role, mapping in layers.mappings.items():
        typer.echo(
            text(
                "cli.mapping",
                layer=text(f"words.role.{role}"),
                columns=text("cli.comma").join(f"{field}←{column}" for field, column in mapping.items()),
            ),
        )
    frame = findings_frame(findings)
    print_frame(frame, form="table", columns={name: name for name in frame.columns})
    folder = out_folder(out, project)
    write_all(folder, {"findings.csv": findings_csv_bytes(findings)})
    counts = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    typer.echo(text("cli.check_counts", **counts, path=folder / "findings.csv"))
    if counts["error"]:
        raise typer.Exit(1)
