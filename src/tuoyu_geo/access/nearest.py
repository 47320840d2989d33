"""What is nearest, and whether it is near enough."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.access.checks import Floats, SparseCost, checked_cost
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text


def nearest(cost: SparseCost) -> tuple[NDArray[np.int64], Floats]:
    """The nearest destination of every origin, and what the way costs.

    Parameters
    ----------
    cost
        (n_origin, n_destination); a missing entry is unreachable, a stored zero costs nothing.

    Returns
    -------
    tuple
        (n_origin,) column, -1 where nothing is reachable, the first of equally near ones; and (n_origin,) cost,
        NaN where nothing is reachable.

    Raises
    ------
    DataError
        A cost is negative or not a number.
    """
    rows = checked_cost(cost)
    n_row = rows.shape[0]
    row = np.repeat(np.arange(n_row), np.diff(rows.indptr))
    order = np.lexsort([rows.indices, rows.data, row])
    idx, least = np.full(n_row, -1, dtype=np.int64), np.full(n_row, np.nan)
    some = np.diff(rows.indptr) > 0
    first = order[rows.indptr[:-1][some]]
    idx[some], least[some] = rows.indices[first], rows.data[first]
    return idx, least


def covered(cost: SparseCost, standard: ArrayLike) -> NDArray[np.bool_]:
    """Whether an origin has a destination within the standard.

    Parameters
    ----------
    cost
        (n_origin, n_destination), searched at least as far as the largest standard.
    standard
        Largest cost that counts, closed: a cost equal to the standard is covered. One number, or (n_origin,)
        where it differs, as between town and country.

    Returns
    -------
    ndarray
        (n_origin,) bool.

    Raises
    ------
    DataError
        A negative standard or one that isn't a number, another number of standards than origins, or a cost that
        is negative or not a number.
    """
    limit = np.asarray(standard, dtype=float)
    if limit.ndim and limit.shape != (cost.shape[0],):
        raise DataError(text("access.length", found=limit.shape, n=cost.shape[0]))
    if not (limit >= 0).all():
        raise DataError(text("access.standard"))
    least = nearest(cost)[1]
    return np.asarray(least <= limit)  # NaN compares false: what can't be reached isn't covered
