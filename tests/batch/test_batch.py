"""Whole batches on Dask's own worker processes: killed, resumed, failed, and each county as it is alone."""

import json
import os
import shutil
import signal
import threading
import time

import pytest

pytest.importorskip("distributed", reason='needs pip install ".[batch]"')

import pyarrow.parquet as pq

from tuoyu_geo.batch.cluster import own_cluster
from tuoyu_geo.batch.counties import find_counties
from tuoyu_geo.batch.engine import Batch, look
from tuoyu_geo.project import open_project

pytestmark = pytest.mark.slow

CODES = ("999900", "999901", "999902", "999903")
WRONG = "999909"


@pytest.fixture(scope="module")
def province(tmp_path_factory, write_county, lattice):
    """Four counties, two of them a level deeper, and one whose data are wrong."""
    folder = tmp_path_factory.mktemp("province")
    for code in CODES:
        write_county(folder / ("east" if code > "999901" else "") / f"c{code}", code)
    write_county(folder / "wrong", WRONG, communities_csv=lattice.ESTATES.replace("2000,,无", "很多,,无"))
    return folder


def run(given, out, *, n_workers=2, retries=2, memory=None, meanwhile=None):
    """A batch on worker processes; gives its records and what was said. `meanwhile` runs beside it."""
    said = []
    batch = Batch(look(find_counties(given), out), out=out, say=said.append)
    batch.start()
    if batch.waiting:
        with own_cluster(n_workers=n_workers, memory=memory) as client:
            if meanwhile is not None:
                beside = threading.Thread(target=meanwhile, args=(client,), daemon=True)
                beside.start()
            batch.run(client, retries=retries, in_place=True)
    batch.write_results()
    return {one.key: one for one in batch.records}, said


@pytest.fixture(scope="module")
def undisturbed(province, tmp_path_factory):
    """The whole province, made in peace."""
    out = tmp_path_factory.mktemp("undisturbed")
    records, said = run([province], out)
    return out, records, said


def test_each_county_is_what_it_is_alone(undisturbed, province, tree, tmp_path):
    out, records, _ = undisturbed
    assert sorted(records) == [*CODES, WRONG]
    for folder in (province / "c999900", province / "east" / "c999903"):
        open_project(folder).build(tmp_path / folder.name)
        assert tree(out / "counties" / folder.name[1:]) == tree(tmp_path / folder.name)


def test_a_killed_worker_changes_nothing(undisturbed, province, tree, tmp_path):
    killed = []

    def kill(client):
        pids = client.run(os.getpid)
        while not killed:
            busy = [address for address, tasks in client.processing().items() if tasks]
            if busy and busy[0] in pids:
                time.sleep(1.5)  # into the run, whose first seconds are imports
                killed.extend(client.processing()[busy[0]])
                os.kill(pids[busy[0]], getattr(signal, "SIGKILL", signal.SIGTERM))
            time.sleep(0.05)

    records, said = run([province], tmp_path / "out", meanwhile=kill)
    (key,) = [task.split("-")[1] for task in killed]
    assert {one.key: one.n_lost_workers for one in records.values() if one.n_lost_workers} == {key: 1}
    assert any(line.startswith(key) and "失去联系" in line for line in said)
    assert {one.status for one in records.values() if one.key != WRONG} == {"done"}
    before, after = tree(undisturbed[0]), tree(tmp_path / "out")
    for times in (before, after):
        del times["batch.json"]
    assert after == before


def test_a_worker_that_takes_too_much_memory_is_named_and_the_county_given_up(province, tmp_path):
    records, said = run([province / "c999900"], tmp_path, n_workers=1, retries=1, memory="350MB")
    (record,) = records.values()
    assert (record.status, record.n_lost_workers) == ("failed", 2)
    assert "内存不足" in record.reason
    assert "350 MB" in record.reason
    assert sum("重新分配" in line for line in said) == 1
    assert not (tmp_path / "counties" / "999900" / "manifest.json").exists()


def test_a_county_that_fails_stops_no_other_and_leaves_its_findings(undisturbed):
    out, records, said = undisturbed
    assert records[WRONG].status == "failed"
    assert "communities.csv" in records[WRONG].reason
    assert [path.name for path in (out / "counties" / WRONG).iterdir()] == ["findings.csv"]
    assert any(WRONG in line and "communities.csv" in line for line in said)
    rows = pq.read_table(out / "tables" / "findings.parquet").to_pylist()
    (error,) = [row for row in rows if row["severity"] == "error"]
    assert (error["county"], error["layer"], error["row"], error["column"]) == (
        WRONG,
        "communities",
        2,
        "常住人口",
    )


def test_the_tables_hold_what_the_summaries_say(undisturbed):
    out, _, _ = undisturbed
    tables = {path.stem: pq.read_table(path) for path in (out / "tables").iterdir()}
    rows = {name: table.to_pylist() for name, table in tables.items()}
    assert [row["county"] for row in rows["counties"]] == [*CODES, WRONG]
    assert [row["has_plan"] for row in rows["counties"]] == [True] * 4 + [False]
    for code, county in zip(CODES, rows["counties"], strict=False):
        summary = json.loads((out / "counties" / code / "summary.json").read_text("utf-8"))
        own = {name: [row for row in part if row["county"] == code] for name, part in rows.items()}
        assert county["residents"] == summary["population"]["residents"]
        assert county["covered_plan_share"] == summary["coverage"]["after"]["residents"]
        assert sum(row["residents"] for row in own["townships"]) == county["residents"]
        assert [row["candidate_id"] for row in own["sites"]] == summary["sites"]
        flags = [row["flag"] for row in own["flags"]]
        assert {flag: flags.count(flag) for flag in flags} == {k: n for k, n in summary["flags"].items() if n}
        assert [row["clause_id"] for row in own["clauses"]] == [one["id"] for one in summary["clauses"]]
    # Counties drawn on one spot of the plane lie on one spot of the globe, near 117.4 E, 26 N.
    import geopandas as gpd

    shapes = gpd.read_parquet(out / "tables" / "townships.parquet")
    assert shapes.crs.to_epsg() == 4490
    assert shapes.total_bounds == pytest.approx([117.37, 25.96, 117.40, 25.99], abs=0.02)


@pytest.fixture
def again(undisturbed, province, tmp_path):
    """A copy of the province and of its results, to be changed."""
    shutil.copytree(undisturbed[0], tmp_path / "out")
    shutil.copytree(province, tmp_path / "province")
    shutil.rmtree(tmp_path / "province" / "wrong")
    return tmp_path / "province", tmp_path / "out"


def status(records):
    return {one.key: one.status for one in records.values()}


def test_a_second_call_makes_only_what_is_missing_stale_or_edited(again, undisturbed, tree):
    province, out = again
    before = tree(out)
    shutil.rmtree(out / "counties" / "999901")
    (out / "counties" / "999902" / "plan.xlsx").write_bytes(b"edited")
    villages = province / "east" / "c999903" / "villages.csv"
    villages.write_text(villages.read_text("utf-8").replace(",300,", ",310,"), "utf-8")
    os.utime(province / "c999900" / "roads.gpkg")  # newer, and the same
    records, _ = run([province], out)
    assert status(records) == {"999900": "kept", "999901": "done", "999902": "done", "999903": "done"}
    assert "villages.csv" in records["999903"].why
    assert "plan.xlsx" in records["999902"].why or "改" in records["999902"].why
    assert records["999900"].seconds == undisturbed[1]["999900"].seconds
    assert records["999900"].peak_memory_mb == undisturbed[1]["999900"].peak_memory_mb
    after = tree(out)
    for name in before:
        if name.startswith(("counties/999900", "counties/999901", "counties/999902")):
            assert after[name] == before[name], name
    assert after["counties/999903/summary.json"] != before["counties/999903/summary.json"]


def test_results_of_an_earlier_state_do_not_count_where_a_county_now_fails(again):
    province, out = again
    estates = province / "c999900" / "communities.csv"
    estates.write_text(estates.read_text("utf-8").replace("2900,,无", "很多,,无"), "utf-8")
    records, said = run([province], out)
    assert status(records) == {"999900": "failed", "999901": "kept", "999902": "kept", "999903": "kept"}
    assert records["999900"].has_older_outputs
    assert any("早先" in line for line in said)
    assert (out / "counties" / "999900" / "summary.json").exists()
    for name in ("townships", "sites", "flags", "clauses"):
        assert "999900" not in pq.read_table(out / "tables" / f"{name}.parquet")["county"].to_pylist()


def test_two_counties_of_one_code_lie_apart_in_their_own_languages(write_county, lattice, tmp_path):
    english = lattice.PROJECT.replace("[project]", '[project]\nlanguage = "en"')
    write_county(tmp_path / "p" / "plan-a", "999900")
    write_county(tmp_path / "p" / "plan-b", "999900", project_toml=english)
    records, _ = run([tmp_path / "p"], tmp_path / "out")
    assert status(records) == {"999900-plan-a": "done", "999900-plan-b": "done"}
    chinese, other = (tmp_path / "out" / one.folder / "report.html" for one in records.values())
    assert '<html lang="zh' in chinese.read_text("utf-8")
    assert '<html lang="en' in other.read_text("utf-8")
    rows = pq.read_table(tmp_path / "out" / "tables" / "findings.parquet").to_pylist()
    words = {
        key: [(row["severity"], row["layer"], row["code"]) for row in rows if row["county"] == key]
        for key in records
    }
    assert words["999900-plan-a"] == words["999900-plan-b"]


def test_a_county_cut_in_two_by_a_river_is_the_same_with_its_searches_shared(
    write_county, lattice, tree, tmp_path
):
    folder = write_county(tmp_path / "county", "999900")
    streets = lattice.streets()
    middle = lattice.X0 + 2.5 * lattice.BLOCK
    bridge = (streets.bounds["minx"] < middle) & (streets.bounds["maxx"] > middle)
    assert bridge.sum() == 1
    streets[~bridge].to_file(folder / "roads.gpkg")
    parts = []

    def count(dask_worker=None):
        return sum("run_search" in str(line) for line in dask_worker.state.log)

    batch = Batch(
        look(find_counties([folder]), tmp_path / "shared"), out=tmp_path / "shared", say=parts.append
    )
    with own_cluster(n_workers=2) as client:
        batch.run(client, retries=0, in_place=True, share_above=0)
        shared = client.run(count)
    assert [one.status for one in batch.records] == ["done"]
    assert sum(shared.values()) > 0
    open_project(folder).build(tmp_path / "alone")
    assert tree(tmp_path / "shared" / "counties" / "999900") == tree(tmp_path / "alone")
