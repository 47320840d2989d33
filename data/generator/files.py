"""Write tables and vector layers so that the same content gives the same bytes."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from data.generator.plane import LONLAT, to_lonlat
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | None
FIXED = datetime(2026, 1, 1)  # noqa: DTZ001 - a document property, not a moment
NATURE = "示意数据"


def write_workbook(
    path: Path, *, title: str, unit: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Path:
    """Write a sheet as offices send it: merged title, a line with the unit, the header in row 3."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    sheet.title = title[:31]
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append([unit])
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    for k, name in enumerate(header, start=1):
        sheet.cell(3, k).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(k)].width = max(10, 2.4 * len(name))
    sheet.freeze_panes = "A4"
    book.properties.creator = "data.generator"
    book.properties.created = book.properties.modified = FIXED
    draft = io.BytesIO()
    book.save(draft)
    path.write_bytes(_fixed_zip(draft.getvalue()))
    return path


def _fixed_zip(content: bytes) -> bytes:
    """Rewrite a zip with one time for every entry; openpyxl stamps the present into zip and properties."""
    out = io.BytesIO()
    stamp = FIXED.strftime("%Y-%m-%dT%H:%M:%SZ")
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":
                head, _, rest = body.decode().partition("<dcterms:modified")
                attributes, _, rest = rest.partition(">")
                body = f"{head}<dcterms:modified{attributes}>{stamp}{rest[rest.index('<') :]}".encode()
            entry = zipfile.ZipInfo(name, date_time=FIXED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, body)
    return out.getvalue()


def write_csv(
    path: Path, *, header: Sequence[str], rows: Sequence[Sequence[Cell]], encoding: str = "utf-8-sig"
) -> Path:
    """Write a CSV with a byte order mark, as spreadsheets want it for Chinese."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_geojson(
    path: Path, *, name: str, features: Sequence[tuple[shapely.Geometry, dict[str, Cell]]]
) -> Path:
    """Write features given in metres as GeoJSON, one feature a line, degrees with 6 decimals."""
    lines = []
    for geometry, properties in features:
        moved = shapely.transform(geometry, to_lonlat)
        shape = json.loads(
            shapely.to_geojson(
                shapely.orient_polygons(moved) if isinstance(moved, shapely.Polygon) else moved
            )
        )
        lines.append(
            json.dumps({"type": "Feature", "properties": properties, "geometry": shape}, ensure_ascii=False)
        )
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False)[:-1]
    path.write_text(head + ', "features": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    return path


def write_roads(path: Path, *, lines: Sequence[shapely.Geometry], columns: dict[str, list[str]]) -> Path:
    """Write the street segments as a GeoPackage without a date of its own."""
    moved = shapely.transform(np.array(lines, dtype=object), to_lonlat)
    frame = gpd.GeoDataFrame(columns, geometry=list(moved), crs=LONLAT)
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    try:
        pyogrio.write_dataframe(
            frame, path, layer="roads", driver="GPKG", layer_options={"SPATIAL_INDEX": "NO"}
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path
