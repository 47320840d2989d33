"""When a plan can't meet all rules: which of them clash, in words, and where one more candidate would help."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.network.areas import service_areas
from tuoyu_geo.proposals import area_spots, best_spots, street_spots
from tuoyu_geo.reach.travel import travel_mode

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.demand import Demand
    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.reach.built_up import BuiltUp
    from tuoyu_geo.siting import PlanningProblem
    from tuoyu_geo.siting.clash import Clashes, Rule

# More search areas than this say nothing more.
MOST_AREAS = 12
# A block or two around a corner: near enough to serve the same people.
AROUND_M = 150.0
AREA_COLUMNS = ("reason", "subject_id", "name", "residents", "asks")


def clash_sentences(
    clashes: "Clashes", *, problem: "PlanningProblem", townships: "gpd.GeoDataFrame", reading: str
) -> tuple[str, ...]:
    """The rules that clash, a sentence a set.

    Parameters
    ----------
    clashes
        Smallest sets of rules.
    problem
        The county they are of; its groups are the rows of `townships`.
    townships
        Index township_id, column name.
    reading
        What the policy's headline reading of 覆盖面 counts, in words.
    """
    sentences = []
    for rules in clashes.sets:
        words = [_rule_words(rule, problem, townships, reading) for rule in rules]
        if len(words) == 1:
            sentences.append(text("plan.clash_one", rule=words[0]))
        else:
            sentences.append(text("plan.clash_many", rules=text("words.list_semicolon").join(words)))
    if not clashes.is_complete:
        sentences.append(text("plan.clash_open"))
    return tuple(sentences)


def _rule_words(rule: "Rule", problem: "PlanningProblem", townships: "gpd.GeoDataFrame", reading: str) -> str:
    name = townships["name"].iloc[rule.group] if rule.group >= 0 else ""
    quota = int(problem.quota_minimum[rule.group]) if rule.group >= 0 else 0
    required = problem.group_places_required
    return text(
        f"plan.clash_{rule.kind}",
        name=name,
        minimum=quota,
        existing=int(problem.existing_count[rule.group]) if rule.group >= 0 else 0,
        usable=int((problem.open_columns() & (problem.group == rule.group)).sum()),
        share=problem.coverage_target_share,
        reading=reading,
        places=problem.places_required if required is None or rule.group < 0 else required[rule.group],
        most=problem.max_new if rule.kind == "max_new" else problem.max_cost or 0,
    )


def search_areas(
    *,
    demand: "Demand",
    served: "gpd.GeoDataFrame",
    reach: "Reach",
    serving: "NDArray[np.bool_]",
    townships: "gpd.GeoDataFrame",
    unmet_estates: "list[str]",
    short_share: float,
    policy: "Policy",
) -> "gpd.GeoDataFrame":
    """Where one more candidate would mend what the plan can't meet, for drawing.

    Parameters
    ----------
    demand, served, reach, policy
        What was worked out before; `served` as `Outcome.demand`.
    serving
        ``(n_facility,)`` what serves with the plan.
    townships
        As `Outcome.townships`.
    unmet_estates
        Demand ids of new estates that get no places.
    short_share
        Share of all residents, or of the built-up area where the headline reading goes by it, still to be covered before the
        target is met; 0 where it is.

    Returns
    -------
    Columns `AREA_COLUMNS`: reason is "quota" (the township itself), "estate" (from where the estate is within the
    standard) or "coverage" (the streets around a corner that would newly serve most residents, or most built-up area;
    residents is then NaN).
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    rows: list[dict[str, object]] = [
        _row("quota", township_id, row["name"], 0.0, row.geometry, n=row["shortfall"])
        for township_id, row in townships[townships["shortfall"] > 0].iterrows()
    ]
    rows += _estate_rows(demand, reach, unmet_estates, policy=policy)
    if short_share > 0 and policy.coverage.headline == "built_up" and reach.built_up is not None:
        rows += _area_rows(
            demand,
            reach,
            reach.built_up,
            serving,
            townships=townships,
            short_share=short_share,
            policy=policy,
        )
    elif short_share > 0:
        rows += _corner_rows(demand, served, reach, short_share=short_share, policy=policy)
    return gpd.GeoDataFrame(rows, columns=[*AREA_COLUMNS, "geometry"], geometry="geometry", crs=townships.crs)


def _row(
    reason: str, subject_id: object, name: object, residents: float, geometry: object, *, n: float = 1
) -> dict[str, object]:
    return {
        "reason": reason,
        "subject_id": str(subject_id),
        "name": str(name),
        "residents": residents,
        "asks": text(f"plan.mend_{reason}", name=name, residents=residents, n=n),
        "geometry": geometry,
    }


def _estate_rows(
    demand: "Demand", reach: "Reach", estates: "list[str]", *, policy: "Policy"
) -> list[dict[str, object]]:
    """Where a site would be within the standard of each estate: what the estate itself reaches."""
    if reach.network is None:
        return []
    at = demand.points.index.get_indexer(pd.Index(estates, dtype=object))
    at = at[reach.demand_node[at] >= 0]
    points = demand.points.iloc[at]
    is_urban = points["area_kind"].eq("urban").to_numpy(bool)
    around = np.empty(len(at), dtype=object)
    for own, rule in ((is_urban, policy.coverage.urban), (~is_urban, policy.coverage.rural)):
        if own.any():
            around[own] = service_areas(
                reach.network,
                reach.demand_node[at[own]],
                [rule.value],
                mode=travel_mode(rule, reach.parameters.speeds),
            )[:, 0]
    return [
        _row("estate", estate, name, float(residents), area)
        for estate, name, residents, area in zip(
            points.index, points["name"], points["planned_residents"], around, strict=True
        )
    ]


def _corner_rows(
    demand: "Demand", served: "gpd.GeoDataFrame", reach: "Reach", *, short_share: float, policy: "Policy"
) -> list[dict[str, object]]:
    import shapely  # noqa: PLC0415

    people = demand.points["residents"].to_numpy(float)
    total = people.sum() + demand.unplaced["residents"].sum()
    missing = np.where(served["covered_plan"].to_numpy(bool), 0.0, people)
    if policy.coverage.headline.endswith("_places"):
        missing = people * (1.0 - served["place_plan_share"].to_numpy(float))
    spots = street_spots(reach, demand=demand.points, policy=policy)
    found = best_spots(spots, weight=missing, most=MOST_AREAS, enough=short_share * total)
    names = demand.points["name"].to_numpy()
    rows = []
    for n, (spot, gain) in enumerate(found, start=1):
        near = spots.covers[:, [spot]].tocoo().row
        largest = near[np.argmax(missing[near])]
        around = shapely.buffer(shapely.Point(spots.xy[spot]), AROUND_M)
        rows.append(_row("coverage", f"search-{n:02d}", names[largest], gain, around))
    return rows


def _area_rows(
    demand: "Demand",
    reach: "Reach",
    built_up: "BuiltUp",
    serving: "NDArray[np.bool_]",
    *,
    townships: "gpd.GeoDataFrame",
    short_share: float,
    policy: "Policy",
) -> list[dict[str, object]]:
    """The same by built-up area, named after the township of the largest part that would newly be covered."""
    import shapely  # noqa: PLC0415

    missing, cells = built_up.open_km2(serving), built_up.cells
    spots = area_spots(reach, built_up, demand=demand.points, policy=policy)
    found = best_spots(
        spots, weight=missing, most=MOST_AREAS, enough=short_share * float(cells.area_km2.sum())
    )
    rows = []
    for n, (spot, gain_km2) in enumerate(found, start=1):
        near = spots.covers[:, [spot]].tocoo().row
        share = np.bincount(cells.township_idx[near], missing[near], minlength=len(townships))
        name = townships["name"].iloc[int(np.argmax(share))]
        around = shapely.buffer(shapely.Point(spots.xy[spot]), AROUND_M)
        rows.append(
            _row("coverage", f"search-{n:02d}", name, np.nan, around)
            | {"asks": text("plan.mend_area", name=name, km2=cut(gain_km2, digits=2))}
        )
    return rows
