"""A workbook that is being written, by XlsxWriter: row after row, so that a city's tables need no more memory than a town's."""

import datetime as dt
import io
import re
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# What XML has no way to write, or readers refuse.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel takes no longer text.
LONGEST_TEXT = 32_767


class Book:
    """A workbook; the same bytes from the same calls.

    Parameters
    ----------
    title
        A document property.
    day
        Date of the project, which stands in the properties in place of the clock's.
    keywords
        A document property, too.
    """

    def __init__(self, *, title: str = "", day: dt.datetime, keywords: str = "") -> None:
        self._buffer = io.BytesIO()
        self._writer = xlsxwriter.Workbook(
            self._buffer,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        properties = {"title": plain(title), "author": "tuoyu-geo", "created": day, "keywords": keywords}
        self._writer.set_properties(properties)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def add(self, name: str) -> Worksheet:
        """A new sheet; its rows are written from top to bottom."""
        return self._writer.add_worksheet(name)

    def look(self, **properties: Any) -> Format:  # noqa: ANN401  (words of XlsxWriter's formats)
        """How cells look, each look made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._writer.add_format(properties)
        return self._formats[key]

    def close(self) -> bytes:
        """Finish the workbook: the file's bytes."""
        self._writer.close()
        return self._buffer.getvalue()


def plain(text: str) -> str:
    """Text as a cell can hold it: characters that XML forbids are left out, and what is beyond Excel's longest."""
    return FORBIDDEN.sub("", text)[:LONGEST_TEXT]
