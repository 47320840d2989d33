"""`tuoyu-geo diff OLD NEW`: what changed between two runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug

NAME = "diff"


def command(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="cli.arg_old")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="cli.arg_new")],
    form: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="cli.opt_format")
    ] = "table",
    *,
    debug: Debug = False,
) -> None:
    """Exit 0 whether or not something changed."""
    from tuoyu_geo.changes import compare_runs
    from tuoyu_geo.cli.tables import print_frame

    del debug
    changes = compare_runs(old, new)
    for note in changes.notes:
        typer.echo(note, err=form != "table")
    frame = changes.shown() if form == "table" else changes.table.rename_axis("change")
    if len(frame) or form != "table":
        print_frame(frame, form=form, columns={name: name for name in frame.columns})
