"""Layers from a real PostGIS server, started from Debian's own binaries."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from squares import CRS, TOWNSHIPS, source

from tuoyu_geo.layers import load_layers
from tuoyu_geo.layers.database import without_secrets

PORT, PASSWORD = "54329", "geheim-s3cret"
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SQL = """
CREATE EXTENSION postgis;
CREATE SCHEMA plan;
CREATE TABLE plan.estates (编号 text PRIMARY KEY, 小区名称 text, 常住人口 integer, 竣工日期 date, 比例 numeric, geom geometry(Point, 4490));
INSERT INTO plan.estates VALUES
  ('E2', '南园', 800, NULL, 1.5, ST_SetSRID(ST_MakePoint(117.34, 25.94), 4490)),
  ('E1', '东门', 1200, '2021-06-30', NULL, ST_SetSRID(ST_MakePoint(117.35, 25.95), 4490));
CREATE TABLE "无 图形" (编号 text, 小区名称 text, 常住人口 integer, 经度 float, 纬度 float);
INSERT INTO "无 图形" VALUES ('E1', '东门', 1200, 117.35, 25.95);
CREATE VIEW plan.twice AS SELECT *, ST_Buffer(geom, 0.001) AS outline FROM plan.estates;
CREATE VIEW plan.built AS SELECT * FROM plan.estates WHERE 竣工日期 IS NOT NULL;
"""


def unprivileged(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of our own on a socket of its own; its environment for libpq."""
    if not BINARIES:
        pytest.skip("needs Debian's postgresql: no /usr/lib/postgresql/*/bin/initdb")
    bin_folder = BINARIES[-1].parent
    if not list(Path("/usr/share/postgresql").glob(f"{bin_folder.parent.name}/extension/postgis.control")):
        pytest.skip("needs Debian's postgis: the extension is not installed")
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("needs runuser: PostgreSQL does not start as root")
    folder = Path("/tmp") / f"tuoyu-pg-{os.getpid()}"  # noqa: S108  (a socket's path must be short)
    folder.mkdir()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="ascii")
        secret.chmod(0o644)
        data = str(folder / "data")
        subprocess.run(
            unprivileged(
                [
                    str(bin_folder / "initdb"),
                    "-D",
                    data,
                    "-U",
                    "planner",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "-A",
                    "scram-sha-256",
                    f"--pwfile={secret}",
                ]
            ),
            check=True,
            capture_output=True,
            cwd="/",
        )
        options = f"-p {PORT} -k {folder} -c listen_addresses='' -c fsync=off"
        start = [
            str(bin_folder / "pg_ctl"),
            "-D",
            data,
            "-w",
            "-o",
            options,
            "-l",
            str(folder / "log"),
            "start",
        ]
        subprocess.run(unprivileged(start), check=True, stdout=subprocess.DEVNULL, cwd="/")
        environment = {
            "PGHOST": str(folder),
            "PGPORT": PORT,
            "PGUSER": "planner",
            "PGPASSWORD": PASSWORD,
            "PGDATABASE": "postgres",
        }
        try:
            subprocess.run(
                [str(bin_folder / "psql"), "-v", "ON_ERROR_STOP=1", "-q", "-c", SQL],
                env=os.environ | environment,
                check=True,
                capture_output=True,
                cwd="/",
            )
            yield environment
        finally:
            stop = [str(bin_folder / "pg_ctl"), "-D", data, "-m", "immediate", "stop"]
            subprocess.run(unprivileged(stop), check=False, capture_output=True, cwd="/")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def read(tmp_path, monkeypatch, server):
    """Load a table as communities, with the server's environment, or without parts of it."""

    def run(table: str, *, without: str = "", **changes: str):
        for name, value in (server | changes).items():
            if name != without:
                monkeypatch.setenv(name, value)
        border = tmp_path / "townships.gpkg"
        TOWNSHIPS.to_file(border)
        estates = source(tmp_path / "project.toml", "communities", file=table)
        return load_layers({"townships": source(border, "townships"), "communities": estates}, crs=CRS)

    return run


@pytest.mark.slow
def test_rows_come_in_the_order_of_their_key(read):
    layers = read("postgis:plan.estates")
    assert layers.findings == ()
    estates = layers.communities
    assert estates.index.tolist() == ["E1", "E2"]
    assert estates["name"].tolist() == ["东门", "南园"]
    assert estates["residents"].tolist() == [1200, 800]
    assert [str(day)[:10] for day in estates["completed_on"]] == ["2021-06-30", "NaT"]
    assert estates["township_id"].tolist() == ["350481003", "350481003"]
    point = estates.to_crs("EPSG:4490").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((117.35, 25.95))


@pytest.mark.slow
@pytest.mark.parametrize("table", ['postgis:"无 图形"', "postgis:plan.built"])
def test_tables_without_shapes_and_views(read, table):
    layers = read(table)
    assert [one for one in layers.findings if one.severity == "error"] == []
    assert layers.communities["residents"].tolist() == [1200]


@pytest.mark.slow
def test_of_two_shape_columns_the_first_is_taken_and_said(read):
    layers = read("postgis:plan.twice")
    assert [(one.code, one.severity) for one in layers.findings] == [("shapes_taken", "info")]
    assert set(layers.communities.geom_type) == {"Point"}


@pytest.mark.slow
def test_by_a_service_file(read, server, tmp_path, monkeypatch):
    service = tmp_path / "pg_service.conf"
    lines = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    service.write_text(
        "[plan]\n" + "".join(f"{key}={server[name]}\n" for key, name in lines.items()), encoding="utf-8"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    for name in server:
        monkeypatch.delenv(name, raising=False)
    border = tmp_path / "townships.gpkg"
    TOWNSHIPS.to_file(border)
    estates = source(tmp_path / "project.toml", "communities", file="postgis:plan/plan.estates")
    layers = load_layers({"townships": source(border, "townships"), "communities": estates}, crs=CRS)
    assert layers.findings == ()
    assert layers.communities["residents"].sum() == 2000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "changes", "code"),
    [
        ("postgis:plan.nowhere", {}, "database_failed"),
        ("postgis:plan.estates", {"PGPASSWORD": "wrong-pass"}, "database_failed"),
        ("postgis:plan.estates", {"PGHOST": "/nowhere"}, "database_failed"),
        ("postgis:estates; DROP TABLE plan.estates", {}, "database_table"),
        ("postgis:nobody/plan.estates", {}, "database_failed"),
        ('postgis:plan.estates" password=x', {}, "database_table"),
    ],
)
def test_what_fails_is_one_finding_without_a_password(read, table, changes, code):
    layers = read(table, **changes)
    assert [one.code for one in layers.findings] == [code]
    words = layers.findings[0].message
    assert PASSWORD not in words
    assert "wrong-pass" not in words
    assert read("postgis:plan.estates").communities["residents"].sum() == 2000


@pytest.mark.slow
def test_a_whole_project_checks_and_no_output_holds_the_password(server, monkeypatch, tmp_path):
    from tuoyu_geo.project import open_project

    for name, value in server.items():
        monkeypatch.setenv(name, value)
    TOWNSHIPS.to_file(tmp_path / "townships.gpkg")
    template = Path(__file__).parents[2] / "src/tuoyu_geo/templates"
    for name in ("policy.toml", "standards.toml"):
        (tmp_path / name).write_bytes((template / name).read_bytes())
    (tmp_path / "project.toml").write_text(
        f"""schema_version = 1
[project]
title = "试"
county_name = "试市"
county_code = "350481"
policy = "policy.toml"
date = "2026-01-01"
crs = "{CRS}"
[layers.townships]
path = "townships.gpkg"
datum = "cgcs2000"
[layers.communities]
path = "postgis:plan.estates"
datum = "cgcs2000"
[demand]
persons_per_household = 2.6
persons_per_household_source = "试"
under3_share = 0.03
under3_source = "试"
""",
        encoding="utf-8",
    )
    project = open_project(tmp_path)
    first = project.database_hashes()
    assert list(first) == ["postgis:plan.estates"]
    assert first == open_project(tmp_path).database_hashes()
    assert "postgis:plan.estates" not in project.input_files()
    layers, findings = project.check()
    assert layers.communities["residents"].sum() == 2000
    assert PASSWORD not in str([one.message for one in findings]) + str(project.config.model_dump())


def test_secrets_are_struck_out(monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    said = f"failed for {PASSWORD}: host=x password='a b' postgresql://planner:{'x' * 3}@host/db"
    assert without_secrets(said) == "failed for ***: host=x password=*** postgresql://planner:***@host/db"


def test_without_the_extra_the_finding_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    border = tmp_path / "townships.gpkg"
    TOWNSHIPS.to_file(border)
    estates = source(tmp_path / "project.toml", "communities", file="postgis:plan.estates")
    layers = load_layers({"townships": source(border, "townships"), "communities": estates}, crs=CRS)
    (finding,) = layers.findings
    assert finding.code == "database_extra"
    assert "tuoyu-geo[postgis]" in finding.remedy
