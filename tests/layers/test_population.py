"""Population as a raster, as a grid and as a table by township: every person is accounted for."""

import geopandas as gpd
import nasty
import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely.geometry import Point, box
from squares import CRS, TOWNSHIPS, source

from tuoyu_geo.demand import DemandParameters, build_demand
from tuoyu_geo.layers import load_layers, sum_by_place

# The county is 117.30-117.42 E, 25.90-26.00 N; the raster reaches two cells beyond it on every side.
WEST, NORTH, STEP, ACROSS, DOWN = 117.28, 26.02, 0.01, 16, 14
PARAMETERS = DemandParameters(persons_per_household=2.5, under3_total=None, under3_share=0.03)


def counts(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 40, (DOWN, ACROSS)).astype("float32")


def raster(folder, cells: np.ndarray, *, name: str = "人口.tif", crs: str | None = "EPSG:4326", **profile):
    path = folder / name
    profile = {"nodata": -99999.0, "dtype": "float32", "count": 1} | profile
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=cells.shape[-1],
        height=cells.shape[-2],
        crs=crs,
        transform=from_origin(WEST, NORTH, STEP, STEP),
        **profile,
    ) as file:
        for band in range(profile["count"]):
            file.write(cells.astype(profile["dtype"]), band + 1)
    return path


@pytest.fixture
def load_population(load, write):
    """Load a population layer beside estates and villages without figures of their own."""

    def run(
        path, *, estates: str = "东门,,117.33,25.95\n西门,,117.39,25.95\n", townships=TOWNSHIPS, **changes
    ):
        files = {"communities": write("c.csv", "小区名称,常住人口,经度,纬度\n" + estates)}
        return load(population=(path, changes), townships=townships, **files)

    return run


def found(layers, code):
    return [one for one in layers.findings if one.code == code]


def errors(layers):
    return sorted(one.code for one in layers.findings if one.severity == "error")


INSIDE = (slice(2, 12), slice(2, 14))


def test_counts_are_summed_and_never_weighted_by_area(load_population, tmp_path):
    cells = counts()
    layers = load_population(raster(tmp_path, cells), datum="wgs84")
    assert errors(layers) == []
    assert layers.population["residents"].sum() == pytest.approx(cells[INSIDE].sum(), rel=1e-6)
    by_township = layers.population.groupby("township_id")["residents"].sum()
    # 117.36 E parts the two townships between the eighth column and the ninth.
    assert by_township["350481003"] == pytest.approx(cells[2:12, 2:8].sum(), rel=1e-6)
    assert by_township["350481004"] == pytest.approx(cells[2:12, 8:14].sum(), rel=1e-6)
    assert len(found(layers, "raster_read")) == 1
    (note,) = found(layers, "population_summed")
    assert f"{cells[INSIDE].sum():,.1f}" in note.found
    outside = cells.sum() - cells[INSIDE].sum()
    assert f"{outside:,.1f}" in note.found


def test_no_data_negative_and_absent_cells_hold_nobody(load_population, tmp_path):
    cells = counts()
    cells[3, 3], cells[4, 4], cells[5, 5], cells[6, 6] = -99999.0, -5.0, np.nan, 0.0
    layers = load_population(raster(tmp_path, cells), datum="wgs84")
    wanted = np.where(np.isfinite(cells) & (cells > 0), cells, 0)[INSIDE].sum()
    assert layers.population["residents"].sum() == pytest.approx(wanted, rel=1e-6)
    (note,) = found(layers, "raster_negative")
    assert "1 格" in note.found
    undeclared = raster(tmp_path, cells, name="b.tif", nodata=None)
    layers = load_population(undeclared, datum="wgs84")
    assert "2 格" in found(layers, "raster_negative")[0].found
    assert layers.population["residents"].sum() == pytest.approx(wanted, rel=1e-6)


def test_a_projected_raster_keeps_its_own_projection(load_population, tmp_path):
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=1, dtype="float64", crs="EPSG:32650",
        transform=from_origin(530_000, 2_876_000, 1000, 1000),
    ) as file:  # fmt: skip
        file.write(np.ones((20, 20)), 1)
    layers = load_population(path, datum="wgs84")
    assert errors(layers) == []
    # 10 km by 12 km at 1 km2 a cell; a cell's centre decides.
    assert 110 <= layers.population["residents"].sum() <= 140


def test_a_world_wide_raster_is_read_around_the_county_alone(load_population, tmp_path):
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=432_000, height=216_000, count=1, dtype="float32", crs="EPSG:4326",
        transform=from_origin(-180, 90, 1 / 1200, 1 / 1200), tiled=True, SPARSE_OK=True, compress="deflate", BIGTIFF="YES",
    ) as file:  # fmt: skip
        row, column = file.index(117.35, 25.95)
        file.write(np.full((1, 1), 7.0, "float32"), 1, window=rasterio.windows.Window(column, row, 1, 1))
    layers = load_population(path, datum="wgs84")
    assert layers.population["residents"].tolist() == [7.0]


@pytest.mark.parametrize(
    ("profile", "changes", "code"),
    [
        ({"count": 3, "dtype": "uint8", "nodata": None, "photometric": "RGB"}, {}, "raster_picture"),
        ({"count": 2}, {}, "raster_bands"),
        ({"crs": None}, {}, "raster_nowhere"),
        ({"crs": "EPSG:2384"}, {}, "raster_elsewhere"),
        ({}, {"datum": None}, "crs_missing"),
    ],
)
def test_rasters_that_can_not_be_used(load_population, tmp_path, profile, changes, code):
    layers = load_population(raster(tmp_path, counts(), **profile), **({"datum": "wgs84"} | changes))
    assert errors(layers) == [code]
    assert len(layers.population) == 0


def test_of_several_bands_one_is_named(load_population, tmp_path):
    path = raster(tmp_path, counts(), count=2)
    layers = load_population(path, datum="wgs84", sheet="2")
    assert layers.population["residents"].sum() == pytest.approx(counts()[INSIDE].sum(), rel=1e-6)
    assert errors(load_population(path, datum="wgs84", sheet="3")) == ["sheet_missing"]


def test_a_raster_over_the_county_that_is_absurd_is_refused(load_population, tmp_path):
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8", crs="EPSG:4326",
        transform=from_origin(117.2, 26.1, 2e-6, 2e-6), tiled=True, SPARSE_OK=True, BIGTIFF="YES",
    ):  # fmt: skip
        pass
    layers = load_population(path, datum="wgs84")
    assert errors(layers) == ["file_too_large"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"II*\x00" + b"\0" * 40, "file_broken"),
        (b'<VRTDataset rasterXSize="1" rasterYSize="1"/>', "file_wrong"),
    ],
)
def test_what_is_no_raster(load_population, tmp_path, content, code):
    layers = load_population(nasty.raw("a.tif", content)(tmp_path), datum="wgs84")
    assert errors(layers) == [code]


def test_missing_raster(load_population, tmp_path):
    assert errors(load_population(tmp_path / "none.tif", datum="wgs84")) == ["file_missing"]


def grid(cells: np.ndarray, shape) -> gpd.GeoDataFrame:
    places = [(WEST + (j + 0.5) * STEP, NORTH - (i + 0.5) * STEP) for i in range(DOWN) for j in range(ACROSS)]
    return gpd.GeoDataFrame(
        {"网格编号": range(len(places)), "人口": cells.ravel()},
        geometry=[shape(*one) for one in places],
        crs="EPSG:4326",
    )


def hexagon(x: float, y: float):
    return Point(x, y).buffer(STEP / 2.2, quad_segs=2)


@pytest.mark.parametrize(
    "shape", [Point, hexagon, lambda x, y: box(x - STEP / 2, y - STEP / 2, x + STEP / 2, y + STEP / 2)]
)
def test_grids_of_points_hexagons_and_squares(load_population, tmp_path, shape):
    path = tmp_path / "grid.gpkg"
    grid(counts(), shape).to_file(path)
    layers = load_population(path, datum="wgs84")
    assert errors(layers) == []
    assert layers.population["residents"].sum() == pytest.approx(counts()[INSIDE].sum(), rel=1e-6)


def test_a_grid_as_a_table(load_population, tmp_path):
    frame = grid(counts(), Point)
    path = tmp_path / "grid.csv"
    frame.assign(经度=frame.geometry.x, 纬度=frame.geometry.y).drop(columns="geometry").to_csv(
        path, index=False
    )
    layers = load_population(path, datum="wgs84")
    assert errors(layers) == []
    assert layers.population["residents"].sum() == pytest.approx(counts()[INSIDE].sum(), rel=1e-6)


def test_a_table_by_township_fills_what_the_townships_lack(load_population, write):
    path = write("p.csv", "乡镇,常住人口（万人）\n燕南街道办事处,1.2\n西洋镇,0.8\n合计,2.0\n")
    layers = load_population(path)
    assert errors(layers) == []
    assert layers.townships["residents"].tolist() == [12_000, 8_000]
    assert "20,000" in found(layers, "population_townships")[0].found
    assert len(layers.population) == 0
    demand = build_demand(layers, parameters=PARAMETERS, files={})
    assert demand.points["residents"].sum() + demand.unplaced["residents"].sum() == 20_000


def test_a_table_that_contradicts_the_townships(load_population, write):
    path = write("p.csv", "区划代码,常住人口\n350481003,500\n350481004,80\n")
    townships = TOWNSHIPS.assign(常住人口=[600.0, None])
    layers = load_population(path, townships=townships)
    (note,) = found(layers, "population_differs")
    assert "600" in note.found
    assert layers.townships["residents"].tolist() == [600, 80]
    unknown = load_population(write("q.csv", "乡镇,常住人口\n没有镇,5\n西洋镇,1\n西洋镇,2\n"))
    assert errors(unknown) == ["id_twice", "township_unknown"]


def test_a_density_taken_for_counts_is_noticed(load_population, tmp_path):
    townships = TOWNSHIPS.assign(常住人口=[100.0, 100.0])
    layers = load_population(raster(tmp_path, counts()), datum="wgs84", townships=townships)
    (note,) = found(layers, "population_total")
    assert note.severity == "warning"


def test_people_go_to_places_that_have_no_figure(load_population, tmp_path):
    cells = counts()
    estates = "东门,,117.33,25.95\n东园,500,117.335,25.95\n西门,,117.39,25.95\n"
    layers = load_population(raster(tmp_path, cells), datum="wgs84", estates=estates)
    demand = build_demand(layers, parameters=PARAMETERS, files={})
    residents = demand.points.set_index("name")["residents"]
    assert residents["东园"] == 500
    assert residents["西门"] == round(float(cells[2:12, 8:14].sum()))
    summed, beyond = sum_by_place(layers.population, layers.communities)
    assert summed.sum() == pytest.approx(cells[INSIDE].sum(), rel=1e-6)
    assert beyond.empty
    assert residents["东门"] == round(summed.iloc[0])
    assert [one.code for one in demand.findings if one.layer == "population"] == ["population_placed"]


def test_people_of_a_township_without_a_place_are_counted_and_unplaced(load_population, tmp_path):
    cells = counts()
    layers = load_population(raster(tmp_path, cells), datum="wgs84", estates="东门,,117.33,25.95\n")
    demand = build_demand(layers, parameters=PARAMETERS, files={})
    assert demand.unplaced.loc["350481004", "residents"] == round(float(cells[2:12, 8:14].sum()))
    total = demand.points["residents"].sum() + demand.unplaced["residents"].sum()
    assert abs(total - cells[INSIDE].sum()) <= 1


def test_the_remainder_of_a_township_is_spread_by_the_cells(load_population, tmp_path):
    """A township says 600; an estate states 100; the other two share 500 as their cells do."""
    townships = TOWNSHIPS.assign(常住人口=[600.0, None])
    estates = "甲,100,117.31,25.95\n乙,,117.33,25.95\n丙,,117.35,25.95\n"
    layers = load_population(raster(tmp_path, counts()), datum="wgs84", estates=estates, townships=townships)
    demand = build_demand(layers, parameters=PARAMETERS, files={})
    residents = demand.points.set_index("name")["residents"]
    summed, _ = sum_by_place(layers.population, layers.communities)
    by_name = dict(zip(layers.communities["name"], summed, strict=True))
    assert residents["甲"] == 100
    assert residents["乙"] + residents["丙"] == 500
    assert abs(residents["乙"] - 500 * by_name["乙"] / (by_name["乙"] + by_name["丙"])) < 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(
        st.tuples(st.floats(0.1, 9.9), st.floats(0.1, 9.9), st.booleans(), st.sampled_from("AB")),
        min_size=1,
        max_size=8,
    ),
    people=st.lists(st.floats(0, 1e4), min_size=1, max_size=30),
    seed=st.integers(0, 1000),
)
def test_every_person_of_a_grid_is_at_one_place_or_beyond(places, people, seed):
    rng = np.random.default_rng(seed)
    cells = gpd.GeoDataFrame(
        {"residents": people, "township_id": rng.choice(["A", "B", "C"], len(people))},
        geometry=gpd.points_from_xy(*rng.uniform(0, 10, (2, len(people)))),
        crs=CRS,
    )
    shapes = [box(x - 1, y - 1, x + 1, y + 1) if area else Point(x, y) for x, y, area, _ in places]
    rows = gpd.GeoDataFrame({"township_id": [one for *_, one in places]}, geometry=shapes, crs=CRS)
    before = cells.copy(), rows.copy()
    summed, beyond = sum_by_place(cells, rows)
    assert summed.sum() + beyond.sum() == pytest.approx(sum(people), rel=1e-9, abs=1e-6)
    assert (summed >= 0).all()
    shuffled, _ = sum_by_place(cells.iloc[::-1], rows)
    assert np.allclose(shuffled, summed)
    assert cells.equals(before[0])
    assert rows.equals(before[1])


def test_an_empty_layer_and_one_without_its_column(load_population, write):
    assert errors(load_population(write("p.csv", "人口,经度,纬度\n"), datum="wgs84")) == ["no_rows"]
    assert errors(load_population(write("q.csv", "甲,经度,纬度\n1,117.3,25.9\n"), datum="wgs84")) == [
        "column_missing"
    ]


def test_without_townships_nothing_breaks(tmp_path):
    path = raster(tmp_path, counts())
    layers = load_layers({"population": source(path, "population", datum="wgs84")}, crs=CRS)
    assert len(layers.population) == 0
