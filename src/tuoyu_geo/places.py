"""Are there places enough, and where? Supply against demand, use, and who has least.

A child is served by a place, not by a circle. Three questions, three measures:

- how many places a child can share (2SFCA, its rings E2SFCA, and its Gaussian form), where a place is shared by the
  children whose age it takes and who have it within the standard of their own area. Costs are measured in standards,
  so that 500 of 1,000 m on foot and 7.5 of 15 min by e-bike weigh alike;
- how many of the places that the policy asks for (residents x places per 1,000, spread over the ages that institutions
  take) find a place within the standard, each place given once; the rest is unmet;
- how many would ask each institution for a place if everybody went to the nearest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.access import (
    AgeBands,
    age_bands,
    cost_by_band,
    gini,
    lorenz,
    nearest_few,
    pressure,
    share_places,
    two_step_by_age,
    worst_share,
)
from tuoyu_geo.access.floating import Decay
from tuoyu_geo.coverage import way_method
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach

MEASURES: Mapping[str, Decay] = MappingProxyType(
    {"two_step": "binary", "enhanced": "steps", "gaussian": "gaussian"}
)
"""Measures of places per child, by how a place's worth falls with the way: 2SFCA, E2SFCA, Gaussian 2SFCA."""
NEAREST = 3
WORST = 0.1


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlacesView:
    """Places against children, at one moment.

    Attributes
    ----------
    demand
        Index demand_id: two_step_per_100, enhanced_per_100, gaussian_per_100 (places within reach a 100 children),
        needed_places, served_places, unmet_places, worst_part (share of the point's children that belongs to the
        tenth of all children who have least: fewest places by 2SFCA, and of equals those with the farthest way).
    institutions
        Those that serve; index facility_id: name, kind, township_id, places, enrolled, youngest_months, oldest_months,
        ages_method, children_in_reach (of its ages), asked_places (by those to whom it is nearest), given_places (of
        `served_places`), use_share (enrolled or, where not known, asked, over places), use_method ("measured",
        "estimated"), use ("over", "under", "fitting"; None where it can't be told).
    townships
        Index township_id: needed_places, served_places, unmet_places; people of no known place are unmet.
    nearest
        A row a demand point and rank (1 to 3): demand_id, rank, facility_id, name, cost, cost_unit, method
        ("network", or "straight_line" for an estimate), within (bool), places, youngest_months,
        oldest_months. Points that reach nothing have no row.
    equity
        A row a measure: measure, label, mean_per_100, gini, worst_per_100 (of the tenth who have least).
    lorenz
        Rows measure, people_share, places_share: those with least first.
    """

    demand: pd.DataFrame
    institutions: pd.DataFrame
    townships: pd.DataFrame
    nearest: pd.DataFrame
    equity: pd.DataFrame
    lorenz: pd.DataFrame


def places_view(
    reach: "Reach",
    *,
    demand: "Demand",
    township_ids: "pd.Index[str]",
    policy: "Policy",
    serving: "NDArray[np.bool_]",
) -> PlacesView:
    """Places against children, for one set of serving facilities.

    Parameters
    ----------
    reach, demand
        What was worked out before.
    township_ids
        All townships.
    policy
        Places asked for, and when an institution counts as over- or under-used.
    serving
        ``(n_facility,)`` which facilities serve.
    """
    columns = np.flatnonzero(serving)
    facilities = reach.facilities.iloc[columns]
    points = demand.points
    children = points["under3"].to_numpy(float)
    places = facilities["places"].fillna(0.0).to_numpy(float)
    youngest = min(low for low, _ in policy.institutions.ages_months.values())
    bands = age_bands(facilities["youngest_months"], facilities["oldest_months"], cuts=(youngest,))
    cost = in_standards(reach, columns)
    shares = {
        measure: bands.share @ two_step_by_age(cost, children, places, 1.0, bands=bands, decay=decay)
        for measure, decay in MEASURES.items()
    }
    by_band = cost_by_band(cost, bands)
    per_resident = policy.places.per_1000 / 1000
    need = points["residents"].to_numpy(float) * per_resident
    need_by_band = np.outer(_need_share(bands, youngest), need).ravel()
    given = share_places(by_band, need_by_band, places)
    served = given.served.reshape(len(bands.share), -1).sum(axis=0)
    frame = pd.DataFrame(
        {f"{measure}_per_100": 100 * value for measure, value in shares.items()}
        | {"needed_places": need, "served_places": served, "unmet_places": np.maximum(need - served, 0.0)},
        index=points.index,
    )
    frame["worst_part"] = _worst_part(shares["two_step"], children, reach, columns)
    townships = frame[["needed_places", "served_places"]].groupby(points["township_id"]).sum()
    townships = townships.reindex(township_ids, fill_value=0.0)
    townships["needed_places"] += (
        demand.unplaced["residents"].reindex(township_ids, fill_value=0.0) * per_resident
    )
    townships["unmet_places"] = (townships["needed_places"] - townships["served_places"]).clip(lower=0.0)
    return PlacesView(
        demand=frame,
        institutions=_institutions(
            facilities,
            policy=policy,
            children=_in_reach(by_band, bands, children),
            asked=pressure(by_band, need_by_band),
            given=given.used,
        ),
        townships=townships,
        nearest=_nearest(reach, columns, points.index),
        equity=_equity(shares, children, frame["worst_part"].to_numpy()),
        lorenz=_lorenz(shares, children),
    )


def access_record(view: PlacesView) -> dict[str, object]:
    """One moment as `summary.json` holds it; None where there is no figure."""
    measures = view.equity.set_index("measure").drop(columns="label")
    use = view.institutions["use"].value_counts()
    return {
        "measures": {
            str(measure): {name: None if np.isnan(value) else float(value) for name, value in row.items()}
            for measure, row in measures.iterrows()
        },
        **{name: float(view.townships[name].sum()) for name in view.townships.columns},
        "use": {word: int(use.get(word, 0)) for word in ("over", "fitting", "under")},
    }


def in_standards(reach: "Reach", columns: "NDArray[np.int64]") -> csr_array:
    """``(n_demand, n_column)`` costs in standards of the point's own area, of what is within it (closed): 0 to 1."""
    cost = csr_array(reach.cost[:, columns])
    standard = np.repeat(reach.standard, np.diff(cost.indptr))
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    inside = cost.data <= standard
    # A cost just above its standard may be 1 when divided, so the costs themselves are compared.
    ratio = np.minimum(cost.data[inside] / standard[inside], 1.0)
    return csr_array((ratio, (row[inside], cost.indices[inside])), shape=cost.shape)


def _need_share(bands: AgeBands, youngest: float) -> "NDArray[np.float64]":
    """(n_band,) of the places needed: by the children of each band, from the age at which institutions take any."""
    share = np.where(bands.bounds_months[:-1] >= youngest, bands.share, 0.0)
    return np.asarray(share / share.sum())


def _worst_part(
    places: "NDArray[np.float64]",
    children: "NDArray[np.float64]",
    reach: "Reach",
    columns: "NDArray[np.int64]",
) -> "NDArray[np.float64]":
    cost = csr_array(reach.cost[:, columns])
    way = np.full(cost.shape[0], np.inf)
    row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    np.minimum.at(way, row, cost.data / reach.standard[row])
    # Dust of the division must not part those who have the same.
    keys = np.column_stack([np.round(places, 9), -np.round(way, 9)])
    order = np.unique(keys, axis=0, return_inverse=True)[1]
    return worst_share(np.asarray(order, dtype=float).ravel(), children, share=WORST).part


def _in_reach(by_band: csr_array, bands: AgeBands, children: "NDArray[np.float64]") -> "NDArray[np.float64]":
    there = csr_array((np.ones(by_band.nnz), by_band.indices, by_band.indptr), shape=by_band.shape)
    return np.asarray(there.T @ np.outer(bands.share, children).ravel())


def _institutions(
    facilities: pd.DataFrame,
    *,
    policy: "Policy",
    children: "NDArray[np.float64]",
    asked: "NDArray[np.float64]",
    given: "NDArray[np.float64]",
) -> pd.DataFrame:
    names = [
        "name",
        "kind",
        "township_id",
        "places",
        "enrolled",
        "youngest_months",
        "oldest_months",
        "ages_method",
    ]
    rule = policy.institutions
    places = facilities["places"].where(facilities["places"] > 0)
    measured = (facilities["enrolled"] / places).astype(float)
    share = measured.where(measured.notna(), asked / places)
    use = np.select(
        [share.isna(), share > rule.over_used_share, share < rule.under_used_share],
        ["", "over", "under"],
        "fitting",
    )
    return facilities[names].assign(
        children_in_reach=children,
        asked_places=asked,
        given_places=given,
        use_share=share,
        use_method=np.where(measured.notna(), "measured", "estimated").astype(object),
        use=pd.Series([word or None for word in use], index=facilities.index, dtype=object),
    )


def _nearest(reach: "Reach", columns: "NDArray[np.int64]", demand_ids: "pd.Index[str]") -> pd.DataFrame:
    row, column, cost = nearest_few(csr_array(reach.cost[:, columns]), n=NEAREST)
    facilities = reach.facilities.iloc[columns[column]]
    first = np.searchsorted(row, row)
    straight = np.asarray(csr_array(reach.straight[:, columns])[row, column]).ravel() if len(row) else ()
    return pd.DataFrame(
        {
            "demand_id": demand_ids.to_numpy(object)[row],
            "rank": np.arange(len(row)) - first + 1,
            "facility_id": facilities.index.to_numpy(object),
            "name": facilities["name"].to_numpy(object),
            "cost": cost,
            "cost_unit": reach.cost_unit[row],
            "method": [way_method(one) for one in straight],
            "within": cost <= reach.standard[row],
            **{
                name: facilities[name].to_numpy(float)
                for name in ("places", "youngest_months", "oldest_months")
            },
        },
    )


def _equity(
    shares: Mapping[str, "NDArray[np.float64]"],
    children: "NDArray[np.float64]",
    worst_part: "NDArray[np.float64]",
) -> pd.DataFrame:
    total, worst = children.sum(), (worst_part * children).sum()
    return pd.DataFrame(
        [
            {
                "measure": measure,
                "label": text(f"places.measure_{measure}"),
                "mean_per_100": 100 * float(value @ children) / total if total else np.nan,
                "gini": gini(value, children),
                "worst_per_100": 100 * float(value @ (worst_part * children)) / worst if worst else np.nan,
            }
            for measure, value in shares.items()
        ],
    )


def _lorenz(shares: Mapping[str, "NDArray[np.float64]"], children: "NDArray[np.float64]") -> pd.DataFrame:
    curves = {measure: lorenz(value, children) for measure, value in shares.items()}
    return pd.concat(
        [
            pd.DataFrame({"measure": measure, "people_share": curve.people, "places_share": curve.value})
            for measure, curve in curves.items()
        ],
        ignore_index=True,
    )
