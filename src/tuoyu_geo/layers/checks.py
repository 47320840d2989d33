"""Checks of one layer alone: shapes, ids, the same place twice."""

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import layer_finding
from tuoyu_geo.layers.tangle import is_tangled
from tuoyu_geo.layers.townships import inner_points
from tuoyu_geo.messages import listed, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME_PLACE_M = 50.0
TOUCHING_M = 10.0
# Share of characters that two names have in common, in order.
ALIKE = 0.75
SHAPES: dict[str, tuple[str, ...]] = {
    "townships": ("Polygon", "MultiPolygon"),
    "gazetteer": ("Point", "Polygon", "MultiPolygon"),
    "communities": ("Point", "Polygon", "MultiPolygon"),
    "villages": ("Point", "Polygon", "MultiPolygon"),
    "institutions": ("Point", "Polygon", "MultiPolygon"),
    "candidates": ("Point", "Polygon", "MultiPolygon"),
    "roads": ("LineString", "MultiLineString"),
    "built_up": ("Polygon", "MultiPolygon"),
    "hazards": ("Point", "MultiPoint", "Polygon", "MultiPolygon", "LineString", "MultiLineString"),
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
    lost = ~missing & ~_is_finite(shapes)
    invalid = (~missing & ~wrong & ~shapely.is_valid(shapes)) | (lost & ~wrong)
    findings: list[Finding] = []
    keep = np.ones(len(frame), dtype=bool)
    # What lies at infinity, beyond where the projection reaches, can be neither mended nor measured.
    mended = shapes.copy()
    mended[lost] = None
    for i in np.flatnonzero(missing | wrong | invalid):
        row = int(frame["source_row"].iloc[i])
        name = frame["name"].iloc[i] if "name" in frame else None
        if invalid[i]:
            words = {"code": "shape_invalid", "found": shapely.is_valid_reason(shapes[i])}
        elif wrong[i]:
            words = {"code": "shape_kind", "found": str(kinds[i])}
        else:
            words = {"code": "shape_missing", "found": text("layers.no_shape")}
        extra = {"name": name or "", "found": words["found"], "allowed": listed(SHAPES[source.role])}
        if source.on_invalid == "drop":
            keep[i] = False
            people = frame["residents"].iloc[i] if "residents" in frame else np.nan
            findings.append(
                layer_finding(
                    source, "row_dropped", severity="warning", row=row, people=np.nan_to_num(people), **extra
                )
            )
        elif source.on_invalid == "fix" and invalid[i] and not lost[i] and not is_tangled(shapes[i]):
            mended[i] = _mend(shapes[i], SHAPES[source.role])
            findings.append(layer_finding(source, "shape_fixed", severity="warning", row=row, **extra))
        elif not (missing[i] and _already_told(source)):
            findings.append(layer_finding(source, words["code"], row=row, **extra))
    result = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))
    return result[keep], findings


def _is_finite(shapes: "NDArray[np.object_]") -> "NDArray[np.bool_]":
    """``(n,)`` whether every coordinate of a shape is a number."""
    places, shape = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[shape[~np.isfinite(places).all(axis=1)]] = False
    return finite


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
    shared = np.flatnonzero(
        frame["name"].duplicated(keep=False).to_numpy() & frame["name"].notna().to_numpy()
    )
    names = frame["name"].to_numpy(object)[shared]
    points = np.asarray(inner_points(frame.geometry.iloc[shared]).array, dtype=object)
    rows = frame["source_row"].to_numpy()[shared]
    order = np.argsort(names.astype(str), kind="stable")
    starts = 1 + np.flatnonzero(names[order][1:] != names[order][:-1])
    for group in np.split(order, starts):
        for k, i in enumerate(group[1:], start=1):
            metres = shapely.distance(points[group[:k]], points[i])
            nearest = int(np.argmin(metres))
            if metres[nearest] <= SAME_PLACE_M:
                findings.append(
                    layer_finding(
                        source,
                        "near_twin",
                        severity="warning",
                        row=rows[i],
                        name=names[i],
                        other=int(rows[group[nearest]]),
                        metres=metres[nearest],
                    )
                )
    return findings


def check_near_candidates(frame: gpd.GeoDataFrame, *, source: LayerSource) -> list[Finding]:
    """Candidates of different names that are likely one: within 10 m, or within 50 m and named nearly alike.

    Two rows of one place would be chosen as two sites.
    """
    points = np.asarray(frame.geometry.representative_point().array, dtype=object)
    if len(points) < 2:
        return []
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    names, rows = frame["name"].to_numpy(object), frame["source_row"].to_numpy()
    findings = []
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i <= j or names[i] == names[j]:
            continue
        metres = float(shapely.distance(points[i], points[j]))
        alike = SequenceMatcher(None, str(names[i]), str(names[j])).ratio() >= ALIKE
        if metres <= TOUCHING_M or alike:
            findings.append(
                layer_finding(
                    source,
                    "near_candidate",
                    severity="warning",
                    row=rows[i],
                    name=names[i],
                    other_name=names[j],
                    other=int(rows[j]),
                    metres=metres,
                )
            )
    return findings
