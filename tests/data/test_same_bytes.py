"""The same facts and seed give the same files."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

ROOT = Path(__file__).resolve().parents[2]
TEXT = ("townships.geojson", "water.geojson", "villages.csv", "population.csv")
BOOKS = ("communities.xlsx", "institutions.xlsx", "candidates.xlsx")


def members(path):
    """The parts of a workbook in canonical XML: openpyxl writes them through lxml where that is installed."""
    with zipfile.ZipFile(path) as archive:
        return {name: canonicalize(archive.read(name).decode()) for name in archive.namelist()}


@pytest.mark.slow
def test_the_generator_makes_the_committed_files_again(folder, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "data.generator", "--out", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert {p.name for p in tmp_path.iterdir()} == {*TEXT, *BOOKS, "roads.gpkg"}
    for name in TEXT:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name
    for name in BOOKS:  # by content: how a zip is packed differs between versions of zlib
        assert members(tmp_path / name) == members(folder / name), name
    again, committed = (gpd.read_file(place / "roads.gpkg") for place in (tmp_path, folder))
    assert_geodataframe_equal(again, committed)  # by content: SQLite writes its own version into the file


def test_files_do_not_depend_on_the_clock(generator, tmp_path):
    files = generator("files")
    lines = [shapely.LineString([(536_000, 2_873_000), (536_100, 2_873_050)])]
    rounds = []
    for _ in range(2):
        book = files.write_workbook(
            tmp_path / "a.xlsx",
            title="表",
            unit="单位",
            header=("名称", "数"),
            rows=[("甲", 1), ("乙", None)],
        )
        roads = files.write_roads(tmp_path / "a.gpkg", lines=lines, columns={"道路名称": ["甲路"]})
        rounds.append((book.read_bytes(), roads.read_bytes()))
        time.sleep(2.1)  # a zip counts in steps of two seconds
    assert rounds[0] == rounds[1]


def test_the_files_stay_small(folder):
    assert (folder / "roads.gpkg").stat().st_size < 4e6
    assert sum(p.stat().st_size for p in folder.iterdir() if p.is_file()) < 6e6
