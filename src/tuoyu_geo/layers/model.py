"""The layers of a county, checked: one frame a layer, one metric CRS, all findings."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from tuoyu_geo.errors import DataError
from tuoyu_geo.findings import Finding, by_severity
from tuoyu_geo.messages import listed, text
from tuoyu_geo.messages.speaker import Spoken

ROLES = ("townships", "communities", "villages", "institutions", "candidates", "roads", "water")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Layers(Spoken):
    """The layers of a county.

    Every frame is in `crs`, its index is unique text, and it carries source_row (the row as the sender sees it) and
    quality. A layer that is not given is an empty frame with its columns.

    Attributes
    ----------
    townships
        Polygons, index township_id (9-digit code); name, kind, residents (NaN where not known), area_kind.
    communities
        Points or polygons, index community_id; name, township_id, status, works, completed_on, built_year,
        households, persons_per_household, residents, planned_residents, under3, has_facility, area_kind, area_class
        (the urban-rural class, None where not given), area_stated (whether the layer states area_kind).
    villages
        Points or polygons, index village_id; name, township_id, residents, households, under3, area_kind, area_class,
        area_stated, remote (None where nobody said).
    population
        Points, index population_id; residents (people of one cell of a grid or raster), township_id.
    institutions
        Points, index institution_id; name, kind, registration, registry, nature, places, enrolled, ages (as written),
        township_id, community_id, operator, demonstration, address.
    candidates
        Points, index candidate_id; name, kind, method, floor, area_m2, land_area_m2, land_use, allocated_land,
        places, cost_10k_yuan, open_year, township_id, community_id, operator, demonstration, exclusion.
    roads
        Lines, index road_id; road_class, name, bridge, tunnel, oneway, maxspeed.
    built_up
        Polygons of the built-up area; name.
    water
        Polygons and lines; name.
    hazards
        Polygons, lines and points that candidates must keep away from; kind, name.
    unplaced
        Communities and villages that no coordinates and no gazetteer place, index their id; layer, name, township_id,
        status, area_kind, residents, planned_residents, households, persons_per_household, floor_area_m2, under3,
        source_row. They are counted in every total.
    findings
        Everything noticed, in the order in which it is shown.
    mappings
        By layer: the file's column for each field.
    crs
        Metric CRS, as ``EPSG:n``.
    """

    townships: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    villages: gpd.GeoDataFrame
    population: gpd.GeoDataFrame
    institutions: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    unplaced: pd.DataFrame
    built_up: gpd.GeoDataFrame
    hazards: gpd.GeoDataFrame
    findings: tuple[Finding, ...]
    mappings: Mapping[str, Mapping[str, str]]
    crs: str

    def require_valid(self) -> None:
        """Refuse layers with faults.

        Raises
        ------
        DataError
            At least one finding is an error; it names them all.
        """
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if errors:
            raise DataError(text("layers.not_valid", n=len(errors)), findings=by_severity(self.findings))

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        rows = [
            (
                text(f"words.role.{role}"),
                f"{len(frame):,}",
                listed(text(f"words.quality.{one}") for one in sorted(set(frame["quality"]))),
            )
            for role in ROLES
            for frame in (getattr(self, role),)
        ]
        head = "".join(f"<th>{text(f'layers.html_{name}')}</th>" for name in ("role", "rows", "quality"))
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        counts = {
            name: sum(one.severity == name for one in self.findings) for name in ("error", "warning", "info")
        }
        return f"<table><tr>{head}</tr>{body}</table><p>{escape(text('layers.html_findings', crs=self.crs, **counts))}</p>"
