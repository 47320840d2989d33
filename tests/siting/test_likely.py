"""Better plans among the likely sites: never worse, within every rule, the same for the same seed, and much better."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from tuoyu_geo.siting import PlanningProblem, Sizes, plan_sites
from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.likely import better_among_likely
from tuoyu_geo.siting.planning_model import build_model
from tuoyu_geo.siting.start import completed
from tuoyu_geo.siting.watch import Watch

N = 60


@pytest.fixture(scope="module")
def county():
    rng = np.random.default_rng(11)
    homes, candidates = rng.uniform(0, 5_000, (120, 2)), rng.uniform(0, 5_000, (N, 2))
    places, cost = rng.choice([45.0, 60.0], N), rng.integers(50, 300, N).astype(float)
    return PlanningProblem(
        covers=csr_array(cdist(homes, candidates) <= 1_000),
        weight=rng.integers(200, 900, 120).astype(float),
        covered_now=np.zeros(120, dtype=bool),
        group=np.zeros(N, dtype=np.int64),
        quota_minimum=np.array([2]),
        existing_count=np.array([0]),
        places=places,
        places_now=0.0,
        places_required=200.0,
        coverage_target_share=0.8,
        site_cost=cost,
        usable=np.ones(N, dtype=bool),
        must_serve=np.zeros(120, dtype=bool),
        forced=np.array([int(np.argmax(cost))]),
        first="cost",
        sizes=Sizes(column=np.arange(N), places=np.full(N, 20.0), cost=cost * 0.6),
    )


def improved(problem, *, watch=None, until=None, takes_all=False):
    model = build_model(problem)
    limits = [("quota", 1e-6), ("coverage", 1e-3), ("places", 1e-6)]
    # The fewest sites, whatever they cost, and at full size: what the aim before cost leaves behind.
    fewest = solve(model.program("sites", limits), time_limit_s=60, gap=0.0, seed=0).x
    if takes_all:
        fewest[model.at["x"]] = model.upper[model.at["x"]]
    start = completed(model, "sites", fewest, limits, seed=0, otherwise=fewest)
    told = []
    program = model.program("cost", limits)
    found = better_among_likely(
        model,
        program,
        start,
        is_hard=False,
        until=perf_counter() + 500.0 if until is None else until,
        seed=0,
        watch=watch or Watch(time_limit_s=500.0),
        tell=lambda value, bound: told.append((value, bound)),
    )
    return model, program, start, found, told


def test_the_plan_found_is_next_to_the_best_and_keeps_every_row(county):
    model, program, start, found, told = improved(county)
    best = next(stage for stage in plan_sites(county).stages if stage.name == "cost")
    assert best.status == "optimal"
    assert (
        best.objective - 1e-6 <= program.cost @ found <= 1.02 * best.objective < 0.7 * (program.cost @ start)
    )
    assert [value for value, _ in told] == sorted((value for value, _ in told), reverse=True)
    assert all(bound == 0.0 for _, bound in told)
    rows = program.matrix @ found
    assert (rows <= program.row_upper + 1e-5).all()
    assert (rows >= program.row_lower - 1e-5).all()
    assert (found >= program.lower - 1e-6).all()
    assert (found <= program.upper + 1e-6).all()
    assert np.array_equal(found[program.integer], np.round(found[program.integer]))
    assert model.sites_of(found)[county.forced].all()
    assert np.array_equal(found, improved(county)[3])


def test_from_a_plan_that_takes_everything_it_comes_as_near(county):
    """Where cost comes first, what there is to begin from takes all candidates."""
    model, program, start, found, _ = improved(county, takes_all=True)
    assert model.sites_of(start).all()
    best = next(stage.objective for stage in plan_sites(county).stages if stage.name == "cost")
    assert program.cost @ found <= 1.02 * best
    assert model.sites_of(found)[county.forced].all()


def test_interrupted_or_out_of_time_it_gives_back_what_it_was_given(county):
    watch = Watch(time_limit_s=120.0)
    watch.interrupt()
    for told_to_stop in ({"watch": watch}, {"until": perf_counter() - 1.0}):
        _, _, start, found, told = improved(county, **told_to_stop)
        assert np.array_equal(start, found)
        assert told == []


def test_where_nothing_may_change_it_gives_back_what_it_was_given(county):
    model, program, _, found, _ = improved(county)
    held = np.round(found)
    fixed = replace(program, lower=program.lower.copy(), upper=program.upper.copy())
    for block in ("x", "v"):
        fixed.lower[model.at[block]] = fixed.upper[model.at[block]] = held[model.at[block]]
    again = better_among_likely(
        model,
        fixed,
        found,
        is_hard=False,
        until=perf_counter() + 60.0,
        seed=0,
        watch=Watch(time_limit_s=60.0),
        tell=lambda value, bound: pytest.fail("nothing is better"),
    )
    assert np.array_equal(again, found)


def test_reduced_costs_are_what_one_more_costs_the_relaxation(county):
    """Against the relaxation solved anew with a candidate forced: it can't cost less than its reduced cost says."""
    model, program, _, _, _ = improved(county)
    relaxed = replace(program, integer=np.zeros_like(program.integer))
    answer = solve(relaxed, time_limit_s=30, gap=0.0, seed=0)
    left = np.flatnonzero(answer.x[model.at["x"]] < 1e-9)
    assert len(left) > 10
    rises = []
    for j in left[:10]:
        forced = replace(relaxed, lower=relaxed.lower.copy())
        forced.lower[j] = 1.0
        more = solve(forced, time_limit_s=30, gap=0.0, seed=0).bound - answer.bound
        assert more >= answer.reduced_cost[j] - 1e-6
        rises.append(answer.reduced_cost[j])
    assert max(rises) > 1.0
    assert not len(solve(program, time_limit_s=30, gap=0.5, seed=0).reduced_cost)
