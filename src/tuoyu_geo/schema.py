"""The form of each kind of output, as a number that stands in the output itself.

It goes up by one when a reader written for the form before would fail or be misled: a column, key, sheet or layer is
gone, renamed, or means something else. What is merely added leaves it as it is.
"""

from collections.abc import Mapping
from types import MappingProxyType

NAME = "schema_version"
"""What the number is called, wherever a format lets it be named."""

SCHEMAS: Mapping[str, int] = MappingProxyType(
    {
        "batch": 1,
        "findings": 1,
        "geopackage": 1,
        "manifest": 2,
        "map": 1,
        "map_sheet": 1,
        "report": 1,
        "summary": 1,
        "tables": 1,
        "township_sheet": 1,
        "workbook": 1,
    }
)
"""By kind of output."""


_FILES = {
    "plan.xlsx": "workbook",
    "plan.gpkg": "geopackage",
    "report.docx": "report",
    "report.html": "report",
    "summary.json": "summary",
    "findings.csv": "findings",
}
_FOLDERS = {"maps": "map", "townships": "township_sheet"}


def schema_of(file: str) -> int:
    """The number of an output of a run, by its name in the folder.

    Raises
    ------
    KeyError
        It is no output of a run.
    """
    return SCHEMAS[_FILES.get(file) or _FOLDERS[file.partition("/")[0]]]


def is_output(file: str) -> bool:
    """Whether a name is one of an output of a run."""
    return file in _FILES or file.partition("/")[0] in _FOLDERS


def html_meta(kind: str) -> str:
    """The number as an element of a page's head.

    Parameters
    ----------
    kind
        A kind of `SCHEMAS`.
    """
    return f'<meta name="{NAME}" content="{SCHEMAS[kind]}">'


def stated(kind: str) -> str:
    """The number in words of its own, for the one line of keywords that a picture or a PDF has.

    Parameters
    ----------
    kind
        A kind of `SCHEMAS`.
    """
    return f"{NAME}={SCHEMAS[kind]}"
