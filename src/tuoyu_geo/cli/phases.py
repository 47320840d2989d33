"""`tuoyu-geo phases`: what each phase builds, what then stands, and what nesting costs."""

from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given

NAME = "phases"


def command(
    project: ProjectPath = None,
    by: Annotated[
        Literal["phase", "site", "township"], typer.Option("--by", help="cli.opt_by_phases")
    ] = "phase",
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """A row a phase, a site, or a phase and township; as geojson, the sites."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_choice, with_places

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        found = opened.phases()
    frames = {"phase": found.table, "site": found.sites, "township": found.townships}
    print_choice(
        with_places(found.sites, opened.rated()[0]) if form == "geojson" else frames[by],
        shown=found.shown(by=by),
        notes=found.notes,
        form=form,
    )
