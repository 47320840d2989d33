"""The way itself against the cost matrix, SciPy and the town on paper."""

import numpy as np
import pytest

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import EBIKE_MIN, WALK_M, Mode, cost_matrix, from_edges, routes


def test_over_the_bridge(town):
    # 1 -> 2 stand 100 m apart across the river; by the bridge 1-5-6-2 it is 300 m.
    (way,) = routes(town(), [1], [2], mode=WALK_M)
    assert (way.cost, way.length_m) == (300.0, 300.0)
    assert way.xy.tolist() == [[100, 0], [100, 100], [200, 100], [200, 0]]


def test_nowhere_to_go_and_nowhere_to_come_from():
    network = from_edges([(0, 0), (100, 0), (900, 0), (950, 0)], [0, 2], [1, 3])
    stay, lost = routes(network, [1, 0], [1, 3], mode=WALK_M)
    assert (stay.cost, stay.length_m, len(stay.xy)) == (0, 0, 1)
    assert (lost.cost, lost.length_m, len(lost.xy)) == (np.inf, np.inf, 0)
    assert routes(network, [], [], mode=WALK_M) == []


def test_one_way_streets_and_the_faster_of_two_streets():
    # 0 -> 1 by a path of 100 m at 15 km/h, or a road of 120 m at 20 km/h; back only by the path.
    network = from_edges(
        [(0, 0), (100, 0)],
        [0, 0],
        [1, 1],
        length_m=[100, 120],
        road_class=["path", "residential"],
        oneway=[0, 1],
    )
    mode = Mode(name="ride", unit="min", default_kph=20, speed_kph={"path": 15}, respects_oneway=True)
    there, back = routes(network, [0, 1], [1, 0], mode=mode)
    assert (there.cost, there.length_m) == (pytest.approx(0.36), 120)
    assert (back.cost, back.length_m) == (pytest.approx(0.4), 100)


@pytest.mark.parametrize("mode", [WALK_M, EBIKE_MIN])
def test_random_streets_agree_with_the_matrix_and_add_up(mode):
    rng = np.random.default_rng(4)
    n = 60
    u, v = rng.integers(0, n, 150), rng.integers(0, n, 150)
    network = from_edges(
        rng.random((n, 2)) * 1000,
        u,
        v,
        road_class=list(rng.choice(["path", "residential", "steps"], 150)),
        oneway=rng.integers(-1, 2, 150),
    )
    start, end = rng.integers(0, n, 80), rng.integers(0, n, 80)
    matrix = cost_matrix(network, start, end, np.inf, mode=mode)
    reached = 0
    for k, way in enumerate(routes(network, start, end, mode=mode)):
        in_row = dict(zip(matrix[[k]].indices, matrix[[k]].data, strict=True))
        assert way.cost == pytest.approx(in_row.get(k, np.inf))
        if np.isfinite(way.cost):
            reached += 1
            assert np.hypot(*np.diff(way.xy, axis=0).T).sum() == pytest.approx(way.length_m)
            assert way.xy[0].tolist() == network.xy[start[k]].tolist()
            assert way.xy[-1].tolist() == network.xy[end[k]].tolist()
            if mode is WALK_M:
                assert way.cost == pytest.approx(way.length_m)
    assert reached > 40


def test_pairs_that_do_not_pair(town):
    with pytest.raises(NetworkError):
        routes(town(), [1, 2], [1], mode=WALK_M)
    with pytest.raises(NetworkError, match="99"):
        routes(town(), [1], [99], mode=WALK_M)
