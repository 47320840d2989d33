"""Every trap of files, encodings, formats and spreadsheets that offices set, and what must come out of each."""

import json
import math
from dataclasses import dataclass, field

import geopandas as gpd
import nasty
import pytest
from nasty import COLUMNS, EAST, SOUTH
from pyproj import Geod
from shapely.geometry import Point

TITLE, UNIT = ("附件1：居住小区一览表",), ("填报单位：燕南街道", None, None, "单位：人")
TWO_ROWS = [
    ("附件1", None, None, None, None, None, None),
    ("序号", "小区名称", "人口", None, None, "坐标", None),
    (None, None, "常住", "户籍", "3岁以下", "经度", "纬度"),
    (1, "东门", 1200, 1100, 30, 117.35, 25.95),
    (2, "南园", 800, 700, 20, 117.34, 25.94),
]
TWO_ROWS_MERGED = ("A1:G1", "A2:A3", "B2:B3", "C2:E2", "F2:G2")
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"小区名称": row[1], "常住人口": row[3]},
                "geometry": {"type": "Point", "coordinates": row[4:]},
            }
            for row in (EAST, SOUTH)
        ],
    },
    ensure_ascii=False,
)


@dataclass(frozen=True)
class Case:
    """A file and what must come out: both estates, and these findings and no others of note."""

    make: nasty.Maker
    findings: tuple[str, ...] = ()
    changes: dict[str, object] = field(default_factory=dict)
    residents: tuple[float, ...] = (1200, 800)
    names: tuple[str, ...] = ("东门", "南园")


ROWS = [COLUMNS, EAST, SOUTH]
DAMAGED = nasty.csv_text(rows=[*ROWS, ("E3", "甲" * 60 + "乙", "燕南街道", 0, 117.33, 25.93)])
READ = {
    # Text: encodings.
    "utf-8": Case(nasty.text("a.csv", nasty.csv_text())),
    "utf-8 with a mark": Case(nasty.text("a.csv", nasty.csv_text(), "utf-8-sig")),
    "gbk": Case(nasty.text("a.csv", nasty.csv_text(), "gbk")),
    "gb18030 with a rare character": Case(
        nasty.text("a.csv", nasty.csv_text().replace("南园", "𠮷园"), "gb18030"), names=("东门", "𠮷园")
    ),
    "utf-16 with a mark, as Excel's Unicode text": Case(nasty.text("a.txt", nasty.csv_text("\t"), "utf-16")),
    "utf-16-le without a mark": Case(nasty.text("a.csv", nasty.csv_text(), "utf-16-le")),
    "utf-16-be without a mark": Case(nasty.text("a.csv", nasty.csv_text(), "utf-16-be")),
    "gb2312, stated": Case(nasty.text("a.csv", nasty.csv_text(), "gb2312"), changes={"encoding": "gb2312"}),
    "utf-8 with a damaged byte": Case(
        nasty.raw("a.csv", DAMAGED.encode().replace("乙".encode(), b"\xff")),
        findings=("nobody", "text_damaged"),
        residents=(1200, 800, 0),
        names=("东门", "南园", None),
    ),
    # Text: separators and line ends.
    "tabs": Case(nasty.text("a.txt", nasty.csv_text("\t"))),
    "semicolons": Case(nasty.text("a.csv", nasty.csv_text(";"))),
    "bars": Case(nasty.text("a.txt", nasty.csv_text("|"))),
    "carets": Case(nasty.text("a.txt", nasty.csv_text("^"))),
    "full-width commas": Case(nasty.text("a.csv", nasty.csv_text("，"))),
    "enumeration commas": Case(nasty.text("a.csv", nasty.csv_text("、"))),
    "spaces": Case(nasty.text("a.txt", nasty.csv_text("  "))),
    "carriage returns alone": Case(nasty.text("a.csv", nasty.csv_text().replace("\n", "\r"))),
    "a title with commas above": Case(
        nasty.text("a.csv", "附件1，居住小区，一览表，2025年，燕南街道，初稿，未核\n" + nasty.csv_text(";"))
    ),
    "full-width commas inside a name": Case(
        nasty.text("a.csv", nasty.csv_text().replace("南园", "南园，北区")), names=("东门", "南园，北区")
    ),
    # Spreadsheets.
    "xlsx": Case(nasty.sheet(ROWS)),
    "a title and a unit above": Case(nasty.sheet([TITLE, UNIT, *ROWS], merge=("A1:F1",))),
    "two header rows, merged": Case(nasty.sheet(TWO_ROWS, merge=TWO_ROWS_MERGED), findings=("ids_made",)),
    "two header rows in a csv": Case(
        nasty.text("a.csv", nasty.csv_text(rows=TWO_ROWS)), findings=("ids_made",)
    ),
    "merged townships": Case(nasty.sheet([COLUMNS, EAST, (*SOUTH[:2], None, *SOUTH[3:])], merge=("C2:C3",))),
    "totals in any column": Case(
        nasty.sheet(
            [
                *ROWS,
                (None, "燕南街道小计", None, 2000),
                (3, "合 计", None, 2000),
                ("总计（2个）", None, None, 2000),
            ]
        ),
        findings=("total_row",) * 3,
    ),
    "notes and signatures below": Case(
        nasty.sheet(
            [*ROWS, ("备注：截至2025年底",), ("填表人：张三", None, "审核人：李四"), ("注：1.含租户",)]
        ),
        findings=("note_row",) * 3,
    ),
    "sections between": Case(
        nasty.sheet([COLUMNS, ("一、燕南街道",), EAST, ("（二）其他",), SOUTH]), findings=("note_row",) * 2
    ),
    "the header again on page two": Case(
        nasty.sheet([COLUMNS, EAST, COLUMNS, SOUTH]), findings=("header_row",)
    ),
    "numbered columns": Case(nasty.sheet([COLUMNS, (1, 2, 3, 4, 5, 6), EAST, SOUTH]), findings=("note_row",)),
    "a sample row": Case(
        nasty.sheet([COLUMNS, ("示例", "示例小区", "燕南街道", 999, 117.3, 25.9), EAST, SOUTH]),
        findings=("sample_row",),
    ),
    "one number over two rows": Case(
        nasty.sheet([COLUMNS, EAST, (*SOUTH[:3], None, *SOUTH[4:])], merge=("D2:D3",)),
        findings=("merged_number",),
        residents=(1200, None),
    ),
    "several sheets": Case(
        nasty.sheet([("填写说明",), ("请按要求填写",)], 小区=ROWS, 村庄=[("村名", "人口"), ("一村", 5)]),
        findings=("sheet_taken",),
    ),
    "several sheets, named": Case(nasty.sheet(ROWS, 备份=ROWS), changes={"sheet": "备份"}),
    "a table and a guide to it": Case(nasty.sheet(ROWS, 填写说明=[COLUMNS, EAST])),
    "a sheet a township": Case(nasty.sheet(ROWS, 燕北=ROWS), findings=("sheets_alike",)),
    "formatted to the last cell": Case(nasty.formatted_tail),
    "formula in a column nobody reads": Case(
        nasty.sheet([(*COLUMNS, "比例"), (*EAST, "=1/2"), SOUTH]), findings=("formula_unknown",)
    ),
    "xls": Case(nasty.xls([TITLE, *ROWS])),
    "xls with merged townships": Case(
        nasty.xls([COLUMNS, EAST, (*SOUTH[:2], None, *SOUTH[3:])], merge=[(1, 2, 2, 2)])
    ),
    "xls that is an xlsx": Case(nasty.xls_that_is_xlsx),
    "ods": Case(nasty.ods([TITLE, *ROWS], tail=True)),
    "ods with merged townships": Case(
        nasty.ods([COLUMNS, EAST, (*SOUTH[:2], None, *SOUTH[3:])], merge=[(1, 2, 2)])
    ),
    # Shapefiles.
    "shapefile in gbk with .cpg": Case(nasty.shapefile("GBK", cpg="GBK")),
    "shapefile in gbk without .cpg": Case(nasty.shapefile("GBK")),
    "shapefile in utf-8 with .cpg, names cut": Case(nasty.shapefile("UTF-8", cpg="UTF-8")),
    "shapefile in utf-8 without .cpg": Case(nasty.shapefile("UTF-8")),
    "shapefile in gbk that says utf-8": Case(nasty.shapefile("GBK", cpg="UTF-8"), findings=("cpg_wrong",)),
    "shapefile in utf-8 that says gbk": Case(nasty.shapefile("UTF-8", cpg="GBK"), findings=("cpg_wrong",)),
    "shapefile that says latin-1": Case(nasty.shapefile("GBK", cpg="ISO-8859-1"), findings=("cpg_wrong",)),
    "shapefile that says 936": Case(nasty.shapefile("GBK", cpg="ANSI 936")),
    "shapefile in capitals": Case(nasty.shapefile("GBK", upper=True)),
    "shapefile without .prj": Case(nasty.shapefile("GBK", without=".prj")),
    "zipped shapefile": Case(nasty.zipped([nasty.shapefile("GBK")])),
    "zipped shapefile, names in gbk": Case(
        nasty.zipped([nasty.shapefile("GBK")], encoding="gbk", folder_name="图层/")
    ),
    "zip of two layers, named": Case(
        nasty.zipped([nasty.shapefile("GBK"), nasty.text("其他.csv", "a,b\n1,2\n")]),
        changes={"sheet": "小区"},
    ),
    "zip of two layers": Case(
        nasty.zipped([nasty.text("a.csv", nasty.csv_text()), nasty.text("b.csv", "a,b\n1,2\n")]),
        findings=("archive_taken",),
    ),
    "zip that climbs out of its folder": Case(nasty.climbing_zip),
    # Other formats.
    "geopackage": Case(nasty.vector("a.gpkg")),
    "geojson": Case(nasty.text("a.geojson", GEOJSON), findings=("ids_made",)),
    "geojson in gbk": Case(nasty.text("a.geojson", GEOJSON, "gbk"), findings=("encoding_taken", "ids_made")),
    "geojson with a mark": Case(nasty.text("a.json", GEOJSON, "utf-8-sig"), findings=("ids_made",)),
    "file geodatabase of two layers": Case(nasty.geodatabase, findings=("sheet_taken",)),
    "file geodatabase, zipped": Case(nasty.zipped([nasty.geodatabase]), findings=("sheet_taken",)),
    "geoparquet": Case(nasty.geoparquet),
    "kml with data": Case(nasty.kml(nasty.DATA), findings=("ids_made",)),
    "kml with simple data": Case(nasty.kml(nasty.SIMPLE), findings=("ids_made",)),
    "kml with a table in its description": Case(nasty.kml(nasty.TABLE), findings=("ids_made",)),
    "kml with lines in its description": Case(nasty.kml(nasty.LINES), findings=("ids_made",)),
    "kml in gbk": Case(nasty.kml(nasty.DATA, encoding="gbk"), findings=("ids_made",)),
    "kml, one folder": Case(nasty.kml(nasty.DATA), changes={"sheet": "小区"}, findings=("ids_made",)),
    "kmz": Case(nasty.kmz(), findings=("ids_made",)),
    "mapinfo with a charset": Case(nasty.mif("WindowsSimpChinese")),
    "mapinfo without one": Case(nasty.mif("Neutral")),
    "drawing of outlines": Case(
        nasty.dxf(),
        changes={"datum": "wgs84"},
        findings=("drawing_taken", "ids_made"),
        residents=(None, None),
    ),
    "drawing of outlines open by a hair": Case(
        nasty.dxf(closed=False), findings=("drawing_taken", "ids_made"), residents=(None, None)
    ),
    "drawing of texts": Case(
        nasty.dxf(outlines=False), findings=("drawing_taken", "ids_made"), residents=(None, None)
    ),
    "drawing in utf-8, as since AutoCAD 2007": Case(
        nasty.dxf(version="AC1021", encoding="utf-8"),
        findings=("drawing_taken", "ids_made"),
        residents=(None, None),
    ),
    "kml of outlines, one with a hole": Case(nasty.kml_outlines, findings=("ids_made",)),
    "drawing, one of its layers": Case(
        nasty.dxf(),
        changes={"sheet": "小区界线"},
        findings=("drawing_taken", "ids_made"),
        residents=(None, None),
    ),
}


@pytest.mark.filterwarnings("ignore")  # GDAL warns of names it cuts while the files are made
@pytest.mark.parametrize("name", READ)
def test_both_estates_come_out(load, tmp_path, name):
    case = READ[name]
    layers = load(communities=(case.make(tmp_path), case.changes))
    assert sorted(one.code for one in layers.findings) == sorted(case.findings)
    assert not [one for one in layers.findings if one.severity == "error"]
    estates = layers.communities
    for found, wanted in zip(estates["name"], case.names, strict=True):
        assert wanted is None or found == wanted
    for found, wanted in zip(estates["residents"], case.residents, strict=True):
        assert found == wanted or (wanted is None and math.isnan(found))
    assert set(estates["township_id"]) == {"350481003"}
    # Outlines of the drawing are 200 m across; everything else stands where it was put.
    for shape, row in zip(estates.to_crs("EPSG:4490").geometry, (EAST, SOUTH), strict=False):
        assert Geod(ellps="WGS84").inv(shape.centroid.x, shape.centroid.y, *row[4:])[2] < 0.1


REFUSED = {
    "nothing in it": (nasty.raw("a.xlsx", b""), "file_empty"),
    "web page named .xls": (nasty.text("a.xls", "<html><table></table></html>"), "file_wrong"),
    "xlsx named .csv": (nasty.raw("a.csv", b"PK\x03\x04" + b"0" * 40), "file_wrong"),
    "picture named .tab": (nasty.raw("a.tab", b"\x89PNG\r\n"), "file_wrong"),
    "a list of files that GDAL would follow": (
        nasty.text(
            "a.kml",
            '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://x/a.csv</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        ),
        "file_wrong",
    ),
    "locked workbook": (nasty.locked, "file_locked"),
    "workbook that unpacks to gigabytes": (nasty.bomb, "file_too_large"),
    "workbook with a stray last cell": (nasty.stray_cell, "file_too_large"),
    "broken workbook": (nasty.raw("a.xlsx", b"PK\x03\x04" + b"0" * 40), "file_broken"),
    "broken ods": (nasty.raw("a.ods", b"PK\x03\x04" + b"0" * 40), "file_broken"),
    "broken xls": (nasty.raw("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 40), "file_broken"),
    "geojson cut off": (nasty.text("a.geojson", GEOJSON[: len(GEOJSON) // 2]), "file_broken"),
    "kml cut off": (nasty.text("a.kml", "<kml><Document><Placemark>"), "file_broken"),
    "kml with an entity bomb": (
        nasty.text(
            "a.kml",
            '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
            + "]><kml>&j;</kml>",
        ),
        "file_unsafe",
    ),
    "parquet cut off": (nasty.raw("a.parquet", b"PAR1" + b"0" * 40), "file_broken"),
    "shapefile without .dbf": (nasty.shapefile("GBK", without=".dbf"), "companion_missing"),
    "shapefile without .shx": (nasty.shapefile("GBK", without=".shx"), "companion_missing"),
    "mapinfo without .mid": (nasty.text("a.mif", "Version 300\n"), "companion_missing"),
    "zip locked by a password": (nasty.locked_zip, "file_locked"),
    "zip without a layer": (nasty.empty_zip, "archive_empty"),
    "broken zip": (nasty.raw("a.zip", b"PK\x03\x04" + b"0" * 40), "file_broken"),
    "no such sheet": (nasty.sheet(ROWS), "sheet_missing"),
    "no such folder in the kml": (nasty.kml(nasty.DATA), "sheet_missing"),
    "no such layer in the drawing": (nasty.dxf(), "sheet_missing"),
    "raster for a layer of estates": (nasty.raw("a.tif", b"II*\x00"), "file_kind"),
    **{
        f"a{ending}": (nasty.raw(f"a{ending}", b"x"), "file_kind")
        for ending in (".dwg", ".et", ".docx", ".rar", ".mdb", ".mxd", ".png", ".dbf", ".xyz")
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_used_is_one_finding(load, tmp_path, name):
    make, code = REFUSED[name]
    changes = {"sheet": "没有"} if code == "sheet_missing" else {}
    layers = load(communities=(make(tmp_path), changes))
    assert [one.code for one in layers.findings] == [code]
    assert layers.findings[0].severity == "error"
    assert layers.findings[0].remedy
    assert len(layers.communities) == 0


@pytest.mark.parametrize(
    ("ending", "words"),
    [(".dwg", "DXF"), (".et", ".xlsx"), (".docx", ".xlsx"), (".rar", ".zip"), (".mdb", ".gdb")],
)
def test_what_to_send_instead_is_said(load, tmp_path, ending, words):
    (finding,) = load(communities=nasty.raw(f"a{ending}", b"x")(tmp_path)).findings
    assert words in finding.remedy


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_formulas_that_failed_or_were_never_worked_out_are_named_by_cell(load, tmp_path, ending):
    rows = [COLUMNS, (*EAST[:3], "=600+600", *EAST[4:]), SOUTH]
    make = nasty.sheet(rows) if ending == "xlsx" else nasty.ods(rows)
    (finding,) = (one for one in load(communities=make(tmp_path)).findings if one.severity == "error")
    assert (finding.code, finding.row, finding.column) == ("formula_unknown", 2, "D")
    assert "D2" in finding.found
    assert "600+600" in finding.found


def test_failed_formula(load, tmp_path):
    import openpyxl

    path = nasty.sheet(ROWS)(tmp_path)
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["D3"].value, book.worksheets[0]["D3"].data_type = "#DIV/0!", "e"
    book.save(path)
    (finding,) = load(communities=path).findings
    assert (finding.code, finding.severity, finding.row) == ("formula_failed", "error", 3)
    assert "#DIV/0!" in finding.found


def test_two_columns_of_one_name_are_asked_about(load, write):
    path = write("a.csv", "小区名称,常住人口,常住人口,经度,纬度\n东门,1,2,117.35,25.95\n")
    assert [one.code for one in load(communities=path).findings] == ["column_ambiguous", "ids_made"]


@pytest.mark.parametrize(
    ("policy", "code"), [("raise", "shape_missing"), ("drop", "row_dropped"), ("fix", None)]
)
def test_a_ring_that_is_not_closed(load, write, policy, code):
    ring = [[117.34, 25.94], [117.35, 25.94], [117.35, 25.95]]
    feature = {"type": "Feature", "properties": {"编号": "E1", "小区名称": "东门"}}
    feature |= {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = write("a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    layers = load(communities=(path, {"on_invalid": policy}))
    assert [one.code for one in layers.findings if one.code.startswith(("shape", "row"))] == [code] * bool(
        code
    )
    if policy == "fix":
        assert layers.communities.geometry.iloc[0].area > 100_000


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("crs", "n_errors"), [("EPSG:4548", 0), ("EPSG:4549", 1)])
def test_a_mapinfo_projection_without_a_name_is_told_by_its_parameters(load, tmp_path, crs, n_errors):
    path = tmp_path / "a.tab"
    frame = nasty.frame(name=["东门", "南园"], id=["E1", "E2"]).to_crs("EPSG:4548")
    frame.to_file(path, driver="MapInfo File", encoding="GBK")
    layers = load(communities=(path, {"datum": None, "crs": crs}))
    assert sum(one.severity == "error" for one in layers.findings) == n_errors
    if not n_errors:
        assert layers.communities["name"].tolist() == ["东门", "南园"]


def test_a_second_header_row_that_says_of_which(load, tmp_path):
    rows = [
        ("小区名称", "人口", None, "位置", None),
        (None, "常住人口", "其中：3岁以下", "经度", "纬度"),
        ("东门", 1200, 30, 117.35, 25.95),
    ]
    layers = load(communities=nasty.sheet(rows, merge=("A1:A2", "B1:C1", "D1:E1"))(tmp_path))
    assert layers.communities["under3"].tolist() == [30]
    assert layers.communities["residents"].tolist() == [1200]


def test_null_dates_and_numbers_of_a_vector_file(load, tmp_path):
    import pandas as pd

    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {"小区名称": ["东门", "南园"], "竣工日期": pd.to_datetime(["2021-06-30", None]), "户数": [None, 3.0]},
        geometry=[Point(EAST[4:]), Point(SOUTH[4:])],
        crs="EPSG:4490",
    ).to_file(path)
    estates = load(communities=path).communities
    assert [str(day)[:10] for day in estates["completed_on"]] == ["2021-06-30", "NaT"]
    assert estates["households"].isna().tolist() == [True, False]


def test_the_project_s_folder_is_not_written_to(load, tmp_path):
    path = nasty.zipped([nasty.shapefile("GBK")])(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    load(communities=path)
    assert sorted(set(tmp_path.rglob("*")) - {tmp_path / "townships.gpkg"}) == before
