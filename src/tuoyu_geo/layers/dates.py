"""Days and years as people write them: 2003年6月, 1998.06, 90年代, 2021/6/30, Excel serial numbers, 在建."""

import datetime as dt
import re

import numpy as np

from tuoyu_geo.layers.numbers import read_number
from tuoyu_geo.layers.reading import Reading, is_too_long, plain_text, says_nothing

# What stands in a date's cell while nothing has been completed, and the status it tells.
UNBUILT = {
    **dict.fromkeys(("在建", "建设中", "施工中", "未竣工", "未完工", "续建"), "under_construction"),
    **dict.fromkeys(("规划", "规划中", "未建", "拟建", "待建", "未开工", "筹建"), "planned"),
}
_FIRST, _LAST = 1900, 2100
_PUNCTUATION = r"[年./-]"
_AROUND = re.compile(
    r"大约|大概|预计|计划|拟于|公元|左右|前后|上下|年?(?:上半年|下半年|春|夏|秋|冬)季?|第?[一二三四1-4]季度|q[1-4]"
    r"|[底初末](?=$|竣|建|交)|[上中下]旬|^约"
)
_WORDS = re.compile(r"已?(?:竣工|建成|建造|交付|交房|完工|投用|投入使用|验收)(?:使用)?")
_DAY = re.compile(rf"(\d{{4}}){_PUNCTUATION}?(?:(\d{{1,2}})(?:[月./-](?:(\d{{1,2}})日?)?)?)?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_DAY_LAST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_DECADE = re.compile(
    r"(?:上世纪|20世纪|19|(20|21世纪))?(\d|[一二三四五六七八九])[0十]年代(?:初|中|末|中期|后期|初期|末期)?"
)
_SHORT = re.compile(r"(\d{2})年(?:(\d{1,2})月?)?")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def read_date(value: object) -> Reading:
    """A day: 2003年6月1日, 2021/6/30, 1998.06 (its first day), 2005 (its first day), an Excel serial number.

    Where only a month, a year or a decade is known, its first day is taken and noted as "rounded": of the estates
    completed in 2021, nearly all were completed before the last day of that year. Of several years the last is
    taken, and noted as "range". 在建 has no date; `unbuilt_status` tells what it says instead.
    """
    day, precision = _read_day(value)
    if day is None:
        return Reading(None, precision)
    return Reading(day, {"day": "", "month": "rounded", "year": "rounded"}.get(precision, precision))


def read_year(value: object) -> Reading:
    """A year, from whatever a date may be written as; a decade gives its first year, noted as "rounded"."""
    day, precision = _read_day(value)
    if day is not None:
        return Reading(float(day.year), "" if precision in {"day", "month", "year"} else precision)
    if precision != "unreadable":
        return Reading(None, precision)
    number = read_number(value).value
    if isinstance(number, float) and number.is_integer() and _FIRST <= number <= _LAST:
        return Reading(number)
    return Reading(None, "unreadable")


def unbuilt_status(value: object) -> str | None:
    """The status that a date's cell tells in place of a date; None where it tells none."""
    return UNBUILT.get(re.sub(r"[\s。.()]", "", plain_text(value)))


def _read_day(value: object) -> tuple[dt.date | None, str]:  # noqa: PLR0911  (a return a way of writing)
    """A day, and how precise it is ("day", "month", "year", "rounded", "range"); or None and a note."""
    if isinstance(value, bool | np.bool_):
        return None, "unreadable"
    if isinstance(value, dt.datetime | dt.date):
        if value != value:  # noqa: PLR0124  (pandas' NaT)
            return None, ""
        return _known(value.year, value.month, value.day, "day")
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            return None, ""
        day = value.astype("datetime64[D]").astype(dt.date)
        return (
            _known(day.year, day.month, day.day, "day") if isinstance(day, dt.date) else (None, "unreadable")
        )
    if says_nothing(value):
        return None, ""
    if unbuilt_status(value) is not None:
        return None, ""
    if is_too_long(value):
        return None, "unreadable"
    raw = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$|(?<=\d)t\d{2}:\d{2}.*$", "", plain_text(value).lower())
    raw = re.sub(r"\s+", "", _WORDS.sub("", re.sub(r"\([^()]*\)$", "", raw))).strip("。,;")
    return _parse(raw)


def _parse(raw: str) -> tuple[dt.date | None, str]:  # noqa: PLR0911  (a return a way of writing)
    """The day that words without spaces name."""
    serial = re.fullmatch(r"(\d{5})(?:\.\d+)?", raw)
    if serial and 20_000 <= int(serial.group(1)) <= 80_000:
        # Excel counts days from 1899-12-30 (it takes 1900 for a leap year).
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(serial.group(1)))
        return _known(day.year, day.month, day.day, "day")
    solid = _SOLID.fullmatch(raw)
    if solid:
        return _calendar(*solid.groups())
    plain = _DAY.fullmatch(raw)
    if plain:
        return _calendar(*plain.groups())
    decade = _DECADE.fullmatch(raw.removeprefix("约"))
    if decade:
        digit = int(decade.group(2).translate(_DIGITS))
        century = 2000 if decade.group(1) or digit < 3 else 1900
        return _known(century + 10 * digit, 1, 1, "rounded")
    backwards = _DAY_LAST.fullmatch(raw)
    if backwards:
        first, second, year = (int(part) for part in backwards.groups())
        # 6/7/2021 is June or July: only a number above 12 tells which is the day.
        if (first > 12) == (second > 12):
            return None, "unreadable"
        return _calendar(str(year), str(min(first, second)), str(max(first, second)))
    short = _SHORT.fullmatch(raw)
    if short:
        year = int(short.group(1))
        short_day, _ = _calendar(str(year + (1900 if year >= 50 else 2000)), short.group(2), None)
        return (short_day, "rounded") if short_day else (None, "unreadable")
    digits = re.sub(
        r"[〇○零一二三四五六七八九]{4}(?=年)", lambda found: found.group().translate(_DIGITS), raw
    )
    # The end of a year is its last month, its second half begins with the seventh.
    later = re.sub(r"(?<=\d{4})年?(?:年底|[底末]|第?[四4]季度|q4)", "年12月", digits)
    later = re.sub(r"(?<=\d{4})年?下半年", "年7月", later)
    around = _AROUND.sub("", later).strip("-~至到")
    if around != raw:
        near, precision = _parse(around)
        return (near, precision if digits == around else "rounded") if near else (None, "unreadable")
    return _last_of(raw)


def _last_of(raw: str) -> tuple[dt.date | None, str]:
    """The last of several days, such as the completion of the last phase."""
    years = [int(one) for one in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", raw)]
    parts = [part for part in re.split(r"[~至到,、;+]|(?<=年)[-/]|(?<=\d{4})[-/](?=\d{4})", raw) if part]
    parts = [re.sub(r"^第?[一二三四五六七八九十\d]+期[::]?", "", part) for part in parts]
    if len(parts) < 2 or len(years) != len(parts):
        return None, "unreadable"
    days = [_DAY.fullmatch(part) for part in parts]
    found = [_calendar(*match.groups())[0] for match in days if match is not None]
    known = [day for day in found if day is not None]
    return (max(known), "range") if len(known) == len(parts) else (None, "unreadable")


def _calendar(year: str, month: str | None, day: str | None) -> tuple[dt.date | None, str]:
    precision = "day" if day else "month" if month else "year"
    return _known(int(year), int(month or 1), int(day or 1), precision)


def _known(year: int, month: int, day: int, precision: str) -> tuple[dt.date | None, str]:
    if not _FIRST <= year <= _LAST:
        return None, "unreadable"
    try:
        return dt.date(year, month, day), precision
    except ValueError:
        return None, "unreadable"
