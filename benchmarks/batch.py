"""Time and memory of ``tuoyu-geo batch`` against the number of counties, on the made-up province.

    python benchmarks/batch.py FOLDER --counties 1 5 20 80 --workers 2

FOLDER holds the province of ``province.py``; counties that are not there yet are made first. Each row is a call of the
command on the first so many counties, from nothing, into a folder that is removed afterwards. Printed as a Markdown
table: wall time, processor time of all processes together, the largest memory (RSS) of a worker and of the process that
gives out the work, and the machine's load before the call, which says what else ran. Asked: about the same time a county
in every row, 80 counties in 15 minutes and 3 GB a worker on two cores.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

if not __package__:  # started as a file: the root, where `data` and `benchmarks` are, is not on the path then
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.made_up.county import make_county
from benchmarks.made_up.places import N_COUNTIES, place_of

LOOK_S = 0.25
HEAD = (
    "counties", "done", "residents (million)", "s", "s a county", "user s a county", "system s a county", "worker GB", "main GB",
    "load before",
)  # fmt: skip


@dataclass
class Watched:
    """What the processes of one call took: bytes and seconds by process."""

    peak: dict[int, int] = field(default_factory=dict)
    user_s: dict[int, float] = field(default_factory=dict)
    system_s: dict[int, float] = field(default_factory=dict)

    def look(self, main: psutil.Process) -> None:
        """Look at a process and all that it started."""
        for one in (main, *main.children(recursive=True)):
            try:
                used, times = one.memory_info().rss, one.cpu_times()
            except psutil.Error:  # it ended meanwhile
                continue
            self.peak[one.pid] = max(used, self.peak.get(one.pid, 0))
            self.user_s[one.pid], self.system_s[one.pid] = times.user, times.system


def run(projects: list[Path], *, out: Path, workers: int) -> tuple[float, Watched, int]:
    """Run the command to its end; give its seconds, what it took and the main process."""
    names = [str(one) for one in projects]
    start = "from tuoyu_geo.cli import main; main()"  # the command, whether or not it is on the path
    command = [sys.executable, "-c", start, "batch", *names, "--out", str(out), "--workers", str(workers)]
    watched = Watched()
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        main = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                watched.look(main)
            except psutil.NoSuchProcess:
                break
            time.sleep(LOOK_S)
    return time.perf_counter() - begin, watched, process.pid


def row(projects: list[Path], *, workers: int) -> str:
    """One line of the table."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="tuoyu-batch-") as folder:
        seconds, watched, main = run(projects, out=Path(folder), workers=workers)
        counties = json.loads((Path(folder) / "batch.json").read_text(encoding="utf-8"))["counties"]
        done = [one for one in counties if one["status"] == "done"]
        people = sum(
            json.loads((Path(folder) / one["folder"] / "summary.json").read_text(encoding="utf-8"))["population"]["residents"]
            for one in done
        )  # fmt: skip
    n = len(projects)
    others = [peak for pid, peak in watched.peak.items() if pid != main]
    cells = (
        f"{n}",
        f"{len(done)}",
        f"{people / 1e6:.2f}",
        f"{seconds:,.0f}",
        f"{seconds / n:.1f}",
        f"{sum(watched.user_s.values()) / n:.1f}",
        f"{sum(watched.system_s.values()) / n:.1f}",
        f"{max(others, default=0) / 1e9:.2f}",
        f"{watched.peak[main] / 1e9:.2f}",
        f"{load:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Make what is missing of the province and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the made-up province")
    parser.add_argument("--counties", type=int, nargs="+", default=[1, 5, 20, N_COUNTIES], metavar="N")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    folders = [asked.folder / place_of(number)[2] for number in range(1, max(asked.counties) + 1)]
    for number, folder in enumerate(folders, start=1):
        if not (folder / "project.toml").is_file():
            make_county(folder, number, seed=asked.seed)
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, {platform.machine()}"
    print(f"{machine}, Python {platform.python_version()}, {asked.workers} workers\n")
    print(f"| {' | '.join(HEAD)} |\n{'|---:' * len(HEAD)}|")
    for n in asked.counties:
        print(row(folders[:n], workers=asked.workers), flush=True)


if __name__ == "__main__":
    main()
