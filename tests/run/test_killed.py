"""kill -9 at random moments of a small project's run: no half-written file, and the next run is an undisturbed one's."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
N_WHOLE, N_WRITING, N_PROCESS, N_STOPPED = 100, 60, 3, 24


def started(what, town, work, *numbers):
    work.mkdir()
    command = [sys.executable, Path(__file__).with_name("killing.py"), what, town, work, *numbers]
    return subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, encoding="utf-8")


def test_killed_at_random_moments(town, tmp_path):
    folder = town()
    processes = [
        started("kill", folder, tmp_path / str(half), half, N_WHOLE // 2, N_WRITING // 2) for half in range(2)
    ]
    records = []
    for process in processes:
        out, _ = process.communicate(timeout=3000)
        assert process.returncode == 0
        first, *kills = map(json.loads, out.splitlines())
        assert (
            first["n_differ"] >= first["n_file"] - 1
        )  # old and new can be told apart in all but the findings
        records += kills
    assert len(records) == N_WHOLE + N_WRITING
    for record in records:
        assert record["torn"] == [], record
        assert record["next"] == 0, record
        assert record["next_equal"], record
    killed = [record for record in records if record["code"] == -signal.SIGKILL]
    assert sum(record["moment"] == "whole" for record in killed) > 0.8 * N_WHOLE
    assert any(
        "tuoyu-new" in name for record in killed for name in record["left"]
    )  # some in the writing itself


def test_stopped_at_random_moments(town, tmp_path):
    """Ctrl-C and SIGTERM: one sentence, the status that shells expect, the old files, and nothing left beside them."""
    process = started("stop", town(), tmp_path / "work", 7, N_STOPPED)
    out, _ = process.communicate(timeout=3000)
    assert process.returncode == 0
    records = [json.loads(line) for line in out.splitlines()]
    assert len(records) == N_STOPPED
    stopped = [record for record in records if record["code"] != 0]
    assert (
        len(stopped) > N_STOPPED / 2
    )  # the others were done before, or heard Ctrl-C in the search and ended it
    for record in stopped:
        assert record["code"] == 128 + record["signal"], record
        assert record["said"].strip().endswith("没有写到一半的"), record
        assert "Traceback" not in record["said"], record
        assert record["is_old"], record
    assert {record["signal"] for record in stopped} == {signal.SIGINT, signal.SIGTERM}
    assert all(record["left"] == [] for record in records)


def test_the_command_killed_at_random_moments(town, tmp_path):
    folder, out, rng = town(), tmp_path / "out", random.Random(5)
    command = [sys.executable, "-c", "from tuoyu_geo.cli import main; main()", "run", str(folder), "--out"]
    began = time.perf_counter()
    assert subprocess.run(
        [*command, str(tmp_path / "undisturbed")], check=False, capture_output=True
    ).returncode in {0, 1}
    took_s = time.perf_counter() - began
    for _ in range(N_PROCESS):
        process = subprocess.Popen([*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 1) * took_s)
        process.kill()
        process.wait()
    assert subprocess.run([*command, str(out)], check=False, capture_output=True).returncode in {0, 1}
    spec = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    other = tmp_path / "undisturbed"
    undisturbed = {path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()}
    manifests = [json.loads(one.pop(Path("manifest.json"))) for one in (spec, undisturbed)]
    assert spec == undisturbed
    for manifest in manifests:
        del manifest["timings_s"], manifest["written_at"]
    assert manifests[0] == manifests[1]
