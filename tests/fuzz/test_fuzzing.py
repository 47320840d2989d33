"""Every reader fuzzed for a few seconds: by coverage where Python decides, by changes at random where C or Rust does."""

import signal
import sys
from pathlib import Path

import pytest

from tuoyu_geo.layers.read import read_table

from . import driving
from .__main__ import can_cover, fuzz
from .targets import TARGETS, Target, inputs_of, layer

IN_PYTHON = [name for name, target in TARGETS.items() if not target.native]
LIMITED = pytest.mark.skipif(
    sys.platform == "win32", reason="limits of memory and processor time are POSIX's"
)
NATIVE = [name for name, target in TARGETS.items() if target.native]


def judge(told) -> None:
    shown = [
        f"{kind}: {Path(f'{path}.txt').read_text(encoding='utf-8')}" for kind, path in told.found.items()
    ]
    assert shown == []
    assert told.runs > 0


@pytest.mark.slow
@LIMITED
@pytest.mark.parametrize("target", IN_PYTHON)
def test_readers_in_python_by_coverage(target, tmp_path):
    # So many runs that the time seldom ends them: the same changes each time, whatever else the machine does.
    judge(fuzz(target, seconds=6, runs=150, out=tmp_path, blind=not can_cover()))


@pytest.mark.slow
@LIMITED
def test_readers_in_c_and_rust(tmp_path):
    judge(fuzz(*NATIVE, seconds=60, runs=1500, out=tmp_path, blind=True))


@pytest.mark.parametrize(
    "name", ["a.csv", "a.xlsx", "a.xls", "a.ods", "a.geojson", "a.gpkg", "a.kml", "a.dxf", "a.parquet"]
)
def test_the_seeds_are_files_that_can_be_read(name, tmp_path):
    # A fuzzer that begins with broken files gets no farther than the door.
    for data in inputs_of(name.removeprefix("a."), broken=False).values():
        (tmp_path / name).write_bytes(data)
        assert len(read_table(layer(tmp_path / name, "communities")).frame) >= 1


def _break(data: bytes, folder: Path) -> None:
    if data == b"loop":
        while True:
            pass
    if data:
        raise ValueError(data)


@LIMITED
def test_a_fault_and_a_hang_are_kept_with_their_input(tmp_path, monkeypatch):
    monkeypatch.setattr(driving, "HANG_SECONDS", 0.1)
    before = signal.signal(signal.SIGPROF, driving._hang)
    try:
        watch = driving.Watch({"a": Target(run=_break)}, out=tmp_path, seconds=60, most=10)
        for data in (b"", b"x", b"y", b"loop"):
            watch.once(data, "a")
    finally:
        signal.signal(signal.SIGPROF, before)
    kinds = {kind.split()[1]: (tmp_path / name).read_bytes() for kind, name in watch.found.items()}
    assert kinds == {"ValueError": b"x", "HangError": b"loop"}
    assert watch.n == 4
