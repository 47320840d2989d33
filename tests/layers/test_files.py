"""Files as offices make them, and what must come out of each."""

import json
import re
from pathlib import Path

import geopandas as gpd
import openpyxl
import polib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

import tuoyu_geo.messages
from tuoyu_geo.findings import Finding

HEADER = "编号,小区名称,所属街道,常住人口,经度,纬度\n"
ROW = "E1,东门,燕南街道,1200,117.35,25.95\n"


def found(layers, code: str) -> list[Finding]:
    return [finding for finding in layers.findings if finding.code == code]


def codes(layers, severity: str = "error") -> list[str]:
    return sorted(finding.code for finding in layers.findings if finding.severity == severity)


def test_a_clean_file_has_no_findings(load, write):
    layers = load(communities=write("a.csv", HEADER + ROW))
    assert layers.findings == ()
    row = layers.communities.loc["E1"]
    assert (row["name"], row["residents"], row["township_id"], row["area_kind"]) == (
        "东门",
        1200,
        "350481003",
        "urban",
    )
    assert row["status"] == "built"
    assert row["under3"] != row["under3"]
    assert row["works"] is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "，"])
def test_text_tables_of_any_encoding_and_separator(load, write, encoding, separator):
    layers = load(communities=write("a.csv", (HEADER + ROW).replace(",", separator), encoding))
    assert codes(layers) == []
    assert layers.communities.loc["E1", "residents"] == 1200


def workbook(path: Path, rows: list[list[object]], merge: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    book.save(path)
    return path


def test_spreadsheet_as_an_office_fills_it(load, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["附件1：居住小区一览表", None, None, None, None],
            ["填报单位：燕南街道", None, None, None, None],
            ["小区名称", "所属街道", "常住人口（人）", "经度", "纬度"],
            ["东门", "燕南街道", "约1200人", 117.35, 25.95],
            ["南园", None, "８００", 117.34, 25.94],
            ["合计", None, 2000, None, None],
            ["备注：数据截至2025年底", None, None, None, None],
        ],
        merge=("A1:E1", "B4:B5"),
    )
    layers = load(communities=path)
    assert codes(layers) == []
    assert layers.communities["residents"].tolist() == [1200, 800]
    assert layers.communities["township_id"].tolist() == ["350481003", "350481003"]
    assert layers.communities["source_row"].tolist() == [4, 5]
    assert [finding.row for finding in found(layers, "total_row")] == [6]
    assert [finding.row for finding in found(layers, "note_row")] == [7]
    (rounded,) = found(layers, "value_rounded")
    assert rounded.row == 4
    assert rounded.column.startswith("常住人口")
    assert "约1200人" in rounded.found
    assert len(found(layers, "ids_made")) == 1


def test_only_real_merges_are_filled(load, tmp_path):
    rows = [
        ["小区名称", "所属街道", "经度", "纬度"],
        ["东门", "燕南街道", 117.35, 25.95],
        ["西门", None, 117.40, 25.95],
    ]
    layers = load(communities=workbook(tmp_path / "a.xlsx", rows))
    # The second row names no township: it belongs where it stands, not where the row above does.
    assert layers.communities["township_id"].tolist() == ["350481003", "350481004"]


def test_formula_without_a_result_is_named(load, tmp_path):
    rows = [["小区名称", "常住人口", "经度", "纬度"], ["东门", "=100+20", 117.35, 25.95]]
    layers = load(communities=workbook(tmp_path / "a.xlsx", rows))
    (finding,) = found(layers, "formula_unknown")
    assert (finding.severity, finding.row, finding.column) == ("error", 2, "B")


def test_empty_columns_and_rows_are_passed_over(load, tmp_path):
    rows = [["小区名称", None, "经度", "纬度"], [None] * 4, ["东门", None, 117.35, 25.95], [None] * 4]
    layers = load(communities=workbook(tmp_path / "a.xlsx", rows))
    assert layers.communities["source_row"].tolist() == [3]


def shapefile(folder: Path, encoding: str) -> Path:
    frame = gpd.GeoDataFrame(
        {"小区名称": ["东门", "南园"], "户数": [320, 210]},
        geometry=[Point(117.35, 25.95), Point(117.34, 25.94)],
        crs="EPSG:4490",
    )
    path = folder / "estates.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


@pytest.mark.filterwarnings("ignore")  # GDAL warns in half a character of the name it cut
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_shapefile_without_cpg(load, tmp_path, encoding):
    layers = load(communities=shapefile(tmp_path, encoding))
    assert codes(layers) == []
    assert layers.communities["name"].tolist() == ["东门", "南园"]
    assert layers.communities["households"].tolist() == [320, 210]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", HEADER + ROW, "file_wrong"),
        ("a.gpkg", "not a database", "file_wrong"),
        ("a.geojson", "<html></html>", "file_wrong"),
        ("a.csv", b"PK\x03\x04" + b"0" * 40, "file_wrong"),
        ("a.shp", "nothing", "file_wrong"),
        ("a.xlsx", b"PK\x03\x04" + b"0" * 40, "file_broken"),
        ("a.gpkg", b"SQLite format 3\x00" + b"0" * 40, "file_broken"),
        ("a.geojson", "{", "file_broken"),
        ("a.csv", b"", "file_empty"),
        ("a.csv", "小区名称,经度,纬度\n", "no_rows"),
        ("a.csv", b"\xff\xfe\xff\xff\x81", "encoding_unknown"),
        ("a.dwg", "x", "file_kind"),
        ("a.et", "x", "file_kind"),
        ("a.csv", "\n\n", "no_header"),
    ],
)
def test_a_file_that_can_not_be_used_is_one_finding(load, write, name, content, code):
    layers = load(communities=write(name, content))
    assert [finding.code for finding in layers.findings] == [code]
    assert layers.findings[0].severity == "error"
    assert layers.findings[0].file == name
    assert len(layers.communities) == 0


def test_missing_file(load, tmp_path):
    assert codes(load(communities=tmp_path / "none.csv")) == ["file_missing"]


def test_missing_column_names_what_is_there_and_what_is_known(load, write):
    layers = load(communities=write("a.csv", "户数合计,经度,纬度\n320,117.35,25.95\n"))
    (finding,) = found(layers, "column_missing")
    assert "户数合计" in finding.found
    assert "小区名称" in finding.allowed


def test_two_columns_that_mean_the_same_are_asked_about(load, write):
    layers = load(
        communities=write("a.csv", "小区名称,常住人口(人),常住人口,经度,纬度\n东门,1,2,117.35,25.95\n")
    )
    (finding,) = found(layers, "column_ambiguous")
    assert "常住人口(人)" in finding.found
    mapped = load(
        communities=(
            write("b.csv", "小区名称,常住人口(人),常住人口,经度,纬度\n东门,1,2,117.35,25.95\n"),
            {"columns": {"residents": "常住人口"}},
        )
    )
    assert codes(mapped) == []
    assert mapped.communities["residents"].tolist() == [2]


def test_mapping_by_hand_must_exist(load, write):
    layers = load(
        communities=(write("a.csv", HEADER + ROW), {"columns": {"households": "没有", "colour": "经度"}})
    )
    assert codes(layers) == ["column_not_there", "field_unknown"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"datum": None}, "crs_missing"),
        ({"crs": "EPSG:4490"}, "crs_both"),
        ({"datum": None, "crs": "EPSG:999999"}, "crs_unknown"),
        ({"datum": None, "crs": "EPSG:2384"}, "crs_old"),
        ({"datum": None, "crs": "EPSG:4214"}, "crs_old"),
        ({"datum": None, "crs": "EPSG:4548"}, "coordinates_kind"),
    ],
)
def test_datum_is_stated_and_never_guessed(load, write, changes, code):
    assert codes(load(communities=(write("a.csv", HEADER + ROW), changes))) == [code]


def test_stated_crs_must_be_the_files(load, tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"名称": ["东门"]}, geometry=[Point(117.35, 25.95)], crs="EPSG:4490").to_crs(
        "EPSG:4549"
    ).to_file(path)
    assert codes(load(communities=(path, {"datum": None, "crs": "EPSG:4548"}))) == ["crs_conflict"]
    assert codes(load(communities=(path, {"datum": None, "crs": "EPSG:4549"}))) == []


def test_geojson_in_gaode_coordinates_is_moved(load, write):
    feature = {
        "type": "Feature",
        "properties": {"名称": "东门"},
        "geometry": {"type": "Point", "coordinates": [117.36520, 25.96706]},
    }
    path = write("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    point = load(communities=(path, {"datum": "gcj02"})).communities.to_crs("EPSG:4490").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((117.36, 25.97), abs=1e-5)


@pytest.mark.parametrize("order", ["X坐标,Y坐标", "Y坐标,X坐标"])
def test_survey_tables_call_the_northing_x(load, write, order):
    # In the first the column X holds the northing, as surveyors write it; in the second X holds the easting.
    cells = "2873560.54,536051.67"
    layers = load(
        communities=(write("a.csv", f"小区名称,{order}\n东门,{cells}\n"), {"datum": None, "crs": "EPSG:4548"})
    )
    point = layers.communities.geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((536051.67, 2873560.54))
    assert len(found(layers, "xy_survey")) == (1 if order.startswith("X") else 0)


def test_coordinates_as_people_write_them(load, write):
    rows = [
        '东门,"117.35,25.95"',
        '南园,"117°21′00″,25°57′00″"',
        "西门,117.35 25.95",
        '北门,"25.95,117.35"',
        "中门,看地图",
    ]
    layers = load(communities=write("a.csv", "小区名称,坐标\n" + "\n".join(rows) + "\n"))
    points = layers.communities.to_crs("EPSG:4490").geometry
    for point in points.iloc[:4]:
        assert (point.x, point.y) == pytest.approx((117.35, 25.95), abs=1e-6)
    assert [finding.row for finding in found(layers, "lonlat_swapped")] == [5]
    assert [finding.row for finding in found(layers, "coordinates_unreadable")] == [6]


def test_no_coordinates_at_all(load, write):
    assert codes(load(communities=write("a.csv", "小区名称,户数\n东门,3\n"))) == ["coordinates_missing"]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("E1,东门,燕南街道,-5,117.35,25.95", "value_negative", "常住人口"),
        ("E1,东门,燕南街道,很多,117.35,25.95", "number_unreadable", "常住人口"),
        ("3.50481E+11,东门,燕南街道,5,117.35,25.95", "code_unreadable", "编号"),
        ("E1,,燕南街道,5,117.35,25.95", "value_missing", "小区名称"),
        ("E1,东门,不存在镇,5,117.35,25.95", "township_unknown", None),
        ("E1,东门,,5,118.35,25.95", "outside", None),
        ("E1,东门,燕南街道,5,,25.95", "coordinates_unreadable", None),
    ],
)
def test_a_wrong_cell_is_one_finding_with_its_row(load, write, cells, code, column):
    layers = load(communities=write("a.csv", HEADER + "E0,好,燕南街道,9,117.35,25.96\n" + cells + "\n"))
    errors = [finding for finding in layers.findings if finding.severity == "error"]
    assert [(finding.code, finding.row, finding.column) for finding in errors] == [(code, 3, column)]
    assert errors[0].found and errors[0].allowed and errors[0].remedy  # noqa: PT018
    with pytest.raises(ValueError, match="第3行"):
        layers.require_valid()


def test_coded_words(load, write):
    table = "编号,机构名称,备案状态,机构类型,托位数,在托人数,经度,纬度\n"
    rows = "I1,甲,已备案,幼儿园托班,30,40,117.35,25.95\nI2,乙,也许,,20,1,117.35,25.96\nI3,丙,,,,,117.35,25.97\nI4,丁,已备案,,,,117.35,25.98\n"
    layers = load(communities=write("a.csv", HEADER + ROW), institutions=write("b.csv", table + rows))
    (finding,) = found(layers, "coded_unreadable")
    assert (finding.row, finding.column) == (3, "备案状态")
    assert "已备案" in finding.allowed
    assert layers.institutions["registration"].tolist() == ["registered", "unknown", "unknown", "registered"]
    assert layers.institutions.loc["I1", "kind"] == "kindergarten_class"
    assert [one.row for one in found(layers, "over_full")] == [2]
    assert [one.row for one in found(layers, "not_registered")] == [3, 4]
    assert [one.row for one in found(layers, "no_places")] == [5]


def test_range_sum_and_date_notes(load, write):
    table = "编号,小区名称,户数,常住人口,竣工时间,经度,纬度\n"
    rows = 'E1,东门,800-1000,"一期1320人,二期1080人",2021年12月,117.35,25.95\nE2,西门,,5,明年,117.35,25.96\n'
    layers = load(communities=write("a.csv", table + rows))
    assert layers.communities.loc["E1", "households"] == 900
    assert layers.communities.loc["E1", "residents"] == 2400
    assert str(layers.communities.loc["E1", "completed_on"])[:10] == "2021-12-01"
    assert (
        len(found(layers, "value_range"))
        == len(found(layers, "value_sum"))
        == len(found(layers, "value_rounded"))
        == 1
    )
    assert [one.row for one in found(layers, "date_unreadable")] == [3]


def test_year_that_is_none(load, write):
    layers = load(communities=write("a.csv", "小区名称,建成年份,经度,纬度\n东门,很早,117.35,25.95\n"))
    assert codes(layers) == ["year_unreadable"]


def test_duplicates(load, write):
    rows = HEADER + ROW + "E1,东门,燕南街道,3,117.35,25.95\n"
    layers = load(communities=write("a.csv", rows))
    (twice,) = found(layers, "id_twice")
    assert (twice.row, twice.severity) == (3, "error")
    (twin,) = found(layers, "near_twin")
    assert (twin.row, twin.severity) == (3, "warning")


def test_people_that_contradict_each_other(load, write):
    table = "编号,小区名称,建设状态,户数,常住人口,规划居住人口,3岁以下,经度,纬度\n"
    rows = (
        "E1,东门,已建成,100,2000,,,117.35,25.95\nE2,西门,规划,,,,,117.35,25.96\nE3,南门,已建成,,0,,,117.35,25.97\n"
        "E4,北门,已建成,,10,,20,117.35,25.98\n"
    )
    layers = load(communities=write("a.csv", table + rows))
    assert [one.row for one in found(layers, "households_against_residents")] == [2]
    assert [one.row for one in found(layers, "planned_without_people")] == [3]
    assert [one.row for one in found(layers, "nobody")] == [4]
    assert [one.row for one in found(layers, "under3_above_residents")] == [5]


def test_table_against_location(load, write):
    layers = load(communities=write("a.csv", HEADER + "E1,东门,西洋镇,3,117.35,25.95\n"))
    (finding,) = found(layers, "township_elsewhere")
    assert finding.severity == "warning"
    assert layers.communities["township_id"].tolist() == ["350481004"]


@pytest.mark.parametrize("name", ["燕南", "燕南街道", "燕南街道办事处", "350481003", "350481003001"])
def test_townships_by_any_name(load, write, name):
    layers = load(communities=write("a.csv", HEADER + f"E1,东门,{name},3,117.35,25.95\n"))
    assert layers.findings == ()
    assert layers.communities["township_id"].tolist() == ["350481003"]


def test_township_on_the_border_is_the_first_and_none_is_counted_twice(load, write):
    townships = gpd.GeoDataFrame(
        {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋镇"]},
        geometry=[box(535000, 2870000, 536000, 2880000), box(536000, 2870000, 537000, 2880000)],
        crs="EPSG:4548",
    ).to_crs("EPSG:4490")
    path = write("a.csv", "编号,小区名称,常住人口,X坐标,Y坐标\nE1,东门,3,536000,2875000\n")
    layers = load(townships=townships, communities=(path, {"datum": None, "crs": "EPSG:4548"}))
    assert len(layers.communities) == 1
    assert layers.communities["township_id"].iloc[0] in {"350481003", "350481004"}


def test_two_townships_of_one_name(load, write):
    townships = gpd.GeoDataFrame(
        {"区划代码": ["1", "2"], "名称": ["城关镇", "城关乡"]},
        geometry=[box(117.30, 25.90, 117.36, 26.00), box(117.36, 25.90, 117.42, 26.00)],
        crs="EPSG:4490",
    )
    layers = load(townships=townships, communities=write("a.csv", HEADER + "E1,东门,城关,3,117.35,25.95\n"))
    assert codes(layers) == ["township_ambiguous"]


def test_townships_that_overlap_or_have_no_kind(load, write):
    townships = gpd.GeoDataFrame(
        {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋"]},
        geometry=[box(117.30, 25.90, 117.38, 26.00), box(117.36, 25.90, 117.42, 26.00)],
        crs="EPSG:4490",
    )
    layers = load(townships=townships, communities=write("a.csv", HEADER + ROW))
    assert codes(layers, "warning") == ["overlap", "township_kind"]


BOWTIE = Polygon([(117.31, 25.91), (117.33, 25.93), (117.33, 25.91), (117.31, 25.93)])


@pytest.mark.parametrize(
    ("policy", "code", "n"),
    [("raise", "shape_invalid", 2), ("fix", "shape_fixed", 2), ("drop", "row_dropped", 1)],
)
def test_invalid_shapes_by_policy(load, tmp_path, policy, code, n):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {"名称": ["东门", "西门"], "常住人口": [300, 200]},
        geometry=[BOWTIE, box(117.34, 25.94, 117.35, 25.95)],
        crs="EPSG:4490",
    ).to_file(path)
    layers = load(communities=(path, {"on_invalid": policy}))
    (finding,) = found(layers, code)
    assert finding.row == 1
    assert len(layers.communities) == n
    if policy == "fix":
        assert layers.communities.geometry.is_valid.all()
    if policy == "drop":
        assert "300" in finding.found  # nobody is dropped silently


def test_missing_and_wrong_shapes(load, tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {"名称": ["东门", "西门"]},
        geometry=[None, LineString([(117.31, 25.91), (117.33, 25.93)])],
        crs="EPSG:4490",
    ).to_file(path)
    assert codes(load(communities=path)) == ["shape_kind", "shape_missing"]


def test_sheets(load, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["小区名称", "经度", "纬度"], ["东门", 117.35, 25.95]])
    assert codes(load(communities=(path, {"sheet": "没有"}))) == ["sheet_missing"]
    assert codes(load(communities=(path, {"sheet": "Sheet"}))) == []


def test_ids_of_two_layers_are_kept_apart(load, write):
    """编号 1, 2, 3 stands in every office's table."""
    villages = write(
        "v.csv", "编号,村名,常住人口,经度,纬度\n1,山前村,3,117.35,25.95\n2,山后村,3,117.35,25.96\n"
    )
    layers = load(communities=write("a.csv", HEADER + "1,东门,燕南街道,1,117.35,25.94\n"), villages=villages)
    assert codes(layers) == []
    (finding,) = found(layers, "ids_prefixed")
    assert finding.severity == "info"
    assert layers.communities.index.tolist() == ["1"]
    assert layers.villages.index.tolist() == ["villages-1", "villages-2"]


def test_institutions_name_their_estate(load, write):
    communities = write(
        "a.csv", HEADER + ROW + "E2,花园,燕南街道,3,117.34,25.95\nE3,花园,西洋镇,3,117.40,25.95\n"
    )
    table = "编号,机构名称,备案状态,托位数,所属小区,经度,纬度\n"
    rows = "I1,甲,已备案,9,东门,117.35,25.95\nI2,乙,已备案,9,E2,117.35,25.95\nI3,丙,已备案,9,花园,117.40,25.95\nI4,丁,已备案,9,没有,117.35,25.95\n"
    layers = load(communities=communities, institutions=write("b.csv", table + rows))
    assert layers.institutions["community_id"].tolist() == ["E1", "E2", "E3", None]
    (finding,) = found(layers, "community_unknown")
    assert (finding.row, finding.severity) == (5, "warning")


def test_everything_wrong_in_every_layer_comes_at_once(load, write, tmp_path):
    layers = load(
        communities=write("a.csv", HEADER + "E1,东门,燕南街道,-5,117.35,25.95\nE1,西门,无此镇,5,120,25.95\n"),
        villages=(write("v.csv", "村名,经度,纬度\n山前,117.35,25.95\n"), {"datum": None}),
        institutions=tmp_path / "none.xlsx",
        candidates=write("k.xlsx", "text"),
    )
    assert set(codes(layers)) == {
        "value_negative",
        "id_twice",
        "township_unknown",
        "outside",
        "crs_missing",
        "file_missing",
        "file_wrong",
    }
    with pytest.raises(ValueError) as caught:
        layers.require_valid()
    assert str(caught.value).count("  - ") == 7


def test_hostile_names_are_just_names(load, write):
    for name in ("<script>alert(1)</script>", "=1+1", "😀" * 30, "'; DROP TABLE", "{{ 7*7 }}"):
        layers = load(communities=write("a.csv", HEADER + f'E1,"{name}",燕南街道,5,117.35,25.95\n'))
        assert layers.communities["name"].tolist() == [name]


def test_inputs_are_not_changed(load, write):
    path = write("a.csv", HEADER + ROW)
    before = path.read_bytes()
    load(communities=path)
    assert path.read_bytes() == before


def test_row_order_does_not_matter(load, write):
    rows = [f"E{k},小区{k},燕南街道,{100 * k},117.35{k},25.95\n" for k in range(1, 6)]
    first = load(communities=write("a.csv", HEADER + "".join(rows))).communities.drop(columns="source_row")
    second = load(communities=write("b.csv", HEADER + "".join(reversed(rows)))).communities.drop(
        columns="source_row"
    )
    assert first.sort_index().equals(second.sort_index())


CELLS = st.one_of(
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["", "—", "1.2万", "=1"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=5))
# So large that ten times it is no number.
@example(rows=[["", "", "", "", "1.7976931348582282e+308", ""]])
def test_any_cells_make_findings_and_nothing_else(load, write, rows):
    import csv
    import io

    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    layers = load(communities=write("a.csv", HEADER + buffer.getvalue()))
    assert all(finding.message for finding in layers.findings)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ending=st.sampled_from(
        [
            "csv",
            "xlsx",
            "xls",
            "ods",
            "gpkg",
            "geojson",
            "shp",
            "txt",
            "kml",
            "kmz",
            "zip",
            "dxf",
            "parquet",
            "tab",
        ]
    ),
    head=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"SQLite format 3\x00",
            b"{",
            b"\x00\x00\x27\x0a",
            b"\xd0\xcf\x11\xe0",
            b"<kml>",
            b"PAR1",
            b"0\nSECTION\n",
            b"!table\n",
        ]
    ),
    body=st.binary(max_size=200),
)
def test_any_bytes_make_findings_and_nothing_else(load, write, ending, head, body):
    layers = load(communities=write(f"a.{ending}", head + body))
    assert all(finding.message for finding in layers.findings)


def test_every_finding_of_the_catalogue_has_a_test():
    catalogue = Path(tuoyu_geo.messages.__file__).parent / "zh" / "layers.po"
    known = {
        entry.msgid.removeprefix("layers.").removesuffix("_found")
        for entry in polib.pofile(str(catalogue))
        if entry.msgid.endswith("_found")
    }
    known.discard("listing")
    written = "".join(one.read_text(encoding="utf-8") for one in Path(__file__).parents[1].rglob("test_*.py"))
    # A text column takes any text; the key is there for the day it does not.
    untested = {code for code in known if not re.search(rf'"{code}"', written)} - {"text_unreadable"}
    assert untested == set()
