"""Stale or fresh: only what shows something else is drawn again, and what is kept is what a whole run would make.

The rule everywhere: after `redraw_maps` every map has the bytes that a run from nothing gives.
"""

import json
import shutil
from dataclasses import fields, replace

import pandas as pd
import pytest

import tuoyu_geo as tg
from tuoyu_geo.building.steps import step_hashes, table_made_from
from tuoyu_geo.manifest import read_manifest
from tuoyu_geo.messages import has_text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.reports import findings_csv_bytes, geopackage_bytes, summary_bytes


def maps_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in (folder / "maps").rglob("*.html")
    }


def edit(folder, file, old, new):
    path = folder / file
    written = path.read_text(encoding="utf-8")
    assert old in written
    path.write_text(written.replace(old, new), encoding="utf-8")


def redraw(folder, out, *overrides):
    return tg.open_project(folder, overrides=overrides).redraw_maps(out)


def fresh(folder, where, *overrides):
    tg.open_project(folder, overrides=overrides).build(where)
    return maps_of(where)


def drawn(told):
    return {file for file, reason in told.items() if file.startswith("maps/") and reason.startswith("已重画")}


@pytest.fixture(scope="module")
def first_run(lattice, tmp_path_factory):
    """The town, and a folder that a run has filled."""
    at = tmp_path_factory.mktemp("first")
    folder = lattice.write_town(at / "town")
    tg.open_project(folder).build(at / "out")
    return at


@pytest.fixture
def made(first_run, tmp_path):
    """A copy of both, to be changed."""
    shutil.copytree(first_run, tmp_path, dirs_exist_ok=True)
    return tmp_path / "town", tmp_path / "out"


@pytest.fixture
def no_search(made, monkeypatch):
    def search(*_arguments, **_options):
        raise AssertionError("searched again")

    monkeypatch.setattr("tuoyu_geo.solving.plan_sites", search)


def test_nothing_changed_reads_no_layer(made, monkeypatch):
    folder, out = made
    before = maps_of(out)

    def read(*_arguments, **_options):
        raise AssertionError("read a layer")

    monkeypatch.setattr("tuoyu_geo.project.load_layers", read)
    told = redraw(folder, out)
    assert set(told) == set(before)
    assert all(reason.startswith("未变，保留") for reason in told.values())
    assert maps_of(out) == before


@pytest.mark.usefixtures("no_search")
def test_an_attribute_redraws_what_shows_it_and_names_it(made):
    folder, out = made
    before = maps_of(out)
    edit(folder, "candidates.csv", "乙坡地", "乙坡上空地")
    told = redraw(folder, out)
    assert drawn(told) == {"maps/overview.html", "maps/natural_resources.html"}
    for file in drawn(told):
        assert "输入文件变了：candidates.csv（" in told[file]
        assert "图上变了：" in told[file]
        assert "候选点（名称）" in told[file]
    assert told["maps/health.html"].startswith("内容相同，保留（输入文件变了：candidates.csv（")
    assert told["plan.xlsx"].startswith("可能已过时")
    assert "summary.json" not in told
    after = maps_of(out)
    assert {file for file in before if before[file] != after[file]} == drawn(told)
    # a table that is out of date is said to be so until it is made again
    again = redraw(folder, out)
    assert again["plan.xlsx"].startswith("可能已过时")
    assert "summary.json" not in again


@pytest.mark.slow
def test_what_is_kept_is_what_a_run_from_nothing_makes(made, tmp_path):
    folder, out = made
    steps = [
        ("institutions.csv", "乙托育园", "乙托育分园"),
        ("communities.csv", "东门", "东门里"),
        ("project.toml", 'title = "方格镇"', 'title = "方格镇（修订）"'),
        ("policy.toml", "target_share = 0.9", "target_share = 0.6"),
    ]
    for k, (file, was, now) in enumerate(steps):
        edit(folder, file, was, now)
        told = redraw(folder, out)
        assert drawn(told)
        assert maps_of(out) == fresh(folder, tmp_path / f"fresh{k}"), file


@pytest.mark.slow
def test_a_basemap_goes_into_every_page(made, tmp_path):
    folder, out = made
    told = redraw(folder, out, "maps.basemap=gaode")
    assert drawn(told) == set(maps_of(out))
    assert all(
        "设置变了：project.maps.basemap" in told[file] and "底图" in told[file] for file in drawn(told)
    )
    assert maps_of(out) == fresh(folder, tmp_path / "fresh", "maps.basemap=gaode")


def test_a_changed_problem_is_searched_again(made, tmp_path, no_search):
    folder, out = made
    with pytest.raises(AssertionError, match="searched again"):
        redraw(folder, out, "siting.budget=1")


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: record["result"]["selected"].pop(),
        lambda record: record["result"].update(bound=1.0),
        lambda record: record.update(result=None),
        lambda record: record.clear(),
    ],
)
def test_a_damaged_record_is_searched_again(made, damage, no_search):
    folder, out = made
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    damage(manifest["search"])
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    edit(folder, "policy.toml", "方格〔2022〕1号", "方格〔2022〕2号")
    with pytest.raises(AssertionError, match="searched again"):
        redraw(folder, out)


def test_a_record_that_is_whole_but_wrong_is_not_believed(made):
    """Its own hash fits, its figures don't: what the search found is worked out again."""
    from tuoyu_geo.building.remembered import _hash, recalled, search_key

    folder, out = made
    project = tg.open_project(folder)
    problem = project.problem()
    key = search_key(problem, section=project.config.siting, seed=project.config.project.seed)
    record = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["search"]
    assert recalled(record, problem, key=key) is not None
    assert recalled(record, problem, key="another") is None
    for name, wrong in (
        ("selected", record["result"]["selected"][:-1]),
        ("covered_share", 1.0 if record["result"]["covered_share"] < 1 else 0.5),
        ("places", 1.0),
        ("cost", -1.0),
        ("stages", [{"name": "quota"}]),
    ):
        result = record["result"] | {name: wrong}
        assert recalled(record | {"result": result, "hash": _hash(result)}, problem, key=key) is None, name


def test_an_older_manifest_is_stale_and_says_so(made):
    folder, out = made
    before = maps_of(out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for name in ("steps", "made_from", "search"):
        del manifest[name]
    manifest["schema_version"] = 1
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = redraw(folder, out)
    assert all("manifest.json 是旧版程序写的（格式 1" in reason for reason in told.values())
    assert maps_of(out) == before
    assert read_manifest(out / "manifest.json").schema_version == 2


@pytest.mark.parametrize(
    "change", [{"made_from": 5}, {"made_from": {"maps/health.html": 5}}, {"schema_version": 99}]
)
def test_a_manifest_of_another_form_is_none(made, change):
    _, out = made
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8")) | change
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert read_manifest(out / "manifest.json") is None


def test_other_code_of_the_same_version_is_another_program(made, monkeypatch):
    folder, out = made
    monkeypatch.setattr("tuoyu_geo.building.state.code_hash", lambda: "other")
    assert all("程序或所用库的版本变了" in reason for reason in redraw(folder, out).values())


def test_a_manifest_that_names_other_files_is_no_obstacle(made):
    folder, out = made
    before = maps_of(out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs"] |= {"notes.txt": "0", "../away.txt": "0", "maps/gone.html": "0"}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    redraw(folder, out)
    assert maps_of(out) == before
    assert not {"notes.txt", "../away.txt"} & set(read_manifest(out / "manifest.json").outputs)


def test_every_part_of_an_outcome_has_its_words():
    parts = {field.name for field in fields(Outcome)} - {"what_if_start"}
    assert [part for part in parts if not has_text(f"building.part_{part}")] == []


TABLES = {
    "plan.gpkg": geopackage_bytes,
    "summary.json": summary_bytes,
    "findings.csv": lambda outcome: findings_csv_bytes(outcome.findings),
}


def test_no_table_changes_without_its_hashes(town):
    """Every part of the outcome turned round or emptied: a table whose hashes stay keeps its bytes."""
    project = tg.open_project(town())
    outcome = project.outcome()
    steps = step_hashes(project, outcome)
    before = {file: write(outcome) for file, write in TABLES.items()}
    n_passed_over = 0
    for field in fields(outcome):
        value = getattr(outcome, field.name)
        if isinstance(value, pd.DataFrame):
            other = value.iloc[:0]
        elif isinstance(value, tuple):
            other = value[:-1]
        else:
            continue
        changed = replace(outcome, **{field.name: other})
        after = step_hashes(project, changed)
        for file, write in TABLES.items():
            if table_made_from(file, after) == table_made_from(file, steps):
                n_passed_over += 1
                assert write(changed) == before[file], (file, field.name)
    assert n_passed_over
