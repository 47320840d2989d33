"""``python -m tests.fuzz [TARGET …] [--seconds 600]``: fuzz readers for as long as asked; see docs/fuzzing.md."""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Importing, and reading the seeds, before the clock of the child starts; a hang in C is ended after as long.
GRACE_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Told:
    """What came of fuzzing one target: how often it ran, and the inputs that broke the rule, by signature."""

    runs: int
    slowest_s: float
    found: dict[str, Path]
    died: bool = False


def fuzz(*targets: str, seconds: float, out: Path, seed: int = 0, runs: int = 10**9, blind: bool) -> Told:
    """Fuzz some targets in turn, or one by coverage; where a child dies, another takes over for the time that is left."""
    out.mkdir(parents=True, exist_ok=True)
    total = Told(0, 0.0, {})
    started = time.monotonic()
    while True:
        left = seconds - (time.monotonic() - started)
        one = _child(targets, seconds=max(1.0, left), out=out, seed=seed, runs=runs - total.runs, blind=blind)
        fresh = len(total.found)
        total = Told(total.runs + one.runs, max(total.slowest_s, one.slowest_s), {**one.found, **total.found})
        # One that died of what killed the one before it would only do so again.
        if not one.died or len(total.found) == fresh or left <= 1:
            return total
        seed += 1


def _child(targets: Sequence[str], *, seconds: float, out: Path, seed: int, runs: int, blind: bool) -> Told:
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.driving",
        *targets,
        "--out",
        str(out),
        "--seconds",
        str(seconds),
    ]
    command += ["--seed", str(seed), "--runs", str(runs), *(["--blind"] if blind else [])]
    told = out / "told.json"
    told.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, timeout=seconds + GRACE_SECONDS, check=False
        )
        code, words = str(done.returncode), done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        code, words = "no answer", ""
    if told.is_file():
        content = json.loads(told.read_text(encoding="utf-8"))
        found = {kind: out / name for kind, name in content["found"].items()}
        return Told(content["runs"], content["slowest_s"], found)
    now = next(out.glob("now-*"), None)
    if now is None:
        raise RuntimeError(f"{code}: {words[-2000:]}")
    kept = now.replace(out / f"died-{now.name.removeprefix('now-')}-{seed}")
    kept.with_name(f"{kept.name}.txt").write_text(
        f"ended by {code}\n{words[:1000]}\n…\n{words[-2000:]}", encoding="utf-8"
    )
    first = next((line for line in words.splitlines() if line.strip()), "")
    return Told(0, 0.0, {f"the process ended by {code}: {first[:60]}": kept}, died=True)


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def can_cover() -> bool:
    """Whether atheris, which has wheels for Linux alone, is there."""
    return importlib.util.find_spec("atheris") is not None


def main() -> None:
    from .targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], help="all of them where none is named")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--out", type=Path, help="where inputs that break the rule go; a new folder where not given"
    )
    parser.add_argument("--blind", action="store_true", help="changes at random, without atheris")
    asked = parser.parse_args()
    out = asked.out or Path(tempfile.mkdtemp(prefix="tuoyu-fuzz-"))
    any_found = False
    for target in asked.target or TARGETS:
        told = fuzz(
            target,
            seconds=asked.seconds,
            out=out / target,
            seed=asked.seed,
            blind=asked.blind or not can_cover(),
        )
        tell(f"{target}: {told.runs:,} runs, the slowest {told.slowest_s:.1f} s, {len(told.found)} faults")
        for kind, path in told.found.items():
            any_found = True
            tell(f"  {kind}  {path}")
    sys.exit(int(any_found))


if __name__ == "__main__":
    main()
