"""Two runs on one folder, and a folder whose manifest or caches are none."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

HOLD = """
import sys, time
from pathlib import Path
from tuoyu_geo.writing import holding
with holding(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def held(tmp_path):
    """A folder that another process holds."""
    folder = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, encoding="utf-8")
    assert process.stdout.readline() == "held\n"
    yield folder, process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("command", [["run"], ["maps"], ["maps", "--figures", "pdf"], ["check"]])
def test_the_second_command_on_a_folder_is_told_who_holds_it(town, tuoyu, held, monkeypatch, command):
    monkeypatch.setattr("tuoyu_geo.writing.lock.WAIT_S", 0.1)
    folder, process = held
    before = sorted(path.name for path in folder.iterdir())
    done = tuoyu(*command, town(), "--out", folder)
    assert done.returncode == 1
    assert f"进程 {process.pid}" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_second_run_is_refused_before_it_reads_anything(town, tuoyu, held, monkeypatch):
    monkeypatch.setattr("tuoyu_geo.writing.lock.WAIT_S", 0.1)

    def read(*_given, **_named):
        raise AssertionError("read")

    monkeypatch.setattr("tuoyu_geo.project.load_layers", read)
    assert "占用" in tuoyu("run", town(), "--out", held[0]).stderr


@pytest.mark.slow
def test_two_real_runs_at_once(town, tmp_path):
    """One does it, and the other is refused at once; what stands there is one set."""
    import json

    folder, out = town(), tmp_path / "out"
    command = [sys.executable, "-c", "from tuoyu_geo.cli import main; main()", "run", folder, "--out", out]
    processes = []
    for title in ("一", "二"):
        processes.append(
            subprocess.Popen(
                [*command, "--set", f"project.title={title}"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        )
        time.sleep(0.2)
    said = [process.communicate(timeout=600)[1] for process in processes]
    refused = [k for k in range(2) if "占用" in said[k]]
    assert len(refused) == 1
    assert str(processes[1 - refused[0]].pid) in said[refused[0]]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["project"] == ("一", "二")[1 - refused[0]]
    assert not list(out.rglob(".*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b'"x"', b"{}", b"\xff\x00" * 50, b'{"schema_version": 99}', b"[" * 200_000],
)
def test_a_manifest_that_is_none_is_written_anew(town, tuoyu, tmp_path, content):
    folder, out = town(), tmp_path / "out"
    out.mkdir()
    (out / "manifest.json").write_bytes(content)
    done = tuoyu("maps", folder, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "manifest.json" in done.stdout
    done = tuoyu("maps", folder, "--out", out)
    assert "未变" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_table_into_a_file_on_a_full_disk(town):
    command = [
        sys.executable,
        "-c",
        "from tuoyu_geo.cli import main; main()",
        "gaps",
        town(),
        "--format",
        "csv",
    ]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "表没有写完" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_runs_mixed_in_one_folder_are_not_compared(tuoyu, tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").write_text("{}", encoding="utf-8")
    journal = tmp_path / "new" / ".tuoyu-geo.writing.json"
    journal.write_text(
        '{"state": "renaming", "names": ["summary.json"], "existed": ["summary.json"]}', encoding="utf-8"
    )
    done = tuoyu("diff", tmp_path / "old", tmp_path / "new")
    assert done.returncode == 1
    assert f"{tmp_path / 'new'} " in done.stderr
    assert "混在一起" in done.stderr
    journal.write_text('{"state": "clearing", "names": ["summary.json"], "existed": []}', encoding="utf-8")
    assert "混在一起" not in tuoyu("diff", tmp_path / "old", tmp_path / "new").stderr


def test_what_is_wrong_with_the_data_stands_a_finding_a_line(town, tuoyu):
    done = tuoyu("run", town(communities_csv="小区名称\n", villages_csv="名称\n"))
    assert done.returncode == 1
    first, *findings = done.stderr.splitlines()
    assert first.startswith("错误：")
    assert len(findings) >= 2
    assert all(line.startswith("  - 【") for line in findings)
