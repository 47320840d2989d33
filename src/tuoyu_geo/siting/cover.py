"""Coverage as a 0/1 matrix: which candidate covers whom, with alike demand rows merged."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.instance import keep_entries
from tuoyu_geo.siting.stacking import take_rows


def within(cost: csr_array, *, standard: float) -> csr_array:
    """The entries with cost <= standard (closed)."""
    return keep_entries(cost, cost.data <= standard)


def as_ones(matrix: csr_array) -> csr_array:
    """A matrix of the same pattern whose entries are 1, those stored as zero included."""
    return csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)


def merge_rows(matrix: csr_array) -> tuple[csr_array, NDArray[np.int64]]:
    """Rows with the same pattern made one.

    Parameters
    ----------
    matrix
        (n_row, n_column), canonical.

    Returns
    -------
    The distinct rows as ones, in an order that does not depend on the order of the rows given; and for each row
    given the distinct row it became. Rows are told apart by two sums of 64-bit random numbers, one a column: that two
    different rows agree in both has a chance of about 2**-128.
    """
    n_row, n_column = matrix.shape
    keys = np.random.default_rng(20_240_601).integers(0, 2**63, size=(2, n_column), dtype=np.uint64)
    sums = np.zeros((n_row, 3), dtype=np.uint64)
    sums[:, 0] = np.diff(matrix.indptr)
    filled = np.flatnonzero(np.diff(matrix.indptr))
    for k in range(2):
        if len(filled):
            sums[filled, k + 1] = np.add.reduceat(keys[k][matrix.indices], matrix.indptr[filled])
    order = np.lexsort(sums.T[::-1])
    is_new = np.ones(n_row, dtype=bool)
    is_new[1:] = (np.diff(sums[order].astype(np.int64), axis=0) != 0).any(axis=1)
    became = np.empty(n_row, dtype=np.int64)
    became[order] = np.cumsum(is_new) - 1
    return as_ones(take_rows(matrix, order[is_new])), became


def keep_true(matrix: csr_array) -> csr_array:
    """A boolean or 0/1 matrix as ones, stored zeros left out, canonical."""
    ones = csr_array(matrix.astype(np.float64), copy=True)
    ones.sum_duplicates()
    ones.eliminate_zeros()
    ones.sort_indices()
    return as_ones(ones)
