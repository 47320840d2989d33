"""One size of one workload: prepare, first call, agreement, then rounds by turns."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Size, Workload
from benchmarks.rival import FailedError, Rival
from benchmarks.worker import INPUTS

Row = dict[str, Any]


def measure(
    workload: Workload,
    size: Size,
    *,
    module: str,
    pythons: Mapping[bool, Path],
    rounds: int,
    tell: Callable[[str], None],
) -> list[Row]:
    """A row a tool.

    Parameters
    ----------
    workload, size
        What is measured.
    module
        Name of the module that holds the workload.
    pythons
        The peers' interpreter (True) and ours (False).
    rounds
        How many rounds a tool takes at most.
    tell
        Called with a line of progress.

    Returns
    -------
    list of dict
        ``tool``, ``state`` ("measured", "disagrees" or "failed"), ``seconds`` (one a round, of the whole task), ``prepare_s``,
        ``first_s``, ``memory_bytes``, ``cores``, ``versions``, ``answer``, ``difference``, ``error``, ``part``, ``is_heuristic``, and ``stopped`` where a later round went past the limit.
    """
    tools = [tool for tool in workload.tools if size.tools is None or tool.name in size.tools]
    with tempfile.TemporaryDirectory(prefix="tuoyu-benchmark-") as scratch, ExitStack() as open_rivals:
        folder = Path(scratch)
        arrays = workload.inputs(folder, **size.given)
        np.savez(folder / INPUTS, **arrays)
        inputs = Inputs(folder, arrays)
        rows: dict[str, Row] = {}
        rivals: dict[str, Rival] = {}
        answers: dict[str, Arrays] = {}
        for tool in tools:
            row = rows[tool.name] = {
                "tool": tool.name,
                "state": "measured",
                "part": tool.part,
                "is_heuristic": tool.tolerance is not None,
                "seconds": [],
            }
            rival = open_rivals.enter_context(
                Rival(
                    tool,
                    python=pythons[tool.is_peer],
                    module=module,
                    workload=workload.name,
                    folder=folder,
                    limit_s=workload.limit_s,
                )
            )
            try:
                before = rival.prepare()
                row |= {"prepare_s": before["seconds"], "versions": before["versions"]}
                took, answer = rival.first()
            except FailedError as why:
                row |= {"state": "failed", "error": str(why).replace(scratch, "")}
                tell(f"{tool.name}: {why}")
                continue
            row |= {"first_s": took["seconds"] / tool.part, "memory_bytes": took["memory_bytes"], "cores": []}
            tell(f"{tool.name}: first call {took['seconds']:.3g} s")
            _judge(row, workload, inputs, ours=answers.get(OURS), answer=answer, tolerance=tool.tolerance)
            if row["state"] == "measured":
                rivals[tool.name], answers[tool.name] = rival, answer
                if workload.first_counts:
                    row["seconds"].append(took["seconds"] / tool.part)
                    row["cores"].append(took["cores"])
        answers.clear()
        for k in range(1, rounds + 1):
            for name, rival in rivals.items():
                if len(rows[name]["seconds"]) < k:
                    _turn(rows[name], rival, budget_s=workload.budget_s)
        for row in rows.values():
            row["cores"] = round(median(row["cores"]), 2) if row.get("cores") else None
        return list(rows.values())


def _judge(
    row: Row,
    workload: Workload,
    inputs: Inputs,
    *,
    ours: Arrays | None,
    answer: Arrays,
    tolerance: float | None,
) -> None:
    """Write down what an answer says, and whether it agrees with ours."""
    try:
        row["answer"] = dict(workload.said(inputs, answer))
        difference = np.nan if ours is None else float(workload.compare(inputs, ours, answer))
    except DisagreementError as why:
        row |= {"state": "disagrees", "error": str(why)}
        return
    if row["tool"] == OURS:
        return
    allowed = workload.tolerance if tolerance is None else tolerance
    row |= {"difference": difference, "tolerance": allowed, "unit": workload.unit}
    # A difference that is not a number is no agreement; without ours there is nothing to agree with.
    if not difference <= allowed:
        row["state"] = "disagrees"


def _turn(row: Row, rival: Rival, *, budget_s: float) -> None:
    """One more round for a tool that has time left."""
    part = rival.tool.part
    if (
        row["state"] != "measured"
        or "stopped" in row
        or (row["seconds"] and sum(row["seconds"]) * part >= budget_s)
    ):
        return
    try:
        took = rival.again()
    except FailedError as why:
        # What was measured before stands, if anything was.
        row |= {"stopped": str(why)} if row["seconds"] else {"state": "failed", "error": str(why)}
        return
    row["seconds"].append(took["seconds"] / part)
    row["cores"].append(took["cores"])
    if took["memory_bytes"]:
        row["memory_bytes"] = max(took["memory_bytes"], row["memory_bytes"] or 0)
