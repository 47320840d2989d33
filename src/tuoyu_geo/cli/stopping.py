"""Ctrl-C and requests to end: said in one line, after everything that was held has been let go."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from tuoyu_geo.messages import text

# What shells expect of a process that a signal ended: 128 and the signal's number.
AFTER_CTRL_C, AFTER_REQUEST = 130, 143


class AskedToEnd(KeyboardInterrupt):
    """Someone asked the process to end, as `kill`, a service manager or a closing session do."""


@contextmanager
def hearing_requests() -> Iterator[None]:
    """Answer SIGTERM as Ctrl-C is answered; Python's own answer leaves no time to let go of anything.

    Raises
    ------
    SystemExit
        With 143, where the request was heard and the body failed of it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    is_asked = False

    def end(_number: int, _frame: FrameType | None) -> NoReturn:
        nonlocal is_asked
        is_asked = True
        raise AskedToEnd

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except Exception:
        if not is_asked:
            raise
        # C++ that was asking Python for an array (Matplotlib's paths) takes the request for a fault of the array.
        typer.secho(text("cli.stopped"), fg="yellow", err=True)
        sys.exit(AFTER_REQUEST)
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def said_when_stopped() -> Iterator[None]:
    """End with one sentence where the body is stopped.

    Raises
    ------
    typer.Exit
        With 130 after Ctrl-C, 143 after a request to end.
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        typer.secho(text("cli.stopped"), fg="yellow", err=True)
        raise typer.Exit(AFTER_REQUEST if isinstance(stop, AskedToEnd) else AFTER_CTRL_C) from stop


@contextmanager
def leaving() -> Iterator[None]:
    """End the process at once where a search begun in the body has not let itself be stopped.

    Python's own ending takes the interpreter away from under such a thread, and C++ then aborts: the exit status would be
    that of a crash. Everything that is held has been let go by here.
    """
    before = set(threading.enumerate())
    try:
        yield
    except SystemExit as end:
        highs = sys.modules.get("tuoyu_geo.siting.highs")
        begun = set(threading.enumerate()) - before
        if highs is not None and any(thread.name == highs.THREAD_NAME for thread in begun):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 0)
        raise
