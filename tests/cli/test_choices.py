"""The commands that say what else could be done, and what changed."""

import csv
import io
import json

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("by", ["sites", "cost", "standard"])
def test_frontier_in_every_form(town, tuoyu, by):
    folder = town()
    table = tuoyu("frontier", folder, "--by", by)
    assert table.returncode == 0, table.stderr
    assert "│" in table.stdout
    assert "强制要求" in table.stdout
    done = tuoyu("frontier", folder, "--by", by, "--format", "json")
    rows = json.loads(done.stdout)
    assert "强制要求" in done.stderr
    lines = list(csv.DictReader(io.StringIO(tuoyu("frontier", folder, "--by", by, "--format", "csv").stdout)))
    assert len(rows) == len(lines) > 1
    for row in rows:
        assert row["status"] == "optimal"
        low, high = (
            ("largest_share", "largest_share_bound") if by == "standard" else ("covered_share", "bound_share")
        )
        assert row[low] <= row[high] + 1e-9


def test_frontier_of_a_county_without_candidates(town, tuoyu, lattice):
    head = lattice.CANDIDATES.splitlines()[0] + "\n"
    for by in ("sites", "cost", "standard"):
        done = tuoyu("frontier", town(candidates_csv=head), "--by", by, "--format", "json")
        assert done.returncode == 0, done.stderr
        for row in json.loads(done.stdout):
            assert row["n_sites"] == 0


CASES = [
    ("phases", "近期", 2),
    ("phases --by site", "甲社区中心", 3),
    ("phases --by township", "乙镇", 4),
    ("alternatives -k 1 --differ-by 1", "方案本身", 1),
    ("alternatives --by site", "不可少", 3),
    ("robust", "遗憾", 6),
    ("robust --by site", "稳妥方案", 3),
    ("sensitivity --radius 500 --radius 800", "步行半径500米", 8),
    ("trace", "有托位", 14),
    ("trace --community V1", "山前村", 2),
]


@pytest.mark.parametrize(("words", "said", "n_rows"), CASES)
def test_tables_of_choices_in_every_form(town, tuoyu, words, said, n_rows):
    command, *options = words.split()
    folder = town()
    table = tuoyu(command, folder, *options)
    assert table.returncode == 0, table.stderr
    assert said in table.stdout
    rows = json.loads(tuoyu(command, folder, *options, "--format", "json").stdout)
    lines = list(csv.DictReader(io.StringIO(tuoyu(command, folder, *options, "--format", "csv").stdout)))
    assert len(rows) == len(lines) == n_rows
    drawn = tuoyu(command, folder, *options, "--format", "geojson")
    has_places = command not in {"sensitivity", "trace"} or "--community" in options
    assert drawn.returncode == (0 if has_places else 2), drawn.stderr
    if has_places:
        assert json.loads(drawn.stdout)["features"]


def test_frontier_has_no_geometry(town, tuoyu):
    assert tuoyu("frontier", town(), "--format", "geojson").returncode == 2


def test_diff_in_every_form(town, tuoyu, tmp_path):
    folder = town()
    tuoyu("run", folder, "--out", tmp_path / "old")
    same = tuoyu("diff", tmp_path / "old", tmp_path / "old")
    assert same.returncode == 0
    assert "没有差别" in same.stdout
    assert json.loads(tuoyu("diff", tmp_path / "old", tmp_path / "old", "--format", "json").stdout) == []
    tuoyu("run", folder, "--out", tmp_path / "new", "--set", "siting.budget=1")
    table = tuoyu("diff", tmp_path / "old", tmp_path / "new")
    assert "project.siting.budget" in table.stdout
    assert "甲街道" in table.stdout
    rows = json.loads(tuoyu("diff", tmp_path / "old", tmp_path / "new", "--format", "json").stdout)
    text = tuoyu("diff", tmp_path / "old", tmp_path / "new", "--format", "csv").stdout
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(lines) > 0
    assert {"section", "subject", "item", "old", "new", "difference"} <= set(rows[0])
    assert not any(row["item"].startswith("seconds") for row in rows)


def test_diff_of_what_is_no_run(tuoyu, tmp_path):
    done = tuoyu("diff", tmp_path, tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
