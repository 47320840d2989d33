"""Figures and codes as people read them; a missing value is None and its line is left out."""

import math
from typing import Any

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import has_text, text


def missing(value: Any) -> bool:  # noqa: ANN401  (cells of a frame)
    """Whether a cell holds nothing: None, NaN, NaT, NA or blank text."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    # NaN and NaT are not equal to themselves; pd.NA refuses to be a truth value
    try:
        return bool(value != value)  # noqa: PLR0124
    except TypeError:
        return True


def word(vocabulary: str, code: Any) -> str | None:  # noqa: ANN401
    """A coded value in words; a code without a word is shown as it stands."""
    if missing(code):
        return None
    key = f"words.{vocabulary}.{code}"
    return text(key) if has_text(key) else str(code)


def number(value: Any, *, digits: int = 0) -> str | None:  # noqa: ANN401
    """A number with thousands separators."""
    if missing(value):
        return None
    shown = float(value)
    return f"{shown:,.{digits}f}" if math.isfinite(shown) else None


def share(value: Any) -> str | None:  # noqa: ANN401
    """A share 0..1 as a percentage with one decimal, never rounded up to a target."""
    return None if missing(value) else f"{cut(float(value), digits=3):.1%}"


def ratio(value: Any) -> str | None:  # noqa: ANN401
    """A figure with two decimals, never rounded up to a target."""
    return None if missing(value) else f"{cut(float(value), digits=2):,.2f}"


def year(value: Any) -> str | None:  # noqa: ANN401
    """A year without separators."""
    return None if missing(value) else f"{float(value):.0f}"


def cost(value: Any, unit: str) -> str | None:  # noqa: ANN401
    """A path's cost with its unit."""
    figure = number(value, digits=1 if unit == "min" else 0)
    return None if figure is None else f"{figure} {word('unit', unit)}"


def yes_no(value: Any) -> str | None:  # noqa: ANN401
    """A flag in words."""
    if missing(value):
        return None
    return text("maps.yes") if bool(value) else text("maps.no")


def plain(value: Any) -> str | None:  # noqa: ANN401
    """Text from the data, as it stands."""
    return None if missing(value) else str(value)


def dash(value: str | None) -> str:
    """A table's cell: a dash where nothing is known."""
    return "—" if value is None else value
