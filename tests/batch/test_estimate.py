"""What a dry run says: what would be done and why, and figures from sizes or from the last run; it writes nothing."""

import json
import sys

import pytest

pytest.importorskip("distributed", reason='needs pip install ".[batch]"')

from tuoyu_geo.batch.estimate import Estimate, estimate, wall_seconds
from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.project import open_project


def record(**more):
    known = {"key": "k", "title": "", "county_name": "", "county_code": "", "project": "", "folder": ""}
    return CountyRecord(**known, **more)


@pytest.fixture
def county(tmp_path, write_county):
    return write_county(tmp_path / "county", "999900")


def test_more_rows_take_longer(county, tmp_path, lattice):
    small = estimate(open_project(county), tmp_path / "out")
    head, *rows = lattice.ESTATES.splitlines()
    many = [row.replace("E1,", f"E{k},", 1) for k in range(2_000) for row in rows[:1]]
    (county / "communities.csv").write_text(lattice._fill("\n".join([head, *many])), "utf-8")
    large = estimate(open_project(county), tmp_path / "out")
    assert small.basis == large.basis == "sizes"
    assert large.seconds > 3 * small.seconds
    assert large.memory_mb > small.memory_mb


def test_the_last_run_goes_before_sizes(county, tmp_path):
    project = open_project(county)
    before = record(status="done", seconds=123.0, peak_memory_mb=456.0)
    assert estimate(project, tmp_path, before=before) == Estimate(
        seconds=123.0, memory_mb=456.0, basis="last_run"
    )
    # a run that failed tells nothing of one that goes through
    assert (
        estimate(project, tmp_path, before=record(status="failed", seconds=1.0, peak_memory_mb=1.0)).basis
        == "sizes"
    )
    # the manifest of a plain `run`: phases include those they waited for
    (county / "out").mkdir()
    known = {"tool_version": "0", "versions": {}, "inputs": {}, "settings": {}, "schema_version": 1}
    times = {"layers": 1.0, "outcome": 20.0, "maps": 7.0, "tables": 8.0}
    (county / "out" / "manifest.json").write_text(json.dumps(known | {"timings_s": times}), "utf-8")
    assert estimate(project, tmp_path).seconds == 35.0


def test_counties_are_given_to_whichever_worker_is_free():
    some = [Estimate(seconds=s, memory_mb=1.0, basis="sizes") for s in (1.0, 2.0, 3.0, 4.0, 10.0)]
    assert wall_seconds(some, n_workers=1) == 20.0
    assert wall_seconds(some, n_workers=2) == 10.0
    assert wall_seconds(some, n_workers=9) == 10.0
    assert wall_seconds([], n_workers=2) == 0.0


def test_a_dry_run_says_what_and_why_and_writes_nothing(county, tmp_path, monkeypatch, capsys):
    from tuoyu_geo.cli import main

    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "project.toml").write_text("[project]\n", "utf-8")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "tuoyu-geo",
            "--lang",
            "en",
            "batch",
            str(tmp_path),
            "--out",
            str(tmp_path / "out"),
            "--dry-run",
            "--workers",
            "2",
        ],
    )
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("make 999900 县999900: there is no usable manifest.json; estimated ")
    assert said[1].startswith("can't open broken")
    assert said[2].startswith("to make 1, to keep 0, 1 can't be opened; estimated ")
    assert "2 workers" in said[2]
    assert sorted(tmp_path.rglob("*")) == before
