"""Values as people write them: numbers with 约 and 万, ranges and sums, years and dates, codes.

Each parser gives a value and, where the interpretation lost something, a note's key; what it can't read it says so.
"""

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass

import numpy as np

MISSING = {
    "",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    "无",
    "暂无",
    "不详",
    "未知",
    "待定",
    "待核",
    "n/a",
    "na",
    "nan",
    "none",
    "null",
    "#n/a",
}
_UNITS = r"(?:人|户|套|个|家|间|层|楼|㎡|m2|m²|平方米|平米|平方|米|公里|km|万元|元|年|托位|班|岁)"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_TERM = re.compile(rf"({_NUMBER})(万|千)?")
_RANGE = re.compile(rf"^({_NUMBER})(万|千)?[~至到-]({_NUMBER})(万|千)?$")
_SCALE = {"万": 10_000.0, "千": 1_000.0, None: 1.0}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says.

    Attributes
    ----------
    value
        The value, or None where the cell is empty, says that nothing is known, or can't be read.
    note
        "" for a plain value; "rounded", "range", "sum" where the interpretation lost something; "unreadable".
    """

    value: object
    note: str = ""


def plain_text(value: object) -> str:
    """A cell as trimmed text of normal width; "" for an empty cell."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer() and abs(float(value)) < 1e15:
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).replace("\u200b", "").strip()


def read_number(value: object) -> Reading:  # noqa: PLR0911  (a return a way of writing)
    """A number: 320, ３２０户, 约1,200人, 1.2万, 800-1000人 (their mean), 一期320户,二期280户 (their sum)."""
    if isinstance(value, bool):
        return Reading(None, "unreadable")
    if isinstance(value, int | float | np.integer | np.floating):
        number = float(value)
        if math.isnan(number):
            return Reading(None)
        return Reading(number) if math.isfinite(number) else Reading(None, "unreadable")
    raw = plain_text(value).lower().replace("，", ",").replace("—", "-").replace("～", "~")
    if raw in MISSING or raw.strip("-~ ") == "":
        return Reading(None)
    about = re.search(r"[约余近]|左右|以上|多", raw) is not None
    bare = re.sub(r"[约余近多]|左右|以上|\s", "", raw)
    note = "rounded" if about else ""
    negative = re.fullmatch(rf"-({_NUMBER})(万|千)?{_UNITS}?", bare)
    if negative:
        return Reading(-_scaled(negative.group(1), negative.group(2)), note)
    single = re.fullmatch(rf"({_NUMBER})(万|千)?{_UNITS}?", bare)
    if single:
        return Reading(_scaled(single.group(1), single.group(2)), note)
    spread = _RANGE.match(re.sub(_UNITS, "", bare))
    if spread:
        high_scale = spread.group(4)
        low = _scaled(spread.group(1), spread.group(2) or high_scale)
        return Reading((low + _scaled(spread.group(3), high_scale)) / 2, "range")
    # A sum names its parts: every number carries a unit, and the parts are set apart.
    parts = [part for part in re.split(r"[,;、+]", re.sub(r"(?<=\d),(?=\d{3})", "", bare)) if part]
    terms = [
        _TERM.findall(
            re.sub(r"^[一二三四五六七八九十\d]+期|^[东南西北]区|^[a-z]区|^[\u4e00-\u9fff]+(?=\d)", "", part)
        )
        for part in parts
    ]
    if len(parts) > 1 and all(len(term) == 1 for term in terms):
        return Reading(sum(_scaled(*term[0]) for term in terms), "sum")
    return Reading(None, "unreadable")


def _scaled(digits: str, scale: str | None) -> float:
    return float(digits.replace(",", "")) * _SCALE[scale or None]


def read_date(value: object) -> Reading:  # noqa: PLR0911  (a return a way of writing)
    """A day: 2003年6月1日, 2021/6/30, 1998.06 (its first day), 2005 (its first day), an Excel serial number.

    Where only a month or a year is known, its first day is taken and noted as "rounded": of the estates completed
    in 2021, nearly all were completed before the last day of that year.
    """
    if isinstance(value, dt.datetime | dt.date):
        return Reading(dt.date(value.year, value.month, value.day))
    if isinstance(value, np.datetime64):
        return Reading(None) if np.isnat(value) else Reading(value.astype("datetime64[D]").astype(dt.date))
    raw = plain_text(value)
    if raw.lower() in MISSING or raw in {"在建", "规划", "未建", "拟建", "未竣工"}:
        return Reading(None)
    raw = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$", "", raw)
    match = re.fullmatch(
        r"(\d{4})[年./-]?(?:(\d{1,2})[月./-]?(?:(\d{1,2})日?)?)?(?:底|竣工|建成|交付|前后)?", raw
    )
    if match and 1900 <= int(match.group(1)) <= 2100 and (match.group(2) or not re.fullmatch(r"\d{5,}", raw)):
        return _calendar(int(match.group(1)), match.group(2), match.group(3))
    decade = re.fullmatch(r"(?:19|20)?(\d)0年代", raw)
    if decade:
        digit = int(decade.group(1))
        return Reading(dt.date((1900 if digit >= 3 else 2000) + 10 * digit, 1, 1), "rounded")
    if re.fullmatch(r"\d{5}(\.\d+)?", raw) and 20_000 <= float(raw) <= 80_000:
        # Excel counts days from 1899-12-30 (it takes 1900 for a leap year).
        return Reading(dt.date(1899, 12, 30) + dt.timedelta(days=int(float(raw))))
    return Reading(None, "unreadable")


def _calendar(year: int, month: str | None, day: str | None) -> Reading:
    try:
        if month and day:
            return Reading(dt.date(year, int(month), int(day)))
        return Reading(dt.date(year, int(month or 1), 1), "rounded")
    except ValueError:
        return Reading(None, "unreadable")


def read_year(value: object) -> Reading:
    """A year, from whatever a date may be written as."""
    day = read_date(value)
    if isinstance(day.value, dt.date):
        return Reading(float(day.value.year))
    number = read_number(value)
    if isinstance(number.value, float) and number.value.is_integer() and 1900 <= number.value <= 2100:
        return Reading(number.value)
    return Reading(None, day.note)


def read_code(value: object) -> Reading:
    """A code as text; one that a spreadsheet turned into 3.50481E+11 has lost digits and can't be read."""
    raw = plain_text(value)
    if raw.lower() in MISSING:
        return Reading(None)
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", raw):
        return Reading(None, "unreadable")
    return Reading(re.sub(r"\.0+$", "", raw) if re.fullmatch(r"\d+\.0+", raw) else raw)


def read_text(value: object) -> Reading:
    """Text as it stands, trimmed; nothing where the cell says nothing. Width is kept: it is somebody's name."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Reading(None)
    raw = plain_text(value) if isinstance(value, float) else str(value).strip()
    return Reading(None if raw.lower() in MISSING else raw)
