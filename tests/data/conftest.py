"""What the tests of the example city share: its files, read once."""

from importlib import import_module
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from scipy.sparse import csgraph

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "yongan"
METRIC = "EPSG:4548"


@pytest.fixture(scope="session")
def folder():
    return FOLDER


@pytest.fixture(scope="session")
def shared():
    place = ROOT.parent / "shared" / "yongan"
    if not place.is_dir():
        pytest.skip("no folder ../shared beside the checkout")
    return place


@pytest.fixture
def generator(monkeypatch):
    """Give the generator's modules by name."""
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: import_module(f"data.generator.{name}")


@pytest.fixture(scope="session")
def facts():
    return pd.read_csv(ROOT / "data" / "generator" / "facts.csv", dtype={"code": str}).set_index("name")


def _points(table):
    points = gpd.points_from_xy(table["经度"], table["纬度"], crs="EPSG:4490")
    return gpd.GeoDataFrame(table, geometry=points).to_crs(METRIC)


def _book(name):
    return _points(pd.read_excel(FOLDER / f"{name}.xlsx", header=2, engine="openpyxl", dtype={"编号": str}))


@pytest.fixture(scope="session")
def communities():
    return _book("communities")


@pytest.fixture(scope="session")
def institutions():
    return _book("institutions")


@pytest.fixture(scope="session")
def candidates():
    return _book("candidates")


@pytest.fixture(scope="session")
def villages():
    return _points(pd.read_csv(FOLDER / "villages.csv", dtype={"统计用区划代码": str}))


@pytest.fixture(scope="session")
def sites(communities, villages, institutions, candidates):
    """Give all tables of points with the name of their township column."""
    return (
        (communities, "所属街道"),
        (villages, "所属乡镇"),
        (candidates, "所属街道"),
        (institutions, "所属街道"),
    )


@pytest.fixture(scope="session")
def townships():
    return gpd.read_file(FOLDER / "townships.geojson").to_crs(METRIC).set_index("名称")


@pytest.fixture(scope="session")
def water():
    return gpd.read_file(FOLDER / "water.geojson").to_crs(METRIC)


@pytest.fixture(scope="session")
def roads():
    return gpd.read_file(FOLDER / "roads.gpkg", layer="roads")


@pytest.fixture(scope="session")
def parts(roads):
    """Give the component of each segment, largest first, from end points that must be equal to the last digit."""
    lines = roads.geometry.to_numpy()
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    points, index = np.unique(ends, axis=0, return_inverse=True)
    head, tail = index.reshape(2, -1)
    graph = sparse.coo_array((np.ones(len(head)), (head, tail)), shape=(len(points), len(points)))
    _, label = csgraph.connected_components(graph, directed=False)
    order = np.argsort(-np.bincount(label))
    return np.argsort(order)[label][head]
