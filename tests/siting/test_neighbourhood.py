"""Better plans nearby: never worse, within every rule, the same for the same seed."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from tuoyu_geo.siting import Capacity, PlanningProblem, Sizes
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.neighbourhood import better_nearby, is_hard
from tuoyu_geo.siting.planning_model import build_model
from tuoyu_geo.siting.start import first_point
from tuoyu_geo.siting.watch import Watch


@pytest.fixture(scope="module")
def county():
    rng = np.random.default_rng(3)
    homes, candidates = rng.uniform(0, 6_000, (150, 2)), rng.uniform(0, 6_000, (82, 2))
    residents, near = rng.integers(200, 900, 150).astype(float), cdist(homes, candidates)
    column = np.repeat(np.arange(82), 2)
    places, cost = rng.choice([40.0, 60.0], 82), rng.integers(50, 300, 82).astype(float)
    smaller = np.tile([10.0, 20.0], 82)
    return PlanningProblem(
        covers=csr_array(near <= 1_050),
        weight=residents,
        covered_now=np.zeros(150, dtype=bool),
        group=np.zeros(82, dtype=np.int64),
        quota_minimum=np.array([3]),
        existing_count=np.array([0]),
        places=places,
        places_now=0.0,
        places_required=300.0,
        coverage_target_share=0.9,
        site_cost=cost,
        usable=np.ones(82, dtype=bool),
        must_serve=np.zeros(150, dtype=bool),
        capacity=Capacity(
            need=residents * 0.0045,
            reach_now=csr_array((150, 0), dtype=bool),
            places_now=np.zeros(0),
            spare_now=np.zeros(0),
            trip=csr_array(near),
        ),
        sizes=Sizes(
            column=column, places=smaller, cost=cost[column] * (0.4 + 0.6 * smaller / places[column])
        ),
    )


def improved(problem, *, seed, watch=None):
    model = build_model(problem)
    assert is_hard(model)
    limits = [("quota", 1e-6), ("coverage", 1e-3), ("places", 1e-6)]
    start = first_point(problem, model)
    told = []
    found = better_nearby(
        model,
        model.program("cost", limits),
        start,
        until=perf_counter() + 500.0,
        seed=seed,
        watch=watch or Watch(time_limit_s=500.0),
        tell=lambda value, bound: told.append((value, bound)),
    )
    return model, limits, start, found, told


@pytest.mark.slow
def test_the_plan_found_is_cheaper_and_keeps_every_row(county, monkeypatch):
    monkeypatch.setattr("tuoyu_geo.siting.neighbourhood.N_ROUND", 3)
    model, limits, start, found, told = improved(county, seed=0)
    cost = model.aims["cost"]
    assert cost @ found < 0.7 * (cost @ start)
    assert [value for value, _ in told] == sorted((value for value, _ in told), reverse=True)
    program = model.program("cost", limits)
    rows = program.matrix @ found
    assert (rows <= program.row_upper + 1e-5).all()
    assert (rows >= program.row_lower - 1e-5).all()
    assert (found >= program.lower - 1e-6).all()
    assert (found <= program.upper + 1e-6).all()
    assert np.array_equal(found[program.integer], np.round(found[program.integer]))
    again = improved(county, seed=0)[3]
    assert np.array_equal(found, again)


def test_interrupted_it_gives_back_what_it_was_given(county):
    watch = Watch(time_limit_s=120.0)
    watch.interrupt()
    _, _, start, found, told = improved(county, seed=0, watch=watch)
    assert np.array_equal(start, found)
    assert told == []


def test_the_links_lift_the_bound_and_hold_in_every_plan(county):
    """That they cut off no plan, the enumeration in test_planning_places says; here, what they are for."""
    model = build_model(county)
    limits = [("quota", 1e-6), ("coverage", 1e-3), ("places", 1e-6)]
    program = model.program("cost", limits)
    n_link = model.links.shape[0]
    bare = replace(
        program,
        matrix=program.matrix[:-n_link],
        row_lower=program.row_lower[:-n_link],
        row_upper=program.row_upper[:-n_link],
    )
    values = []
    for one in (program, bare):
        relaxed = replace(one, integer=np.zeros_like(one.integer))
        values.append(float(program.cost @ solve(relaxed, time_limit_s=30, gap=0.0, seed=0).x))
    assert values[0] > values[1] + 1
    assert (model.links @ first_point(county, model)).max() <= 1e-6
