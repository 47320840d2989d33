"""`tuoyu-geo maps`: draw the maps again where their inputs changed."""

from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, out_folder, project_path
from tuoyu_geo.messages import text

NAME = "maps"


def command(
    project: ProjectPath = None,
    out: Out = None,
    overrides: Overrides = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="cli.opt_force", show_default=False)] = False,
    debug: Debug = False,
) -> None:
    """Keep the maps whose inputs did not change, and say why."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.project import open_project

    del debug
    opened = open_project(project_path(project), overrides=overrides or ())
    with watched(opened):
        redrawn = opened.redraw_maps(out_folder(out, project), keep="nothing" if force else "unchanged")
    for name, reason in redrawn.items():
        typer.echo(text("cli.map_line", name=name, reason=reason))
