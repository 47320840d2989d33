"""What a county's plan is made of: the chosen sites, who is served by which, and the proof of every aim."""

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

StageName = Literal["quota", "must_serve", "coverage", "places", "sites", "cost", "covered", "trip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """One aim of the plan, settled before the next.

    Attributes
    ----------
    name
        "quota": institutions short of the quotas; "must_serve": must-serve rows left unserved; "coverage": weight
        short of the target; "places": places short; "sites": new sites; "cost": their cost; "covered": weight covered;
        "trip": length of all trips, each place taken counted once.
    objective
        The plan's value, recomputed from the arrays; "covered" is the only one that is maximised.
    bound
        Proven: given the stages before, no plan does better.
    gap, status, seconds
        As in `SitingResult`.
    """

    name: StageName
    objective: float
    bound: float
    gap: float
    status: Literal["optimal", "feasible"]
    seconds: float

    def to_record(self) -> dict[str, str | float]:
        """The stage as a row of a table."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanResult:
    """A plan and its proof.

    Attributes
    ----------
    selected
        New sites, ascending columns.
    site_places
        (n_selected,) places of each, by the size taken.
    flow
        (n_demand, n_existing + n_candidate) places each row takes at each institution and site; without entries where
        the problem names no capacity. Where places are short, who gets them is the solver's choice among equals.
    served_share
        (n_demand,) share of the row that is covered: of its needed places where it needs some, else 0 or 1.
    order
        The same in the order in which to open them: first those that fill a quota, then by weight served. A roll-out
        that is good at each step, not one proven best at each.
    stages
        The eight aims in their order.
    quota_shortfall
        (n_group,) institutions still missing.
    n_usable
        (n_group,) candidates that could have been taken.
    status
        "optimal" when every stage is proven within the gap asked for.
    objective, bound, gap
        Number of new sites, the proven least number given the aims before it, and their relative gap.
    covered_weight, covered_share, places, cost, n_unserved
        Of the plan together with what exists, recomputed: weight covered, its share, places, cost of the new sites, and
        must-serve rows left unserved.
    seconds, seed
        Wall-clock time and the seed given.
    is_interrupted
        Ctrl-C ended the search.
    """

    selected: NDArray[np.int64]
    site_places: NDArray[np.float64]
    flow: csr_array
    served_share: NDArray[np.float64]
    order: NDArray[np.int64]
    stages: tuple[StageResult, ...]
    quota_shortfall: NDArray[np.int64]
    n_usable: NDArray[np.int64]
    status: Literal["optimal", "feasible"]
    objective: float
    bound: float
    gap: float
    covered_weight: float
    covered_share: float
    places: float
    cost: float
    n_unserved: int
    seconds: float
    seed: int
    is_interrupted: bool = False
