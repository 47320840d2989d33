"""`tuoyu-geo run --scenario FILE`: the reader's sites are taken as given, and what doesn't fit is refused."""

import json

import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.given import as_given
from tuoyu_geo.scenario import Scenario, read_scenario


def scenario(**changes):
    return {
        "schema_version": 1,
        "kind": "tuoyu-geo scenario",
        "project": {"title": "方格镇", "county_code": "999900"},
        "standard": None,
        "enrolment": None,
        "sites": [{"id": "C2", "places": 40}],
    } | changes


def given(folder, **changes):
    return as_given(tg.open_project(folder), Scenario.model_validate(scenario(**changes)), file="a.json")


@pytest.mark.slow
def test_the_run_builds_what_it_is_told(town, tuoyu, tmp_path):
    folder = town()
    file = tmp_path / "方案.json"
    file.write_text(json.dumps(scenario(enrolment=0.5), ensure_ascii=False), encoding="utf-8")
    done = tuoyu("run", folder, "--scenario", file, "--out", tmp_path / "out")
    # C2 alone meets neither the quota of 甲街道 nor the new estate, so the run says 1 as any plan that falls short does.
    assert done.returncode == 1, done.stderr
    assert "由试算方案给定" in done.stdout
    assert "已证明最优" not in done.stdout
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    # E1 and E2 have I1, C2 reaches E4 at exactly 1,000 m and V1 by bike; E3 is across the river. E5 and E6 are empty.
    assert summary["coverage"]["after"]["residents"] == pytest.approx((2000 + 1000 + 1500 + 300) / 5600)
    assert summary["institutions"]["proposed"] == 1
    assert summary["places"] | {"proposed": 40, "existing": 30, "cost_10k_yuan": 60.0} == summary["places"]
    assert summary["places"]["required_by_enrolment"]["mid"]["enrolment"] == 0.5
    assert summary["solver"]["status"] == "given"
    assert summary["scenario"]["sites"] == [{"id": "C2", "places": 40.0}]
    overview = (tmp_path / "out" / "maps" / "overview.html").read_text(encoding="utf-8")
    assert "方案.json" in overview


def test_a_walking_standard_is_for_urban_communities_or_for_all(town):
    folder = town()
    urban = given(folder, standard={"walk_m": 950, "scope": "urban"}).outcome()
    # E4 and E6 walk 1,000 m to C2; V1 still rides.
    covered = urban.demand["covered_plan"]
    assert covered.to_dict() == {
        "E1": True, "E2": True, "E3": False, "E4": False, "E5": False, "E6": False, "V1": True
    }  # fmt: skip
    everybody = given(folder, standard={"walk_m": 950, "scope": "all"}).outcome()
    assert not everybody.demand["covered_plan"]["V1"]  # 1,500 m on foot from C2
    assert set(everybody.demand["cost_unit"]) == {"m"}
    assert any("步行 950 米" in note for note in everybody.note.notices)
    assert not urban.summary["coverage"]["standards"]["urban"]["verified"]


def test_no_site_at_all_is_a_choice(town):
    outcome = given(town(), sites=[]).outcome()
    assert outcome.sites.empty
    assert outcome.summary["coverage"]["after"]["residents"] == pytest.approx(
        (3000 + 300) / 5600
    )  # V1 rides to I1


def test_limits_of_the_project_do_not_shut_a_given_choice_out(town):
    base = tg.open_project(town(), overrides=["siting.budget=1", "siting.budget_10k_yuan=50"])
    chosen = Scenario.model_validate(scenario(sites=[{"id": "C1"}, {"id": "C2"}, {"id": "C3"}]))
    assert len(as_given(base, chosen, file="a").plan().sites) == 3


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sites": [{"id": "X<script>"}, {"id": "Y"}]}, ["X<script>、Y", "图层里有 4 个", "删去"]),
        ({"sites": [{"id": "C4"}]}, ["C4", "地质灾害隐患点"]),
        ({"sites": [{"id": "C1", "places": 39}]}, ["C1", "39", "40"]),
        ({"project": {"title": "别处", "county_code": "999900"}}, ["别处", "方格镇", "county_code"]),
        ({"project": {"title": "方格镇", "county_code": "999901"}}, ["999901", "999900"]),
    ],
)
def test_what_does_not_fit_is_named_and_exits_2(town, tuoyu, tmp_path, changes, named):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(scenario(**changes)), encoding="utf-8")
    done = tuoyu("run", town(), "--scenario", file, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert all(part.replace("county_code", "代码") in done.stderr for part in named)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"schema_version": 2}',
        json.dumps(scenario(schema_version=2)),
        json.dumps(scenario(kind="other")),
        json.dumps(scenario(more=1)),
        json.dumps(scenario(standard={"walk_m": 825, "scope": "urban"})),
        json.dumps(scenario(standard={"walk_m": 250, "scope": "urban"})),
        json.dumps(scenario(standard={"walk_m": 3050, "scope": "all"})),
        json.dumps(scenario(standard={"walk_m": 800, "scope": "rural"})),
        json.dumps(scenario(enrolment=1.5)),
        json.dumps(scenario(enrolment=float("nan"))),
        json.dumps(scenario(sites=[{"id": "C1"}, {"id": "C1"}])),
        json.dumps(scenario(sites=[{"id": "C1", "places": -1}])),
        json.dumps(scenario(sites=[{"id": 1}])),
        "[" * 100_000,
        '{"sites": "\ud800"}'.encode("utf-8", "surrogatepass"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, content):
    file = tmp_path / "a.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError):
        read_scenario(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.json"):
        read_scenario(tmp_path / "nowhere.json")


def test_two_on_one_plot_are_refused(town, lattice):
    rows = lattice.CANDIDATES + "C5,乙闲置楼二,闲置用房,租赁,1,40,60,,乙镇,{x3},{y2}\n"
    base = tg.open_project(town(candidates_csv=rows))
    chosen = Scenario.model_validate(scenario(sites=[{"id": "C2"}, {"id": "C5"}]))
    with pytest.raises(ConfigError, match="C2、C5"):
        as_given(base, chosen, file="a.json")


def test_a_smaller_size_is_taken_as_given(town):
    base = tg.open_project(town(), overrides=['siting.stated_places="at_most"'])
    chosen = Scenario.model_validate(scenario(sites=[{"id": "C1", "places": 20}, {"id": "C2"}]))
    outcome = as_given(base, chosen, file="a.json").outcome()
    assert outcome.sites["places"].to_dict() == {"C1": 20.0, "C2": 40.0}
    # Half the places of C1 save 30 of 100: what is fixed, 0.4, does not shrink.
    assert outcome.sites["cost_10k_yuan"].to_dict() == {"C1": pytest.approx(80 * 0.7), "C2": 60.0}
    assert outcome.summary["places"]["proposed"] == 60


def test_a_saved_file_with_decimals_reads_the_same(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(scenario(standard={"walk_m": 800.0, "scope": "urban"})), encoding="utf-8")
    assert read_scenario(file).standard.walk_m == 800
