"""The siting workloads: what a choice is worth, whoever made it, and who is caught claiming too much."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from benchmarks.interface import OURS, DisagreementError, Inputs
from benchmarks.workloads import planning, siting, towns

BY_NAME = {workload.name: workload for workload in siting.WORKLOADS}
# Two homes of 3 and 5 people, 3 km apart, and a site at each and one between.
LINE = {
    "here": np.array([[0.0, 0.0], [3000.0, 0.0]]),
    "there": np.array([[0.0, 0.0], [3000.0, 0.0], [1000.0, 0.0]]),
    "weight": np.array([3.0, 5.0]),
    "p": np.array(1),
    "standard_m": np.array(1000.0),
}


def line(**more):
    return Inputs(Path(), {**LINE, **more})


def chose(*sites, **more):
    return {"selected": np.array(sites, dtype=np.int64), **more}


@pytest.mark.parametrize(
    ("site", "covered", "people_m", "furthest"), [(0, 3, 15_000, 3000), (2, 3, 13_000, 2000)]
)
def test_a_choice_is_worth_what_the_inputs_say(site, covered, people_m, furthest):
    assert siting.cover_value(line(), chose(site)) == covered
    assert siting.median_value(line(), chose(site)) == people_m
    assert siting.center_value(line(), chose(site)) == furthest


def test_a_site_that_holds_too_much_is_said():
    inputs = line(room=np.array([8.0, 8.0, 7.0]))
    everyone = np.array([2, 2])
    with pytest.raises(DisagreementError, match="holds more"):
        siting.median_value(inputs, chose(2, assigned=everyone))
    assert siting.median_value(line(room=np.array([8.0, 8.0, 8.0])), chose(2, assigned=everyone)) == 13_000


def test_a_cover_that_leaves_someone_out_is_said():
    with pytest.raises(DisagreementError, match="not everyone"):
        siting.fewest_value(line(), chose(0))
    assert siting.fewest_value(line(), chose(0, 1)) == 2


def test_another_number_of_sites_is_said():
    with pytest.raises(DisagreementError, match="2 sites, not 1"):
        BY_NAME["cover-proof"].said(line(), chose(0, 1))


def test_better_than_our_bound_is_a_contradiction():
    ours = chose(0, bound=np.array(4.0))
    with pytest.raises(DisagreementError, match="beyond our bound"):
        BY_NAME["cover-proof"].compare(line(), ours, chose(1))
    assert BY_NAME["cover-proof"].compare(line(), chose(1, bound=np.array(5.0)), chose(0)) == pytest.approx(
        0.4
    )
    with pytest.raises(DisagreementError, match="beyond our bound"):
        BY_NAME["median"].compare(line(), chose(0, bound=np.array(15_000.0)), chose(2))


@pytest.mark.parametrize(
    ("name", "value", "best"),
    [
        ("cover-proof", siting.cover_value, max),
        ("median", siting.median_value, min),
        ("center", siting.center_value, min),
    ],
)
def test_our_tool_gives_the_best_of_all_choices(tmp_path, name, value, best):
    workload = BY_NAME[name]
    inputs = Inputs(tmp_path, workload.inputs(tmp_path, n_demand=40, n_candidate=9, p=3, standard_m=4000.0))
    prepared = next(tool for tool in workload.tools if tool.name == OURS).prepare(inputs)
    answer = prepared.answer(prepared.run())
    every = [value(inputs, chose(*sites)) for sites in combinations(range(9), 3)]
    assert workload.said(inputs, answer) == {"value": pytest.approx(best(every)), "gap": "0.000%"}


@pytest.mark.parametrize("town", ["uniform", "towns", "sprawl"])
def test_the_same_town_each_time(tmp_path, town):
    asked = {"n_demand": 50, "n_candidate": 20, "p": 4, "town": town}
    first, again = towns.with_room(tmp_path, **asked), towns.with_room(tmp_path, **asked)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert np.isfinite(first["here"]).all()
    # Room for all in the four smallest sites: 0.7 x 1.5 of an equal share each, at least.
    assert np.sort(first["room"])[:4].sum() >= first["weight"].sum()


def test_near_holds_every_pair_within_the_standard():
    rng = np.random.default_rng(0)
    here, there = rng.uniform(0, 3000, (60, 2)), rng.uniform(0, 3000, (20, 2))
    table = towns.near(here, there, standard_m=1000.0).toarray()
    full = towns.metres(here, there)
    assert np.array_equal(table > 0, full <= 1000.0)
    assert table[table > 0] == pytest.approx(full[full <= 1000.0])


def test_a_plan_with_faults_is_no_plan():
    answer = {
        "n_sites": np.array(9),
        "gap": np.array(0.1),
        "sites_gap": np.array(0.0),
        "n_fault": np.array(1),
        "n_pair": np.array(7),
    }
    with pytest.raises(DisagreementError, match="1 faults"):
        planning.said(Inputs(Path(), {}), answer)
    assert planning.said(Inputs(Path(), {}), {**answer, "n_fault": np.array(0)})["gap"] == "10.00%"
