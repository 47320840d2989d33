"""What every function of this room asks of its arrays."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csc_array, csr_array

from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text

Floats = NDArray[np.float64]
SparseCost = csr_array | csc_array | coo_array


def checked_weight(weight: ArrayLike, n: int) -> Floats:
    """(n,) weights as finite numbers that aren't negative.

    Raises
    ------
    DataError
        Another length, or a weight that isn't such a number.
    """
    values = np.asarray(weight, dtype=float)
    if values.shape != (n,):
        raise DataError(text("access.length", found=values.shape, n=n))
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(text("access.weight", found=values[row], row=row))
    return values


def checked_cost(cost: SparseCost) -> csr_array:
    """Costs as CSR with sorted indices; the input is left alone.

    Raises
    ------
    DataError
        A cost is negative or not a number.
    """
    rows = csr_array(cost)
    if not (rows.data >= 0).all():
        raise DataError(text("access.cost"))
    if not rows.has_sorted_indices:
        rows = rows.copy()  # a CSR input's arrays are its own
        rows.sort_indices()
    return rows
