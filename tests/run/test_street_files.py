"""Files of streets as offices send them: other datums, broken files, elevations of another place."""

import numpy as np
import osmium
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine

import tuoyu_geo as tg
from tuoyu_geo.errors import DataError
from tuoyu_geo.layers.datum import from_wgs84

ROADS = 'path = "roads.gpkg"\ncrs = "EPSG:4548"'


@pytest.fixture
def with_roads(town, lattice):
    """The town with its streets in another file."""

    def build(roads, *, settings="", **tables):
        text = lattice.PROJECT.replace(ROADS, roads)
        assert text != lattice.PROJECT
        return town(project_toml=text + settings, **tables)

    return build


def grid(lattice):
    """Crossings ``(n, 2)`` [m] and the streets between them ``(n, 2)``."""
    ends = np.array([line.coords[:] for line in lattice.streets().geometry])
    nodes, index = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    return nodes, index.reshape(-1, 2)


def write_links(folder, nodes, ends):
    pd.DataFrame({"node_id": range(len(nodes)), "x_coord": nodes[:, 0], "y_coord": nodes[:, 1]}).to_csv(
        folder / "node.csv", index=False
    )
    pd.DataFrame(ends, columns=["from_node_id", "to_node_id"]).to_csv(folder / "link.csv", index=False)


def in_datum(lattice, datum):
    nodes, ends = grid(lattice)
    lonlat = Transformer.from_crs(lattice.CRS, 4326, always_xy=True).transform(nodes[:, 0], nodes[:, 1])
    return np.column_stack(from_wgs84(*lonlat, datum=datum)), ends


def walked(project):
    frame = pd.DataFrame(
        project.reach().walk_m.toarray(),
        index=project.demand().points.index,
        columns=project.reach().facilities.index,
    )
    return frame.sort_index(axis=0).sort_index(axis=1)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_link_table_is_placed_by_its_datum(with_roads, town, lattice, datum):
    expected = walked(tg.open_project(town()))
    folder = with_roads(f'path = "link.csv"\ndatum = "{datum}"')
    write_links(folder, *in_datum(lattice, datum))
    project = tg.open_project(folder)
    nodes = grid(lattice)[0]
    # the last digits are the datum's own inverse
    found = project.reach().network.xy[: len(nodes)]
    assert np.abs(found - nodes).max() < 0.01
    # great circles on the sphere against the plane: a few metres a kilometre; the search ends at 3,000 m
    found = walked(project)
    near = (expected < 2900) & (found < 2900)
    assert near.sum().sum() > 20
    assert np.allclose(found[near].fillna(0), expected[near].fillna(0), rtol=5e-3, atol=1.0)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_osm_files_follow_the_stated_datum_too(with_roads, lattice, datum):
    lonlat, ends = in_datum(lattice, datum)
    folder = with_roads(f'path = "streets.osm.pbf"\ndatum = "{datum}"')
    with osmium.SimpleWriter(str(folder / "streets.osm.pbf")) as writer:
        for i, (lon, lat) in enumerate(lonlat, start=1):
            writer.add_node(osmium.osm.mutable.Node(id=i, location=(lon, lat), version=1))
        for i, pair in enumerate(ends, start=1):
            writer.add_way(
                osmium.osm.mutable.Way(
                    id=i, nodes=(pair + 1).tolist(), tags={"highway": "residential"}, version=1
                )
            )
    network = tg.open_project(folder).reach().network
    nodes = grid(lattice)[0]
    for node in nodes:
        assert np.hypot(*(network.xy - node).T).min() < 0.05


def test_an_easting_with_its_zone_and_a_northing_first_are_read_like_any_layers(with_roads, lattice):
    nodes, ends = grid(lattice)
    folder = with_roads('path = "link.csv"\ncrs = "EPSG:4548"')
    write_links(folder, np.column_stack([nodes[:, 0] + 39e6, nodes[:, 1]]), ends)
    project = tg.open_project(folder)
    assert np.abs(project.reach().network.xy[: len(nodes)] - nodes).max() < 1e-6
    assert "zone_removed" in {one.code for one in project.check()[1]}


@pytest.mark.parametrize(("stated", "true"), [("wgs84", "gcj02"), ("wgs84", "bd09"), ("gcj02", "wgs84")])
def test_a_wrong_datum_of_the_streets_is_doubted(with_roads, lattice, stated, true):
    folder = with_roads(f'path = "link.csv"\ndatum = "{stated}"')
    write_links(folder, *in_datum(lattice, true))
    doubts = [one for one in tg.open_project(folder).check()[1] if one.code == "streets_datum"]
    assert [(one.layer, one.file, one.severity) for one in doubts] == [("roads", "link.csv", "warning")]
    assert {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}[true] in doubts[0].found


def test_a_wrong_datum_of_a_road_layer_is_doubted_and_a_right_one_is_not(town, lattice):
    assert "streets_datum" not in {one.code for one in tg.open_project(town()).check()[1]}
    folder = town(project_toml=lattice.PROJECT.replace(ROADS, 'path = "roads.gpkg"\ndatum = "wgs84"'))
    roads = lattice.streets().to_crs(4326)
    roads.geometry = roads.geometry.transform(lambda xy: np.column_stack(from_wgs84(*xy.T, datum="gcj02")))
    roads.to_file(folder / "roads.gpkg")
    assert "streets_datum" in {one.code for one in tg.open_project(folder).check()[1]}


def faults(folder):
    """(file, row, code) of every error of the streets, which `check` gives and `plan` refuses."""
    project = tg.open_project(folder)
    found = [one for one in project.check()[1] if one.severity == "error"]
    assert all(one.found and one.allowed and one.remedy for one in found)
    with pytest.raises(DataError):
        project.reach()
    return [(one.layer, one.file, one.row, one.code) for one in found]


@pytest.mark.parametrize("share", [0, 0.4, 0.98])
def test_a_truncated_extract_is_a_finding(with_roads, lattice, share):
    folder = with_roads('path = "streets.osm.pbf"\ndatum = "wgs84"')
    whole = folder / "whole.osm.pbf"
    with osmium.SimpleWriter(str(whole)) as writer:
        for i in range(1, 2000):
            writer.add_node(
                osmium.osm.mutable.Node(id=i, location=(117 + i * 1e-5, 26 + i % 7 * 1e-5), version=1)
            )
        writer.add_way(
            osmium.osm.mutable.Way(id=1, nodes=list(range(1, 2000)), tags={"highway": "primary"}, version=1)
        )
    data = whole.read_bytes()
    (folder / "streets.osm.pbf").write_bytes(data[: int(share * len(data))])
    assert faults(folder) == [("roads", "streets.osm.pbf", None, "not_osm")]


GRAPH = """<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/><graph edgedefault="directed">{}</graph></graphml>"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GRAPH.format(""), "no_streets_in"),
        (GRAPH.format('<node id="1"><data key="x">117</data></node>'), "not_graphml"),
        ("", "not_graphml"),
        ("<graphml>", "not_graphml"),
        ("PK\x03\x04 no xml", "not_graphml"),
    ],
)
def test_a_useless_graph_is_a_finding(with_roads, content, code):
    folder = with_roads('path = "streets.graphml"\ndatum = "wgs84"')
    (folder / "streets.graphml").write_text(content, encoding="utf-8")
    assert faults(folder) == [("roads", "streets.graphml", None, code)]


def test_every_fault_of_both_link_tables_is_told_at_once(with_roads, lattice):
    folder = with_roads('path = "link.csv"\ncrs = "EPSG:4548"')
    (folder / "node.csv").write_text(
        "node_id,x_coord,y_coord\n1,536000,2873000\n2,here,2873000\n2,536500,2873000\n", encoding="utf-8"
    )
    (folder / "link.csv").write_text(
        "from_node_id,to_node_id,length_m,geometry\n"
        '1,2,500,\n1,9,,\n\n1,2,-5,\n1,2,,"POINT (1 2)"\n2,1,,"LINESTRING (1 2)"\n8,9,long,"LINESTRING (1, 2)"\n',
        encoding="utf-8",
    )
    assert sorted(faults(folder)) == sorted(
        [
            ("roads", "node.csv", 3, "node_position"),
            ("roads", "node.csv", 4, "node_twice"),
            ("roads", "link.csv", 3, "node_unknown"),
            ("roads", "link.csv", 5, "link_length"),
            ("roads", "link.csv", 6, "link_shape"),
            ("roads", "link.csv", 7, "link_shape"),
            ("roads", "link.csv", 8, "node_unknown"),
            ("roads", "link.csv", 8, "node_unknown"),
            ("roads", "link.csv", 8, "link_shape"),
            ("roads", "link.csv", 8, "link_length"),
        ]
    )


def test_missing_columns_of_both_tables_and_a_fault_of_another_layer_are_told_together(with_roads, lattice):
    communities = lattice.ESTATES.replace("400,,,无", "四百几,,,无")
    folder = with_roads('path = "tables/link.csv"\ncrs = "EPSG:4548"', communities_csv=communities)
    (folder / "tables").mkdir()
    (folder / "tables" / "node.csv").write_text("node_id,abscissa\n1,536000\n", encoding="utf-8")
    (folder / "tables" / "link.csv").write_text("from_node_id,to_node_id\n1,2\n", encoding="utf-8")
    found = [one for one in tg.open_project(folder).check()[1] if one.severity == "error"]
    assert {(one.layer, one.file) for one in found} == {
        ("communities", "communities.csv"),
        ("roads", "tables/node.csv"),
    }
    assert "x_coord、y_coord" in next(one.found for one in found if one.layer == "roads")
    (folder / "tables" / "node.csv").unlink()
    codes = {one.code for one in tg.open_project(folder).check()[1] if one.layer == "roads"}
    assert codes == {"streets_unusable"}


def test_many_rows_of_one_fault_are_counted(with_roads, lattice):
    folder = with_roads('path = "link.csv"\ncrs = "EPSG:4548"')
    (folder / "node.csv").write_text("node_id,x_coord,y_coord\n1,536000,2873000\n", encoding="utf-8")
    (folder / "link.csv").write_text(
        "from_node_id,to_node_id\n" + "".join(f"1,{i}\n" for i in range(2, 502)), encoding="utf-8"
    )
    found = [one for one in tg.open_project(folder).check()[1] if one.layer == "roads"]
    assert len(found) == 101
    assert next(one.found for one in found if one.code == "and_more").startswith("还有 400 行")


def write_dem(folder, lattice, *, size=(300, 300), value=120.0, **options):
    """Level ground that begins 500 m north and west of the town."""
    settings = {
        "crs": lattice.CRS,
        "count": 1,
        "transform": Affine(10, 0, lattice.X0 - 500, 0, -10, lattice.Y0 + 2500),
    }
    settings |= options
    with rasterio.open(
        folder / "dem.tif", "w", driver="GTiff", width=size[1], height=size[0], dtype="float32", **settings
    ) as raster:
        for band in range(1, settings["count"] + 1):
            raster.write(np.full(size, value, dtype="float32"), band)


def elevation_codes(folder):
    return [
        (one.code, one.severity) for one in tg.open_project(folder).check()[1] if one.layer == "elevation"
    ]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_elevations_that_dont_serve_are_findings(town, lattice):
    folder = town(project_toml=lattice.PROJECT + '\n[network]\nelevation = "dem.tif"\n')
    assert elevation_codes(folder) == [("elevation_missing", "error")]
    write_dem(folder, lattice)
    assert elevation_codes(folder) == []
    assert np.allclose(tg.open_project(folder).reach().network.walk_stretch, 1)
    # the eastern half has none
    write_dem(folder, lattice, size=(300, 150))
    assert elevation_codes(folder) == [("elevation_partly", "warning")]
    write_dem(folder, lattice, transform=Affine(10, 0, lattice.X0 + 50_000, 0, -10, lattice.Y0))
    assert elevation_codes(folder) == [("elevation_elsewhere", "error")]
    for wrong in ({"crs": None}, {"count": 2}, {"value": -32768.0}):
        write_dem(folder, lattice, **wrong)
        assert elevation_codes(folder) == [("elevation_form", "error")]
    write_dem(folder, lattice, value=-32768.0, nodata=-32768.0)
    assert elevation_codes(folder) == [("elevation_elsewhere", "error")]
    (folder / "dem.tif").write_bytes(b"II*\x00 half a file")
    assert elevation_codes(folder) == [("elevation_form", "error")]
    with pytest.raises(DataError):
        tg.open_project(folder).reach()
