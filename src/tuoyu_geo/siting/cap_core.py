"""The undecided core of a problem with capacities, handed to HiGHS."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.siting.cap_problem import CapProblem
from tuoyu_geo.siting.cover_core import limit_rows
from tuoyu_geo.siting.highs import Answer, Program, solve
from tuoyu_geo.siting.stacking import above, beside, by_column, nothing
from tuoyu_geo.siting.watch import Watch


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CapAnswer:
    """What HiGHS says of a core.

    Attributes
    ----------
    answer
        Its own words.
    selected
        Sites of its best plan; empty without one.
    share
        (n_entry,) share of the row served by each pair of the problem.
    """

    answer: Answer
    selected: NDArray[np.int64]
    share: NDArray[np.float64]


def solve_cap_core(
    problem: CapProblem,
    *,
    columns: NDArray[np.int64],
    taken: NDArray[np.int64],
    pairs: NDArray[np.int64],
    start: tuple[NDArray[np.int64], NDArray[np.float64]] | None,
    watch: Watch,
    time_limit_s: float,
    gap: float,
    seed: int,
    tell: Callable[[float, float], None] | None = None,
) -> CapAnswer:
    """The best plan that takes all of `taken`, nothing outside `columns`, and serves only by `pairs`.

    Parameters
    ----------
    problem
        The whole problem.
    columns, taken
        Candidates allowed, ascending; those of them that are decided.
    pairs
        Entries of the problem allowed, all of them in `columns`.
    start
        Sites, and (n_entry,) shares, of a plan inside the core; or None.
    watch, time_limit_s, gap, seed, tell
        For HiGHS.
    """
    n_pair, n_column = len(pairs), len(columns)
    place = np.full(problem.n_candidate, -1, dtype=np.int64)
    place[columns] = np.arange(n_column)
    row, column = problem.row[pairs], place[problem.column[pairs]]
    load = problem.load[row]
    capacity = problem.capacity[columns]
    every = np.arange(n_pair)
    serve = coo_array((np.ones(n_pair), (row, every)), shape=(problem.n_row, n_pair))
    # In units of the site's own capacity, and never more than all that may come.
    coming = np.bincount(column, weights=load, minlength=n_column)
    unit = np.where(capacity > 0, np.minimum(capacity, np.maximum(coming, 1e-300)), 1.0)
    hold = coo_array((load / unit[column], (column, every)), shape=(n_column, n_pair))
    room = coo_array((-np.minimum(capacity, coming) / unit, (np.arange(n_column), np.arange(n_column))))
    link = coo_array((np.ones(n_pair), (every, every)), shape=(n_pair, n_pair))
    shut = coo_array((-np.ones(n_pair), (every, column)), shape=(n_pair, n_column))
    limit, least, most = limit_rows(problem.limits, columns)
    left = above(nothing(problem.n_row, n_column), csr_array(room), csr_array(shut), limit)
    right = above(csr_array(serve), csr_array(hold), csr_array(link), nothing(limit.shape[0], n_pair))
    fixed = np.isin(columns, np.union1d(taken, problem.limits.fixed)).astype(float)
    n_other = n_column + n_pair
    program = Program(
        matrix=by_column(beside(left, right)),
        cost=np.concatenate([np.zeros(n_column), problem.value[pairs]]),
        lower=np.concatenate([fixed, np.zeros(n_pair)]),
        upper=np.ones(n_column + n_pair),
        row_lower=np.concatenate(
            [np.full(problem.n_row, 1.0 if problem.must_serve else 0.0), np.full(n_other, -np.inf), least]
        ),
        row_upper=np.concatenate([np.ones(problem.n_row), np.zeros(n_other), most]),
        integer=np.concatenate([np.ones(n_column, dtype=bool), np.full(n_pair, problem.must_serve)]),
    )
    begin = None
    if start is not None:
        begin = np.concatenate([np.isin(columns, start[0]).astype(float), start[1][pairs]])
    # HiGHS 1.16 takes seconds to minutes to presolve such cores, and solves them as they are in less.
    answer = solve(
        program,
        time_limit_s=time_limit_s,
        gap=gap,
        seed=seed,
        start=begin,
        watch=watch,
        tell=tell,
        is_presolved=False,
    )
    share = np.zeros(len(problem.row))
    if not len(answer.x):
        return CapAnswer(answer=answer, selected=np.zeros(0, dtype=np.int64), share=share)
    served = answer.x[n_column:]
    share[pairs] = np.round(served) if problem.must_serve else np.clip(served, 0.0, 1.0)
    return CapAnswer(answer=answer, selected=columns[answer.x[:n_column] > 0.5], share=share)
