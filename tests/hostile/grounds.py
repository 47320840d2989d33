"""Streets and rasters: entities, bombs, claims, and rasters that are something else."""

import bz2
import struct
from pathlib import Path

import nasty
import numpy as np
from case import Case, as_streets, named, told
from sheets import LAUGHS, OUTSIDE
from vectors import ADDRESS

BOX = ((25.9, 117.3), (26.0, 117.4))


def osm(body: str, before: str = ""):
    return nasty.text("a.osm", f'{before}<osm version="0.6">{body}</osm>')


def way(
    first: str = 'id="1" lat="25.9" lon="117.3"',
    second: str = 'id="2" lat="25.91" lon="117.3"',
    tags: str = "",
):
    return osm(
        f'<node {first}/><node {second}/><way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/>{tags}</way>'
    )


def pbf(content: bytes):
    return nasty.raw("a.osm.pbf", content)


BLOB = b"\x0a\x09OSMHeader\x18" + b"\xff\xff\xff\xff\x07"
_OSM = {
    "entities that unfold": (osm('<node id="1" lat="1" lon="1"><tag k="a" v="&j;"/></node>', LAUGHS), "refused"),
    "one long entity many times": (osm("&a;" * 10_000, f'<!DOCTYPE osm [<!ENTITY a "{"a" * 10_000}">]>'), "refused"),
    "another file as an entity": (osm("&a;", OUTSIDE), "refused"),
    "an address as a document type": (osm("", f'<!DOCTYPE osm SYSTEM "{ADDRESS}">'), "refused"),
    "elements nested 100,000 deep": (osm("<a>" * 100_000), "refused"),
    "a latitude that is no number": (way(second='id="2" lat="nan" lon="117.3"'), "refused"),
    "a latitude of 95": (way(second='id="2" lat="95" lon="117.3"'), "refused"),
    "a longitude of 1e999": (way(second='id="2" lat="25" lon="1e999"'), "harmless"),
    "a node of number 9223372036854775807": (way(second='id="9223372036854775807" lat="25" lon="117"'), "refused"),
    "a node of number -1": (way(second='id="-1" lat="25" lon="117"'), "refused"),
    "a node of words": (way(second='id="x" lat="25" lon="117"'), "refused"),
    "a way of one node twice": (osm('<node id="1" lat="25.9" lon="117.3"/><way id="1"><nd ref="1"/><nd ref="1"/><tag k="highway" v="path"/></way>'), "harmless"),
    "a tag of 100,000 letters": (way(tags=f'<tag k="name" v="{"a" * 100_000}"/>'), "harmless"),
    "1,000 tags": (way(tags="".join(f'<tag k="k{n}" v="{n}"/>' for n in range(1000))), "harmless"),
    "a name that a page would run": (way(tags='<tag k="name" v="&lt;script>alert(1)&lt;/script>"/>'), "read: 1"),
    "cut off": (nasty.text("a.osm", '<osm version="0.6"><node id="1"'), "refused"),
    "no OpenStreetMap": (nasty.text("a.osm", "<html/>"), "refused"),
    "100 MB of spaces as .osm.bz2": (lambda f: nasty.raw("a.osm.bz2", bz2.compress(b'<osm version="0.6">' + b" " * 100_000_000 + b"</osm>"))(f), "bomb"),
    "a .bz2 in a .bz2": (nasty.raw("a.osm.bz2", bz2.compress(bz2.compress(b"<osm/>"))), "refused"),
    "a .bz2 cut off": (nasty.raw("a.osm.bz2", bz2.compress(b"<osm/>" * 1000)[:-9]), "refused"),
    "a .pbf whose header says 4 GB": (pbf(struct.pack(">I", 0xFFFFFFFF) + bytes(100)), "refused"),
    "a .pbf whose first part says 2 GB": (pbf(struct.pack(">I", len(BLOB)) + BLOB + bytes(100)), "refused"),
    "a .pbf of garbage": (pbf(b"owned" * 100), "refused"),
    "a .pbf of nothing": (pbf(b""), "refused"),
}  # fmt: skip


def graph(
    second: str = '<data key="x">117.31</data><data key="y">25.91</data>',
    edge: str = "",
    before: str = "",
    crs: str = "",
):
    keys = "".join(
        f'<key id="{k}" for="{on}" attr.name="{k}" attr.type="string"/>'
        for k, on in (
            ("x", "node"),
            ("y", "node"),
            ("length", "edge"),
            ("geometry", "edge"),
            ("crs", "graph"),
        )
    )
    about = f'<data key="crs">{crs}</data>' if crs else ""
    return nasty.text(
        "a.graphml",
        f'{before}<graphml>{keys}<graph edgedefault="directed">{about}<node id="1"><data key="x">117.3</data><data key="y">25.9</data></node><node id="2">{second}</node><edge source="1" target="2">{edge}</edge></graph></graphml>',
    )


def links(rows: str, nodes: str = "1,117.3,25.9\n2,117.31,25.91\n"):
    def make(folder: Path) -> Path:
        (folder / "node.csv").write_text("node_id,x_coord,y_coord\n" + nodes, encoding="utf-8")
        return nasty.text("link.csv", "link_id,from_node_id,to_node_id,length\n" + rows)(folder)

    return make


_GRAPH = {
    "entities that unfold": (graph("&j;", before=LAUGHS), "refused"),
    "another file as an entity": (graph("&a;", before=OUTSIDE), "refused"),
    "a place that is no number": (graph('<data key="x">nan</data><data key="y">25</data>'), "refused"),
    "a place without end": (graph('<data key="x">inf</data><data key="y">25</data>'), "refused"),
    "a place of 1e400": (graph('<data key="x">1e400</data><data key="y">25</data>'), "refused"),
    "a longitude of 999": (graph('<data key="x">999</data><data key="y">25</data>'), "refused"),
    "no place": (graph(""), "refused"),
    "a length of -5": (graph(edge='<data key="length">-5</data>'), "harmless"),
    "a length that is no number": (graph(edge='<data key="length">owned</data>'), "refused"),
    "a line of garbage": (graph(edge='<data key="geometry">LINESTRING(owned)</data>'), "refused"),
    "a reference system that is an address": (graph(crs=ADDRESS), "refused"),
    "a reference system that is a file": (graph(crs="/etc/passwd"), "refused"),
    "elements nested 100,000 deep": (nasty.text("a.graphml", "<a>" * 100_000 + "</a>" * 100_000), "refused"),
    "an edge to nowhere": (links("1,1,99,5\n"), "refused"),
    "a table of links with a place that is no number": (links("1,1,2,5\n", "1,nan,25\n2,117,inf\n"), "refused"),
    "a table of links with formulas": (links('1,1,2,"=1+1"\n'), "harmless"),
    "a table of links with an edge to itself": (links("1,1,1,5\n"), "harmless"),
    "a table of links with one row of 10,000 cells": (links("1," * 10_000 + "\n"), "harmless"),
}  # fmt: skip


def tif(folder: Path, *, name: str = "a.tif", **options: object) -> Path:
    import rasterio
    from rasterio.transform import from_bounds

    profile = {
        "driver": "GTiff",
        "width": 20,
        "height": 20,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:4490",
    } | options
    value = profile.pop("value", 1.0)
    transform = profile.pop(
        "transform", from_bounds(117.3, 25.9, 117.4, 26.0, profile["width"], profile["height"])
    )
    with rasterio.open(folder / name, "w", transform=transform, **profile) as raster:
        if profile["width"] == 20:
            raster.write(np.full((profile["count"], 20, 20), value, profile["dtype"]))
    return folder / name


def large(**options: object):
    return lambda folder: tif(
        folder, width=100_000, height=100_000, SPARSE_OK=True, compress="deflate", **options
    )


def beside(ending: str, content: str):
    def make(folder: Path) -> Path:
        path = tif(folder)
        path.with_name(f"a.tif{ending}").write_text(content, encoding="utf-8")
        return path

    return make


VRT = '<VRTDataset rasterXSize="20" rasterYSize="20"><SRS>EPSG:4490</SRS><VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
_RASTERS = {
    "10 gigapixels": (large(tiled=True, blockxsize=4096, blockysize=4096), "refused"),
    "10 gigapixels in one block of 40 GB": (large(blockysize=100_000), "refused"),
    "a list of sources at an address": (nasty.text("a.tif", VRT.format(f"/vsicurl/{ADDRESS}.tif")), "refused"),
    "a list of sources outside": (nasty.text("a.tif", VRT.format("/etc/passwd")), "refused"),
    "a list of sources that is its own source": (nasty.text("a.tif", VRT.format("a.tif")), "refused"),
    "a service of maps": (nasty.text("a.tif", f'<GDAL_WMS><Service name="TMS"><ServerUrl>{ADDRESS}</ServerUrl></Service></GDAL_WMS>'), "refused"),
    "Python inside a list of sources": (nasty.text("a.tif", '<VRTDataset rasterXSize="9" rasterYSize="9"><VRTRasterBand subClass="VRTDerivedRasterBand"><PixelFunctionLanguage>Python</PixelFunctionLanguage></VRTRasterBand></VRTDataset>'), "refused"),
    "an overview at an address": (beside(".aux.xml", f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{ADDRESS}</MDI></Metadata></PAMDataset>'), "refused"),
    "entities in the file beside it": (beside(".aux.xml", f"{LAUGHS}<PAMDataset>&j;</PAMDataset>"), "harmless"),
    "an overview that is a list of sources": (beside(".ovr", VRT.format(f"/vsicurl/{ADDRESS}")), "harmless"),
    "a mask that is a list of sources": (beside(".msk", VRT.format(f"/vsicurl/{ADDRESS}")), "harmless"),
    "values that are no numbers": (lambda f: tif(f, value=float("nan")), "harmless"),
    "values without end": (lambda f: tif(f, value=float("inf")), "harmless"),
    "values of 1e38": (lambda f: tif(f, value=1e38), "harmless"),
    "values below nothing": (lambda f: tif(f, value=-5.0), "harmless"),
    "200 bands": (lambda f: tif(f, count=200), "refused"),
    "no reference system": (lambda f: tif(f, crs=None), "refused"),
    "a reference system of the moon": (lambda f: tif(f, crs="+proj=longlat +R=1737400 +no_defs"), "harmless"),
    "cells of no size": (lambda f: _flat(f), "refused"),
    "cut off": (lambda f: _cut(tif(f)), "refused"),
    "a size of 2 billion in its header": (lambda f: _wide(tif(f)), "refused"),
    "a picture": (nasty.raw("a.tif", b"\x89PNG\r\n\x1a\n"), "refused"),
    "nothing": (nasty.raw("a.tif", b""), "refused"),
}  # fmt: skip


def _flat(folder: Path) -> Path:
    from rasterio import Affine

    return tif(folder, transform=Affine(0, 0, 117.3, 0, 0, 25.9))


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:200])
    return path


def _wide(path: Path) -> Path:
    """The figures of width and height in the first directory set to 2 billion."""
    data = bytearray(path.read_bytes())
    at = struct.unpack_from("<I", data, 4)[0]
    for k in range(struct.unpack_from("<H", data, at)[0]):
        tag = at + 2 + 12 * k
        if struct.unpack_from("<H", data, tag)[0] in {256, 257}:
            struct.pack_into("<HII", data, tag + 2, 4, 1, 2_000_000_000)
    path.write_bytes(data)
    return path


def as_population(make):
    def run(folder: Path) -> str:
        from squares import TOWNSHIPS, source

        from tuoyu_geo.layers.raster import read_raster
        from tuoyu_geo.layers.table import RefusedError

        try:
            raw = read_raster(source(make(folder), "population"), around=TOWNSHIPS.to_crs("EPSG:4548"))
        except RefusedError as error:
            return told([error.finding], 0)
        return told(raw.findings, len(raw.frame))

    return run


def as_elevation(make):
    def run(folder: Path) -> str:
        from tuoyu_geo.errors import NetworkError
        from tuoyu_geo.reach.terrain import read_elevation

        try:
            read_elevation(make(folder), crs="EPSG:4548")
        except NetworkError as error:
            return named(error, folder)
        return "read"

    return run


def as_basemap(make):
    def run(folder: Path) -> str:
        from tuoyu_geo.errors import RenderError
        from tuoyu_geo.maps.basemap import raster_picture

        try:
            raster_picture(make(folder), box=BOX)
        except RenderError as error:
            return named(error, folder)
        return "read"

    return run


# As a map, many bands and any values are a picture's.
_PICTURES = {"values that are no numbers"}
CASES = [
    *(Case(group="OpenStreetMap", name=name, run=as_streets(make), must=must, heavy="100 MB" in name) for name, (make, must) in _OSM.items()),
    *(Case(group="graph of streets", name=name, run=as_streets(make), must=must) for name, (make, must) in _GRAPH.items()),
    *(Case(group="population raster", name=name, run=as_population(make), must="harmless" if name in {"10 gigapixels", "no reference system"} else must) for name, (make, must) in _RASTERS.items()),
    *(Case(group="elevation raster", name=name, run=as_elevation(make), must=must) for name, (make, must) in _RASTERS.items()),
    *(Case(group="basemap raster", name=name, run=as_basemap(make), must="harmless" if name in _PICTURES else must) for name, (make, must) in _RASTERS.items()),
]  # fmt: skip
