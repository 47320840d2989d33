"""Residents of each row, brought to the townships' totals.

Residents today of a community or village, in this order of preference:

1. the layer's residents (常住人口);
2. households × persons per household, the row's own size where it has one;
3. floor area ÷ floor area a person, where the project states one;
4. the population layer's cells at the row.

2 to 4 only where people have moved in: a planned estate, or one under construction with no residents stated, has
none today.

Where a township's own total is known, its rows are brought to that total. What the rows lack is spread over its
built villages that state nothing (the rural remainder): evenly, or, where a population layer is given, over all built
rows that state nothing, by the people of their cells. Else the rows are scaled if the two differ by no more
than `SCALE_LIMIT`; if the rows hold far fewer, they are left as they are and the rest stands as unplaced residents of
the township, counted in every total and never as covered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.demand.model import DemandParameters
from tuoyu_geo.demand.rounding import largest_remainder
from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers

# Rows and township total may differ by this factor before scaling would invent a population.
SCALE_LIMIT = 1.25
COLUMNS = (
    "name",
    "kind",
    "status",
    "area_kind",
    "township_id",
    "residents",
    "planned_residents",
    "households",
    "persons_per_household",
    "floor_area_m2",
    "under3",
    "source_row",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counted:
    """Residents of rows, and of townships beyond them.

    Attributes
    ----------
    residents
        ``(n,)`` whole numbers.
    method
        ``(n,)`` "measured", "scaled" or "estimated".
    beyond
        Index township_id: residents of the township's total whom no row holds.
    findings
        What was assumed.
    """

    residents: "NDArray[np.float64]"
    method: "NDArray[np.object_]"
    beyond: "pd.Series[float]"
    findings: tuple[Finding, ...]


def stack_rows(layers: "Layers", parameters: DemandParameters) -> "gpd.GeoDataFrame":
    """Communities and villages in one frame, those without a place last; index the row's id.

    Returns
    -------
    `COLUMNS`, residents_method, placed and geometry: a point, or None for a row without a place. `residents` is NaN
    where nothing tells them.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    unplaced = layers.unplaced
    frames = {
        "estate": (layers.communities, unplaced[unplaced["layer"].eq("communities")]),
        "village": (layers.villages, unplaced[unplaced["layer"].eq("villages")]),
    }
    parts = [
        frame.assign(kind=kind, placed=placed).reindex(columns=[*COLUMNS, "placed", "geometry"])
        for placed, k in ((True, 0), (False, 1))
        for kind, pair in frames.items()
        for frame in (pair[k],)
        if len(frame)
    ]
    both = gpd.GeoDataFrame(
        pd.concat([pd.DataFrame(part) for part in parts]), geometry="geometry", crs=layers.townships.crs
    )
    # A polygon's demand stands at a point inside it, where its people can be.
    inside = both.geometry.where(both.geometry.geom_type == "Point", both.geometry.representative_point())
    both = both.set_geometry(gpd.GeoSeries(inside, index=both.index, crs=both.crs))
    both.index.name = "demand_id"
    both["status"] = both["status"].where(both["status"].notna(), "built")
    both["area_kind"] = both["area_kind"].where(both["area_kind"].notna(), "rural")
    numbers = [
        "residents",
        "planned_residents",
        "households",
        "persons_per_household",
        "floor_area_m2",
        "under3",
    ]
    both[numbers] = both[numbers].astype(float)
    size = both["persons_per_household"].fillna(parameters.persons_per_household)
    by_households = (both["households"] * size).round()
    per_person_m2 = parameters.floor_area_per_person_m2 or np.nan
    worked_out = by_households.fillna((both["floor_area_m2"] / per_person_m2).round())
    stated = both["residents"].notna()
    today = both["residents"].where(stated, worked_out.where(both["status"].eq("built"), 0.0))
    planned = both["planned_residents"].fillna(worked_out).where(both["kind"].eq("estate"))
    return both.assign(
        residents=today,
        residents_method=np.where(stated, "measured", "estimated"),
        planned_residents=planned,
    )


def check_no_population(rows: "gpd.GeoDataFrame", *, files: Mapping[str, str]) -> list[Finding]:
    """Rows whose residents nothing tells: they count as nobody."""
    unknown = rows[rows["residents"].isna()]
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


def spread_remainder(
    rows: "gpd.GeoDataFrame",
    totals: "pd.Series[float]",
    *,
    weights: "NDArray[np.float64]",
    files: Mapping[str, str],
) -> tuple["gpd.GeoDataFrame", list[Finding]]:
    """Rows that state nothing get what their township's total leaves over.

    By `weights` ``(n,)`` where a row of the township has one above 0; else villages alone, in even parts.
    """
    residents = rows["residents"].to_numpy(float).copy()
    village = rows["kind"].eq("village").to_numpy()
    lacking = np.isnan(residents)
    township = rows["township_id"].to_numpy(object)
    findings = []
    for township_id, total in totals.items():
        here = township == township_id
        empty = np.flatnonzero(here & lacking & (np.nan_to_num(weights) > 0))
        by_cells = len(empty) > 0
        if not by_cells:
            empty = np.flatnonzero(here & lacking & village)
        left = total - np.nansum(residents[here])
        if np.isnan(total) or not len(empty) or left <= 0:
            continue
        shares = weights[empty] if by_cells else np.ones(len(empty))
        residents[empty] = largest_remainder(shares, total=round(left))
        key = "demand.remainder_by_cells" if by_cells else "demand.remainder"
        found = text(key, id=township_id, n=len(empty), left=left, total=total)
        findings.append(_township_finding(found, severity="warning", files=files))
    return rows.assign(residents=residents), findings


def to_township_totals(
    rows: "gpd.GeoDataFrame", totals: "pd.Series[float]", *, files: Mapping[str, str]
) -> Counted:
    """Rows scaled to their township's total, or the rest left beyond them."""
    residents = rows["residents"].fillna(0.0).to_numpy(float).round()
    method = rows["residents_method"].to_numpy(object).copy()
    beyond = pd.Series(0.0, index=totals.index)
    findings = []
    township = rows["township_id"].to_numpy()
    for township_id, total in totals.items():
        here = np.flatnonzero(township == township_id)
        listed = residents[here].sum()
        if np.isnan(total) or listed == total:
            continue
        factor = total / listed if listed else np.inf
        if factor <= SCALE_LIMIT:
            residents[here] = largest_remainder(residents[here], total=round(total))
            method[here] = np.where(method[here] == "measured", "scaled", method[here])
            severity: Severity = "info" if factor >= 1 / SCALE_LIMIT else "warning"
            found = text("demand.scaled", id=township_id, listed=listed, total=total, factor=factor)
        else:
            beyond[township_id] = total - listed
            severity, found = (
                "warning",
                text("demand.unplaced", id=township_id, n=total - listed, total=total),
            )
        findings.append(_township_finding(found, severity=severity, files=files))
    return Counted(residents=residents, method=method, beyond=beyond, findings=tuple(findings))


def _township_finding(found: str, *, severity: Severity, files: Mapping[str, str]) -> Finding:
    return Finding(
        code="township_total",
        severity=severity,
        layer="townships",
        file=files.get("townships", ""),
        row=None,
        column=None,
        found=found,
        allowed=text("demand.total_allowed", factor=SCALE_LIMIT),
        remedy=text("demand.total_remedy"),
    )
