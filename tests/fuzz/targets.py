"""What is fuzzed: a target takes bytes, hands them to a reader as a file, and judges what comes out."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.geometry import box

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError, TuoyuError
from tuoyu_geo.layers import LayerSource, load_layers, read_ages
from tuoyu_geo.layers.coordinates import read_coordinate
from tuoyu_geo.layers.dates import unbuilt_status
from tuoyu_geo.layers.kinds import RASTER_ENDINGS
from tuoyu_geo.layers.population import load_population
from tuoyu_geo.layers.read import read_table
from tuoyu_geo.layers.units import split_unit
from tuoyu_geo.layers.values import read_code, read_date, read_floor, read_number, read_text, read_year
from tuoyu_geo.manifest import Manifest, flat_settings, read_manifest, stale_outputs
from tuoyu_geo.messages import one_line
from tuoyu_geo.reach.streets import read_streets
from tuoyu_geo.reach.terrain import read_elevation
from tuoyu_geo.scenario import read_scenario

from .judging import demand, judge_error, judge_findings, judge_layers, judge_sentence

CRS = "EPSG:4548"
CORPUS, TOWN, FOUND = (Path(__file__).parent / name for name in ("corpus", "town", "found"))
# A square of 10 km around 117.36 E, 25.95 N.
TOWNSHIPS = gpd.GeoDataFrame(
    {"区划代码": ["999900001", "999900101"], "名称": ["甲街道", "乙镇"]},
    geometry=[box(117.30, 25.90, 117.36, 26.00), box(117.36, 25.90, 117.42, 26.00)],
    crs="EPSG:4490",
)
Run = Callable[[bytes, Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One reader.

    Attributes
    ----------
    run
        Reads the bytes as a file in an empty folder; raises whatever must not come out.
    native
        Whether C or Rust reads the bytes, which may take the whole process with it.
    most_bytes
        Longer inputs are cut.
    """

    run: Run
    native: bool = False
    most_bytes: int = 200_000


def layer(path: Path, role: str, **changes: object) -> LayerSource:
    plain = LayerSource(
        role=role,
        path=path,
        file=path.name,
        crs=None,
        datum="cgcs2000",
        quality="synthetic",
        source="",
        sheet=None,
        encoding=None,
        on_invalid="raise",
        columns={},
    )
    return replace(plain, **changes)


@cache
def borders() -> bytes:
    return TOWNSHIPS.to_json(to_wgs84=False).encode()


def load(source: LayerSource, folder: Path) -> None:
    """Read one layer beside two townships, and judge it."""
    try:
        # Most bytes are no file at all, which is told at once.
        if source.path.suffix.lower() not in RASTER_ENDINGS:
            raw = read_table(source)
            if any(one.severity == "error" and one.row is None for one in raw.findings):
                judge_findings(raw.findings)
                return
        townships = folder / "borders.geojson"
        townships.write_bytes(borders())
        layers = load_layers({"townships": layer(townships, "townships"), source.role: source}, crs=CRS)
    except TuoyuError as error:
        judge_error(error)
        return
    judge_layers(layers)


def unpacked(data: bytes, folder: Path) -> list[str]:
    """The files of a container, flat in a folder: how several files that belong together are one input."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = []
            for one in package.infolist():
                name = one.filename.replace("\\", "/").rpartition("/")[2]
                if not name or one.file_size > 1_000_000 or name.startswith(".") or "\x00" in name:
                    continue
                (folder / name).write_bytes(package.read(one))
                names.append(name)
            return names
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError, EOFError):
        return []
    except Exception as error:  # zlib.error has no better name
        if type(error).__module__ != "zlib":
            raise
        return []


def file_of(name: str, role: str, **changes: object) -> Run:
    def run(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(data)
        load(layer(path, role, **changes), folder)

    return run


def several(ending: str, role: str, **changes: object) -> Run:
    """A file of several, such as a shapefile: the input is a zip of its parts."""

    def run(data: bytes, folder: Path) -> None:
        names = unpacked(data, folder)
        main = next((name for name in names if name.lower().endswith(ending)), None)
        if main is not None:
            load(layer(folder / main, role, **changes), folder)

    return run


def streets_of(name: str) -> Run:
    def run(data: bytes, folder: Path) -> None:
        path = folder / name
        if name.endswith(".csv"):
            names = unpacked(data, folder)
            if name not in names:
                return
        else:
            path.write_bytes(data)
        source = layer(path, "roads")
        townships = folder / "borders.geojson"
        townships.write_bytes(borders())
        try:
            layers = load_layers({"townships": layer(townships, "townships"), "roads": source}, crs=CRS)
            streets = read_streets(layers, roads=source)
        except TuoyuError as error:
            judge_error(error)
            return
        judge_findings([*layers.findings, *streets.findings])
        if streets.network is not None and not any(one.severity == "error" for one in streets.findings):
            net = streets.network
            demand(bool(np.isfinite(net.xy).all()), "a node without a place")
            demand(bool((np.isfinite(net.length_m) & (net.length_m >= 0)).all()), "a length", net.length_m)
            demand(not len(net.u) or max(net.u.max(), net.v.max()) < len(net.xy), "an end that is no node")

    return run


def _elevation(data: bytes, folder: Path) -> None:
    path = folder / "a.tif"
    path.write_bytes(data)
    try:
        elevation_m = read_elevation(path, crs=CRS, bounds=(536_000.0, 2_870_000.0, 537_000.0, 2_871_000.0))
    except TuoyuError as error:
        judge_error(error)
        return
    heights = elevation_m(np.array([[536_500.0, 2_870_500.0], [0.0, 0.0]]))
    demand(not np.isinf(heights).any(), heights)


def _population(data: bytes, folder: Path) -> None:
    path = folder / "a.tif"
    path.write_bytes(data)
    townships = TOWNSHIPS.rename(columns={"名称": "name"}).set_index("区划代码").to_crs(CRS)
    townships = townships.assign(residents=np.nan)
    population = load_population(layer(path, "population"), townships=townships, crs=CRS)
    judge_findings(population.findings)
    people = population.cells["residents"].to_numpy(float)
    demand(bool((np.isfinite(people) & (people > 0)).all()), "people of a cell", people)


def _values(data: bytes, folder: Path) -> None:
    """One cell, or the cells of a few lines, through every parser of values."""
    del folder
    raw = data.decode("utf-8", "replace")
    judge_value(raw)
    try:
        judge_value(float(raw))
        judge_value(int(raw))
    except (ValueError, OverflowError):
        pass


def judge_value(cell: object) -> None:
    notes = {"", "unreadable", "rounded", "bound", "range", "sum", "remark", "converted", "grouped"}
    for unit, column_unit in (("人", ""), ("户", "万户"), ("㎡", "亩"), ("万元", "元"), ("", "")):
        reading = read_number(cell, unit=unit, column_unit=column_unit)
        demand(reading.note in notes, reading)
        finite = reading.value is None or (isinstance(reading.value, float) and np.isfinite(reading.value))
        demand(bool(finite), "a number that is none", reading)
    for read in (read_date, read_year, read_floor, read_code, read_text):
        reading = read(cell)
        demand(reading.note in notes, reading)
        if isinstance(reading.value, float):
            demand(bool(np.isfinite(reading.value)), "a number that is none", reading)
        if isinstance(reading.value, str):
            demand(reading.value.strip() == one_line(reading.value) == reading.value != "", "text", reading)
    demand(isinstance(read_coordinate(cell), float), "a coordinate")
    split_unit(str(cell))
    unbuilt_status(cell)
    ages = read_ages(cell)
    demand(ages is None or 0 <= ages[0] < ages[1] <= 36, ages)


@cache
def town() -> Mapping[str, bytes]:
    """A project of two townships and a few rows, every setting in its three files."""
    return {one.name: one.read_bytes() for one in sorted(TOWN.iterdir())}


def _project(data: bytes, folder: Path) -> None:
    for name, content in town().items():
        (folder / name).write_bytes(content)
    names = unpacked(data, folder)
    if "project.toml" not in names:
        return
    check_project(folder)


def check_project(folder: Path, *overrides: str) -> None:
    try:
        project = tg.open_project(folder, overrides=overrides)
        project.input_files()
        _, findings = project.check()
    except TuoyuError as error:
        judge_error(error)
        return
    for one in findings:
        judge_sentence(one.message)


def _overrides(data: bytes, folder: Path) -> None:
    for name, content in town().items():
        (folder / name).write_bytes(content)
    lines = data.decode("utf-8", "replace").split("\n")
    try:
        project = tg.open_project(folder, overrides=[line for line in lines if line])
    except TuoyuError as error:
        judge_error(error)
        return
    flat_settings(project.config.model_dump(mode="json"))


def _scenario(data: bytes, folder: Path) -> None:
    path = folder / "scenario.json"
    path.write_bytes(data)
    try:
        scenario = read_scenario(path)
    except ConfigError as error:
        judge_error(error)
        return
    ids = [site.id for site in scenario.sites]
    demand(len(ids) == len(set(ids)), "a site stands twice")


def _manifest(data: bytes, folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(data)
    old = read_manifest(path)
    now = Manifest(tool_version="1", versions={"a": "1"}, inputs={"a.csv": "0"}, settings={"project": {}})
    for name, reason in stale_outputs(old, now=now, folder=folder, names=["a.html", "b.html"]).items():
        judge_sentence(f"{name} {reason}")


def _parameters(data: bytes, folder: Path) -> None:
    path, table = folder / "p.toml", folder / "a.csv"
    path.write_bytes(data)
    table.write_text("编号,小区名称,常住人口,X,Y\nE1,东门,10,536000.5,2870000.5\n", encoding="utf-8")
    load(layer(table, "communities", datum=None, crs="EPSG:2385", parameters=path), folder)


def inputs_of(target: str, *, broken: bool = True) -> dict[str, bytes]:
    """What a target begins with: its seeds, and whatever broke it before."""
    files = [*sorted((CORPUS / target).iterdir()), *(sorted((FOUND / target).glob("*")) if broken else ())]
    return {one.name: one.read_bytes() for one in files}


def _geodatabase(data: bytes, folder: Path) -> None:
    path = folder / "a.gdb"
    path.mkdir()
    unpacked(data, path)
    load(layer(path, "communities"), folder)


TARGETS: Mapping[str, Target] = {
    "values": Target(run=_values, most_bytes=2_000),
    "csv": Target(run=file_of("a.csv", "communities")),
    "xlsx": Target(run=file_of("a.xlsx", "communities"), native=True),
    "xls": Target(run=file_of("a.xls", "communities"), native=True),
    "ods": Target(run=file_of("a.ods", "communities")),
    "geojson": Target(run=file_of("a.geojson", "communities"), native=True),
    "roads": Target(run=streets_of("a.geojson"), native=True),
    "gpkg": Target(run=file_of("a.gpkg", "communities"), native=True),
    "shapefile": Target(run=several(".shp", "communities"), native=True),
    "zip": Target(run=file_of("a.zip", "communities"), native=True),
    "kml": Target(run=file_of("a.kml", "communities")),
    "kmz": Target(run=file_of("a.kmz", "communities")),
    "mapinfo": Target(run=several(".mif", "communities"), native=True),
    "tab": Target(run=several(".tab", "communities"), native=True),
    "dxf": Target(run=file_of("a.dxf", "communities"), native=True),
    "gdb": Target(run=_geodatabase, native=True),
    "parquet": Target(run=file_of("a.parquet", "communities"), native=True),
    "population": Target(run=_population, native=True),
    "elevation": Target(run=_elevation, native=True),
    "osm": Target(run=streets_of("a.osm"), native=True),
    "osm_bz2": Target(run=streets_of("a.osm.bz2"), native=True),
    "pbf": Target(run=streets_of("a.osm.pbf"), native=True),
    "graphml": Target(run=streets_of("a.graphml")),
    "links": Target(run=streets_of("link.csv")),
    "parameters": Target(run=_parameters),
    "project": Target(run=_project),
    "overrides": Target(run=_overrides),
    "scenario": Target(run=_scenario),
    "manifest": Target(run=_manifest),
}
