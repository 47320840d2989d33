"""What is noticed where points are joined to their streets: too far, over water, beside a motorway, on an island."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import text
from tuoyu_geo.network import Attached, StreetNetwork, distance_to_class_m
from tuoyu_geo.network.mode import MOTORWAYS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_AT_HAND_M = 1.0
"""A point this near to its street is on it, whatever the drawing of the water says."""


def snap_findings(
    attached: Attached,
    *,
    streets: StreetNetwork,
    xy: "NDArray[np.float64]",
    water: "gpd.GeoDataFrame",
    names: Sequence[str],
    roles: Sequence[str],
    people: Sequence[float],
    snap_max_m: float,
    snap_warn_m: float,
    files: Mapping[str, str],
) -> list[Finding]:
    """Findings of points, in their order; a point may have several.

    Parameters
    ----------
    attached
        The points joined to the streets.
    streets
        The streets before that.
    xy
        ``(n_point, 2)`` the points [m].
    water
        Polygons and lines in the same reference system; may be empty.
    names, roles, people
        Of each point: its name, its layer, and the residents it stands for.
    snap_max_m, snap_warn_m
        Beyond the first a point is off the network; beyond the second its snap is far [m].
    files
        File of each layer.
    """
    lengths = attached.network.component_length_m()
    main = int(np.argmax(lengths)) if len(lengths) else -1
    wet = _across_water(attached, xy=xy, water=water)
    motorway_m = distance_to_class_m(streets, xy, *MOTORWAYS)
    findings = []
    for i, (name, role) in enumerate(zip(names, roles, strict=True)):
        node, snap_m = int(attached.node_idx[i]), float(attached.snap_m[i])
        words = {"name": name, "metres": snap_m, "people": people[i], "motorway": motorway_m[i]}
        codes = []
        if node < 0:
            codes.append(("off_network" if np.isfinite(snap_m) else "no_street", snap_max_m))
        elif attached.network.component[node] != main:
            codes.append(("on_island", 0.0))
        elif snap_m > snap_warn_m:
            codes.append(("far_snap", snap_warn_m))
        if node >= 0 and wet[i]:
            codes.append(("snap_over_water", 0.0))
        if motorway_m[i] < min(snap_m, snap_max_m):
            codes.append(("beside_motorway", 0.0))
        for code, metres in codes:
            findings.append(
                Finding(
                    code=code,
                    severity="warning",
                    layer=role,
                    file=files.get(role, ""),
                    row=None,
                    column=None,
                    found=text(f"reach.found_{code}", **words),
                    allowed=text(f"reach.allowed_{code}", metres=metres),
                    remedy=text(f"reach.remedy_{code}"),
                )
            )
    return findings


def _across_water(
    attached: Attached, *, xy: "NDArray[np.float64]", water: "gpd.GeoDataFrame"
) -> "NDArray[np.bool_]":
    """(n_point,) whether the straight line from a point to its street meets water."""
    over = np.zeros(len(xy), dtype=bool)
    shapes = np.asarray(water.geometry.array)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    joined = np.flatnonzero((attached.node_idx >= 0) & (attached.snap_m > _AT_HAND_M))
    if len(shapes) and len(joined):
        ways = shapely.linestrings(np.stack([xy[joined], attached.foot_xy[joined]], axis=1))
        way, _ = shapely.STRtree(shapes).query(ways, predicate="crosses")
        inside, _ = shapely.STRtree(shapes).query(ways, predicate="within")
        over[joined[np.concatenate([way, inside])]] = True
    return over
