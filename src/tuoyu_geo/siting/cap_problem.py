"""Sites with capacities: what it costs to serve a row from a candidate, and how much room that takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.instance import Instance
from tuoyu_geo.siting.pick import BUDGET_ROUNDING, Limits, limits_of


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CapProblem:
    """Least value of serving rows from sites that hold only so much.

    Attributes
    ----------
    row, column, value
        (n_entry,) value of serving the whole row from a candidate, by row; negative where serving is a gain.
    load, capacity
        (n_row,) room a row takes, and (n_candidate,) room a site has, a little for rounding included.
    must_serve
        Whether every row has to be served, whole and by one site; else any part of it may be, by several.
    kept
        (n_row,) row of the instance that each row is.
    limits
        What may be chosen.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    load: NDArray[np.float64]
    capacity: NDArray[np.float64]
    must_serve: bool
    kept: NDArray[np.int64]
    limits: Limits

    @property
    def n_row(self) -> int:
        """Rows to serve."""
        return len(self.load)

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return len(self.capacity)


def cap_problem(
    instance: Instance,
    *,
    load: NDArray[np.float64],
    capacity: NDArray[np.float64],
    gain: NDArray[np.float64] | None = None,
) -> CapProblem:
    """The problem of an instance whose `cost` holds only entries that count.

    Parameters
    ----------
    instance
        The instance.
    load, capacity
        (n_demand,) and (n_candidate,).
    gain
        (n_demand,) what serving a whole row gains, from wherever; None where serving costs weight × cost and all
        rows of positive weight or load must be served whole.
    """
    cost, weight = instance.cost, instance.weight
    counts = (weight > 0) | (load > 0) if gain is None else gain > 0
    kept = np.flatnonzero(counts)
    place = np.cumsum(counts) - 1
    given = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    roomy = capacity * (1 + BUDGET_ROUNDING)
    keep = counts[given]
    if gain is None:
        # A row that a site can't hold whole can't go there.
        keep &= load[given] <= roomy[cost.indices]
    row, column = given[keep], cost.indices[keep].astype(np.int64)
    value = weight[row] * cost.data[keep] if gain is None else -gain[row]
    return CapProblem(
        row=place[row],
        column=column,
        value=value,
        load=load[kept],
        capacity=roomy,
        must_serve=gain is None,
        kept=kept,
        limits=limits_of(instance),
    )
