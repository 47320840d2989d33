"""What a file is: told by its name, borne out by its first bytes; and what to send instead of what can't be read."""

from pathlib import Path

NETWORK_ENDINGS = (".osm", ".osm.bz2", ".osm.pbf", ".graphml")
LINK_ENDS = (
    ("from_node_id", "from_node", "from", "a_node", "起点", "起点编号", "起节点"),
    ("to_node_id", "to_node", "to", "b_node", "终点", "终点编号", "终节点"),
)
"""Columns that name the nodes at which a link begins and ends, in GMNS and in surveys."""
SHEET_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXT_ENDINGS = (".csv", ".txt", ".tsv")
RASTER_ENDINGS = (".tif", ".tiff")
VECTOR_ENDINGS = (".gpkg", ".geojson", ".json", ".shp", ".gdb", ".tab", ".mif")
ENDINGS = (
    *VECTOR_ENDINGS,
    ".kml",
    ".kmz",
    ".dxf",
    ".parquet",
    ".geoparquet",
    *TEXT_ENDINGS,
    *SHEET_ENDINGS,
    ".zip",
    *RASTER_ENDINGS,
    *NETWORK_ENDINGS,
)
# Endings that come by mail and can't be read, by what to do about them (a key of the catalogue).
INSTEAD = {
    ".dwg": "dwg",
    ".dgn": "dwg",
    ".et": "et",
    ".ett": "et",
    ".doc": "document",
    ".docx": "document",
    ".wps": "document",
    ".pdf": "document",
    ".rar": "archive",
    ".7z": "archive",
    ".mdb": "mdb",
    ".mxd": "mxd",
    ".qgz": "mxd",
    ".qgs": "mxd",
    ".lyr": "mxd",
    ".jpg": "picture",
    ".jpeg": "picture",
    ".png": "picture",
    ".dbf": "companion",
    ".shx": "companion",
    ".prj": "companion",
    ".mid": "companion",
    ".dat": "companion",
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MAGIC = {
    ".xlsx": (_ZIP, _OLE),
    ".xlsm": (_ZIP, _OLE),
    ".xls": (_ZIP, _OLE, b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"),
    ".ods": (_ZIP,),
    ".zip": (_ZIP, b"PK\x05\x06"),
    ".kmz": (_ZIP,),
    ".gpkg": (b"SQLite format 3\x00",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".parquet": (b"PAR1",),
    ".geoparquet": (b"PAR1",),
    ".tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    ".tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}
_LOOKS = {
    _ZIP: "xlsx/zip",
    b"SQLite": "SQLite/GeoPackage",
    _OLE: "xls/doc",
    b"\x00\x00\x27\x0a": "Shapefile",
    b"PAR1": "Parquet",
    b"II*\x00": "TIFF",
    b"AC10": "DWG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"{": "JSON",
    b"<": "XML/HTML",
    b"%PDF": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
}


def ending_of(path: Path) -> str:
    """A file's ending, in small letters."""
    return path.suffix.lower()


def not_what_it_says(ending: str, head: bytes) -> str:  # noqa: PLR0911  (a return a kind)
    """What a file really looks like; "" where it is what its name says."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if ending in _MAGIC:
        return "" if head.startswith(_MAGIC[ending]) else looks_like(head)
    if ending in {".geojson", ".json"}:
        wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        return "" if wide or start[:1] in {b"{", b"["} else looks_like(head)
    if ending == ".kml":
        wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
        return "" if wide or (start[:1] == b"<" and b"<kml" in head) else looks_like(head)
    if ending == ".tab":
        return "" if start.lower().startswith(b"!table") else looks_like(head)
    if ending == ".mif":
        return "" if start.lower().startswith(b"version") else looks_like(head)
    if ending == ".dxf":
        # A comment (999) or the first section (0); the binary form says its name.
        return (
            ""
            if start.split(None, 1)[:1] in ([b"0"], [b"999"]) or head.startswith(b"AutoCAD Binary DXF")
            else looks_like(head)
        )
    if ending in TEXT_ENDINGS:
        known = (_ZIP, b"SQLite format 3", _OLE, b"PAR1", b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"II*\x00")
        return looks_like(head) if head.startswith(known) else ""
    return ""


def looks_like(head: bytes) -> str:
    """What bytes look like, by how they begin."""
    return next((name for start, name in _LOOKS.items() if head.startswith(start)), repr(head[:8]))


def is_link_table(path: Path) -> bool:
    """Whether a text table's header names the nodes at which its rows begin and end."""
    if path.suffix.lower() not in TEXT_ENDINGS or not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.readline(10_000)
    try:
        line = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        line = head.decode("gb18030", errors="replace")
    names = {name.strip().strip('"') for name in line.lower().split(",")}
    return all(names & set(known) for known in LINK_ENDS)
