"""Ctrl-C in the middle of a question of many searches: all that is given back is a plan, and every bound holds."""

import signal
from dataclasses import replace

import numpy as np
import pytest
from test_frontier import every_plan, rank
from test_planning import county

from tuoyu_geo.siting import aims, coverage_frontier, least_sites, plan_sites, recompute_plan
from tuoyu_geo.siting.alternatives import differing_plans, site_roles
from tuoyu_geo.siting.fewest import fewest_sites
from tuoyu_geo.siting.watch import watching


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard():
    # A program started in the background is told to ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def pressed(monkeypatch):
    """Press Ctrl-C when the search begins its n-th program; the seconds that each later one was given."""

    def press_at(n):
        given, real = [], aims.solve

        def solve(program, **how):
            given.append(how["time_limit_s"])
            if len(given) == n:
                signal.raise_signal(signal.SIGINT)
            return real(program, **how)

        monkeypatch.setattr(aims, "solve", solve)
        return given

    return press_at


@pytest.mark.parametrize("at", [1, 3, 6, 9, 14])
@pytest.mark.parametrize("by", ["sites", "cost"])
def test_a_frontier_is_given_as_far_as_it_is_known(pressed, by, at):
    problem = replace(county(3, n=7), max_new=None)
    plans = list(every_plan(problem))
    given = pressed(at)
    limits = [2, 3, 5] if by == "sites" else [float(problem.site_cost.sum()) / k for k in (2, 1)]
    points = coverage_frontier(problem, by=by, limits=limits)
    # What follows gets no time of its own; only what there would be no plan without may go on.
    assert len(given) > at
    assert [one for one in given[at:] if 0.05 < one < 540.0] == []
    assert [point.limit for point in points] == sorted(limits)
    for point in points:
        mine = recompute_plan(problem, point.selected)
        assert mine.faults == ()
        assert point.covered_weight == pytest.approx(mine.covered_weight)
        within = [f for plan, f in plans if (len(plan) if by == "sites" else f.cost) <= point.limit + 1e-9]
        best = min(within, key=rank)
        if rank(mine)[:2] == rank(best)[:2]:
            assert point.bound_weight >= best.covered_weight - 1e-6
        if point.status == "optimal":
            assert rank(mine) == pytest.approx(rank(best))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("ask", [least_sites, fewest_sites])
@pytest.mark.parametrize("at", [1, 4, 8])
def test_the_least_number_keeps_a_bound_that_holds(pressed, ask, at):
    problem = replace(county(5, n=7), max_new=None)
    extra = (0.6,) if ask is least_sites else ()
    truth = ask(problem, *extra)
    pressed(at)
    told = ask(problem, *extra)
    assert recompute_plan(problem, told.selected).faults == ()
    assert told.n_sites == len(told.selected)
    if told.status == "optimal":
        assert told.n_sites == truth.n_sites


@pytest.mark.parametrize("at", [1, 5, 12])
def test_alternatives_and_roles_end_with_what_they_have(pressed, at):
    problem = county(4, n=7)
    best = plan_sites(problem)
    every = differing_plans(problem, best, k=3)
    pressed(at)
    found = differing_plans(problem, best, k=3)
    assert 1 <= len(found) <= len(every)
    assert np.array_equal(found[0].selected, best.selected)
    assert all(recompute_plan(problem, one.selected).faults == () for one in found)
    pressed(at)
    assert len(site_roles(problem, best)) == len(best.selected)


def test_a_search_within_another_ends_with_it_and_the_second_press_ends_the_program():
    problem = county(3, n=7)
    with watching(time_limit_s=np.inf) as around:
        signal.raise_signal(signal.SIGINT)
        assert around.is_interrupted
        with watching(time_limit_s=60.0) as within:
            assert within.is_over()
        assert plan_sites(problem).is_interrupted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with watching(time_limit_s=60.0) as later:
        assert not later.is_interrupted
