"""Who lives there: residents and children under 3 at each demand point, with township totals conserved.

Residents today of a community or village, in this order of preference:

1. the layer's residents (常住人口);
2. households × persons per household, the row's own size where it has one (only where people have moved in:
   a planned estate, or one under construction with no residents stated, has none today).

Where a township's own total is known, its rows are brought to that total: scaled if the two differ by no more than
`SCALE_LIMIT`; if the rows hold far fewer, they are left as they are and the rest stands as unplaced residents of
the township, counted in every total and never as covered.

Children under 3 come from the row's own register where there is one; the county's other children are spread over
the remaining rows by residents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers

# Rows and township total may differ by this factor before scaling would invent a population.
SCALE_LIMIT = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandParameters:
    """The county's figures that rows lack.

    Attributes
    ----------
    persons_per_household
        Persons a household where a row states none [persons].
    under3_total, under3_share
        Children under 3 in the county [children], or as a share of residents; exactly one is given.
    """

    persons_per_household: float
    under3_total: float | None
    under3_share: float | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Demand:
    """Residents and children, placed and unplaced.

    Attributes
    ----------
    points
        Points, index ``demand_id`` (the community's or village's id); columns name, kind ("estate", "village"),
        status, area_kind, township_id, residents, under3 (whole numbers, today), planned_residents (NaN where none
        are stated nor can be worked out), residents_method, under3_method ("measured", "scaled", "estimated").
    unplaced
        Index township_id; columns residents, under3: people whose place is not in any layer.
    findings
        What was assumed.
    """

    points: "gpd.GeoDataFrame"
    unplaced: pd.DataFrame
    findings: tuple[Finding, ...]


def build_demand(layers: "Layers", *, parameters: DemandParameters, files: Mapping[str, str]) -> Demand:
    """Demand points of all communities and villages.

    Parameters
    ----------
    layers
        Valid layers.
    parameters
        The county's figures that rows lack.
    files
        File of each layer, as the project names it.
    """
    points = _stack(layers, parameters)
    findings: list[Finding] = [*_check_no_population(points, files)]
    totals = layers.townships["residents"].reindex(layers.townships.index)
    residents, method, unplaced, notes = _to_township_totals(points, totals, files)
    findings += notes
    points = points.assign(residents=residents, residents_method=method)
    under3, under3_method, unplaced_under3, notes = _spread_under3(points, unplaced, parameters)
    findings += notes
    points = points.assign(under3=under3, under3_method=under3_method)
    columns = [
        "name",
        "kind",
        "status",
        "area_kind",
        "township_id",
        "residents",
        "under3",
        "planned_residents",
        "residents_method",
        "under3_method",
        "geometry",
    ]
    left = pd.DataFrame({"residents": unplaced, "under3": unplaced_under3}, index=totals.index)
    return Demand(points=points[columns], unplaced=left, findings=tuple(findings))


def _stack(layers: "Layers", parameters: DemandParameters) -> "gpd.GeoDataFrame":
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    estates = layers.communities.assign(kind="estate")
    villages = layers.villages.assign(
        kind="village",
        status="built",
        planned_residents=np.nan,
        persons_per_household=np.nan,
    )
    columns = [
        "name",
        "kind",
        "status",
        "area_kind",
        "township_id",
        "residents",
        "planned_residents",
        "households",
        "persons_per_household",
        "under3",
        "source_row",
        "geometry",
    ]
    parts = [frame[columns] for frame in (estates, villages) if len(frame)]
    both = gpd.GeoDataFrame(pd.concat(parts), geometry="geometry", crs=layers.townships.crs)
    # A polygon's demand stands at a point inside it, where its people can be.
    inside = both.geometry.where(both.geometry.geom_type == "Point", both.geometry.representative_point())
    both = both.set_geometry(gpd.GeoSeries(inside, index=both.index, crs=both.crs))
    both.index.name = "demand_id"
    size = both["persons_per_household"].fillna(parameters.persons_per_household)
    by_households = (both["households"] * size).round()
    moved_in = both["status"].eq("built")
    stated = both["residents"].notna()
    today = both["residents"].where(stated, by_households.where(moved_in, 0.0))
    method = np.where(stated, "measured", "estimated")
    planned = both["planned_residents"].fillna(by_households).where(both["kind"].eq("estate"))
    return both.assign(
        residents=today,
        residents_method=method,
        planned_residents=planned,
        measured_under3=both["under3"],
    )


def _check_no_population(points: "gpd.GeoDataFrame", files: Mapping[str, str]) -> list[Finding]:
    unknown = points[points["residents"].isna()]
    return [
        Finding(
            code="no_population",
            severity="warning",
            layer=role,
            file=files.get(role, ""),
            row=int(row.source_row),
            column=None,
            found=text("demand.no_population", name=row.name),
            allowed=text("demand.no_population_allowed"),
            remedy=text("demand.no_population_remedy"),
        )
        for row in unknown[["name", "kind", "source_row"]].itertuples(index=False)
        for role in ("communities" if row.kind == "estate" else "villages",)
    ]


def largest_remainder(weights: "NDArray[np.float64]", *, total: int) -> "NDArray[np.float64]":
    """Whole numbers in proportion to weights that sum to a total (Hamilton's method).

    Parameters
    ----------
    weights
        ``(n,)``, none negative; not all zero unless `total` is 0.
    total
        Sum of the result, 0 or more.

    Returns
    -------
    ``(n,)`` whole numbers as floats; ties go to the earlier row.
    """
    if total == 0 or not len(weights):
        return np.zeros(len(weights))
    exact = weights * (total / weights.sum())
    whole = np.floor(exact + 1e-9)
    short = int(total - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:short]] += 1
    return np.asarray(whole, dtype=float)


def _to_township_totals(
    points: "gpd.GeoDataFrame",
    totals: "pd.Series[float]",
    files: Mapping[str, str],
) -> "tuple[NDArray[np.float64], NDArray[np.object_], pd.Series[float], list[Finding]]":
    residents = points["residents"].fillna(0.0).to_numpy(float).round()
    method = points["residents_method"].to_numpy(object).copy()
    unplaced = pd.Series(0.0, index=totals.index)
    findings = []
    township = points["township_id"].to_numpy()
    for township_id, total in totals.items():
        if np.isnan(total):
            continue
        rows = np.flatnonzero(township == township_id)
        listed = residents[rows].sum()
        if listed == total:
            continue
        factor = total / listed if listed else np.inf
        if factor <= SCALE_LIMIT:
            residents[rows] = largest_remainder(residents[rows], total=round(total))
            method[rows] = np.where(method[rows] == "measured", "scaled", method[rows])
            severity: Literal["warning", "info"] = "info" if factor >= 1 / SCALE_LIMIT else "warning"
            found = text("demand.scaled", id=township_id, listed=listed, total=total, factor=factor)
        else:
            unplaced[township_id] = total - listed
            severity, found = (
                "warning",
                text("demand.unplaced", id=township_id, n=total - listed, total=total),
            )
        findings.append(
            Finding(
                code="township_total",
                severity=severity,
                layer="townships",
                file=files.get("townships", ""),
                row=None,
                column=None,
                found=found,
                allowed=text("demand.total_allowed", factor=SCALE_LIMIT),
                remedy=text("demand.total_remedy"),
            ),
        )
    return residents, method, unplaced, findings


def _spread_under3(
    points: "gpd.GeoDataFrame",
    unplaced: "pd.Series[float]",
    parameters: DemandParameters,
) -> "tuple[NDArray[np.float64], NDArray[np.object_], NDArray[np.float64], list[Finding]]":
    residents = np.concatenate([points["residents"].to_numpy(float), unplaced.to_numpy(float)])
    register = np.concatenate([points["measured_under3"].to_numpy(float), np.full(len(unplaced), np.nan)])
    known = ~np.isnan(register)
    if parameters.under3_total is not None:
        total = parameters.under3_total
    else:
        total = float(parameters.under3_share or 0.0) * residents.sum()
    left = round(total - register[known].sum())
    weights = np.where(known, 0.0, residents)
    findings = []
    if left < 0 or (left > 0 and weights.sum() == 0):
        findings.append(
            Finding(
                code="under3_total",
                severity="warning",
                layer="project",
                file="project.toml",
                row=None,
                column=None,
                found=text("demand.under3_found", register=register[known].sum(), total=total),
                allowed=text("demand.under3_allowed"),
                remedy=text("demand.under3_remedy"),
            ),
        )
        left = 0
    children = np.where(known, register, largest_remainder(weights, total=left))
    n = len(points)
    method = np.where(known[:n], "measured", "estimated").astype(object)
    return children[:n], method, children[n:], findings
