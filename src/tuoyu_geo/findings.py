"""A finding: one thing that was noticed in the data, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tuoyu_geo.messages import Language, language, speaking, text

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed in the data.

    Attributes
    ----------
    code
        Short stable name of the check, such as ``duplicate_id``.
    severity
        "error" stops the run, "warning" needs a decision, "info" says what was assumed.
    layer
        The layer's role (``communities``), or ``project``.
    file
        The file as the project names it.
    row
        The row as the sender sees it: the spreadsheet's own row number, or the 1-based number of the
        feature in a vector file. None when the finding is about the whole layer.
    column
        The column in the file's own words, or None.
    found, allowed, remedy
        What stands there, what may stand there, and what to do.
    cell
        The spreadsheet's cell, such as D5; "" where there is none.
    original
        The cell's text as it stands in the file; "" where the finding is not about one cell.
    language
        The language of these words.
    """

    code: str
    severity: Severity
    layer: str
    file: str
    row: int | None
    column: str | None
    found: str
    allowed: str
    remedy: str
    cell: str = ""
    original: str = ""
    language: Language = field(default_factory=language, repr=False, compare=False)

    @property
    def message(self) -> str:
        """The finding as one line of text."""
        with speaking(self.language):
            where = (
                text("findings.where_row", file=self.file, row=self.row)
                if self.row is not None
                else self.file
            )
            if self.column:
                where = text("findings.where_column", where=where, column=self.column)
            return text(
                "findings.line",
                layer=text(f"findings.layer_{self.layer}"),
                where=where,
                found=self.found,
                allowed=self.allowed,
                remedy=self.remedy,
            )


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order in which they are shown: severity, layer, row, code."""
    return sorted(
        findings,
        key=lambda f: (
            SEVERITIES.index(f.severity),
            f.layer,
            -1 if f.row is None else f.row,
            f.code,
            f.found,
        ),
    )
