"""`tuoyu-geo gaps`: communities, villages and townships that fall short, each with its reason."""

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given
from tuoyu_geo.messages import text

NAME = "gaps"


def command(
    project: ProjectPath = None,
    form: Format = "table",
    overrides: Overrides = None,
    *,
    debug: Debug = False,
) -> None:
    """One row a flag."""
    from tuoyu_geo.cli.tables import print_frame

    del debug
    opened = open_given(project, overrides)
    frame = opened.gaps()
    if form == "table":
        names = opened.layers().townships["name"]
        frame = frame.assign(
            flag=[text(f"words.flag.{flag}") for flag in frame["flag"]],
            township=frame["township_id"].map(names),
        )
    print_frame(
        frame,
        form=form,
        columns={
            name: text(f"cli.column_{name}") for name in ("flag", "township", "name", "residents", "reason")
        },
    )
