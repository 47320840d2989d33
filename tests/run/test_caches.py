"""A whole run whose caches, of compiled loops and of fonts, were harmed or can't be written: the same bytes."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def files(folder):
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    manifest = json.loads(found.pop("manifest.json"))
    return found, {name: manifest[name] for name in ("inputs", "settings", "outputs")}


@pytest.fixture
def run(town, tmp_path):
    folder = town()

    def call(name, **environment):
        done = subprocess.run(
            [sys.executable, "-c", "from tuoyu_geo.cli import main; main()", "run", folder, "--out", tmp_path / name],
            capture_output=True, env=os.environ | environment, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode in {0, 1}, done.stderr
        assert "Traceback" not in done.stderr
        return files(tmp_path / name)

    return call


def test_harmed_caches_change_nothing(run, tmp_path):
    caches = {"NUMBA_CACHE_DIR": str(tmp_path / "numba"), "MPLCONFIGDIR": str(tmp_path / "fonts")}
    right = run("first", **caches)
    kept = [path for name in ("numba", "fonts") for path in (tmp_path / name).rglob("*") if path.is_file()]
    assert {path.suffix for path in kept} >= {".nbi", ".nbc", ".json"}
    for path in kept:
        path.write_bytes(path.read_bytes()[:100])
    assert run("cut_off", **caches) == right
    for path in kept:
        path.write_bytes(b"garbage")
    assert run("garbage", **caches) == right


@pytest.mark.skipif(sys.platform == "win32", reason="needs /dev/null, in which no folder can be")
def test_without_a_place_for_caches(run):
    nowhere = {
        "NUMBA_CACHE_DIR": "/dev/null/numba",
        "MPLCONFIGDIR": "/dev/null/fonts",
        "HOME": "/dev/null/home",
    }
    assert run("nowhere", **nowhere) == run("somewhere")
