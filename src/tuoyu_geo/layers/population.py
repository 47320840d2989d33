"""The population layer: a raster, a grid of points or cells, or a table by township; and its sum for each place.

A cell's people are added up, never weighted by area: each cell's count stands at its centre, and goes to the place
whose outline holds it, else to the nearest place of its township.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.clean import clean_columns
from tuoyu_geo.layers.fields import match_columns
from tuoyu_geo.layers.kinds import RASTER_ENDINGS, ending_of
from tuoyu_geo.layers.place import place_rows
from tuoyu_geo.layers.raster import RESIDENTS, read_raster
from tuoyu_geo.layers.read import read_table
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, failed, layer_finding
from tuoyu_geo.layers.townships import code9, short_name
from tuoyu_geo.messages import listed

# Sum of the layer over the townships' own figures beyond which one of the two must be something else: another year,
# or people per km2 in place of people per cell.
TOTAL_FACTOR = 1.5
POSITIONS = ("lon", "lat", "x", "y", "lonlat")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Population:
    """A population layer, read.

    Attributes
    ----------
    cells
        Points, index ``population_id``; residents (not whole numbers in a raster), township_id, source_row, quality.
        Empty for a table by township.
    by_township
        Residents by township_id, from a table by township; empty else.
    mapping
        The file's column for each field.
    findings
        What was summed, and what was left out.
    """

    cells: gpd.GeoDataFrame
    by_township: "pd.Series[float]"
    mapping: Mapping[str, str]
    findings: tuple[Finding, ...]


def empty_cells(crs: str) -> gpd.GeoDataFrame:
    """No cells."""
    return _cells(
        [], np.zeros(0), np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64), quality="", crs=crs
    )


def load_population(source: LayerSource, *, townships: gpd.GeoDataFrame, crs: str) -> Population:
    """Read a population layer.

    Parameters
    ----------
    source
        The layer's source.
    townships
        The townships, in the metric CRS.
    crs
        Metric CRS, as ``EPSG:n``.
    """
    raw = _read(source, townships)
    findings = [*raw.findings]
    mapping: dict[str, str] = {}
    nothing = Population(
        cells=empty_cells(crs), by_township=pd.Series(dtype=float), mapping=mapping, findings=tuple(findings)
    )
    if any(one.severity == "error" and one.row is None for one in findings):
        return nothing
    if not len(raw.frame):
        return _with(nothing, [*findings, layer_finding(source, "no_rows")])
    if ending_of(source.path) in RASTER_ENDINGS:
        residents = raw.frame[RESIDENTS].to_numpy(float)
    else:
        mapping, notes = match_columns(raw.frame, source)
        findings += notes
        if any(one.severity == "error" for one in notes):
            return _with(nothing, findings)
        values, notes = clean_columns(raw, columns=mapping, source=source)
        findings += notes
        residents = values["residents"].to_numpy(float)
        if raw.geometry is None and "township" in mapping and not set(POSITIONS) & set(mapping):
            table, notes = _by_township(values, raw, townships, source)
            return Population(
                cells=nothing.cells, by_township=table, mapping=mapping, findings=(*findings, *notes)
            )
    shapes, notes = place_rows(raw, columns=mapping, source=source, target=crs)
    findings += notes
    if any(one.severity == "error" and one.row is None for one in notes):
        return _with(nothing, findings)
    cells, notes = _in_townships(shapes, residents, raw.row, townships=townships, source=source, crs=crs)
    return Population(
        cells=cells,
        by_township=nothing.by_township,
        mapping=mapping,
        findings=(*findings, *notes, *_against_totals(cells, townships, source)),
    )


def _with(population: Population, findings: list[Finding]) -> Population:
    return Population(
        cells=population.cells,
        by_township=population.by_township,
        mapping=population.mapping,
        findings=tuple(findings),
    )


def _read(source: LayerSource, townships: gpd.GeoDataFrame) -> RawTable:
    if ending_of(source.path) not in RASTER_ENDINGS:
        return read_table(source)
    try:
        return read_raster(source, around=townships)
    except RefusedError as refused:
        return failed(refused.finding)


def _cells(
    points: object,
    residents: NDArray[np.float64],
    township: NDArray[np.object_],
    row: NDArray[np.int64],
    *,
    quality: str,
    crs: str,
) -> gpd.GeoDataFrame:
    index = pd.Index([f"population-{one}" for one in row], name="population_id", dtype=object)
    columns = {
        "residents": residents.astype(float),
        "township_id": pd.Series(list(township), index=index, dtype=object),
        "source_row": row,
        "quality": pd.Series([quality] * len(row), index=index, dtype=object),
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=index), geometry=gpd.GeoSeries(points, index=index, crs=crs)
    )


def _in_townships(
    shapes: NDArray[np.object_],
    residents: NDArray[np.float64],
    row: NDArray[np.int64],
    *,
    townships: gpd.GeoDataFrame,
    source: LayerSource,
    crs: str,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Cells whose centre lies in a township, and a finding that accounts for every person of the layer."""
    points = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.centroid(shapes))
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    known = ~np.isnan(residents)
    township = np.full(len(points), None, dtype=object)
    if len(townships):
        borders = np.asarray(townships.geometry.array, dtype=object)
        polygon, cell = shapely.STRtree(points).query(borders, predicate="intersects")
        # A centre on a border belongs to the earlier township.
        order = np.lexsort((-polygon, cell))
        township[cell[order]] = townships.index.to_numpy(object)[polygon[order]]
    inside = np.array([one is not None for one in township], dtype=bool) & known
    outside = there & known & ~inside
    nowhere = ~there & known
    note = layer_finding(
        source,
        "population_summed",
        severity="info",
        n=int(inside.sum()),
        people=residents[inside].sum(),
        n_outside=int(outside.sum()),
        outside=residents[outside].sum(),
        n_nowhere=int(nowhere.sum()),
        nowhere=residents[nowhere].sum(),
        n_empty=int((~known).sum()),
    )
    cells = _cells(
        points[inside], residents[inside], township[inside], row[inside], quality=source.quality, crs=crs
    )
    return cells, [note]


def _by_township(
    values: pd.DataFrame, raw: RawTable, townships: gpd.GeoDataFrame, source: LayerSource
) -> tuple["pd.Series[float]", list[Finding]]:
    """Residents of each township that a table names, by code or by name; every row that names none is a finding."""
    names: dict[str, list[str]] = {}
    for township_id, name in townships["name"].items():
        names.setdefault(short_name(name), []).append(str(township_id))
    found: dict[str, float] = {}
    findings = []
    for said, people, row in zip(values["township"], values["residents"], raw.row, strict=True):
        known = [code9(said)] if code9(said) in townships.index else names.get(short_name(said), [])
        if len(known) != 1:
            code = "township_ambiguous" if known else "township_unknown"
            allowed = listed(townships["name"])
            findings.append(layer_finding(source, code, row=row, found=said, allowed=allowed))
        elif known[0] in found:
            findings.append(layer_finding(source, "id_twice", row=row, found=said, first=known[0]))
        elif not np.isnan(people):
            found[known[0]] = float(people)
    table = pd.Series(found, dtype=float)
    findings.append(
        layer_finding(
            source,
            "population_townships",
            severity="info",
            n=len(table),
            people=table.sum(),
            without=listed(townships["name"][~townships.index.isin(table.index)]) or "—",
        )
    )
    return table, findings


def _against_totals(
    cells: gpd.GeoDataFrame, townships: gpd.GeoDataFrame, source: LayerSource
) -> list[Finding]:
    """A warning where the layer's sum is far from what the townships say of themselves."""
    known = townships["residents"].dropna()
    if not len(known) or not known.sum():
        return []
    summed = float(cells.loc[cells["township_id"].isin(known.index), "residents"].sum())
    factor = summed / float(known.sum())
    if 1 / TOTAL_FACTOR <= factor <= TOTAL_FACTOR:
        return []
    words = {"people": summed, "total": float(known.sum()), "factor": factor}
    return [layer_finding(source, "population_total", severity="warning", row=None, column=None, **words)]


def sum_by_place(
    cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Residents of cells, added up for each place.

    Parameters
    ----------
    cells
        As `Population.cells`.
    places
        Points or polygons with township_id.

    Returns
    -------
    By place (index of `places`): the people of the cells inside its outline, and of the cells nearer to it than to
    any other place of their township; and by township_id: the people of townships without a place. Both together
    hold every person of `cells`.
    """
    people = cells["residents"].to_numpy(float)
    shapes = np.asarray(places.geometry.array, dtype=object)
    points = np.asarray(cells.geometry.array, dtype=object)
    place = np.full(len(cells), -1, dtype=np.int64)
    usable = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    areas = usable[shapely.get_dimensions(shapes[usable]) == 2]
    if len(areas):
        found, cell = shapely.STRtree(points).query(shapes[areas], predicate="intersects")
        order = np.lexsort((-found, cell))
        place[cell[order]] = areas[found[order]]
    centres = shapely.centroid(shapes)
    of_place = places["township_id"].to_numpy(object)
    of_cell = cells["township_id"].to_numpy(object)
    left = {}
    for township_id in dict.fromkeys(of_cell):
        free = np.flatnonzero((of_cell == township_id) & (place < 0))
        near = usable[of_place[usable] == township_id]
        if not len(near):
            if people[free].sum():
                left[township_id] = float(people[free].sum())
            continue
        nearest = shapely.STRtree(centres[near]).nearest(points[free])
        place[free] = near[nearest]
    total = np.bincount(place[place >= 0], weights=people[place >= 0], minlength=len(places))
    return pd.Series(total, index=places.index), pd.Series(left, dtype=float)
