"""A tool's process, seen from the command."""

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

from benchmarks.interface import Arrays, Tool

ROOT = Path(__file__).parents[1]


class FailedError(Exception):
    """A tool that broke, or was stopped at the limit."""


class Rival:
    """A tool in a process of its own, until the ``with`` ends.

    Parameters
    ----------
    tool
        Who.
    python
        Whose interpreter.
    module, workload
        Where the tool is found.
    folder
        Its inputs; its answer is left there too.
    limit_s
        A call that takes longer is stopped.
    """

    def __init__(
        self, tool: Tool, *, python: Path, module: str, workload: str, folder: Path, limit_s: float
    ) -> None:
        self.tool, self.limit_s = tool, limit_s
        self._answer = folder / f"answer-{tool.name}.npz"
        self._log = (folder / f"log-{tool.name}.txt").open("wb")
        known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        path = [str(ROOT)] if tool.is_peer else [str(ROOT), str(ROOT / "src"), *known]
        self._process = subprocess.Popen(
            [
                str(python),
                "-W",
                "ignore",
                "-m",
                "benchmarks.worker",
                module,
                workload,
                tool.name,
                str(folder),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUTF8": "1"},
            encoding="utf-8",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        self._kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def prepare(self) -> dict[str, Any]:
        """Prepare; what it took."""
        return self._order("prepare")

    def first(self) -> tuple[dict[str, Any], Arrays]:
        """The first call; what it took, and its answer."""
        took = self._order(f"call {self._answer}")
        with np.load(self._answer) as stored:
            return took, dict(stored)

    def again(self) -> dict[str, Any]:
        """Another call; what it took."""
        return self._order("call -")

    def _kill(self) -> None:
        """End the process with all that it started, a batch's workers or a browser."""
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def _order(self, what: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        stop = threading.Timer(self.limit_s, self._kill)
        stop.start()
        try:
            self._process.stdin.write(what + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            is_late = not stop.is_alive()
            stop.cancel()
        if not line:
            raise FailedError(f"> {self.limit_s:g} s" if is_late else "ended without an answer")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise FailedError(said["error"])
        return said
