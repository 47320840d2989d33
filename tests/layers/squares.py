"""One square county of two townships, and a layer's source as a test wants it."""

from pathlib import Path

import geopandas as gpd
from shapely.geometry import box

from tuoyu_geo.layers import LayerSource

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
