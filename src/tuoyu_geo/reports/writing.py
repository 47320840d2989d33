"""Write files together or not at all: each beside its place first, renamed over the old one when all are whole."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tuoyu_geo.errors import OutputError
from tuoyu_geo.messages import text


def write_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder.

    Parameters
    ----------
    folder
        Where; made where it is not there.
    contents
        By name relative to the folder, with ``/`` between parts.

    Raises
    ------
    OutputError
        The folder can't be written, the disk is full, or a file is held open. Until every file is whole on the disk
        the old ones stay as they are, and what was begun is removed.
    """
    begun: list[tuple[Path, Path]] = []
    try:
        for name, data in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.part")
            begun.append((draft, path))
            with draft.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        for draft, path in begun:
            draft.replace(path)
    except OSError as error:
        for draft, _ in begun:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
        key = "reports.held" if isinstance(error, PermissionError) else "reports.unwritable"
        raise OutputError(text(key, folder=folder, reason=error.strerror or error)) from error
