"""What each map shows of an outcome: it is drawn from that alone, so what is left out here can't change it.

A page that comes to show a column more must name it here; until then it does not have it, and a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from tuoyu_geo.outcome import Clause, Outcome

_POINT = "name township_id kind"
_DEMAND = (
    f"{_POINT} status area_kind residents under3 planned_residents residents_method under3_method cost_unit standard"
    " nearest_today_id nearest_today_cost nearest_today_method covered_today street_today"
    " nearest_plan_id nearest_plan_cost nearest_plan_method covered_plan street_plan"
)
_INSTITUTIONS = f"{_POINT} registration registry nature places enrolled counted under3_in_reach address"
_SITES = (
    f"{_POINT} order method places cost_10k_yuan area_m2 land_area_m2 land_use allocated_land floor open_year"
    " gained_residents gained_under3 reason"
)
_CANDIDATES = (
    f"{_POINT} usable selected method unusable_reason land_use area_m2 land_area_m2 allocated_land floor places"
    " cost_10k_yuan open_year"
)
_GAPS = (
    "flag subject_id name township_id status residents under3 nearest_id nearest_cost nearest_method cost_unit"
    " spare_places reason asks remedy"
)
_TOWNSHIPS = (
    "name kind residents under3 quota existing proposed shortfall met places_today places_plan places_required"
    " covered_today_share covered_plan_share"
)
_SERVICE_AREAS = "facility_id facility_name phase band unit"
_MENDS = "way name method places cost cost_unit"
_GROUND = {"streets": "road_class", "water": ""}
_SHORT = "township_quota"
_ESTATES = "new_missing new_shared built_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a map shows.

    Attributes
    ----------
    frames
        By frame of the outcome: its columns; what lies where goes with each.
    flags
        Gaps of these flags only.
    summary
        By part of the summary: its figures.
    whole_clauses
        Whether clauses are shown with how they stand, or only what they ask for.
    """

    frames: Mapping[str, str]
    flags: str
    summary: Mapping[str, str]
    whole_clauses: bool = False


BUREAUS: Mapping[str, Shown] = MappingProxyType(
    {
        "overview": Shown(
            frames=_GROUND
            | {
                "townships": _TOWNSHIPS,
                "demand": _DEMAND,
                "institutions": _INSTITUTIONS,
                "sites": _SITES,
                "candidates": f"{_POINT} unusable_reason",
                "gaps": "flag township_id reason asks",
                "service_areas": _SERVICE_AREAS,
                "search_areas": "name asks",
                "coverage": "reading label headline before after",
            },
            flags=_SHORT,
            summary={"institutions": "counted proposed", "places": "per_1000 per_1000_plan"},
            whole_clauses=True,
        ),
        "health": Shown(
            frames=_GROUND
            | {
                "townships": f"{_TOWNSHIPS} unmet_places_plan",
                "demand": _DEMAND,
                "unserved": _DEMAND,
                "institutions": _INSTITUTIONS,
                "sites": _SITES,
                "gaps": _GAPS,
            },
            flags=f"{_SHORT} village_guidance",
            summary={"places": "required existing proposed"},
        ),
        "natural_resources": Shown(
            frames=_GROUND
            | {
                "townships": _TOWNSHIPS,
                "demand": "area_kind",
                "institutions": _INSTITUTIONS,
                "sites": _SITES,
                "candidates": _CANDIDATES,
                "gaps": "flag township_id reason asks",
                "search_areas": "name asks",
            },
            flags=_SHORT,
            summary={},
        ),
        "housing": Shown(
            frames=_GROUND
            | {
                "townships": _TOWNSHIPS,
                "demand": _DEMAND,
                "institutions": f"{_INSTITUTIONS} community_id",
                "sites": _SITES,
                "gaps": _GAPS,
                "mends": _MENDS,
                "communities": "status completed_on built_year has_facility",
            },
            flags=f"{_SHORT} {_ESTATES}",
            summary={},
        ),
    }
)
"""By stem of a bureau's map."""

TOWNSHIP = Shown(
    frames=_GROUND
    | {
        "townships": _TOWNSHIPS,
        "demand": _DEMAND,
        "unserved": _DEMAND,
        "institutions": _INSTITUTIONS,
        "sites": _SITES,
        "gaps": _GAPS,
        "mends": _MENDS,
        "service_areas": _SERVICE_AREAS,
        "search_areas": "name asks",
    },
    flags=f"{_SHORT} {_ESTATES} village_guidance",
    summary={},
    whole_clauses=True,
)
"""Of a township's map: of what lies in it, and of what serves its people."""


def narrowed(outcome: Outcome, shown: Shown, *, with_what_if: bool) -> Outcome:
    """The outcome with what is shown, and nothing else.

    Parameters
    ----------
    outcome
        What one run found out.
    shown
        What a map shows of it.
    with_what_if
        Whether the map has the what-if panel.
    """
    kept: dict[str, Any] = {}
    for field in fields(outcome):
        value = getattr(outcome, field.name)
        if isinstance(value, pd.DataFrame):
            kept[field.name] = _columns(value, shown.frames.get(field.name))
    gaps = kept["gaps"]
    if not gaps.empty:
        kept["gaps"] = gaps[gaps["flag"].isin(shown.flags.split())]
    return replace(
        outcome,
        **kept,
        clauses=outcome.clauses if shown.whole_clauses else tuple(heading(one) for one in outcome.clauses),
        findings=(),
        summary={
            part: {name: outcome.summary[part][name] for name in names.split()}
            for part, names in shown.summary.items()
            if part in outcome.summary
        },
        what_if=outcome.what_if if with_what_if else None,
        what_if_start=outcome.what_if_start if with_what_if else None,
    )


def heading(clause: Clause) -> Clause:
    """A clause as what it asks for, whatever came of it."""
    return Clause(
        id=clause.id,
        kind=clause.kind,
        section=clause.section,
        quotation=clause.quotation,
        departments=(),
        status_today="not_judgeable",
        status_plan="not_judgeable",
        observed_today="",
        observed_plan="",
        target="",
        note="",
    )


def _columns(frame: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    shape = [frame.geometry.name] if isinstance(frame, gpd.GeoDataFrame) else []
    if wanted is None:
        return frame.iloc[:0][shape]
    return frame[[*(name for name in wanted.split() if name in frame.columns), *shape]]
