"""Numbers as people write them: 约1.2万人, 800-1000户, 一期320户,二期280户, 1200人(含在建)."""

import math
import re
from collections.abc import Mapping

import numpy as np

from tuoyu_geo.layers.reading import Reading, is_too_long, plain_text, says_nothing
from tuoyu_geo.layers.units import UNITS, WORDS, factor_to

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d.])|\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_SCALES: Mapping[str, float] = {"亿": 1e8, "万": 1e4, "w": 1e4, "千": 1e3, "k": 1e3, "百": 1e2, "": 1.0}
_SCALE = r"(?:百|千)?(?:亿|万|w(?![a-z]))|千|k(?![a-z])|百"
_AMOUNT = rf"(?P<digits1>{_DIGITS})(?P<scale1>{_SCALE})?(?P<unit1>{WORDS})?"
_SINGLE = re.compile(rf"(?P<sign>-?){_AMOUNT}")
_RANGE = re.compile(rf"{_AMOUNT}[~至到-]{_AMOUNT.replace('1>', '2>')}")
_ABOUT = re.compile(
    r"约为|大约|大概|估计|预计|概算|左右|上下|\(估算?\)|\(约\)|^[约近估逾]|[约近逾](?=\d)|(?<=[\d亿万千百十人户套])[余多约]"
)
_BOUND = re.compile(
    r"不足|不到|少于|小于|低于|不超过|不少于|不低于|至少|最多|以上|以下|以内|超过|大于|超|[<>≤≥]=?"
)
_TOTAL = re.compile(r"^(?:合计|总计|共计|共有|总共|共|计|总数)[::]?(?=\d)")
_FOOTNOTE = re.compile(r"(?<=[\d\u4e00-\u9fff])[¹²³⁰⁴-⁹]+$")
# A part of a total, or another measure beside it: never to be added.
_NOT_A_PART = re.compile(
    r"其中|含|包括|另|户籍|常住|流动|规划|现状|入住|空置|未|已|设计|实际|备案|普惠|原|现|去年|今年|(?:19|20)\d\d年?"
)
_LABEL = (
    r"(?:(?:第?[一二三四五六七八九十\d]+(?:期|栋|幢|号楼|号院|号|区|组团?|标段|岁|\#楼?)|[a-z](?:区|栋|座)"
    r"|[东南西北中]区|[\u4e00-\u9fff]{1,8}?)[::]?)"
)
_PART = re.compile(rf"(?P<label>{_LABEL})?{_AMOUNT}")
_CHINESE: Mapping[str, int] = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "两": 2,
    **{one: k for k, one in enumerate("一二三四五六七八九", start=1)},
}
_NUMERALS = "".join(_CHINESE) + "十百千万"


_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,15})?")


def read_number(  # noqa: PLR0911  (a return a way of writing)
    value: object, *, unit: str = "", column_unit: str = ""
) -> Reading:
    """A number: 320, ３２０户, 约1,200人, 1.2万, 800-1000人 (their mean), 一期320户,二期280户 (their sum).

    Parameters
    ----------
    value
        The cell.
    unit
        The field's unit; a cell that counts something else ("320户" where persons are wanted) can't be read.
    column_unit
        The unit that the column's name states, for cells that state none.
    """
    if isinstance(value, bool | np.bool_):
        return Reading(None, "unreadable")
    plain_factor = 1.0
    if column_unit:
        of_column = factor_to(unit, word=column_unit)
        if of_column is None:
            return Reading(None, "" if says_nothing(value) else "unreadable")
        plain_factor = of_column
    if isinstance(value, int | float | np.integer | np.floating):
        try:
            number = float(value)
        except (OverflowError, TypeError):  # a whole number of 400 digits, or a span of time
            return Reading(None, "unreadable")
        if math.isnan(number):
            return Reading(None)
        return _finite(number * plain_factor, "converted" if plain_factor != 1.0 else "")
    if plain_factor == 1.0 and isinstance(value, str) and value.isascii() and _PLAIN.fullmatch(value):
        return Reading(float(value))
    if says_nothing(value):
        return Reading(None)
    if is_too_long(value):
        return Reading(None, "unreadable")
    return _read_words(value, unit=unit, plain_factor=plain_factor)


def _read_words(value: object, *, unit: str, plain_factor: float) -> Reading:
    note = ""
    if _FOOTNOTE.search(str(value).strip()) and not re.search(r"m[²³]$", str(value).strip(), re.IGNORECASE):
        value, note = _FOOTNOTE.sub("", str(value).strip()), "remark"
    raw = re.sub(r"[—–―−‐‑]+", "-", plain_text(value).lower()).replace("\u2044", "/").replace("～", "~")
    raw = raw.rstrip(";。.,、") if not re.search(r"\d\.$", raw) else raw.rstrip(".")
    if raw.strip("-~ ") == "":
        return Reading(None)
    if _ABOUT.search(raw):
        raw, note = _ABOUT.sub("", raw), "rounded"
    if _BOUND.search(raw):
        raw, note = _BOUND.sub("", raw), "bound"
    if re.fullmatch(r"\d{1,3}(?: \d{3})+", raw):
        raw, note = raw.replace(" ", ""), note or "grouped"
    bare = re.sub(r"(?<=\d)\s+(?=\d)", ";", raw)
    bare = _TOTAL.sub("", re.sub(r"\s+", "", re.sub(r"[\r\n]+", ";", bare)))
    outside = re.sub(r"\([^()]*\)$", "", bare)
    if outside and outside != bare:
        bare, note = outside, note or "remark"
    bare = _from_chinese(bare)
    dated = re.sub(r"^(?:19|20)\d\d年[末底初度]?[::,]?(?=\D*\d)", "", bare)
    if dated != bare:
        bare, note = dated, note or "remark"
    return (
        _single(bare, unit, plain_factor, note)
        or _range(bare, unit, plain_factor)
        or _several(bare, unit, plain_factor, note)
        or Reading(None, "unreadable")
    )


def _single(bare: str, unit: str, plain_factor: float, note: str) -> Reading | None:
    match = _SINGLE.fullmatch(bare)
    if match is None:
        return None
    number = _amount(match, 1, unit, plain_factor)
    if number is None:
        return Reading(None, "unreadable")
    word = match["unit1"]
    plain = number == _digits(match["digits1"]) * _scale(match["scale1"])
    # Money is wanted in 10,000 yuan: 100万元 is plainly 100 of them.
    told = unit == "万元" and match["scale1"] == "万" and word in {"元", None}
    return _finite(-number if match["sign"] else number, note or ("" if plain or told else "converted"))


def _range(bare: str, unit: str, plain_factor: float) -> Reading | None:
    match = _RANGE.fullmatch(bare)
    if match is None:
        return None
    # 1-2万 means 1万 to 2万, and 800-1000户 counts households twice.
    scale = match["scale1"] or match["scale2"]
    word = match["unit1"] or match["unit2"]
    low = _worth(match["digits1"], scale, word, unit, plain_factor)
    high = _worth(match["digits2"], match["scale2"], match["unit2"] or word, unit, plain_factor)
    if low is None or high is None or low > high:
        return Reading(None, "unreadable")
    return _finite((low + high) / 2, "range")


def _several(  # noqa: PLR0911  (a return a way of writing)
    bare: str, unit: str, plain_factor: float, note: str
) -> Reading | None:
    """Parts that add up, or the one number of several that is counted in the field's unit."""
    parts = list(_PART.finditer(bare))
    if len(parts) < 2 or not re.fullmatch(r"[,;、+/\s]*", _PART.sub("", bare)):
        return None
    by_unit = [part for part in parts if part["unit1"] and factor_to(unit, word=part["unit1"]) is not None]
    if unit and len(by_unit) == 1 and all(part["unit1"] for part in parts):
        number = _amount(by_unit[0], 1, unit, plain_factor)
        return None if number is None else _finite(number, "remark")
    if re.search(r"其中|含|包括", bare):
        first = parts[0]
        number = _amount(first, 1, unit, plain_factor)
        return None if first["label"] or number is None else _finite(number, "remark")
    if any(_NOT_A_PART.search(part["label"] or "") for part in parts):
        return None
    added = "+" in bare and not re.search(r"[,;、/]", bare)
    if not added and not all(part["label"] or part["unit1"] for part in parts):
        return None
    if "/" in bare or len({part["unit1"] for part in parts if part["unit1"]}) > 1:
        return None
    amounts = [_amount(part, 1, unit, plain_factor) for part in parts]
    known = [amount for amount in amounts if amount is not None]
    return _finite(sum(known), note if note == "bound" else "sum") if len(known) == len(parts) else None


def _amount(match: re.Match[str], k: int, unit: str, plain_factor: float) -> float | None:
    return _worth(match[f"digits{k}"], match[f"scale{k}"], match[f"unit{k}"], unit, plain_factor)


def _worth(digits: str, scale: str | None, word: str | None, unit: str, plain_factor: float) -> float | None:
    number = _digits(digits) * _scale(scale)
    if word:
        factor = factor_to(unit, word=word)
        return None if factor is None else number * factor
    if scale:
        return number * (UNITS["元"][1] if unit == "万元" else 1.0)
    return number * plain_factor


def _digits(digits: str) -> float:
    return float(digits.replace(",", ""))


def _scale(scale: str | None) -> float:
    return math.prod(_SCALES[one] for one in scale or "")


def _finite(number: float, note: str = "") -> Reading:
    return Reading(number, note) if math.isfinite(number) else Reading(None, "unreadable")


def _from_chinese(bare: str) -> str:
    """Numerals written out (三百二十户) as digits, where the whole cell is one number and its unit.

    Without a unit they say nothing certain: a dash is often typed as 一.
    """
    match = re.fullmatch(rf"([{_NUMERALS}]+)({WORDS})", bare)
    if match is None:
        return bare
    total = section = digit = 0
    for one in match.group(1):
        if one in _CHINESE:
            digit = _CHINESE[one]
        elif one == "万":
            total, section, digit = total + (section + digit or 1) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[one], 0
    return f"{total + section + digit}{match.group(2)}"


def read_floor(value: object) -> Reading:
    """A floor: 3, 3F, 三层, 负一层, B1, 3/6层 (the third of six).

    Of several floors the one that decides is taken, and noted as "range": the lowest where any lies below ground,
    else the highest.
    """
    if is_too_long(value):
        return Reading(None, "unreadable")
    raw = plain_text(value).lower()
    if isinstance(value, bool | np.bool_) or raw in {"", "nan"} or says_nothing(value):
        return Reading(None, "unreadable" if isinstance(value, bool | np.bool_) else "")
    raw = re.sub(r"\s+", "", raw.replace("首层", "1层").replace("底层", "1层").replace("地上", ""))
    raw = re.sub(r"[—–―−‐‑]+", "-", raw)
    of_all = re.fullmatch(r"(-?\d+)[层楼f]?/(?:共|总)?\d+[层楼f]?|共\d+[层楼],?第(\d+)[层楼]", raw)
    if of_all:
        return _finite(float(of_all.group(1) or of_all.group(2)), "remark")
    floors: list[float] = []
    for part in re.split(r"[,、;~至到+]|(?<=[\d层楼f])-", re.sub(r"\([^()]*\)$", "", raw)):
        match = re.fullmatch(rf"(负|地下|-|b|第)?(-?\d+(?:\.\d+)?|[{_NUMERALS}]+)[层楼f]?", part)
        if match is None:
            return Reading(None, "unreadable")
        number = float(
            match.group(2) if match.group(2)[-1].isdigit() else _from_chinese(f"{match.group(2)}层")[:-1]
        )
        floors.append(-number if match.group(1) in {"负", "地下", "-", "b"} else number)
    if len(floors) == 1:
        return _finite(floors[0], "remark" if raw.endswith(")") else "")
    return _finite(min(floors) if min(floors) <= 0 else max(floors), "range")
