"""Who goes where once the sites are chosen: figures recomputed from the costs, never taken from a solver."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.result import SitingResult
from tuoyu_geo.siting.watch import Watch


def nearest(cost: csr_array, selected: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n_demand,) cheapest selected column, the lowest on ties, -1 where none is in reach."""
    assigned, _ = nearest_cost(cost, selected)
    return assigned


def nearest_cost(
    cost: csr_array, selected: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """As `nearest`, and with it the cost, inf where none is in reach."""
    n_demand, n_candidate = cost.shape
    chosen = np.zeros(n_candidate, dtype=bool)
    chosen[selected] = True
    keep = chosen[cost.indices]
    row = np.repeat(np.arange(n_demand), np.diff(cost.indptr))[keep]
    column, value = cost.indices[keep], cost.data[keep]
    order = np.lexsort((column, value, row))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(row[order]) != 0
    best = order[first]
    assigned = np.full(n_demand, -1, dtype=np.int64)
    least = np.full(n_demand, np.inf)
    assigned[row[best]] = column[best]
    least[row[best]] = value[best]
    return assigned, least


def infeasible_result(reasons: list[str], *, n_demand: int, watch: Watch, seed: int) -> SitingResult:
    """The result that says why there is no plan."""
    return SitingResult(
        selected=np.zeros(0, dtype=np.int64),
        objective=np.nan,
        bound=np.nan,
        gap=np.inf,
        status="infeasible",
        seconds=watch.seconds,
        method="",
        seed=seed,
        assigned=np.full(n_demand, -1, dtype=np.int64),
        reason=text("words.list_semicolon").join(reasons),
        is_interrupted=watch.is_interrupted,
    )


def no_plan(watch: Watch, *, time_limit_s: float) -> BaseException:
    """What to raise when the search ended with neither a plan nor a proof that there is none."""
    if watch.is_interrupted:
        return KeyboardInterrupt()
    return SitingError(text("siting.no_plan_in_time", seconds=time_limit_s))
