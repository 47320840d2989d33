"""How evenly it is shared out: Lorenz curve, Gini coefficient, and those who have least."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from tuoyu_geo.access.checks import Floats, checked_weight
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text


class Lorenz(NamedTuple):
    """(n + 1,) shares of the people and of what they have, those with least first, from (0, 0) to (1, 1)."""

    people: Floats
    value: Floats


class Worst(NamedTuple):
    """Those who have least.

    Attributes
    ----------
    mean
        What they have on average.
    part
        (n,) share of each row's people that belongs to them, 0 to 1; rows with equal values have an equal part.
    """

    mean: float
    part: Floats


def lorenz(value: ArrayLike, weight: ArrayLike) -> Lorenz:
    """The Lorenz curve of a value per person.

    Parameters
    ----------
    value
        (n,) what each person of a row has, as places per child; finite, not negative.
    weight
        (n,) people of each row.

    Returns
    -------
    Lorenz
        A point a distinct value; the shares of value are NaN where nobody has anything.

    Raises
    ------
    DataError
        Unequal lengths, or a value or weight that is negative or not a number.
    """
    each, people = _checked(value, weight)
    distinct, group = np.unique(each, return_inverse=True)
    crowd = np.bincount(group, weights=people, minlength=len(distinct)).astype(float)
    kept = crowd > 0
    return Lorenz(_rising(crowd[kept]), _rising((crowd * distinct)[kept]))


def gini(value: ArrayLike, weight: ArrayLike) -> float:
    """Gini coefficient of a value per person: 0 where all have the same, near 1 where one has all.

    Parameters
    ----------
    value, weight
        As of `lorenz`.

    Returns
    -------
    float
        Twice the area between the Lorenz curve and the diagonal; NaN where nobody is there or nobody has anything.

    Raises
    ------
    DataError
        As of `lorenz`.

    Notes
    -----
    Equals ``sum_ij(w_i w_j |x_i - x_j|) / (2 W^2 mean)``.
    """
    curve = lorenz(value, weight)
    if len(curve.people) == 1:
        return float("nan")
    heights = curve.value[1:] + curve.value[:-1]
    found = 1.0 - float(np.diff(curve.people) @ heights)
    return found if np.isnan(found) else max(found, 0.0)


def worst_share(value: ArrayLike, weight: ArrayLike, *, share: float = 0.1) -> Worst:
    """The people who have least, as the worst tenth.

    Parameters
    ----------
    value
        (n,) what each person of a row has; may be infinite, not NaN. Negate it where more is worse, as with distance.
    weight
        (n,) people of each row.
    share
        Which share of the people, above 0 and at most 1.

    Returns
    -------
    Worst
        Where the last rows to be taken have equal values, an equal part of each is taken, so that the order of rows
        does not matter; NaN and zeros where nobody is there.

    Raises
    ------
    DataError
        Unequal lengths, a value that isn't a number, a weight that is negative or not a number, or a share out of
        range.
    """
    each = np.asarray(value, dtype=float)
    people = checked_weight(weight, each.size)
    if np.isnan(each).any():
        raise DataError(text("access.value"))
    if not 0 < share <= 1:
        raise DataError(text("access.share", found=share))
    if not people.sum():
        return Worst(float("nan"), np.zeros(each.size))
    distinct, group = np.unique(each, return_inverse=True)
    crowd = np.bincount(group, weights=people, minlength=len(distinct)).astype(float)
    left = share * people.sum() - np.concatenate([[0.0], np.cumsum(crowd)[:-1]])
    taken = np.clip(left, 0.0, crowd)
    part = np.divide(taken, crowd, out=np.zeros(len(crowd)), where=crowd > 0)
    some = taken > 0
    return Worst(float(taken[some] @ distinct[some] / taken.sum()), part[group])


def _checked(value: ArrayLike, weight: ArrayLike) -> tuple[Floats, Floats]:
    each = np.asarray(value, dtype=float)
    people = checked_weight(weight, each.size)
    if each.ndim != 1 or not (np.isfinite(each) & (each >= 0)).all():
        raise DataError(text("access.value"))
    return each, people


def _rising(part: Floats) -> Floats:
    total = part.sum()
    if not total:
        return np.concatenate([[0.0], np.full(len(part), np.nan)])
    shares = np.concatenate([[0.0], np.cumsum(part) / total])
    shares[-1] = 1.0
    return shares
