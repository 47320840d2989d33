"""``python -m tests.fuzz [TARGET …] [--seconds 600]``: fuzz readers for as long as asked; see docs/fuzzing.md."""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Importing, and reading the seeds, before the clock of the child starts; a hang in C is ended after as long.
GRACE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Told:
    """What came of fuzzing one target: how often it ran, and the inputs that broke the rule, by signature."""

    runs: int
    slowest_s: float
    found: dict[str, Path]


def fuzz(target: str, *, seconds: float, out: Path, seed: int = 0, runs: int = 10**9, blind: bool) -> Told:
    """Fuzz one target; a child that dies is told, and another takes over for the time that is left."""
    out.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.driving",
        target,
        "--out",
        str(out),
        "--seconds",
        str(seconds),
    ]
    command += ["--seed", str(seed), "--runs", str(runs), *(["--blind"] if blind else [])]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, timeout=seconds + GRACE_SECONDS, check=False
        )
        code, words = done.returncode, done.stderr.decode("utf-8", "replace")[-2000:]
    except subprocess.TimeoutExpired:
        code, words = None, "no answer"
    now, told = out / "now", out / "told.json"
    if told.is_file():
        content = json.loads(told.read_text(encoding="utf-8"))
        found = {kind: out / name for kind, name in content["found"].items()}
        return Told(content["runs"], content["slowest_s"], found)
    if not now.is_file():
        raise RuntimeError(words)
    kept = out / f"died-{seed}"
    now.replace(kept)
    kept.with_name(f"{kept.name}.txt").write_text(f"ended by {code}\n{words}", encoding="utf-8")
    return Told(0, float("nan"), {f"the process ended by {code}": kept})


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
