"""Layers written as a test wants them, around one square township."""

import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from tuoyu_geo.layers import Layers, load_layers

# The makers of nasty files are a module here, and importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

from squares import CRS, TOWNSHIPS, source


@pytest.fixture(scope="session")
def borders(tmp_path_factory) -> bytes:
    """The default townships as a GeoPackage."""
    path = tmp_path_factory.mktemp("borders") / "townships.gpkg"
    TOWNSHIPS.to_file(path)
    return path.read_bytes()


@pytest.fixture
def load(tmp_path, borders) -> Callable[..., Layers]:
    """Load layers: each keyword is a role with a path, or a path and changes of its source."""

    def run(*, townships: gpd.GeoDataFrame = TOWNSHIPS, **files: object) -> Layers:
        border = tmp_path / "townships.gpkg"
        if townships is TOWNSHIPS:
            border.write_bytes(borders)
        else:
            townships.to_file(border)
        sources = {"townships": source(border, "townships")}
        for role, given in files.items():
            path, changes = given if isinstance(given, tuple) else (given, {})
            sources[role] = source(path, role, **changes)
        return load_layers(sources, crs=CRS)

    return run


@pytest.fixture
def write(tmp_path) -> Callable[..., Path]:
    """Write a file of text or bytes."""

    def run(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return run
