"""The planning problem of a county on arrays."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.messages import text
from tuoyu_geo.siting.capacity import Capacity, Sizes
from tuoyu_geo.siting.instance import raise_faults


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
        (n_demand,) what a covered row counts for, finite and not negative. A row that needs places counts in the share
        in which it gets them; any other counts in full once a site or an institution is in reach.
    covered_now
        (n_demand,) in reach of an institution that counts already.
    capacity
        Who needs places and who has some; None where reach alone serves.
    group
        (n_candidate,) index of the candidate's group (township) in `quota_minimum`; -1 for none.
    quota_minimum
        (n_group,) institutions each group must have, the existing ones included.
    existing_count
        (n_group,) institutions each group has that count already.
    places
        (n_candidate,) places (托位) each candidate offers at its full size.
    sizes
        Smaller sizes that candidates can take.
    places_now, places_required
        Places there are, and how many there must be, closed.
    group_places_now, group_places_required
        (n_group,) the same of each group; None where no group has a minimum of its own.
    coverage_target_share
        Share of the total weight that must be covered, closed, 0 to 1.
    site_cost
        (n_candidate,) in any one unit.
    usable
        (n_candidate,) False keeps a candidate out.
    must_serve
        (n_demand,) rows that come before anything else but the quotas: they need a site in reach or, where `capacity`
        says so, all their places.
    conflict
        Groups of columns of which at most one may be taken: several projects on one plot.
    forced, forbidden
        Columns that are always, or never, taken.
    max_new
        Most new sites, the forced ones included; None for no limit.
    max_cost
        Most that the new sites may cost together, closed; None for no limit.
    first
        Whether fewest "sites" come before least "cost", or the other way round.

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
    max_cost: float | None = None
    first: Literal["sites", "cost"] = "sites"
    capacity: Capacity | None = None
    sizes: Sizes = field(default_factory=Sizes)
    group_places_now: NDArray[np.float64] | None = None
    group_places_required: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        faults = [*self._shape_faults(), *self._number_faults()]
        if self.capacity is not None:
            n_demand, n_candidate = self.covers.shape
            faults += self.capacity.faults(n_demand=n_demand, n_candidate=n_candidate)
        raise_faults(faults)
        raise_faults([*self.sizes.faults(full=self.places)])
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

    def least_cost(self) -> NDArray[np.float64]:
        """(n_candidate,) cost of each candidate at its cheapest size."""
        cost = self.site_cost.astype(np.float64)
        np.minimum.at(cost, self.sizes.column, self.sizes.cost)
        return cost

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
        if self.group_places_required is not None:
            expected |= {"group_places_required": n_group, "group_places_now": n_group}
        return [
            text("siting.shape_wrong", name=name, found=np.shape(getattr(self, name)), expected=(n,))
            for name, n in expected.items()
            if np.shape(getattr(self, name)) != (n,)
        ]

    def _number_faults(self) -> list[str]:
        faults = []
        names = ["weight", "places", "site_cost", "quota_minimum", "existing_count"]
        if self.group_places_required is not None:
            names += ["group_places_required", "group_places_now"]
        for name in names:
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
        faults += [
            text("siting.scalar_bad", name=name, found=getattr(self, name))
            for name in ("max_new", "max_cost")
            if getattr(self, name) is not None and not getattr(self, name) >= 0
        ]
        return faults

    def _wish_faults(self) -> list[str]:
        forced = np.unique(self.forced)
        shut = [int(j) for j in forced if not self.open_columns()[j]]
        faults = [text("siting.forced_shut", found=shut)] if shut else []
        if self.max_new is not None and len(forced) > self.max_new:
            faults.append(text("siting.forced_over_most", n=len(forced), most=self.max_new))
        least = self.least_cost()
        if self.max_cost is not None and least[forced].sum() > self.max_cost * (1 + 1e-9):
            faults.append(
                text("siting.forced_over_cost", cost=float(least[forced].sum()), most=self.max_cost)
            )
        for columns in self.conflict:
            both = np.intersect1d(columns, forced)
            if len(both) > 1:
                faults.append(text("siting.forced_conflict", found=both.tolist()))
        return faults
