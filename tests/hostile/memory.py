"""Bombs as large as they come, each in a process of its own whose memory is measured."""

import os
import subprocess
import sys
from pathlib import Path

import nasty
from case import Case
from nasty import COLUMNS
from sheets import SHARED, ods
from zips import holds

MOST_MB = 1500
# Reads one file as a layer; says what came out, and the most memory it held at a time [MB].
CHILD = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from case import as_layer
said = as_layer(lambda _: Path(sys.argv[1]))(Path(sys.argv[1]).parent)
# The kernel's getrusage would tell the largest of the process that started this one, too.
status = Path("/proc/self/status")
if status.exists():
    peak_mb = next(int(line.split()[1]) // 1000 for line in status.open() if line.startswith("VmHWM"))
else:
    import resource
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
print(said, peak_mb, sep="\\n")
"""


def measured(make):
    def run(folder: Path) -> str:
        here = Path(__file__).parent
        command = [sys.executable, "-c", CHILD, str(make(folder)), str(here), str(here.parent / "layers")]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", env=os.environ, timeout=300, check=True
        )
        said, peak_mb = done.stdout.split("\n")[:2]
        assert int(peak_mb) < MOST_MB, peak_mb
        return f"{said}, below {MOST_MB:,} MB"

    return run


def lines(n: int, name: str = "a.csv"):
    def make(folder: Path) -> Path:
        with (folder / name).open("w", encoding="utf-8") as stream:
            stream.write(",".join(COLUMNS) + "\n")
            stream.writelines(f"E{k},东门{k},燕南街道,1200,117.35,25.95\n" for k in range(n))
        return folder / name

    return make


def workbook(n: int):
    """A sheet of so many rows of six cells, each a text of its own."""

    def make(folder: Path) -> Path:
        import zipfile

        good = nasty.sheet([COLUMNS])(folder)
        with zipfile.ZipFile(good) as package:
            contents = {one: package.read(one) for one in package.namelist()}
        row = "".join(
            f'<c r="{letter}{{0}}" t="inlineStr"><is><t>门{{0}}</t></is></c>' for letter in "ABCDEF"
        )
        body = "".join(f'<row r="{k}">{row.format(k)}</row>' for k in range(1, n))
        contents["xl/worksheets/sheet1.xml"] = (
            f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'.encode()
        )
        contents.pop(SHARED, None)
        with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
            for part, content in contents.items():
                package.writestr(part, content)
        return folder / "a.xlsx"

    return make


def large_ods(folder: Path) -> Path:
    cell = '<table:table-cell office:value-type="string"><text:p>门{}</text:p></table:table-cell>'
    return ods(
        "".join(
            "<table:table-row>" + "".join(cell.format(6 * k + j) for j in range(6)) + "</table:table-row>"
            for k in range(150_000)
        )
    )(folder)


def polygon(folder: Path) -> Path:
    """One outline of ten million corners, as GeoPackage."""
    import geopandas as gpd
    import numpy as np
    import shapely

    angle = np.linspace(0, 2 * np.pi, 10_000_000)
    ring = shapely.linearrings(np.column_stack([117.35 + np.cos(angle) / 100, 25.95 + np.sin(angle) / 100]))
    gpd.GeoDataFrame({"小区名称": ["东门"]}, geometry=[shapely.Polygon(ring)], crs="EPSG:4490").to_file(
        folder / "a.gpkg"
    )
    return folder / "a.gpkg"


_CASES = {
    "a zip of 1.9 GB of zeros": holds(1_900),
    "a text of 190 MB in one line": lambda f: nasty.raw("a.csv", b"a" * 190_000_000)(f),
    "a cell of 150 MB": lambda f: nasty.raw("a.csv", b'a,b\n1,"' + b"a" * 150_000_000 + b'"\n')(f),
    "a table of 210 MB": lambda f: nasty.raw("a.csv", b"a,b\n" * 52_500_000)(f),
    "a table of two million rows": lines(2_000_000),
    "a table of one million rows of six cells": lines(1_000_000),
    "a sheet of 500,000 rows of six cells": workbook(500_000),
    "an .ods of 150,000 rows of six cells": large_ods,
    "an outline of ten million corners": polygon,
}
CASES = [
    Case(group="memory", name=name, run=measured(make), must="below", heavy=True)
    for name, make in _CASES.items()
]
