"""Who takes which places under a plan, and the order in which its sites open."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.cover import keep_true
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.stacking import flipped, take_rows

if TYPE_CHECKING:
    from tuoyu_geo.siting.planning_model import PlanningModel


def flow_of_rows(problem: PlanningProblem, model: "PlanningModel", point: NDArray[np.float64]) -> csr_array:
    """(n_demand, n_existing + n_candidate) places that each row takes, rows made one sharing by their need."""
    capacity, rows = problem.capacity, model.rows
    n_demand = problem.covers.shape[0]
    if capacity is None:
        return csr_array((n_demand, problem.n_candidate), dtype=np.float64)
    taking = model.taking
    flow = csr_array(
        (np.maximum(point[model.at["f"]], 0.0), taking.indices, taking.indptr), shape=taking.shape
    )
    served = np.flatnonzero((rows.became >= 0) & (capacity.need > 0))
    mine = rows.became[served]
    # No row takes more than it needs, though the program would let it.
    taken = np.asarray(flow.sum(axis=1)).ravel()
    least = np.divide(rows.need, taken, out=np.ones(len(taken)), where=taken > rows.need)
    share = capacity.need[served] / rows.need[mine] * least[mine]
    split = take_rows(flow, mine).tocoo()
    keep = split.data > 1e-9
    return csr_array(
        (
            (split.data * share[split.row])[keep],
            (served[split.row[keep]], split.col[keep]),
        ),
        shape=(n_demand, rows.reach.shape[1]),
    )


def covered_shares(
    problem: PlanningProblem, *, selected: NDArray[np.int64], flow: csr_array
) -> NDArray[np.float64]:
    """(n_demand,) share of each row that is covered: of its places where it needs some, else 0 or 1."""
    taken = np.zeros(problem.n_candidate)
    taken[selected] = 1.0
    share = (problem.covered_now.astype(bool) | (keep_true(problem.covers) @ taken > 0)).astype(float)
    if problem.capacity is not None:
        need = problem.capacity.need.astype(float)
        got = np.asarray(flow.sum(axis=1)).ravel()
        by_place = need > 0
        share[by_place] = np.minimum(got[by_place] / need[by_place], 1.0)
        share[by_place & (share > 1 - 1e-7)] = 1.0
    return share


def opening_order(
    problem: PlanningProblem, selected: NDArray[np.int64], *, flow: csr_array
) -> NDArray[np.int64]:
    """Sites that fill a quota first, each time the one that serves most new weight; then all others likewise.

    What a site serves is what takes its places, and any row that needs none as soon as one site is in reach. Ties go to
    the site that serves more must-serve rows, then to more places, then to the lower column.
    """
    rows_of = flipped(keep_true(problem.covers))
    need = np.zeros(len(problem.weight)) if problem.capacity is None else problem.capacity.need.astype(float)
    worth = np.divide(problem.weight, need, out=np.zeros(len(need)), where=need > 0)
    n_existing = flow.shape[1] - problem.n_candidate
    by_places = np.asarray(flow.T @ worth).ravel()[n_existing:]
    covered = problem.covered_now.astype(bool) | (need > 0)
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0).copy()
    left, order = [int(j) for j in selected], []
    while left:
        fills = [j for j in left if problem.group[j] >= 0 and owed[problem.group[j]] > 0]

        def rank(j: int) -> tuple[float, float, float, int]:
            rows = rows_of.indices[rows_of.indptr[j] : rows_of.indptr[j + 1]]
            fresh = rows[~covered[rows]]
            gain = float(problem.weight[fresh].sum()) + float(by_places[j])
            return -gain, -float(problem.must_serve[rows].sum()), -float(problem.places[j]), j

        best = min(fills or left, key=rank)
        order.append(best)
        left.remove(best)
        covered[rows_of.indices[rows_of.indptr[best] : rows_of.indptr[best + 1]]] = True
        if problem.group[best] >= 0:
            owed[problem.group[best]] -= 1
    return np.array(order, dtype=np.int64)
