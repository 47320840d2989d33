"""Which share of the people is covered."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuoyu_geo.access.checks import Floats, checked_weight
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text


class GroupCoverage(NamedTuple):
    """(n_group,) weight of those covered, of all, and the share, NaN where a group weighs nothing."""

    covered: Floats
    total: Floats
    share: Floats


class CoverageCurve(NamedTuple):
    """(n_standard,) standards as they were given, weight of those within each, and its share of all."""

    standard: Floats
    covered: Floats
    share: Floats


def coverage_share(covered: ArrayLike, weight: ArrayLike) -> float:
    """Share of the weight that is covered, 0 to 1; NaN when the weights sum to zero.

    Parameters
    ----------
    covered
        (n,) bool.
    weight
        (n,) people, not negative.

    Raises
    ------
    DataError
        Unequal lengths, or a weight that is negative or not a number.
    """
    return float(
        coverage_by_group(covered, weight, np.zeros(np.size(covered), dtype=np.int64), n_group=1).share[0]
    )


def coverage_by_group(
    covered: ArrayLike, weight: ArrayLike, group: ArrayLike, *, n_group: int | None = None
) -> GroupCoverage:
    """Coverage of each group, as of each township.

    Parameters
    ----------
    covered
        (n,) bool.
    weight
        (n,) people, not negative.
    group
        (n,) number of the group, from 0; -1 belongs to none and is left out.
    n_group
        How many groups there are; the largest number plus one when None.

    Returns
    -------
    GroupCoverage
        The totals sum to the weight of all that belong to a group.

    Raises
    ------
    DataError
        Unequal lengths, a weight that is negative or not a number, or a group outside the range.
    """
    flag = np.asarray(covered, dtype=bool)
    people = checked_weight(weight, flag.size)
    of_group = np.asarray(group)
    if of_group.shape != flag.shape or flag.ndim != 1:
        raise DataError(text("access.length", found=of_group.shape, n=flag.size))
    n = n_group if n_group is not None else int(of_group.max(initial=-1)) + 1
    inside = of_group >= 0
    if (of_group < -1).any() or (of_group >= n).any():
        raise DataError(text("access.group", n=n))
    numbers = of_group[inside].astype(np.int64)
    total = np.bincount(numbers, weights=people[inside], minlength=n).astype(float)
    within = np.bincount(numbers, weights=(people * flag)[inside], minlength=n).astype(float)
    return GroupCoverage(within, total, _share(within, total))


def coverage_curve(nearest_cost: ArrayLike, weight: ArrayLike, standards: ArrayLike) -> CoverageCurve:
    """How coverage grows with the standard.

    Parameters
    ----------
    nearest_cost
        (n,) cost to the nearest facility; NaN or infinite where none is reachable.
    weight
        (n,) people, not negative.
    standards
        (n_standard,) largest costs that count, closed.

    Raises
    ------
    DataError
        Unequal lengths, or a weight that is negative or not a number.
    """
    cost = np.asarray(nearest_cost, dtype=float)
    people = checked_weight(weight, cost.size)
    limit = np.asarray(standards, dtype=float).reshape(-1)
    within = np.array([people[cost <= most].sum() for most in limit], dtype=float)
    return CoverageCurve(limit, within, _share(within, np.full(len(limit), people.sum())))


def _share(part: Floats, total: Floats) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, total, out=np.full(len(total), np.nan), where=total > 0))
