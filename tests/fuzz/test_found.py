"""Every input that ever broke a reader comes out as findings or a TuoyuError, and says what is the matter."""

import subprocess
import sys

import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.read import read_table
from tuoyu_geo.layers.values import read_number
from tuoyu_geo.messages import one_line

from .targets import CORPUS, FOUND, TARGETS, layer, town

KEPT = [(path.parent.name, path) for path in sorted(FOUND.glob("*/*"))]


@pytest.mark.parametrize(("target", "path"), KEPT, ids=[f"{target}-{path.name}" for target, path in KEPT])
def test_what_broke_a_reader_does_not_any_more(target, path, tmp_path):
    TARGETS[target].run(path.read_bytes(), tmp_path)


def found(name: str, data: bytes, folder, role: str = "communities") -> Finding:
    (folder / name).write_bytes(data)
    (finding,) = read_table(layer(folder / name, role)).findings
    return finding


def test_a_reader_that_aborts_is_a_finding(tmp_path):
    data = (FOUND / "xls" / "chain").read_bytes()
    finding = found("a.xls", data, tmp_path)
    assert finding.code == "file_broken"
    # That it is the reader who aborts, and not the file that is refused: alone, it takes its process with it.
    script = "import io,sys,resource,python_calamine as c\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
    script += "c.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))"
    alone = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=False)
    if alone.returncode >= 0:
        pytest.skip("this version of the reader doesn't abort")


def test_a_panic_of_the_reader_is_a_finding(tmp_path, monkeypatch):
    import python_calamine

    class PanicException(BaseException):
        pass

    class Book:
        @staticmethod
        def from_filelike(stream):
            raise PanicException("index out of bounds")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Book)
    finding = found("a.xlsx", (CORPUS / "xlsx" / "plain.xlsx").read_bytes(), tmp_path)
    assert (finding.code, "index out of bounds" in finding.found) == ("file_broken", True)


def test_an_interrupt_is_not_taken_for_a_panic(tmp_path, monkeypatch):
    import python_calamine

    class Book:
        @staticmethod
        def from_filelike(stream):
            raise KeyboardInterrupt

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Book)
    with pytest.raises(KeyboardInterrupt):
        found("a.xlsx", (CORPUS / "xlsx" / "plain.xlsx").read_bytes(), tmp_path)


def test_a_raster_without_a_place_says_so(tmp_path):
    from tuoyu_geo.layers.population import load_population

    from .targets import CRS, TOWNSHIPS

    path = tmp_path / "a.tif"
    path.write_bytes((FOUND / "population" / "nowhere").read_bytes())
    read = load_population(layer(path, "population"), townships=TOWNSHIPS.to_crs(CRS), crs=CRS)
    assert [one.code for one in read.findings] == ["raster_unplaced"]


def test_a_cell_of_a_megabyte_is_no_number():
    assert read_number("约" + "1" * 1_000_000 + "人", unit="人").note == "unreadable"


def test_words_of_a_file_stand_on_one_line():
    assert one_line("甲\n乙\x1b[31m\u202e丙\ud800\x85丁") == "甲 乙 [31m 丙 丁"


def test_a_table_of_thousands_of_columns_is_refused_and_not_compared_with_every_known_name(tmp_path):
    for n, codes in ((1_000, []), (20_000, ["columns_too_many"])):
        data = ",".join(["编号", *(f"列{k}" for k in range(1, n))]) + "\n" + ",".join(["1"] * n)
        (tmp_path / "a.csv").write_text(data, encoding="utf-8")
        assert [one.code for one in read_table(layer(tmp_path / "a.csv", "communities")).findings] == codes


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("project.toml", '"2026-01-01"', '"2026-13-45"'),
        ("policy.toml", 'new_after = "2021-12-30"', 'new_after = "2021-02-30"'),
        ("policy.toml", 'date = "2021-12-30"', 'date = "0000-00-00"'),
        ("policy.toml", 'title = "方格"', f'title = "方格"\nstandards_file = "{"x" * 5000}"'),
        ("project.toml", '"policy.toml"', '"a\\u0000b"'),
    ],
)
def test_settings_that_only_later_would_break_something(file, old, new, tmp_path):
    for name, content in town().items():
        (tmp_path / name).write_bytes(content)
    changed = town()[file].decode().replace(old, new, 1)
    assert changed != town()[file].decode()
    (tmp_path / file).write_text(changed, encoding="utf-8")
    with pytest.raises(ConfigError):
        tg.open_project(tmp_path)
