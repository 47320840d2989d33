"""Xi'an 80 and Beijing 54: refused without parameters, shifted by them as PROJ's own bound CRS does."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer
from shapely.geometry import Point

from tuoyu_geo.layers.old_datum import read_parameters, to_cgcs2000

from .test_files import codes, found

# Made up, of the size that a county's are.
PARAMETERS = """
dx_m = -112.4
dy_m = 86.2
dz_m = 31.7
rx_s = 1.2
ry_s = -2.3
rz_s = 3.1
scale_ppm = -4.4
convention = "position_vector"
source = "测试"
"""
GEOD = Geod(ellps="GRS80")


@pytest.mark.parametrize("convention", ["position_vector", "coordinate_frame"])
@pytest.mark.parametrize("epsg", [2384, 2363, 2436, 2415, 4610, 4214])
def test_proj_s_own_shift_is_the_same(tmp_path, epsg, convention):
    path = tmp_path / "seven.toml"
    path.write_text(PARAMETERS.replace("position_vector", convention), encoding="utf-8")
    crs = CRS.from_epsg(epsg)
    x, y = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(
        [117.36, 117.1], [25.97, 25.6]
    )
    lon, lat = to_cgcs2000(np.array(x), np.array(y), crs=crs, parameters=read_parameters(path))
    sign = 1 if convention == "position_vector" else -1
    towgs84 = f"-112.4,86.2,31.7,{sign * 1.2},{sign * -2.3},{sign * 3.1},-4.4"
    old = crs.ellipsoid
    bound = CRS.from_proj4(
        f"+proj=longlat +a={old.semi_major_metre} +rf={old.inverse_flattening} +towgs84={towgs84} +no_defs"
    )
    ours = GEOD.inv(
        *Transformer.from_crs(bound, "EPSG:4326", always_xy=True).transform([117.36, 117.1], [25.97, 25.6]),
        lon,
        lat,
    )[2]
    assert np.max(ours) < 0.01
    # And it is a real shift, not the null one.
    assert np.min(GEOD.inv([117.36, 117.1], [25.97, 25.6], lon, lat)[2]) > 30


def test_a_layer_in_an_old_datum(load, write, tmp_path):
    seven = write("seven.toml", PARAMETERS)
    table = write("a.csv", "小区名称,X坐标,Y坐标\n东门,2873561.88,536051.69\n")
    old = {"datum": None, "crs": "EPSG:2384"}
    assert codes(load(communities=(table, old))) == ["crs_old"]
    layers = load(communities=(table, old | {"parameters": seven}))
    assert codes(layers) == []
    assert len(found(layers, "old_datum_shifted")) == 1
    lon, lat = to_cgcs2000(
        np.array([536051.69]),
        np.array([2873561.88]),
        crs=CRS.from_epsg(2384),
        parameters=read_parameters(seven),
    )
    point = layers.communities.to_crs("EPSG:4490").geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((lon[0], lat[0]), abs=1e-8)
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {"小区名称": ["东门"]}, geometry=[Point(536051.69, 2873561.88)], crs="EPSG:2384"
    ).to_file(path)
    shaped = load(communities=(path, old | {"parameters": seven}))
    assert codes(shaped) == []
    assert shaped.communities.geometry.iloc[0].distance(layers.communities.geometry.iloc[0]) < 0.001


@pytest.mark.parametrize(
    "wrong",
    [
        PARAMETERS.replace("dx_m = -112.4\n", ""),
        PARAMETERS + "height = 3\n",
        PARAMETERS.replace("-112.4", "-112400.0"),
        PARAMETERS.replace("-112.4", '"many"'),
        PARAMETERS.replace("-112.4", "nan"),
        PARAMETERS.replace("position_vector", "other"),
        PARAMETERS.replace("测试", ""),
        "not toml",
    ],
)
def test_parameters_that_can_not_be_a_county_s(load, write, wrong):
    table = write("a.csv", "小区名称,X坐标,Y坐标\n东门,2873561.88,536051.69\n")
    changes = {"datum": None, "crs": "EPSG:2384", "parameters": write("seven.toml", wrong)}
    assert codes(load(communities=(table, changes))) == ["parameters_wrong"]


def test_parameters_for_a_datum_that_needs_none(load, write):
    table = write("a.csv", "小区名称,X坐标,Y坐标\n东门,2873561.88,536051.69\n")
    changes = {"datum": None, "crs": "EPSG:4548", "parameters": write("seven.toml", PARAMETERS)}
    assert codes(load(communities=(table, changes))) == ["parameters_idle"]
