"""`tuoyu-geo run`: the whole chain, from layers to maps and tables."""

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, out_folder, project_path
from tuoyu_geo.messages import text

NAME = "run"


def command(
    project: ProjectPath = None,
    out: Out = None,
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """Exit 1 where the plan can't meet a quota or a target; the files are written all the same."""
    from tuoyu_geo.cli.progress import Progress
    from tuoyu_geo.project import open_project

    del debug
    opened = open_project(project_path(project), overrides=overrides or ())
    with Progress() as progress:
        built = opened.build(out_folder(out, project), on_phase=progress.phase)
    typer.echo(built.plan.headline())
    typer.echo(text("cli.written", folder=built.folder.resolve()))
    for name, size in built.files.items():
        typer.echo(text("cli.written_file", name=name, kib=size / 1024))
    for note in built.notices:
        typer.secho(text("cli.notice", note=note), fg="yellow")
    if built.plan.shortfalls:
        raise typer.Exit(1)
