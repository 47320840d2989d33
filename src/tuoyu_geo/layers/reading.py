"""What a cell says: its value, and what the interpretation lost."""

import math
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

# What people write where they know nothing. A spreadsheet's own error (#N/A, #REF!) is not among them: it is a fault.
MISSING = {
    *("", "-", "--", "---", "—", "——", "―", "–", "−", "/", "//", "\\", "?", "??", "...", "......", "*", "**", "***"),
    *("无", "暂无", "暂无数据", "无数据", "无资料", "不详", "不明", "不清楚", "未知", "未统计", "未填", "未填报"),
    *("待定", "待核", "待核实", "待补", "待补充", "待查", "待统计", "缺", "缺失", "空", "空白"),
    *("n/a", "na", "nan", "none", "null", "nil", "<null>", "(空)", "nat"),
}  # fmt: skip
_CIRCLED = re.compile(r"[\u2460-\u249b\u3220-\u3229\u3280-\u3289]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff]")
_ODD = re.compile(f"{_CIRCLED.pattern}|{_INVISIBLE.pattern}")


# No number, day or coordinate is written at such length; patterns would take minutes over a cell of a megabyte.
LONGEST_CELL = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says.

    Attributes
    ----------
    value
        The value, or None where the cell is empty, says that nothing is known, or can't be read.
    note
        "" for a plain value; "rounded", "bound", "range", "sum", "remark", "converted", "grouped" where
        the interpretation lost or assumed something; "unreadable".
    """

    value: object
    note: str = ""


def plain_text(value: object) -> str:
    """A cell as trimmed text of normal width; "" for an empty cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 1e15:
        return str(int(value))
    if isinstance(value, str) and value.isascii():
        return value.strip()  # most cells of a large table
    raw = str(value)
    if not _ODD.search(raw):
        return unicodedata.normalize("NFKC", raw).strip()
    # NFKC would turn ① into a 1 that joins the number after it.
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", _CIRCLED.sub(" ", raw))).strip()


def is_too_long(value: object) -> bool:
    """Whether a cell is text too long to be read as anything but text."""
    return isinstance(value, str) and len(value) > LONGEST_CELL


def says_nothing(value: object) -> bool:
    """Whether a cell is empty or says that nothing is known."""
    return plain_text(value).lower() in MISSING
