"""`tuoyu-geo coverage`: who is served, in every reading; by township, by kind of area, at every standard."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tuoyu_geo.cli.options import Debug, Format, Overrides, ProjectPath, open_given
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    import pandas as pd

    from tuoyu_geo.views import Access

NAME = "coverage"
By = Annotated[
    Literal["reading", "township", "area", "curve", "institution", "nearest", "equity"],
    typer.Option("--by", help="cli.opt_by"),
]
When = Annotated[Literal["today", "plan"], typer.Option("--when", help="cli.opt_when")]
_SHARES = ("residents_share", "under3_share", "communities_share")
_COLUMNS = {
    "reading": ("label", "scope", "share"),
    "township": ("name", "residents_total", "under3_total", *_SHARES, "needed_places", "unmet_places"),
    "area": ("name", "residents_total", "under3_total", *_SHARES, "townships_share"),
    "curve": ("scope", "label", "standard_m", "share"),
    "institution": (
        "name",
        "township",
        "places",
        "enrolled",
        "children_in_reach",
        "asked_places",
        "use_share",
        "use",
    ),
    "nearest": ("demand", "rank", "name", "cost", "cost_unit", "within", "places"),
    "equity": ("label", "mean_per_100", "worst_per_100", "gini"),
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
    """The table asked for, the headline named above it; as geojson, the demand points (or the institutions)."""
    from tuoyu_geo.cli.tables import print_frame

    del debug
    access = open_given(project, overrides).access(when=when)
    frame = access.institutions if by == "institution" and form == "geojson" else _frame(access, by)
    if form == "geojson" and by != "institution":
        frame = access.demand
    if form == "table":
        typer.echo(repr(access))
        typer.echo(access.places_line())
        frame = _worded(frame, access)
    print_frame(
        frame,
        form=form,
        columns={name: text(f"cli.column_{name}") for name in (*_COLUMNS[by], *_built_up(frame))},
    )


def _built_up(frame: "pd.DataFrame") -> tuple[str, ...]:
    """Columns that a project with a layer of built-up area has besides."""
    return tuple(name for name in ("built_up_total", "built_up_share") if name in frame)


def _frame(access: "Access", by: str) -> "pd.DataFrame":
    if by == "township":
        places = access.townships[["needed_places", "served_places", "unmet_places"]]
        return access.wide(by="township").join(places)
    if by == "area":
        return access.wide(by="area")
    named = {"reading": "coverage", "curve": "curve", "institution": "institutions", "nearest": "nearest"}
    frame: pd.DataFrame = getattr(access, named.get(by, "equity"))
    return frame


def _worded(frame: "pd.DataFrame", access: "Access") -> "pd.DataFrame":
    """Codes as words, ids as names, and shares rounded down."""
    from tuoyu_geo.coverage import share_text

    shares = [name for name in frame.columns if str(name) == "share" or str(name).endswith("_share")]
    frame = frame.assign(**{name: [share_text(share) for share in frame[name]] for name in shares})
    tenths = [name for name in frame.columns if str(name).endswith(("_places", "_per_100", "in_reach"))]
    frame = frame.assign(**{name: frame[name].round(1) for name in tenths})
    if "cost" in frame:
        frame = frame.assign(cost=frame["cost"].round(1))
    if "scope" in frame and "standard_m" in frame and "headline" not in frame:
        frame = frame.assign(scope=[text(f"coverage.scope_{scope}") for scope in frame["scope"]])
    if "use" in frame:
        used = [None if use is None else text(f"words.use.{use}") for use in frame["use"]]
        return frame.assign(use=used, township=frame["township_id"].map(access.townships["name"]))
    if "demand_id" in frame:
        return frame.assign(
            demand=frame["demand_id"].map(access.demand["name"]),
            cost_unit=[text(f"words.unit.{unit}") for unit in frame["cost_unit"]],
            within=[text("cli.yes") if near else text("cli.no") for near in frame["within"]],
        )
    return frame
