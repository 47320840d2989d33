"""Ages as institutions write them: 6-36个月, 2—3岁, 18月龄以上, 3岁以下."""

import re

from tuoyu_geo.layers.reading import is_too_long, plain_text

OLDEST_MONTHS = 36.0
_UNIT = r"(岁|周岁|个月|月龄|月)?"
_SPAN = re.compile(rf"(\d+(?:\.\d+)?){_UNIT}[-—–~～至到]+(\d+(?:\.\d+)?){_UNIT}")
_FROM = re.compile(rf"(\d+(?:\.\d+)?){_UNIT}(?:以上|起|及以上)")
_UPTO = re.compile(rf"(\d+(?:\.\d+)?){_UNIT}(?:以下|以内|及以下)")


def read_ages(cell: object) -> tuple[float, float] | None:
    """The youngest age taken (closed) and the age at which children leave (open) [months].

    Parameters
    ----------
    cell
        As it stands in the table. A number without a unit takes the unit of its neighbour; where neither has one,
        numbers up to 3 are years and others months. Ages beyond 36 months are cut off there: an institution for
        children up to 6 serves those under 3 as well.

    Returns
    -------
    The span, or None where the cell says nothing that can be read, or nobody under 3 is in it.
    """
    if is_too_long(cell):
        return None
    text = (
        re.sub(r"[\s()]", "", plain_text(cell)).replace("婴幼儿", "").replace("幼儿", "").replace("儿童", "")
    )
    span, start, end = _SPAN.search(text), _FROM.search(text), _UPTO.search(text)
    if span:
        low, low_unit, high, high_unit = span.groups()
        unit = high_unit or low_unit or ("岁" if float(high) <= 3 else "月")
        youngest, oldest = _months(low, low_unit or unit), _months(high, high_unit or unit)
    elif start:
        youngest, oldest = _months(start.group(1), _unit(start)), OLDEST_MONTHS
    elif end:
        youngest, oldest = 0.0, _months(end.group(1), _unit(end))
    else:
        return None
    oldest = min(oldest, OLDEST_MONTHS)
    return (youngest, oldest) if youngest < oldest else None


def _unit(match: "re.Match[str]") -> str:
    return match.group(2) or ("岁" if float(match.group(1)) <= 3 else "月")


def _months(number: str, unit: str) -> float:
    return float(number) * (12.0 if "岁" in unit else 1.0)
