"""How much memory a stretch of work takes, and giving back what it no longer needs."""

import ctypes
import gc
import sys
import threading
from types import TracebackType
from typing import Self

import psutil

_EVERY_S = 0.02


class PeakMemory:
    """Watches this process's memory while the block runs.

    Attributes
    ----------
    peak_mb
        The most that was seen, the process's own libraries included [MB of 10^6 bytes]. A look every 20 ms, since no
        operating system keeps such a peak for a part of a process's life in a way that is the same on all.
    """

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._process = psutil.Process()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._watcher.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._look()

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, self._process.memory_info().rss / 1e6)


def give_back() -> None:
    """Give memory that nothing uses any more back to the system.

    Frames and maps hang together in circles, which only the collector finds; and glibc keeps what a thread has freed:
    some 40 MB after a county, though no object was left.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
        if trim is not None:
            trim(0)
