"""Values as cells: words for codes, nothing for what is missing."""

import math

import numpy as np

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import has_text, text


def is_missing(value: object) -> bool:
    """Whether there is nothing to show."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and math.isnan(value))
        or str(value) in {"NaT", "<NA>"}
    )


def word(vocabulary: str, code: object) -> str | None:
    """The catalogue's word for a code; the code itself where the catalogue has none."""
    if is_missing(code):
        return None
    key = f"words.{vocabulary}.{code}"
    return text(key) if has_text(key) else str(code)


def yes_no(value: object) -> str | None:
    """是 or 否; nothing where it is not known."""
    if is_missing(value):
        return None
    return text("reports.yes") if bool(value) else text("reports.no")


def judged(value: object, *, digits: int) -> float | int | None:
    """A figure that is judged against a target, cut to the digits that its cell shows, so that Excel rounds none up."""
    plain = number(value)
    return None if plain is None else number(cut(plain, digits=digits))


class Hundredths(float):
    """A number whose cell shows two decimals, whatever its column's form."""


def number(value: object) -> float | int | None:
    """A number as Excel takes it: whole where it is whole, nothing where it is missing."""
    if is_missing(value):
        return None
    plain = float(value)  # type: ignore[arg-type]
    if not math.isfinite(plain):
        return None
    return int(plain) if plain.is_integer() else plain
