import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString, Point

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import cost_matrix, from_lines
from tuoyu_geo.network.roads import from_roads


def network_of(*lines, **columns):
    return from_lines(
        np.concatenate([np.array(line, float) for line in lines]), np.cumsum([0, *map(len, lines)]), **columns
    )


def metres(network, a, b):
    """Way from the node at one place to the node at another."""
    nodes = [np.flatnonzero(np.hypot(*(network.xy - place).T) < 1e-6) for place in (a, b)]
    found = cost_matrix(network, nodes[0], nodes[1], np.inf)
    return found.data.min() if found.nnz else np.inf


EAST_WEST = [(-100, 0), (100, 0)]
NORTH_SOUTH = [(0, -100), (0, 100)]


def test_crossing_streets_are_joined():
    network = network_of(EAST_WEST, NORTH_SOUTH)
    assert (network.n_node, network.n_edge) == (5, 4)
    assert metres(network, (-100, 0), (0, 100)) == 200


@pytest.mark.parametrize("column", ["bridge", "tunnel"])
@pytest.mark.parametrize("flags", [[True, False], [False, True], [True, True]])
def test_a_bridge_over_a_street_is_not_joined_to_it(column, flags):
    network = network_of(EAST_WEST, NORTH_SOUTH, **{column: flags})
    assert (network.n_node, network.n_edge) == (4, 2)
    assert metres(network, (-100, 0), (0, 100)) == np.inf


def test_nor_where_both_have_a_vertex_at_the_crossing():
    bent = [[(-100, 0), (0, 0), (100, 0)], [(0, -100), (0, 0), (0, 100)]]
    assert network_of(*bent).n_node == 5
    over = network_of(*bent, bridge=[True, False])
    assert (over.n_node, over.n_edge) == (4, 2)


def test_streets_at_a_bridges_ends_are_joined_to_it():
    # the road, the bridge, the road again; a quay that meets the bridge's end in the middle of a segment
    network = network_of(
        [(-300, 0), (-100, 0)],
        EAST_WEST,
        [(100, 0), (300, 0)],
        [(100, -100), (100, 100)],
        bridge=[False, True, False, False],
    )
    assert metres(network, (-300, 0), (300, 0)) == 600
    assert metres(network, (-300, 0), (100, 100)) == 500


def test_a_ramp_that_ends_on_a_bridge_is_joined_and_a_street_below_is_not():
    ramp, below = [(0, 0), (50, 80)], [(-50, -80), (-50, 80)]
    bridge = [(-100, 0), (0, 0), (100, 0)]
    assert metres(network_of(bridge, ramp, bridge=[True, False]), (100, 0), (50, 80)) == pytest.approx(
        100 + np.hypot(50, 80)
    )
    assert metres(network_of(bridge, below, bridge=[True, False]), (100, 0), (-50, 80)) == np.inf


def test_a_street_that_ends_below_a_bridge_is_not_joined_and_a_viaducts_ramp_is():
    ends_there = [(30, 0), (30, 50)]
    assert metres(network_of(EAST_WEST, ends_there, bridge=[True, False]), (100, 0), (30, 50)) == np.inf
    assert metres(network_of(EAST_WEST, ends_there, bridge=[True, True]), (100, 0), (30, 50)) == 120
    tunnel_below = network_of(EAST_WEST, ends_there, bridge=[True, False], tunnel=[False, True])
    assert metres(tunnel_below, (100, 0), (30, 50)) == np.inf


def test_a_street_that_ends_on_another_is_joined():
    network = network_of(EAST_WEST, [(30, 0), (30, 50)])
    assert metres(network, (-100, 0), (30, 50)) == 180


@pytest.mark.parametrize(("gap", "joined"), [(0.05, True), (0.3, False)])
def test_gaps_within_the_tolerance_are_closed(gap, joined):
    assert (
        np.isfinite(metres(network_of([(0, 0), (50, 0)], [(50 + gap, 0), (100, 0)]), (0, 0), (100, 0)))
        == joined
    )
    # an end that stops short of the other street, or overshoots it
    for end in (gap, -gap):
        network = network_of([(-100, 0), (100, 0)], [(30, end), (30, 50)])
        assert np.isfinite(metres(network, (-100, 0), (30, 50))) == (joined or end < 0)


def test_three_streets_through_one_point_make_one_node():
    network = network_of(EAST_WEST, NORTH_SOUTH, [(-70, -70), (70, 70)])
    assert (network.n_node, network.n_edge) == (7, 6)


def test_a_street_that_crosses_itself_and_one_drawn_twice():
    network = network_of([(-100, 0), (100, 0), (100, 100), (0, 100), (0, -100)])
    assert metres(network, (-100, 0), (0, -100)) == 200
    twice = network_of(EAST_WEST, EAST_WEST)
    assert (twice.n_node, twice.n_edge) == (2, 2)
    assert metres(twice, (-100, 0), (100, 0)) == 200


def test_overlapping_streets_are_joined_where_the_overlap_ends():
    network = network_of([(0, 0), (100, 0)], [(60, 0), (200, 0)])
    assert metres(network, (0, 0), (200, 0)) == 200


def test_a_vertex_of_one_on_a_segment_of_another():
    network = network_of(EAST_WEST, [(-50, 50), (0, 0), (50, 50)])
    assert metres(network, (-100, 0), (50, 50)) == pytest.approx(100 + np.hypot(50, 50))


def test_long_lines_cross_anywhere():
    network = network_of([(0, 0), (100_000, 1)], [(73_210, -500), (73_210, 500)])
    assert network.n_node == 5


def test_random_lines_cross_where_shapely_says():
    rng = np.random.default_rng(1)
    lines = rng.uniform(0, 500, (60, 2, 2))
    network = from_lines(lines.reshape(-1, 2), np.arange(0, 121, 2), tolerance_m=1e-6)
    shapes = [LineString(line) for line in lines]
    crossings = sum(a.intersects(b) for i, a in enumerate(shapes) for b in shapes[:i])
    assert network.n_node == 120 + crossings
    assert network.n_edge == 60 + 2 * crossings
    assert network.length_m.sum() == pytest.approx(sum(shape.length for shape in shapes))


def test_attributes_follow_the_line_and_repeated_vertices_are_dropped():
    network = network_of(
        [(0, 0), (0, 0), (50, 0), (50, 0)], [(20, 5), (20, 5)], [(50, 0), (90, 0)],
        road_class=["primary", None, None], oneway=[1, 0, -1], foot=[True, True, False],
    )  # fmt: skip
    assert network.n_edge == 2
    assert [network.class_names[code] for code in network.class_code] == ["primary", "unclassified"]
    assert network.oneway.tolist() == [1, -1]
    assert network.foot.tolist() == [True, False]
    assert network.length_m.tolist() == [50, 40]
    assert network.coords.tolist() == [[0, 0], [50, 0], [50, 0], [90, 0]]


@pytest.mark.parametrize(
    ("coords", "offsets", "options"),
    [
        ([], [0], {}),
        ([(0, 0)], [0, 1], {}),
        ([(0, 0), (0, 0)], [0, 2], {}),
        ([(0, 0), (1, np.nan)], [0, 2], {}),
        ([(0, 0), (1, 1)], [0, 1], {}),
        ([(0, 0), (1, 1)], [0, 3, 2], {}),
        ([(0, 0), (1, 1)], [0, 2], {"tolerance_m": 0}),
        ([(0, 0), (1, 1)], [0, 2], {"oneway": [2]}),
        ([(0, 0), (1, 1)], [0, 2], {"bridge": [True, False]}),
        ([(0, 0), (1, 1)], [0, 2], {"crs": "EPSG:4326"}),
    ],
)
def test_what_is_no_street_is_refused(coords, offsets, options):
    with pytest.raises(NetworkError):
        from_lines(coords, offsets, **options)


def layer(geometry, crs="EPSG:32650", **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=crs)


def test_a_road_layer_is_read_with_its_columns():
    roads = layer(
        [LineString(EAST_WEST), None, MultiLineString([NORTH_SOUTH, [(0, 100), (0, 200)]]), LineString()],
        road_class=["residential", "x", "primary", "x"],
        oneway=["-1", None, "yes", None],
        bridge=[None, True, False, True],
    )
    network = from_roads(roads)
    assert (network.n_edge, network.n_node, network.crs) == (5, 6, "EPSG:32650")
    assert sorted(network.oneway.tolist()) == [-1, -1, 1, 1, 1]
    assert not network.bridge.any()
    over = from_roads(roads.assign(bridge=[True, None, None, None]))
    assert (over.n_edge, over.bridge.sum()) == (3, 1)


@pytest.mark.parametrize(
    ("roads", "said"),
    [
        (layer([LineString(EAST_WEST)], crs=None), "EPSG"),
        (layer([LineString(EAST_WEST)], crs="EPSG:4490"), "4490"),
        (layer([LineString(EAST_WEST), Point(0, 0)]), "2.*Point"),
        (layer([None]), "线"),
    ],
)
def test_a_layer_that_is_no_road_layer_is_refused(roads, said):
    with pytest.raises(NetworkError, match=said):
        from_roads(roads)
