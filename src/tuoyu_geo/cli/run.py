"""`tuoyu-geo run`: the whole chain, from layers to maps and tables."""

from pathlib import Path
from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, open_given, out_folder
from tuoyu_geo.messages import text

NAME = "run"


def command(
    project: ProjectPath = None,
    out: Out = None,
    overrides: Overrides = None,
    *,
    scenario: Annotated[
        Path | None,
        typer.Option("--scenario", metavar="FILE", help="cli.opt_scenario", show_default=False),
    ] = None,
    debug: Debug = False,
) -> None:
    """Exit 1 where the plan can't meet a quota or a target; the files are written all the same."""
    from tuoyu_geo.cli.progress import watched

    del debug
    opened = open_given(project, overrides)
    if scenario is not None:
        from tuoyu_geo.given import as_given
        from tuoyu_geo.scenario import read_scenario

        opened = as_given(opened, read_scenario(scenario), file=scenario.name)
    with watched(opened):
        built = opened.build(out_folder(out, project))
    typer.echo(built.plan.headline())
    typer.echo(text("cli.written", folder=built.folder.resolve()))
    for name, size in built.files.items():
        typer.echo(text("cli.written_file", name=name, kib=size / 1024))
    for note in built.notices:
        typer.secho(text("cli.notice", note=note), fg="yellow")
    if built.plan.shortfalls:
        raise typer.Exit(1)
