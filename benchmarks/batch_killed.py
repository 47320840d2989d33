"""A batch that loses a worker in the middle, beside each of its counties run alone: the same files, byte for byte.

    python benchmarks/batch_killed.py FOLDER --counties 80 --workers 2 --alone 80

FOLDER holds the province of ``province.py``. When half of the counties are done, the larger worker is killed (SIGKILL).
Afterwards the first so many counties are run alone, as many at once as there are workers, and every file is compared;
manifest.json without its times. Ends with status 1 where a county is missing or a byte differs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

if not __package__:  # started as a file: the root, where `data` and `benchmarks` are, is not on the path then
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.made_up.places import N_COUNTIES, place_of

COMMAND = [sys.executable, "-c", "from tuoyu_geo.cli import main; main()"]
LOOK_S = 0.25
TIMES = ("timings_s", "written_at")


def contents(folder: Path) -> dict[str, object]:
    """Every file of a folder by its name; a manifest without what differs from call to call."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data: object = path.read_bytes()
            if path.name == "manifest.json":
                data = {
                    name: value
                    for name, value in json.loads(path.read_text("utf-8")).items()
                    if name not in TIMES
                }
            found[path.relative_to(folder).as_posix()] = data
    return found


def run_batch(projects: list[Path], *, out: Path, workers: int) -> str:
    """Run the batch and kill a worker in the middle; what was killed, in words."""
    killed = "nobody"
    begin = time.perf_counter()
    command = [*COMMAND, "batch", *map(str, projects), "--out", str(out), "--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        main = psutil.Process(process.pid)
        while process.poll() is None:
            n_done = len(list(out.glob("counties/*/summary.json")))
            if killed == "nobody" and n_done * 2 >= len(projects):
                workers_now = [one for one in main.children() if "spawn_main" in " ".join(one.cmdline())]
                victim = max(workers_now, key=lambda one: one.memory_info().rss)
                victim.kill()
                killed = f"process {victim.pid} after {n_done} counties"
            time.sleep(LOOK_S)
    return f"{time.perf_counter() - begin:,.0f} s, killed: {killed}"


def differences(project: Path, made: Path) -> list[str]:
    """Names of files that a county run alone writes differently."""
    with tempfile.TemporaryDirectory(prefix="tuoyu-alone-") as folder:
        subprocess.run(
            [*COMMAND, "run", str(project), "--out", folder],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        alone, batch = contents(Path(folder)), contents(made)
    return sorted(name for name in {*alone, *batch} if alone.get(name) != batch.get(name))


def main() -> None:
    """Run, kill, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the made-up province")
    parser.add_argument("--counties", type=int, default=N_COUNTIES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--alone", type=int, default=N_COUNTIES, help="how many counties to run alone, too")
    asked = parser.parse_args()
    projects = [asked.folder / place_of(number)[2] for number in range(1, asked.counties + 1)]
    with tempfile.TemporaryDirectory(prefix="tuoyu-batch-") as folder:
        out = Path(folder)
        print(run_batch(projects, out=out, workers=asked.workers), flush=True)
        records = json.loads((out / "batch.json").read_text(encoding="utf-8"))["counties"]
        done = [one for one in records if one["status"] == "done"]
        n_lost = sum(one["n_lost_workers"] for one in records)
        print(f"{len(done)} of {len(projects)} counties done, {n_lost} workers lost", flush=True)
        made = {Path(one["project"]).parent.name: out / one["folder"] for one in done}
        with ThreadPoolExecutor(asked.workers) as pool:
            names = [one.name for one in projects[: asked.alone] if one.name in made]
            found = list(pool.map(lambda name: differences(asked.folder / name, made[name]), names))
    wrong = {name: files for name, files in zip(names, found, strict=True) if files}
    print(
        f"{len(names) - len(wrong)} of {len(names)} counties equal to themselves run alone; others: {wrong}"
    )
    sys.exit(bool(wrong) or len(done) < len(projects) or not n_lost)


if __name__ == "__main__":
    main()
