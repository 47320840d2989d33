"""The rows of a planning problem as the program sees them: who can still be served, alike rows made one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.cover import keep_true, merge_rows
from tuoyu_geo.siting.instance import keep_entries
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.stacking import beside, nothing, take_rows, tally


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServedRows:
    """Distinct rows that some open candidate or some institution with places can serve.

    Attributes
    ----------
    reach
        (n_row, n_existing + n_candidate) of ones: institutions first. Rows without need have no entries at institutions.
    weight, need
        (n_row,) summed over the rows that became one.
    trip
        (n_row, n_existing + n_candidate) with the entries of `reach`; None where trips are no aim.
    n_must
        (n_row,) must-serve rows in each.
    in_reach_now
        (n_row,) within the standard of an institution that exists.
    became
        (n_demand,) the row each demand row became; -1 where nothing can serve it, or where it is served already.
    lost_weight, n_lost
        Weight and must-serve rows that nothing can serve.
    """

    reach: csr_array
    weight: NDArray[np.float64]
    need: NDArray[np.float64]
    trip: csr_array | None
    n_must: NDArray[np.int64]
    in_reach_now: NDArray[np.bool_]
    became: NDArray[np.int64]
    lost_weight: float
    n_lost: int


def served_rows(problem: PlanningProblem) -> ServedRows:
    """Leave out who is served already or can't be, and make alike rows one.

    Rows that need places are alike when they have the same reach and the same weight a place; a must-serve row, and any
    row whose trips are an aim, stays alone. The order of the result does not depend on the order of the rows given.
    """
    may = problem.open_columns()
    candidates = keep_true(problem.covers)
    candidates = keep_entries(candidates, may[candidates.indices])
    n_demand = candidates.shape[0]
    capacity = problem.capacity
    need = np.zeros(n_demand) if capacity is None else capacity.need.astype(np.float64)
    trip = None if capacity is None else capacity.trip
    institutions = nothing(n_demand, 0) if capacity is None else keep_true(capacity.reach_now)
    by_place = need > 0
    institutions = keep_entries(institutions, by_place[_row_of(institutions)])
    reach = beside(institutions, candidates)
    weight, must = problem.weight.astype(np.float64), problem.must_serve.astype(bool)
    in_reach_now = np.where(by_place, np.diff(institutions.indptr) > 0, problem.covered_now.astype(bool))
    done = ~by_place & in_reach_now
    counts = (weight > 0) | must
    reached = np.diff(reach.indptr) > 0
    lost = ~done & ~reached
    keep = np.flatnonzero(~done & reached & counts)
    alike = _alike(by_place[keep], weight[keep], need[keep], must[keep], apart=trip is not None)
    distinct, became_kept = merge_rows(beside(take_rows(reach, keep), alike))
    distinct = csr_array(distinct[:, : reach.shape[1]])
    n_row = distinct.shape[0]
    first = np.full(n_row, len(keep), dtype=np.int64)
    np.minimum.at(first, became_kept, np.arange(len(keep)))
    summed = {
        "weight": tally(became_kept, weight[keep], n=n_row),
        "need": tally(became_kept, need[keep], n=n_row),
    }
    order = np.lexsort((_tag(distinct), summed["weight"], summed["need"]))
    place = np.empty(n_row, dtype=np.int64)
    place[order] = np.arange(n_row)
    became = np.full(n_demand, -1, dtype=np.int64)
    became[keep] = place[became_kept]
    source = keep[first[order]]
    return ServedRows(
        reach=take_rows(distinct, order),
        weight=summed["weight"][order],
        need=summed["need"][order],
        trip=None if trip is None else _with_pattern(take_rows(distinct, order), trip, source),
        n_must=tally(became_kept, must[keep].astype(np.float64), n=n_row)[order].astype(np.int64),
        in_reach_now=in_reach_now[source] if n_row else np.zeros(0, dtype=bool),
        became=became,
        lost_weight=float(weight[lost].sum()),
        n_lost=int((lost & must).sum()),
    )


def _row_of(matrix: csr_array) -> NDArray[np.int64]:
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _alike(
    by_place: NDArray[np.bool_],
    weight: NDArray[np.float64],
    need: NDArray[np.float64],
    must: NDArray[np.bool_],
    *,
    apart: bool,
) -> csr_array:
    """(n_row, n_kind) one-hot of what must agree, beside the reach, for two rows to become one."""
    n = len(weight)
    alone = by_place & (must | apart)
    # Twelve digits: rows whose weight a place differs by rounding alone are the same.
    worth = np.zeros(n)
    worth[by_place] = weight[by_place] / need[by_place]
    labels = [f"{value:.12g}" if placed else "reach" for value, placed in zip(worth, by_place, strict=True)]
    for i in np.flatnonzero(alone):
        labels[i] = f"alone {i}"
    _, kind = np.unique(np.array(labels, dtype=str), return_inverse=True)
    return csr_array(
        (np.ones(n), (np.arange(n), kind.astype(np.int64))), shape=(n, int(kind.max(initial=-1)) + 1)
    )


def _tag(matrix: csr_array) -> NDArray[np.float64]:
    """A number a row that follows from its columns alone."""
    draws = np.random.default_rng(20_240_602).random(matrix.shape[1])
    return np.asarray(matrix @ draws, dtype=np.float64)


def _with_pattern(pattern: csr_array, values: csr_array, rows: NDArray[np.int64]) -> csr_array:
    """The values at the entries of a pattern, 0 where a trip takes no time."""
    taken = take_rows(csr_array(values), rows)
    at = _row_of(pattern)
    data = np.asarray(taken[at, pattern.indices]).ravel() if len(at) else np.zeros(0)
    return csr_array((data.astype(np.float64), pattern.indices, pattern.indptr), shape=pattern.shape)
