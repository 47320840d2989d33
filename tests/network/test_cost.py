import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import EBIKE_MIN, WALK_M, Mode, adjacency, cost_matrix, from_edges, impedance


def dense(cost: csr_array) -> np.ndarray:
    full = np.full(cost.shape, np.inf)
    full[np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr)), cost.indices] = cost.data
    return full


def test_the_river_is_crossed_only_by_the_bridge(town):
    cost = dense(cost_matrix(town(), [0, 1, 13], [2, 3, 14], np.inf))
    # 1 to 2 is 100 m as the crow flies: up, over the bridge, down; 13 to 14: two down, over, two up
    assert cost.tolist() == [[400, 500, 500], [300, 400, 400], [400, 500, 500]]


def test_a_cost_at_the_cutoff_is_kept_and_one_above_is_missing(town):
    assert cost_matrix(town(), [1], [2], 300).toarray().tolist() == [[300]]
    assert cost_matrix(town(), [1], [2], 299.999).nnz == 0


def test_the_same_node_is_a_stored_zero(town):
    cost = cost_matrix(town(), [3, 4], [4, 3], 0)
    assert cost.nnz == 2
    assert cost.indices.tolist() == [1, 0]
    assert cost.data.tolist() == [0, 0]


def test_points_may_repeat_and_stand_in_any_order(town):
    origins, destinations = [5, 0, 5, 2], [6, 6, 1, 0, 6]
    cost = cost_matrix(town(), origins, destinations, 250)
    expected = dense(cost_matrix(town(), np.arange(16), np.arange(16), 250))[np.ix_(origins, destinations)]
    assert np.array_equal(dense(cost), expected)
    assert cost.has_sorted_indices
    assert all(
        np.all(np.diff(cost.indices[a:b]) > 0) for a, b in zip(cost.indptr, cost.indptr[1:], strict=False)
    )
    assert dense(cost)[0, 0] == 100


@pytest.mark.parametrize(("origins", "destinations"), [([], [1]), ([1], []), ([], [])])
def test_no_points_give_an_empty_matrix(town, origins, destinations):
    cost = cost_matrix(town(), origins, destinations, 1000)
    assert cost.shape == (len(origins), len(destinations))
    assert cost.nnz == 0


def test_an_island_stays_unreachable():
    network = from_edges([(0, 0), (100, 0), (500, 0), (600, 0)], [0, 2], [1, 3])
    assert network.component.tolist() == [0, 0, 1, 1]
    assert network.component_length_m().tolist() == [100, 100]
    assert dense(cost_matrix(network, [0], [1, 2, 3], np.inf)).tolist() == [[100, np.inf, np.inf]]


def test_of_parallel_edges_the_cheaper_counts_and_loops_do_not():
    network = from_edges([(0, 0), (3, 4)], [0, 1, 0, 0], [1, 0, 1, 0], length_m=[7, 5, 12, 1])
    assert cost_matrix(network, [0], [1], np.inf).toarray().tolist() == [[5]]
    assert adjacency(network).toarray().tolist() == [[0, 5], [5, 0]]


def test_one_way_streets_bind_those_who_ride(town, town_edges):
    oneway = [1 if edge == (5, 6) else 0 for edge in town_edges]
    network = town(oneway=oneway)
    ride = Mode(name="ride", unit="m", respects_oneway=True)
    assert cost_matrix(network, [6], [5], np.inf, mode=ride).nnz == 0
    assert cost_matrix(network, [5], [6], np.inf, mode=ride).toarray().tolist() == [[100]]
    assert cost_matrix(network, [6], [5], np.inf, mode=WALK_M).toarray().tolist() == [[100]]
    # many to few turns the arcs around, and against the drawn direction is -1
    many = dense(cost_matrix(network, np.arange(16), [6], np.inf, mode=ride))
    assert many[:, 0][[5, 4, 2]].tolist() == [100, 200, 100]
    against = town(oneway=[-value for value in oneway])
    assert cost_matrix(against, [5], [6], np.inf, mode=ride).nnz == 0
    assert cost_matrix(against, [6], [5], np.inf, mode=ride).nnz == 1


def test_minutes_follow_the_class_and_a_motorway_is_closed():
    network = from_edges(
        [(0, 0), (1000, 0), (2000, 0), (3000, 0)],
        [0, 1, 2],
        [1, 2, 3],
        road_class=["residential", "footway", "motorway"],
    )
    assert impedance(network, EBIKE_MIN).tolist() == pytest.approx([3, 4, np.inf])
    cost = dense(cost_matrix(network, [0], [1, 2, 3], 7, mode=EBIKE_MIN))
    assert cost.tolist() == [[3, 7, np.inf]]
    assert dense(cost_matrix(network, [0], [3], np.inf)).tolist() == [[3000]]


def test_streets_closed_to_pedestrians_are_open_to_bikes():
    network = from_edges([(0, 0), (500, 0)], [0], [1], foot=[False])
    assert cost_matrix(network, [0], [1], np.inf, mode=WALK_M).nnz == 0
    assert cost_matrix(network, [0], [1], np.inf, mode=EBIKE_MIN).toarray().tolist() == [[1.5]]


def test_an_own_impedance_may_close_an_edge(town, town_edges):
    closed = [np.inf if edge == (5, 6) else 1.0 for edge in town_edges]
    cost = dense(cost_matrix(town(), [4], [5, 6], np.inf, impedance=closed))
    assert cost.tolist() == [[1, np.inf]]


def test_sums_that_are_equal_on_paper_are_within_the_cutoff():
    # 0.1 + 0.2 + 0.3 is 0.6000000000000001 from one side and 0.6 from the other
    network = from_edges([(0, 0), (1, 0), (2, 0), (3, 0)], [0, 1, 2], [1, 2, 3], length_m=[0.1, 0.2, 0.3])
    for origin, destination in ((0, 3), (3, 0)):
        cost = cost_matrix(network, [origin], [destination], 0.6)
        assert cost.nnz == 1
        assert cost.data[0] <= 0.6


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (([0], [1], -1), {}, "-1"),
        (([0], [1], np.nan), {}, "nan"),
        (([0], [16], 5), {}, "16"),
        (([-1], [1], 5), {}, "-1"),
        (([0.5], [1], 5), {}, "float64"),
        (([[0]], [1], 5), {}, "int64"),
        (([0], [1], 5), {"impedance": [1.0]}, "21"),
        (([0], [1], 5), {"impedance": [-1.0] * 21}, "21"),
        (([0], [1], 5), {"impedance": [np.nan] * 21}, "21"),
        (([0], [1], 5), {"impedance": [1.0] * 21, "mode": WALK_M}, "mode"),
    ],
)
def test_what_cannot_be_searched_is_refused(town, arguments, options, said):
    with pytest.raises(NetworkError, match=said):
        cost_matrix(town(), *arguments, **options)


@st.composite
def graphs(draw):
    n_node = draw(st.integers(1, 12))
    node = st.integers(0, n_node - 1)
    edges = draw(
        st.lists(st.tuples(node, node, st.integers(0, 50), st.sampled_from([-1, 0, 1])), max_size=40)
    )
    points = st.lists(node, max_size=15)
    return n_node, edges, draw(points), draw(points), draw(st.sampled_from([0, 7, 20, 60, np.inf]))


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_equal_to_brute_force_on_random_graphs(case):
    n_node, edges, origins, destinations, cutoff = case
    network = from_edges(
        np.zeros((n_node, 2)),
        [e[0] for e in edges],
        [e[1] for e in edges],
        length_m=[e[2] for e in edges],
        oneway=[e[3] for e in edges],
    )
    # Floyd and Warshall on a matrix, since SciPy's reading of zero costs is its own
    best = np.full((n_node, n_node), np.inf)
    np.fill_diagonal(best, 0)
    for u, v, metres, oneway in edges:
        if oneway >= 0:
            best[u, v] = min(best[u, v], metres)
        if oneway <= 0:
            best[v, u] = min(best[v, u], metres)
    for k in range(n_node):
        best = np.minimum(best, best[:, [k]] + best[[k], :])
    expected = np.where(best <= cutoff, best, np.inf)[np.ix_(origins, destinations)]
    ride = Mode(name="ride", unit="m", respects_oneway=True)
    assert np.array_equal(dense(cost_matrix(network, origins, destinations, cutoff, mode=ride)), expected)


def test_equal_to_scipy_on_a_larger_graph_whatever_the_number_of_threads():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 2000, (1500, 2))
    u, v = rng.integers(0, 1500, (2, 4000))
    network = from_edges(xy, u, v)
    cost = dense(cost_matrix(network, np.arange(1500), np.arange(1500), 1200))
    expected = dijkstra(adjacency(network), limit=1200)
    assert np.array_equal(np.isinf(cost), np.isinf(expected))
    reached = np.isfinite(expected)
    assert np.allclose(cost[reached], expected[reached], rtol=0, atol=1e-6)
    assert np.allclose(cost[reached], cost.T[reached], rtol=0, atol=2e-9)


def test_the_input_is_not_changed(town):
    network, origins = town(), np.array([3, 1, 1])
    before = [np.copy(getattr(network, name)) for name in ("xy", "u", "v", "length_m", "coords")]
    cost_matrix(network, origins, origins, 300, mode=WALK_M)
    assert origins.tolist() == [3, 1, 1]
    for name, old in zip(("xy", "u", "v", "length_m", "coords"), before, strict=True):
        assert np.array_equal(getattr(network, name), old)


@pytest.mark.slow
def test_the_search_works_where_no_cache_can_be_written():
    # a folder that isn't one: neither the source's nor the user's cache can be made
    source = Path(__file__).parents[2] / "src"
    code = (
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "from tuoyu_geo.network import cost_matrix, from_edges\n"
        "n = from_edges([(0, 0), (3, 4)], [0], [1])\n"
        "print(cost_matrix(n, [0], [1], 9).toarray())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stdout.strip() == "[[5.]]", done.stderr


def random_network(seed, *, n_node=900, n_edge=3000):
    """Streets of very different lengths, some of none, some parallel; positions have nothing to do with them."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, n_node, (n_edge, 2))
    length_m = rng.choice([0.0, 1e-3, 1.0, 50.0, 80.0, 1e5], n_edge) * rng.random(n_edge)
    return from_edges(rng.random((n_node, 2)), ends[:, 0], ends[:, 1], length_m=length_m)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("cutoff", [0.0, 30.0, 1000.0, np.inf])
def test_lengths_of_every_size_give_scipys_costs(seed, cutoff):
    network = random_network(seed)
    rng = np.random.default_rng(seed)
    for n_from, n_to in ((200, 900), (900, 3), (5, 900), (65, 64)):
        origins, destinations = (rng.choice(900, n, replace=False) for n in (n_from, n_to))
        found = cost_matrix(network, origins, destinations, cutoff)
        expected = dijkstra(adjacency(network), indices=origins)[:, destinations]
        expected[expected > cutoff] = np.inf
        dense = np.full(found.shape, np.inf)
        row = np.repeat(np.arange(n_from), np.diff(found.indptr))
        dense[row, found.indices] = found.data
        assert np.array_equal(np.isinf(dense), np.isinf(expected))
        near = np.isfinite(dense)
        assert np.allclose(dense[near], expected[near], rtol=0, atol=1e-6)
        assert found.has_sorted_indices


def test_a_hub_of_thousands_of_streets_has_room_and_the_next_search_is_clean():
    n = 5000
    xy = np.column_stack([np.cos(np.arange(n)), np.sin(np.arange(n))])
    xy[0] = 0
    # every spoke is 1 m, and a rim beside it makes each way cheaper again and again
    u = np.concatenate([np.zeros(n - 1, int), np.arange(1, n - 1)])
    v = np.concatenate([np.arange(1, n), np.arange(2, n)])
    length_m = np.concatenate([np.arange(n - 1, 0, -1) * 1.0, np.full(n - 2, 0.25)])
    network = from_edges(xy, u, v, length_m=length_m)
    found = cost_matrix(network, [0, 7, 0], np.arange(n), np.inf).toarray()
    expected = dijkstra(adjacency(network), indices=[0, 7, 0])
    assert np.allclose(found, expected, rtol=0, atol=1e-6)


def test_a_changed_network_is_searched_anew():
    network = random_network(1)
    before = cost_matrix(network, [0, 1], np.arange(900), np.inf).toarray()
    network.length_m[:] *= 2
    assert np.allclose(cost_matrix(network, [0, 1], np.arange(900), np.inf).toarray(), 2 * before)
    assert np.allclose(
        cost_matrix(network, [0, 1], np.arange(900), np.inf, impedance=network.length_m / 4).toarray(),
        before / 2,
    )


@pytest.mark.parametrize("longest_m", [1e3, 1e13, 1e290])
def test_lengths_too_close_for_the_order_of_the_heap_are_still_exact(longest_m):
    # One huge street makes all others alike in the heap's keys, and the number of a node breaks the ties. A chain of
    # diamonds whose dear half is taken first, deeper nodes before the ones that lead there, finds a cheaper way to
    # the last node again and again: more often than there are arcs.
    n_link = 9
    ends, length_m = [], []
    for k in range(n_link):
        ends += [("fork", k), ("dear", k)], [("fork", k), ("cheap", k)]
        ends += [("dear", k), ("fork", k + 1)], [("cheap", k), ("fork", k + 1)]
        length_m += [2.0 ** (n_link - k), 1e-3, 1e-3, 1e-3]
    ends += [("fork", n_link), ("last", 1)], [("last", 1), ("last", 2)], [("fork", 0), ("far", 0)]
    length_m += [1.0, 1.0, longest_m]
    deep_first = sorted({end for pair in ends for end in pair}, key=lambda one: (-one[1], one[0] == "cheap"))
    deep_first.sort(key=lambda one: one[0] == "last")
    tail, head = ([deep_first.index(pair[side]) for pair in ends] for side in (0, 1))
    n = len(deep_first)
    network = from_edges(np.zeros((n, 2)), tail, head, length_m=length_m)
    expected = dijkstra(adjacency(network), indices=np.arange(n))
    found = dense(cost_matrix(network, np.arange(n), np.arange(n), np.inf))
    assert np.allclose(found, expected, rtol=1e-12, atol=2e-9)
