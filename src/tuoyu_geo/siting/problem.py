"""The planning problem of a county on arrays, and what its solution is made of."""

from dataclasses import asdict, dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.messages import text
from tuoyu_geo.siting.instance import raise_faults

StageName = Literal["quota", "must_serve", "coverage", "places", "sites", "cost", "covered"]


def _no_indices() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanningProblem:
    """What a county has, what it wants, and where it could build.

    Attributes
    ----------
    covers
        (n_demand, n_candidate) boolean: the candidate is within the standard of the row.
    weight
        (n_demand,) what a covered row counts for, finite and not negative.
    covered_now
        (n_demand,) covered by an institution that counts already.
    group
        (n_candidate,) index of the candidate's group (township) in `quota_minimum`; -1 for none.
    quota_minimum
        (n_group,) institutions each group must have, the existing ones included.
    existing_count
        (n_group,) institutions each group has that count already.
    places
        (n_candidate,) places (托位) each candidate would offer.
    places_now, places_required
        Places there are, and how many there must be, closed.
    coverage_target_share
        Share of the total weight that must be covered, closed, 0 to 1.
    site_cost
        (n_candidate,) in any one unit.
    usable
        (n_candidate,) False keeps a candidate out.
    must_serve
        (n_demand,) rows that need a site in reach before anything else but the quotas.
    conflict
        Groups of columns of which at most one may be taken: several projects on one plot.
    forced, forbidden
        Columns that are always, or never, taken.
    max_new
        Most new sites, the forced ones included; None for no limit.

    Raises
    ------
    SitingError
        Shapes, signs or indices that do not fit, or wishes that contradict each other; every fault is named.
    """

    covers: csr_array
    weight: NDArray[np.float64]
    covered_now: NDArray[np.bool_]
    group: NDArray[np.int64]
    quota_minimum: NDArray[np.int64]
    existing_count: NDArray[np.int64]
    places: NDArray[np.float64]
    places_now: float
    places_required: float
    coverage_target_share: float
    site_cost: NDArray[np.float64]
    usable: NDArray[np.bool_]
    must_serve: NDArray[np.bool_]
    conflict: tuple[NDArray[np.int64], ...] = ()
    forced: NDArray[np.int64] = field(default_factory=_no_indices)
    forbidden: NDArray[np.int64] = field(default_factory=_no_indices)
    max_new: int | None = None

    def __post_init__(self) -> None:
        faults = [*self._shape_faults(), *self._number_faults()]
        raise_faults(faults)
        raise_faults(self._wish_faults())

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return int(self.covers.shape[1])

    def open_columns(self) -> NDArray[np.bool_]:
        """(n_candidate,) candidates that may be taken."""
        may = np.array(self.usable, dtype=bool)
        may[self.forbidden] = False
        return may

    def _shape_faults(self) -> list[str]:
        n_demand, n_candidate = self.covers.shape
        n_group = len(self.quota_minimum)
        expected = {
            "weight": n_demand,
            "covered_now": n_demand,
            "must_serve": n_demand,
            "group": n_candidate,
            "places": n_candidate,
            "site_cost": n_candidate,
            "usable": n_candidate,
            "existing_count": n_group,
        }
        return [
            text("siting.shape_wrong", name=name, found=np.shape(getattr(self, name)), expected=(n,))
            for name, n in expected.items()
            if np.shape(getattr(self, name)) != (n,)
        ]

    def _number_faults(self) -> list[str]:
        faults = []
        for name in ("weight", "places", "site_cost", "quota_minimum", "existing_count"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            n_bad = int((~(np.isfinite(values) & (values >= 0))).sum())
            if n_bad:
                faults.append(text("siting.values_bad", name=name, n=n_bad))
        faults += [
            text("siting.scalar_bad", name=name, found=getattr(self, name))
            for name in ("places_now", "places_required")
            if not 0 <= getattr(self, name) < np.inf
        ]
        if not 0 <= self.coverage_target_share <= 1:
            faults.append(text("siting.share_bad", found=self.coverage_target_share))
        n_group = len(self.quota_minimum)
        outside = [int(k) for k in np.unique(self.group) if not -1 <= k < n_group]
        if outside:
            faults.append(text("siting.group_outside", found=outside, n=n_group))
        for name, columns in {
            "forced": self.forced,
            "forbidden": self.forbidden,
            "conflict": np.concatenate([_no_indices(), *self.conflict]),
        }.items():
            lost = [int(j) for j in np.unique(columns) if not 0 <= j < self.n_candidate]
            if lost:
                faults.append(text("siting.indices_outside", name=name, found=lost, n=self.n_candidate))
        if self.max_new is not None and self.max_new < 0:
            faults.append(text("siting.scalar_bad", name="max_new", found=self.max_new))
        return faults

    def _wish_faults(self) -> list[str]:
        forced = np.unique(self.forced)
        shut = [int(j) for j in forced if not self.open_columns()[j]]
        faults = [text("siting.forced_shut", found=shut)] if shut else []
        if self.max_new is not None and len(forced) > self.max_new:
            faults.append(text("siting.forced_over_most", n=len(forced), most=self.max_new))
        for columns in self.conflict:
            both = np.intersect1d(columns, forced)
            if len(both) > 1:
                faults.append(text("siting.forced_conflict", found=both.tolist()))
        return faults


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """One aim of the plan, settled before the next.

    Attributes
    ----------
    name
        "quota": institutions short of the quotas; "must_serve": rows that need a site and get none; "coverage": weight
        short of the target; "places": places short; "sites": new sites; "cost": their cost; "covered": weight covered.
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
    order
        The same in the order in which to open them: first those that fill a quota, then by newly covered weight. A
        roll-out that is good at each step, not one proven best at each.
    stages
        The seven aims in their order.
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
        must-serve rows without a site.
    seconds, seed
        Wall-clock time and the seed given.
    """

    selected: NDArray[np.int64]
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
