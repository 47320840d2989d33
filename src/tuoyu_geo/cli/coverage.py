"""`tuoyu-geo coverage`: who is served, in every reading; by township, by kind of area, at every standard."""

from typing import Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, project_path
from tuoyu_geo.messages import text

NAME = "coverage"
By = Annotated[Literal["reading", "township", "area", "curve"], typer.Option("--by", help=text("cli.opt_by"))]
When = Annotated[Literal["today", "plan"], typer.Option("--when", help=text("cli.opt_when"))]
_SHARES = ("residents_share", "under3_share", "communities_share")
_COLUMNS = {
    "reading": ("label", "scope", "share"),
    "township": ("name", "residents_total", "under3_total", *_SHARES),
    "area": ("name", "residents_total", "under3_total", *_SHARES, "townships_share"),
    "curve": ("scope", "label", "standard_m", "share"),
}


def command(
    project: ProjectPath = None,
    by: By = "reading",
    when: When = "today",
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """The table asked for, the headline named above it; as geojson, the demand points with what serves them."""
    from tuoyu_geo.cli.tables import print_frame
    from tuoyu_geo.coverage import share_text
    from tuoyu_geo.project import open_project

    del debug
    access = open_project(project_path(project), overrides=overrides or ()).access(when=when)
    if form == "geojson":
        frame = access.demand
    elif by in {"township", "area"}:
        frame = access.wide(by="township" if by == "township" else "area")
    else:
        frame = access.coverage if by == "reading" else access.curve
    if form == "table":
        typer.echo(repr(access))
        shares = [name for name in frame.columns if name == "share" or str(name).endswith("_share")]
        frame = frame.assign(**{name: [share_text(share) for share in frame[name]] for name in shares})
        if by == "curve":
            frame = frame.assign(scope=[text(f"coverage.scope_{scope}") for scope in frame["scope"]])
    print_frame(
        frame,
        form=form,
        columns={name: text(f"cli.column_{name}") for name in _COLUMNS[by]},
    )
