"""`tuoyu-geo init`: a new project folder, empty with templates, or the example."""

from pathlib import Path
from typing import Annotated

import typer

from tuoyu_geo.cli.options import Debug, command_word
from tuoyu_geo.messages import text

NAME = "init"


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="cli.arg_folder")],
    *,
    example: Annotated[bool, typer.Option("--example", help="cli.opt_example", show_default=False)] = False,
    debug: Debug = False,
) -> None:
    """Refuse a folder that already holds a project."""
    from tuoyu_geo.starting.new_project import write_example, write_template

    del debug
    written = write_example(folder) if example else write_template(folder)
    for path in written:
        typer.echo(text("cli.init_file", path=path))
    typer.echo(text("cli.init_next_example" if example else "cli.init_next", folder=command_word(folder)))
