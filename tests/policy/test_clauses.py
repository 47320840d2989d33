"""Every kind of clause in a city where it is met, one where it is not, and one that can't tell."""

from types import SimpleNamespace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import tuoyu_geo as tg
from tuoyu_geo.policy.compliance import JUDGES
from tuoyu_geo.policy.on_layers import standards
from tuoyu_geo.policy.rules import Judge


def clauses_of(folder, overrides=()):
    plan = tg.open_project(folder, overrides=overrides).plan()
    return plan, {clause.kind: clause for clause in plan.clauses}


@pytest.fixture(scope="module")
def good(cities, lattice, tmp_path_factory):
    rules = cities.policy(lattice.POLICY, **cities.GOOD_RULES)
    folder = lattice.write_town(tmp_path_factory.mktemp("good") / "town", policy_toml=rules, **cities.GOOD)
    return clauses_of(folder)


@pytest.fixture(scope="module")
def bad(cities, lattice, tmp_path_factory):
    rules = cities.policy(lattice.POLICY, **cities.BAD_RULES).replace("per_1000 = 4.5", "per_1000 = 40")
    rules = rules.replace("value = 15\n", "value = 10\n")
    folder = lattice.write_town(tmp_path_factory.mktemp("bad") / "town", policy_toml=rules, **cities.BAD)
    return clauses_of(folder, ["siting.budget=1", 'siting.forced=["C1"]'])


@pytest.fixture(scope="module")
def silent(cities, lattice, tmp_path_factory):
    rules = cities.policy(lattice.POLICY).replace("per_1000 = 4.5", "per_1000 = 40")
    project = cities.without_villages(lattice.PROJECT)
    folder = tmp_path_factory.mktemp("silent") / "town"
    lattice.write_town(folder, policy_toml=rules, project_toml=project, **cities.SILENT)
    return clauses_of(folder)


def test_every_kind_that_may_be_written_is_judged():
    assert set(JUDGES) == set(get_args(Judge))


@pytest.mark.parametrize("judge", JUDGES)
def test_met(good, judge):
    clause = good[1][judge]
    assert (clause.status_plan, clause.missing_plan, clause.action) == ("met", "", "")


def test_no_plan_breaks_the_standards_and_sites_that_would_are_named(bad, cities, lattice, tmp_path):
    """Candidates are cut to their area and floor before they are chosen; the clause itself is judged on given sites."""
    assert bad[1]["standards"].status_plan == "met"
    rules = cities.policy(lattice.POLICY)
    project = tg.open_project(lattice.write_town(tmp_path / "town", policy_toml=rules))
    chosen = pd.DataFrame(
        {
            "name": ["够", "面积小", "四层", "没写"],
            "township_id": "999900001",
            "kind": "idle_premises",
            "floor": [1, 2, 4, np.nan],
            "area_m2": [180.0, 179.0, 400.0, 400.0],
            "places": 20.0,
        },
        index=["A", "B", "C", "D"],
    )

    def verdict(*ids):
        standing = SimpleNamespace(evidence=SimpleNamespace(selected=chosen.loc[list(ids)]))
        return standards(None, project.policy, standing)

    assert verdict("A").status == "met"
    assert verdict("A", "D").status == "not_judgeable"
    found = verdict("A", "B", "C", "D")
    assert found.status == "not_met"
    assert {place.id for place in found.places} == {"B", "C"}


@pytest.mark.parametrize("judge", [one for one in JUDGES if one != "standards"])
def test_not_met(bad, judge):
    clause = bad[1][judge]
    assert clause.status_plan == "not_met", clause
    assert clause.missing_plan == ""
    assert clause.action
    assert clause.departments == ("某局",)


@pytest.mark.parametrize(
    "judge", [one for one in JUDGES if one not in {"quota", "coverage", "existing_estate"}]
)
def test_not_judgeable_names_the_data_that_is_missing(silent, judge):
    clause = silent[1][judge]
    assert clause.status_plan == "not_judgeable", clause
    assert clause.missing_plan
    assert clause.missing_plan in clause.action


def test_places_on_the_map_that_decide(bad):
    places = {kind: {place.id for place in clause.places_plan} for kind, clause in bad[1].items()}
    # E3, E4 and the village are beyond C1 (0, 1000) and I1; E5 is the planned estate of a thousand.
    assert places["quota"] == {"999900101"}
    assert places["coverage"] == {"E3", "E4", "V1"}
    assert places["new_estate"] == {"E5"}
    assert places["existing_estate"] == {"E3", "E4"}
    assert places["old_estate"] == {"E3", "E4"}
    assert places["standards"] == set()
    assert places["co_location"] == {"C1"}
    assert places["guidance"] == {"V1"}
    assert places["registration"] == {"I2"}
    assert places["registry"] == {"I1"}
    assert places["land"] == {"C1"}


def test_today_and_with_the_plan_are_judged_apart(good):
    plan, clauses = good
    today = {kind for kind, clause in clauses.items() if clause.status_today == "met"}
    assert {"workplace", "kindergarten", "registry", "demonstration", "indicator", "places"} <= today
    assert not {"coverage", "new_estate", "existing_estate", "co_location", "rural"} & today
    assert set(plan.sites.index) == {"C1", "C2", "C3"}


def test_figures_entered_are_named_as_entered(good, bad):
    assert "填报" in good[1]["indicator"].observed_plan
    assert "94.9%" in bad[1]["indicator"].observed_plan
    assert bad[1]["not_spatial"].observed_plan == "一家未装监控"


def test_summary_holds_what_the_clauses_say(bad):
    plan, clauses = bad
    rows = {row["id"]: row for row in plan.outcome.summary["clauses"]}
    assert set(rows) == set(clauses)
    for kind, clause in clauses.items():
        assert rows[kind]["status"] == clause.status_plan
        assert rows[kind]["observed"] == clause.observed_plan
        assert rows[kind]["places"] == sorted(place.id for place in clause.places_plan)
        assert rows[kind]["action"] == clause.action
        assert rows[kind]["department"] == "某局"


def test_an_unknown_number_of_places_never_counts_as_too_few(silent):
    clause = silent[1]["places"]
    assert "1 家没有托位数" in clause.missing_plan
    assert {place.id for place in clause.places_plan} == {"I1"}
