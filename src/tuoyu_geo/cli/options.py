"""Options that several commands share; each means the same everywhere."""

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from tuoyu_geo.project import Project

DEFAULT_PROJECT = Path("data/yongan")

ProjectPath = Annotated[
    Path | None, typer.Argument(metavar="PROJECT", help="cli.arg_project", show_default=False)
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="cli.opt_out", show_default=False)]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="cli.opt_set", show_default=False),
]
Debug = Annotated[bool, typer.Option("--debug", help="cli.opt_debug", show_default=False)]
TableFormat = Literal["table", "csv", "json", "geojson"]
Format = Annotated[TableFormat, typer.Option("--format", help="cli.opt_format")]


def project_path(given: Path | None) -> Path:
    """The project a command works on: the one named, or the example of a checkout."""
    return DEFAULT_PROJECT if given is None else given


def open_given(project: Path | None, overrides: list[str] | None) -> "Project":
    """The project a command works on, opened with the settings that its command line overrides."""
    from tuoyu_geo.project import open_project

    return open_project(project_path(project), overrides=overrides or ())


def out_folder(given: Path | None, project: Path | None) -> Path:
    """Where outputs go: the folder named; for the example here; for a named project its own folder ``out``."""
    if given is not None:
        return given
    if project is None or project.resolve() in {
        DEFAULT_PROJECT.resolve(),
        (DEFAULT_PROJECT / "project.toml").resolve(),
    }:
        return Path()
    return (project.parent if project.suffix == ".toml" else project) / "out"


def command_word(path: Path) -> str:
    """A path as it can stand in a command that is copied into a shell."""
    words = str(path)
    if re.fullmatch(r"[\w./\\:~+-]+", words):
        return words
    return f'"{words}"' if os.name == "nt" else shlex.quote(words)
