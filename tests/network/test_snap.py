import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import CAR_MIN, EBIKE_MIN, WALK_M, attach, cost_matrix, from_edges
from tuoyu_geo.network.street import CONNECTOR


def between(attached, a, b, **options):
    found = cost_matrix(attached.network, [attached.node_idx[a]], [attached.node_idx[b]], np.inf, **options)
    return found.data[0] if found.nnz else np.inf


def test_points_join_the_middle_of_a_street_and_the_last_metres_count(town):
    # 30 m along 0-1 and 10 m off it; 70 m along 2-3 and 20 m off it
    attached = attach(town(), [(30, 10), (270, -20)], max_snap_m=50)
    assert attached.snap_m.tolist() == [10, 20]
    # 10 + 70 to node 1, up, bridge, down, 70 + 20; by node 0 it is 10 + 30 + 200 + 100 + 100 + 70 + 20
    assert between(attached, 0, 1) == pytest.approx(10 + 70 + 300 + 70 + 20)


def test_two_points_on_one_street_reach_each_other_along_it():
    network = from_edges([(0, 0), (100, 0)], [0], [1])
    attached = attach(network, [(80, 5), (20, -5), (20, 5), (50, 0)], max_snap_m=5)
    assert between(attached, 0, 1) == pytest.approx(70)
    assert between(attached, 1, 2) == pytest.approx(10)
    assert between(attached, 3, 0) == pytest.approx(35)
    # the street is 100 m still, in four parts with three feet between them
    streets = ~attached.network.edges_of(CONNECTOR)
    assert attached.network.length_m[streets].tolist() == pytest.approx([20, 30, 30, 20])
    assert cost_matrix(attached.network, [0], [1], 100).nnz == 1


def test_a_length_other_than_the_drawn_one_is_split_in_proportion():
    attached = attach(from_edges([(0, 0), (100, 0)], [0], [1], length_m=[150.0]), [(20, 0)], max_snap_m=1)
    reached = cost_matrix(attached.network, attached.node_idx, [0, 1], np.inf)
    assert reached.toarray().tolist() == [[30, 120]]


def test_too_far_is_not_joined_and_exactly_far_enough_is():
    network = from_edges([(0, 0), (100, 0)], [0], [1])
    attached = attach(network, [(50, 30), (50, 30.001), (160, 80)], max_snap_m=30)
    assert attached.node_idx.tolist() == [3, -1, -1]
    assert attached.snap_m.tolist() == pytest.approx([30, 30.001, 100])
    assert attached.edge_idx.tolist() == [0, 0, 0]


def test_nodes_keep_their_indices_and_costs(town):
    network = town()
    points = np.random.default_rng(0).uniform(-20, 320, (200, 2))
    attached = attach(network, points, max_snap_m=1000)
    old = np.arange(network.n_node)
    assert np.array_equal(attached.network.xy[:16], network.xy)
    assert np.array_equal(attached.network.node_id[:16], network.node_id)
    assert len(np.unique(attached.network.node_id)) == attached.network.n_node
    assert (attached.network.node_id[16:] < 0).all()
    before = cost_matrix(network, old, old, np.inf).toarray()
    assert np.allclose(cost_matrix(attached.network, old, old, np.inf).toarray(), before, rtol=0, atol=1e-6)
    assert attached.network.bridge.sum() == 1  # nobody's door opens on the bridge


def test_bridges_tunnels_motorways_and_loose_pieces_are_passed_over():
    xy = [(0, 0), (100, 0), (0, 50), (100, 50)]

    def nearest_edge(options=None, **columns):
        return attach(
            from_edges(xy, [0, 2], [1, 3], **columns), [(50, 10)], max_snap_m=100, **(options or {})
        ).edge_idx[0]

    assert nearest_edge() == 0
    assert nearest_edge(bridge=[True, False]) == 1
    assert nearest_edge(tunnel=[True, False]) == 1
    assert nearest_edge(road_class=["motorway", "residential"]) == 1
    assert nearest_edge(foot=[False, True]) == 1
    assert nearest_edge({"mode": EBIKE_MIN}, foot=[False, True]) == 0
    assert nearest_edge({"mode": CAR_MIN}, road_class=["path", "residential"]) == 1
    assert nearest_edge({"mode": CAR_MIN}, road_class=["motorway", "residential"]) == 1
    assert nearest_edge({"min_component_m": 150}, length_m=[100, 200]) == 1
    nowhere = attach(from_edges(xy, [0], [1], road_class=["motorway"]), [(0, 0)], max_snap_m=10)
    assert (nowhere.node_idx[0], nowhere.snap_m[0], nowhere.edge_idx[0]) == (-1, np.inf, -1)


def test_in_minutes_the_last_metres_are_walked():
    network = from_edges([(0, 0), (1000, 0)], [0], [1], road_class=["residential"])
    attached = attach(network, [(0, 80), (1000, 0)], max_snap_m=100, mode=EBIKE_MIN)
    # 80 m at 4.8 km/h and 1,000 m at 20 km/h
    assert between(attached, 0, 1, mode=EBIKE_MIN) == pytest.approx(1 + 3)


def test_one_way_parts_keep_their_direction():
    network = from_edges([(0, 0), (100, 0)], [0], [1], oneway=[1])
    attached = attach(network, [(20, 0), (80, 0)], max_snap_m=1, mode=CAR_MIN)
    assert between(attached, 0, 1, mode=CAR_MIN) == pytest.approx(60 / (30_000 / 60))
    assert between(attached, 1, 0, mode=CAR_MIN) == np.inf
    assert between(attached, 1, 0, mode=EBIKE_MIN) == pytest.approx(60 / (20_000 / 60))
    assert between(attached, 1, 0, mode=WALK_M) == 60


def test_a_loop_is_joined_like_any_street():
    square = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    from tuoyu_geo.network import from_lines

    loop = from_lines(square, [0, 5])
    assert (loop.n_node, loop.length_m.tolist()) == (1, [400])
    attached = attach(loop, [(50, -5), (105, 50)], max_snap_m=10)
    assert between(attached, 0, 1) == pytest.approx(5 + 100 + 5)


def test_points_may_be_joined_one_after_another():
    network = from_edges([(0, 0), (100, 0)], [0], [1])
    first = attach(network, [(50, 40)], max_snap_m=50)
    second = attach(first.network, [(52, 30)], max_snap_m=50)
    assert second.snap_m[0] == 30  # the street, not the connector of the first point
    cost = cost_matrix(second.network, first.node_idx, second.node_idx, np.inf)
    assert cost.toarray().tolist() == [[72]]


def test_no_points_leave_the_network_as_it_is(town):
    network = town()
    attached = attach(network, [], max_snap_m=10)
    assert attached.network is network
    assert attached.node_idx.shape == (0,)


@pytest.mark.parametrize(
    ("points", "far", "said"),
    [
        ([(0, np.nan)], 1, "1"),
        ([(0, 0), (np.inf, 0)], 1, "2"),
        ([(0, 0)], -1, "-1"),
        ([(0, 0)], np.nan, "nan"),
        ([1, 2], 1, "1"),
    ],
)
def test_positions_that_are_none_are_refused(town, points, far, said):
    with pytest.raises(NetworkError, match=said):
        attach(town(), points, max_snap_m=far)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_the_nearest_place_is_shapelys(seed):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, rng.choice([20, 400, 3000]), (12, 2))
    network = from_edges(xy, *rng.integers(0, 12, (2, 15)))
    points = rng.uniform(-50, 450, (20, 2))
    attached = attach(network, points, max_snap_m=np.inf)
    lines = [shapely.LineString(line) for line in network.coords.reshape(-1, 2, 2)]
    distance = shapely.distance(shapely.points(points)[:, None], np.array(lines)[None, :])
    assert np.allclose(attached.snap_m, distance.min(axis=1), rtol=0, atol=1e-6)
    streets = ~attached.network.edges_of(CONNECTOR)
    assert attached.network.length_m[streets].sum() == pytest.approx(network.length_m.sum())
    assert attached.network.length_m[~streets].sum() == pytest.approx(attached.snap_m.sum())
