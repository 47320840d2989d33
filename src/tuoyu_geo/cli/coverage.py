"""`tuoyu-geo coverage`: who is served today, in every reading and at every standard."""

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, project_path
from tuoyu_geo.messages import text

NAME = "coverage"


def command(
    project: ProjectPath = None,
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """The table of readings; as geojson, the demand points with what serves them."""
    from tuoyu_geo.cli.tables import print_frame
    from tuoyu_geo.project import open_project

    del debug
    access = open_project(project_path(project), overrides=overrides or ()).access()
    frame = access.demand if form == "geojson" else access.coverage
    print_frame(
        frame,
        form=form,
        columns={name: text(f"cli.column_{name}") for name in ("label", "scope", "share")},
    )
