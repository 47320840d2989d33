"""Two runs compared by what they wrote."""

import json

import pytest

import tuoyu_geo as tg
from tuoyu_geo.changes import compare_runs
from tuoyu_geo.errors import ConfigError, DataError

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(town, tmp_path):
    """Run the town as it is, and once more after some change."""

    def run(change, *, overrides=()):
        folder = town()
        tg.open_project(folder).build(tmp_path / "old")
        change(folder)
        tg.open_project(folder, overrides=overrides).build(tmp_path / "new")
        return compare_runs(tmp_path / "old", tmp_path / "new")

    return run


def replace_in(file, old, new):
    def change(folder):
        path = folder / file
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new), encoding="utf-8")

    return change


def test_the_same_run_twice_has_no_change(runs, tmp_path):
    changes = runs(lambda folder: None)
    assert len(changes.table) == 0
    assert any("相同" in note for note in changes.notes)
    # Times and their roundings are no change.
    path = tmp_path / "new" / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary["solver"]["seconds"] = 9999
    path.write_text(json.dumps(summary), encoding="utf-8")
    assert len(compare_runs(tmp_path / "old", tmp_path / "new").table) == 0


def test_a_dropped_candidate_is_a_site_less_and_the_file_is_named(runs, tmp_path):
    changes = runs(
        replace_in(
            "candidates.csv", "C1,甲社区中心,社区服务中心,改造,1,", "C1,甲社区中心,社区服务中心,改造,9,"
        )
    )
    table = changes.table
    assert table.loc[table["section"] == "inputs", "subject"].tolist() == ["candidates.csv"]
    assert any("candidates.csv" in note for note in changes.notes)
    old, new = (
        json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8")) for name in ("old", "new")
    )
    sites = table[table["section"] == "sites"]
    assert set(sites.loc[sites["item"] == "removed", "subject"]) == set(old["sites"]) - set(new["sites"])
    assert "C1" in set(sites.loc[sites["item"] == "removed", "subject"])
    assert set(sites.loc[sites["item"] == "added", "subject"]) == set(new["sites"]) - set(old["sites"])
    # Every township's coverage and places that differ are there, and no other.
    for before, after in zip(old["townships"], new["townships"], strict=True):
        name = f"{before['name']}({before['code']})"
        for item in ("covered_share", "places_plan", "proposed", "met"):
            rows = table[(table["subject"] == name) & (table["item"] == item)]
            assert len(rows) == (before[item] != after[item])
            if len(rows):
                assert (rows["old"].iloc[0], rows["new"].iloc[0]) == (before[item], after[item])
                if item != "met":
                    assert rows["difference"].iloc[0] == pytest.approx(after[item] - before[item])
    assert "甲街道(999900001)" in set(table["subject"])


def test_a_site_that_moved_is_told_with_its_metres(runs):
    def change(folder):
        path = folder / "candidates.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        row = next(i for i, line in enumerate(lines) if line.startswith("C1,"))
        cells = lines[row].split(",")
        cells[-1] = str(float(cells[-1]) - 40)
        lines[row] = ",".join(cells)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    table = runs(change).table
    moved = table[table["item"] == "moved"]
    assert moved["subject"].tolist() == ["C1"]
    assert moved["difference"].tolist() == [40.0]


def test_a_setting_is_named(runs):
    changes = runs(lambda folder: None, overrides=["siting.budget=1"])
    rows = changes.table[changes.table["section"] == "settings"]
    assert rows["subject"].tolist() == ["project.siting.budget"]
    assert (rows["old"].iloc[0], rows["new"].iloc[0]) == ("null", "1")


def test_several_causes_are_not_told_apart(runs):
    changes = runs(replace_in("candidates.csv", "C3,", "C5,"), overrides=["siting.budget=1"])
    assert any("不止一处" in note for note in changes.notes)


def test_runs_without_manifest_or_geopackage_still_compare(runs, tmp_path):
    runs(replace_in("candidates.csv", "C3,", "C5,"))
    (tmp_path / "old" / "manifest.json").unlink()
    (tmp_path / "new" / "plan.gpkg").write_bytes(b"nonsense")
    changes = compare_runs(tmp_path / "old" / "summary.json", tmp_path / "new")
    assert any("manifest.json" in note for note in changes.notes)
    assert any("plan.gpkg" in note for note in changes.notes)
    assert (
        set(changes.table["section"]) & {"sites", "solver", "townships", "coverage"}
        or len(changes.table) == 0
    )


@pytest.mark.parametrize("content", ["", "[]", "{", "nul", "\ufeff3"])
def test_what_is_no_run_is_refused(tmp_path, content):
    with pytest.raises(ConfigError, match=r"summary\.json"):
        compare_runs(tmp_path / "nowhere", tmp_path)
    (tmp_path / "summary.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"summary\.json"):
        compare_runs(tmp_path, tmp_path)
