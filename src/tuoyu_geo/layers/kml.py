"""KML as map programs export it: attributes in ExtendedData, or as a table or lines in the description."""

import html
import re
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from tuoyu_geo.doctype import states_doctype
from tuoyu_geo.layers.source import LayerSource
from tuoyu_geo.layers.table import RawTable, failed, layer_finding
from tuoyu_geo.layers.text_table import decode_text
from tuoyu_geo.messages import listed

NAME = "name"
_PAIR = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>\s*<t[dh][^>]*>(.*?)</t[dh]>", re.IGNORECASE | re.DOTALL)
_LINE = re.compile(r"^\s*([^:：=<>]{1,20})\s*[:：=]\s*(.+?)\s*$")
_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")


def read_kml(data: bytes, source: LayerSource) -> RawTable:
    """Rows of a .kml: every placemark of every folder, or of the folder that `sheet` names.

    Columns are the placemark's name and whatever its ExtendedData or its description tells. KML states WGS 84, but
    Chinese map programs write GCJ-02 into it: the project's own word counts.
    """
    decoded = decode_text(data, stated=source.encoding or _declared(data))
    if decoded is None:
        return failed(layer_finding(source, "encoding_unknown", tried=source.encoding or _declared(data)))
    content = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded[0].lstrip("\ufeff"))
    if states_doctype([content.encode("utf-8", "replace")]):
        return failed(layer_finding(source, "file_unsafe", what="<!DOCTYPE>"))
    try:
        root = ET.fromstring(content)  # noqa: S314  (without a document type there are no entities)
    except ET.ParseError as error:
        return failed(layer_finding(source, "file_broken", reason=error))
    folders = {
        _child_text(one, "name"): one
        for one in root.iter()
        if _tag(one) == "Folder" and _child_text(one, "name")
    }
    if source.sheet is not None and source.sheet not in folders:
        return failed(layer_finding(source, "sheet_missing", found=source.sheet, sheets=listed(folders)))
    top = root if source.sheet is None else folders[source.sheet]
    rows, shapes = [], []
    for placemark in top.iter():
        if _tag(placemark) == "Placemark":
            try:
                shapes.append(_shape(placemark))
            except (ValueError, ShapelyError, RecursionError):  # as deep as this, no program nests shapes
                shapes.append(None)
            rows.append(_attributes(placemark))
    if not rows:
        return RawTable(frame=pd.DataFrame(), row=np.zeros(0, dtype=np.int64))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    frame = pd.DataFrame(
        [[row.get(column) for column in columns] for row in rows], columns=columns, dtype=object
    )
    return RawTable(
        frame=frame, row=np.arange(1, len(rows) + 1), geometry=gpd.GeoSeries(shapes, crs="EPSG:4326")
    )


def _declared(data: bytes) -> str | None:
    """The encoding that the XML declaration states, where the bytes bear it out."""
    match = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)[\"']", data[:200])
    if match is None:
        return None
    name = match.group(1).decode("ascii")
    try:
        data.decode(name)
    except (UnicodeError, LookupError):
        return None
    return name


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child_text(element: ET.Element, tag: str) -> str:
    return next(("".join(child.itertext()).strip() for child in element if _tag(child) == tag), "")


def _attributes(placemark: ET.Element) -> dict[str, object]:
    found: dict[str, object] = {}
    name = _child_text(placemark, "name")
    extended = {}
    for one in placemark.iter():
        if _tag(one) == "Data" and one.get("name"):
            extended[str(one.get("name"))] = _child_text(one, "value") or None
        elif _tag(one) == "SimpleData" and one.get("name"):
            extended[str(one.get("name"))] = (one.text or "").strip() or None
    described = _described(_child_text(placemark, "description"))
    found |= described | extended
    if name:
        found.setdefault(NAME, name)
    return found


def _described(description: str) -> dict[str, object]:
    """What a description tells: two-column table rows, else lines of the form name: value."""
    pairs = [(_plain(key), _plain(value)) for key, value in _PAIR.findall(description)]
    if not pairs:
        lines = re.split(r"<br\s*/?>|</p>|</div>|</li>|\n", description, flags=re.IGNORECASE)
        matches = [_LINE.match(_plain(line)) for line in lines]
        pairs = [(match.group(1).strip(), match.group(2)) for match in matches if match]
    return {key: value or None for key, value in pairs if key}


def _plain(fragment: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", fragment)).replace("\xa0", " ").strip()


def _shape(element: ET.Element) -> shapely.Geometry | None:
    """The shape of a placemark or a MultiGeometry.

    Raises
    ------
    ValueError
        Its coordinates can't be read.
    """
    shapes = [_one(child) for child in element if _tag(child) in _GEOMETRIES]
    known = [shape for shape in shapes if shape is not None]
    if len(known) < 2:
        return known[0] if known else None
    return _gathered(known)


def _gathered(shapes: "list[Any]") -> shapely.Geometry:
    """Several shapes as one: a multi-shape where all are of a kind, else a collection."""
    makers = {
        ("Point",): shapely.MultiPoint,
        ("LineString",): shapely.MultiLineString,
        ("Polygon",): shapely.MultiPolygon,
    }
    maker: Any = makers.get(tuple({shape.geom_type for shape in shapes}), shapely.GeometryCollection)
    gathered: shapely.Geometry = maker(shapes)
    return gathered


def _one(element: ET.Element) -> shapely.Geometry | None:
    kind = _tag(element)
    if kind == "MultiGeometry":
        return _shape(element)
    if kind == "Polygon":
        rings = [
            _coordinates(one)
            for side in ("outerBoundaryIs", "innerBoundaryIs")
            for boundary in element
            if _tag(boundary) == side
            for one in boundary
            if _tag(one) == "LinearRing"
        ]
        return shapely.Polygon(rings[0], rings[1:]) if rings else None
    places = _coordinates(element)
    if not len(places):
        return None
    return shapely.Point(places[0]) if kind == "Point" else shapely.LineString(places)


def _coordinates(element: ET.Element) -> list[tuple[float, float]]:
    words = re.sub(r"\s*,\s*", ",", _child_text(element, "coordinates")).split()
    places = [word.split(",") for word in words]
    if any(len(place) < 2 for place in places):
        raise ValueError(words)
    return [(float(place[0]), float(place[1])) for place in places]
