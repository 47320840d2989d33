"""Values as people write them: codes and text here, numbers in numbers.py, days in dates.py.

Each parser gives a value and, where the interpretation lost something, a note's key; what it can't read it says so.
"""

import re

import numpy as np

from tuoyu_geo.layers.dates import read_date as read_date
from tuoyu_geo.layers.dates import read_year as read_year
from tuoyu_geo.layers.numbers import read_floor as read_floor
from tuoyu_geo.layers.numbers import read_number as read_number
from tuoyu_geo.layers.reading import Reading as Reading
from tuoyu_geo.layers.reading import plain_text as plain_text
from tuoyu_geo.layers.reading import says_nothing as says_nothing
from tuoyu_geo.messages import UNSHOWN

__all__ = [
    "Reading",
    "plain_text",
    "read_code",
    "read_date",
    "read_floor",
    "read_number",
    "read_text",
    "read_year",
    "says_nothing",
]
# A spreadsheet keeps 15 digits of a number; what stands after them is gone.
KEPT_DIGITS = 15


def read_code(value: object) -> Reading:
    """A code as text; one that a spreadsheet turned into 3.50481E+11 has lost digits and can't be read."""
    if isinstance(value, bool | np.bool_):
        return Reading(None, "unreadable")
    raw = UNSHOWN.sub("", plain_text(value)).lstrip("'‘’`").strip()
    if says_nothing(raw):
        return Reading(None)
    is_number = isinstance(value, int | float | np.integer | np.floating)
    if re.fullmatch(r"[+-]?\d(\.\d+)?[eE]\+?\d+", raw) or raw.startswith("#"):
        return Reading(None, "unreadable")
    if is_number and len(raw.partition(".")[0]) > KEPT_DIGITS:
        return Reading(None, "unreadable")
    return Reading(re.sub(r"\.0+$", "", raw) if re.fullmatch(r"\d+\.0+", raw) else raw)


def read_text(value: object) -> Reading:
    """Text as it stands, trimmed, on one line; nothing where the cell says nothing.

    Width is kept: it is somebody's name. A spreadsheet's own error is no text.
    """
    if says_nothing(value):
        return Reading(None)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return Reading(plain_text(value))
    raw = UNSHOWN.sub("", str(value)).strip()
    if re.fullmatch(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", raw):
        return Reading(None, "unreadable")
    return Reading(raw or None)
