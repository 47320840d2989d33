"""Layers written as a test wants them, around one square township."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from tuoyu_geo.layers import Layers, LayerSource, load_layers

CRS = "EPSG:4548"
# A square of 10 km around 117.36 E, 25.97 N.
TOWNSHIPS = gpd.GeoDataFrame(
    {"区划代码": ["350481003", "350481004"], "名称": ["燕南街道", "西洋镇"]},
    geometry=[box(117.30, 25.90, 117.36, 26.00), box(117.36, 25.90, 117.42, 26.00)],
    crs="EPSG:4490",
)


def source(path: Path, role: str, **changes: object) -> LayerSource:
    settings: dict[str, object] = {
        "role": role,
        "path": path,
        "file": path.name,
        "crs": None,
        "datum": "cgcs2000",
        "quality": "synthetic",
        "source": "",
        "sheet": None,
        "encoding": None,
        "on_invalid": "raise",
        "columns": {},
    }
    return LayerSource(**(settings | changes))


@pytest.fixture
def load(tmp_path) -> Callable[..., Layers]:
    """Load layers: each keyword is a role with a path, or a path and changes of its source."""

    def run(*, townships: gpd.GeoDataFrame = TOWNSHIPS, **files: object) -> Layers:
        border = tmp_path / "townships.gpkg"
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
