"""Ctrl-C in a terminal, which every process of the batch gets: what is done stays, and the next call goes on from there."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

pytest.importorskip("distributed", reason='needs pip install ".[batch]"')

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX process group"),
]

# A program started in the background is told to ignore Ctrl-C, and so are its children.
MAIN = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from tuoyu_geo.cli import main; main()"
)


def test_ctrl_c_keeps_what_is_done_and_the_next_call_does_the_rest(write_county, tmp_path):
    for code in ("999900", "999901"):
        write_county(tmp_path / "p" / code, code)
    command = [sys.executable, "-c", MAIN, "--lang", "en", "batch", str(tmp_path / "p"), "--workers", "1"]
    command += ["--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    first = process.stderr.readline()
    assert "done in" in first, first
    workers = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    counties = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))["counties"]
    assert sorted(one["status"] for one in counties) == ["done", "waiting"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    assert "2 counties: 1 done, 1 kept, 0 failed" in done.stdout
