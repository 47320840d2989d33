"""Which places serve which age: a kindergarten's class for two-year-olds takes no baby.

Ages are months since birth. Children are taken as spread evenly over the months of each year of age.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, vstack

from tuoyu_geo.access.checks import Floats, SparseCost, checked_cost, checked_weight
from tuoyu_geo.access.floating import Decay, two_step_floating_catchment
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text

UNDER3_MONTHS = 36
EVENLY = (1 / 3, 1 / 3, 1 / 3)


class AgeBands(NamedTuple):
    """Ages cut where a facility begins or ends to take children.

    Attributes
    ----------
    bounds_months
        (n_band + 1,) from 0 to 36; band k is bounds k (closed) to k + 1 (open).
    share
        (n_band,) share of all children under 3; sums to 1.
    serves
        (n_band, n_supply) bool: whether the facility takes children of the band.
    """

    bounds_months: Floats
    share: Floats
    serves: NDArray[np.bool_]


def age_bands(
    from_months: ArrayLike,
    to_months: ArrayLike,
    *,
    cuts: tuple[float, ...] = (),
    share_by_year: tuple[float, float, float] = EVENLY,
) -> AgeBands:
    """The bands in which every facility takes either all children or none.

    Parameters
    ----------
    from_months, to_months
        (n_supply,) youngest age taken (closed) and the age at which children leave (open) [months].
    cuts
        Further ages at which to cut, 0 to 36 [months].
    share_by_year
        Shares of children aged 0, 1 and 2 [years]; brought to sum to 1.

    Raises
    ------
    DataError
        Unequal lengths, an age or cut outside 0 to 36, a youngest age not below the oldest, or shares that are negative or
        all zero.
    """
    youngest, oldest = np.asarray(from_months, dtype=float), np.asarray(to_months, dtype=float)
    if youngest.ndim != 1 or youngest.shape != oldest.shape:
        raise DataError(text("access.length", found=oldest.shape, n=youngest.size))
    bad = ~((youngest >= 0) & (youngest < oldest) & (oldest <= UNDER3_MONTHS))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(text("access.ages", row=row, low=youngest[row], high=oldest[row]))
    further = np.asarray(cuts, dtype=float)
    if not ((further >= 0) & (further <= UNDER3_MONTHS)).all():
        raise DataError(text("access.cuts"))
    by_year = checked_weight(share_by_year, 3)
    if by_year.sum() <= 0:
        raise DataError(text("access.age_shares"))
    bounds = np.unique(np.concatenate([[0.0, UNDER3_MONTHS], further, youngest, oldest]))
    years = np.array([0.0, 12.0, 24.0, 36.0])
    below = np.interp(bounds, years, np.concatenate([[0.0], np.cumsum(by_year / by_year.sum())]))
    low, high = bounds[:-1, None], bounds[1:, None]
    return AgeBands(bounds, np.diff(below), (youngest <= low) & (high <= oldest))


def cost_by_band(cost: SparseCost, bands: AgeBands) -> csr_array:
    """Costs of every band's children to the facilities that take them.

    Parameters
    ----------
    cost
        (n_demand, n_supply); a missing entry is unreachable.
    bands
        The bands.

    Returns
    -------
    csr_array
        (n_band * n_demand, n_supply), band after band; entries of facilities that don't take the band are gone.
    """
    rows = checked_cost(cost)
    of_row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    parts = []
    for takes in bands.serves:
        keep = takes[rows.indices]
        parts.append(
            csr_array((rows.data[keep], (of_row[keep], rows.indices[keep])), shape=rows.shape, dtype=float)
        )
    return csr_array(vstack(parts, format="csr"))


def two_step_by_age(
    cost: SparseCost,
    children: ArrayLike,
    supply: ArrayLike,
    cutoff: float,
    *,
    bands: AgeBands,
    decay: Decay = "binary",
) -> Floats:
    """Places within reach per child, where a place is shared by the children whose age it takes.

    Parameters
    ----------
    cost, cutoff, decay
        As of `two_step_floating_catchment`.
    children
        (n_demand,) children under 3 of all ages.
    supply
        (n_supply,) places.
    bands
        The bands, with a column a facility.

    Returns
    -------
    ndarray
        (n_band, n_demand) places per child of that band. Children times value, over all bands and points, sum to the
        places that anybody reaches.

    Raises
    ------
    DataError
        As of `two_step_floating_catchment`.
    """
    people = checked_weight(children, cost.shape[0])
    value = two_step_floating_catchment(
        cost_by_band(cost, bands), np.outer(bands.share, people).ravel(), supply, cutoff, decay=decay
    )
    return value.reshape(len(bands.share), cost.shape[0])
