"""Time, interruption and news of one search: when to stop, and who hears how near the plan is to its bound."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from types import FrameType

import numpy as np

# News that comes faster than anyone can read is not passed on.
LEAST_SECONDS_BETWEEN_NEWS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a search has come.

    Attributes
    ----------
    seconds
        Since the call began.
    objective
        Of the best plan so far; NaN as long as there is none.
    bound
        Proven so far; infinite (in the direction of the aim) as long as there is none.
    gap
        abs(bound - objective) / abs(objective), inf as long as either is missing.
    """

    seconds: float
    objective: float
    bound: float
    gap: float


OnProgress = Callable[[Progress], object]


class Watch:
    """What a search asks whether it may go on, and tells what it found.

    Attributes
    ----------
    began, deadline
        On the clock of `perf_counter`.
    """

    def __init__(
        self, *, time_limit_s: float, progress: OnProgress | None = None, around: "Watch | None" = None
    ) -> None:
        self.began = perf_counter()
        self.deadline = self.began + time_limit_s
        self._heard = False
        self._around = around
        self._progress = progress
        self._objective = np.nan
        self._bound = np.nan
        self._told_at = -np.inf

    @property
    def is_interrupted(self) -> bool:
        """Whether someone pressed Ctrl-C, in this search or the one around it; it ends as if its time were up."""
        return self._heard or (self._around is not None and self._around.is_interrupted)

    def interrupt(self) -> None:
        """End the search, and all that are still to come around it."""
        self._heard = True

    @property
    def seconds(self) -> float:
        """Seconds since the call began."""
        return perf_counter() - self.began

    def left_s(self) -> float:
        """Seconds left; none once interrupted."""
        return 0.0 if self.is_interrupted else max(self.deadline - perf_counter(), 0.0)

    def is_over(self, until: float = np.inf) -> bool:
        """Whether to stop: interrupted, out of time, or past an earlier moment."""
        return self.is_interrupted or perf_counter() >= min(self.deadline, until)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """What is done meanwhile is no part of the search (such as compiling it): the deadline moves on by as much."""
        began = perf_counter()
        yield
        self.deadline += perf_counter() - began

    def tell(self, *, objective: float | None = None, bound: float | None = None) -> None:
        """Pass on a better plan or bound; both only ever get better, so the caller gives its best."""
        if self._progress is None:
            return
        before = self._objective, self._bound
        self._objective = self._objective if objective is None else objective
        self._bound = self._bound if bound is None else bound
        now = perf_counter()
        is_new = not np.array_equal(before, (self._objective, self._bound), equal_nan=True)
        if not is_new or now - self._told_at < LEAST_SECONDS_BETWEEN_NEWS:
            return
        self._told_at = now
        distance = abs(self._bound - self._objective)
        share = distance / abs(self._objective) if self._objective else (np.inf if distance else 0.0)
        gap = share if np.isfinite(share) else np.inf
        self._progress(
            Progress(seconds=now - self.began, objective=self._objective, bound=self._bound, gap=float(gap))
        )


class _Stop:
    """What Ctrl-C does while a search is on; the outermost search hears it for all within it."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.watch.is_interrupted:
            signal.default_int_handler(number, frame)
        self.watch.interrupt()


@contextmanager
def watching(*, time_limit_s: float, progress: OnProgress | None = None) -> Iterator[Watch]:
    """A `Watch` that also hears Ctrl-C: the first ends the search with what it has, the second ends the program.

    Only Python's own answer to Ctrl-C is put aside, and only in the main thread; put back afterwards. A search within
    another ends with it.
    """
    answer = (
        signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None
    )
    around = answer.watch if isinstance(answer, _Stop) else None
    watch = Watch(time_limit_s=time_limit_s, progress=progress, around=around)
    if answer is not signal.default_int_handler:
        yield watch
        return
    signal.signal(signal.SIGINT, _Stop(watch))
    try:
        yield watch
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
