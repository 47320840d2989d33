"""A few moments in which Ctrl-C waits."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def signals_later() -> Iterator[None]:
    """Put off Ctrl-C and a request to end until the body is done; for what takes milliseconds and must be whole.

    Only the main thread hears signals; in others nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    before: dict[int, Callable[[int, FrameType | None], object] | int] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            own = signal.getsignal(number)
            if own is not None and own is not signal.SIG_IGN:
                before[number] = own
                signal.signal(number, note)
        yield
    finally:
        for put_off, own in before.items():
            signal.signal(put_off, own)
        for put_off in heard[:1]:
            signal.raise_signal(put_off)
