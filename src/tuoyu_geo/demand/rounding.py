"""Whole numbers of people."""

import numpy as np
from numpy.typing import NDArray


def largest_remainder(weights: NDArray[np.float64], *, total: int) -> NDArray[np.float64]:
    """Whole numbers in proportion to weights that sum to a total (Hamilton's method).

    Parameters
    ----------
    weights
        ``(n,)``, none negative; not all zero unless `total` is 0.
    total
        Sum of the result, 0 or more.

    Returns
    -------
    ``(n,)`` whole numbers as floats; ties go to the earlier row.
    """
    if total == 0 or not len(weights):
        return np.zeros(len(weights))
    exact = weights * (total / weights.sum())
    whole = np.floor(exact + 1e-9)
    short = int(total - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:short]] += 1
    return np.asarray(whole, dtype=float)
