"""Columns by name, and cells that several sheets share."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from tuoyu_geo.messages import text
from tuoyu_geo.reports.cells import is_missing
from tuoyu_geo.reports.sheet import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

    from tuoyu_geo.outcome import Outcome

Rows = list[list[object]]
Table = tuple[list[Column], Rows]

# Longitude and latitude in CGCS2000, as the project's own reader takes them back.
DEGREES = "EPSG:4490"
MOST_NAMES = 10


def columns_of(*specs: tuple[str, str, float] | tuple[str, str, float, str]) -> list[Column]:
    """Columns by name, form and width; a fourth word says "sum" or "fill"."""
    return [
        Column(
            label=text(f"reports.column_{spec[0]}"),
            form=spec[1],
            width=spec[2],
            summed=spec[3:] == ("sum",),
            filled_in=spec[3:] == ("fill",),
        )
        for spec in specs
    ]


def township_names(outcome: "Outcome") -> "Callable[[object], object]":
    """What says a township's name by its id; nothing where no township is known."""
    names = outcome.townships["name"].to_dict()
    return lambda township_id: None if is_missing(township_id) else names.get(township_id, township_id)


def rows_of(frame: pd.DataFrame) -> "Iterator[Any]":
    """The rows as `itertuples` gives them; as objects, since columns of text give theirs away slowly one by one."""
    rows: Iterator[Any] = pd.DataFrame(frame).astype(object).itertuples()
    return rows


def plain(value: object) -> str | None:
    """Text as it is; nothing where it is missing."""
    return None if is_missing(value) else str(value)


def degrees(frame: "gpd.GeoDataFrame") -> list[tuple[float | None, float | None]]:
    """Longitude and latitude of each row's point [°], to a centimetre; nothing where it has no point."""
    if not len(frame):
        return []
    points = frame.geometry.to_crs(DEGREES)
    return [
        (None, None) if one is None or one.is_empty else (round(one.x, 7), round(one.y, 7)) for one in points
    ]


def way_word(method: object) -> str | None:
    """What a distance rests on: the streets, or a straight line; nothing where there is no distance."""
    return None if is_missing(method) else text(f"reports.path_{method}")


def year(value: object) -> str | None:
    """A year as text, so that no thousands separator gets into it."""
    return None if is_missing(value) else f"{float(value):g}"  # type: ignore[arg-type]


def some(names: list[str]) -> str | None:
    """The first names, and how many there are in all."""
    if not names:
        return None
    shown = text("reports.comma").join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else text("reports.and_others", names=shown, n=len(names))
