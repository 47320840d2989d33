"""`tuoyu-geo sensitivity`: the fewest sites with births, enrolment or the radius changed, one at a time."""

from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given

NAME = "sensitivity"


def command(
    project: ProjectPath = None,
    *,
    births: Annotated[
        list[float] | None, typer.Option("--births", help="cli.opt_births", show_default=False)
    ] = None,
    enrolment: Annotated[
        list[float] | None, typer.Option("--enrolment", help="cli.opt_enrolment", show_default=False)
    ] = None,
    radius: Annotated[
        list[float] | None, typer.Option("--radius", help="cli.opt_radius", show_default=False)
    ] = None,
    form: Format = "table",
    overrides: Overrides = None,
    debug: Debug = False,
) -> None:
    """A row a variation."""
    from tuoyu_geo.choices.sensitivity import BIRTHS
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_choice

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        found = opened.sensitivity(
            births=births or BIRTHS, enrolment=enrolment or None, standards_m=radius or None
        )
    print_choice(found.table, shown=found.shown(), notes=found.notes, form=form)
