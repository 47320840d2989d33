"""Vector files: shapes that are nested, claimed or endless, and files that name other files."""

import json
import sqlite3
import struct
from pathlib import Path

import nasty
import shapely
from case import Case, as_layer, placed
from sheets import LAUGHS, OUTSIDE

ADDRESS = "http://127.0.0.1:9/x"
POINT = {"type": "Point", "coordinates": [117.35, 25.95]}


def js(value: object, name: str = "a.geojson"):
    return nasty.text(name, value if isinstance(value, str) else json.dumps(value))


def shape(geometry: object, **properties: object):
    """One estate with a shape, and with properties."""
    feature = {"type": "Feature", "properties": {"小区名称": "东门"} | properties, "geometry": geometry}
    return js({"type": "FeatureCollection", "features": [feature]})


def collection(**more: object):
    return js(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {}, "geometry": POINT}],
            **more,
        }
    )


def point(words: str):
    return js(
        f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"小区名称":"a"}},"geometry":{{"type":"Point","coordinates":{words}}}}}]}}'
    )


def star(n: int) -> list[list[float]]:
    """A ring of n corners that crosses itself everywhere."""
    import math

    ring = [[117.35 + math.cos(k * 2.399) / 100, 25.95 + math.sin(k * 2.399) / 100] for k in range(n)]
    return [*ring, ring[0]]


DEEP = '{"type":"GeometryCollection","geometries":[' * 5000 + "]}" * 5000
_JSON = {
    "commands of GDAL": (js({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read /vsicurl/{ADDRESS}"}, "a.json"), "file_unsafe"),
    "commands of GDAL behind escapes": (js('{"type":"gdal\\u005fstreamed_alg","command_line":"gdal raster info"}', "a.json"), "file_unsafe"),
    "a reference system by link": (collection(crs={"type": "link", "properties": {"href": ADDRESS}}), "file_unsafe"),
    "a reference system by address": (collection(crs={"type": "url", "properties": {"url": ADDRESS}}), "file_unsafe"),
    "a reference system by a link to a file": (collection(crs={"type": "LINK", "properties": {"href": "file:///etc/passwd"}}), "file_unsafe"),
    "a reference system whose name is an address": (collection(crs={"type": "name", "properties": {"name": ADDRESS}}), "harmless"),
    "a reference system by link in a shape": (shape(POINT | {"crs": {"type": "link", "properties": {"href": ADDRESS}}}), "file_unsafe"),
    "a reference system of another standard by address": (collection(coordRefSys=ADDRESS), "harmless"),
    "a list of pages on a server": (collection(links=[{"rel": "next", "href": ADDRESS}], stac_version="1.0.0"), "harmless"),
    "a service that has more to give": (js({"objectIdFieldName": "a", "exceededTransferLimit": True, "geometryType": "esriGeometryPoint", "features": [], "fields": []}, "a.json"), "harmless"),
    "tiles of a server": (js({"tilejson": "2.0.0", "tiles": [ADDRESS], "vector_layers": []}, "a.json"), "refused"),
    "collections nested 5,000 deep": (js(f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{}},"geometry":{DEEP}}}]}}'), "file_broken"),
    "lists nested 100,000 deep": (js("[" * 100_000), "file_broken"),
    "properties nested 40 deep": (shape(POINT, x=json.loads('{"a":' * 40 + "1" + "}" * 40)), "harmless"),
    "a place that is no number": (point("[NaN,NaN]"), "harmless"),
    "a place without end": (point("[Infinity,-Infinity]"), "harmless"),
    "a place of 1e999": (point("[1e999,25]"), "harmless"),
    "a place of 5,000 digits": (point(f"[{'9' * 5000},25]"), "refused"),
    "a place of words": (point('["117.35","25.95"]'), "harmless"),
    "a place of one figure": (point("[117.35]"), "harmless"),
    "a place of no figure": (point("[]"), "harmless"),
    "a place of a place": (point("[[[117.35,25.95]]]"), "harmless"),
    "a place of a thousand figures": (point(f"[{','.join(['1'] * 1000)}]"), "harmless"),
    "half a character in a name": (js('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"小区名称":"a\\ud800b\\u0000"},"geometry":null}]}'), "harmless"),
    "one key twice": (js('{"type":"FeatureCollection","type":"Feature","features":[],"features":[{}]}'), "harmless"),
    "cut off": (js('{"type":"FeatureCollection","features":[{"type":"Feature"'), "file_broken"),
    "something behind its end": (js('{"type":"FeatureCollection","features":[]} rm -rf /'), "file_broken"),
    "one object a line": (js('{"type":"Feature","properties":{},"geometry":null}\n' * 3), "refused"),
    "a list": (js([1, 2, 3]), "refused"),
    "remarks": (js('{/* */"type":"FeatureCollection","features":[]}'), "file_broken"),
    "no features": (js({"type": "FeatureCollection", "features": None}), "refused"),
    "features of another kind": (js({"type": "FeatureCollection", "features": [1, "a", None, []]}), "harmless"),
    "a kind of shape nobody knows": (shape({"type": "Torus", "coordinates": []}), "harmless"),
    "a column named like a reference system": (shape(POINT, crs={"type": "link", "properties": {"href": ADDRESS}}), "file_unsafe"),
    "300 columns": (shape(POINT, **{f"c{k}": k for k in range(300)}), "harmless"),
    "a name of 300,000 letters": (shape(POINT, 小区名称="门" * 300_000), "harmless"),
}  # fmt: skip
_SHAPES = {
    "a ring of three corners": shape({"type": "Polygon", "coordinates": [[[117.3, 25.9], [117.4, 25.9], [117.3, 25.9]]]}),
    "a ring that is not closed": shape({"type": "Polygon", "coordinates": [[[117.3, 25.9], [117.4, 25.9], [117.4, 26]]]}),
    "a ring on one line": shape({"type": "Polygon", "coordinates": [[[117.3, 25.9], [117.4, 25.9], [117.35, 25.9], [117.3, 25.9]]]}),
    "a hole outside": shape({"type": "Polygon", "coordinates": [shapely.box(117.3, 25.9, 117.31, 25.91).__geo_interface__["coordinates"][0], shapely.box(118, 26, 118.1, 26.1).__geo_interface__["coordinates"][0]]}),
    "a bow tie": shape({"type": "Polygon", "coordinates": [[[117.3, 25.9], [117.4, 26], [117.4, 25.9], [117.3, 26], [117.3, 25.9]]]}),
    "a ring of 2,000 corners that crosses itself everywhere": shape({"type": "Polygon", "coordinates": [star(2000)]}),
    "a line of one place": shape({"type": "LineString", "coordinates": [[117.3, 25.9]]}),
    "an empty shape": shape({"type": "Polygon", "coordinates": []}),
    "an empty collection": shape({"type": "GeometryCollection", "geometries": []}),
    "a shape about the whole Earth": shape({"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}),
    "a shape across the date line": shape({"type": "LineString", "coordinates": [[179.9, 25], [-179.9, 25]]}),
    "no shape": shape(None),
}  # fmt: skip


def kml(inside: str, before: str = ""):
    return nasty.text(
        "a.kml", f'{before}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'
    )


def mark(inside: str):
    return kml(f"<Placemark><name>东门</name>{inside}</Placemark>")


AT = "<Point><coordinates>{}</coordinates></Point>"
_KML = {
    "entities that unfold": (kml("&j;", LAUGHS), "file_unsafe"),
    "one long entity many times": (kml("&a;" * 10_000, f'<!DOCTYPE kml [<!ENTITY a "{"a" * 10_000}">]>'), "refused"),
    "another file as an entity": (kml("&a;", OUTSIDE), "file_unsafe"),
    "an address as a document type": (kml("", f'<!DOCTYPE kml SYSTEM "{ADDRESS}">'), "file_unsafe"),
    "an address as a parameter entity": (kml("", f'<!DOCTYPE kml [<!ENTITY % a SYSTEM "{ADDRESS}"> %a;]>'), "file_unsafe"),
    "a document type behind a remark of 100,000 letters": (kml("&j;", f"<!--{'x' * 100_000}-->{LAUGHS}"), "refused"),
    "a document type in UTF-16": (nasty.text("a.kml", f"{LAUGHS}<kml>&j;</kml>", "utf-16"), "refused"),
    "a link to another file": (kml(f"<NetworkLink><Link><href>{ADDRESS}</href></Link></NetworkLink>"), "harmless"),
    "a picture at an address": (kml(f"<GroundOverlay><Icon><href>{ADDRESS}</href></Icon></GroundOverlay>"), "harmless"),
    "a schema at an address": (nasty.text("a.kml", f'<kml xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x {ADDRESS}"><Document/></kml>'), "harmless"),
    "another file by XInclude": (kml('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'), "harmless"),
    "a style sheet at an address": (nasty.text("a.kml", f'<?xml-stylesheet href="{ADDRESS}"?><kml><Document/></kml>'), "harmless"),
    "shapes nested 20,000 deep": (mark("<MultiGeometry>" * 20_000 + "</MultiGeometry>" * 20_000), "harmless"),
    "folders nested 20,000 deep": (kml("<Folder>" * 20_000 + "</Folder>" * 20_000), "harmless"),
    "a place that is no number": (mark(AT.format("nan,nan")), "harmless"),
    "a place of 1e999": (mark(AT.format("1e999,25")), "harmless"),
    "a place of one figure": (mark(AT.format("117")), "harmless"),
    "a place of words": (mark(AT.format("east,north")), "harmless"),
    "an outline of one place": (mark("<Polygon><outerBoundaryIs><LinearRing><coordinates>117,25</coordinates></LinearRing></outerBoundaryIs></Polygon>"), "harmless"),
    "a script in a description": (mark("<description><![CDATA[<script>alert(1)</script><table><tr><td>常住人口</td><td>5</td></tr></table>]]></description>"), "harmless"),
    "a description that asks for backtracking": (mark(f"<description>{'&lt;td>' * 3000}</description>"), "harmless"),
    "an encoding that is not its own": (nasty.raw("a.kml", b'<?xml version="1.0" encoding="utf-16"?><kml><Document/></kml>'), "harmless"),
    "an encoding nobody knows": (nasty.raw("a.kml", b'<?xml version="1.0" encoding="x-owned"?><kml><Document/></kml>'), "harmless"),
    "a list of sources of GDAL": (nasty.text("a.kml", f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/{ADDRESS}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'), "file_wrong"),
    "the same behind a remark that says kml": (nasty.text("a.kml", f'<!--<kml>--><OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/{ADDRESS}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'), "harmless"),
    "a web page that says kml": (nasty.text("a.kml", "<html><body><kml></body></html>"), "file_broken"),
}  # fmt: skip


def geopackage(*statements: str):
    def make(folder: Path) -> Path:
        path = nasty.vector("a.gpkg")(folder)
        with sqlite3.connect(path) as base:
            base.execute("PRAGMA writable_schema=ON")
            for name in (
                "ST_IsEmpty",
                "ST_MinX",
                "ST_MaxX",
                "ST_MinY",
                "ST_MaxY",
            ):  # what GDAL's triggers ask
                base.create_function(name, 1, lambda _: 1, deterministic=True)
            for one in statements:
                base.execute(one)
        base.close()
        return path

    return make


def view(sql: str, sheet: str | None = "v"):
    registered = (
        "INSERT INTO gpkg_contents(table_name,data_type,identifier,srs_id) SELECT 'v','features','v',srs_id FROM gpkg_contents",
        "INSERT INTO gpkg_geometry_columns SELECT 'v',column_name,geometry_type_name,srs_id,z,m FROM gpkg_geometry_columns",
    )
    return as_layer(geopackage(f"CREATE VIEW v AS {sql}", *registered), sheet=sheet)


def virtual(how: str):
    return geopackage(
        f"INSERT INTO sqlite_master VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING {how}')"
    )


_GEOPACKAGE = {
    "a virtual table over a shapefile": (virtual("VirtualShape(''/etc/passwd'',''utf-8'',4326)"), "file_unsafe"),
    "a virtual table over an address": (virtual(f"VirtualOGR(''/vsicurl/{ADDRESS}'')"), "file_unsafe"),
    "a virtual table over a text file": (virtual("csv(filename=''/etc/passwd'')"), "file_unsafe"),
    "a virtual table over the file system": (virtual("fsdir"), "file_unsafe"),
    "a column that works itself out": (geopackage("CREATE TABLE x (fid INTEGER PRIMARY KEY, b BLOB AS (zeroblob(1000000000)))"), "file_unsafe"),
    "a trigger that deletes": (geopackage("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END"), "read: 2"),
    "a reference system at an address": (geopackage(f"UPDATE gpkg_spatial_ref_sys SET definition='{ADDRESS}', organization='x', organization_coordsys_id=99999"), "harmless"),
    "shapes of garbage": (geopackage("UPDATE a SET geom=x'00112233445566778899'"), "harmless"),
    "a shape that says 4,294,967,295 corners": (geopackage("UPDATE a SET geom=x'47500001000000000102000000ffffffff'"), "harmless"),
    "a shape of words": (geopackage("UPDATE a SET geom='owned'"), "harmless"),
    "a name of bytes": (geopackage("UPDATE a SET 小区名称=x'1b5d303b07ff'"), "harmless"),
    "a table named like SQL": (geopackage("CREATE TABLE \"a'; DROP TABLE a;--\" (x)"), "harmless"),
    "no list of tables": (geopackage("DROP TABLE gpkg_contents"), "harmless"),
    "a broken list of tables": (geopackage("UPDATE sqlite_master SET sql='CREATE OWNED' WHERE name='a'"), "harmless"),
    "1,900 columns": (geopackage("CREATE TABLE x (" + ",".join(f"c{k}" for k in range(1900)) + ")"), "harmless"),
    "cut off": (lambda f: _cut(nasty.vector("a.gpkg")(f)), "refused"),
    "a database of something else": (lambda f: _sqlite(f), "harmless"),
    "its first bytes alone": (nasty.raw("a.gpkg", b"SQLite format 3\0" + bytes(100)), "refused"),
}  # fmt: skip


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:9000])
    return path


def _sqlite(folder: Path) -> Path:
    with sqlite3.connect(folder / "a.gpkg") as base:
        base.execute("CREATE TABLE moz_cookies (小区名称, value)")
        base.execute("INSERT INTO moz_cookies VALUES ('a', 'b')")
    base.close()
    return folder / "a.gpkg"


def shapefile(**changes: object):
    """A shapefile with a companion replaced, or changed by a function of its bytes."""

    def make(folder: Path) -> Path:
        path = nasty.shapefile("GBK")(folder)
        for ending, change in changes.items():
            one = path.with_suffix(f".{ending}")
            old = one.read_bytes() if one.exists() else b""
            one.write_bytes(change(old) if callable(change) else change)
        return path

    return make


def poke(at: int, form: str, value: float):
    def change(old: bytes) -> bytes:
        data = bytearray(old)
        struct.pack_into(form, data, at, value)
        return bytes(data)

    return change


_SHAPEFILE = {
    "a reference system that is an address": shapefile(prj=ADDRESS.encode()),
    "a reference system that is a virtual path": shapefile(prj=f"/vsicurl/{ADDRESS}".encode()),
    "a reference system of 3 MB": shapefile(prj=b"GEOGCS[" * 400_000),
    "an encoding nobody knows": shapefile(cpg=b"x-owned"),
    "an encoding of 10,000 letters": shapefile(cpg=b"A" * 10_000),
    "a table that says 4 billion rows": shapefile(dbf=poke(4, "<I", 0xFFFFFFFF)),
    "a table whose rows say 65,535 bytes": shapefile(dbf=poke(10, "<H", 65_535)),
    "a table whose header says 0 bytes": shapefile(dbf=poke(8, "<H", 0)),
    "an index that says a billion shapes": shapefile(shx=poke(24, ">I", 0x7FFFFFFF)),
    "an index that leads outside": shapefile(shx=poke(100, ">I", 0x7FFFFFFF)),
    "an index of nothing": shapefile(shx=b""),
    "a place that is no number": shapefile(shp=poke(112, "<d", float("nan"))),
    "a place without end": shapefile(shp=poke(112, "<d", float("inf"))),
    "a shape of a kind nobody knows": shapefile(shp=poke(108, "<I", 99)),
    "a shape longer than the file": shapefile(shp=poke(104, ">I", 0x7FFFFFFF)),
    "cut off": shapefile(shp=lambda old: old[:110]),
    "a table of nothing": shapefile(dbf=b""),
}


def dxf(*entities: tuple[int, object], blocks: str = ""):
    body = "".join(f"{code:>3}\n{value}\n" for code, value in entities)
    return nasty.text(
        "a.dxf",
        f"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  0\nENDSEC\n  0\nSECTION\n  2\nBLOCKS\n{blocks}  0\nENDSEC\n  0\nSECTION\n  2\nENTITIES\n{body}  0\nENDSEC\n  0\nEOF\n",
    )


BLOCK = "  0\nBLOCK\n  8\n0\n  2\n{}\n 10\n0\n 20\n0\n{}  0\nENDBLK\n"
INSERT = "  0\nINSERT\n  8\n0\n  2\n{}\n 10\n0\n 20\n0\n"
LAUGHING = BLOCK.format("b0", "  0\nPOINT\n  8\n0\n 10\n1\n 20\n1\n") + "".join(
    BLOCK.format(f"b{k}", INSERT.format(f"b{k - 1}") * 10) for k in range(1, 10)
)
_DXF = {
    "a block inside itself": dxf((0, "INSERT"), (8, 0), (2, "A"), (10, 0), (20, 0), blocks=BLOCK.format("A", INSERT.format("A"))),
    "blocks that unfold to a billion points": dxf((0, "INSERT"), (8, 0), (2, "b9"), (10, 0), (20, 0), blocks=LAUGHING),
    "a block in 32,767 rows and columns": dxf((0, "INSERT"), (8, 0), (2, "b0"), (10, 0), (20, 0), (70, 32767), (71, 32767), blocks=LAUGHING),
    "a drawing at an address": dxf((0, "POINT"), (8, 0), (10, 1), (20, 1), blocks=BLOCK.format("x", f"  1\n{ADDRESS}\n")),
    "an outline that says 2 billion corners": dxf((0, "LWPOLYLINE"), (8, 0), (90, 2_000_000_000), (70, 1), (10, 1), (20, 1)),
    "a curve of degree 2 billion": dxf((0, "SPLINE"), (8, 0), (71, 2_000_000_000), (72, 9), (73, 9), (10, 1), (20, 1)),
    "a circle without end": dxf((0, "CIRCLE"), (8, 0), (10, 1), (20, 1), (40, "1e308")),
    "a place that is no number": dxf((0, "POINT"), (8, 0), (10, "nan"), (20, "inf")),
    "a text of 200,000 letters": dxf((0, "TEXT"), (8, 0), (10, 1), (20, 1), (40, 1), (1, "a" * 200_000)),
    "a text that a terminal would obey": dxf((0, "TEXT"), (8, 0), (10, 117), (20, 25), (40, 1), (1, "\x1b[2J")),
    "no code before a value": nasty.text("a.dxf", "  0\nSECTION\n  2\nHEADER\nowned\nowned\n"),
    "the binary form, cut off": nasty.raw("a.dxf", b"AutoCAD Binary DXF\r\n\x1a\x00\x00SECTION\x00"),
}  # fmt: skip


def tab(content: str):
    def make(folder: Path) -> Path:
        for ending in (".dat", ".map", ".id"):
            (folder / f"a{ending}").write_bytes(b"")
        return nasty.text("a.tab", f"!table\n!version 300\n!charset Neutral\n\n{content}\n")(folder)

    return make


def mif(body: str, coordinates: str = "CoordSys Earth Projection 1, 0"):
    def make(folder: Path) -> Path:
        (folder / "a.mid").write_text('"a"\n', encoding="utf-8")
        return nasty.text(
            "a.mif",
            f'Version 300\nCharset "Neutral"\nDelimiter ","\n{coordinates}\nColumns 1\n  a Char(5)\nData\n\n{body}\n',
        )(folder)

    return make


_MAPINFO = {
    "a table that is a picture at an address": tab(f'Definition Table\n  File "{ADDRESS}.tif"\n  Type "RASTER"'),
    "a table over tables at an address": tab(f'Open Table "/vsicurl/{ADDRESS}" Hide\nOpen Table "b" Hide\n\nCreate View a As\nSelect x,y\nFrom b, c\nWhere b.x=c.x'),
    "a table in pieces elsewhere": tab('Definition Table\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    Table Char (254) ;\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata'),
    "a table of a database": tab('Definition Table\n  Type LINKED Charset "Neutral"\n  Fields 1\n    a Char (5) ;\nbegin_metadata\n"\\MBRAccess" = "DSN=owned"\nend_metadata'),
    "a table of 60,000 columns": tab("Definition Table\n  Type NATIVE\n  Fields 60000\n" + "    a Char (5) ;\n" * 100),
    "a line that says 2 billion corners": mif("Pline 2000000000\n117 25\n118 25"),
    "a region that says a million rings": mif("Region 1000000\n 4\n117 25\n"),
    "a projection nobody knows": mif("Point 117 25", "CoordSys Earth Projection 999, 999, 999"),
    "a place that is no number": mif("Point nan inf"),
}  # fmt: skip


def parquet(wkb: bytes, geo: object = None, **columns: object):
    def make(folder: Path) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        described = {
            "version": "1.0.0",
            "primary_column": "geometry",
            "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
        }
        words = (
            geo if isinstance(geo, str) else json.dumps(described | (geo if isinstance(geo, dict) else {}))
        )
        table = pa.table({"小区名称": ["a"], "geometry": pa.array([wkb], pa.binary()), **columns})
        pq.write_table(table.replace_schema_metadata({"geo": words}), folder / "a.parquet")
        return folder / "a.parquet"

    return make


def unfolding(folder: Path) -> Path:
    """A text of 3 MB that stands in 5,000 rows by its number."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), pa.array(["门" * 300_000]))
    pq.write_table(pa.table({"小区名称": text}), folder / "a.parquet", store_schema=False)
    return folder / "a.parquet"


def nested(n: int) -> bytes:
    return b"".join([b"\x01" + struct.pack("<II", 7, 1)] * n) + shapely.to_wkb(shapely.Point(1, 2))


GOOD = shapely.to_wkb(shapely.Point(117.35, 25.95))
_PARQUET = {
    "one long text in every row": (unfolding, "file_too_large"),
    "shapes nested 1,000,000 deep": (parquet(nested(1_000_000)), "file_broken"),
    "shapes nested 40 deep": (parquet(nested(40)), "file_broken"),
    "a shape that says 4,294,967,295 corners": (parquet(b"\x01" + struct.pack("<II", 2, 0xFFFFFFFF)), "refused"),
    "a shape of garbage": (parquet(b"owned"), "refused"),
    "a description that is no JSON": (parquet(GOOD, "owned"), "refused"),
    "a description of another column": (parquet(GOOD, {"primary_column": "owned"}), "refused"),
    "a reference system that is an address": (parquet(GOOD, {"columns": {"geometry": {"encoding": "WKB", "geometry_types": [], "crs": ADDRESS}}}), "refused"),
    "an encoding nobody knows": (parquet(GOOD, {"columns": {"geometry": {"encoding": "owned", "geometry_types": []}}}), "refused"),
    "its ends alone": (nasty.raw("a.parquet", b"PAR1" + bytes(40) + b"\xff\xff\xff\x7fPAR1"), "file_broken"),
}  # fmt: skip


def folder_of(**files: bytes):
    def make(folder: Path) -> Path:
        path = folder / "a.gdb"
        path.mkdir()
        for name, content in files.items():
            (path / name.replace("__", ".")).write_bytes(content)
        return path

    return make


_OTHERS = {
    "a .gdb of nothing": (folder_of(), "refused"),
    "a .gdb of garbage": (folder_of(a00000001__gdbtable=bytes(100), a00000001__gdbtablx=bytes(100)), "refused"),
    "a .gdb of a shapefile": (folder_of(a__shp=b"\x00\x00\x27\x0a" + bytes(96)), "refused"),
    "a .gdb that is a file": (nasty.raw("a.gdb", b"owned"), "refused"),
    **{
        f"a {ending}": (nasty.text(f"a{ending}", content), "file_kind")
        for ending, content in {
            ".vrt": f"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{ADDRESS}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
            ".gml": f'<FeatureCollection xsi:schemaLocation="x {ADDRESS}"/>', ".gpx": f"{OUTSIDE}<gpx>&a;</gpx>",
            ".gdalg.json.txt.gdalg": "{}", ".fgb": "fgb", ".sqlite": "SQLite format 3", ".csv.gz": "x", ".mvt": "x", ".pmtiles": "x",
            ".svg": "<svg onload='alert(1)'/>", ".html": "<script>", ".url": "[InternetShortcut]", ".lnk": "x", ".exe": "MZ", ".py": "import os",
            ".pickle": "cos\nsystem\n(S'id'\ntR.", ".xml": LAUGHS, ".wkt": "POINT(1 2)", ".tar": "x", ".doc": "x", ".pdf": "%PDF",
        }.items()
    },
}  # fmt: skip
CASES = [
    *(Case(group="GeoJSON", name=name, run=as_layer(make), must=must) for name, (make, must) in _JSON.items()),
    *(Case(group="shape", name=name, run=placed(make), must="harmless") for name, make in _SHAPES.items()),
    *(Case(group="shape", name=f"{name}, to be mended", run=placed(make, on_invalid="fix"), must="harmless", heavy="2,000" in name) for name, make in _SHAPES.items() if "ring" in name),
    *(Case(group="KML", name=name, run=placed(make), must=must) for name, (make, must) in _KML.items()),
    *(Case(group="GeoPackage", name=name, run=as_layer(make), must=must) for name, (make, must) in _GEOPACKAGE.items()),
    Case(group="GeoPackage", name="a view that never ends", run=view("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT fid, geom, n FROM a, c"), must="layer_view"),
    Case(group="GeoPackage", name="a view that never ends beside a table", run=view("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT fid, geom, n FROM a, c", sheet=None), must="read: 2"),
    Case(group="GeoPackage", name="a view that asks an address book", run=view("SELECT fid, geom, ogr_geocode('x') AS n FROM a"), must="refused"),
    Case(group="GeoPackage", name="a view over a raster at an address", run=view(f"SELECT fid, geom, gdal_get_pixel_value('/vsicurl/{ADDRESS}',1,'georef',1,2) AS n FROM a"), must="layer_view"),
    Case(group="GeoPackage", name="a view that loads a library", run=view("SELECT fid, geom, load_extension('/tmp/x.so') AS n FROM a"), must="refused"),
    *(Case(group="shapefile", name=name, run=as_layer(make), must="harmless") for name, make in _SHAPEFILE.items()),
    *(Case(group="drawing", name=name, run=as_layer(make), must="file_too_large" if "unfold" in name or "rows and" in name else "harmless") for name, make in _DXF.items()),
    *(Case(group="MapInfo", name=name, run=as_layer(make), must="harmless") for name, make in _MAPINFO.items()),
    *(Case(group="Parquet", name=name, run=as_layer(make), must=must) for name, (make, must) in _PARQUET.items()),
    *(Case(group="other file", name=name, run=as_layer(make), must=must) for name, (make, must) in _OTHERS.items()),
]  # fmt: skip
