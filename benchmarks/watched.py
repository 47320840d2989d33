"""A command of ours run to its end, with the largest memory of the processes that it starts."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

LOOK_S = 0.1
# The command, whether or not it is on the path.
COMMAND = (sys.executable, "-c", "from tuoyu_geo.cli import main; main()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a call came to.

    Attributes
    ----------
    status
        Exit status.
    memory_bytes
        Largest resident memory of a single process.
    """

    status: int
    memory_bytes: int


def watched(arguments: Sequence[str]) -> Watched:
    """Run ``tuoyu-geo`` with these arguments."""
    import psutil

    largest, ended = 0, threading.Event()
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        main = psutil.Process(process.pid)

        def look() -> None:
            nonlocal largest
            while not ended.wait(LOOK_S):
                try:
                    for one in (main, *main.children(recursive=True)):
                        largest = max(largest, one.memory_info().rss)
                except psutil.Error:  # it ended meanwhile
                    continue

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        status = process.wait()
        ended.set()
        looking.join()
    return Watched(status=status, memory_bytes=largest)
