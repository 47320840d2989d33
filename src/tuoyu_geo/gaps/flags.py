"""Flags of communities, villages and townships, each with its reason and figures.

Flags
-----
new_missing
    A new estate of the policy's size or more, without a facility of its own, and no institution within the standard
    has enough places to spare.
new_shared
    The same, but the institutions within the standard have enough places to spare for it, those promised to other new
    estates left out: a spare place is promised once.
built_missing
    A built estate with no facility of its own and none within the standard.
village_guidance
    A village with people and no institution within its standard that is remote, reaches none at all, or of which
    nobody said whether it is remote; of the last, where the policy has a standard of remoteness, those beyond it alone.
    For the list of 入户指导.
township_quota
    A township with fewer institutions that count than the policy's minimum.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.coverage import way_method
from tuoyu_geo.gaps.pooling import estates_served
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from tuoyu_geo.layers import Layers
    from tuoyu_geo.policy import Policy

FLAGS = ("new_missing", "new_shared", "built_missing", "township_quota", "village_guidance")
COLUMNS = (
    "flag",
    "subject_id",
    "name",
    "township_id",
    "status",
    "residents",
    "under3",
    "nearest_id",
    "nearest_cost",
    "nearest_method",
    "cost_unit",
    "spare_places",
    "reason",
    "asks",
    "remedy",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Supply:
    """Facilities that serve, at one moment, and how far they are from each demand point.

    Attributes
    ----------
    facilities
        Index facility_id; columns name, township_id, community_id, places, spare_places (NaN where the use is not
        known).
    cost
        ``(n_demand, n_facility)`` in each demand point's own unit; missing entries are unreachable.
    straight
        The same entries, each 1 where the cost is a straight line and else 0.
    is_remote
        ``(n_demand,)`` whether no facility is within the policy's standard of remoteness; None where it has none.
    """

    facilities: pd.DataFrame
    cost: "csr_array"
    straight: "csr_array"
    is_remote: "NDArray[np.bool_] | None" = None


def is_new_estate(communities: "gpd.GeoDataFrame", *, after: str) -> "pd.Series[bool]":
    """Which estates are new: planned, under construction, or completed after a date.

    An estate completed on the date itself is not new. Where only a year is known, it is new from the year after.
    Rebuilt and extended estates count by the completion of those works.

    Parameters
    ----------
    communities
        Columns status, completed_on, built_year.
    after
        The document's date, YYYY-MM-DD.
    """
    date = pd.Timestamp(after)
    by_date = communities["completed_on"] > date
    by_year = communities["completed_on"].isna() & (communities["built_year"] > date.year)
    return communities["status"].isin(["planned", "under_construction"]) | by_date | by_year


def rule_residents(demand: "gpd.GeoDataFrame") -> "pd.Series[float]":
    """Residents by which an estate is judged: planned where stated, else households × persons, else today's."""
    return demand["planned_residents"].fillna(demand["residents"])


def flag_gaps(
    layers: "Layers",
    *,
    demand: "gpd.GeoDataFrame",
    standard: "NDArray[np.float64]",
    cost_unit: "NDArray[np.object_]",
    supply: Supply,
    policy: "Policy",
) -> "gpd.GeoDataFrame":
    """Flags of every community, village and township that falls short.

    Parameters
    ----------
    layers
        Valid layers.
    demand
        Demand points, as `Demand.points`.
    standard, cost_unit
        ``(n_demand,)`` largest cost that counts (closed), and its unit ("m" or "min").
    supply
        The facilities that count.
    policy
        The policy.

    Returns
    -------
    A row a flag, in the order of `FLAGS` and then of the layers, with the columns of `Outcome.gaps`.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    reach = _reach(demand, standard=standard, cost_unit=cost_unit, supply=supply)
    rows = [
        *_estate_rows(layers, reach, supply, policy),
        *_village_rows(layers, reach, supply, policy),
        *_township_rows(layers, supply, policy),
    ]
    rows.sort(key=lambda row: FLAGS.index(row["flag"]))
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "geometry"], dtype=object)
    for name in ("residents", "under3", "nearest_cost", "spare_places"):
        frame[name] = frame[name].astype(float)
    frame.index = pd.Index(
        [f"{row['flag']}-{row['subject_id']}" for row in rows], name="gap_id", dtype=object
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=layers.townships.crs)


def _reach(
    demand: "gpd.GeoDataFrame",
    *,
    standard: "NDArray[np.float64]",
    cost_unit: "NDArray[np.object_]",
    supply: Supply,
) -> "gpd.GeoDataFrame":
    cost = supply.cost.tocsr()
    spare = supply.facilities["spare_places"].fillna(0.0).to_numpy(float)
    ids = supply.facilities.index.to_numpy()
    nearest_id: list[str | None] = []
    nearest_method: list[str | None] = []
    nearest_cost, spare_in_reach, n_in_reach = [], [], []
    for i in range(len(demand)):
        columns = cost.indices[cost.indptr[i] : cost.indptr[i + 1]]
        costs = cost.data[cost.indptr[i] : cost.indptr[i + 1]]
        inside = columns[costs <= standard[i]]
        best = int(np.argmin(costs)) if len(costs) else -1
        nearest_id.append(str(ids[columns[best]]) if best >= 0 else None)
        nearest_cost.append(float(costs[best]) if best >= 0 else np.nan)
        nearest_method.append(way_method(supply.straight.data[cost.indptr[i] + best]) if best >= 0 else None)
        spare_in_reach.append(float(spare[inside].sum()))
        n_in_reach.append(len(inside))
    return demand.assign(
        rule_residents=rule_residents(demand),
        standard=standard,
        cost_unit=cost_unit,
        nearest_id=pd.Series(nearest_id, index=demand.index, dtype=object),
        nearest_cost=nearest_cost,
        nearest_method=pd.Series(nearest_method, index=demand.index, dtype=object),
        is_remote=False if supply.is_remote is None else supply.is_remote,
        spare_places=spare_in_reach,
        n_in_reach=n_in_reach,
    )


def _within(reach: "gpd.GeoDataFrame", supply: Supply) -> "csr_array":
    """(n_demand, n_facility) an entry wherever the facility is within the standard."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    cost = supply.cost.tocsr()
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    inside = cost.data <= reach["standard"].to_numpy(float)[row]
    return csr_array((np.ones(int(inside.sum())), (row[inside], cost.indices[inside])), shape=cost.shape)


def _nearest_words(row: "Mapping[str, object]", names: "pd.Series[str]") -> str:
    unit = text(f"words.unit.{row['cost_unit']}")
    if row["nearest_id"] is None:
        return text("gaps.nearest_none")
    nearest = text("gaps.nearest", name=names[row["nearest_id"]], cost=row["nearest_cost"], unit=unit)
    estimated = row["nearest_method"] == "straight_line"
    return text("gaps.nearest_straight", nearest=nearest) if estimated else nearest


def _records(frame: pd.DataFrame) -> "Iterator[tuple[object, dict[str, object]]]":
    """Each row's id, and its cells by column: a Series a row takes longer than all that is said of it."""
    columns = [frame[name].to_list() for name in frame.columns]
    for row_id, *cells in zip(frame.index, *columns, strict=True):
        yield row_id, dict(zip(frame.columns, cells, strict=True))


def _estate_rows(
    layers: "Layers",
    reach: "gpd.GeoDataFrame",
    supply: Supply,
    policy: "Policy",
) -> list[dict[str, object]]:
    estates = layers.communities
    rule = policy.estates
    new = is_new_estate(estates, after=rule.new_after)
    owners = set(supply.facilities["community_id"].dropna())
    own = estates["has_facility"].eq(True) | estates.index.isin(owners)
    names = supply.facilities["name"]
    without = estates.index[~own.to_numpy(bool)]
    found = reach.loc[without]
    judged = found["rule_residents"].to_numpy(float)
    is_asked = new.loc[without].to_numpy(bool) & (judged >= rule.minimum_residents)
    asked = without[is_asked]
    needed_places = np.ceil(judged[is_asked] * rule.places_per_1000 / 1000 - 1e-9)
    served = estates_served(
        _within(reach, supply)[reach.index.get_indexer(asked)],
        needed=needed_places,
        spare=supply.facilities["spare_places"].fillna(0.0).to_numpy(float),
    )
    pooled = dict(zip(asked, zip(needed_places, served, strict=True), strict=True))
    rows = []
    falls_short = is_asked | (found["status"].eq("built") & found["n_in_reach"].eq(0)).to_numpy(bool)
    for estate_id, row in _records(found[falls_short]):
        if estate_id in pooled:
            needed, shared = int(pooled[estate_id][0]), bool(pooled[estate_id][1])
            reason = text(
                "gaps.new_reason",
                status=text(f"words.status.{row['status']}"),
                people=row["rule_residents"],
                needed=needed,
                n=row["n_in_reach"],
                standard=row["standard"],
                unit=text(f"words.unit.{row['cost_unit']}"),
                spare=row["spare_places"],
                nearest=_nearest_words(row, names),
            )
            flag = "new_shared" if shared else "new_missing"
            asks = text("gaps.new_asks", people=rule.minimum_residents)
        else:
            flag = "built_missing"
            reason = text(
                "gaps.built_reason",
                people=row["residents"],
                standard=row["standard"],
                unit=text(f"words.unit.{row['cost_unit']}"),
                nearest=_nearest_words(row, names),
            )
            asks = text("gaps.built_asks")
        rows.append(_row(flag, estate_id, row, reason=reason, asks=asks))
    return rows


def _village_rows(
    layers: "Layers", reach: "gpd.GeoDataFrame", supply: Supply, policy: "Policy"
) -> list[dict[str, object]]:
    """Villages out of reach: those said to be remote, and of those of which nobody said, all or the remotest.

    The remotest are those from which no facility is within the policy's standard of remoteness, where it has one.
    """
    said = layers.villages["remote"].reindex(reach.index)
    reached = said.eq(False) & reach["nearest_id"].notna()
    without = reach["kind"].eq("village") & reach["n_in_reach"].eq(0) & reach["residents"].gt(0)
    rule = policy.coverage.remote
    if rule is not None:
        reached |= said.isna() & ~reach["is_remote"]
    rows = []
    for village_id, row in _records(reach[without & ~reached]):
        reason = text(
            "gaps.village_reason",
            people=row["residents"],
            under3=row["under3"],
            standard=row["standard"],
            unit=text(f"words.unit.{row['cost_unit']}"),
        )
        if rule is not None and row["is_remote"]:
            reason = text(
                "gaps.village_remote",
                reason=reason,
                mode=text(f"words.mode.{rule.mode}"),
                standard=rule.value,
                unit=text(f"words.unit.{rule.unit}"),
            )
        if row["nearest_id"] is not None:
            reason = text(
                "gaps.village_nearest", reason=reason, nearest=_nearest_words(row, supply.facilities["name"])
            )
        rows.append(_row("village_guidance", village_id, row, reason=reason, asks=text("gaps.village_asks")))
    return rows


def _row(
    flag: str,
    subject_id: object,
    row: "Mapping[str, object]",
    *,
    reason: str,
    asks: str,
) -> dict[str, object]:
    return {
        "flag": flag,
        "subject_id": str(subject_id),
        "name": row["name"],
        "township_id": row["township_id"],
        "status": row["status"],
        # A new estate is judged, and shown, by the people it is planned for.
        "residents": row["rule_residents"] if flag.startswith("new") else row["residents"],
        "under3": row["under3"],
        "nearest_id": row["nearest_id"],
        "nearest_cost": row["nearest_cost"],
        "nearest_method": row["nearest_method"],
        "cost_unit": row["cost_unit"],
        "spare_places": row["spare_places"],
        "reason": reason,
        "asks": asks,
        "remedy": text(f"gaps.remedy_{flag}"),
        "geometry": row["geometry"],
    }


def count_by_township(facilities: pd.DataFrame, *, township_ids: "pd.Index[str]") -> "pd.Series[int]":
    """Facilities in each township, 0 where there is none."""
    return facilities.groupby("township_id").size().reindex(township_ids, fill_value=0).astype(int)


def _township_rows(layers: "Layers", supply: Supply, policy: "Policy") -> list[dict[str, object]]:
    counts = count_by_township(supply.facilities, township_ids=layers.townships.index)
    rows = []
    for quota in policy.quotas:
        if quota.township_id not in counts.index or counts[quota.township_id] >= quota.minimum:
            continue
        township = layers.townships.loc[quota.township_id]
        found = int(counts[quota.township_id])
        rows.append(
            {
                "flag": "township_quota",
                "subject_id": quota.township_id,
                "name": township["name"],
                "township_id": quota.township_id,
                "status": None,
                "residents": township["residents"],
                "under3": np.nan,
                "nearest_id": None,
                "nearest_cost": np.nan,
                "nearest_method": None,
                "cost_unit": None,
                "spare_places": np.nan,
                "reason": text(
                    "gaps.quota_reason", found=found, minimum=quota.minimum, short=quota.minimum - found
                ),
                "asks": text("gaps.quota_asks", name=quota.name, minimum=quota.minimum),
                "remedy": text("gaps.remedy_township_quota"),
                "geometry": township["geometry"].representative_point(),
            },
        )
    return rows
