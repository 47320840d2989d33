"""Zips that climb, collide, lie or unfold."""

import bz2
import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import nasty
from case import Case, as_layer

CSV = nasty.csv_text()
DOCTYPE = '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa">]>'


def zipped(entries, *, name: str = "a.zip", method: int = zipfile.ZIP_DEFLATED):
    """A zip of entries; each a name (or its ZipInfo) and a content."""

    def make(folder: Path) -> Path:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as package:
            for entry, content in entries:
                package.writestr(entry, content, compress_type=method)
        return nasty.raw(name, buffer.getvalue())(folder)

    return make


def one(entry: str):
    """A zip whose one entry, a good table, has a name as it stands."""

    def make(folder: Path) -> Path:
        info = zipfile.ZipInfo("x")
        info.filename = entry
        return zipped([(info, CSV)])(folder)

    return make


def link(entry: str, target: str, *more):
    info = zipfile.ZipInfo(entry)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped([(info, target), *more])


def patched(make, *changes: tuple[bytes, int, str, int]):
    """A zip with figures changed: after a mark, at an offset, in a format."""

    def patch(folder: Path) -> Path:
        path = make(folder)
        data = bytearray(path.read_bytes())
        for mark, offset, form, value in changes:
            struct.pack_into(form, data, data.rindex(mark) + offset, value)
        path.write_bytes(data)
        return path

    return patch


DIRECTORY, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def says(size: int):
    return patched(zipped([("a.csv", CSV)]), (DIRECTORY, 24, "<I", size), (LOCAL, 22, "<I", size))


def holds(mb: int, ending: str = ".csv"):
    """So many MB of zeros under a name."""

    def make(folder: Path) -> Path:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(mb)) + packer.flush()
        return _stored(packed, folder, name=f"a{ending}", size=mb * 1_000_000, method=8)

    return make


def _stored(packed: bytes, folder: Path, *, name: str, size: int, method: int) -> Path:
    crc = 0
    for _ in range(size // 1_000_000):
        crc = zlib.crc32(bytes(1_000_000), crc)
    path = zipped([(name, packed)], method=zipfile.ZIP_STORED)(folder)
    fields = ((8, "<H", method), (14, "<I", crc), (22, "<I", size))
    changes = [(LOCAL, at, form, value) for at, form, value in fields]
    changes += [(DIRECTORY, at + 2, form, value) for at, form, value in fields]
    return patched(lambda _: path, *changes)(folder)


def bzip2_bomb(folder: Path) -> Path:
    packed = bz2.compress(bytes(300_000_000))
    return _stored(packed, folder, name="a.csv", size=300_000_000, method=12)


def overlapping(folder: Path) -> Path:
    """Fifty entries of the directory that share one kernel of 60 MB."""
    path = holds(60)(folder)
    data = path.read_bytes()
    at = data.rindex(DIRECTORY)
    end = data.rindex(b"PK\x05\x06")
    entry = data[at:end]
    many = b"".join(entry[:46] + f"{k:05d}"[:5].encode() + entry[51:] for k in range(50))
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, 50, 50, len(many))
    path.write_bytes(data[:at] + many + tail)
    return path


def cut(make, share: float):
    def shorten(folder: Path) -> Path:
        path = make(folder)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        return path

    return shorten


NESTED = io.BytesIO()
with zipfile.ZipFile(NESTED, "w") as _package:
    _package.writestr("b.zip", b"PK\x05\x06" + bytes(18))

_NAMES = {
    "climbs out by ../../": "../../a.csv",
    "climbs out by ..\\..\\": "..\\..\\a.csv",
    "an absolute name": "/etc/cron.d/a.csv",
    "a name with a drive": "C:\\Windows\\a.csv",
    "a name on another machine": "//server/share/a.csv",
    "a device of Windows": "CON.csv",
    "a stream of NTFS": "a.csv:stream.csv",
    "a name with an end of line": "a\nb.csv",
    "a name that a terminal would obey": "\x1b]0;owned\x07a.csv",
    "a name of spaces": "   .csv",
    "a name that turns its direction": "a\u202evsc.csv",
    "a name for a shell": "$(touch owned);`id`.csv",
    "a name for a web page": "<img src=x onerror=alert(1)>.csv",
    "dots between": "a/./b/.././a.csv",
}
CASES = [
    *(Case(group="zip", name=name, run=as_layer(one(entry)), must="harmless") for name, entry in _NAMES.items()),
    Case(group="zip", name="a name of 300 letters", run=as_layer(one("a" * 300 + ".csv")), must="file_broken"),
    Case(group="zip", name="a folder and a file of one name", run=as_layer(zipped([("a.csv", CSV), ("a.csv/b.csv", CSV)])), must="file_broken"),
    Case(group="zip", name="a link to /etc/passwd", run=as_layer(link("a.csv", "/etc/passwd")), must="harmless"),
    Case(group="zip", name="a folder that is a link, and a file through it", run=as_layer(link("out", "/tmp", ("out/a.csv", CSV))), must="file_broken"),
    Case(group="zip", name="more than 10,000 files", run=as_layer(zipped([(f"{k}.txt", "") for k in range(10_001)], method=zipfile.ZIP_STORED)), must="file_too_large"),
    Case(group="zip", name="a zip inside a zip", run=as_layer(nasty.raw("a.zip", NESTED.getvalue())), must="archive_empty"),
    Case(group="zip", name="its directory says 4 GB", run=as_layer(says(0xF0000000)), must="file_too_large"),
    Case(group="zip", name="its directory says less than it holds", run=as_layer(says(10)), must="file_broken"),
    Case(group="zip", name="its directory says more than it holds", run=as_layer(says(10_000)), must="harmless"),
    Case(group="zip", name="60 MB of zeros", run=as_layer(holds(60)), must="file_too_large"),
    Case(group="zip", name="300 MB of zeros by bzip2", run=as_layer(bzip2_bomb), must="file_too_large", heavy=True),
    Case(group="zip", name="50 entries share one kernel of 60 MB", run=as_layer(overlapping), must="file_too_large"),
    Case(group="zip", name="60 MB of zeros as a .kmz", run=as_layer(lambda f: holds(60, ".kml")(f).rename(f / "a.kmz")), must="file_too_large"),
    Case(group="zip", name="a method nobody knows", run=as_layer(patched(zipped([("a.csv", CSV)]), (DIRECTORY, 10, "<H", 99), (LOCAL, 8, "<H", 99))), must="file_broken"),
    Case(group="zip", name="locked by a password", run=as_layer(nasty.locked_zip), must="file_locked"),
    Case(group="zip", name="cut off in the middle", run=as_layer(cut(zipped([("a.csv", CSV * 50)]), 0.5)), must="file_broken"),
    Case(group="zip", name="a wrong checksum", run=as_layer(patched(zipped([("a.csv", CSV)]), (DIRECTORY, 16, "<I", 1))), must="file_broken"),
    Case(group="zip", name="an offset beyond its end", run=as_layer(patched(zipped([("a.csv", CSV)]), (DIRECTORY, 42, "<I", 0x7FFFFFFF))), must="file_broken"),
    Case(group="zip", name="nothing inside", run=as_layer(nasty.raw("a.zip", b"PK\x05\x06" + bytes(18))), must="archive_empty"),
    Case(group="zip", name="a .vrt inside", run=as_layer(zipped([("a.vrt", "<OGRVRTDataSource/>")])), must="archive_empty"),
    Case(group="zip", name="commands of GDAL inside", run=as_layer(zipped([("a.json", '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}')])), must="file_unsafe"),
    Case(group="zip", name="a reference system by link inside", run=as_layer(zipped([("a.geojson", '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"http://127.0.0.1:9/"}},"features":[]}')])), must="file_unsafe"),
    Case(group="zip", name="a .kml with entities in a .kmz", run=as_layer(zipped([("doc.kml", f"{DOCTYPE}<kml>&a;</kml>")], name="a.kmz")), must="file_unsafe"),
    Case(group="zip", name="a shapefile without its .dbf inside", run=as_layer(nasty.zipped([nasty.shapefile("GBK", without=".dbf")])), must="companion_missing"),
]  # fmt: skip
