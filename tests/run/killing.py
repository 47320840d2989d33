"""Kill or stop builds of a project at random moments and say, one JSON line each, what was found afterwards.

Usage: ``killing.py kill TOWN WORK SEED N_WHOLE N_WRITING`` or ``killing.py stop TOWN WORK SEED N``. A process of its own, which has everything loaded, so that a child
of it begins to build at once. The folder holds another project's files when a build begins, so that a mix would show.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import NoReturn

from tuoyu_geo import cli
from tuoyu_geo.project import Project, open_project

VARYING = ("timings_s", "written_at")


def read(folder: Path) -> dict[str, bytes]:
    """Every file in a folder; the manifest without its times."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    if "manifest.json" in found:
        table = json.loads(found["manifest.json"])
        found["manifest.json"] = json.dumps({k: v for k, v in table.items() if k not in VARYING}).encode()
    return found


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def begin(project: Project | None, town: Path, folder: Path) -> int:
    """Build in a child: all of it, or, for a project that has everything drawn, the writing alone."""
    child = os.fork()
    if not child:
        code = 1
        try:
            (open_project(town) if project is None else project).build(folder)
            code = 0
        finally:
            os._exit(code)
    return child


def wait_for_a_draft(folder: Path, *, most_s: float) -> None:
    until = time.perf_counter() + most_s
    while time.perf_counter() < until and not any(folder.rglob("*.tuoyu-new")):
        pass


def say(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def stop(town: Path, work: Path, seed: int, n: int) -> None:
    """Ctrl-C or SIGTERM at random moments of the command, run in a child of this process."""
    rng, before, folder = random.Random(seed), work / "before", work / "stopped"
    began = time.perf_counter()
    open_project(town).build(before)
    whole_s = time.perf_counter() - began
    old = read(before)
    for _ in range(n):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(before, folder)
        child = os.fork()
        if not child:
            command(
                ["run", str(town), "--out", str(folder), "--set", "project.title=新的"], said=work / "said"
            )
        at_s, number = rng.uniform(0.05, whole_s), rng.choice([signal.SIGINT, signal.SIGTERM])
        time.sleep(at_s)
        os.kill(child, number)
        code, seen = ended(child), read(folder)
        say(
            {
                "at_s": round(at_s, 3),
                "signal": int(number),
                "code": code,
                "said": (work / "said").read_text(encoding="utf-8"),
                "is_old": seen == old,
                "left": [name for name in seen if Path(name).name.startswith(".")],
            }
        )


def command(arguments: list[str], *, said: Path) -> NoReturn:
    """Run the command in this process, as its entry point does, its errors into a file, and end."""
    code: object = 99
    os.dup2(os.open(said, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["tuoyu-geo", *arguments]
    try:
        cli.main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001  (what Python itself would do)
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(int(code))


def kill(town: Path, work: Path, seed: int, n_whole: int, n_writing: int) -> None:
    """Kill -9 at random moments of whole builds, and of the writing alone."""
    rng = random.Random(seed)
    before, drawn = work / "before", open_project(town)
    open_project(town, overrides=["project.title=旧的一次", "demand.under3_share=0.04"]).build(before)
    began = time.perf_counter()
    drawn.build(work / "undisturbed")
    whole_s = time.perf_counter() - began
    began = time.perf_counter()
    drawn.build(work / "again")
    writing_s = time.perf_counter() - began
    old, new = read(before), read(work / "undisturbed")
    say({"n_file": len(new), "n_differ": sum(old[name] != new[name] for name in new)})
    folder = work / "killed"
    for k in range(n_whole + n_writing):
        is_whole = k < n_whole
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(before, folder)
        child = begin(None if is_whole else drawn, town, folder)
        at_s = rng.uniform(0, whole_s if is_whole else writing_s)
        if not is_whole and k % 2:
            # The drafts lie there for a few hundredths of a second: every other time, wait for the first of them.
            wait_for_a_draft(folder, most_s=3 * writing_s)
            at_s = rng.uniform(0, 0.03)
        time.sleep(at_s)
        os.kill(child, signal.SIGKILL)
        code = ended(child)
        seen = read(folder)
        shown = {name: data for name, data in seen.items() if not Path(name).name.startswith(".")}
        record = {
            "moment": "whole" if is_whole else "writing",
            "at_s": round(at_s, 4),
            "code": code,
            "torn": [name for name, data in shown.items() if data not in {old.get(name), new.get(name)}],
            "shows": "old" if shown == old else "new" if shown == new else "both",
            "left": sorted(set(seen) - set(shown)),
        }
        # The next run: every tenth from the layers on, the others from the drawn maps and tables on.
        record["next"] = ended(begin(None if k % 10 == 0 else drawn, town, folder))
        record["next_equal"] = read(folder) == new
        say(record)


if __name__ == "__main__":
    {"kill": kill, "stop": stop}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
