"""What a siting kernel hands back: a plan that can be judged."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.watch import Watch

Status = Literal["optimal", "feasible", "infeasible"]

# Sums of weights in another order differ in the last digits; a gap below this is no gap.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SitingResult:
    """A choice of sites and how good it is.

    Attributes
    ----------
    selected
        Chosen columns, ascending; empty when infeasible.
    objective
        The kernel's measure of `selected`, recomputed from the data; NaN when infeasible.
    bound
        Proven: no plan covers more (max_coverage) or costs less (the others) than this.
    gap
        abs(bound - objective) / abs(objective), 0 where both are equal.
    status
        "optimal": gap <= the gap asked for; "feasible": a plan, but not proven that well; "infeasible": no plan can be.
    seconds
        Wall-clock time of the call.
    method
        How it was found, in a word or two: "highs", "search", "lagrangian", "lagrangian+tree", "lagrangian+highs".
    seed
        The seed given.
    assigned
        (n_demand,) the cheapest chosen column, -1 where none is in reach (within the standard, for coverage).
    reason
        Why there is no plan; empty otherwise.
    is_interrupted
        Ctrl-C ended the search; plan and bound are what there was by then.
    served
        (n_demand, n_candidate) weight that each row sends to each site, where sites have capacities and rows may be
        split; else None.
    """

    selected: NDArray[np.int64]
    objective: float
    bound: float
    gap: float
    status: Status
    seconds: float
    method: str
    seed: int
    assigned: NDArray[np.int64]
    reason: str = ""
    is_interrupted: bool = False
    served: csr_array | None = None


def is_whole(values: NDArray[np.float64]) -> bool:
    """Whether all values are whole numbers whose sums are exact."""
    return bool(np.array_equal(values, np.round(values)) and values.sum() < 2**53)


def raised(bound: float, values: NDArray[np.float64]) -> float:
    """A lower bound on a sum of some of the values: where all are whole, so is their sum."""
    return float(np.ceil(bound - 1e-6)) if np.isfinite(bound) and is_whole(values) else bound


def relative_gap(objective: float, bound: float) -> float:
    """abs(bound - objective) / abs(objective), at least 0; differences that rounding explains count as none."""
    distance = abs(bound - objective)
    if distance <= ROUNDING * max(abs(objective), abs(bound), 1e-300):
        return 0.0
    return distance / abs(objective) if objective else np.inf


def judge(objective: float, bound: float, *, gap: float) -> Literal["optimal", "feasible"]:
    """Whether the relative gap is within what was asked for: "optimal", else "feasible"."""
    return "optimal" if relative_gap(objective, bound) <= max(gap, ROUNDING) else "feasible"


def judged(
    selected: NDArray[np.int64],
    *,
    objective: float,
    bound: float,
    gap: float,
    method: str,
    seed: int,
    assigned: NDArray[np.int64],
    watch: Watch,
    served: csr_array | None = None,
) -> SitingResult:
    """The result of a plan, with its gap and what that amounts to."""
    return SitingResult(
        selected=selected,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        status=judge(objective, bound, gap=gap),
        seconds=watch.seconds,
        method=method,
        seed=seed,
        assigned=assigned,
        is_interrupted=watch.is_interrupted,
        served=served,
    )
