"""What one run found out: the frames and figures that maps, tables and summaries show.

Maps and reports read an `Outcome` and compute nothing that is not drawing: a figure shown in two places comes
from one column here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tuoyu_geo.findings import Finding
from tuoyu_geo.policy.clause import Clause as Clause

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from tuoyu_geo.policy.model import Policy
    from tuoyu_geo.what_if import WhatIf, WhatIfStart


def _no_rows() -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415  (slow to import)

    return pd.DataFrame()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """Where a layer comes from, for title blocks and tables.

    Attributes
    ----------
    role, file, source
        The layer, its file as the project names it, and who made it, in the project's words.
    quality
        "official", "estimated", "synthetic" or "unverified".
    """

    role: str
    file: str
    source: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNote:
    """The title block of every map and table.

    Attributes
    ----------
    title, county_name, county_code
        The plan's title and the county it is for.
    prepared_by, date
        编制单位 and the date as the project states it (never the clock's: the same inputs give the same bytes).
    crs
        The metric CRS of every frame, as ``EPSG:n``.
    map_approval_number
        审图号, or "" for 内部工作用图.
    notices
        Sentences that must stand on every map and table: synthetic data, unverified standards, and the like.
    sources
        One note a layer.
    attribution
        Credits that a licence asks for on everything made from the data; they are among the notices too.
    """

    title: str
    county_name: str
    county_code: str
    prepared_by: str
    date: str
    crs: str
    map_approval_number: str
    notices: tuple[str, ...]
    sources: tuple[SourceNote, ...]
    attribution: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Ground:
    """What lies below the points of a map in a notebook.

    Attributes
    ----------
    note
        Title block.
    townships, streets, water
        As of `Outcome`; of the townships, name alone is needed.
    """

    note: ProjectNote
    townships: "gpd.GeoDataFrame"
    streets: "gpd.GeoDataFrame"
    water: "gpd.GeoDataFrame"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """What one run found out.

    All frames are in `note.crs` (metres). Ids are text.

    Attributes
    ----------
    note
        Title block.
    townships
        Polygons, index ``township_id``; columns name, kind, area_kind, quota, existing (institutions that count),
        proposed, shortfall (quota still missing with the plan), met (bool, with the plan), residents, under3,
        places_today, places_plan, places_required, covered_today_share, covered_plan_share (of residents),
        unmet_places_today, unmet_places_plan (places asked for that find none within the standard).
    demand
        Points, index ``demand_id``; columns name, kind ("estate", "village"), status ("built",
        "under_construction", "planned"), area_kind ("urban", "rural"), township_id, residents, under3 (both today;
        0 where nobody has moved in yet), planned_residents (NaN where none), residents_method, under3_method
        ("measured", "scaled", "estimated"), cost_unit ("m", "min"), standard (largest cost that counts, closed),
        nearest_today_id, nearest_today_cost, nearest_today_method ("network", or "straight_line" for an estimate),
        covered_today, nearest_plan_id, nearest_plan_cost, nearest_plan_method, covered_plan,
        snap_m, places_per_100_today, places_per_100_plan (2SFCA: places within reach a 100 children),
        street_today, street_plan (named streets on the way to the nearest institution; None where none is known),
        place_today_share, place_plan_share (share of the places it needs that it gets, a place counted once; 0 where it
        needs none). An id is None and a cost NaN where nothing is reachable within the search.
    institutions
        Points, the layer's columns and counted (bool), under3_in_reach (children within the standard), and of
        those that count today asked_places, use_share, use_method, use, as `places.PlacesView.institutions`.
    candidates
        Points, the layer's columns and usable (bool), selected (bool).
    sites
        Points, index ``candidate_id``; columns order (1..n, the order that gains most first, quotas first), name,
        kind, method, township_id, places (of the size taken), places_full (of the largest it could take),
        cost_10k_yuan (of the size taken; NaN where none is stated), cost_method ("measured", "estimated" for a smaller
        size, "unstated"), area_m2, land_area_m2, land_use, allocated_land, floor,
        open_year, gained_residents, gained_under3 (newly covered when added in this order), reason (a sentence).
    gaps
        Points, index ``gap_id``; columns flag ("new_missing", "new_shared", "built_missing", "township_quota",
        "village_guidance"), subject_id, name, township_id, status, residents, under3, nearest_id, nearest_cost,
        nearest_method, cost_unit, spare_places, reason, asks (what the document asks for), remedy.
    service_areas
        Polygons for drawing only; columns facility_id, facility_name, phase ("today", "plan"), standard,
        band (how far this polygon reaches; a facility has several, one in another), unit, method ("network", or
        "straight_line" for a circle).
    search_areas
        Polygons for drawing only: where one more candidate would mend what the plan can't meet; columns reason ("quota",
        "estate", "coverage"), subject_id, name, residents (NaN where the headline reading counts area), asks (a sentence).
        Empty where the plan meets all.
    unserved
        Points: the rows of `demand` not covered with the plan, with the same columns.
    streets
        Lines with a column road_class; empty where there are no roads.
    water
        Polygons or lines with a column name; empty where the layer is not given.
    coverage
        Rows: columns reading, label, standard_m, unit, scope, before, after (shares 0..1), headline (bool).
    coverage_groups
        Rows of `coverage_groups.coverage_groups`: coverage by township and by kind of area, before and after.
    coverage_curve
        Rows of `coverage_groups.coverage_curves`: coverage at walking standards of 300 to 3,000 m, before and after.
    clauses
        The policy's clauses, judged.
    findings
        Everything noticed in the data.
    summary
        What `summary.json` holds.
    trace
        Who is assigned to what, today and with the plan: as `trace.trace_table`.
    mends
        With what each flagged estate can be mended: as `mends.ways_to_mend`.
    communities
        The estates' layer as it was read, index community_id.
    policy
        The rules: quotas, standards, members of the joint conference.
    what_if
        Gives the numbers of the what-if panel, worked out when first asked for; None where the outcome is no project's.
    what_if_start
        Gives all that those numbers follow from, without the search that they take; None where nobody can tell.
    """

    note: ProjectNote
    townships: "gpd.GeoDataFrame"
    demand: "gpd.GeoDataFrame"
    institutions: "gpd.GeoDataFrame"
    candidates: "gpd.GeoDataFrame"
    sites: "gpd.GeoDataFrame"
    gaps: "gpd.GeoDataFrame"
    service_areas: "gpd.GeoDataFrame"
    search_areas: "gpd.GeoDataFrame"
    unserved: "gpd.GeoDataFrame"
    streets: "gpd.GeoDataFrame"
    water: "gpd.GeoDataFrame"
    coverage: "pd.DataFrame"
    coverage_groups: "pd.DataFrame"
    coverage_curve: "pd.DataFrame"
    clauses: tuple[Clause, ...]
    findings: tuple[Finding, ...]
    summary: Mapping[str, Any]
    trace: "pd.DataFrame" = field(default_factory=_no_rows)
    mends: "pd.DataFrame" = field(default_factory=_no_rows)
    communities: "gpd.GeoDataFrame"
    policy: "Policy"
    what_if: "Callable[[], WhatIf] | None" = None
    what_if_start: "Callable[[], WhatIfStart] | None" = None
