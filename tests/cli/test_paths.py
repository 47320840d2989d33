"""Where a layer may come from: the project's folder, and a database whose password the project does not hold."""

import pytest

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.project import open_project
from tuoyu_geo.starting.new_project import write_template


@pytest.fixture
def folder(tmp_path):
    write_template(tmp_path / "project")
    (tmp_path / "outside.csv").write_text("小区名称\n", encoding="utf-8")
    (tmp_path / "project" / "link.csv").symlink_to(tmp_path / "outside.csv")
    return tmp_path / "project"


def opened(folder, path, *more):
    return open_project(folder, overrides=[f"layers.communities.path='{path}'", *more])


NETWORK = (
    "http://example.org/a.csv", "https://example.org/a.gpkg", "ftp://example.org/a.shp", "/vsicurl/http://x/a.csv",
    "/vsizip/a.zip/a.shp", "//server/share/a.xlsx", r"\\server\share\a.xlsx", "s3://bucket/a.parquet",
)  # fmt: skip


@pytest.mark.parametrize("path", NETWORK)
def test_network_paths_are_refused_always(folder, path):
    for more in ((), ("project.allow_paths_outside=true",)):
        with pytest.raises(ConfigError):
            opened(folder, path, *more)


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "a/../../outside.csv", "link.csv"])
def test_paths_outside_the_folder_are_refused_unless_allowed(folder, path):
    with pytest.raises(ConfigError):
        opened(folder, path)
    assert opened(folder, path, "project.allow_paths_outside=true") is not None


def test_a_password_in_a_path_is_refused_and_not_repeated(folder):
    with pytest.raises(ConfigError) as caught:
        opened(folder, "postgresql://planner:geheim@host/db")
    assert "geheim" not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_database_table_is_no_file(folder):
    project = opened(folder, "postgis:plan.estates")
    assert "postgis:plan.estates" not in project.input_files()
