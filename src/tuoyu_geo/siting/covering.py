"""Location set covering (LSCP): the fewest, or cheapest, sites that put everyone within the standard."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.assign import infeasible_result, nearest
from tuoyu_geo.siting.cover import as_ones, merge_rows, within
from tuoyu_geo.siting.cover_core import quota_rows
from tuoyu_geo.siting.feasibility import clashes
from tuoyu_geo.siting.highs import Answer, Program, solve
from tuoyu_geo.siting.instance import Groups, Instance, Quotas, raise_faults, read_instance
from tuoyu_geo.siting.result import SitingResult, judge, relative_gap
from tuoyu_geo.siting.stacking import above, by_column, flipped, one_row, take_rows

# Comparing all pairs of rows takes memory in the square of their number.
MOST_ROWS_TO_COMPARE = 3_000


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
    group, quotas, fixed, time_limit_s, gap, seed
        As in `max_coverage`; the fixed sites count and cost too.

    Returns
    -------
    `objective` is the number or the cost; `bound` <= it. Infeasible when a row is beyond the standard of every candidate.

    Raises
    ------
    SitingError
        The input is malformed, or the time ran out before a plan was found or shown not to exist.
    """
    began = perf_counter()
    instance = read_instance(
        cost,
        weight=None,
        p=None,
        group=group,
        quotas=quotas,
        fixed=fixed,
        scalars={"standard": standard, "time_limit_s": time_limit_s, "gap": gap},
    )
    price = np.ones(instance.n_candidate) if site_cost is None else np.array(site_cost, dtype=np.float64)
    _check_price(price, instance.n_candidate)
    reach = within(instance.cost, standard=standard)
    n_demand = reach.shape[0]
    checked = Instance(
        cost=reach, weight=instance.weight, groups=instance.groups, fixed=instance.fixed, p=None
    )
    found = clashes(checked, must_reach=np.ones(n_demand, dtype=bool))
    if found:
        return infeasible_result(found, n_demand=n_demand, began=began, seed=seed)
    task = cover_task(reach, groups=instance.groups, fixed=instance.fixed)
    start = greedy_cover(task, price)
    left_s = began + time_limit_s - perf_counter()
    answer = solve(
        program(task, price, p=None),
        time_limit_s=left_s,
        gap=0.0 if task.rows.nnz <= 50_000 else gap,
        seed=seed,
        start=None if start is None else start.astype(float),
    )
    if answer.verdict == "infeasible":
        return infeasible_result(
            [text("siting.maxima_block_cover")], n_demand=n_demand, began=began, seed=seed
        )
    if answer.verdict == "unknown" and start is None:
        raise SitingError(text("siting.no_plan_in_time", seconds=time_limit_s))
    selected = _better(answer, start, price)
    objective = float(price[selected].sum())
    bound = min(max(answer.bound, float(price[instance.fixed].sum())), objective)
    if np.array_equal(price, np.round(price)):
        bound = min(np.ceil(bound - 1e-6), objective)
    return SitingResult(
        selected=selected,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        status=judge(objective, bound, gap=gap),
        seconds=perf_counter() - began,
        method="highs",
        seed=seed,
        assigned=nearest(reach, selected),
    )


def _check_price(price: NDArray[np.float64], n_candidate: int) -> None:
    if price.shape != (n_candidate,):
        raise_faults(
            [text("siting.shape_wrong", name="site_cost", found=price.shape, expected=(n_candidate,))]
        )
    n_bad = int((~(np.isfinite(price) & (price >= 0))).sum())
    raise_faults([text("siting.values_bad", name="site_cost", n=n_bad)] if n_bad else [])


def _better(answer: Answer, start: NDArray[np.bool_] | None, price: NDArray[np.float64]) -> NDArray[np.int64]:
    plans = [np.flatnonzero(answer.x > 0.5)] if len(answer.x) else []
    plans += [] if start is None else [np.flatnonzero(start)]
    return min(plans, key=lambda plan: float(price[plan].sum()))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverTask:
    """Cover all rows, under quotas.

    Attributes
    ----------
    rows
        (n_row, n_candidate) of ones: distinct, not covered by a fixed site, none implied by another.
    groups, fixed
        As in `Instance`.
    """

    rows: csr_array
    groups: Groups
    fixed: NDArray[np.int64]


def cover_task(reach: csr_array, *, groups: Groups, fixed: NDArray[np.int64]) -> CoverTask:
    """The rows that are left to decide: whoever covers the narrower row covers the wider one too."""
    rows, _ = merge_rows(reach)
    held = np.zeros(reach.shape[1])
    held[fixed] = 1.0
    rows = as_ones(take_rows(rows, rows @ held == 0))
    if 0 < rows.shape[0] <= MOST_ROWS_TO_COMPARE:
        size = np.diff(rows.indptr)
        common = (rows @ flipped(rows)).tocoo()
        within_other = (common.data == size[common.col]) & (common.row != common.col)
        implied = np.zeros(rows.shape[0], dtype=bool)
        implied[common.row[within_other]] = True
        rows = as_ones(take_rows(rows, ~implied))
    return CoverTask(rows=rows, groups=groups, fixed=fixed)


def program(task: CoverTask, price: NDArray[np.float64], *, p: int | None) -> Program:
    """Least price so that every row is covered, with at most p sites where p is given."""
    n_row, n_column = task.rows.shape
    quota, least, most = quota_rows(task.groups, np.arange(n_column))
    blocks = [task.rows, quota]
    lower, upper = [np.ones(n_row), least], [np.full(n_row, np.inf), most]
    if p is not None:
        blocks.append(one_row(np.ones(n_column)))
        lower.append(np.zeros(1))
        upper.append(np.array([float(p)]))
    at_least = np.zeros(n_column)
    at_least[task.fixed] = 1.0
    return Program(
        matrix=by_column(above(*blocks)),
        cost=price,
        lower=at_least,
        upper=np.ones(n_column),
        row_lower=np.concatenate(lower),
        row_upper=np.concatenate(upper),
        integer=np.ones(n_column, dtype=bool),
    )


def greedy_cover(task: CoverTask, price: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """A cover by most rows a price, then without what is superfluous; None when the maxima stop it."""
    groups, rows_of = task.groups, flipped(task.rows)
    chosen = np.zeros(task.rows.shape[1], dtype=bool)
    chosen[task.fixed] = True
    count = groups.count(task.fixed)
    is_open = np.ones(task.rows.shape[0])
    while is_open.any():
        may = ~chosen & (count < groups.upper)[groups.member]
        worth = np.where(may, (rows_of @ is_open) / np.maximum(price, 1e-9), 0.0)
        best = int(np.argmax(worth))
        if worth[best] <= 0:
            return None
        chosen[best] = True
        count[groups.member[best]] += 1
        is_open[rows_of.indices[rows_of.indptr[best] : rows_of.indptr[best + 1]]] = 0.0
    times = task.rows @ chosen.astype(float)
    fixed = set(task.fixed.tolist())
    for j in sorted(np.flatnonzero(chosen), key=lambda j: (-price[j], j)):
        rows = rows_of.indices[rows_of.indptr[j] : rows_of.indptr[j + 1]]
        if (
            j not in fixed
            and count[groups.member[j]] > groups.lower[groups.member[j]]
            and (times[rows] > 1).all()
        ):
            chosen[j] = False
            count[groups.member[j]] -= 1
            times[rows] -= 1
    for k in np.flatnonzero(count < groups.lower):
        idle = np.flatnonzero((groups.member == k) & ~chosen)
        chosen[idle[np.argsort(price[idle], kind="stable")][: groups.lower[k] - count[k]]] = True
    return chosen
