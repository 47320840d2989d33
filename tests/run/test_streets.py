"""Modes, snaps, straight lines and credits, on the hand-drawn town; every figure worked out on paper."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, box

import tuoyu_geo as tg

RURAL_CAR = ('mode = "ebike"\nvalue = 15', 'mode = "car"\nvalue = 15')
URBAN_MIN = ('value = 1000\nunit = "m"', 'value = 12.5\nunit = "min"')
NETWORK = "\n[network]\n"


@pytest.fixture
def changed(town, lattice):
    """The town with settings appended, policy words replaced and other roads."""

    def build(*, settings="", policy=(), roads=None, layers=(), **tables):
        words = lattice.POLICY
        for old, new in policy:
            assert old in words
            words = words.replace(old, new)
        text = lattice.PROJECT + "".join(
            f'[layers.{name}]\npath = "{name}.gpkg"\ncrs = "EPSG:4548"\n' for name in layers
        )
        folder = town(project_toml=text + settings, policy_toml=words, **tables)
        if roads is not None:
            roads.to_file(folder / "roads.gpkg")
        return folder

    return build


def cost(project, demand_id, facility_id):
    reach = project.reach()
    row = project.demand().points.index.get_loc(demand_id)
    column = reach.facilities.index.get_loc(facility_id)
    found = reach.cost[[row], [column]]
    return float(found[0]) if reach.cost[[row]].indices.tolist().count(column) else np.inf


def test_minutes_on_foot_at_the_standard_are_covered(changed):
    project = tg.open_project(changed(policy=[URBAN_MIN]))
    # 1,000 m at 4.8 km/h are 12.5 min: E3 to C1 is exactly that
    assert cost(project, "E3", "C1") == 12.5
    reach = project.reach()
    assert reach.covers[[project.demand().points.index.get_loc("E3")]].indices.tolist() == [
        reach.facilities.index.get_loc("C1")
    ]


def test_the_projects_own_speeds_by_class(changed):
    settings = NETWORK + "speed_kph = { ebike = { residential = 15.0 } }\n"
    # V1 is 4,500 m from I1: 13.5 min at 20 km/h, 18 at 15
    assert cost(tg.open_project(changed()), "V1", "I1") == 13.5
    assert cost(tg.open_project(changed(settings=settings)), "V1", "I1") == 18


def test_one_way_streets_bind_cars_and_nobody_else(changed, lattice):
    roads = lattice.streets()
    # the bridge leads east only
    bridge = LineString([(lattice.X0 + 1000, lattice.Y0), (lattice.X0 + 1500, lattice.Y0)])
    roads["oneway"] = ["yes" if line.equals(bridge) else "no" for line in roads.geometry]
    assert (roads["oneway"] == "yes").sum() == 1
    assert cost(tg.open_project(changed(roads=roads)), "V1", "I1") == 13.5
    by_car = tg.open_project(changed(roads=roads, policy=[RURAL_CAR]))
    assert cost(by_car, "V1", "I1") == np.inf
    assert cost(by_car, "V1", "C2") == 3  # 1,500 m at 30 km/h


def test_a_car_starts_from_a_road_and_its_speed_is_the_streets_own(changed, lattice):
    roads = lattice.streets()
    # a footpath passes V1's door; the car has to go 100 m farther to the lattice
    roads["maxspeed"] = "60"
    villages = lattice.VILLAGES.replace("{x4},{y4}\n", f"{lattice.X0 + 2100},{lattice.Y0 + 2000}\n")
    path = gpd.GeoDataFrame(
        {"highway": ["footway"], "maxspeed": [None]},
        geometry=[
            LineString([(lattice.X0 + 2100, lattice.Y0 + 2000), (lattice.X0 + 2100, lattice.Y0 + 2200)])
        ],
        crs=lattice.CRS,
    )
    roads = pd.concat([roads, path])
    by_car = tg.open_project(changed(roads=roads, policy=[RURAL_CAR], villages_csv=villages))
    # 100 m walked at 4.8 km/h are 1.25 min, 1,500 m at 60 km/h are 1.5
    assert cost(by_car, "V1", "C2") == pytest.approx(1.25 + 1.5)


def test_snaps_over_water_and_beside_a_motorway_are_findings(changed, lattice):
    x0, y0 = lattice.X0, lattice.Y0
    # E2 stands 120 m north of its street, behind a pond; E6 80 m from a motorway and 100 m from its street
    estates = lattice.ESTATES.replace("无,{x1},{y1}", f"无,{x0 + 500 + 250},{y0 + 620}").replace(
        "无,{x4},{y1}", f"无,{x0 + 2100},{y0 + 750}"
    )
    folder = changed(layers=["water"], communities_csv=estates)
    pond = box(x0 + 700, y0 + 540, x0 + 800, y0 + 560)
    gpd.GeoDataFrame({"name": ["塘"]}, geometry=[pond], crs=lattice.CRS).to_file(folder / "water.gpkg")
    roads = pd.concat(
        [
            lattice.streets(),
            gpd.GeoDataFrame(
                {"highway": ["motorway"]},
                geometry=[LineString([(x0 + 2180, y0 - 200), (x0 + 2180, y0 + 2200)])],
                crs=lattice.CRS,
            ),
        ]
    )
    roads.to_file(folder / "roads.gpkg")
    found = {(one.code, one.found) for one in tg.open_project(folder).check()[1]}
    over = [sentence for code, sentence in found if code == "snap_over_water"]
    beside = [sentence for code, sentence in found if code == "beside_motorway"]
    assert len(over) == 1
    assert "南园" in over[0]
    assert "120 米" in over[0]
    assert len(beside) == 1
    assert "新苑" in beside[0]
    assert "80 米" in beside[0]
    assert "100 米" in beside[0]


def test_a_village_without_roads_is_unreachable_or_named_an_estimate(changed, lattice):
    # V1 lies 700 m north of the lattice, 1,200 m from C4's corner row; E-bikes at 20 km/h
    villages = lattice.VILLAGES.replace("{x4},{y4}\n", f"{lattice.X0 + 2000},{lattice.Y0 + 2000 + 700}\n")
    tables = {"villages_csv": villages}
    off = tg.open_project(_taller(changed(**tables), lattice))
    assert cost(off, "V1", "C2") == np.inf
    assert np.isnan(off.reach().detour_factor)
    settings = NETWORK + 'off_network = "straight_line"\ndetour_factor = 1.5\n'
    estimated = tg.open_project(_taller(changed(settings=settings, **tables), lattice))
    straight_m = np.hypot(500, 1700)
    assert cost(estimated, "V1", "C2") == pytest.approx(1.5 * straight_m / (20_000 / 60))
    assert estimated.reach().straight_line.sum() == 1
    notices = estimated.plan().outcome.note.notices
    assert any("1 个居住点" in one and "300" in one and "1.50" in one for one in notices)
    # every row says what its distance rests on, and the summary by what factor
    outcome = estimated.plan().outcome
    assert outcome.demand["nearest_today_method"].to_dict() == {
        **dict.fromkeys(["E1", "E2", "E3", "E5", "E6"], "network"), "E4": None, "V1": "straight_line"
    }  # fmt: skip
    assert outcome.summary["coverage"]["straight_lines"] == {
        "detour_factor": 1.5,
        "detour_source": "set",
        "before": {"points": 1, "residents": 300},
        "after": {"points": 1, "residents": 300},
    }
    access = estimated.access()
    assert access.nearest.query("method == 'straight_line'")["demand_id"].unique().tolist() == ["V1"]
    assert any("1 个居住点" in one and "1.50（项目设定）" in one for one in access.notes)
    # the same town's streets tell the factor: a lattice's ways are 1 to 1.41 times the straight line, more by the bridge
    told = tg.open_project(
        _taller(changed(settings=settings.replace("detour_factor = 1.5\n", ""), **tables), lattice)
    )
    assert 1.1 < told.reach().detour_factor < 1.7
    assert told.reach().detour_source == "estimated"
    assert any("由本路网抽样估计" in one for one in told.access().notes)


def _taller(folder, lattice):
    """The town's borders, 1,000 m farther north."""
    townships = gpd.read_file(folder / "townships.gpkg")
    border = lattice.X0 + 1250
    townships["geometry"] = [
        box(lattice.X0 - 250, lattice.Y0 - 250, border, lattice.Y0 + 3250),
        box(border, lattice.Y0 - 250, lattice.X0 + 2250, lattice.Y0 + 3250),
    ]
    townships.to_file(folder / "townships.gpkg")
    return folder


def test_openstreetmaps_credit_stands_on_every_output(changed, tmp_path):
    folder = changed()
    text = (folder / "project.toml").read_text(encoding="utf-8")
    credited = text.replace(
        'path = "roads.gpkg"', 'path = "roads.gpkg"\nsource = "OpenStreetMap, 2026-01-01"'
    )
    (folder / "project.toml").write_text(credited, encoding="utf-8")
    built = tg.open_project(folder).build(tmp_path / "out")
    assert any(name.startswith("maps/") for name in built.files)
    for name in built.files:
        path = tmp_path / "out" / name
        if name.endswith(".html"):
            assert "OpenStreetMap contributors" in path.read_text(encoding="utf-8"), name
            assert "ODbL" in path.read_text(encoding="utf-8"), name
        if name.endswith((".xlsx", ".docx")):
            with zipfile.ZipFile(path) as parts:
                inside = b"".join(parts.read(part) for part in parts.namelist() if part.endswith(".xml"))
            assert "OpenStreetMap contributors" in inside.decode("utf-8"), name
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert "ODbL" in summary["attribution"][0]
    described = pyogrio.read_dataframe(
        tmp_path / "out" / "plan.gpkg",
        sql="SELECT description FROM gpkg_contents WHERE table_name <> 'layer_styles'",
    )
    assert described["description"].str.contains("OpenStreetMap contributors").all()


def test_other_peoples_data_are_not_credited_to_openstreetmap(changed, tmp_path):
    tg.open_project(changed()).build(tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["attribution"] == []
    assert "OpenStreetMap contributors" not in (tmp_path / "out" / "maps" / "overview.html").read_text(
        encoding="utf-8"
    )


def test_service_areas_are_nested_bands_that_keep_to_their_bank(changed, lattice, tmp_path):
    folder = changed(layers=["water"])
    x0, y0 = lattice.X0, lattice.Y0
    # the canal runs along the west bank's quay, where nobody stands for 30 m beyond the streets
    canal = box(x0 + 1010, y0 + 20, x0 + 1035, y0 + 2300)
    gpd.GeoDataFrame({"name": ["渠"]}, geometry=[canal], crs=lattice.CRS).to_file(folder / "water.gpkg")
    project = tg.open_project(folder)
    project.build(tmp_path / "out")
    areas = gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="service_areas")
    assert areas.geometry.is_valid.all()
    assert not areas.geometry.is_empty.any()
    assert areas.crs == lattice.CRS
    of_c1 = areas[areas["facility_id"] == "C1"].set_index("band")
    assert of_c1.index.tolist() == [1000, 500, 300]
    for wide, narrow in ((1000, 500), (500, 300)):
        assert of_c1.geometry[narrow].difference(of_c1.geometry[wide]).area < 1e-6
    # C1 stands at (1,000, 1,000): 1,000 m up and down its quay and to the west, and nothing beyond the canal
    reached = LineString([(x0 + 1000, y0), (x0 + 1000, y0 + 2000)]).union(
        LineString([(x0, y0 + 1000), (x0 + 1000, y0 + 1000)])
    )
    assert of_c1.geometry[1000].covers(reached)
    assert of_c1.geometry[1000].intersection(box(x0 + 1010, y0 + 100, x0 + 3000, y0 + 3000)).area < 1e-6
    assert not of_c1.geometry[500].intersects(LineString([(x0, y0 + 1000), (x0 + 480, y0 + 1000)]))
    # by e-bike every 5 minutes
    assert sorted(areas[areas["unit"] == "min"]["band"].unique()) == [5, 10, 15]


def test_a_link_table_and_an_elevation_model_make_a_project(changed, lattice):
    import rasterio
    from rasterio.transform import Affine

    folder = changed(policy=[URBAN_MIN], settings=NETWORK + 'elevation = "dem.tif"\n')
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(
        text.replace('path = "roads.gpkg"', 'path = "link.csv"'), encoding="utf-8"
    )
    ends = np.array([line.coords[:] for line in lattice.streets().geometry])
    nodes, index = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    pd.DataFrame({"node_id": range(len(nodes)), "x_coord": nodes[:, 0], "y_coord": nodes[:, 1]}).to_csv(
        folder / "node.csv", index=False
    )
    pd.DataFrame(index.reshape(-1, 2), columns=["from_node_id", "to_node_id"]).assign(
        facility_type="residential"
    ).to_csv(folder / "link.csv", index=False)
    # the ground falls a tenth towards the north
    north = lattice.Y0 + 3000 - 10 * np.arange(400)
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=400, height=400, count=1, dtype="float32", crs=lattice.CRS,
        transform=Affine(10, 0, lattice.X0 - 1000, 0, -10, lattice.Y0 + 3005),
    ) as raster:  # fmt: skip
        raster.write(np.repeat((lattice.Y0 - north)[:, None] / 10, 400, axis=1).astype("float32"), 1)
    project = tg.open_project(folder)
    assert project.reach().method == "network"
    # E3 lies 1,000 m north of C1 and 100 m below: uphill at 10 % a walk takes 1.419 times as long
    assert cost(project, "E3", "C1") == pytest.approx(12.5 * np.exp(0.35), rel=1e-4)
    assert cost(project, "E1", "I1") == pytest.approx(6.25 * np.exp(3.5 * (0.05 - 0.05)), rel=1e-4)
    assert {"link.csv", "node.csv", "dem.tif"} <= set(project.input_files())
    assert len(project.outcome().streets) > 0
