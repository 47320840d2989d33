"""Sparse blocks put together and taken apart, with the types that SciPy's own functions leave open."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, eye_array, hstack, vstack


def above(*blocks: Any) -> csr_array:  # noqa: ANN401  (any of SciPy's sparse classes)
    """Blocks one above the other."""
    return csr_array(vstack(blocks, format="csr"))


def beside(*blocks: Any) -> csr_array:  # noqa: ANN401
    """Blocks side by side."""
    return csr_array(hstack(blocks, format="csr"))


def one_row(values: Sequence[float] | NDArray[np.float64]) -> csr_array:
    """A matrix of one row."""
    return csr_array(np.asarray(values, dtype=np.float64)[None, :])


def nothing(n_row: int, n_column: int) -> csr_array:
    """A matrix without entries."""
    return csr_array((n_row, n_column), dtype=np.float64)


def identity(n: int) -> csr_array:
    """The identity."""
    return csr_array(eye_array(n, format="csr"))


def by_column(matrix: csr_array) -> csc_array:
    """The same matrix by columns, canonical."""
    turned = csc_array(matrix)
    turned.sort_indices()
    return turned


def flipped(matrix: csr_array) -> csr_array:
    """The transpose, by rows."""
    return csr_array(matrix.T.tocsr())


def take_rows(matrix: csr_array, which: NDArray[Any]) -> csr_array:
    """Some rows, by index or mask; explicit zeros stay."""
    return matrix[which]


def tally(index: NDArray[np.int64], weight: NDArray[np.float64], *, n: int) -> NDArray[np.float64]:
    """(n,) sum of the weights at each index, 0 where there is none."""
    return np.bincount(index, weights=weight, minlength=n).astype(np.float64, copy=False)
