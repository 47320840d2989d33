"""Coverage in every reading: who has an institution within the standard.

覆盖面 is defined nowhere, so each reading is worked out and named: residents, children under 3, communities and
villages, townships with at least one institution and, where there is a layer of it, the built-up area. People whose place is not known count in the denominator.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from tuoyu_geo.access import coverage_share
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.policy.model import READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.policy.model import CoverageRule
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.reach.built_up import BuiltUp


def share_text(value: float | None) -> str:
    """A share as people read it, rounded down, so that one just under its target never prints as the target."""
    return text("coverage.no_share") if value is None or np.isnan(value) else f"{cut(value, digits=3):.1%}"


def reading_label(reading: str, *, quality: str = "official") -> str:
    """What a reading of 覆盖面 counts, with its unit; of built-up area with how far its layer may be trusted, if not official."""
    label = text(f"coverage.reading_{reading}")
    if reading != "built_up" or quality == "official":
        return label
    return text("coverage.reading_of_quality", label=label, quality=text(f"words.quality.{quality}"))


def nearest_facility(reach: "Reach", *, serving: "NDArray[np.bool_]") -> pd.DataFrame:
    """The nearest serving facility of each demand point, in the point's own unit.

    Parameters
    ----------
    reach
        Costs from every demand point to every facility.
    serving
        ``(n_facility,)`` which facilities serve.

    Returns
    -------
    ``(n_demand,)`` rows: nearest_id (None where nothing is reached), nearest_cost (NaN there), nearest_method
    ("network", or "straight_line" for an estimate; None there), covered (closed: cost <= standard). Of two equally near,
    the earlier facility.
    """
    ids = reach.facilities.index.to_numpy(object)
    nearest_id = np.full(reach.cost.shape[0], None, dtype=object)
    nearest_cost = np.full(reach.cost.shape[0], np.nan)
    method = np.full(reach.cost.shape[0], None, dtype=object)
    cost = reach.cost
    for i in range(cost.shape[0]):
        span = slice(cost.indptr[i], cost.indptr[i + 1])
        columns = cost.indices[span]
        usable = serving[columns]
        if usable.any():
            columns, costs = columns[usable], cost.data[span][usable]
            best = np.lexsort((columns, costs))[0]
            nearest_id[i], nearest_cost[i] = ids[columns[best]], costs[best]
            method[i] = way_method(reach.straight.data[span][usable][best])
    covered = np.nan_to_num(nearest_cost, nan=np.inf) <= reach.standard
    return pd.DataFrame(
        {
            "nearest_id": pd.Series(nearest_id, dtype=object),
            "nearest_cost": nearest_cost,
            "nearest_method": pd.Series(method, dtype=object),
            "covered": covered,
        }
    )


def straight_record(reach: "Reach", served: pd.DataFrame) -> dict[str, object]:
    """What rests on straight lines, as `summary.json` holds it.

    Parameters
    ----------
    reach
        Costs, and by what straight lines are stretched.
    served
        Demand points with residents, nearest_today_method and nearest_plan_method.
    """
    factor = float(reach.detour_factor)
    return {
        "detour_factor": None if np.isnan(factor) else factor,
        "detour_source": reach.detour_source or None,
        **{
            moment: {
                "points": int(estimated.sum()),
                "residents": float(served["residents"].to_numpy(float)[estimated].sum()),
            }
            for moment, column in (("before", "today"), ("after", "plan"))
            for estimated in (served[f"nearest_{column}_method"].eq("straight_line").to_numpy(),)
        },
    }


def built_up_record(
    reach: "Reach", *, serving: "Mapping[str, NDArray[np.bool_]]"
) -> dict[str, dict[str, object]]:
    """The built-up area and what is covered of it, as `summary.json` holds it; nothing where there is no such layer.

    Parameters
    ----------
    reach
        Costs from the cells of the area.
    serving
        By name of the moment: ``(n_facility,)`` which facilities serve.
    """
    if reach.built_up is None:
        return {}
    cells = reach.built_up.cells
    covered = {
        f"covered_{moment}_km2": float(cells.area_km2[reach.built_up.covered(mask)].sum())
        for moment, mask in serving.items()
    }
    return {
        "built_up": {"total_km2": float(cells.area_km2.sum()), "quality": cells.quality, **covered},
    }


def headline_label(coverage: "Mapping[str, Any]") -> str:
    """What the headline of a summary's ``coverage`` counts, in words."""
    return reading_label(
        coverage["headline"], quality=coverage.get("built_up", {}).get("quality", "official")
    )


def way_method(straight: object) -> str:
    """What a cost rests on: "straight_line" where `Reach.straight` says so, else "network"."""
    return "straight_line" if straight else "network"


def nearest_walk_m(reach: "Reach", *, serving: "NDArray[np.bool_]") -> "NDArray[np.float64]":
    """``(n_demand,)`` metres on foot to the nearest serving facility; inf where none is reached."""
    return least_cost(reach.walk_m, serving=serving)


def least_cost(cost: csr_array, *, serving: "NDArray[np.bool_]") -> "NDArray[np.float64]":
    """``(n_row,)`` least cost to a serving facility, of ``(n_row, n_facility)`` costs; inf where none is reached."""
    result = np.full(cost.shape[0], np.inf)
    rows = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
    usable = serving[cost.indices]
    np.minimum.at(result, rows[usable], cost.data[usable])
    return result


def reading_shares(
    covered: "NDArray[np.bool_]",
    *,
    demand: "Demand",
    with_institution: "pd.Series[bool]",
) -> dict[str, float]:
    """Share covered in each reading, 0 to 1; NaN where there is nobody to cover.

    Parameters
    ----------
    covered
        ``(n_demand,)`` which demand points are covered.
    demand
        Who lives there.
    with_institution
        By township: whether it has an institution that counts.
    """
    points = demand.points
    shares = {}
    for reading in ("residents", "under3"):
        weight = points[reading].to_numpy(float)
        total = weight.sum() + demand.unplaced[reading].sum()
        shares[reading] = float(weight[covered].sum() / total) if total else float("nan")
    shares["communities"] = float(covered.mean()) if len(covered) else float("nan")
    shares["townships"] = float(with_institution.mean()) if len(with_institution) else float("nan")
    return shares


def place_readings(place_share: "NDArray[np.float64]", *, demand: "Demand") -> dict[str, float]:
    """Share of residents and of children under 3 for whom there is a place within reach, each place counted once.

    Parameters
    ----------
    place_share
        ``(n_demand,)`` share of the needed places that each demand point gets, 0 to 1; people are taken as served in the
        same share.
    demand
        Who lives there; those without a known place are not served.
    """
    shares = {}
    for reading in ("residents", "under3"):
        weight = demand.points[reading].to_numpy(float)
        total = weight.sum() + demand.unplaced[reading].sum()
        shares[f"{reading}_places"] = float(weight @ place_share / total) if total else float("nan")
    return shares


def coverage_table(
    reach: "Reach",
    *,
    demand: "Demand",
    townships: "gpd.GeoDataFrame",
    policy: "Policy",
    serving: "Mapping[str, NDArray[np.bool_]]",
    place_share: "Mapping[str, NDArray[np.float64]]",
) -> pd.DataFrame:
    """All readings, and walking standards side by side, for one or more sets of serving facilities.

    Parameters
    ----------
    reach, demand, policy
        What was worked out before.
    townships
        All townships; index township_id, column area_kind.
    serving
        By name of the moment ("before", "after"): ``(n_facility,)`` which facilities serve.
    place_share
        By the same names: ``(n_demand,)`` share of the needed places that each demand point gets, 0 to 1.

    Returns
    -------
    A row a reading; columns reading, label, standard_m (NaN where the standard differs by area), unit, scope, headline,
    and one share a moment.
    """
    rule = policy.coverage
    points = demand.points
    rows: list[dict[str, object]] = []
    by_reading = {}
    for moment, mask in serving.items():
        covered = nearest_facility(reach, serving=mask)["covered"].to_numpy(bool)
        homes = reach.facilities["township_id"][mask]
        has = pd.Series(townships.index.isin(homes), index=townships.index)
        by_reading[moment] = reading_shares(covered, demand=demand, with_institution=has)
        by_reading[moment] |= place_readings(place_share[moment], demand=demand)
    scope = text(
        "coverage.scope_policy",
        urban=text("coverage.standard", value=rule.urban.value, unit=text(f"words.unit.{rule.urban.unit}")),
        rural=text("coverage.standard", value=rule.rural.value, unit=text(f"words.unit.{rule.rural.unit}")),
    )
    for reading in READINGS:
        if reading == "built_up":
            if reach.built_up is not None:
                rows.append(_built_up_row(reach.built_up, reach=reach, rule=rule, serving=serving))
            continue
        rows.append(
            {
                "reading": reading,
                "label": reading_label(reading),
                "standard_m": rule.urban.value if rule.urban.unit == "m" else np.nan,
                "unit": "m",
                "scope": text("coverage.scope_townships")
                if reading == "townships"
                else text("coverage.scope_places", scope=scope, per_1000=policy.places.per_1000)
                if reading.endswith("_places")
                else scope,
                "headline": reading == rule.headline,
                **{moment: by_reading[moment][reading] for moment in serving},
            },
        )
    walk = {moment: nearest_walk_m(reach, serving=mask) for moment, mask in serving.items()}
    weight = points["residents"].to_numpy(float)
    urban = points["area_kind"].eq("urban").to_numpy()
    left = demand.unplaced["residents"].reindex(townships.index, fill_value=0.0)
    for key, inside, unplaced in (
        ("urban", urban, left[townships["area_kind"].eq("urban")]),
        ("all", np.ones(len(points), dtype=bool), left),
    ):
        total = weight[inside].sum() + unplaced.sum()
        for standard_m in rule.compare_m:
            rows.append(
                {
                    "reading": f"walk_{key}",
                    "label": text("coverage.walk", standard_m=standard_m),
                    "standard_m": standard_m,
                    "unit": "m",
                    "scope": text(f"coverage.scope_{key}"),
                    "headline": False,
                    **{
                        moment: float(weight[inside & (walk[moment] <= standard_m)].sum() / total)
                        if total
                        else float("nan")
                        for moment in serving
                    },
                },
            )
    return pd.DataFrame(rows)


def _built_up_row(
    built_up: "BuiltUp",
    *,
    reach: "Reach",
    rule: "CoverageRule",
    serving: "Mapping[str, NDArray[np.bool_]]",
) -> dict[str, object]:
    """The reading by area, and what it rests on."""
    area_km2 = built_up.cells.area_km2
    unit = text(f"words.unit.{rule.urban.unit}")
    return {
        "reading": "built_up",
        "label": reading_label("built_up", quality=built_up.cells.quality),
        "standard_m": rule.urban.value if rule.urban.unit == "m" else np.nan,
        "unit": "m",
        "scope": text(
            f"coverage.scope_built_up_{reach.method}",
            km2=area_km2.sum(),
            quality=text(f"words.quality.{built_up.cells.quality}"),
            mode=text(f"words.mode.{rule.urban.mode}"),
            urban=text("coverage.standard", value=rule.urban.value, unit=unit),
        ),
        "headline": rule.headline == "built_up",
        **{moment: coverage_share(built_up.covered(mask), area_km2) for moment, mask in serving.items()},
    }
