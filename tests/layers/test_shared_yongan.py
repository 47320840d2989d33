"""Real layers of one county: 48 estates in Baidu's coordinates, their township polygons."""

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from tuoyu_geo.layers import load_layers

from .conftest import CRS, source
from .test_files import codes, found

pytestmark = pytest.mark.shared


@pytest.fixture
def estates(shared):
    """Load the estates, their columns and datum as given."""

    def run(datum: str, lon: str, lat: str):
        sources = {
            "townships": source(
                shared / "yongan" / "yongan_townships_wgs84.geojson",
                "townships",
                datum="wgs84",
                columns={"township_id": "code9"},
            ),
            "communities": source(
                shared / "yongan" / "yongan_residential_communities.csv",
                "communities",
                datum=datum,
                columns={"lon": lon, "lat": lat},
            ),
        }
        return load_layers(sources, crs=CRS)

    return run


def test_estates_in_baidu_coordinates_land_where_they_are(estates, shared):
    layers = estates("bd09", "lon_bd09", "lat_bd09")
    assert codes(layers) == []
    assert found(layers, "datum_doubtful") == []
    given = pd.read_csv(shared / "yongan" / "yongan_residential_communities.csv")
    placed = layers.communities.to_crs("EPSG:4326").geometry
    off = Geod(ellps="WGS84").inv(placed.x, placed.y, given["lon"], given["lat"])[2]
    assert len(placed) == 48
    assert np.max(off) < 1.0


@pytest.mark.parametrize("stated", ["wgs84", "cgcs2000", "gcj02"])
def test_estates_read_in_a_wrong_datum_are_noticed(estates, stated):
    (finding,) = found(estates(stated, "lon_bd09", "lat_bd09"), "datum_doubtful")
    assert "按 bd09" in finding.found
    assert "只有 0 行" in finding.found


def test_estates_read_in_their_own_datum_are_not_doubted(estates):
    assert found(estates("wgs84", "lon", "lat"), "datum_doubtful") == []


def test_every_village_code_is_read_and_its_township_known(shared):
    folder = shared / "yongan"
    sources = {
        "townships": source(
            folder / "yongan_townships_wgs84.geojson",
            "townships",
            datum="wgs84",
            columns={"township_id": "code9"},
        ),
        # The towns' seats: no village is among them by name and code, so all stay without a place.
        "gazetteer": source(
            folder / "yongan_geonames_places.csv", "gazetteer", datum="wgs84", columns={"name": "name_en"}
        ),
        "villages": source(folder / "yongan_villages_2023.csv", "villages", datum="wgs84"),
    }
    layers = load_layers(sources, crs=CRS)
    assert codes(layers) == []
    assert len(layers.villages) == 0
    assert len(layers.unplaced) == 263
    given = pd.read_csv(folder / "yongan_villages_2023.csv", dtype=str)
    assert layers.unplaced.index.tolist() == given["code12"].tolist()
    assert layers.unplaced["township_id"].tolist() == given["township_code9"].tolist()
    assert set(layers.unplaced["township_id"]) == set(layers.townships.index)
    assert len(found(layers, "unplaced")) == 263
    assert found(layers, "code_elsewhere") == found(layers, "code_unknown") == []
