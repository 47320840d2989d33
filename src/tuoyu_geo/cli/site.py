"""`tuoyu-geo site`: the sites that meet the rules, with proof."""

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given
from tuoyu_geo.messages import text

NAME = "site"


def command(
    project: ProjectPath = None,
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """Exit 1 where the plan can't meet a quota or a target."""
    from tuoyu_geo.cli.progress import watched
    from tuoyu_geo.cli.tables import print_frame

    del debug
    opened = open_given(project, overrides)
    with watched(opened):
        plan = opened.plan()
    frame = plan.sites
    if form == "table":
        names = opened.layers().townships["name"]
        frame = frame.assign(
            kind=[text(f"words.candidate_kind.{kind}") for kind in frame["kind"]],
            township=frame["township_id"].map(names),
        )
    columns = ("order", "township", "name", "kind", "places", "cost_10k_yuan", "reason")
    print_frame(frame, form=form, columns={name: text(f"cli.column_{name}") for name in columns})
    typer.echo(plan.headline(), err=form != "table")
    if plan.shortfalls:
        raise typer.Exit(1)
