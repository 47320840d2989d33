"""`tuoyu-geo frontier`: sites, money or the standard against coverage, each point with its proven bound."""

from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given

NAME = "frontier"


def command(
    project: ProjectPath = None,
    by: Annotated[
        Literal["sites", "cost", "standard"], typer.Option("--by", help="cli.opt_by_frontier")
    ] = "sites",
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """A row a point."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_choice

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        found = opened.frontier(by=by)
    print_choice(found.table, shown=found.shown(), notes=found.notes, form=form)
