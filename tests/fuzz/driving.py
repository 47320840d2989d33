"""A target run over and over in a process of its own: by coverage where atheris is there, else by changes at random.

``python -m tests.fuzz.driving TARGET … --seconds 10 --seed 0 --out FOLDER [--blind]`` is started by ``__main__``; it
writes what it runs next to ``FOLDER/now-TARGET`` first, so that what takes the process with it is kept too.
"""

import argparse
import contextlib
import hashlib
import io
import itertools
import json
import os
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Mapping
from pathlib import Path
from random import Random
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .targets import Target

MEMORY_BYTES = 6 << 30
HANG_SECONDS = 20
OURS = f"{os.sep}tuoyu_geo{os.sep}"


class HangError(Exception):
    """One input took longer than any may."""


def signature(error: BaseException) -> str:
    """The kind of a fault, and where in our code it came out: one fault has many inputs."""
    # Its class, imported here, would bring in our code before atheris watches it.
    if type(error).__name__ == "BrokenRuleError":
        return " ".join(map(str, error.args[:2]))[:80]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if OURS in one.filename] or frames
    last = ours[-1]
    return f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {last.name}"


class Watch:
    """Runs one input after another, and keeps those that break the rule, one a signature."""

    def __init__(self, targets: "Mapping[str, Target]", *, out: Path, seconds: float, most: int) -> None:
        self.targets, self.out, self.seconds, self.most = targets, out, seconds, most
        self.started = time.monotonic()
        self.n, self.slowest_s = 0, 0.0
        self.found: dict[str, str] = {}

    def once(self, data: bytes, name: str) -> None:
        if self.n >= self.most or time.monotonic() - self.started > self.seconds:
            self.stop()
        self.n += 1
        now = self.out / f"now-{name}"
        now.write_bytes(data)
        began = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
                signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)  # of the processor: others may use it, too
                try:
                    self.targets[name].run(data, Path(folder))
                finally:
                    signal.setitimer(signal.ITIMER_PROF, 0)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  (a panic of Rust is no Exception)
            self.keep(data, f"{name}: {signature(error)}", error)
        now.unlink()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    def keep(self, data: bytes, kind: str, error: BaseException) -> None:
        if kind in self.found:
            return
        name = hashlib.sha256(data).hexdigest()[:12]
        self.found[kind] = name
        (self.out / name).write_bytes(data)
        (self.out / f"{name}.txt").write_text(
            kind + "\n" + "".join(traceback.format_exception(error)),
            encoding="utf-8",
            errors="backslashreplace",
        )

    def stop(self) -> None:
        told = {"runs": self.n, "slowest_s": round(self.slowest_s, 2), "found": self.found}
        (self.out / "told.json").write_text(json.dumps(told), encoding="utf-8")
        sys.stdout.flush()
        os._exit(0)  # libFuzzer's own end would count as a crash


def _hang(number: int, frame: FrameType | None) -> None:
    raise HangError


def _limits() -> None:
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _hang)
    warnings.simplefilter("error")  # as in the tests: a warning of a library that leaks out is a fault
    warnings.filterwarnings("ignore", message=".*pyarrow.*", category=DeprecationWarning)
    # Where nothing is compiled, numpy says so where a checksum wraps around.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tuoyu_geo\.network\.kernel")
    warnings.filterwarnings("ignore", message="Use .@. matmul", category=PendingDeprecationWarning)


def _blind(watch: Watch, inputs: Mapping[str, list[bytes]], seed: int) -> None:
    from .mutating import mutated

    random = Random(seed)
    for name, seeds in inputs.items():
        for data in seeds:
            watch.once(data, name)
    for name in itertools.cycle(inputs):
        data = mutated(random.choice(inputs[name]), random)
        watch.once(data[: watch.targets[name].most_bytes], name)


def _by_coverage(watch: Watch, seeds: Mapping[str, list[bytes]], seed: int) -> None:
    import atheris

    from .mutating import blind, mutated

    ((name, inputs),) = seeds.items()
    most_bytes = watch.targets[name].most_bytes

    def change(data: bytes, random: Random) -> bytes:
        if random.random() < 0.5:
            return blind(data, random)
        return bytes(atheris.Mutate(data, max(len(data) + 64, 64)))

    def mutator(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        base = data if data and random.random() < 0.9 else random.choice(inputs)
        return mutated(base, random, change=change)[: min(most, most_bytes)]

    corpus = watch.out / "grown"
    corpus.mkdir(exist_ok=True)
    for data in inputs:
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    options = [
        f"-seed={seed + 1}",
        f"-max_len={most_bytes}",
        "-rss_limit_mb=0",
        "-verbosity=0",
        "-handle_segv=0",
    ]
    options += [
        "-handle_abrt=0",
        "-handle_fpe=0",
        "-handle_bus=0",
        "-handle_ill=0",
        "-timeout=1000",
        "-report_slow_units=1000",
    ]
    atheris.Setup(
        [sys.argv[0], *options, f"-artifact_prefix={watch.out}/", str(corpus)],
        lambda data: watch.once(data, name),
        custom_mutator=mutator,
    )
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blind", action="store_true")
    asked = parser.parse_args()
    # A few rows are worked out sooner than code for them is compiled, and numba can't compile what atheris watches.
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    if asked.blind:
        from .targets import TARGETS, inputs_of
    else:
        import atheris

        with atheris.instrument_imports(include=["tuoyu_geo"]), contextlib.redirect_stderr(io.StringIO()):
            from .targets import TARGETS, inputs_of
    inputs = {name: list(inputs_of(name).values()) for name in asked.target}
    targets = {name: TARGETS[name] for name in asked.target}
    _limits()
    watch = Watch(targets, out=asked.out, seconds=asked.seconds, most=asked.runs)
    (_blind if asked.blind else _by_coverage)(watch, inputs, asked.seed)


if __name__ == "__main__":
    main()
