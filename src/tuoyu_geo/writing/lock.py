"""One writer to a folder at a time: who comes second is told who holds it.

The lock is the system's own on an open file, so it ends with its process, however that ends, and there is no stale lock to
judge; on a share of Windows or NFS the server keeps it for all its clients. A file beside it says whose it is, which a
locked file itself can't on Windows.
"""

import contextlib
import datetime as dt
import getpass
import json
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tuoyu_geo.errors import FolderHeldError
from tuoyu_geo.messages import text
from tuoyu_geo.writing.journal import recover
from tuoyu_geo.writing.refusal import refusal
from tuoyu_geo.writing.signals import signals_later

LOCK = ".tuoyu-geo.lock"
OWNER = ".tuoyu-geo.owner.json"
# A table that another command is just writing is waited for; a run of minutes is not.
WAIT_S = 2.0
_POLL_S = 0.05


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a folder for writing; taken again by the same thread, it is simply held.

    What a killed run left half done in the folder is undone first.

    Parameters
    ----------
    folder
        Made where it is not there, and removed again where nothing was put into it.

    Raises
    ------
    FolderHeldError
        Another run holds the folder: process, computer, user and time are named.
    OutputError
        The folder can't be written.
    """
    made = _make(folder)
    lock = FileLock(folder.resolve() / LOCK, is_singleton=True)
    try:
        with warnings.catch_warnings():
            # Where a network disk has no locks, the file's being there serves: the manual says so, a warning says nothing.
            warnings.simplefilter("ignore", UserWarning)
            lock.acquire(timeout=WAIT_S, poll_interval=_POLL_S)
    except Timeout as error:
        raise FolderHeldError(_whose(folder)) from error
    except OSError as error:
        raise refusal(error, folder=folder, path=folder) from error
    is_first = lock.lock_counter == 1
    try:
        if is_first:
            recover(folder)
            _sign(folder)
        yield
    finally:
        with signals_later():
            if is_first:
                # While the lock is held still: whoever opened the file meanwhile sees that it is gone, and makes a new one.
                for name in (OWNER, LOCK):
                    with contextlib.suppress(OSError):
                        (folder / name).unlink(missing_ok=True)
            lock.release()
            for one in made:
                with contextlib.suppress(OSError):
                    one.rmdir()


def _make(folder: Path) -> list[Path]:
    """Make a folder; gives those that were not there, the innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refusal(error, folder=folder, path=folder) from error
    return missing


def _sign(folder: Path) -> None:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "?"
    owner = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "user": user,
        "since": dt.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds"),
    }
    # A full disk is the business of the files themselves.
    with contextlib.suppress(OSError):
        (folder / OWNER).write_text(json.dumps(owner, ensure_ascii=False), encoding="utf-8")


def _whose(folder: Path) -> str:
    try:
        owner = json.loads((folder / OWNER).read_text(encoding="utf-8"))
        words = {name: owner[name] for name in ("pid", "host", "user", "since")}
    except (OSError, ValueError, KeyError, TypeError):
        return text("writing.locked_unknown", folder=folder)
    return text("writing.locked", folder=folder, **words)
