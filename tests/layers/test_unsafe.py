"""Files that would have GDAL read something else: refused, and nothing else is asked for it."""

import json
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import nasty
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from tuoyu_geo.errors import NetworkError, RenderError
from tuoyu_geo.layers.gdal import offline
from tuoyu_geo.layers.wkb_depth import is_too_deep
from tuoyu_geo.maps.basemap import raster_picture
from tuoyu_geo.reach.terrain import read_elevation

BOX = ((25.9, 117.3), (26.0, 117.4))


class Server(ThreadingHTTPServer):
    """Answers 404 and writes down who asked."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.server.asked.append(self.path)
                self.send_error(404)

            do_HEAD = do_POST = do_GET  # noqa: N815  (the standard library's names)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    thread = Thread(target=one.serve_forever, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()


def geojson(**more: object) -> str:
    feature = {
        "type": "Feature",
        "properties": {"小区名称": "东门"},
        "geometry": {"type": "Point", "coordinates": [117.35, 25.95]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more})


def addresses(address: str) -> dict[str, str]:
    command = f"gdal vector pipeline ! read /vsicurl/{address}/a.geojson ! reproject --dst-crs EPSG:4326"
    nested = {
        "type": "Point",
        "coordinates": [1, 2],
        "crs": {"type": "LINK", "properties": {"href": address}},
    }
    return {
        "commands": json.dumps({"type": "gdal_streamed_alg", "command_line": command}),
        "commands, hidden": json.dumps({"type": "gdal_streamed_alg", "command_line": command}).replace("gdal_s", "\\u0067dal_s"),
        "crs by link": geojson(crs={"type": "link", "properties": {"href": address, "type": "ogcwkt"}}),
        "crs by url": geojson(crs={"type": "URL", "properties": {"url": address}}),
        "crs of a shape": json.dumps({"type": "Feature", "properties": {}, "geometry": nested}),
        "crs, hidden": geojson(crs={"type": "link", "properties": {"href": address}}).replace('"crs"', '"\\u0063rs"'),
    }  # fmt: skip


@pytest.mark.parametrize("name", addresses(""))
def test_json_that_points_elsewhere(load, write, server, name):
    (finding,) = load(communities=write("a.json", addresses(server.address)[name])).findings
    assert (finding.code, finding.severity) == ("file_unsafe", "error")
    assert server.asked == []


def test_gdal_reaches_no_network_while_it_reads(tmp_path, server):
    import pyogrio
    from pyogrio.errors import DataSourceError

    content = addresses(server.address)
    for k, name in enumerate(("commands", "crs by link")):
        path = tmp_path / f"{k}.json"
        path.write_text(content[name], encoding="utf-8")
        with offline():
            try:
                pyogrio.read_dataframe(path)
            except DataSourceError:
                assert name == "commands"
    assert server.asked == []
    with pytest.raises(DataSourceError):
        pyogrio.list_layers(tmp_path / "0.json")
    assert server.asked != []  # without it, GDAL does ask: the test would see it


def geopackage(folder, *statements: str):
    path = nasty.vector("a.gpkg")(folder)
    with sqlite3.connect(path) as base:
        for one in statements:
            base.execute(one)
    base.close()
    return path


REGISTERED = (
    "INSERT INTO gpkg_contents(table_name,data_type,identifier,srs_id) SELECT 'v','features','v',srs_id FROM gpkg_contents",
    "INSERT INTO gpkg_geometry_columns SELECT 'v',column_name,geometry_type_name,srs_id,z,m FROM gpkg_geometry_columns",
)
ENDLESS = "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT fid, geom, n FROM a, c"


def test_a_view_is_no_layer(load, tmp_path):
    path = geopackage(tmp_path, ENDLESS, *REGISTERED)
    assert [one.code for one in load(communities=path).findings] == []  # the table beside it is read
    (finding,) = load(communities=(path, {"sheet": "v"})).findings
    assert (finding.code, finding.severity) == ("layer_view", "error")
    assert "v" in finding.found


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sqlite_master VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING VirtualShape(''/etc/passwd'',''utf-8'',4326)')",
        "INSERT INTO sqlite_master VALUES('table','x','x',0,'create virtual table \"x\" using [csv](''/etc/passwd'')')",
        "CREATE TABLE x (fid INTEGER PRIMARY KEY, a BLOB GENERATED ALWAYS AS (zeroblob(1000000000)) VIRTUAL)",
    ],
)
def test_tables_that_are_something_else(load, tmp_path, statement):
    (finding,) = load(communities=geopackage(tmp_path, "PRAGMA writable_schema=ON", statement)).findings
    assert finding.code == "file_unsafe"
    assert "x" in finding.found


def geotiff(path, **options: object):
    profile = {
        "driver": "GTiff",
        "width": 64,
        "height": 64,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4490",
    } | options
    with rasterio.open(
        path,
        "w",
        transform=from_bounds(117.3, 25.9, 117.4, 26.0, profile["width"], profile["height"]),
        **profile,
    ) as raster:
        if profile["width"] == 64:
            raster.write(np.ones((1, 64, 64), "float32"))
    return path


VRT = (
    '<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>EPSG:4490</SRS><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
    "<SourceFilename>/vsicurl/{address}/r.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
)
WMS = '<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service></GDAL_WMS>'
AUX = '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{address}/o.ovr</MDI></Metadata></PAMDataset>'


@pytest.mark.parametrize("content", [VRT, WMS, AUX], ids=["vrt", "wms", "overview"])
def test_rasters_that_point_elsewhere(tmp_path, server, content):
    path = tmp_path / "dem.tif"
    if content == AUX:
        geotiff(path)
        path.with_name("dem.tif.aux.xml").write_text(AUX.format(address=server.address), encoding="utf-8")
    else:
        path.write_text(content.format(address=server.address), encoding="utf-8")
    with pytest.raises(NetworkError, match=r"dem\.tif"):
        read_elevation(path, crs="EPSG:4548")
    with pytest.raises(RenderError, match=r"dem\.tif"):
        raster_picture(path, box=BOX)
    assert server.asked == []


def test_ten_gigapixels_are_too_many(tmp_path):
    path = geotiff(
        tmp_path / "dem.tif", width=100_000, height=100_000, tiled=True, SPARSE_OK=True, compress="deflate"
    )
    assert path.stat().st_size < 50_000_000
    with pytest.raises(NetworkError, match="100,000 × 100,000"):
        read_elevation(path, crs="EPSG:4548")
    with pytest.raises(RenderError, match="10,000"):
        raster_picture(path, box=BOX)


def test_a_block_of_gigabytes_is_not_read(tmp_path):
    path = geotiff(
        tmp_path / "dem.tif",
        width=40_000,
        height=40_000,
        blockysize=40_000,
        SPARSE_OK=True,
        compress="deflate",
    )
    with pytest.raises(NetworkError, match="6,400 MB"):
        read_elevation(path, crs="EPSG:4548", bounds=(536_000, 2_870_000, 536_010, 2_870_010))


def test_how_deep_shapes_are_nested():
    import shapely

    deep = shapely.Point(1, 2)
    for _ in range(31):
        deep = shapely.GeometryCollection([shapely.Point(0, 0), deep, shapely.LineString([(0, 0), (1, 1)])])
    assert not is_too_deep(shapely.to_wkb(deep))
    assert not is_too_deep(shapely.to_wkb(shapely.MultiPolygon([shapely.box(0, 0, 1, 1).buffer(1)] * 3)))
    assert not is_too_deep(b"\x01\x07")
    for flavor in ("iso", "extended"):
        deeper = shapely.GeometryCollection([shapely.GeometryCollection([deep, shapely.Point(1, 2, 3)])])
        assert is_too_deep(shapely.to_wkb(deeper, flavor=flavor, include_srid=flavor == "extended"))
