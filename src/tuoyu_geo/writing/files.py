"""Write files together or not at all: each beside its place first, renamed over the old one when all are whole."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuoyu_geo.writing.journal import Journal, draft_of, keep, note, old_of, put, recover, replace, settle
from tuoyu_geo.writing.lock import holding
from tuoyu_geo.writing.refusal import refusal
from tuoyu_geo.writing.signals import signals_later


def write_all(folder: Path, contents: Mapping[str, bytes], *, removed: Sequence[str] = ()) -> None:
    """Write a set of files into a folder.

    Whoever looks into the folder sees whole files at any time, and the old and the new set mixed for the milliseconds of
    the renaming only. Where the program, the machine or the disk fails in those, the old set is put back: at once, or by
    whatever next opens the folder for writing.

    Parameters
    ----------
    folder
        Where; made where it is not there.
    contents
        By name relative to the folder, with ``/`` between parts. The last is renamed last.
    removed
        Files of the old set that are not in the new one.

    Raises
    ------
    OutputError
        Another run holds the folder, it can't be written, the disk is full, or a file is held open. The old files stay as
        they are, and what was begun is removed.
    """
    names = [*contents, *removed]
    with holding(folder):
        at = folder
        try:
            note(folder, Journal(state="clearing", names=names))
            for name, data in contents.items():
                at = folder / name
                at.parent.mkdir(parents=True, exist_ok=True)
                draft_of(at).unlink(missing_ok=True)
                put(draft_of(at), data)
            existed = [name for name in names if os.path.lexists(folder / name)]
            for name in existed:
                at = folder / name
                keep(at, old_of(at))
            folders = {folder, *((folder / name).parent for name in contents)}
            settle(folders)
            with signals_later():
                note(folder, Journal(state="renaming", names=names, existed=existed))
                for name in contents:
                    at = folder / name
                    replace(draft_of(at), at)
                for name in removed:
                    at = folder / name
                    at.unlink(missing_ok=True)
                settle(folders)
                note(folder, Journal(state="clearing", names=names))
        except OSError as error:
            need_bytes = sum(map(len, contents.values()))
            raise refusal(error, folder=folder, path=at, need_bytes=need_bytes) from error
        finally:
            recover(folder)
