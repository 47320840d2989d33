"""The report, written twice from the same chapters: report.docx and report.html."""

from typing import TYPE_CHECKING

from tuoyu_geo.reports.chapters import chapters
from tuoyu_geo.reports.docx_writer import docx_bytes
from tuoyu_geo.reports.figures import draw_figures
from tuoyu_geo.reports.html_writer import html_bytes

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome


def report_files(outcome: "Outcome") -> dict[str, bytes]:
    """report.docx and report.html, by name; the same bytes from the same outcome."""
    pictures = draw_figures(outcome)
    blocks = chapters(outcome, figures=tuple(pictures))
    return {
        "report.docx": docx_bytes(blocks, pictures=pictures, note=outcome.note),
        "report.html": html_bytes(blocks, pictures=pictures, note=outcome.note),
    }
