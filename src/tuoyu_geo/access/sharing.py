"""Who gets a place: needs shared out among places within reach, a place to one child only."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack

from tuoyu_geo.access.checks import Floats, SparseCost, checked_cost, checked_weight
from tuoyu_geo.access.nearest import nearest
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text

# Smaller parts of a place are the solver's rounding.
DUST = 1e-6


class Sharing(NamedTuple):
    """Places shared out.

    Attributes
    ----------
    given
        (n_demand, n_supply) places of each facility that go to each point.
    served, unmet
        (n_demand,) needs that find a place, and those that don't; together the needs.
    used
        (n_supply,) places given out, at most the places there are.
    """

    given: csr_array
    served: Floats
    unmet: Floats
    used: Floats


def share_places(cost: SparseCost, need: ArrayLike, places: ArrayLike) -> Sharing:
    """Give as many needs a place as can be, and of all ways to do so take the one with the shortest ways.

    Parameters
    ----------
    cost
        (n_demand, n_supply) of the pairs that may be matched, and of those alone.
    need
        (n_demand,) places needed; parts of a place are allowed.
    places
        (n_supply,) places.

    Raises
    ------
    DataError
        Unequal lengths, or a need, place or cost that is negative or not a number.

    Notes
    -----
    A transport problem with an exact penalty: each place given is worth more than any lengthening of the ways.
    """
    pairs = checked_cost(cost).tocoo()
    wanted, there = checked_weight(need, pairs.shape[0]), checked_weight(places, pairs.shape[1])
    useful = (wanted[pairs.row] > 0) & (there[pairs.col] > 0)
    row, column = (axis[useful].astype(np.int64) for axis in (pairs.row, pairs.col))
    way = pairs.data[useful]
    flow = _flow(row, column, way, need=wanted, places=there) if len(row) else np.zeros(0)
    given = csr_array((flow, (row, column)), shape=pairs.shape)
    given.eliminate_zeros()
    served = np.minimum(np.asarray(given.sum(axis=1)).ravel(), wanted)
    unmet = np.where(wanted - served > DUST, wanted - served, 0.0)
    return Sharing(given, wanted - unmet, unmet, np.minimum(np.asarray(given.sum(axis=0)).ravel(), there))


def _flow(
    row: NDArray[np.int64], column: NDArray[np.int64], way: Floats, *, need: Floats, places: Floats
) -> Floats:
    n = len(row)
    one, index = np.ones(n), np.arange(n)
    bounds = vstack(
        [
            coo_array((one, (row, index)), shape=(len(need), n)),
            coo_array((one, (column, index)), shape=(len(places), n)),
        ],
        format="csr",
    )
    # To serve one more, others may have to change; the change passes each facility at most once, so that it lengthens the
    # ways by less than this in all, and nobody is left out for the sake of a shorter way.
    worth = len(places) * float(way.max(initial=0.0)) + 1.0
    solve: Any = linprog  # SciPy's stubs know no sparse rows
    found = solve(way - worth, A_ub=bounds, b_ub=np.concatenate([need, places]), method="highs-ds")
    if found.status != 0:
        raise DataError(text("access.sharing", reason=found.message))
    flow: Floats = np.where(found.x > DUST, found.x, 0.0)
    return flow


def pressure(cost: SparseCost, need: ArrayLike) -> Floats:
    """Needs that would come to each facility if everybody went to the nearest, however full.

    Parameters
    ----------
    cost, need
        As of `share_places`.

    Returns
    -------
    ndarray
        (n_supply,) places asked for.

    Raises
    ------
    DataError
        As of `share_places`.
    """
    wanted = checked_weight(need, cost.shape[0])
    goes_to = nearest(cost)[0]
    there = goes_to >= 0
    return np.bincount(goes_to[there], weights=wanted[there], minlength=cost.shape[1]).astype(float)


def nearest_few(cost: SparseCost, *, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """The few nearest facilities of every point, nearest first.

    Parameters
    ----------
    cost
        (n_demand, n_supply); a missing entry is unreachable.
    n
        How many at most, at least 1.

    Returns
    -------
    tuple
        (n_found,) row, column and cost, rows in order; of equally near ones the earlier column first.

    Raises
    ------
    DataError
        A cost is negative or not a number, or `n` is below 1.
    """
    if n < 1:
        raise DataError(text("access.count", found=n))
    rows = checked_cost(cost)
    row, column = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices.astype(np.int64)
    order = np.lexsort([column, rows.data, row])
    rank = np.arange(len(order)) - rows.indptr[:-1][row[order]]
    first = order[rank < n]
    return row[first], column[first], rows.data[first]
