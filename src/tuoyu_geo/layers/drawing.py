"""CAD drawings: lines, points and texts into rows; a text inside an outline, or beside a point, is its name."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tuoyu_geo.layers.dxf_blocks import unfolded
from tuoyu_geo.layers.gdal import offline
from tuoyu_geo.layers.limits import too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, layer_finding
from tuoyu_geo.layers.text_table import decode_text
from tuoyu_geo.messages import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAME, CAD_LAYER = "name", "CAD图层"
AREAS = ("townships", "communities", "villages", "institutions", "candidates", "water", "built_up")
# A gap between the ends of an outline this short, as a share of its length, is a slip of the draughtsman's.
CLOSING_SHARE = 0.001


def read_drawing(source: LayerSource, path: Path) -> RawTable:
    """Rows of a .dxf.

    Where the role has areas: a row an outline (closed, or open by a hair), named by the text inside it; texts inside
    none, and points, are rows of their own where the drawing has no outline at all. Else a row a line. `sheet` names
    the drawing's layer (CAD图层) where only one is meant; texts are taken from every layer.
    """
    from pyogrio.errors import DataLayerError, DataSourceError  # noqa: PLC0415

    try:
        drawn = _read(path, source)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error
    if not isinstance(drawn, gpd.GeoDataFrame) or not len(drawn):
        raise RefusedError(layer_finding(source, "file_empty"))
    shapes = np.asarray(shapely.force_2d(drawn.geometry.array), dtype=object)
    cad_layer = np.array(["" if pd.isna(name) else str(name) for name in drawn["Layer"]], dtype=object)
    words = [None if pd.isna(word) else str(word).replace("\n", "").strip() for word in drawn["Text"]]
    there = ~shapely.is_missing(shapes)
    is_text = np.array([bool(word) for word in words]) & there
    wanted = ~is_text & there
    if source.sheet is not None:
        if source.sheet not in cad_layer:
            known = listed(sorted(set(cad_layer)))
            raise RefusedError(layer_finding(source, "sheet_missing", found=source.sheet, sheets=known))
        wanted &= cad_layer == source.sheet
    texts = [(shapes[i], words[i]) for i in np.flatnonzero(is_text)]
    if source.role in AREAS:
        rows, made = _of_kind(shapes, wanted, ("Polygon", "MultiPolygon"))
        names = _names_inside(made, texts)
        if not len(rows):
            rows, made = np.flatnonzero(is_text), [shape for shape, _ in texts]
            names = [word for _, word in texts]
    else:
        rows, made = _of_kind(shapes, wanted, ("LineString", "MultiLineString"))
        names = [None] * len(rows)
    left = int(wanted.sum()) - int(wanted[rows].sum())
    note = layer_finding(
        source,
        "drawing_taken",
        severity="warning" if left else "info",
        n=len(rows),
        left=left,
        layers=listed(sorted(set(cad_layer))),
    )
    frame = pd.DataFrame(
        {NAME: names, CAD_LAYER: cad_layer[rows]}, dtype=object, index=pd.RangeIndex(len(rows))
    )
    return RawTable(
        frame=frame, row=np.asarray(rows, dtype=np.int64) + 1, geometry=gpd.GeoSeries(made), findings=(note,)
    )


def _read(path: Path, source: LayerSource) -> pd.DataFrame:
    """A drawing's entities, its text decoded by its bytes: since AutoCAD 2007 it is UTF-8, whatever the header says."""
    import pyogrio  # noqa: PLC0415  (slow to import)

    decoded = decode_text(path.read_bytes(), stated=None)
    encoding = "UTF-8" if decoded is not None and decoded[1].startswith("utf-8") else "CP936"
    too_large = too_many_rows(source, 0 if decoded is None else unfolded(decoded[0]))
    if too_large:
        raise RefusedError(too_large)
    # Blocks of the binary form can't be counted: each stands as the one point at which it is put.
    is_binary = decoded is None or decoded[0].startswith("AutoCAD Binary DXF")
    options = {"DXF_ENCODING": encoding, "DXF_INLINE_BLOCKS": "FALSE" if is_binary else "TRUE"}
    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        with offline():
            return pyogrio.read_dataframe(path, layer="entities", on_invalid="ignore")
    finally:
        pyogrio.set_gdal_config_options(before)


def _of_kind(
    shapes: "NDArray[np.object_]", wanted: "NDArray[np.bool_]", kinds: tuple[str, ...]
) -> tuple["NDArray[np.intp]", list[Any]]:
    """The entities that are of a kind, closed lines taken for outlines where outlines are asked for."""
    rows, made = [], []
    for i in np.flatnonzero(wanted):
        shape = _outline(shapes[i]) if "Polygon" in kinds else shapes[i]
        if shape.geom_type in kinds:
            rows.append(i)
            made.append(shape)
    return np.array(rows, dtype=np.intp), made


def _outline(shape: Any) -> Any:  # noqa: ANN401  (shapely's shapes have no types)
    """A polygon of a closed line; any other shape as it is."""
    if shape.geom_type != "LineString" or len(shape.coords) < 4:
        return shape
    first, last = shape.coords[0], shape.coords[-1]
    gap = float(np.hypot(first[0] - last[0], first[1] - last[1]))
    return shapely.Polygon(shape.coords) if gap <= CLOSING_SHARE * shape.length else shape


def _names_inside(outlines: list[Any], texts: list[tuple[Any, str | None]]) -> list[str | None]:
    """The text inside each outline; of several outlines around a text the smallest, of several texts the first."""
    names: list[str | None] = [None] * len(outlines)
    if not outlines:
        return names
    areas = shapely.area(np.array(outlines, dtype=object))
    tree = shapely.STRtree(outlines)
    for place, word in texts:
        around = tree.query(shapely.centroid(place), predicate="intersects")
        if len(around):
            inner = int(around[np.argmin(areas[around])])
            names[inner] = names[inner] or word
    return names
