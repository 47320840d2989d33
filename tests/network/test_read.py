import bz2
import re

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
import pytest
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.network import WALK_M, adjacency, attach, cost_matrix, read_graphml, read_osm
from tuoyu_geo.network.mode import usable

# a T of residential street and footway, a bridge, a roundabout, ways that are no streets, and a way over the border
OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
  <node id="1" lat="26.0" lon="117.000" version="1"/>
  <node id="2" lat="26.0" lon="117.001" version="1"/>
  <node id="3" lat="26.0" lon="117.002" version="1"/>
  <node id="4" lat="26.001" lon="117.001" version="1"/>
  <node id="5" lat="26.002" lon="117.001" version="1"/>
  <node id="6" lat="26.003" lon="117.001" version="1"/>
  <node id="7" lat="26.003" lon="117.002" version="1"/>
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
  <way id="11" version="1"><nd ref="5"/><nd ref="4"/><nd ref="2"/><tag k="highway" v="footway"/><tag k="oneway" v="-1"/></way>
  <way id="12" version="1"><nd ref="5"/><nd ref="6"/><tag k="highway" v="primary"/><tag k="bridge" v="yes"/><tag k="foot" v="no"/></way>
  <way id="13" version="1"><nd ref="6"/><nd ref="7"/><nd ref="6"/><tag k="highway" v="tertiary"/><tag k="junction" v="roundabout"/></way>
  <way id="14" version="1"><nd ref="3"/><nd ref="7"/><tag k="highway" v="proposed"/></way>
  <way id="15" version="1"><nd ref="1"/><nd ref="7"/><tag k="waterway" v="river"/></way>
  <way id="16" version="1"><nd ref="3"/><nd ref="99"/><nd ref="7"/><tag k="highway" v="motorway"/></way>
</osm>
"""


@pytest.fixture
def osm_file(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text(OSM, encoding="utf-8")
    return path


def edges(network):
    """What an edge is, in the source's ids: ends, class, direction, flags, length in whole metres."""
    return sorted(
        (int(network.node_id[u]), int(network.node_id[v]), network.class_names[c], int(o), bool(b), bool(f), round(m))
        for u, v, c, o, b, f, m in zip(
            network.u, network.v, network.class_code, network.oneway, network.bridge, network.foot, network.length_m,
            strict=True,
        )
    )  # fmt: skip


def test_under_a_chinese_name_it_is_read_as_bytes_where_names_are_narrow(osm_file, tmp_path, monkeypatch):
    chinese = tmp_path / "永安" / "道路.osm"
    chinese.parent.mkdir()
    chinese.write_bytes(osm_file.read_bytes())

    def narrow(name, form):
        assert name.isascii(), "Windows would not find it"
        return opened(name, form)

    opened = osmium.io.File
    monkeypatch.setattr(osmium.io, "File", narrow)
    monkeypatch.setattr("tuoyu_geo.network.osm._NARROW_NAMES", True)
    assert edges(read_osm(chinese)) == edges(read_osm(osm_file)) != []


def test_ways_become_edges_between_the_places_where_they_meet(osm_file):
    network = read_osm(osm_file)
    # 0.001 degrees of latitude are 111.195 m, of longitude at 26 degrees 99.941 m
    assert edges(network) == [
        (1, 2, "residential", 0, False, True, 100),
        (2, 3, "residential", 0, False, True, 100),
        (5, 2, "footway", -1, False, True, 222),
        (5, 6, "primary", 0, True, False, 111),
        (6, 6, "tertiary", 1, False, True, 200),
    ]
    assert network.crs == "EPSG:32650"
    assert network.lonlat[network.node_id == 3].tolist() == [[117.002, 26.0]]
    assert len(network.coords) == 2 + 2 + 3 + 2 + 3


def test_the_three_spellings_of_a_file_are_one_network(osm_file, tmp_path):
    packed, binary = tmp_path / "town.osm.bz2", tmp_path / "TOWN.OSM.PBF"
    packed.write_bytes(bz2.compress(OSM.encode()))
    with osmium.SimpleWriter(str(tmp_path / "town.osm.pbf")) as writer:
        for item in osmium.FileProcessor(str(osm_file)):
            writer.add(item)
    (tmp_path / "town.osm.pbf").rename(binary)
    expected = read_osm(osm_file)
    for path in (packed, binary):
        network = read_osm(path)
        assert edges(network) == edges(expected)
        assert np.array_equal(network.xy, expected.xy)


def test_another_reference_system_moves_the_nodes_and_not_the_lengths(osm_file):
    utm, gauss = read_osm(osm_file), read_osm(osm_file, crs=4548)
    assert gauss.crs == "EPSG:4548"
    assert np.array_equal(utm.length_m, gauss.length_m)
    assert gauss.xy[0, 0] == pytest.approx(500_000, abs=0.01)  # 117 degrees is that zone's middle
    for wrong in ("EPSG:4326", "EPSG:2277", "nonsense"):
        with pytest.raises(NetworkError, match=r"EPSG:\d+|nonsense"):
            read_osm(osm_file, crs=wrong)


@pytest.mark.parametrize("name", ["town.osm", "town.osm.bz2", "town.osm.pbf", "town.graphml"])
@pytest.mark.parametrize(
    "content", [b"", b"no such thing", b'{"type": "FeatureCollection"}', b"<kml/>", b"BZh9broken"]
)
def test_a_file_that_is_not_what_its_name_says(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=re.escape(name)):
        read_osm(path)


def test_other_names_absent_files_and_files_without_streets(tmp_path, osm_file):
    with pytest.raises(LayerNotFoundError, match="absent"):
        read_osm(tmp_path / "absent.osm")
    other = tmp_path / "roads.shp"
    other.write_bytes(b"")
    with pytest.raises(NetworkError, match=r"\.osm\.pbf"):
        read_osm(other)
    osm_file.write_text(OSM.replace("highway", "waterway"), encoding="utf-8")
    with pytest.raises(NetworkError, match="highway"):
        read_osm(osm_file)


@pytest.fixture
def graph():
    graph = nx.MultiDiGraph(crs="EPSG:4326", simplified=True)
    for i, (x, y) in enumerate([(117.0, 26.0), (117.001, 26.0), (117.001, 26.001)]):
        graph.add_node(10 + i, x=x, y=y)
    graph.add_edge(10, 11, length=100.0, highway="residential", oneway=False)
    graph.add_edge(11, 10, length=100.0, highway="residential", oneway=False)
    graph.add_edge(11, 12, length=111.0, highway=["primary", "trunk"], bridge="yes", oneway=True)
    graph.add_edge(11, 12, length=150.0, highway="path", tunnel="no", oneway=True)
    graph.add_edge(12, 11, length=151.0, highway="path", oneway=True)
    return graph


def test_osmnx_graphml_becomes_streets(tmp_path, graph):
    ox.save_graphml(graph, tmp_path / "town.graphml")
    network = read_osm(tmp_path / "town.graphml")
    assert edges(network) == [
        (10, 11, "residential", 0, False, True, 100),
        (11, 12, "path", 1, False, True, 150),
        (11, 12, "primary", 1, True, True, 111),
        (12, 11, "path", 1, False, True, 151),
    ]
    projected = ox.project_graph(graph)
    ox.save_graphml(projected, tmp_path / "plane.graphml")
    plane = read_graphml(tmp_path / "plane.graphml")
    assert plane.crs == network.crs == "EPSG:32650"
    assert np.allclose(plane.xy, network.xy, atol=1e-3)
    assert np.allclose(plane.lonlat, network.lonlat, atol=1e-8)


def test_graphml_without_lengths_or_with_a_lost_node(tmp_path, graph):
    for _, _, values in graph.edges(data=True):
        del values["length"]
    path = tmp_path / "town.graphml"
    ox.save_graphml(graph, path)
    assert [round(m) for m in read_graphml(path).length_m] == [100, 111, 111]
    path.write_text(path.read_text(encoding="utf-8").replace('target="12"', 'target="77"'), encoding="utf-8")
    with pytest.raises(NetworkError, match="77"):
        read_graphml(path)


@pytest.fixture(scope="module")
def centre(shared):
    return read_osm(shared / "osm" / "poa_centre_5x4km.osm.bz2")


@pytest.mark.shared
@pytest.mark.parametrize("name", ["poa_centre_5x4km.osm.bz2", "wuhan_box_drive_bidirectional.graphml"])
def test_real_streets_give_scipys_distances(shared, name):
    network = read_osm(shared / "osm" / name)
    sources = np.arange(0, network.n_node, 23)
    everything = np.arange(network.n_node)
    for limit in (1000, np.inf):
        expected = dijkstra(adjacency(network), indices=sources, limit=limit)
        cost = cost_matrix(network, sources, everything, limit)
        found = np.full(expected.shape, np.inf)
        found[np.repeat(np.arange(len(sources)), np.diff(cost.indptr)), cost.indices] = cost.data
        reached = np.isfinite(expected)
        assert np.array_equal(np.isfinite(found), reached)
        assert np.abs(found[reached] - expected[reached]).max() < 1e-6


@pytest.mark.shared
@pytest.mark.slow
def test_distances_agree_with_osmnx(shared, centre, tmp_path):
    """The same extract through OSMnx's own reader: its nodes are among ours, and as far apart."""
    path = tmp_path / "centre.osm"
    path.write_bytes(bz2.decompress((shared / "osm" / "poa_centre_5x4km.osm.bz2").read_bytes()))
    theirs = ox.convert.to_undirected(ox.graph_from_xml(path, bidirectional=True))
    index = {int(name): i for i, name in enumerate(centre.node_id)}
    known = [name for name in theirs.nodes if name in index]
    assert len(known) > 0.97 * len(theirs)
    checked = 0
    for source in known[::200]:
        lengths = nx.single_source_dijkstra_path_length(theirs, source, cutoff=1500, weight="length")
        targets = [name for name in lengths if name in index]
        ours = cost_matrix(centre, [index[source]], [index[name] for name in targets], np.inf).toarray()[0]
        expected = np.array([lengths[name] for name in targets])
        # OSMnx walks along proposed streets and platforms too, so that some of its ways are shorter
        assert (ours >= expected - 0.01).all()
        checked += len(targets)
        assert np.mean(np.abs(ours - expected) < 0.01) > 0.9
    assert checked > 1000


@pytest.mark.shared
def test_binary_and_packed_text_are_the_same_city(shared):
    binary, packed = (read_osm(shared / "osm" / f"poa_osm.osm.{kind}") for kind in ("pbf", "bz2"))
    assert np.array_equal(binary.node_id, packed.node_id)
    assert np.array_equal(binary.offsets, packed.offsets)
    assert np.array_equal(binary.length_m, packed.length_m)
    assert np.array_equal(binary.coords, packed.coords)
    assert binary.class_names == packed.class_names
    assert binary.length_m.sum() / 1000 == pytest.approx(2011.4, abs=0.1)


@pytest.mark.shared
def test_people_near_a_school(shared):
    """Shares within reach; nodes instead of edges gave 57.4, 88.2, 95.5 and 99.8 % with another tool."""
    from pyproj import Transformer

    network = read_osm(shared / "osm" / "poa_osm.osm.pbf")
    table = np.genfromtxt(
        shared / "osm" / "poa_hexgrid_with_h3r7_zone.csv",
        delimiter=",",
        names=True,
        dtype=None,
        encoding="utf-8",
    )
    xy = np.column_stack(
        Transformer.from_crs(4326, network.crs, always_xy=True).transform(table["lon"], table["lat"])
    )
    assert not usable(network, WALK_M).all()
    attached = attach(network, xy, max_snap_m=1000)
    assert (attached.node_idx >= 0).all()
    cost = cost_matrix(attached.network, attached.node_idx, attached.node_idx[table["schools"] > 0], 2000)
    least = np.full(len(xy), np.inf)
    np.minimum.at(least, np.repeat(np.arange(len(xy)), np.diff(cost.indptr)), cost.data)
    people = table["population"]
    shares = [100 * people[least <= metres].sum() / people.sum() for metres in (500, 800, 1000, 2000)]
    assert shares == pytest.approx([58.9, 87.9, 95.8, 99.6], abs=0.06)
