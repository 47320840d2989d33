"""Why a file could not be written, in words."""

import errno
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuoyu_geo.errors import OutputError
from tuoyu_geo.messages import text

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_WINDOWS_FULL = {39, 112}
_MIB = 1024 * 1024


def refusal(error: OSError, *, folder: Path, path: Path, need_bytes: int = 0) -> OutputError:
    """What to tell whoever asked for the files.

    Parameters
    ----------
    error
        What the system answered.
    folder
        Where the set of files goes.
    path
        The file at which it stopped; `folder` itself where it stopped before the first.
    need_bytes
        Size of the whole set [bytes].
    """
    name = path.relative_to(folder).as_posix() if path != folder else str(folder)
    if is_full(error):
        return OutputError(
            text(
                "writing.disk_full",
                folder=folder,
                name=name,
                need=need_bytes / _MIB,
                free=_free_bytes(folder) / _MIB,
            )
        )
    reason = error.strerror or str(error)
    if error.errno == errno.EROFS or (path == folder and isinstance(error, PermissionError)):
        return OutputError(text("writing.read_only", folder=folder, reason=reason))
    if isinstance(error, PermissionError):
        return OutputError(text("writing.held", folder=folder, name=name, reason=reason))
    return OutputError(text("writing.failed", folder=folder, name=name, reason=reason))


def is_full(error: OSError) -> bool:
    """Whether the system says that there is no more room."""
    return error.errno in _FULL or getattr(error, "winerror", None) in _WINDOWS_FULL


@contextmanager
def working_space() -> Iterator[None]:
    """Name the folder for temporary files where it, rather than the outputs' own, has no more room.

    Raises
    ------
    OutputError
        It is full.
    """
    try:
        yield
    except (OSError, RuntimeError, sqlite3.Error) as error:
        folder = tempfile.gettempdir()
        free_bytes = _free_bytes(Path(folder))
        # GDAL tells of a table that it could not make rather than of the disk.
        if not (isinstance(error, OSError) and is_full(error)) and free_bytes > _MIB:
            raise
        raise OutputError(text("writing.temporary_full", folder=folder, free=free_bytes / _MIB)) from error


def _free_bytes(folder: Path) -> int:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
