"""Backup coverage: the sites that put the most weight within the standard of two of them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest, no_plan
from tuoyu_geo.siting.cover import within
from tuoyu_geo.siting.cover_core import limit_rows
from tuoyu_geo.siting.cover_search import CoverProblem
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.instance import Instance, Quotas, read_instance
from tuoyu_geo.siting.max_cover import merged
from tuoyu_geo.siting.result import SitingResult, judged
from tuoyu_geo.siting.stacking import above, beside, by_column, identity, nothing
from tuoyu_geo.siting.watch import OnProgress, Watch, watching


def backup_coverage(
    cost: object,
    weight: ArrayLike,
    *,
    p: int | None = None,
    standard: float,
    cover_all: bool = False,
    site_cost: ArrayLike | None = None,
    budget: float | None = None,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> SitingResult:
    """Choose exactly p sites, or as many as the budget buys, so that the weight within the standard of two is largest.

    Parameters
    ----------
    cost, weight, p, standard, site_cost, budget, group, quotas, fixed, time_limit_s, gap, seed, progress
        As in `max_coverage`.
    cover_all
        Whether every row has to be within the standard of one site at least (Hogan & ReVelle 1986, with p free of the
        least number).

    Returns
    -------
    `objective` is the weight covered twice or more; `bound` >= it. `assigned` is the nearest site within the standard.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    with watching(time_limit_s=time_limit_s, progress=progress) as watch:
        instance = read_instance(
            cost,
            weight=weight,
            p=p,
            group=group,
            quotas=quotas,
            fixed=fixed,
            scalars={"standard": standard, "time_limit_s": time_limit_s, "gap": gap},
            seed=seed,
            site_cost=site_cost,
            budget=budget,
            is_limited=True,
        )
        reach = within(instance.cost, standard=standard)
        n_demand = reach.shape[0]
        counted = Instance(
            cost=reach,
            weight=np.ones(n_demand) if cover_all else instance.weight,
            groups=instance.groups,
            fixed=instance.fixed,
            p=instance.p,
            price=instance.price,
            budget=instance.budget,
        )
        found = clashes(counted, must_reach=np.full(n_demand, cover_all))
        if found:
            return infeasible_result(found, n_demand=n_demand, watch=watch, seed=seed)
        problem = merged(reach, counted, weight=instance.weight)
        selected, bound = _solve(problem, cover_all=cover_all, watch=watch, gap=gap, seed=seed)
        if selected is None and bound == -np.inf:
            reasons = [text("siting.cannot_cover_all")]
            return infeasible_result(reasons, n_demand=n_demand, watch=watch, seed=seed)
        if selected is None:
            raise no_plan(watch, time_limit_s=time_limit_s)
        chosen = np.zeros(instance.n_candidate)
        chosen[selected] = 1.0
        pattern = reach.copy()
        pattern.data = np.ones(reach.nnz)
        objective = float(instance.weight[pattern @ chosen >= 2].sum())
        return judged(
            selected,
            objective=objective,
            bound=max(bound, objective),
            gap=gap,
            method="highs",
            seed=seed,
            assigned=nearest(reach, selected),
            watch=watch,
        )


def _solve(
    problem: CoverProblem, *, cover_all: bool, watch: Watch, gap: float, seed: int
) -> tuple[NDArray[np.int64] | None, float]:
    """The plan (or None) and the bound, -inf where no plan can be."""
    limits, weight = problem.limits, problem.weight
    rows, n_column = problem.covers, problem.n_candidate
    n_row = rows.shape[0]
    total = float(weight.sum())
    limit, least, most = limit_rows(limits, np.arange(n_column))
    # With everyone covered once, one site short of two is all that can be short; otherwise two may be.
    short = 1.0 if cover_all else 2.0
    blocks = [beside(rows, short * identity(n_row)), beside(limit, nothing(limit.shape[0], n_row))]
    lower, upper = [np.full(n_row, 2.0), least], [np.full(n_row, np.inf), most]
    if cover_all:
        blocks.append(beside(rows, nothing(n_row, n_row)))
        lower.append(np.ones(n_row))
        upper.append(np.full(n_row, np.inf))
    program = Program(
        matrix=by_column(above(*blocks)),
        cost=np.concatenate([np.zeros(n_column), weight]),
        lower=np.concatenate([limits.is_fixed().astype(float), np.zeros(n_row)]),
        upper=np.ones(n_column + n_row),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        integer=np.concatenate([np.ones(n_column, dtype=bool), np.full(n_row, not cover_all)]),
    )
    plans = [] if cover_all else [_greedy(problem)]
    start = None
    if plans:
        start = np.concatenate(
            [np.isin(np.arange(n_column), plans[0]).astype(float), _lacks_two(problem, plans[0])]
        )
        watch.tell(objective=total - float(weight @ start[n_column:]), bound=total)
    answer = solve(
        program,
        time_limit_s=watch.left_s(),
        gap=0.0 if rows.nnz <= 20_000 else gap,
        seed=seed,
        start=start,
        watch=watch,
        tell=lambda lost, least_lost: watch.tell(objective=total - lost, bound=total - max(least_lost, 0.0)),
    )
    if answer.verdict == "infeasible":
        return None, -np.inf
    if len(answer.x):
        found = np.flatnonzero(answer.x[:n_column] > 0.5)
        plans += [found] if limits.affords(found) else []
    if not plans:
        return None, total
    best = min(plans, key=lambda plan: float(weight @ _lacks_two(problem, plan)))
    return best, total - max(answer.bound, 0.0)


def _lacks_two(problem: CoverProblem, selected: NDArray[np.int64]) -> NDArray[np.float64]:
    return (problem.times(selected) < 2).astype(float)


def _greedy(problem: CoverProblem) -> NDArray[np.int64]:
    """An allowed plan: the sites that most weight is within the standard of."""
    best = problem.limits.best(np.asarray(problem.covers_t @ problem.weight))
    return best if problem.limits.affords(best) else problem.limits.cheapest()
