"""`tuoyu-geo alternatives`: the next best plans that really differ, and what each site could be exchanged for."""

from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given

NAME = "alternatives"


def command(
    project: ProjectPath = None,
    *,
    by: Annotated[Literal["plan", "site"], typer.Option("--by", help="cli.opt_by_alternatives")] = "plan",
    number: Annotated[int, typer.Option("--number", "-k", help="cli.opt_number")] = 3,
    least: Annotated[
        int | None, typer.Option("--differ-by", help="cli.opt_differ_by", show_default=False)
    ] = None,
    form: Format = "table",
    overrides: Overrides = None,
    debug: Debug = False,
) -> None:
    """A row a plan, or a site of the plan; as geojson, the sites."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_choice, with_places

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        found = opened.alternatives(number, least_difference=least)
    frames = {"plan": found.plans, "site": found.sites}
    print_choice(
        with_places(found.sites, opened.rated()[0]) if form == "geojson" else frames[by],
        shown=found.shown(by=by),
        notes=found.notes,
        form=form,
    )
