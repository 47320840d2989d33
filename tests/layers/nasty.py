"""Makers of files as offices send them: each writes one into a folder and gives its path."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely.geometry import Point, box

COLUMNS = ("编号", "小区名称", "所属街道", "常住人口", "经度", "纬度")
# What every file below must give, whatever it looks like.
EAST, SOUTH = ("E1", "东门", "燕南街道", 1200, 117.35, 25.95), ("E2", "南园", "燕南街道", 800, 117.34, 25.94)
Maker = Callable[[Path], Path]


def csv_text(separator: str = ",", rows: Sequence[Sequence[object]] = (COLUMNS, EAST, SOUTH)) -> str:
    return "".join(separator.join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


def text(name: str, content: str, encoding: str = "utf-8") -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode(encoding))
        return path

    return make


def raw(name: str, content: bytes) -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def sheet(
    rows: Sequence[Sequence[object]], *, merge: Sequence[str] = (), name: str = "a.xlsx", **others: object
) -> Maker:
    """A workbook of one sheet, and of others by name."""

    def make(folder: Path) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(list(row))
        for area in merge:
            book.worksheets[0].merge_cells(area)
        for title, content in others.items():
            other = book.create_sheet(title)
            for row in content:
                other.append(list(row))
        path = folder / name
        book.save(path)
        return path

    return make


def xls(rows: Sequence[Sequence[object]], *, merge: Sequence[tuple[int, int, int, int]] = ()) -> Maker:
    """An .xls in BIFF, as Excel 2003 and WPS write it."""

    def make(folder: Path) -> Path:
        import xlwt

        book = xlwt.Workbook(encoding="utf-8")
        one = book.add_sheet("表一")
        inside = {(i, j) for r1, r2, c1, c2 in merge for i in range(r1, r2 + 1) for j in range(c1, c2 + 1)}
        for r1, r2, c1, c2 in merge:
            one.write_merge(r1, r2, c1, c2, rows[r1][c1])
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell is not None and (i, j) not in inside:
                    one.write(i, j, cell)
        path = folder / "a.xls"
        book.save(str(path))
        return path

    return make


def ods(
    rows: Sequence[Sequence[object]], *, merge: Sequence[tuple[int, int, int]] = (), tail: bool = False
) -> Maker:
    """An .ods made by odfpy; `merge` gives a row, a column and how many rows the cell spans."""

    def make(folder: Path) -> Path:
        from odf.opendocument import OpenDocumentSpreadsheet
        from odf.table import CoveredTableCell, Table, TableCell, TableRow
        from odf.text import P

        book = OpenDocumentSpreadsheet()
        table = Table(name="表一")
        spans = {(i, j): n for i, j, n in merge}
        covered = {(i + k, j) for i, j, n in merge for k in range(1, n)}
        for i, row in enumerate(rows):
            line = TableRow()
            for j, value in enumerate(row):
                if (i, j) in covered:
                    line.addElement(CoveredTableCell())
                    continue
                span = (
                    {"numberrowsspanned": spans[i, j], "numbercolumnsspanned": 1} if (i, j) in spans else {}
                )
                if isinstance(value, int | float):
                    cell = TableCell(valuetype="float", value=value, **span)
                elif value is None:
                    cell = TableCell(**span)
                elif str(value).startswith("="):
                    cell = TableCell(formula=f"of:{value}", **span)
                else:
                    cell = TableCell(valuetype="string", **span)
                    cell.addElement(P(text=str(value)))
                line.addElement(cell)
            table.addElement(line)
        if tail:  # what LibreOffice writes below a formatted table
            empty = TableRow(numberrowsrepeated=1_048_000)
            empty.addElement(TableCell(numbercolumnsrepeated=16_384))
            table.addElement(empty)
        book.spreadsheet.addElement(table)
        path = folder / "a.ods"
        book.save(str(path))
        return path

    return make


def frame(crs: str = "EPSG:4490", **columns: Sequence[object]) -> gpd.GeoDataFrame:
    values = columns or {
        "编号": [EAST[0], SOUTH[0]],
        "小区名称": [EAST[1], SOUTH[1]],
        "常住人口": [EAST[3], SOUTH[3]],
    }
    return gpd.GeoDataFrame(values, geometry=[Point(EAST[4:]), Point(SOUTH[4:])], crs="EPSG:4490").to_crs(crs)


def vector(name: str, **options: object) -> Maker:
    def make(folder: Path) -> Path:
        path = folder / name
        frame().to_file(path, **options)
        return path

    return make


def shapefile(encoding: str, *, cpg: str | None = None, without: str = "", upper: bool = False) -> Maker:
    """A shapefile in an encoding, with the .cpg that is asked for and without the companion that is not."""

    def make(folder: Path) -> Path:
        path = folder / "小区.shp"
        frame().to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if cpg is not None:
            path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
        if without:
            path.with_suffix(without).unlink()
        if upper:
            for one in list(folder.glob("小区.*")):
                one.rename(one.with_suffix(one.suffix.upper()))
            return path.with_suffix(".SHP")
        return path

    return make


def zipped(
    makers: Sequence[Maker], *, encoding: str | None = "utf-8", folder_name: str = "", name: str = "a.zip"
) -> Maker:
    """A zip of what some makers make; names in GBK and unmarked where asked, as Windows packs them."""

    def make(folder: Path) -> Path:
        inner = folder / "inner"
        inner.mkdir()
        for maker in makers:
            maker(inner)
        path = folder / name
        with zipfile.ZipFile(path, "w") as package:
            for one in sorted(inner.rglob("*")):
                if one.is_dir():
                    continue
                full = folder_name + one.relative_to(inner).as_posix()
                package.writestr(full if encoding == "utf-8" else _gbk_entry(full), one.read_bytes())
        return path

    return make


class _gbk_entry(zipfile.ZipInfo):  # noqa: N801  (a constructor)
    """An entry whose name is written in GBK, without the flag that says what it is."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


PLACEMARK = (
    "<Placemark><name>{name}</name>{more}<Point><coordinates>{x},{y},0</coordinates></Point></Placemark>"
)
DATA = '<ExtendedData><Data name="常住人口"><value>{n}</value></Data></ExtendedData>'
SIMPLE = '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="常住人口">{n}</SimpleData></SchemaData></ExtendedData>'
TABLE = "<description><![CDATA[<table><tr><td>常住人口</td><td>{n}</td></tr></table>]]></description>"
LINES = "<description>常住人口：{n}\n备注：无</description>"


def kml(more: str, *, name: str = "a.kml", encoding: str = "utf-8") -> Maker:
    places = "".join(
        PLACEMARK.format(name=row[1], more=more.format(n=row[3]), x=row[4], y=row[5]) for row in (EAST, SOUTH)
    )
    content = f'<?xml version="1.0" encoding="{encoding}"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>小区</name>{places}</Folder></Document></kml>'
    return text(name, content, encoding)


def kmz() -> Maker:
    return zipped([kml(DATA, name="doc.kml")], name="a.kmz")


def mif(charset: str) -> Maker:
    def make(folder: Path) -> Path:
        content = (
            f'Version 300\nCharset "{charset}"\nDelimiter ","\nCoordSys Earth Projection 1, 0\nColumns 3\n'
            "  编号 Char(20)\n  小区名称 Char(50)\n  常住人口 Integer\nData\n\n"
            + "".join(f"Point {row[4]} {row[5]}\n    Symbol (35,0,12)\n" for row in (EAST, SOUTH))
        )
        rows = "".join(f'"{row[0]}","{row[1]}",{row[3]}\n' for row in (EAST, SOUTH))
        (folder / "a.mid").write_bytes(rows.encode("gbk"))
        return text("a.mif", content, "gbk")(folder)

    return make


def dxf(
    *, outlines: bool = True, closed: bool = True, version: str = "AC1015", encoding: str = "gbk"
) -> Maker:
    """Outlines with a text inside, in a drawing whose text is ANSI_936; or texts alone."""

    def pair(code: int, value: object) -> str:
        return f"{code:>3}\n{value}\n"

    def make(folder: Path) -> Path:
        body = pair(0, "SECTION") + pair(2, "HEADER") + pair(9, "$ACADVER") + pair(1, version)
        body += pair(9, "$DWGCODEPAGE") + pair(3, "ANSI_936") + pair(0, "ENDSEC")
        body += pair(0, "SECTION") + pair(2, "ENTITIES")
        for row in (EAST, SOUTH):
            x, y = row[4], row[5]
            if outlines:
                ring = [
                    (x - 0.001, y - 0.001),
                    (x + 0.001, y - 0.001),
                    (x + 0.001, y + 0.001),
                    (x - 0.001, y + 0.001),
                ]
                ring += [] if closed else [(x - 0.001, y - 0.000999999)]
                body += (
                    pair(0, "LWPOLYLINE") + pair(8, "小区界线") + pair(90, len(ring)) + pair(70, int(closed))
                )
                body += "".join(pair(10, a) + pair(20, b) for a, b in ring)
            body += (
                pair(0, "TEXT")
                + pair(8, "注记")
                + pair(10, x)
                + pair(20, y)
                + pair(40, 2.5)
                + pair(1, row[1])
            )
        body += pair(0, "ENDSEC") + pair(0, "EOF")
        return raw("a.dxf", body.encode(encoding))(folder)

    return make


def geodatabase(folder: Path) -> Path:
    """A FileGDB of two layers, of which the second holds estates."""
    path = folder / "a.gdb"
    gpd.GeoDataFrame({"道路": ["一路"]}, geometry=[box(117.3, 25.9, 117.31, 25.91)], crs="EPSG:4490").to_file(
        path, driver="OpenFileGDB", layer="用地"
    )
    frame().to_file(path, driver="OpenFileGDB", layer="小区", mode="a")
    return path


def geoparquet(folder: Path) -> Path:
    path = folder / "a.parquet"
    frame().to_parquet(path)
    return path


def stray_cell(folder: Path) -> Path:
    """A sheet of two rows with a word in its very last cell."""
    path = sheet([COLUMNS, EAST, SOUTH])(folder)
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["XFD1048576"] = "x"
    book.save(path)
    return path


def formatted_tail(folder: Path) -> Path:
    """A sheet of two rows whose formatting reaches to the last row and column."""
    path = sheet([COLUMNS, EAST, SOUTH])(folder)
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    book.save(path)
    return path


def locked(folder: Path) -> Path:
    """The beginning of an encrypted workbook."""
    content = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 504
        + "EncryptedPackage".encode("utf-16-le")
        + b"\0" * 900
    )
    return raw("a.xlsx", content)(folder)


def bomb(folder: Path) -> Path:
    """A workbook whose directory says that it unpacks to 4 GB."""
    path = sheet([COLUMNS, EAST])(folder)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 0xF0000000)
    path.write_bytes(data)
    return path


def xls_that_is_xlsx(folder: Path) -> Path:
    path = sheet([COLUMNS, EAST, SOUTH])(folder)
    return path.rename(folder / "a.xls")


def empty_zip(folder: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("说明.docx", b"x")
    return raw("a.zip", buffer.getvalue())(folder)


def climbing_zip(folder: Path) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("../../小区.csv", csv_text())
    return raw("a.zip", buffer.getvalue())(folder)


def locked_zip(folder: Path) -> Path:
    """A zip whose one entry says that it is encrypted."""
    path = zipped([text("a.csv", csv_text())])(folder)
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    return path


def kml_outlines(folder: Path) -> Path:
    """Outlines around both estates, the first with a hole."""
    places = ""
    for row, hole in ((EAST, True), (SOUTH, False)):
        x, y = float(row[4]), float(row[5])
        rings = [
            " ".join(f"{x + d * i},{y + d * j},0" for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)))
            for d in (0.001, 0.0002)
        ]
        inner = f"<innerBoundaryIs><LinearRing><coordinates>{rings[1]}</coordinates></LinearRing></innerBoundaryIs>"
        places += (
            f"<Placemark><name>{row[1]}</name>{DATA.format(n=row[3])}<Polygon><outerBoundaryIs><LinearRing>"
            f"<coordinates>{rings[0]}</coordinates></LinearRing></outerBoundaryIs>{inner if hole else ''}</Polygon></Placemark>"
        )
    return text("a.kml", f"<kml><Document>{places}</Document></kml>")(folder)
