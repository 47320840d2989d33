"""A new project around layers that were fetched: the template's settings, with these layers in their places."""

import re
import tomllib
from pathlib import Path

from tuoyu_geo.errors import OutputError
from tuoyu_geo.messages import text
from tuoyu_geo.new_project import write_template


def write_fetched_project(folder: Path) -> list[Path]:
    """Settings, policy and spreadsheets for what `fetch_place` left in a folder, so that it can be checked at once.

    Parameters
    ----------
    folder
        Holds `osm_layers.toml`, whose layers take the place of the template's.

    Returns
    -------
    The files written; those of layers that were fetched are not among them.

    Raises
    ------
    ConfigError
        The folder already holds a project.toml.
    OutputError
        The folder can't be written.
    """
    described = (folder / "osm_layers.toml").read_text(encoding="utf-8")
    fetched = tomllib.loads(described)["layers"]
    written = [path for path in write_template(folder) if path.stem not in fetched]
    settings = folder / "project.toml"
    content = settings.read_text(encoding="utf-8")
    for role in fetched:
        block = _block(described, rf"\[layers\.{role}\]")
        content = content.replace(_block(content, rf"(?:# )?\[layers\.{role}\]"), block, 1)
    try:
        settings.write_text(content, encoding="utf-8")
        for role in fetched:
            (folder / f"{role}.xlsx").unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(text("new_project.unwritable", folder=folder, reason=error.strerror)) from error
    return written


def _block(content: str, header: str) -> str:
    """A table of settings, from its header to the next empty line."""
    found = re.search(rf"^{header}[^\n]*\n(?:[^\n]+\n?)*", content, flags=re.MULTILINE)
    if found is None:
        raise AssertionError(header)
    return found[0]
