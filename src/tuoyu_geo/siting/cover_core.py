"""Coverage handed to HiGHS: whole, or the core that the bound leaves undecided."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.siting.cover import as_ones, merge_rows
from tuoyu_geo.siting.cover_search import CoverProblem
from tuoyu_geo.siting.highs import Program, Verdict, solve
from tuoyu_geo.siting.instance import Groups
from tuoyu_geo.siting.pick import Limits
from tuoyu_geo.siting.stacking import (
    above,
    beside,
    by_column,
    flipped,
    identity,
    nothing,
    one_row,
    take_rows,
    tally,
)
from tuoyu_geo.siting.watch import Watch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoreAnswer:
    """The best plan found in a core, and the most that any plan inside the core covers."""

    selected: NDArray[np.int64]
    bound: float
    verdict: Verdict


def quota_rows(
    groups: Groups, columns: NDArray[np.int64]
) -> tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]:
    """Rows that count the sites of each quota part among `columns`, with their closed limits."""
    member = groups.member[columns]
    inside = np.flatnonzero(member > 0)
    shape = (len(groups.lower) - 1, len(columns))
    rows = coo_array((np.ones(len(inside)), (member[inside] - 1, inside)), shape=shape)
    return csr_array(rows), groups.lower[1:].astype(float), groups.upper[1:].astype(float)


def limit_rows(
    limits: Limits, columns: NDArray[np.int64]
) -> tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]:
    """Rows of the number, the budget and the quotas over `columns`, with their closed limits."""
    quota, least, most = quota_rows(limits.groups, columns)
    blocks, lower, upper = [quota], [least], [most]
    if limits.p is not None:
        blocks.append(one_row(np.ones(len(columns))))
        lower.append(np.array([float(limits.p)]))
        upper.append(np.array([float(limits.p)]))
    if limits.is_priced:
        # In units of the dearest site, so that HiGHS's absolute tolerance is a small part of it.
        unit = float(limits.price.max(initial=0.0)) or 1.0
        blocks.append(one_row(limits.price[columns] / unit))
        lower.append(np.zeros(1))
        upper.append(np.array([limits.budget / unit]))
    return above(*blocks), np.concatenate(lower), np.concatenate(upper)


def solve_core(
    problem: CoverProblem,
    selected: NDArray[np.int64],
    *,
    columns: NDArray[np.int64],
    taken: NDArray[np.int64],
    bound: float,
    watch: Watch,
    time_limit_s: float,
    gap: float,
    seed: int,
) -> CoreAnswer:
    """The best plan that takes all of `taken` and nothing outside `columns`.

    Parameters
    ----------
    problem
        The whole problem.
    selected
        A plan inside the core, to start from.
    columns, taken
        Candidates allowed, ascending; those of them that are decided.
    bound
        What is proven already.
    watch
        Hears the news, and ends the run when interrupted.
    time_limit_s, gap, seed
        For HiGHS.
    """
    began = perf_counter()
    limits = problem.limits
    lower = np.isin(columns, np.union1d(taken, limits.fixed)).astype(float)
    inside = flipped(take_rows(problem.covers_t, columns))
    # Rows that a decided site covers are settled, and fewer columns make more rows alike.
    settled = inside @ lower > 0
    inside.sort_indices()
    rows, became = merge_rows(take_rows(inside, ~settled))
    weight = tally(became, problem.weight[~settled], n=rows.shape[0])
    reached = np.diff(rows.indptr) > 0
    rows, weight = as_ones(take_rows(rows, reached)), weight[reached]
    n_row, n_column = rows.shape
    limit, least, most = limit_rows(limits, columns)
    upright = above(rows, limit)
    slack = above(identity(n_row), nothing(limit.shape[0], n_row))
    program = Program(
        matrix=by_column(beside(upright, slack)),
        cost=np.concatenate([np.zeros(n_column), weight]),
        lower=np.concatenate([lower, np.zeros(n_row)]),
        upper=np.ones(n_column + n_row),
        row_lower=np.concatenate([np.ones(n_row), least]),
        row_upper=np.concatenate([np.full(n_row, np.inf), most]),
        integer=np.concatenate([np.ones(n_column, dtype=bool), np.zeros(n_row, dtype=bool)]),
    )
    chosen = np.isin(columns, selected).astype(float)
    start = np.concatenate([chosen, (rows @ chosen == 0).astype(float)])
    # HiGHS measures its gap against what is left uncovered, we against what is covered.
    open_weight = float(weight @ start[n_column:])
    gap_inside = min(gap * problem.covered(selected) / open_weight, 1.0) if open_weight > 0 else 0.0
    left_s = time_limit_s - (perf_counter() - began)
    reachable = float(weight.sum()) + float(problem.weight[settled].sum())
    in_hand = problem.covered(selected)
    answer = solve(
        program,
        time_limit_s=left_s,
        gap=gap_inside,
        seed=seed,
        start=start,
        watch=watch,
        tell=lambda lost, least_lost: watch.tell(
            objective=max(in_hand, reachable - lost), bound=max(in_hand, min(bound, reachable - least_lost))
        ),
    )
    found = columns[answer.x[:n_column] > 0.5] if len(answer.x) else selected
    is_better = problem.covered(found) >= in_hand and limits.affords(found)
    return CoreAnswer(
        selected=found if is_better else selected,
        bound=reachable - max(answer.bound, 0.0),
        verdict=answer.verdict,
    )
