"""A set of files goes in whole or not at all: killed, refused or out of room at each single step of the writing."""

import errno
import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from tuoyu_geo.errors import OutputError
from tuoyu_geo.writing import holding, write_all
from tuoyu_geo.writing.journal import JOURNAL, draft_of, old_of

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]
FILE_EVENTS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"}
OLD = {
    "maps/overview.html": b"old map",
    "maps/gone.html": b"old town",
    "plan.xlsx": b"old plan",
    "manifest.json": b"old manifest",
}
NEW = {
    "maps/overview.html": b"new map" * 1000,
    "maps/fresh.html": b"new town",
    "sheets/a.pdf": b"new sheet",
    "plan.xlsx": b"new plan",
    "manifest.json": b"new manifest",
}
REMOVED = ("maps/gone.html",)


def seen(folder: Path) -> dict[str, bytes]:
    """What a person sees in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


def fresh(folder: Path) -> Path:
    for name, data in OLD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def in_child(folder: Path, at_step: int, do) -> int:
    """Write the new set in a child of this process, in which `do` happens at a step; gives how the child ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 99
    try:
        count = 0

        def hook(event, arguments):
            nonlocal count
            if event in FILE_EVENTS and str(folder) in str(arguments[0]):
                count += 1
                if count == at_step:
                    do()

        sys.addaudithook(hook)
        try:
            write_all(folder, NEW, removed=REMOVED)
            code = 0 if count < at_step else 1
        except OutputError:
            code = 2
    finally:
        os._exit(code)


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def test_killed_before_any_step_it_leaves_one_whole_set(memory):
    ends, left = set(), set()
    for step in range(1, 1000):
        folder = fresh(memory / str(step))
        code = in_child(folder, step, kill)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        # Every file that a person sees is whole, whichever set it is from.
        assert all(data in {OLD.get(name), NEW.get(name)} for name, data in seen(folder).items()), step
        left.add(bool(hidden(folder)))
        with holding(folder):
            assert seen(folder) in {0: OLD, 1: NEW}.values(), step
            ends.add(seen(folder) == NEW)
        assert hidden(folder) == [], step
        write_all(folder, NEW, removed=REMOVED)
        assert seen(folder) == NEW
        assert hidden(folder) == []
    assert step > 40  # the hook saw the steps
    assert ends == {True, False}  # kills before and after the moment from which the new set counts
    assert True in left


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOSPC,
        *(pytest.param(one, marks=pytest.mark.slow) for one in (errno.EACCES, errno.EROFS, errno.EIO)),
    ],
)
def test_refused_at_any_step_it_says_so_and_leaves_the_old_set(memory, number):
    def refuse():
        raise OSError(number, os.strerror(number))

    codes = []
    for step in range(1, 1000):
        folder = fresh(memory / str(step))
        code = in_child(folder, step, refuse)
        codes.append(code)
        if code == 0:
            break
        assert code in {1, 2}, step
        # What is not told as an error is in the clearing up, after which the new set counts.
        assert seen(folder) == (OLD if code == 2 else NEW), step
        with holding(folder):
            pass
        assert hidden(folder) == [], step
    assert codes.count(2) > 25
    assert codes[-1] == 0


@pytest.mark.slow
def test_killed_while_it_is_being_undone_it_is_undone_by_the_next(memory):
    for step in range(1, 100):
        folder = fresh(memory / str(step))
        # As a kill in the middle of the renaming leaves it.
        names, existed = [*NEW, *REMOVED], [*OLD]
        for name in existed:
            os.link(folder / name, old_of(folder / name))
        for name in ("maps/overview.html", "maps/fresh.html", "plan.xlsx"):
            draft_of(folder / name).write_bytes(NEW[name])
            draft_of(folder / name).replace(folder / name)
        journal = {"state": "renaming", "names": names, "existed": existed}
        (folder / JOURNAL).write_text(json.dumps(journal), encoding="utf-8")
        code = in_child(folder, step, kill)
        with holding(folder):
            pass
        assert seen(folder) in {0: OLD, 1: NEW}.values(), step
        if code == 0:
            break
    assert step > 60


def test_a_file_that_is_held_open_is_named_and_no_other_is_changed(tmp_path, monkeypatch):
    """Windows refuses to replace a file that Excel or WPS has open."""
    folder, real = fresh(tmp_path), Path.replace

    def replace(self, target):
        if Path(target).name == "plan.xlsx" and self == draft_of(folder / "plan.xlsx"):
            raise PermissionError(errno.EACCES, "in use", str(self), None, str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError, match=r"plan\.xlsx"):
        write_all(folder, NEW, removed=REMOVED)
    assert seen(folder) == OLD
    assert hidden(folder) == []


def test_where_an_old_file_can_not_be_put_back_it_is_said_and_tried_again(tmp_path, monkeypatch):
    folder, real, held = fresh(tmp_path), Path.replace, True

    def replace(self, target):
        if held and (Path(target).name == "plan.xlsx" or self == old_of(folder / "maps/overview.html")):
            raise PermissionError(errno.EACCES, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OutputError, match=r"新旧文件混在一起"):
        write_all(folder, NEW, removed=REMOVED)
    with pytest.raises(OutputError, match=r"overview\.html"), holding(folder):
        pass
    held = False
    with holding(folder):
        assert seen(folder) == OLD
    assert hidden(folder) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"state": "renaming", "names": ["../mine.txt"], "existed": []}).encode(),
        json.dumps({"state": "renaming", "names": ["/etc/passwd"], "existed": []}).encode(),
        json.dumps({"state": "renaming", "names": ["C:\\mine.txt"], "existed": []}).encode(),
        json.dumps({"state": "renaming", "names": 3, "existed": []}).encode(),
        json.dumps({"state": "else", "names": ["plan.xlsx"], "existed": []}).encode(),
    ],
)
def test_a_journal_that_is_none_touches_nothing_and_stops_nothing(tmp_path, content):
    (tmp_path / "mine.txt").write_bytes(b"mine")
    folder = fresh(tmp_path / "out")
    (folder / JOURNAL).write_bytes(content)
    with holding(folder):
        assert seen(folder) == OLD
    write_all(folder, NEW, removed=REMOVED)
    assert seen(folder) == NEW
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"
    assert hidden(folder) == []


def test_a_draft_is_never_written_through_a_link(tmp_path):
    (tmp_path / "mine.txt").write_bytes(b"mine")
    folder = fresh(tmp_path / "out")
    draft_of(folder / "plan.xlsx").symlink_to(tmp_path / "mine.txt")
    write_all(folder, NEW, removed=REMOVED)
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"
    assert seen(folder) == NEW


def test_without_second_names_a_copy_serves(tmp_path, monkeypatch):
    """FAT and some shares know no hard links."""

    def link(*_arguments, **_options):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    test_a_file_that_is_held_open_is_named_and_no_other_is_changed(tmp_path, monkeypatch)


def test_ctrl_c_waits_for_the_renaming(tmp_path, monkeypatch):
    folder, real = fresh(tmp_path), Path.replace

    def replace(self, target):
        if Path(target).name == "plan.xlsx":
            signal.raise_signal(signal.SIGINT)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_all(folder, NEW, removed=REMOVED)
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen(folder) == NEW
    assert hidden(folder) == []


def test_in_another_thread_nothing_is_put_off(tmp_path):
    done = threading.Thread(target=write_all, args=(tmp_path, NEW))
    done.start()
    done.join()
    assert seen(tmp_path) == NEW
