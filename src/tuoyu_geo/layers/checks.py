"""Checks of one layer alone: shapes, ids, names, numbers that contradict each other."""

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME_PLACE_M = 50.0
# Households × persons may differ from residents by this factor before somebody should look.
HOUSEHOLD_FACTOR = 2.0
SHAPES: dict[str, tuple[str, ...]] = {
    "townships": ("Polygon", "MultiPolygon"),
    "communities": ("Point", "Polygon", "MultiPolygon"),
    "villages": ("Point", "Polygon", "MultiPolygon"),
    "institutions": ("Point", "Polygon", "MultiPolygon"),
    "candidates": ("Point", "Polygon", "MultiPolygon"),
    "roads": ("LineString", "MultiLineString"),
    "water": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
}


def check_shapes(frame: gpd.GeoDataFrame, *, source: LayerSource) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Empty, wrong and invalid shapes, by the layer's policy: raise, fix or drop.

    Returns
    -------
    The frame with shapes mended or rows dropped, as the policy says; and findings, with the people a dropped row
    takes along.
    """
    shapes = np.asarray(frame.geometry.array, dtype=object)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = np.array(
        [None if gone else shape.geom_type for shape, gone in zip(shapes, missing, strict=True)], dtype=object
    )
    wrong = ~missing & ~np.isin(kinds.astype(str), SHAPES[source.role])
    invalid = ~missing & ~wrong & ~shapely.is_valid(shapes)
    findings: list[Finding] = []
    keep = np.ones(len(frame), dtype=bool)
    mended = shapes.copy()
    for i in np.flatnonzero(missing | wrong | invalid):
        row = int(frame["source_row"].iloc[i])
        name = frame["name"].iloc[i] if "name" in frame else None
        if invalid[i]:
            words = {"code": "shape_invalid", "found": shapely.is_valid_reason(shapes[i])}
        elif wrong[i]:
            words = {"code": "shape_kind", "found": str(kinds[i])}
        else:
            words = {"code": "shape_missing", "found": text("layers.no_shape")}
        extra = {"name": name or "", "found": words["found"], "allowed": "、".join(SHAPES[source.role])}
        if source.on_invalid == "drop":
            keep[i] = False
            people = frame["residents"].iloc[i] if "residents" in frame else np.nan
            findings.append(
                layer_finding(
                    source, "row_dropped", severity="warning", row=row, people=np.nan_to_num(people), **extra
                )
            )
        elif source.on_invalid == "fix" and invalid[i]:
            mended[i] = _mend(shapes[i], SHAPES[source.role])
            findings.append(layer_finding(source, "shape_fixed", severity="warning", row=row, **extra))
        elif not (missing[i] and _already_told(source)):
            findings.append(layer_finding(source, words["code"], row=row, **extra))
    result = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))
    return result[keep], findings


def _already_told(source: LayerSource) -> bool:
    """Whether a missing shape stands for coordinates that place.py has already named."""
    return source.path.suffix.lower() in {".csv", ".txt", ".xlsx"}


def _mend(shape: shapely.Geometry, allowed: tuple[str, ...]) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.make_valid(shape))
    fitting = [part for part in parts if part.geom_type in allowed]
    return fitting[0] if len(fitting) == 1 else shapely.union_all(fitting)


def check_ids(ids: "NDArray[np.object_]", frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Ids that stand more than once."""
    findings = []
    first: dict[object, int] = {}
    for one, row in zip(ids, frame["source_row"], strict=True):
        if one in first:
            findings.append(layer_finding(source, "id_twice", row=row, found=one, first=first[one]))
        else:
            first[one] = int(row)
    return findings


def check_near_twins(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Rows of the same name within 50 m of each other: likely the same place twice."""
    findings = []
    for name, group in frame.groupby("name", sort=True):
        if len(group) < 2:
            continue
        points = group.geometry.representative_point()
        for k in range(1, len(group)):
            near = points.iloc[:k].distance(points.iloc[k])
            if near.min() <= SAME_PLACE_M:
                other = int(group["source_row"].iloc[int(np.argmin(near.to_numpy()))])
                row = int(group["source_row"].iloc[k])
                findings.append(
                    layer_finding(
                        source,
                        "near_twin",
                        severity="warning",
                        row=row,
                        name=name,
                        other=other,
                        metres=near.min(),
                    )
                )
    return findings


def check_people(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Built places without people, households that contradict residents, planned estates without a plan."""
    findings = []
    for row in frame.itertuples():
        if source.role == "communities":
            size = row.persons_per_household if row.persons_per_household > 0 else 2.65
            if row.households > 0 and row.residents > 0:
                factor = row.residents / (row.households * size)
                if not 1 / HOUSEHOLD_FACTOR <= factor <= HOUSEHOLD_FACTOR:
                    findings.append(
                        layer_finding(
                            source,
                            "households_against_residents",
                            severity="warning",
                            row=row.source_row,
                            name=row.name,
                            residents=row.residents,
                            households=row.households,
                        )
                    )
            if row.status != "built" and np.isnan(row.planned_residents) and np.isnan(row.households):
                findings.append(
                    layer_finding(
                        source,
                        "planned_without_people",
                        severity="warning",
                        row=row.source_row,
                        name=row.name,
                    )
                )
        if row.residents == 0 and getattr(row, "status", "built") == "built":
            findings.append(
                layer_finding(source, "nobody", severity="info", row=row.source_row, name=row.name)
            )
        if row.under3 > row.residents > 0:
            findings.append(
                layer_finding(
                    source,
                    "under3_above_residents",
                    row=row.source_row,
                    name=row.name,
                    under3=row.under3,
                    residents=row.residents,
                )
            )
    return findings


def check_institutions(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Institutions that have places but don't count, or more children than places."""
    findings = []
    for row in frame.itertuples():
        if row.registration != "registered":
            findings.append(
                layer_finding(
                    source,
                    "not_registered",
                    severity="info",
                    row=row.source_row,
                    name=row.name,
                    places=np.nan_to_num(row.places),
                )
            )
        elif np.isnan(row.places):
            findings.append(
                layer_finding(source, "no_places", severity="warning", row=row.source_row, name=row.name)
            )
        if row.enrolled > row.places:
            findings.append(
                layer_finding(
                    source,
                    "over_full",
                    severity="warning",
                    row=row.source_row,
                    name=row.name,
                    enrolled=row.enrolled,
                    places=row.places,
                )
            )
    return findings
