"""Coverage sets (São José dos Campos, L. A. N. Lorena): places in one file, their demand in another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from benchmarks.instances.orlib import MOST_PAIRS, flat
from benchmarks.instances.pieces import InstanceError, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """(n, 2) metres."""

    place_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """(n,) demand, a number a line."""

    weight: NDArray[np.float64]


def read_places(rows: Rows) -> Places:
    """``n``, then n lines ``x y``.

    Raises
    ------
    InstanceError
        The numbers don't fit.
    """
    numbers = flat(rows)
    n = numbers[0]
    if len(numbers) != 1 + 2 * n:
        raise InstanceError(f"n says {n:,.15g} places, {(len(numbers) - 1) / 2:,.6g} follow")
    return Places(place_m=numbers[1:].reshape(-1, 2))


def read_demand(rows: Rows) -> Demand:
    """A number a line.

    Raises
    ------
    InstanceError
        A word is no number, or is negative.
    """
    weight = flat(rows)
    if (weight < 0).any():
        raise InstanceError(f"line {rows.line[int(np.argmax(weight < 0))]:,}: a demand of {weight.min():g}")
    return Demand(weight=weight)


def lengths_within(place_m: NDArray[np.float64], *, standard_m: float) -> csr_array:
    """(n, n) straight lengths of the pairs within the standard, itself included.

    Raises
    ------
    InstanceError
        There are more than can be held.
    """
    tree = cKDTree(place_m)
    reach_m = standard_m * (1 + 1e-9)
    n_pair = int(tree.count_neighbors(tree, reach_m))
    if n_pair > MOST_PAIRS:
        raise InstanceError(f"{n_pair:,} pairs within {standard_m:g}; {MOST_PAIRS:,} at most")
    found = tree.query_ball_point(place_m, reach_m, return_sorted=True)
    row = np.repeat(np.arange(len(place_m)), [len(one) for one in found])
    column = np.concatenate(found).astype(np.int64)
    metres = np.hypot(*(place_m[row] - place_m[column]).T)
    return csr_array((metres, (row, column)), shape=(len(place_m), len(place_m)))
