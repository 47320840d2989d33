"""QGIS styles kept inside a GeoPackage, so that its layers open coloured and labelled.

QGIS looks for a table `layer_styles` and takes, for each layer, the style marked as default.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import quoteattr

from tuoyu_geo.messages import text

# The columns that QGIS gives the table when it saves a style itself.
TABLE = """
CREATE TABLE "layer_styles" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "f_table_catalog" TEXT(256), "f_table_schema" TEXT(256),
  "f_table_name" TEXT(256), "f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT,
  "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30),
  "update_time" DATETIME DEFAULT CURRENT_TIMESTAMP)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One class of a layer.

    Attributes
    ----------
    value
        What the style's expression gives for it.
    label
        A key of the catalogue's ``reports.style_…``, or of ``words.…`` where it has a dot.
    fill, edge
        Colours; "" is hollow.
    shape
        A marker's name in QGIS; of no use for lines and areas.
    size_mm
        A marker's size, or the width of a line or of an area's outline [mm].
    """

    value: str
    label: str
    fill: str
    edge: str = "#1a1a1a"
    shape: str = "circle"
    size_mm: float = 2.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a layer is drawn: an expression that gives each feature's class, and the classes."""

    kind: Literal["marker", "line", "fill"]
    expression: str
    classes: tuple[Class, ...]
    label: str = ""


COVERED = "CASE WHEN \"covered_plan\" THEN 'covered' ELSE 'open' END"
STYLES: dict[str, Style] = {
    "townships": Style(
        kind="fill",
        expression="CASE WHEN \"covered_plan_share\" IS NULL THEN 'none' WHEN \"covered_plan_share\" >= 0.9 THEN 'high' "
        "WHEN \"covered_plan_share\" >= 0.6 THEN 'middle' ELSE 'low' END",
        classes=(
            Class(value="high", label="high", fill="#a6dba0", edge="#4a4f57", size_mm=0.4),
            Class(value="middle", label="middle", fill="#fdd49e", edge="#4a4f57", size_mm=0.4),
            Class(value="low", label="low", fill="#f6e8d5", edge="#4a4f57", size_mm=0.4),
            Class(value="none", label="none", fill="#ffffff", edge="#4a4f57", size_mm=0.4),
        ),
        label="name",
    ),
    "service_areas": Style(
        kind="fill",
        expression='"phase"',
        classes=(
            Class(value="today", label="area_today", fill="", edge="#0072b2", size_mm=0.3),
            Class(value="plan", label="area_plan", fill="", edge="#c8102e", size_mm=0.3),
        ),
    ),
    "communities": Style(
        kind="marker",
        expression='CASE WHEN "flag" IS NOT NULL THEN "flag" ELSE ' + COVERED + " END",
        classes=(
            Class(value="covered", label="covered", fill="#009e73", size_mm=1.4, edge="#ffffff"),
            Class(value="open", label="open", fill="#d55e00", size_mm=1.4, edge="#ffffff"),
            Class(
                value="new_missing",
                label="words.flag.new_missing",
                fill="#d55e00",
                shape="diamond",
                size_mm=3.2,
            ),
            Class(
                value="new_shared",
                label="words.flag.new_shared",
                fill="#e69f00",
                shape="diamond",
                size_mm=2.8,
            ),
            Class(
                value="built_missing",
                label="words.flag.built_missing",
                fill="#cc79a7",
                shape="square",
                size_mm=2.0,
            ),
            Class(
                value="village_guidance",
                label="words.flag.village_guidance",
                fill="#8a8f98",
                shape="triangle",
                size_mm=2.2,
            ),
        ),
    ),
    "search_areas": Style(
        kind="fill",
        expression='"reason"',
        classes=(
            Class(value="quota", label="search_quota", fill="", edge="#cc79a7", size_mm=0.5),
            Class(value="estate", label="search_estate", fill="", edge="#e69f00", size_mm=0.5),
            Class(value="coverage", label="search_coverage", fill="", edge="#d55e00", size_mm=0.5),
        ),
    ),
    "assignments": Style(
        kind="line",
        expression="CASE WHEN \"state\" IN ('place', 'no_place') THEN \"state\" ELSE 'none' END",
        classes=(
            Class(value="place", label="assigned", fill="#4a4f57", size_mm=0.2),
            Class(value="no_place", label="no_place", fill="#e69f00", size_mm=0.2),
            Class(value="none", label="unserved", fill="#c4c8ce", size_mm=0.2),
        ),
    ),
    "unserved": Style(
        kind="marker",
        expression="'open'",
        classes=(Class(value="open", label="open", fill="#d55e00", size_mm=1.8, edge="#ffffff"),),
    ),
    "candidates": Style(
        kind="marker",
        expression="CASE WHEN \"selected\" THEN 'selected' WHEN \"usable\" THEN 'usable' ELSE 'unusable' END",
        classes=(
            Class(value="selected", label="selected", fill="", edge="#c8102e", shape="square", size_mm=2.4),
            Class(
                value="usable", label="usable", fill="#56b4e9", shape="square", size_mm=1.6, edge="#ffffff"
            ),
            Class(
                value="unusable",
                label="unusable",
                fill="#c4c8ce",
                shape="cross2",
                size_mm=1.6,
                edge="#8a8f98",
            ),
        ),
    ),
    "institutions": Style(
        kind="marker",
        expression="CASE WHEN \"counted\" THEN 'counted' ELSE 'uncounted' END",
        classes=(
            Class(value="counted", label="counted", fill="#0072b2", size_mm=3.4, edge="#ffffff"),
            Class(value="uncounted", label="uncounted", fill="", edge="#0072b2", size_mm=2.8),
        ),
        label="name",
    ),
    "sites": Style(
        kind="marker",
        expression="'site'",
        classes=(
            Class(value="site", label="site", fill="#ffffff", edge="#c8102e", shape="star", size_mm=5.0),
        ),
        label="name",
    ),
}


def add_styles(path: Path, *, layers: Iterable[str], date: str) -> None:
    """Put the styles of `STYLES` into a GeoPackage.

    Parameters
    ----------
    path
        The GeoPackage.
    layers
        Its layers.
    date
        The project's date (YYYY-MM-DD), in place of the clock's.
    """
    stamp = f"{date}T00:00:00.000Z"
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.execute(TABLE)
            connection.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) "
                "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)",
                (stamp,),
            )
            connection.executemany(
                'INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "styleName", '
                '"styleQML", "styleSLD", "useAsDefault", description, owner, ui, update_time) '
                "VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', NULL, ?)",
                [(name, name, qml(style), stamp) for name, style in STYLES.items() if name in set(layers)],
            )
    finally:
        connection.close()


def qml(style: Style) -> str:
    """A style as QGIS writes it (QML, 3.x)."""
    categories = "".join(
        f'<category type="string" render="true" symbol="{k}" value={quoteattr(one.value)} label={quoteattr(_words(one.label))}/>'
        for k, one in enumerate(style.classes)
    )
    symbols = "".join(_symbol(one, kind=style.kind, name=str(k)) for k, one in enumerate(style.classes))
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22" styleCategories="Symbology|Labeling" labelsEnabled="{int(bool(style.label))}">'
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(style.expression)} symbollevels="0" enableorderby="0" '
        f'forceraster="0"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>'
        f"{_labels(style)}</qgis>"
    )


def _words(label: str) -> str:
    return text(label) if "." in label else text(f"reports.style_{label}")


def _symbol(one: Class, *, kind: str, name: str) -> str:
    if kind == "marker":
        layer, options = (
            "SimpleMarker",
            {
                "name": one.shape,
                "color": _rgba(one.fill),
                "outline_color": _rgba(one.edge),
                "outline_width": "0.4" if not one.fill else "0.2",
                "outline_width_unit": "MM",
                "size": f"{one.size_mm:g}",
                "size_unit": "MM",
            },
        )
    elif kind == "line":
        layer, options = (
            "SimpleLine",
            {"line_color": _rgba(one.fill), "line_width": f"{one.size_mm:g}", "line_width_unit": "MM"},
        )
    else:
        layer, options = (
            "SimpleFill",
            {
                "style": "solid" if one.fill else "no",
                "color": _rgba(one.fill),
                "outline_style": "solid",
                "outline_color": _rgba(one.edge),
                "outline_width": f"{one.size_mm:g}",
                "outline_width_unit": "MM",
            },
        )
    listed = "".join(
        f'<Option type="QString" name="{key}" value={quoteattr(value)}/>' for key, value in options.items()
    )
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" pass="0" locked="0"><Option type="Map">{listed}</Option></layer></symbol>'
    )


def _rgba(colour: str) -> str:
    if not colour:
        return "255,255,255,0"
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _labels(style: Style) -> str:
    if not style.label:
        return ""
    placement = 1 if style.kind == "fill" else 6
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName="{style.label}" isExpression="0" fontSize="8" fontSizeUnit="Point" textColor="40,40,40,255">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style>'
        f'<placement placement="{placement}"/><rendering obstacle="1"/></settings></labeling>'
    )
