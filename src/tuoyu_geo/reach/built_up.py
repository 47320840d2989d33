"""How much of the built-up area is covered: cells of the area's polygons, reached along the streets, no circles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.townships import locate
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.layers import Layers

CELL_M = 100.0
"""Side of a cell [m]: well below every standard, so that a cell is covered or not as its middle is."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """The built-up area in cells.

    Attributes
    ----------
    xy
        ``(n_cell, 2)`` a point in each cell's part of the area [m].
    area_km2
        ``(n_cell,)`` area of that part; together the area of the polygons within the county, overlaps once.
    township_idx
        ``(n_cell,)`` position of the township that holds the point.
    quality
        How far the layer may be trusted, as the project states it.
    """

    xy: "NDArray[np.float64]"
    area_km2: "NDArray[np.float64]"
    township_idx: "NDArray[np.int64]"
    quality: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BuiltUp:
    """The built-up area, and how far it is from every facility under the urban standard.

    Attributes
    ----------
    cells
        The area in cells.
    cost
        ``(n_cell, n_facility)`` costs along the streets; a missing entry is beyond the standard or unreachable.
    standard
        Largest cost that counts (closed), in the unit of `cost`.
    walk_m
        ``(n_cell, n_facility)`` metres on foot; missing entries are farther than the search, or unreachable.
    """

    cells: Cells
    cost: csr_array
    standard: float
    walk_m: csr_array

    @property
    def covers(self) -> csr_array:
        """``(n_cell, n_facility)`` bool: within the standard (closed)."""
        cost = self.cost.tocoo()
        near = cost.data <= self.standard
        return csr_array(
            (np.ones(int(near.sum()), dtype=bool), (cost.row[near], cost.col[near])), shape=cost.shape
        )

    def covered(self, serving: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
        """``(n_cell,)`` whether a serving facility, of ``(n_facility,)`` flags, is within the standard."""
        covers = self.covers.tocoo()
        flags = np.zeros(covers.shape[0], dtype=bool)
        flags[covers.row[serving[covers.col]]] = True
        return flags

    def open_km2(self, serving: "NDArray[np.bool_]") -> "NDArray[np.float64]":
        """``(n_cell,)`` area of each cell that no serving facility covers [km2], 0 for the others."""
        return np.where(self.covered(serving), 0.0, self.cells.area_km2)


def built_up_cells(layers: "Layers", *, files: Mapping[str, str]) -> tuple[Cells | None, list[Finding]]:
    """The built-up area cut by a grid.

    Parameters
    ----------
    layers
        Valid layers.
    files
        File of each layer, as the project names it.

    Returns
    -------
    The cells, or None where no layer is given or none of it is in the county; and a finding for what lies outside.
    """
    import geopandas as gpd  # noqa: PLC0415  (slow to import)

    layer = layers.built_up
    if not len(layer):
        return None, []
    area = shapely.union_all(np.asarray(layer.geometry.array, dtype=object))
    pieces = _cut(area)
    points = shapely.point_on_surface(pieces)
    middle = shapely.centroid(pieces)
    points = np.where(shapely.intersects(pieces, middle), middle, points)
    homes = locate(gpd.GeoSeries(points, crs=layers.crs), townships=layers.townships)
    township_idx = layers.townships.index.get_indexer([home or "" for home in homes])
    inside = township_idx >= 0
    area_km2 = shapely.area(pieces) / 1e6
    findings = []
    if not inside.all():
        findings.append(
            Finding(
                code="built_up_outside",
                severity="warning",
                layer="built_up",
                file=files.get("built_up", ""),
                row=None,
                column=None,
                found=text("built_up.outside", km2=area_km2[~inside].sum(), of=area_km2.sum()),
                allowed=text("built_up.outside_allowed"),
                remedy=text("built_up.outside_remedy"),
            ),
        )
    if not inside.any():
        return None, findings
    cells = Cells(
        xy=shapely.get_coordinates(points[inside]),
        area_km2=area_km2[inside],
        township_idx=np.asarray(township_idx[inside], dtype=np.int64),
        quality=str(layer["quality"].iloc[0]),
    )
    return cells, findings


def _cut(area: shapely.Geometry) -> "NDArray[np.object_]":
    """The parts of an area in the squares of a grid that starts at whole hundreds of metres, row after row."""
    west, south, east, north = shapely.bounds(area)
    columns = np.arange(np.floor(west / CELL_M), np.ceil(east / CELL_M)) * CELL_M
    rows = np.arange(np.floor(south / CELL_M), np.ceil(north / CELL_M)) * CELL_M
    x, y = (axis.ravel() for axis in np.meshgrid(columns, rows))
    squares = shapely.box(x, y, x + CELL_M, y + CELL_M)
    shapely.prepare(area)
    touched = squares[shapely.intersects(area, squares)]
    parts = np.asarray(shapely.intersection(touched, area), dtype=object)
    return parts[shapely.area(parts) > 0]
