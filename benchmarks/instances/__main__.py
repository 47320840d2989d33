"""Every instance of a folder, solved and held against its known answer.

    python -m benchmarks.instances FOLDER [--time-limit-s 60] [--gap 0] [--table FILE]

FOLDER may be several, and single files, too: what belongs to one is then looked for beside it. A format is told by what
is in a file. Exit status: 0 all is well, 1 an answer contradicts a known one, a file can't be read or there is no
instance, 2 wrong usage.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.instances.answers import Question
from benchmarks.instances.judge import Verdict, judge, solve
from benchmarks.instances.pieces import InstanceError
from benchmarks.instances.tasks import Task, gather, tasks_of, unused
from benchmarks.machine import description, load

HEADING = ("instance", "task", "size", "ours", "known", "beside it", "bound", "gap", "status", "seconds")
WIDTH = (24, 26, 13, 16, 16, 12, 16, 8, 15, 7)


@dataclass(slots=True)
class Tally:
    """What was done: rows of the table, what contradicts, what can't be read, what is no instance."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    findings: dict[Path, str] = field(default_factory=dict)
    passed_over: dict[Path, str] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether something was solved and nothing is wrong."""
        return bool(self.rows) and not self.contradictions and not self.findings


def files_of(given: list[Path]) -> tuple[list[Path], list[Path]]:
    """The files asked for, and those beside them."""
    asked: set[Path] = set()
    beside: set[Path] = set()
    for path in given:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = [name for name in folders if not name.startswith(".")]
                asked |= {Path(folder, name) for name in names if not name.startswith(".")}
        else:
            asked.add(path)
            folder, _, names = next(os.walk(path.parent), ("", [], []))
            beside |= {Path(folder, name) for name in names if not name.startswith(".")}
    return sorted(asked, key=_natural), sorted(beside - asked)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order in which pmed2 stands before pmed10."""
    return [
        (int(part or 0), "") if part.isdecimal() else (0, part)
        for part in re.split(r"([0-9]+)", path.as_posix())
    ]


def run(given: list[Path], *, time_limit_s: float, gap: float) -> Iterator[tuple[Tally, tuple[str, ...]]]:
    """Solve everything; after each task the tally so far and the new row, at the end the tally and no row."""
    asked, beside = files_of(given)
    found = gather([*asked, *beside])
    findings = found.findings | unused(found)
    tally = Tally(
        findings={path: findings[path] for path in asked if path in findings},
        passed_over={path: found.passed_over[path] for path in asked if path in found.passed_over},
    )
    for path in asked:
        if path not in found.pieces:
            continue
        try:
            for task in tasks_of(found, path):
                verdict = judge(task, time_limit_s=time_limit_s, gap=gap)
                tally.rows.append(row_of(task, verdict))
                told = f"{task.name}, {asked_of(task.question)}"
                tally.contradictions += [f"{told}: {fault}" for fault in verdict.contradictions]
                yield tally, tally.rows[-1]
                if verdict.is_interrupted:
                    return
        except InstanceError as fault:
            tally.findings[path] = str(fault)
        except MemoryError:
            tally.findings[path] = "too large for this machine's memory"
    yield tally, ()


def row_of(task: Task, verdict: Verdict) -> tuple[str, ...]:
    """The cells of a task."""
    n_demand, n_site = task.cost.shape
    known = task.question.known
    return (
        task.name,
        asked_of(task.question),
        f"{n_demand:,} x {n_site:,}",
        told(verdict.ours),
        "-" if known is None else known.answer if known.answer == "infeasible" else told(known.value),
        verdict.beside,
        told(verdict.bound),
        "-" if not np.isfinite(verdict.gap) else f"{verdict.gap:.3%}",
        verdict.status,
        f"{verdict.seconds:.2f}",
    )


def asked_of(question: Question) -> str:
    """What is asked, in a few words."""
    parts = [question.kernel + (" capacity" if question.has_room else "")]
    if question.p is not None:
        parts.append(f"p={question.p}")
    if question.standard is not None:
        parts.append(f"<= {question.standard:,.6g}")
    return " ".join(parts)


def told(value: float) -> str:
    """A number with no more decimals than it has, six at most."""
    return f"{value:,.6f}".rstrip("0").rstrip(".") if np.isfinite(value) else "-"


def warm_up() -> None:
    """Load the compiled code, which is no part of any answer's time."""
    cost = np.hypot(*np.random.default_rng(0).uniform(0, 9, (2, 30, 1))) * np.linspace(1, 2, 8)
    ones, path = np.ones(30), Path()
    for question, room in (
        (Question(kernel="max_coverage", p=2, standard=6.0), None),
        (Question(kernel="p_median", p=2), None),
        (Question(kernel="p_median", p=3, has_room=True), np.full(8, 12.0)),
    ):
        task = Task(path=path, name="", question=question, cost=cost, weight=ones, capacity=room, load=None)
        solve(task, time_limit_s=30.0, gap=0.0)


def main() -> int:
    """Read the command line, print the table and what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instances", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "folder", nargs="+", type=Path, metavar="FOLDER", help="folders or files of instances"
    )
    parser.add_argument("--time-limit-s", type=float, default=60.0, help="seconds for each task (60)")
    parser.add_argument("--gap", type=float, default=0.0, help="relative gap that counts as proof (0)")
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="write the table to this Markdown file, too"
    )
    given = parser.parse_args()
    missing = [str(path) for path in given.folder if not path.exists()]
    if missing:
        parser.error(f"not there: {', '.join(missing)}")
    if not 0 < given.time_limit_s < np.inf or not 0 <= given.gap < np.inf:
        parser.error("--time-limit-s must be above 0, --gap at least 0")
    warm_up()
    print(_padded(HEADING))
    tally = Tally()
    for tally, row in run(given.folder, time_limit_s=given.time_limit_s, gap=given.gap):  # noqa: B007
        if row:
            print(_padded(row), flush=True)
    print("\n" + "\n".join(summary(tally)))
    if given.table:
        given.table.write_text(
            markdown(tally, gap=given.gap, time_limit_s=given.time_limit_s), encoding="utf-8"
        )
    return 0 if tally.is_well else 1


def summary(tally: Tally) -> list[str]:
    """What came out, in sentences."""
    n_known = sum(row[4] != "-" for row in tally.rows)
    n_same = sum(row[5] == "same" for row in tally.rows)
    n_proven = sum(row[8] in {"optimal", "infeasible"} for row in tally.rows)
    told_all = (
        f"{len(tally.rows)} tasks, {n_proven} proven; of {n_known} known answers {n_same} the same, "
        f"{len(tally.contradictions)} contradicted."
    )
    lines = [told_all if tally.rows else "No instance found."]
    lines += [f"CONTRADICTS {fault}" for fault in tally.contradictions]
    lines += [f"CAN'T BE READ {path}: {fault}" for path, fault in sorted(tally.findings.items())]
    lines += [f"passed over {path}: {reason}" for path, reason in sorted(tally.passed_over.items())]
    return lines


def markdown(tally: Tally, *, gap: float, time_limit_s: float) -> str:
    """The table with the machine it was made on."""
    machine = (
        "{cpu}, {cores} cores, {memory_gb:.0f} GB, {system}, Python {python}, commit {commit}".format(
            **description()
        )
        + f"; {datetime.now(UTC):%Y-%m-%d}, load {load():.1f}; at most {time_limit_s:g} s a task, "
        f"proof at a gap of {gap:g}."
    )
    lines = [
        machine,
        "",
        *(f"| {' | '.join(row)} |" for row in (HEADING, ("---",) * len(HEADING), *tally.rows)),
        "",
        summary(tally)[0],
    ]
    return "\n".join(lines) + "\n"


def _padded(row: tuple[str, ...]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(row, WIDTH, strict=True)).rstrip()


if __name__ == "__main__":
    sys.exit(main())
