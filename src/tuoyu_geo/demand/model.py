"""What demand is worked out from, and what it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoyu_geo.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandParameters:
    """The county's figures that rows lack; the children under 3 in the order in which they are preferred.

    Attributes
    ----------
    persons_per_household
        Persons a household where a row states none [persons].
    floor_area_per_person_m2
        Floor area a person [m2], for rows with neither residents nor households; None leaves them unknown.
    under3_total
        Children under 3 in the county, worked out elsewhere [children].
    births
        Births of the last three years, in any order [children].
    hukou_under3, hukou_residents
        Registered (户籍) children under 3, and registered residents; scaled to those who live there.
    age0, age1_4
        Census: children of 0 and of 1 to 4 years; of the latter half are counted, those of 1 and 2.
    birth_rates_permille
        Births a 1,000 residents in the last three years.
    under3_share
        Children under 3 as a share of residents.
    """

    persons_per_household: float
    floor_area_per_person_m2: float | None = None
    under3_total: float | None = None
    births: tuple[float, float, float] | None = None
    hukou_under3: float | None = None
    hukou_residents: float | None = None
    age0: float | None = None
    age1_4: float | None = None
    birth_rates_permille: tuple[float, float, float] | None = None
    under3_share: float | None = None


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
    unplaced: "pd.DataFrame"
    findings: tuple[Finding, ...]
