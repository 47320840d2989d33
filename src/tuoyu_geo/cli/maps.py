"""`tuoyu-geo maps`: draw the maps again where their inputs changed."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from tuoyu_geo.cli.options import Debug, Out, Overrides, ProjectPath, open_given, out_folder
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from tuoyu_geo.map_sheets import Format

NAME = "maps"


def command(
    project: ProjectPath = None,
    out: Out = None,
    overrides: Overrides = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="cli.opt_force", show_default=False)] = False,
    figures: Annotated[
        str | None,
        typer.Option("--figures", metavar="png,svg,pdf", help="cli.opt_figures", show_default=False),
    ] = None,
    debug: Debug = False,
) -> None:
    """Keep the maps whose inputs did not change, and say why; with figures, write each as a sheet of A3 too."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.writing import holding

    del debug
    opened = open_given(project, overrides)
    folder = out_folder(out, project)
    with holding(folder), watched(opened):
        redrawn = opened.redraw_maps(folder, keep="nothing" if force else "unchanged")
        sheets = () if figures is None else opened.plan().save_maps(folder, formats=_formats(figures))
    for name, reason in redrawn.items():
        typer.echo(text("cli.map_line", name=name, reason=reason))
    for path in sheets:
        typer.echo(text("cli.init_file", path=path))


def _formats(given: str) -> "tuple[Format, ...]":
    return tuple(cast("Format", one.strip().lower()) for one in given.split(",") if one.strip())
