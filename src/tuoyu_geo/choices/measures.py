"""What a set of new sites amounts to, worked out from the layers and not from the search."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.coverage import nearest_facility
from tuoyu_geo.trace import path_lengths

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach

# Ways that differ by less are the same way.
SAME_WAY_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who gains and who loses between two plans, in children under 3 and metres along the way to the nearest institution.

    Attributes
    ----------
    gained_under3, lost_under3
        Children who come within the standard of an institution, and who no longer are.
    nearer_under3, nearer_m
        Children within the standard in both plans whose way gets shorter, and by how many metres on average (0 where none).
    farther_under3, farther_m
        The same whose way gets longer.
    """

    gained_under3: float
    lost_under3: float
    nearer_under3: float
    nearer_m: float
    farther_under3: float
    farther_m: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class County:
    """The layers that every table here is worked out from."""

    townships: "gpd.GeoDataFrame"
    candidates: "gpd.GeoDataFrame"
    demand: "Demand"
    reach: "Reach"
    policy: "Policy"

    @property
    def ids(self) -> "pd.Index[str]":
        """Candidates' ids, by column."""
        return self.candidates.index

    def names(self, columns: "NDArray[np.int64]") -> list[str]:
        """Names of candidates, by column."""
        return [str(self.candidates["name"].iloc[int(j)]) for j in columns]

    def in_reach(self, columns: "NDArray[np.int64]") -> "NDArray[np.bool_]":
        """``(n_demand,)`` within the standard of an institution that counts or of one of these candidates."""
        serving = self.reach.counted_mask.copy()
        serving[self.reach.n_institutions + np.asarray(columns, dtype=np.int64)] = True
        return np.asarray(self.reach.covers[:, np.flatnonzero(serving)].sum(axis=1)).ravel() > 0

    def people_in_reach(self, columns: "NDArray[np.int64]") -> tuple[float, float]:
        """Residents, and children under 3, within reach."""
        inside = self.in_reach(columns)
        points = self.demand.points
        return float(points["residents"][inside].sum()), float(points["under3"][inside].sum())

    def change(self, old: "NDArray[np.int64]", new: "NDArray[np.int64]") -> Change:
        """Who gains and who loses where one set of candidates is built in place of another."""
        points = self.demand.points
        under3, kinds = points["under3"].to_numpy(float), points["area_kind"].to_numpy(object)
        before, after = self._nearest(old), self._nearest(new)
        moves = np.flatnonzero((before >= 0) & (after >= 0) & (before != after))
        metres = [
            path_lengths(self.reach, moves, facility[moves], kinds[moves], policy=self.policy)[0]
            for facility in (before, after)
        ]
        shorter = metres[0] - metres[1]

        def average(kept: "NDArray[np.bool_]") -> tuple[float, float]:
            children = under3[moves][kept]
            total = float(children.sum())
            return total, float(children @ np.abs(shorter[kept]) / total) if total else 0.0

        nearer, farther = average(shorter > SAME_WAY_M), average(shorter < -SAME_WAY_M)
        return Change(
            gained_under3=float(under3[(before < 0) & (after >= 0)].sum()),
            lost_under3=float(under3[(before >= 0) & (after < 0)].sum()),
            nearer_under3=nearer[0],
            nearer_m=nearer[1],
            farther_under3=farther[0],
            farther_m=farther[1],
        )

    def _nearest(self, columns: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """``(n_demand,)`` facility nearest to each demand point, of those within its standard; -1 where there is none."""
        serving = self.reach.counted_mask.copy()
        serving[self.reach.n_institutions + np.asarray(columns, dtype=np.int64)] = True
        nearest = nearest_facility(self.reach, serving=serving)
        ids = nearest["nearest_id"].where(nearest["covered"], None).fillna("")
        return np.asarray(self.reach.facilities.index.get_indexer(ids), dtype=np.int64)

    def townships_with(
        self, columns: "NDArray[np.int64]", *, site_places: "NDArray[np.float64]"
    ) -> pd.DataFrame:
        """Quotas, institutions, places and residents within reach of each township.

        Parameters
        ----------
        columns
            Candidates that are built.
        site_places
            ``(n_column,)`` places of each.

        Returns
        -------
        Index township_id; columns name, quota, existing, proposed, shortfall, places, residents, covered_share (of
        residents, those whose place is not known included; NaN where nobody lives).
        """
        ids = self.townships.index
        points = self.demand.points
        today = self.reach.counted
        new = pd.DataFrame(
            {"township_id": self.candidates["township_id"].iloc[columns].to_numpy(), "places": site_places}
        )
        quota = pd.Series({one.township_id: one.minimum for one in self.policy.quotas}, dtype=float)
        existing = today.groupby("township_id").size().reindex(ids, fill_value=0)
        proposed = new.groupby("township_id").size().reindex(ids, fill_value=0)
        places = today["places"].fillna(0.0).groupby(today["township_id"]).sum().reindex(ids, fill_value=0.0)
        places += new["places"].groupby(new["township_id"]).sum().reindex(ids, fill_value=0.0)
        residents = points["residents"].groupby(points["township_id"]).sum().reindex(ids, fill_value=0.0)
        residents += self.demand.unplaced["residents"].reindex(ids, fill_value=0.0)
        inside = points["residents"].where(self.in_reach(columns), 0.0)
        covered = inside.groupby(points["township_id"]).sum().reindex(ids, fill_value=0.0)
        minimum = quota.reindex(ids, fill_value=0).astype(int)
        return pd.DataFrame(
            {
                "name": self.townships["name"],
                "quota": minimum,
                "existing": existing.astype(int),
                "proposed": proposed.astype(int),
                "shortfall": (minimum - existing - proposed).clip(lower=0).astype(int),
                "places": places,
                "residents": residents,
                "covered_share": (covered / residents).where(residents > 0),
            }
        )
