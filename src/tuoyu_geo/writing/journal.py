"""What is being replaced in a folder, noted there before the first file changes, so that it can be undone.

Beside each file stand, as long as a set is being written, its draft and a second name of the old one. The journal says
which files those are and how far the writing has come: while it says "renaming", the old set is the one that counts, and
whoever opens the folder next puts it back; as soon as it says "clearing", the new set counts, and what is left beside it
is removed.
"""

import json
import os
import shutil
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

from tuoyu_geo.errors import OutputError
from tuoyu_geo.messages import text
from tuoyu_geo.writing.signals import signals_later

JOURNAL = ".tuoyu-geo.writing.json"
# On Windows a virus scanner or the indexer may hold a file for a moment after it was written.
_PAUSES_S = (0.05, 0.1, 0.2, 0.4) if os.name == "nt" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One set of files on its way.

    Attributes
    ----------
    state
        "renaming": the old set counts. "clearing": what stands in its place counts.
    names
        The files, relative to the folder, with ``/`` between parts.
    existed
        Those of them that were there before.
    """

    state: Literal["renaming", "clearing"]
    names: Sequence[str]
    existed: Collection[str] = ()


def draft_of(path: Path) -> Path:
    """Where the new content of a file waits."""
    return path.with_name(f".{path.name}.tuoyu-new")


def old_of(path: Path) -> Path:
    """Where the old content of a file is kept."""
    return path.with_name(f".{path.name}.tuoyu-old")


def note(folder: Path, journal: Journal) -> None:
    """Say on the disk how far the writing of a set has come."""
    path = folder / JOURNAL
    draft = draft_of(path)
    draft.unlink(missing_ok=True)
    put(draft, json.dumps(asdict(journal), ensure_ascii=False).encode())
    replace(draft, path)
    settle({folder})


def put(path: Path, data: bytes) -> None:
    """Write a new file, and wait until the disk has it."""
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def keep(path: Path, as_name: Path) -> None:
    """Give a file a second name, or where the file system knows no second names, a copy."""
    as_name.unlink(missing_ok=True)
    try:
        os.link(path, as_name)
    except OSError:
        shutil.copy2(path, as_name)
        with as_name.open("rb+") as stream:
            os.fsync(stream.fileno())


def replace(draft: Path, path: Path) -> None:
    """Rename a file over another."""
    for pause_s in _PAUSES_S:
        with suppress(PermissionError):
            draft.replace(path)
            return
        time.sleep(pause_s)
    draft.replace(path)


def settle(folders: Collection[Path]) -> None:
    """Wait until the disk has the names in some folders, where the system can; Windows does so by itself."""
    if os.name == "nt":
        return
    for folder in folders:
        # Some network shares can't do it; the files themselves are whole all the same.
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def is_mixed(folder: Path) -> bool:
    """Whether files of two sets may stand side by side in a folder: one is just being renamed, or was cut off in that."""
    journal = _read(folder / JOURNAL)
    return journal is not None and journal.state == "renaming"


def recover(folder: Path) -> None:
    """Leave a folder with one whole set: undo what was being renamed, and remove what stands beside the files.

    Raises
    ------
    OutputError
        An old file can't be put back; the journal stays, so that it can be tried again.
    """
    journal = _read(folder / JOURNAL)
    if journal is None:
        _is_removed(draft_of(folder / JOURNAL))
        return
    paths = [folder / name for name in journal.names]
    with signals_later():
        if journal.state == "renaming":
            for name, path in zip(journal.names, paths, strict=True):
                try:
                    if name not in journal.existed:
                        path.unlink(missing_ok=True)
                    elif old_of(path).exists():
                        replace(old_of(path), path)
                except OSError as error:
                    reason = error.strerror or error
                    raise OutputError(
                        text("writing.not_restored", folder=folder, name=name, reason=reason)
                    ) from error
            settle({path.parent for path in paths if path.parent.exists()})
        beside = [one for path in paths for one in (draft_of(path), old_of(path))]
        left = [one for one in [*beside, draft_of(folder / JOURNAL)] if not _is_removed(one)]
        for parent in {path.parent for path in paths} - {folder}:
            with suppress(OSError):
                parent.rmdir()  # only where nothing is in it
        if not left:  # else the next one tries again
            _is_removed(folder / JOURNAL)


def _is_removed(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _read(path: Path) -> Journal | None:
    """The journal; None where there is none, or what stands there is none of ours."""
    try:
        journal = Journal(**json.loads(path.read_bytes()))
        usable = journal.state in {"renaming", "clearing"} and all(
            isinstance(one, str) and _is_inside(one) for one in (*journal.names, *journal.existed)
        )
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return journal if usable else None


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    anchored = name.startswith("/") or bool(PureWindowsPath(name).anchor) or "\\" in name or "\0" in name
    return bool(parts) and ".." not in parts and not anchored
