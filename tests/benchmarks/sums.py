"""Workloads of a moment: adding numbers, by tools that are right, wrong, broken or late."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from benchmarks.interface import OURS, Prepared, Size, Tool, Workload

SLEEPER = "asleep for the tests of benchmarks"


def adds(inputs):
    return Prepared(run=inputs["x"].sum, answer=lambda total: {"total": np.array(total)})


def adds_one_more(inputs):
    return Prepared(run=lambda: inputs["x"].sum() + 1, answer=lambda total: {"total": np.array(total)})


def says_nothing_sensible(_inputs):
    return Prepared(run=lambda: np.nan, answer=lambda total: {"total": np.array(total)})


def breaks(_inputs):
    return Prepared(run=lambda: 1 / 0, answer=lambda _: {})


def chats(inputs):
    sys.stdout.write("a library that prints\n")
    assert os.environ["PYTHONPATH"] == str(Path(__file__).parents[2])  # peers don't see our source
    return adds(inputs)


def sleeps(_inputs):
    """Works in a process of its own, and for too long."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", SLEEPER]
    return Prepared(run=lambda: subprocess.run(command, check=True), answer=lambda _: {})


def tool(name, prepare, **more):
    return Tool(name=name, packages=("numpy",), imports=("json",), prepare=prepare, **more)


def sums(name, sizes, tools, **more):
    return Workload(
        name=name,
        sizes=sizes,
        tools=tools,
        inputs=lambda _folder, *, n: {"x": np.arange(n, dtype=float)},
        said=lambda _inputs, answer: {"total": float(answer["total"])},
        compare=lambda _inputs, ours, peer: abs(float(ours["total"]) - float(peer["total"])),
        tolerance=0.5,
        unit="too much",
        axis="numbers",
        limit_s=1 if name == "late" else 20,
        **more,
    )


WORKLOADS = (
    sums(
        "sums",
        (Size(n=10, given={"n": 10}), Size(n=1000, given={"n": 1000}, tools=(OURS,))),
        (
            tool(OURS, adds, is_peer=False),
            tool("right", chats, part=0.5),
            tool("wrong", adds_one_more),
            tool("vague", says_nothing_sensible),
            tool("rough", adds_one_more, tolerance=2.0),
            tool("broken", breaks),
        ),
    ),
    sums(
        "alone",
        (Size(n=5, given={"n": 5}),),
        (tool(OURS, adds, is_peer=False),),
        first_counts=True,
        only_by_name=True,
    ),
    sums("late", (Size(n=3, given={"n": 3}),), (tool(OURS, adds, is_peer=False), tool("late", sleeps))),
)
