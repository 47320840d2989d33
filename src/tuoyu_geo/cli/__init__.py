"""The command line: one file a command, errors in one line, a traceback only when asked for."""

import os
import sys

import typer

from tuoyu_geo import __version__
from tuoyu_geo.cli import (
    alternatives,
    batch,
    check,
    coverage,
    diff,
    fetch,
    frontier,
    gaps,
    init,
    maps,
    phases,
    robust,
    run,
    sensitivity,
    site,
    trace,
)
from tuoyu_geo.cli.speech import OPTION, SpokenGroup
from tuoyu_geo.cli.stopping import AFTER_CTRL_C, hearing_requests, leaving
from tuoyu_geo.errors import ConfigError, TuoyuError
from tuoyu_geo.messages import LANGUAGES, VARIABLE, speaking, text

app = typer.Typer(
    name="tuoyu-geo",
    help="cli.help",
    cls=SpokenGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(value: bool) -> None:  # noqa: FBT001  (typer's callback form)
    if value:
        typer.echo(f"tuoyu-geo {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: bool = typer.Option(
        False, "--version", help="cli.help_version", callback=_show_version, is_eager=True
    ),
    language: str | None = typer.Option(
        None, OPTION, metavar="|".join(LANGUAGES), help="cli.opt_lang", envvar=VARIABLE, show_default=False
    ),
) -> None:
    del version, language  # SpokenGroup takes it from wherever it stands


COMMANDS = (
    init, check, run, maps, gaps, coverage, trace, site, frontier, sensitivity, phases, alternatives, robust, diff, fetch,
    batch,
)  # fmt: skip
for command in COMMANDS:
    app.command(name=command.NAME, help=f"cli.help_{command.NAME}", epilog="cli.epilog")(command.command)


def main() -> None:
    """Entry point: exit 0 done, 1 the data or the plan has errors, 2 wrong usage or config, 130 stopped by Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console or a pipe may stand in GBK; Chinese and names with emoji must get through either way.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    with leaving():
        _answer()


def _answer() -> None:
    try:
        with hearing_requests():
            app()
    except KeyboardInterrupt:
        sys.exit(AFTER_CTRL_C)  # before a command began
    except TuoyuError as error:
        if "--debug" in sys.argv:
            raise
        first, *findings = str(error).split("\n")  # a finding a line
        with speaking(error.language):
            typer.secho("\n".join([text("cli.error", message=first), *findings]), fg="red", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except OSError as error:
        from tuoyu_geo.writing import is_full

        if "--debug" in sys.argv or not is_full(error):
            raise
        # What a command writes by itself is told as an OutputError: this is a table on its way into a file.
        typer.secho(text("cli.table_cut"), fg="red", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what waits has nowhere to go
        sys.exit(1)
