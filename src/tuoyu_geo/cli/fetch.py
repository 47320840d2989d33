"""`tuoyu-geo fetch`: roads, boundaries and facilities from OpenStreetMap into a project folder."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, command_word
from tuoyu_geo.messages import text

NAME = "fetch"


def command(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="fetch.arg_place")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="fetch.opt_out")] = Path(),
    overpass: Annotated[
        str | None,
        typer.Option("--overpass", metavar="URL", help="fetch.opt_overpass", show_default=False),
    ] = None,
    nominatim: Annotated[
        str | None,
        typer.Option("--nominatim", metavar="URL", help="fetch.opt_nominatim", show_default=False),
    ] = None,
    retries: Annotated[int, typer.Option("--retries", min=0, help="fetch.opt_retries")] = 4,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="DIR", help="fetch.opt_cache", show_default=False)
    ] = None,
    debug: Debug = False,
) -> None:
    """Exit 1 where a server doesn't answer; 2 where the place isn't known or files are there already."""
    from tuoyu_geo.cli.progress import Progress
    from tuoyu_geo.starting.fetch import NOMINATIM, OVERPASS, Servers, fetch_place

    del debug
    servers = Servers(
        overpass_url=overpass or OVERPASS, nominatim_url=nominatim or NOMINATIM, retries=retries
    )
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    with Progress() as progress:
        fetched = fetch_place(
            place,
            out,
            date=today,
            servers=servers,
            cache=cache,
            on_phase=lambda _name: progress.phase("fetch"),
        )
    for name, count in fetched.counts.items():
        typer.echo(text("fetch.counted", layer=text(f"fetch.layer_{name}"), n=count))
    typer.echo(
        text(
            "fetch.next_new" if fetched.is_new else "fetch.next",
            folder=command_word(fetched.folder.resolve()),
        )
    )
    typer.secho(text("fetch.attribution", date=today), fg="yellow")
