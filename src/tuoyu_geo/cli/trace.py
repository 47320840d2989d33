"""`tuoyu-geo trace`: who is assigned to which institution, today and with the plan, and how long the way is."""

from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given
from tuoyu_geo.messages import text

NAME = "trace"


def command(
    project: ProjectPath = None,
    community: Annotated[
        str | None, typer.Option("--community", help="cli.opt_community", show_default=False)
    ] = None,
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """A row an institution that a community's people go to; for one community, as geojson, the ways there."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_frame

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        frame = opened.trace(community)
    if form == "table":
        frame = frame.assign(
            moment=[text(f"reports.moment_{one}") for one in frame["moment"]],
            state=[text(f"trace.state_{one}") for one in frame["state"]],
        )
        frame[["places", "path_m"]] = frame[["places", "path_m"]].round(1)
        frame["under3"] = frame["under3"].round(1)
    columns = ("moment", "name", "under3", "state", "institution_name", "places", "path_m")
    print_frame(
        frame.rename_axis("row"), form=form, columns={name: text(f"cli.column_{name}") for name in columns}
    )
