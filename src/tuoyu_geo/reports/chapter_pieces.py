"""Pieces that the report's chapters are made of: sentences of the catalogue, headings, tables, figures as text."""

from typing import TYPE_CHECKING, Any

from tuoyu_geo.messages import text
from tuoyu_geo.reports.blocks import Grid, Heading, Paragraph
from tuoyu_geo.reports.cells import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuoyu_geo.outcome import Outcome

DASH = "—"


def say(key: str, **values: object) -> Paragraph:
    """A sentence of the catalogue's report domain."""
    return Paragraph(words=text(f"report.{key}", **values))


def chapter(key: str) -> Heading:
    """A chapter's heading."""
    return Heading(words=text(f"report.chapter_{key}"))


def grid(
    key: str,
    rows: "Sequence[Sequence[object]]",
    *,
    columns: str,
    widths: "Sequence[float]",
    numeric: "Sequence[int]" = (),
    total: "Sequence[object] | None" = None,
) -> Grid:
    """A table with its caption and column labels from the catalogue; a dash for what is missing."""
    cells = [*rows, *([total] if total is not None and rows else [])]
    return Grid(
        caption=text(f"report.table_{key}"),
        header=tuple(text(f"reports.column_{name}") for name in columns.split()),
        rows=tuple(tuple(DASH if is_missing(cell) else str(cell) for cell in row) for row in cells),
        widths=tuple(widths),
        numeric=frozenset(numeric),
        total=total is not None and bool(rows),
    )


def count(value: object) -> str:
    """A number with thousands separated and no decimals; a dash where there is none."""
    return DASH if is_missing(value) else f"{float(value):,.0f}"  # type: ignore[arg-type]


def amount(value: object) -> str:
    """A number with one decimal; a dash where there is none."""
    return DASH if is_missing(value) else f"{float(value):,.1f}"  # type: ignore[arg-type]


def headline(outcome: "Outcome") -> Any:  # noqa: ANN401  (a row of a frame)
    """The row of the headline reading."""
    return outcome.coverage[outcome.coverage["headline"]].iloc[0]
