"""`tuoyu-geo check`: read and check every layer, print what was found, write findings.csv and findings.xlsx."""

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, open_given, out_folder
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
    import datetime as dt

    from tuoyu_geo.cli.tables import print_frame
    from tuoyu_geo.findings import SEVERITIES
    from tuoyu_geo.layers import findings_frame
    from tuoyu_geo.reports import findings_csv_bytes, findings_xlsx_bytes
    from tuoyu_geo.writing import write_all

    del debug  # read from the command line where errors are shown
    opened = open_given(project, overrides)
    layers, findings = opened.check()
    for role, mapping in layers.mappings.items():
        if not mapping:
            continue  # not read: a finding says why
        typer.echo(
            text(
                "cli.mapping",
                layer=text(f"words.role.{role}"),
                columns=text("cli.comma").join(f"{field}←{column}" for field, column in mapping.items()),
            ),
        )
    frame = findings_frame(findings)
    # What stands in the cell is in the finding's own words too; the files hold both.
    apart = {text("layers.listing_original"), text("layers.listing_code")}
    print_frame(frame, form="table", columns={name: name for name in frame.columns if name not in apart})
    folder = out_folder(out, project)
    settings = opened.config.project
    sheets = findings_xlsx_bytes(
        findings, county=settings.county_name, day=dt.date.fromisoformat(settings.date)
    )
    write_all(folder, {"findings.csv": findings_csv_bytes(findings), "findings.xlsx": sheets})
    counts = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    typer.echo(text("cli.check_counts", **counts, folder=folder.resolve()))
    if counts["error"]:
        raise typer.Exit(1)
