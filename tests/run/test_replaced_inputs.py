"""A file that is replaced while it is read stops the run; the manifest vouches for what was read, not for what lies there."""

import hashlib
import json
import shutil

import geopandas as gpd
import pytest

from tuoyu_geo import project as project_module
from tuoyu_geo import project_inputs
from tuoyu_geo.errors import DataError
from tuoyu_geo.layers import load_layers
from tuoyu_geo.project import open_project


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def while_reading(monkeypatch):
    """Do something after the layers were read, before anything else happens."""

    def register(act, *, first=False):
        def load(*given, **named):
            if first:
                act()
                return load_layers(*given, **named)
            layers = load_layers(*given, **named)
            act()
            return layers

        monkeypatch.setattr(project_module, "load_layers", load)

    return register


@pytest.mark.parametrize("moment", ["before its turn", "after its turn"])
@pytest.mark.parametrize("name", ["communities.csv", "roads.gpkg", "townships.gpkg"])
def test_a_layer_replaced_while_layers_are_read_is_named(town, tmp_path, while_reading, name, moment):
    folder, out = town(), tmp_path / "out"
    path = folder / name

    def replace():
        # As programs save: a new file, renamed over the old one.
        other = folder / "new"
        other.write_bytes(path.read_bytes() + b"\n")
        other.replace(path)

    while_reading(replace, first=moment == "before its turn")
    with pytest.raises(DataError, match=name.replace(".", r"\.")) as refused:
        open_project(folder).build(out)
    assert "读取时输入文件变了" in str(refused.value)
    assert not out.exists()
    # The next run reads it as it is now.
    while_reading(lambda: None)
    assert open_project(folder).inputs()[name] == sha(path)


def test_a_layer_that_vanishes_is_named(town, while_reading):
    folder = town()
    while_reading((folder / "villages.csv").unlink)
    with pytest.raises(DataError, match=r"villages\.csv"):
        open_project(folder).layers()


@pytest.mark.parametrize("act", ["replaced", "removed", "added"])
def test_a_companion_of_a_shapefile_counts_too(town, lattice, while_reading, act):
    folder = town(project_toml=lattice.PROJECT.replace("roads.gpkg", "roads.shp"))
    lattice.streets().to_file(folder / "roads.shp", encoding="utf-8")
    table = folder / "roads.dbf"
    if act == "replaced":
        while_reading(lambda: table.write_bytes(table.read_bytes().replace(b"residential", b"residentiaX")))
    elif act == "removed":
        while_reading((folder / "roads.prj").unlink)
    else:
        (folder / "roads.cpg").unlink()
        while_reading(lambda: (folder / "roads.cpg").write_text("GBK", encoding="utf-8"))
    with pytest.raises(DataError, match=r"roads\.(dbf|prj|cpg)"):
        open_project(folder).layers()


@pytest.mark.parametrize("name", ["project.toml", "policy.toml"])
def test_settings_replaced_while_they_are_read(town, monkeypatch, name):
    folder = town()
    real = project_inputs.read_toml

    def read(path):
        tables = real(path)
        (folder / name).write_text(
            (folder / name).read_text(encoding="utf-8") + "\n# saved\n", encoding="utf-8"
        )
        return tables

    # The policy is looked at first for the standards it names; that is when someone saves it.
    monkeypatch.setattr(project_inputs, "read_toml", read)
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        open_project(folder)


@pytest.mark.slow
def test_the_manifest_holds_what_was_read(town, tmp_path):
    folder = town()
    names = ("communities.csv", "project.toml", "policy.toml")
    read = {name: sha(folder / name) for name in names}
    project = open_project(folder)
    project.plan()
    for name in names:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
    project.build(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {name: manifest["inputs"][name] for name in names} == read
    # So the next look finds the outputs stale, and says by what.
    told = open_project(folder).redraw_maps(tmp_path / "out")
    assert "communities.csv" in " ".join(told.values())


def test_elevations_replaced_while_streets_are_read(town, lattice, monkeypatch):
    folder = town(project_toml=lattice.PROJECT + '[network]\nelevation = "height.tif"\n')
    raster(folder / "height.tif", lattice)
    real = project_module.read_streets

    def read(*given, **named):
        streets = real(*given, **named)
        shutil.copy(folder / "height.tif", folder / "copy.tif")
        (folder / "height.tif").write_bytes((folder / "copy.tif").read_bytes() + b"\0")
        return streets

    monkeypatch.setattr(project_module, "read_streets", read)
    with pytest.raises(DataError, match=r"height\.tif"):
        open_project(folder).reach()


def raster(path, lattice):
    import numpy as np
    import rasterio
    from rasterio.transform import from_origin

    with rasterio.open(
        path, "w", driver="GTiff", width=40, height=40, count=1, dtype="float32", crs=lattice.CRS,
        transform=from_origin(lattice.X0 - 500, lattice.Y0 + 3_500, 100, 100),
    ) as target:  # fmt: skip
        target.write(np.zeros((1, 40, 40), dtype="float32"))


def test_reading_does_not_change_what_is_hashed(town):
    """A reader that touched a file, as SQLite may, would stop every run."""
    folder = town()
    gpd.read_file(folder / "roads.gpkg")
    open_project(folder).reach()
