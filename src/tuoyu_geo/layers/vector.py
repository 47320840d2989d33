"""Vector files through GDAL: which of several layers is meant, and rows with nothing where nothing stands."""

import sqlite3
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from tuoyu_geo.findings import Finding
from tuoyu_geo.layers.by_bytes import missing_companions, read_by_bytes
from tuoyu_geo.layers.fields import clean_name, fields_of
from tuoyu_geo.layers.gdal import offline
from tuoyu_geo.layers.geopackages import unsafe_tables
from tuoyu_geo.layers.json_check import PointsElsewhereError, refuse_no_json
from tuoyu_geo.layers.limits import too_many_rows
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, RefusedError, layer_finding
from tuoyu_geo.layers.text_table import decode_text
from tuoyu_geo.messages import listed

BY_BYTES = (".shp", ".tab", ".mif")
JSON_ENDINGS = (".geojson", ".json")
# Tables that programs keep in a GeoPackage for themselves.
HOUSEKEEPING = ("layer_styles", "qgis_projects")


def read_vector(source: LayerSource, path: Path) -> RawTable:
    """Rows of a file that GDAL reads.

    Of several layers the project's own word decides; else the one whose columns tell most fields of the role, and a
    finding says so.
    """
    import pyogrio  # noqa: PLC0415  (slow to import)
    from pyogrio.errors import (  # noqa: PLC0415
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        GeometryError,
    )

    lacking = missing_companions(path)
    if lacking:
        raise RefusedError(
            layer_finding(source, "companion_missing", found=listed(path.stem + e for e in lacking))
        )
    try:
        views = _refuse_unsafe(path, source)
        with offline():
            there = [str(name) for name, _ in pyogrio.list_layers(path)]
        names = [name for name in there if name not in {*HOUSEKEEPING, *views}]
        if source.sheet in views or (views and not names):
            raise RefusedError(layer_finding(source, "layer_view", found=listed(views)))
        if source.sheet is not None and source.sheet not in names:
            raise RefusedError(
                layer_finding(source, "sheet_missing", found=source.sheet, sheets=listed(names))
            )
        if not names:
            raise RefusedError(layer_finding(source, "file_empty"))
        layer, findings = _choose(path, names, source)
        too_large = too_many_rows(
            source, int(pyogrio.read_info(path, layer=layer, encoding="ISO-8859-1")["features"])
        )
        if too_large:
            raise RefusedError(too_large)
        with offline(), warnings.catch_warnings():
            # What GDAL and pyogrio warn of, a row's shape or text, is a finding of its own.
            warnings.simplefilter("ignore")
            frame, notes = _read(source, path, layer)
    except LookupError as error:
        raise RefusedError(layer_finding(source, "encoding_unknown", tried=source.encoding)) from error
    except (
        DataSourceError,
        DataLayerError,
        FeatureError,
        FieldError,
        GeometryError,
        ValueError,
        RuntimeError,
        OSError,
        ShapelyError,
        sqlite3.Error,
    ) as error:
        raise RefusedError(layer_finding(source, "file_broken", reason=str(error)[:200])) from error
    if isinstance(frame, gpd.GeoDataFrame) and _is_stated(frame.crs, source):
        frame = frame.set_crs(source.crs, allow_override=True)
    return frame_table(frame, [*findings, *notes])


def _refuse_unsafe(path: Path, source: LayerSource) -> list[str]:
    """Refuse what would read another file or address; gives the views of a GeoPackage, which are no layers here.

    Raises
    ------
    LookupError
        The text's encoding is not known.
    ValueError
        JSON that is broken.
    """
    ending = path.suffix.lower()
    if ending == ".gpkg":
        views, others = unsafe_tables(path)
        if others:
            raise RefusedError(layer_finding(source, "file_unsafe", what=listed(others[:5])))
        return views
    if ending in JSON_ENDINGS:
        decoded = decode_text(path.read_bytes(), stated=source.encoding)
        if decoded is None:
            raise LookupError(source.encoding)
        try:
            refuse_no_json(decoded[0])
        except PointsElsewhereError as error:
            raise RefusedError(layer_finding(source, "file_unsafe", what=error)) from error
    return []


def _is_stated(own: CRS | None, source: LayerSource) -> bool:
    """Whether a projection without a name, as MapInfo writes it, is the stated one: by its parameters."""
    if own is None or source.crs is None or own.name.lower() not in {"unnamed", "unknown"}:
        return False
    try:
        stated = CRS.from_user_input(source.crs)
    except CRSError:
        return False
    ours, theirs = _parameters(own), _parameters(stated)
    # WGS 84 and CGCS2000 have the same axis; Krassovsky's is 108 m longer.
    return ours.keys() == theirs.keys() and all(abs(ours[name] - theirs[name]) < 1e-6 for name in ours)


def _parameters(crs: CRS) -> dict[str, float]:
    """What a projection is worked out with, its ellipsoid's axis to the metre."""
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or ellipsoid is None:
        return {"": float("nan")}
    return {
        **{one.name: float(one.value) for one in operation.params},
        "axis": round(ellipsoid.semi_major_metre),
    }


def frame_table(frame: "pd.DataFrame | gpd.GeoDataFrame", findings: Sequence[Finding]) -> RawTable:
    """A frame's rows as cells: None where a value is null, whatever the library's own sign for it."""
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = gpd.GeoSeries(frame.geometry.reset_index(drop=True))
        frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    columns: dict[str, object] = {}
    for k, name in enumerate(map(str, frame.columns)):
        values = frame.iloc[:, k]
        cells = values.astype(object).to_numpy(copy=True)
        cells[values.isna().to_numpy()] = None
        unique = name
        while unique in columns:
            unique += "*"
        columns[unique] = cells
    attributes = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)), dtype=object)
    return RawTable(
        frame=attributes, row=np.arange(1, len(frame) + 1), geometry=geometry, findings=tuple(findings)
    )


def _choose(path: Path, names: Sequence[str], source: LayerSource) -> tuple[str, list[Finding]]:
    """The layer that is meant."""
    import pyogrio  # noqa: PLC0415

    if source.sheet is not None:
        return source.sheet, []
    if len(names) == 1:
        return names[0], []
    known = {clean_name(alias) for field in fields_of(source.role) for alias in (*field.aliases, field.field)}
    known |= {clean_name(column) for column in source.columns.values()}
    scores = []
    for name in names:
        info = pyogrio.read_info(path, layer=name)
        n_known = sum(clean_name(column) in known for column in info["fields"])
        scores.append((n_known, info["geometry_type"] is not None, info["features"] != 0))
    taken = scores.index(max(scores))
    alike = [name for name, score in zip(names, scores, strict=True) if score == scores[taken] and score[0]]
    others = listed(name for name in names if name != names[taken])
    words: dict[str, Any] = {"found": names[taken], "n": scores[taken][0], "role": source.role}
    if len(alike) > 1:
        others = listed(name for name in alike if name != names[taken])
        return names[taken], [
            layer_finding(source, "sheets_alike", severity="warning", others=others, **words)
        ]
    return names[taken], [layer_finding(source, "sheet_taken", severity="info", others=others, **words)]


def _read(
    source: LayerSource, path: Path, layer: str
) -> tuple["pd.DataFrame | gpd.GeoDataFrame", list[Finding]]:
    import pyogrio  # noqa: PLC0415

    ending = path.suffix.lower()
    # A ring that isn't closed can't be made a shape: the row stands without one, unless it may be fixed.
    unclosed = "fix" if source.on_invalid == "fix" else "ignore"
    if ending in BY_BYTES:
        return read_by_bytes(source, path, layer=layer)
    if ending in JSON_ENDINGS:
        data = path.read_bytes()
        decoded = decode_text(data, stated=source.encoding)
        if decoded is None:
            raise LookupError(source.encoding)
        if decoded[1] not in {"utf-8-sig", "utf-8"}:
            note = layer_finding(source, "encoding_taken", severity="info", found=decoded[1].upper())
            return pyogrio.read_dataframe(decoded[0].encode("utf-8"), on_invalid=unclosed), [note]
    return pyogrio.read_dataframe(path, layer=layer, on_invalid=unclosed), []
