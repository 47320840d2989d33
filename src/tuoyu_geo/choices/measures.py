"""What a set of new sites amounts to, worked out from the layers and not from the search."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach


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
