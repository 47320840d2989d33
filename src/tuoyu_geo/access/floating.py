"""Two-step floating catchment area: places per person, where places are shared by all who can reach them."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from tuoyu_geo.access.checks import Floats, SparseCost, checked_cost, checked_weight
from tuoyu_geo.errors import DataError
from tuoyu_geo.messages import text

Decay = Literal["binary", "steps", "gaussian"]


def two_step_floating_catchment(
    cost: SparseCost,
    demand: ArrayLike,
    supply: ArrayLike,
    cutoff: float,
    *,
    decay: Decay = "binary",
    step_weights: tuple[float, ...] = (1.0, 0.68, 0.22),
) -> Floats:
    """Places within reach per person, at every origin.

    Parameters
    ----------
    cost
        (n_demand, n_supply); a missing entry is unreachable.
    demand
        (n_demand,) people.
    supply
        (n_supply,) places.
    cutoff
        Largest cost that counts, closed.
    decay
        How a place's worth falls with cost: "binary" not at all up to the cutoff; "steps" in equal rings, by
        `step_weights`; "gaussian" smoothly, from 1 at no cost to 0 at the cutoff.
    step_weights
        Weight of each ring, from the inmost; the rings divide the cutoff evenly and are closed outwards.

    Returns
    -------
    ndarray
        (n_demand,) places per person; 0 where nothing is within reach. With people at every origin that reaches a
        place, people times value sums to the supply that anybody reaches.

    Raises
    ------
    DataError
        Unequal lengths; a demand, supply or cost that is negative or not a number; a cutoff that isn't positive
        and finite.

    Notes
    -----
    ``R_j = S_j / sum_i(w_ij P_i)`` and ``A_i = sum_j(w_ij R_j)``; a place that nobody reaches gives nothing.

    References
    ----------
    Luo and Wang (2003), doi:10.1068/b29120 (binary); Luo and Qi (2009), doi:10.1016/j.healthplace.2009.06.002
    (steps); Dai (2010), doi:10.1016/j.healthplace.2010.06.012 (gaussian).
    """
    reach = checked_cost(cost)
    people, places = checked_weight(demand, reach.shape[0]), checked_weight(supply, reach.shape[1])
    if not 0 < cutoff < np.inf:
        raise DataError(text("access.cutoff", found=cutoff))
    weight = csr_array(
        (_decayed(reach.data, cutoff, decay=decay, step_weights=step_weights), reach.indices, reach.indptr),
        shape=reach.shape,
    )
    competing = np.asarray(weight.T @ people)
    ratio = np.divide(places, competing, out=np.zeros(len(places)), where=competing > 0)
    return np.asarray(weight @ ratio)


def _decayed(cost: Floats, cutoff: float, *, decay: Decay, step_weights: tuple[float, ...]) -> Floats:
    within = cost <= cutoff
    if decay == "binary":
        return within.astype(float)
    if decay == "steps":
        bounds = cutoff * np.arange(1, len(step_weights)) / len(step_weights)
        return np.where(within, np.asarray(step_weights, dtype=float)[np.searchsorted(bounds, cost)], 0.0)
    edge = np.exp(-0.5)
    return np.where(within, (np.exp(-0.5 * (cost / cutoff) ** 2) - edge) / (1 - edge), 0.0)
