"""What a document is made of, whatever it is written as: headings, paragraphs, tables and figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; level 1 is a chapter."""

    words: str
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph; `warning` sets it apart as something that must not be overlooked."""

    words: str
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table.

    Attributes
    ----------
    caption
        What it shows, with its unit.
    header
        Column labels.
    rows
        Cells as text; a row as long as the header.
    widths
        Relative widths of the columns.
    numeric
        Columns set to the right.
    total
        Whether the last row is the 合计 row.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numeric: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure, by its name among those drawn."""

    name: str
    caption: str


Block = Heading | Paragraph | Grid | Picture
