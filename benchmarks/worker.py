"""The process of one tool: ``python -m benchmarks.worker MODULE WORKLOAD TOOL FOLDER``, then a line of JSON an order.

``prepare`` imports, reads and prepares; ``call ANSWER`` does the task and saves the answer as ANSWER unless that is "-". Each is
answered by a line of JSON. What libraries print goes to standard error, so that the answers stay clean.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interface import Inputs, Prepared, Tool
from benchmarks.memory import forget_peak, peak_bytes

INPUTS = "inputs.npz"


def find(module: str, workload: str, tool: str) -> Tool:
    """The tool of that name."""
    of = next(one for one in importlib.import_module(module).WORKLOADS if one.name == workload)
    return next(one for one in of.tools if one.name == tool)


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """A value, its seconds, and how many cores were busy meanwhile."""
    before, began = busy_s(), time.perf_counter()
    value = work()
    seconds, after = time.perf_counter() - began, busy_s()
    return value, {"seconds": seconds, "cores": (after - before) / seconds}


def busy_s() -> float:
    """Processor time of this process, and of those that it started and that have ended."""
    return time.process_time() + sum(os.times()[2:4])


def versions(tool: Tool) -> dict[str, str]:
    """Versions of what the tool is made of."""
    found = {}
    for name in tool.packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a checkout that is not installed
            found[name] = ""
    return found


def serve(tool: Tool, folder: Path, say: Callable[[dict[str, Any]], None]) -> None:
    """Do what is ordered, to the end of the orders."""
    prepared: Prepared | None = None
    baseline, is_elsewhere = 0, False
    for order in sys.stdin:
        what, _, name = order.strip().partition(" ")
        if what == "prepare":
            for module in tool.imports:
                importlib.import_module(module)
            with np.load(folder / INPUTS) as stored:
                inputs = Inputs(folder, dict(stored))
            forget_peak()
            baseline = peak_bytes() or 0
            prepared, took = timed(lambda inputs=inputs: tool.prepare(inputs))
            say({**took, "versions": versions(tool), "memory_bytes": memory(baseline)})
            continue
        assert prepared is not None
        value, took = timed(prepared.run)
        used = None if is_elsewhere else memory(baseline)
        if name != "-":
            answer = dict(prepared.answer(value))
            if "memory_bytes" in answer:
                used, is_elsewhere = int(answer.pop("memory_bytes")) or None, True
            np.savez(name, **answer)
        del value
        forget_peak()
        say({**took, "memory_bytes": used})


def memory(baseline: int) -> int | None:
    """Largest memory beyond what imports and inputs hold."""
    peak = peak_bytes()
    return None if peak is None else peak - baseline


def main() -> None:
    """Serve one tool; an error is an answer too."""
    module, workload, name, folder = sys.argv[1:]
    private = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(what: dict[str, Any]) -> None:
        private.write(json.dumps(what) + "\n")
        private.flush()

    try:
        serve(find(module, workload, name), Path(folder), say)
    except Exception as error:  # the table says what a tool failed of
        say({"error": f"{type(error).__name__}: {error}"})
        raise


if __name__ == "__main__":
    main()
