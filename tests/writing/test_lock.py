"""Two at one folder: the second is told who holds it; whoever holds it may die in any way."""

import getpass
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from tuoyu_geo.errors import OutputError
from tuoyu_geo.messages import speaking
from tuoyu_geo.writing import holding, write_all

# A program started in the background is told to ignore Ctrl-C, and so are its children.
HOLD = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)
from tuoyu_geo.writing import holding
with holding(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def holder(tmp_path):
    """Another process that holds a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(autouse=True)
def _no_long_wait(monkeypatch):
    monkeypatch.setattr("tuoyu_geo.writing.lock.WAIT_S", 0.2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_second_is_told_process_computer_user_and_time(tmp_path, holder, language):
    (tmp_path / "plan.xlsx").write_bytes(b"old")
    with speaking(language), pytest.raises(OutputError) as refused:
        write_all(tmp_path, {"plan.xlsx": b"new"})
    said = str(refused.value)
    for word in (str(holder.pid), socket.gethostname(), getpass.getuser(), str(tmp_path), "--out"):
        assert word in said
    assert (tmp_path / "plan.xlsx").read_bytes() == b"old"


def test_whose_it_is_may_not_be_known_yet(tmp_path, holder):
    (tmp_path / ".tuoyu-geo.owner.json").write_text("{", encoding="utf-8")
    with pytest.raises(OutputError, match="还看不出来"), holding(tmp_path):
        pass


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_a_lock_ends_with_its_process(tmp_path, holder, name):
    if sys.platform == "win32" and name != "SIGTERM":
        pytest.skip("Windows ends a process in one way only")
    holder.send_signal(getattr(signal, name))
    holder.wait(20)
    write_all(tmp_path, {"plan.xlsx": b"new"})
    assert names_in(tmp_path) == ["plan.xlsx"]


def test_it_is_held_once_by_a_thread_and_refused_to_another(tmp_path):
    said = []

    def other():
        try:
            write_all(tmp_path, {"a": b"theirs"})
        except OutputError as error:
            said.append(str(error))

    with holding(tmp_path):
        write_all(tmp_path, {"a": b"ours"})
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        # What was written in between has not let go of the folder.
        assert len(said) == 1
        assert str(os.getpid()) in said[0]
    assert (tmp_path / "a").read_bytes() == b"ours"
    assert names_in(tmp_path) == ["a"]


def test_it_is_let_go_after_an_error_and_a_folder_made_for_nothing_is_removed(tmp_path):
    folder = tmp_path / "new" / "out"
    with pytest.raises(ZeroDivisionError), holding(folder):
        raise ZeroDivisionError
    assert not (tmp_path / "new").exists()
    folder.mkdir(parents=True)
    with pytest.raises(ZeroDivisionError), holding(folder):
        raise ZeroDivisionError
    assert folder.exists()
    write_all(folder, {"a": b"1"})


NO_LOCKS = """
import errno, fcntl
def none(*_):
    raise OSError(errno.ENOSYS, "no locks here")
fcntl.flock = none
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks on every file system")
def test_a_file_system_without_locks(tmp_path):
    """There a file's being there is the lock, and the next one judges by its process whether it is still meant."""

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", NO_LOCKS + HOLD, tmp_path],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    first = start()
    assert first.stdout.readline() == "held\n"
    out, error = start().communicate(timeout=60)
    assert (out, "FolderHeldError" in error, str(first.pid) in error) == ("", True, True)
    first.kill()
    first.communicate()
    second = start()
    assert second.stdout.readline() == "held\n"
    second.send_signal(signal.SIGINT)
    _, error = second.communicate(timeout=60)
    assert "UserWarning" not in error
    assert names_in(tmp_path) == []


@pytest.mark.slow
def test_many_at_once_never_mix(memory):
    """Six processes write their own set again and again; whatever is seen in between holds is one set."""
    code = """
import sys
from pathlib import Path
from tuoyu_geo.errors import OutputError
from tuoyu_geo.writing import holding, write_all
folder, own = Path(sys.argv[1]), sys.argv[2].encode()
for _ in range(20):
    try:
        with holding(folder):
            write_all(folder, {name: own for name in "abcd"})
            assert {(folder / name).read_bytes() for name in "abcd"} == {own}
    except OutputError:
        print("refused")
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, memory, str(k)], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for k in range(6)
    ]
    for process in processes:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error.decode()
    assert names_in(memory) == ["a", "b", "c", "d"]
