"""A new project around layers that were fetched: the template's settings, with these layers in their places."""

import re
import tomllib

from tuoyu_geo.starting.new_project import template_contents


def fetched_project_contents(described: str) -> dict[str, bytes]:
    """Settings, policy and spreadsheets for layers that were fetched, so that they can be checked at once.

    Parameters
    ----------
    described
        Those layers as tables of a project.toml; they take the place of the template's.

    Returns
    -------
    Contents by file name; spreadsheets of layers that were fetched are not among them.
    """
    fetched = tomllib.loads(described)["layers"]
    contents = template_contents()
    settings = contents["project.toml"].decode()
    for role in fetched:
        block = _block(described, rf"\[layers\.{role}\]")
        settings = settings.replace(_block(settings, rf"(?:# )?\[layers\.{role}\]"), block, 1)
        contents.pop(f"{role}.xlsx", None)
    return contents | {"project.toml": settings.encode()}


def _block(content: str, header: str) -> str:
    """A table of settings, from its header to the next empty line."""
    found = re.search(rf"^{header}[^\n]*\n(?:[^\n]+\n?)*", content, flags=re.MULTILINE)
    if found is None:
        raise AssertionError(header)
    return found[0]
