"""Real file systems without room or without permission: what is there stays, what is missing is said."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tuoyu_geo.errors import OutputError
from tuoyu_geo.project import open_project
from tuoyu_geo.writing import write_all

pytestmark = pytest.mark.slow
KIB = 1024


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def mount(tmp_path):
    """Mount something on a new folder; a skip where this user may not."""
    mounted = []

    def on(name, *options):
        folder = tmp_path / name
        folder.mkdir()
        try:
            done = subprocess.run(
                ["mount", *map(str, options), folder], capture_output=True, encoding="utf-8", check=False
            )
        except FileNotFoundError:
            pytest.skip("no mount on this machine")
        if done.returncode:
            pytest.skip(f"may not mount: {done.stderr}")
        mounted.append(folder)
        return folder

    yield on
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def sets(lattice):
    """The files of two runs that differ in their title."""
    with tempfile.TemporaryDirectory() as name:
        town = lattice.write_town(Path(name) / "town")
        for title in ("old", "new"):
            open_project(town, overrides=[f"project.title={title}"]).build(Path(name) / title)
        yield files(Path(name) / "old"), files(Path(name) / "new")


def test_a_disk_full_at_any_file_leaves_the_old_files(mount, sets):
    old, new = sets
    need = sum(map(len, new.values()))
    stopped_at = set()
    for share in (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97):
        # tmpfs counts in pages of 4 KiB, folders and the notes of the writing included.
        size = sum(-(-len(data) // 4096) * 4096 for data in old.values()) + 64 * KIB + int(share * need)
        folder = mount(f"disk{share}", "-t", "tmpfs", "-o", f"size={size}", "tmpfs")
        write_all(folder, old)
        with pytest.raises(OutputError, match="磁盘满了") as refused:
            write_all(folder, new)
        assert files(folder) == old
        said = str(refused.value)
        told = re.search(r"写 (\S+) 里的 (\S+) 时", said)
        assert told[1] == str(folder)
        stopped_at.add(told[2])
        # How much is needed and how much is there, in MiB.
        needed, free = map(float, re.search(r"共需 ([\d.]+) MiB，现有 ([\d.]+) MiB", said).groups())
        assert needed == pytest.approx(need / KIB**2, abs=0.06)
        assert free < needed
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        write_all(folder, new)
        assert files(folder) == new
    assert len(stopped_at) >= 5


def test_the_command_says_that_the_disk_is_full(mount, town, sets, tuoyu_process):
    old, _ = sets
    folder = mount("disk", "-t", "tmpfs", "-o", "size=4m", "tmpfs")
    write_all(folder, old)
    done = tuoyu_process("run", town(), "--out", folder)
    assert done.returncode == 1
    assert "磁盘满了" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(folder) == old


def test_a_full_folder_for_temporary_files_is_named(mount, town, tmp_path, tuoyu_process):
    small = mount("small", "-t", "tmpfs", "-o", "size=64k", "tmpfs")
    done = tuoyu_process("run", town(), "--out", tmp_path / "out", TMPDIR=str(small))
    assert done.returncode == 1
    assert str(small) in done.stderr
    assert "TMPDIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_disk_mounted_read_only(mount, town, sets, tmp_path, tuoyu_process):
    old, _ = sets
    writable = tmp_path / "writable"
    write_all(writable, old)
    folder = mount("read_only", "--bind", "-o", "ro", writable)
    done = tuoyu_process("run", town(), "--out", folder)
    assert done.returncode == 1
    assert f"{folder} 写不进去" in done.stderr
    assert "Traceback" not in done.stderr
    assert files(writable) == old
    # Nothing is worked out first.
    with pytest.raises(OutputError, match="写不进去"):
        open_project(town()).build(folder)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to become someone else"
)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("closed", ["out", "out/maps"])
def test_a_folder_without_permission(closed):
    """Root may write everywhere, so a child of this process becomes nobody."""
    old, new = {"maps/a.html": b"old", "plan.xlsx": b"old"}, {"maps/a.html": b"new", "plan.xlsx": b"new"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "out"
        write_all(folder, old)
        for path in (Path(name), folder, folder / "maps"):
            path.chmod(0o777)
        (Path(name) / closed).chmod(0o755)
        said = Path(name) / "said"
        child = os.fork()
        if not child:
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                write_all(folder, new)
            except OutputError as error:
                said.write_text(str(error), encoding="utf-8")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert f"{folder} " in said.read_text(encoding="utf-8")
        assert ("写不进去" if closed == "out" else "maps/a.html") in said.read_text(encoding="utf-8")
        assert files(folder) == old


@pytest.fixture
def tuoyu_process():
    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-c", "from tuoyu_geo.cli import main; main()", *map(str, arguments)],
            capture_output=True, env=os.environ | environment, encoding="utf-8", check=False, cwd="/",
        )  # fmt: skip

    return run
