"""The two files that a batch's counties are summed up in."""

from collections.abc import Sequence
from pathlib import Path

from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.rollup import read_rollup
from tuoyu_geo.batch.rollup_book import book_bytes
from tuoyu_geo.batch.rollup_map import rollup_map


def rollup_files(folder: Path, counties: Sequence[CountyRecord]) -> dict[str, bytes]:
    """rollup.xlsx and rollup.html; the same bytes from the same outputs.

    Parameters
    ----------
    folder
        The batch's folder, with each county's outputs.
    counties
        What became of them.

    Raises
    ------
    RenderError
        An asset of the page is not installed.
    """
    view = read_rollup(folder, counties)
    return {"rollup.xlsx": book_bytes(view), "rollup.html": rollup_map(view).html().encode()}
