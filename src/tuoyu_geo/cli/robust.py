"""`tuoyu-geo robust`: the plan of least regret over futures of demand, beside the plan for the middle one."""

from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given

NAME = "robust"


def command(
    project: ProjectPath = None,
    by: Annotated[Literal["scenario", "site"], typer.Option("--by", help="cli.opt_by_robust")] = "scenario",
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """A row a scenario, or a site of either plan; as geojson, the sites."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_choice, with_places

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        found = opened.robust()
    frames = {"scenario": found.table, "site": found.sites}
    print_choice(
        with_places(found.sites, opened.rated()[0]) if form == "geojson" else frames[by],
        shown=found.shown(by=by),
        notes=found.notes,
        form=form,
    )
