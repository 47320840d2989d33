"""Location set covering (LSCP): the fewest, or cheapest, sites that put everyone within the standard."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest, no_plan
from tuoyu_geo.siting.cover import within
from tuoyu_geo.siting.cover_task import CoverTask, cover_task, greedy_cover, program
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.highs import Answer, solve
from tuoyu_geo.siting.instance import Quotas, read_instance
from tuoyu_geo.siting.pick import limits_of
from tuoyu_geo.siting.result import SitingResult, is_whole, judged
from tuoyu_geo.siting.watch import OnProgress, Watch, watching


def set_cover(
    cost: object,
    *,
    standard: float,
    site_cost: ArrayLike | None = None,
    group: ArrayLike | None = None,
    quotas: Quotas | None = None,
    fixed: ArrayLike | None = None,
    time_limit_s: float = 60.0,
    gap: float = 1e-4,
    seed: int = 0,
    progress: OnProgress | None = None,
) -> SitingResult:
    """Choose the sites of least number, or least total `site_cost`, that cover every demand row.

    Parameters
    ----------
    cost
        (n_demand, n_candidate), as in `max_coverage`.
    standard
        Largest cost that counts as covered, closed.
    site_cost
        (n_candidate,) finite, not negative; None counts sites.
    group, quotas, fixed, time_limit_s, gap, seed, progress
        As in `max_coverage`; the fixed sites count and cost too.

    Returns
    -------
    `objective` is the number or the cost; `bound` <= it. Infeasible when a row is beyond the standard of every candidate.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    with watching(time_limit_s=time_limit_s, progress=progress) as watch:
        instance = read_instance(
            cost,
            weight=None,
            p=None,
            group=group,
            quotas=quotas,
            fixed=fixed,
            scalars={"standard": standard, "time_limit_s": time_limit_s, "gap": gap},
            seed=seed,
            site_cost=site_cost,
        )
        price = np.ones(instance.n_candidate) if site_cost is None else instance.price
        reach = within(instance.cost, standard=standard)
        n_demand = reach.shape[0]
        found = clashes(replace(instance, cost=reach), must_reach=np.ones(n_demand, dtype=bool))
        if found:
            return infeasible_result(found, n_demand=n_demand, watch=watch, seed=seed)
        task = cover_task(reach, limits=limits_of(instance))
        answer, start = _solve(task, price, watch=watch, gap=gap, seed=seed)
        if answer.verdict == "infeasible":
            reasons = [text("siting.maxima_block_cover")]
            return infeasible_result(reasons, n_demand=n_demand, watch=watch, seed=seed)
        if not len(answer.x) and start is None:
            raise no_plan(watch, time_limit_s=time_limit_s)
        selected = _better(answer, start, price)
        objective = float(price[selected].sum())
        bound = max(answer.bound, float(price[instance.fixed].sum()), 0.0)
        if is_whole(price):
            bound = float(np.ceil(bound - 1e-6))
        return judged(
            selected,
            objective=objective,
            bound=min(bound, objective),
            gap=gap,
            method="highs",
            seed=seed,
            assigned=nearest(reach, selected),
            watch=watch,
        )


def _solve(
    task: CoverTask, price: NDArray[np.float64], *, watch: Watch, gap: float, seed: int
) -> tuple[Answer, NDArray[np.bool_] | None]:
    """HiGHS's answer, and the cover it began from."""
    start = greedy_cover(task, price)
    if start is not None:
        watch.tell(objective=float(price[start].sum()), bound=0.0)
    answer = solve(
        program(task, price),
        time_limit_s=watch.left_s(),
        gap=0.0 if task.rows.nnz <= 50_000 else gap,
        seed=seed,
        start=None if start is None else start.astype(float),
        watch=watch,
        tell=lambda value, least: watch.tell(objective=value, bound=least),
    )
    return answer, start


def _better(answer: Answer, start: NDArray[np.bool_] | None, price: NDArray[np.float64]) -> NDArray[np.int64]:
    plans = [np.flatnonzero(answer.x > 0.5)] if len(answer.x) else []
    plans += [] if start is None else [np.flatnonzero(start)]
    return min(plans, key=lambda plan: float(price[plan].sum()))
