"""The p-median's undecided core, handed to HiGHS in the radius form.

For a row with costs d_1 < d_2 < ... the variable z_k says "not served within d_k", so the row costs
d_1 + sum of (d_{k+1} - d_k) z_k, with z_k >= z_{k-1} - (sites at exactly d_k) (Cornuéjols et al. 1980; Elloumi 2010).
It has fewer variables than one a pair, and the same strength.
"""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from tuoyu_geo.siting.cover_core import limit_rows
from tuoyu_geo.siting.highs import Answer, Program, solve
from tuoyu_geo.siting.median_search import MedianProblem, total
from tuoyu_geo.siting.stacking import above, beside, by_column, nothing
from tuoyu_geo.siting.watch import Watch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MedianCore:
    """What is left to decide: a better plan takes all of `taken`, nothing outside `columns`, serves no row dearer than `most`.

    Attributes
    ----------
    columns, taken
        Candidates allowed, ascending; those of them that are decided.
    most
        (n_row,) dearest value allowed a row.
    bound
        What is proven already.
    gap
        Relative gap at which to end.
    """

    columns: NDArray[np.int64]
    taken: NDArray[np.int64]
    most: NDArray[np.float64]
    bound: float
    gap: float


def solve_median_core(
    problem: MedianProblem,
    selected: NDArray[np.int64],
    *,
    core: MedianCore,
    watch: Watch,
    time_limit_s: float,
    seed: int,
) -> tuple[Answer, NDArray[np.int64]]:
    """The core's best plan.

    Parameters
    ----------
    problem
        The whole problem.
    selected
        A plan inside the core to start from.
    core
        What is undecided.
    watch
        Hears the news, and ends the run when interrupted.
    time_limit_s, seed
        For HiGHS.

    Returns
    -------
    HiGHS's answer, and the sites (empty without a solution).
    """
    began = perf_counter()
    columns = core.columns
    place = np.full(problem.n_candidate, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    decided = np.zeros(problem.n_candidate, dtype=bool)
    decided[np.union1d(core.taken, problem.limits.fixed)] = True
    ceiling = core.most.copy()
    sure = decided[problem.column]
    np.minimum.at(ceiling, problem.row[sure], problem.value[sure])
    keep = (place[problem.column] >= 0) & (problem.value <= ceiling[problem.row])
    row, column, value = problem.row[keep], place[problem.column[keep]], problem.value[keep]
    # A level is a distinct cost of a row; entries come sorted, so levels are runs.
    opens = np.ones(len(row), dtype=bool)
    opens[1:] = (row[1:] != row[:-1]) | (value[1:] != value[:-1])
    level = np.cumsum(opens) - 1
    level_row, level_value = row[opens], value[opens]
    n_level = len(level_row)
    is_first = np.ones(n_level, dtype=bool)
    is_first[1:] = level_row[1:] != level_row[:-1]
    is_last = np.ones(n_level, dtype=bool)
    is_last[:-1] = is_first[1:]
    n_column = len(columns)
    step = np.zeros(n_level)
    step[:-1] = np.where(is_last[:-1], 0.0, level_value[1:] - level_value[:-1])
    # z_k - z_{k-1} + (sites at d_k) >= 0, with z_0 = 1 and no z at the last level: someone has to serve.
    after = np.flatnonzero(~is_first)
    own = np.flatnonzero(~is_last)
    sites = coo_array((np.ones(len(row)), (level, column)), shape=(n_level, n_column))
    waits = coo_array(
        (
            np.concatenate([np.ones(len(own)), -np.ones(len(after))]),
            (np.concatenate([own, after]), np.concatenate([own, after - 1])),
        ),
        shape=(n_level, n_level),
    )
    limit, least, limit_most = limit_rows(problem.limits, columns)
    left = above(sites, limit)
    right = above(waits, nothing(limit.shape[0], n_level))
    program = Program(
        matrix=by_column(beside(left, right)),
        cost=np.concatenate([np.zeros(n_column), step]),
        lower=np.concatenate([decided[columns].astype(float), np.zeros(n_level)]),
        upper=np.concatenate([np.ones(n_column), np.where(is_last, 0.0, 1.0)]),
        row_lower=np.concatenate([is_first.astype(float), least]),
        row_upper=np.concatenate([np.full(n_level, np.inf), limit_most]),
        integer=np.concatenate([np.ones(n_column, dtype=bool), np.zeros(n_level, dtype=bool)]),
    )
    in_hand = total(problem, selected)
    base = float(level_value[is_first].sum())
    start = _start(np.isin(columns, selected), level, column, n_level=n_level, is_first=is_first)
    answer = solve(
        program,
        time_limit_s=time_limit_s - (perf_counter() - began),
        gap=core.gap,
        seed=seed,
        start=start,
        watch=watch,
        tell=lambda value, least_value: watch.tell(
            objective=min(in_hand, value + base), bound=min(max(core.bound, least_value + base), in_hand)
        ),
    )
    found = columns[answer.x[:n_column] > 0.5] if len(answer.x) else np.zeros(0, dtype=np.int64)
    return replace(answer, bound=answer.bound + base), found


def _start(
    chosen: NDArray[np.bool_],
    level: NDArray[np.int64],
    column: NDArray[np.int64],
    *,
    n_level: int,
    is_first: NDArray[np.bool_],
) -> NDArray[np.float64]:
    served = np.bincount(level, weights=chosen[column].astype(float), minlength=n_level) > 0
    # A running count of served levels, restarted with each row.
    running: NDArray[np.int64] = np.cumsum(served, dtype=np.int64)
    before: NDArray[np.int64] = (running - served)[is_first]
    so_far: NDArray[np.int64] = running - np.repeat(
        before, np.diff(np.append(np.flatnonzero(is_first), n_level))
    )
    return np.concatenate([chosen.astype(float), (so_far == 0).astype(float)])
