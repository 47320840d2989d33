"""Values as people write them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuoyu_geo.layers.values import read_code, read_date, read_number, read_text, read_year

NOTES = {"", "rounded", "bound", "range", "sum", "remark", "converted", "grouped", "unreadable"}


@pytest.mark.parametrize(
    ("cell", "value", "note"),
    [
        ("320", 320, ""),
        (320, 320, ""),
        (12.5, 12.5, ""),
        ("３２０户", 320, ""),
        ("1,234,567", 1234567, ""),
        ("1.2万", 12000, ""),
        ("1.2万人", 12000, ""),
        ("3千", 3000, ""),
        ("约1,200人", 1200, "rounded"),
        ("320户左右", 320, "rounded"),
        ("800余人", 800, "rounded"),
        ("近500", 500, "rounded"),
        ("800-1000人", 900, "range"),
        ("800～1000", 900, "range"),
        ("1-2万", 15000, "range"),
        ("一期320户,二期280户", 600, "sum"),
        ("320户+280户", 600, "sum"),
        ("-3", -3, ""),
        ("0", 0, ""),
    ],
)
def test_number(cell, value, note):
    reading = read_number(cell)
    assert (reading.value, reading.note) == (value, note)


@pytest.mark.parametrize("cell", ["", None, float("nan"), "—", "-", "--", "/", "暂无", "无", "不详", " "])
def test_nothing_known_is_missing_and_not_zero(cell):
    assert read_number(cell).value is None
    assert read_number(cell).note == ""


@pytest.mark.parametrize("cell", ["abc", "很多", "12栋3号", float("inf"), True, "1e999x", "一百"])
def test_what_is_no_number_says_so(cell):
    assert read_number(cell).value is None
    assert read_number(cell).note == "unreadable"


@pytest.mark.parametrize(
    ("cell", "day", "note"),
    [
        ("2021-12-30", dt.date(2021, 12, 30), ""),
        ("2021/6/30", dt.date(2021, 6, 30), ""),
        ("2003年6月1日", dt.date(2003, 6, 1), ""),
        ("20210630", dt.date(2021, 6, 30), ""),
        ("2021-12-30 00:00:00", dt.date(2021, 12, 30), ""),
        (dt.datetime(2021, 12, 31, 8, 0), dt.date(2021, 12, 31), ""),  # noqa: DTZ001
        (44377, dt.date(2021, 6, 30), ""),
        ("2021年12月", dt.date(2021, 12, 1), "rounded"),
        ("1998.06", dt.date(1998, 6, 1), "rounded"),
        ("2003年", dt.date(2003, 1, 1), "rounded"),
        ("90年代", dt.date(1990, 1, 1), "rounded"),
    ],
)
def test_date(cell, day, note):
    reading = read_date(cell)
    assert (reading.value, reading.note) == (day, note)


@pytest.mark.parametrize("cell", ["2024-02-30", "明年", "13月", "99999999"])
def test_no_date_says_so(cell):
    assert read_date(cell).note == "unreadable"


@pytest.mark.parametrize("cell", ["在建", "", "—", None])
def test_not_yet_built_has_no_date(cell):
    assert (read_date(cell).value, read_date(cell).note) == (None, "")


def test_year():
    assert read_year("2003年").value == 2003
    assert read_year(2003.0).value == 2003
    assert read_year("2003年6月").value == 2003


def test_code_that_lost_digits_is_not_read():
    assert read_code("3.50481E+11").note == "unreadable"
    assert read_code(350481003001.0).value == "350481003001"
    assert read_code("007").value == "007"


def test_text_keeps_what_somebody_wrote():
    assert read_text(" <script>alert(1)</script> ").value == "<script>alert(1)</script>"
    assert read_text("😀小区").value == "😀小区"
    assert read_text("无").value is None


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.datetimes()))
def test_no_cell_breaks_a_reader(cell):
    for reader in (read_number, read_date, read_year, read_code, read_text):
        reading = reader(cell)
        assert reading.note in NOTES
        assert reading.value is None or reading.note != "unreadable"


@given(st.integers(min_value=0, max_value=10**9))
def test_whole_numbers_survive_thousands_separators(number):
    assert read_number(f"{number:,}").value == number


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"道路等级": "国道", "限速": "60"}, {"road_class": "trunk", "maxspeed": "60"}),
        ({"技术等级": "四级公路"}, {"road_class": "tertiary"}),
        ({"highway": "motorway_link"}, {"road_class": "motorway_link"}),
        ({"道路类型": "景区游览道"}, {"road_class": "景区游览道"}),
        # as Geofabrik's shapefiles write them
        ({"fclass": "primary", "oneway": "F", "bridge": "T", "tunnel": "F"}, {"oneway": "yes", "bridge": True, "tunnel": False}),
        ({"oneway": "T"}, {"oneway": "-1"}),
        ({"oneway": "-1"}, {"oneway": "-1"}),
        ({"oneway": "1"}, {"oneway": "yes"}),
        ({"oneway": "B"}, {"oneway": "no"}),
        ({"bridge": "viaduct", "tunnel": "building_passage"}, {"bridge": True, "tunnel": False}),
    ],
)  # fmt: skip
def test_road_columns_as_surveys_and_extracts_write_them(tmp_path, fields, expected):
    import geopandas as gpd
    from shapely.geometry import LineString

    from tuoyu_geo.layers import LayerSource, load_layers

    path = tmp_path / "roads.geojson"
    gpd.GeoDataFrame([fields], geometry=[LineString([(117, 26), (117.001, 26)])], crs=4326).to_file(path)
    source = LayerSource(
        role="roads", path=path, file="roads.geojson", crs=None, datum="wgs84", quality="official", source="",
        sheet=None, encoding=None, on_invalid="raise", columns={},
    )  # fmt: skip
    layers = load_layers({"roads": source}, crs="EPSG:4548")
    assert [one for one in layers.findings if one.layer == "roads" and one.severity == "error"] == []
    row = layers.roads.iloc[0]
    assert {name: row[name] for name in expected} == expected
