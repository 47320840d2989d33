"""The plan of least regret against enumeration of every plan in every scenario."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from test_planning import county, small

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import least_regret, recompute_plan


def scenarios(seed):
    base = county(seed, n=6)
    rng = np.random.default_rng(seed + 1000)
    base = replace(base, max_new=len(base.forced) + 2)
    return [
        base,
        *(replace(base, weight=base.weight * rng.integers(0, 4, len(base.weight))) for _ in range(2)),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_the_worst_regret_is_the_least_of_all_plans(seed):
    problems = scenarios(seed)
    told = least_regret(problems)
    every = [plan for size in range(7) for plan in combinations(range(6), size)]
    figures = [
        {plan: one for plan in every if not (one := recompute_plan(problem, plan)).faults}
        for problem in problems
    ]
    totals = [float(problem.weight.sum()) for problem in problems]
    short = lambda one, problem: max(problem.places_required - one.places, 0.0)  # noqa: E731
    best = [
        -min(
            (sum(f.quota_shortfall), f.n_unserved, short(f, problem), -f.covered_weight)
            for f in by_plan.values()
        )[3]
        for problem, by_plan in zip(problems, figures, strict=True)
    ]

    def rank(plan):
        mine = [by_plan[plan] for by_plan in figures]
        regrets = [
            (most - one.covered_weight) / total if total else 0.0
            for most, one, total in zip(best, mine, totals, strict=True)
        ]
        shares = [
            one.covered_weight / total if total else 0.0 for one, total in zip(mine, totals, strict=True)
        ]
        return (
            sum(sum(one.quota_shortfall) for one in mine),
            sum(one.n_unserved for one in mine),
            sum(short(one, problem) for one, problem in zip(mine, problems, strict=True)),
            round(max(*regrets, 0.0), 7),
            -round(sum(shares), 7),
        )

    least = min(rank(plan) for plan in figures[0])
    mine = rank(tuple(told.robust.tolist()))
    if told.robust.tolist() == told.middle.tolist():
        # The middle plan stays where nothing else regrets less in the worst case.
        assert mine[:4] == pytest.approx(least[:4], abs=1e-6)
    else:
        assert mine == pytest.approx(least, abs=1e-6)
        assert rank(tuple(told.middle.tolist()))[:4] > mine[:4]
    assert told.worst_regret_share == pytest.approx(least[3], abs=1e-6)
    assert told.worst_regret_bound == pytest.approx(least[3], abs=1e-6)
    assert told.status == "optimal"
    assert told.best_bound_weight == pytest.approx(best)
    for plan, rows in ((told.middle, told.of_middle), (told.robust, told.of_robust)):
        for k, row in enumerate(rows):
            mine = figures[k][tuple(plan.tolist())]
            assert row.figures.covered_weight == pytest.approx(mine.covered_weight)
            assert row.regret_share == pytest.approx(
                (best[k] - mine.covered_weight) / totals[k] if totals[k] else 0.0
            )
    assert told.of_middle[0].regret_share == pytest.approx(0, abs=1e-9)


def test_scenarios_of_unequal_candidates_are_refused():
    with pytest.raises(SitingError):
        least_regret([])
    with pytest.raises(SitingError):
        least_regret([county(1, n=5), county(1, n=6)])


def test_one_scenario_has_no_regret():
    told = least_regret([small(max_new=2)])
    assert told.worst_regret_share == 0
    assert told.robust.tolist() == told.middle.tolist()
