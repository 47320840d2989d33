"""What a worker makes of one county that is wrong: findings and a reason, never an exception."""

import csv
import subprocess
import sys

import psutil
import pytest

pytest.importorskip("distributed", reason='needs pip install ".[batch]"')

from tuoyu_geo.batch.luggage import Luggage, packed
from tuoyu_geo.batch.memory import PeakMemory, give_back
from tuoyu_geo.batch.work import Order, make_county
from tuoyu_geo.building.state import run_versions
from tuoyu_geo.project import open_project


def made(folder, *, luggage=None, language="zh", **versions):
    luggage = luggage or Luggage(file=folder / "project.toml")
    return make_county(Order(luggage=luggage, language=language, versions=run_versions() | versions))


def findings(made):
    return list(csv.DictReader(made.files["findings.csv"].decode("utf-8-sig").splitlines()))


@pytest.fixture
def faulty(tmp_path, write_county, lattice):
    """A county in which one estate's residents are a word."""
    return write_county(
        tmp_path / "faulty", "999903", communities_csv=lattice.ESTATES.replace("2000,,无", "很多,,无")
    )


def test_wrong_data_come_back_as_findings(faulty):
    result = made(faulty)
    assert list(result.files) == ["findings.csv"]
    errors = [one for one in findings(result) if one["严重程度"] == "错误"]
    assert [(one["文件"], one["行"], one["列"]) for one in errors] == [("communities.csv", "2", "常住人口")]
    assert "communities.csv" in result.failure
    assert not result.fault


def test_a_county_that_travels_fails_in_the_same_words(faulty, tmp_path):
    luggage = packed(open_project(faulty))
    away = made(faulty, luggage=luggage)
    assert luggage.file.name == str(luggage.file)
    assert away.files == made(faulty).files
    (faulty / "townships.gpkg").unlink()
    there, here = made(faulty, luggage=packed(open_project(faulty))), made(faulty)
    assert "townships.gpkg" in here.failure
    assert there.failure == here.failure
    assert there.files == here.files


def test_wrong_settings_come_back_as_a_finding(faulty):
    with (faulty / "project.toml").open("a", encoding="utf-8") as stream:
        stream.write("foo = 1\n")
    result = made(faulty, language="en")
    (one,) = findings(result)
    assert "demand.foo" in one["Found"]
    assert str(faulty) not in one["Found"]


def test_a_fault_of_the_program_is_told_from_a_fault_of_the_data(faulty, monkeypatch):
    monkeypatch.setattr("tuoyu_geo.project.Project.build", lambda *_: 1 / 0)
    result = made(faulty)
    assert "ZeroDivisionError" in result.failure
    assert "1 / 0" in result.fault
    assert result.files == {}


def test_other_versions_are_refused_since_their_bytes_would_differ(faulty):
    result = made(faulty, numpy="1.0")
    assert "numpy" in result.failure
    assert result.files == {}


def test_a_project_that_reaches_outside_is_read_in_place(faulty, tmp_path):
    (faulty / "roads.gpkg").rename(tmp_path / "roads.gpkg")
    text = (faulty / "project.toml").read_text("utf-8").replace('"roads.gpkg"', '"../roads.gpkg"')
    (faulty / "project.toml").write_text(
        text.replace("[project]", "[project]\nallow_paths_outside = true"), "utf-8"
    )
    assert packed(open_project(faulty)).contents is None


def test_peak_memory_is_seen_while_it_lasts():
    with PeakMemory() as memory:
        before = memory.peak_mb
        block = bytearray(200_000_000)
        block[::4096] = b"x" * len(block[::4096])
        for _ in range(3_000_000):
            pass
        del block
    assert memory.peak_mb > before + 150


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc keeps what was freed")
def test_freed_memory_goes_back_to_the_system():
    process = psutil.Process()
    give_back()
    before = process.memory_info().rss
    # small pieces, one in a thousand kept: the heap can't shrink from its end
    pieces = [bytes(900) for _ in range(200_000)]
    kept = pieces[::1000]
    del pieces
    full = process.memory_info().rss
    give_back()
    after = process.memory_info().rss
    assert len(kept) == 200
    assert after - before < 0.5 * max(full - before, 100_000_000)


def test_without_dask_one_line_says_what_to_install(tmp_path):
    code = (
        "import sys; sys.modules['distributed'] = None; sys.modules['psutil'] = None; "
        "from importlib import util; find = util.find_spec; "
        "util.find_spec = lambda name, *rest: None if name == 'distributed' else find(name, *rest); "
        "from tuoyu_geo.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "batch", str(tmp_path)],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2
    assert 'pip install "tuoyu-geo[batch]"' in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
