"""Covering every row: the rows that are left to decide, a first cover, and the program."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.cover import as_ones, merge_rows
from tuoyu_geo.siting.cover_core import limit_rows
from tuoyu_geo.siting.highs import Program
from tuoyu_geo.siting.pick import Limits
from tuoyu_geo.siting.stacking import above, by_column, flipped, take_rows

# Comparing all pairs of rows takes memory in the square of their number.
MOST_ROWS_TO_COMPARE = 3_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CoverTask:
    """Cover all rows, within the limits.

    Attributes
    ----------
    rows
        (n_row, n_candidate) of ones: distinct, not covered by a fixed site, none implied by another.
    limits
        What may be chosen.
    """

    rows: csr_array
    limits: Limits


def cover_task(reach: csr_array, *, limits: Limits) -> CoverTask:
    """The rows that are left to decide: whoever covers the narrower row covers the wider one too."""
    rows, _ = merge_rows(reach)
    held = np.zeros(reach.shape[1])
    held[limits.fixed] = 1.0
    rows = as_ones(take_rows(rows, rows @ held == 0))
    if 0 < rows.shape[0] <= MOST_ROWS_TO_COMPARE:
        size = np.diff(rows.indptr)
        common = (rows @ flipped(rows)).tocoo()
        within_other = (common.data == size[common.col]) & (common.row != common.col)
        implied = np.zeros(rows.shape[0], dtype=bool)
        implied[common.row[within_other]] = True
        rows = as_ones(take_rows(rows, ~implied))
    return CoverTask(rows=rows, limits=limits)


def program(task: CoverTask, price: NDArray[np.float64]) -> Program:
    """Least price so that every row is covered, within the limits."""
    n_row, n_column = task.rows.shape
    limit, least, most = limit_rows(task.limits, np.arange(n_column))
    return Program(
        matrix=by_column(above(task.rows, limit)),
        cost=price,
        lower=task.limits.is_fixed().astype(float),
        upper=np.ones(n_column),
        row_lower=np.concatenate([np.ones(n_row), least]),
        row_upper=np.concatenate([np.full(n_row, np.inf), most]),
        integer=np.ones(n_column, dtype=bool),
    )


def greedy_cover(task: CoverTask, price: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """A cover by most rows a price, then without what is superfluous; None when the maxima stop it."""
    groups, rows_of = task.limits.groups, flipped(task.rows)
    chosen = np.zeros(task.rows.shape[1], dtype=bool)
    chosen[task.limits.fixed] = True
    count = groups.count(task.limits.fixed)
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
    fixed = set(task.limits.fixed.tolist())
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
