"""Settings, paths and what-if files that a project or a reader may bring."""

import json
from collections.abc import Callable
from pathlib import Path

from case import Case, named

PROJECT = """
schema_version = 1
[project]
title = "方格镇"
county_name = "方格市"
county_code = "999900"
policy = "policy.toml"
date = "2026-01-01"
crs = "EPSG:4548"
[layers.townships]
path = "townships.gpkg"
crs = "EPSG:4548"
[layers.communities]
path = "communities.csv"
crs = "EPSG:4548"
[demand]
persons_per_household = 2.5
persons_per_household_source = "纸上"
under3_share = 0.03
under3_source = "纸上"
"""


def opened(
    text: str | bytes, *, prepare: Callable[[Path], object] = lambda _: None, overrides: tuple[str, ...] = ()
):
    """Open a project of this text; the policy is that of `tuoyu-geo init`."""

    def run(folder: Path) -> str:
        from importlib.resources import files

        from tuoyu_geo.errors import TuoyuError
        from tuoyu_geo.project import open_project

        home = folder / "project"
        home.mkdir()
        for name in ("policy.toml", "standards.toml"):
            (home / name).write_bytes(files("tuoyu_geo").joinpath("templates", name).read_bytes())
        (home / "communities.csv").write_text("小区名称\n门\n", encoding="utf-8")
        (folder / "outside.csv").write_text("小区名称\n门\n", encoding="utf-8")
        prepare(home)
        (home / "project.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            project = open_project(home, overrides=overrides)
            project.input_files()
        except TuoyuError as error:
            return named(error, folder)
        return "opened"

    return run


def path(value: str, **more):
    return opened(PROJECT.replace('"communities.csv"', json.dumps(value)), **more)


def setting(line: str):
    """A setting's line in place of the same key's, or at the end of [project]."""
    key = line.split("=", 1)[0].strip()
    old = next((one for one in PROJECT.splitlines() if one.startswith(f"{key} =")), None)
    return opened(
        PROJECT.replace(old, line, 1)
        if old
        else PROJECT.replace('crs = "EPSG:4548"\n', f'crs = "EPSG:4548"\n{line}\n', 1)
    )


def link(name: str, target: str):
    return lambda home: (home / name).symlink_to(target)


def shapefile(home: Path) -> None:
    for ending in (".shp", ".shx"):
        (home / f"a{ending}").write_bytes(b"x")
    (home / "a.dbf").symlink_to("../outside.csv")


def database(home: Path) -> None:
    (home / "a.gdb").mkdir()
    (home / "a.gdb" / "a00000001.gdbtable").symlink_to("../../outside.csv")


_PATHS = {
    "above the folder": path("../outside.csv"),
    "above the folder by a detour": path("a/../../outside.csv"),
    "from the root": path("/etc/passwd"),
    "GDAL's address": path("/vsicurl/http://127.0.0.1:9/a.csv"),
    "GDAL's address in capitals": path("/VSICURL/http://127.0.0.1:9/a.csv"),
    "GDAL's zip at an address": path("/vsizip//vsicurl/http://127.0.0.1:9/a.zip/a.csv"),
    "GDAL's zip": path("/vsizip/a.zip/a.csv"),
    "GDAL's bucket": path("/vsis3/bucket/a.csv"),
    "GDAL's standard input": path("/vsistdin/"),
    "GDAL's part of a file": path("/vsisubfile/0_100,/etc/passwd"),
    "GDAL's memory": path("/vsimem/a.csv"),
    "GDAL's tar, climbing": path("a/../../vsitar/x.csv"),
    "an address": path("http://127.0.0.1:9/a.csv"),
    "an address, encrypted": path("https://127.0.0.1:9/a.csv"),
    "an address of another kind": path("ftp://127.0.0.1:9/a.csv"),
    "an address with a password": path("https://me:secret@127.0.0.1:9/a.csv"),
    "an address of a file": path("file:///etc/passwd"),
    "an address inside a zip": path("zip+https://127.0.0.1:9/a.zip!a.csv"),
    "another machine": path("\\\\server\\share\\a.csv"),
    "another machine, by slashes": path("//server/share/a.csv"),
    "a device of Windows by name": path("\\\\?\\C:\\a.csv"),
    "a link that leads outside": path("a.csv", prepare=link("a.csv", "../outside.csv")),
    "a link to the root": path("a/etc/passwd", prepare=link("a", "/")),
    "a link to itself": path("a.csv", prepare=link("a.csv", "a.csv")),
    "a shapefile's companion that leads outside": path("a.shp", prepare=shapefile),
    "a part of a .gdb that leads outside": path("a.gdb", prepare=database),
    "a name of 5,000 letters": path("a" * 5000),
    "a database at an address": path("postgis:postgresql://me:secret@127.0.0.1/x"),
    "the policy from the root": setting('policy = "/etc/passwd"'),
    "the policy at an address": setting('policy = "http://127.0.0.1:9/policy.toml"'),
    "the policy through a link": opened(
        PROJECT.replace('"policy.toml"', '"p.toml"'), prepare=link("p.toml", "../outside.csv")
    ),
    "seven parameters from the root": opened(
        PROJECT.replace('path = "communities.csv"', 'path = "communities.csv"\nparameters = "/etc/passwd"')
    ),
    "elevations at an address": opened(
        PROJECT + '[network]\nelevation = "/vsicurl/http://127.0.0.1:9/a.tif"\n'
    ),
    "a basemap from the root": opened(PROJECT + '[maps]\nbasemap = "geotiff"\ngeotiff = "/etc/passwd"\n'),
    "tiles at an address": opened(
        PROJECT + '[maps]\nbasemap = "tiles"\ntiles = "http://127.0.0.1:9/{z}/{x}/{y}.png"\n'
    ),
    "tiles above the folder": opened(
        PROJECT + '[maps]\nbasemap = "tiles"\ntiles = "../../{z}/{x}/{y}.png"\n'
    ),
    "tiles that are a script": opened(
        PROJECT + '[maps]\nbasemap = "tiles"\ntiles = "javascript:alert(1)//{z}{x}{y}"\n'
    ),
}
# These stay inside the folder, where there is no such file, or are read as the file's plain name.
_INSIDE = {
    "a zero byte": path("a\0.csv"),
    "a prefix of GDAL for a database": path("PG:host=127.0.0.1"),
    "a prefix of GDAL for tiles": path("MVT:a.csv"),
    "a prefix of GDAL for a text table": path("CSV:/etc/passwd"),
    "a prefix of GDAL for a GeoPackage": path("GPKG:/etc/passwd:x"),
    "a prefix of GDAL for a service": path("WFS:a"),
    "a path of spaces": path("   "),
    "the folder itself": path("."),
    "a name for a shell": path("$(touch owned).csv"),
    "a name that a terminal would obey": path("\x1b]0;x\x07.csv"),
    "a name that begins with a dash": path("-rf.csv"),
}
_SETTINGS = {
    "lists nested 5,000 deep": opened("x = " + "[" * 5000),
    "tables nested 5,000 deep": opened("[" + ".".join(["a"] * 5000) + "]\nx = 1"),
    "a number of 10,000 digits": opened("x = " + "9" * 10_000),
    "a text that never ends": opened('x = """' + "a" * 10_000),
    "zero bytes": opened(bytes(1000)),
    "GBK": opened(PROJECT.encode("gbk")),
    "UTF-16": opened(PROJECT.encode("utf-16")),
    "half a character": opened('x = "\\ud800"'),
    "one key twice": opened(PROJECT + "[project]\ntitle = 'x'\n"),
    "a setting nobody knows": setting("allow_everything = true"),
    "a class of Python": setting('title = { __class__ = "os.system" }'),
    "a list for a title": setting('title = ["a", "b"]'),
    "a code of letters": setting('county_code = "../../"'),
    "a code of other digits": setting('county_code = "١٢٣٤٥٦x"'),
    "a day that is none": setting('date = "2026-99-99x"'),
    "a reference system of words": setting('crs = "EPSG:x"'),
    "a reference system nobody knows": setting('crs = "EPSG:999999999999"'),
    "a reference system at an address": setting('crs = "http://127.0.0.1:9/"'),
    "a language of a path": setting('language = "../../etc"'),
    "a seed below nothing": setting("seed = -1"),
    "a seed that is no number": setting("seed = nan"),
    "a share without end": opened(PROJECT.replace("under3_share = 0.03", "under3_share = inf")),
    "a share that is no number": opened(PROJECT.replace("under3_share = 0.03", "under3_share = nan")),
    "nobody a household": opened(PROJECT.replace("household = 2.5", "household = 0")),
    "a layer nobody knows": opened(PROJECT + '[layers.owned]\npath = "a"\ncrs = "EPSG:4548"\n'),
    "a layer that is a list": opened(PROJECT.replace("[layers.communities]", "[[layers.communities]]")),
    "an override through a text": opened(PROJECT, overrides=("project.title.x=1",)),
    "an override without a value": opened(PROJECT, overrides=("project.title",)),
    "an override of a path with dots": opened(PROJECT, overrides=("../../x=1",)),
    "an override of 10,000 digits": opened(PROJECT, overrides=("project.seed=" + "9" * 10_000,)),
    "an override that allows a path": opened(PROJECT, overrides=('layers.communities.path="/etc/passwd"',)),
}

WHATIF = {
    "schema_version": 1,
    "kind": "tuoyu-geo scenario",
    "project": {"title": "a", "county_code": "1"},
    "sites": [],
}


def whatif(content: str | bytes | dict[str, object]):
    def run(folder: Path) -> str:
        from tuoyu_geo.errors import ConfigError
        from tuoyu_geo.scenario import read_scenario

        raw = json.dumps(WHATIF | content) if isinstance(content, dict) else content
        file = folder / "a.json"
        file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        try:
            read_scenario(file)
        except ConfigError as error:
            return named(error, folder)
        return "read"

    return run


_WHATIF = {
    "nested 100,000 deep": whatif("[" * 100_000),
    "cut off": whatif('{"schema_version":'),
    "5 MB": whatif(" " * 5_000_000),
    "a list": whatif("[]"),
    "a figure": whatif("1"),
    "no number": whatif('{"schema_version": NaN}'),
    "without end": whatif('{"enrolment": Infinity}'),
    "10,000 digits": whatif('{"schema_version": ' + "9" * 10_000 + "}"),
    "UTF-16": whatif(json.dumps(WHATIF).encode("utf-16")),
    "half a character": whatif('{"schema_version":1,"kind":"tuoyu-geo scenario","project":{"title":"\\ud800","county_code":"1"},"sites":[]}'),
    "another kind": whatif({"kind": "<script>alert(1)</script>"}),
    "another version": whatif({"schema_version": 2}),
    "a key nobody knows": whatif({"__proto__": {"x": 1}}),
    "a standard of 1e308 m": whatif({"standard": {"walk_m": 1e308, "scope": "all"}}),
    "a standard below nothing": whatif({"standard": {"walk_m": -300, "scope": "all"}}),
    "enrolment of 500 %": whatif({"enrolment": 5}),
    "a site twice": whatif({"sites": [{"id": "X"}, {"id": "X"}]}),
    "a site that is a list": whatif({"sites": [[]]}),
    "a site of -5 places": whatif({"sites": [{"id": "X", "places": -5}]}),
    "a site of 1e400 places": whatif('{"schema_version":1,"kind":"tuoyu-geo scenario","project":{"title":"a","county_code":"1"},"sites":[{"id":"X","places":1e400}]}'),
}  # fmt: skip
CASES = [
    *(Case(group="path", name=name, run=run) for name, run in _PATHS.items()),
    *(Case(group="path", name=name, run=run, must="harmless") for name, run in _INSIDE.items()),
    *(Case(group="settings", name=name, run=run) for name, run in _SETTINGS.items()),
    Case(
        group="settings",
        name="an override nested 5,000 deep",
        run=opened(PROJECT, overrides=("project.title=" + "[" * 5000,)),
        must="harmless",
    ),
    *(Case(group="what-if file", name=name, run=run) for name, run in _WHATIF.items()),
]
