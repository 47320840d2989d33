"""Workbooks of Excel 97 to 2003, read in a process of their own.

A damaged .xls can make the reader ask for gigabytes and abort, which no handler of exceptions sees: the process that
aborts must not be ours.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tuoyu_geo.layers.archive import LockedError
from tuoyu_geo.layers.grid import Grid
from tuoyu_geo.layers.limits import MAX_CELLS

CHILD = Path(__file__).with_name("xls_child.py")
MEMORY_BYTES = 2 << 30
SECONDS = 120.0


class AbortedError(ValueError):
    """The reader ended without an answer."""


def xls_sheets(data: bytes) -> dict[str, Callable[[], Grid]]:
    """The visible sheets by name.

    Raises
    ------
    ValueError
        The bytes are no workbook; as a `LockedError`, a password locks it; as an `AbortedError`, the reader gave up
        on them without a word.
    MemoryError
        They claim more cells than may be read.
    """
    # -P: the names of this folder's files must not stand in for the standard library's.
    command = [sys.executable, "-P", str(CHILD), str(MEMORY_BYTES), str(MAX_CELLS)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise AbortedError(f"> {SECONDS:.0f} s") from error
    if done.returncode != 0:
        raise AbortedError(f"status {done.returncode}")
    fault, sheets = pickle.loads(done.stdout)  # noqa: S301  (written by our own process a moment ago)
    if fault == "PasswordError":
        raise LockedError(sheets)
    if fault == "too_large":
        raise MemoryError(sheets)
    if fault:
        raise ValueError(sheets)
    return {name: partial(Grid, cells=cells, merged=merged) for name, cells, merged in sheets}
