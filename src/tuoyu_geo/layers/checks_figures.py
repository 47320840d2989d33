"""Checks of the figures of one layer: people, households, densities, places, areas."""

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tuoyu_geo.findings import Finding, Severity
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding

if TYPE_CHECKING:
    from collections.abc import Callable

# Households × persons may differ from residents by this factor before somebody should look.
HOUSEHOLD_FACTOR = 2.0
# Persons a household where a row states none; 2020 census, whole country 2.62.
PERSONS_PER_HOUSEHOLD = 2.62
# GB 50180-2018: a neighbourhood of 1,000 to 3,000 people stands on 2 to 4 ha, so at most 150,000 a square kilometre.
DENSITY_PER_KM2 = 150_000.0
# The densest subdistricts of the country's cities hold some 60,000 a square kilometre.
TOWNSHIP_DENSITY_PER_KM2 = 80_000.0
# A 15-minute living circle, the largest of GB 50180-2018, holds at most 100,000; one estate or village holds less.
MOST_RESIDENTS = 50_000.0
# More children than this share of residents is no age structure of any county; the national share was 3 % in 2020.
UNDER3_SHARE = 0.15


def check_people(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """All checks of the people of communities or villages."""
    checks: list[Callable[..., list[Finding]]] = [
        check_zero_residents,
        check_under3,
        check_size,
        check_density,
        check_households,
    ]
    if source.role == "communities":
        checks.append(check_planned)
    return [finding for check in checks for finding in check(frame, source=source)]


def check_households(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Households × persons that contradict the residents by more than a factor of two."""
    size = _column(frame, "persons_per_household")
    size = np.where(size > 0, size, PERSONS_PER_HOUSEHOLD)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = frame["residents"].to_numpy(float) / (frame["households"].to_numpy(float) * size)
    known = np.isfinite(factor) & (factor > 0)
    off = known & ((factor > HOUSEHOLD_FACTOR) | (factor < 1 / HOUSEHOLD_FACTOR))
    return _each(frame, off, source, "households_against_residents", columns=("residents", "households"))


def check_planned(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Estates not yet built without planned residents or households."""
    unknown = frame["planned_residents"].isna() & frame["households"].isna()
    off = frame["status"].ne("built").to_numpy() & unknown.to_numpy()
    return _each(frame, off, source, "planned_without_people")


def check_zero_residents(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Built places that say nobody lives there."""
    built = frame["status"].eq("built") if "status" in frame else pd.Series(True, index=frame.index)
    return _each(frame, (frame["residents"].eq(0) & built).to_numpy(), source, "nobody", severity="info")


def check_under3(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """More children under 3 than residents, which is an error; or far more than any age structure has."""
    residents, under3 = frame["residents"].to_numpy(float), frame["under3"].to_numpy(float)
    more = (under3 > residents) & (residents > 0)
    many = ~more & (under3 > UNDER3_SHARE * residents) & (residents > 0)
    columns = ("under3", "residents")
    return [
        *_each(frame, more, source, "under3_above_residents", severity="error", columns=columns),
        *_each(frame, many, source, "under3_many", columns=columns),
    ]


def check_size(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """More residents than one estate or village can have: often 万 read twice, or a township's total."""
    off = frame["residents"].to_numpy(float) > MOST_RESIDENTS
    return _each(frame, off, source, "residents_many", columns=("residents",))


def check_density(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Polygons in which more people would live than anywhere do."""
    most = TOWNSHIP_DENSITY_PER_KM2 if source.role == "townships" else DENSITY_PER_KM2
    km2 = frame.geometry.area.to_numpy() / 1e6
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(km2 > 0, frame["residents"].to_numpy(float) / km2, np.nan)
    checked = frame.assign(km2=km2, density=density)
    return _each(checked, density > most, source, "density_high", columns=("residents", "km2", "density"))


def check_registration(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Institutions that have places but are not registered: their places don't count."""
    off = frame["registration"].ne("registered").to_numpy()
    counted = frame.assign(places=frame["places"].fillna(0.0))
    return _each(counted, off, source, "not_registered", severity="info", columns=("places",))


def check_places(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Registered institutions without places, and institutions with more children than places."""
    places, enrolled = frame["places"].to_numpy(float), frame["enrolled"].to_numpy(float)
    without = frame["registration"].eq("registered").to_numpy() & np.isnan(places)
    return [
        *_each(frame, without, source, "no_places"),
        *_each(frame, enrolled > places, source, "over_full", columns=("enrolled", "places")),
    ]


def check_parcels(frame: gpd.GeoDataFrame, *, source: LayerSource, smallest_m2: float) -> list[Finding]:
    """Candidates whose floor area, or land where no floor area is stated, is below the smallest allowed."""
    area_m2 = frame["area_m2"].fillna(frame["land_area_m2"]).to_numpy(float)
    checked = frame.assign(stated_m2=area_m2, smallest_m2=smallest_m2)
    columns = ("stated_m2", "smallest_m2")
    return _each(checked, area_m2 < smallest_m2, source, "parcel_small", columns=columns)


def _column(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    return frame[name].to_numpy(float) if name in frame else np.full(len(frame), np.nan)


def _each(
    frame: gpd.GeoDataFrame,
    off: NDArray[np.bool_],
    source: LayerSource,
    code: str,
    *,
    severity: Severity = "warning",
    columns: tuple[str, ...] = (),
) -> list[Finding]:
    """A finding for each row that is off, with what its columns say."""
    return [
        layer_finding(
            source,
            code,
            severity=severity,
            row=row["source_row"],
            name=row["name"],
            **{column: row[column] for column in columns},
        )
        for _, row in frame.loc[off, ["name", "source_row", *columns]].iterrows()
    ]
