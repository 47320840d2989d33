"""plan.gpkg opens coloured: a QGIS style for each layer, and a class for each value that occurs."""

import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest

from tuoyu_geo.reports.qgis_styles import STYLES


@pytest.fixture(scope="module")
def rows(town_out):
    with closing(sqlite3.connect(town_out[1] / "plan.gpkg")) as connection:
        found = connection.execute(
            'SELECT f_table_name, f_geometry_column, "styleQML", "useAsDefault" FROM layer_styles'
        ).fetchall()
        registered = connection.execute(
            "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchall()
    assert registered == [("attributes",)]
    return found


def test_every_layer_has_a_default_style(rows, town_out):
    layers = {str(name) for name, kind in pyogrio.list_layers(town_out[1] / "plan.gpkg") if kind is not None}
    assert {name for name, *_ in rows} == layers <= set(STYLES)
    with closing(sqlite3.connect(town_out[1] / "plan.gpkg")) as connection:
        geometry = dict(connection.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    for name, column, _, default in rows:
        assert column == geometry[name]
        assert default == 1


def test_styles_name_columns_that_are_there_and_classes_that_occur(rows, town_out):
    for name, _, qml, _ in rows:
        style = ET.fromstring(qml.split("\n", 1)[1])  # noqa: S314  (our own)
        renderer = style.find("renderer-v2")
        columns = set(gpd.read_file(town_out[1] / "plan.gpkg", layer=name, rows=1).columns)
        words = set(renderer.get("attr").split('"')[1::2])
        assert words <= columns, name
        categories = {one.get("symbol") for one in renderer.iter("category")}
        assert categories == {one.get("name") for one in renderer.iter("symbol")}
    with closing(sqlite3.connect(town_out[1] / "plan.gpkg")) as connection:
        for name, style in ((name, STYLES[name]) for name, *_ in rows):
            query = f'SELECT DISTINCT {style.expression} FROM "{name}"'  # noqa: S608  (our own)
            found = {value for (value,) in connection.execute(query)}
            assert found <= {one.value for one in style.classes}, name
