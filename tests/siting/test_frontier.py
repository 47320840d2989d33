"""Frontier and least numbers against enumeration of every plan."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from test_planning import county, small

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import coverage_frontier, least_sites, recompute_plan


def every_plan(problem):
    n = problem.n_candidate
    for size in range(n + 1):
        for plan in combinations(range(n), size):
            figures = recompute_plan(problem, plan)
            if not figures.faults:
                yield plan, figures


def rank(figures):
    return sum(figures.quota_shortfall), figures.n_unserved, -figures.covered_weight


@pytest.mark.parametrize("by", ["sites", "cost"])
@pytest.mark.parametrize("seed", range(12))
def test_every_point_is_the_best_of_all_plans_within_its_limit(seed, by):
    problem = replace(county(seed, n=7), max_new=None)
    points = coverage_frontier(problem, by=by)
    assert points
    plans = list(every_plan(problem))
    for point in points:
        spent = (lambda plan, f: len(plan)) if by == "sites" else (lambda plan, f: f.cost)
        within = [(plan, f) for plan, f in plans if spent(plan, f) <= point.limit + 1e-9]
        best = min(rank(f) for _, f in within)
        mine = recompute_plan(problem, point.selected)
        assert mine.faults == ()
        assert rank(mine) == pytest.approx(best)
        assert spent(point.selected, mine) == pytest.approx(
            min(spent(plan, f) for plan, f in within if rank(f) == pytest.approx(best))
        )
        assert point.status == "optimal"
        assert point.bound_weight == pytest.approx(point.covered_weight)
        assert point.covered_weight == pytest.approx(mine.covered_weight)
        assert point.places_short == max(problem.places_required - mine.places, 0)
        assert (point.quota_shortfall, point.n_unserved) == (sum(mine.quota_shortfall), mine.n_unserved)
    # From the second point on the rules are kept as well as can be, and coverage never falls.
    covered = [point.covered_weight for point in points]
    assert covered == sorted(covered)
    assert len({rank(recompute_plan(problem, point.selected))[:2] for point in points[1:]}) <= 1
    # The last point is as good as anything can be: nothing is gained beyond it.
    assert rank(recompute_plan(problem, points[-1].selected)) == pytest.approx(min(rank(f) for _, f in plans))


@pytest.mark.parametrize("seed", range(16))
def test_the_least_number_is_that_of_enumeration(seed):
    problem = county(seed, n=7)
    share = [0.3, 0.6, 0.9, 1.0][seed % 4]
    told = least_sites(problem, share)
    free = replace(problem, max_new=None)
    total = problem.weight.sum()

    def short(figures):
        return (
            sum(figures.quota_shortfall),
            figures.n_unserved,
            max(share * total - figures.covered_weight, 0.0),
        )

    plans = list(every_plan(free))
    best = min(short(f) for _, f in plans)
    fewest = min(len(plan) for plan, f in plans if short(f) == pytest.approx(best, abs=1e-6))
    assert told.status == "optimal"
    assert told.n_sites == told.bound == fewest
    assert told.is_reached == (best[2] <= 1e-6)
    assert told.largest_share == pytest.approx(share - best[2] / total if total else share)
    assert told.largest_share_bound == pytest.approx(told.largest_share)
    assert short(recompute_plan(free, told.selected)) == pytest.approx(best, abs=1e-6)


def test_by_hand():
    points = coverage_frontier(small(quota_minimum=np.array([0, 0])))
    # 0 sites cover nothing, 1 covers rows 0 (100), then rows 1 and 2 by site 1 (80), then row 3 by site 3 (20).
    assert [point.covered_weight for point in points] == [0, 100, 180, 200]
    assert [point.n_sites for point in points] == [0, 1, 2, 3]
    assert [point.coverage_short for point in points] == [130, 30, 0, 0]
    told = least_sites(small(usable=np.array([True, True, True, False])), 1.0)
    assert (told.is_reached, told.largest_share, told.n_sites) == (False, 0.9, 3)


def test_a_limit_chosen_below_the_forced_sites_is_refused():
    with pytest.raises(SitingError, match="1"):
        coverage_frontier(small(forced=np.array([1])), limits=[0])
    with pytest.raises(SitingError):
        coverage_frontier(small(), limits=[float("nan")])


def test_no_time_still_gives_valid_points():
    problem = county(3, n=40)
    for point in coverage_frontier(problem, time_limit_s=0.0, limits=[0, 5, 10]):
        assert recompute_plan(replace(problem, max_new=None), point.selected).faults == ()
        assert point.n_sites <= point.limit
        assert point.bound_weight >= point.covered_weight
