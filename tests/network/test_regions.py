"""A search in parts is the whole search, number for number, and both are what SciPy finds."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.network import cost_matrix, from_edges
from tuoyu_geo.network.regions import joined, parts_of, shared_searches
from tuoyu_geo.network.searching import Arcs, Search, run_search


def islands(seed, *, n_node=400, n_region=7):
    """Streets in regions that no street joins, some of one node; one-way here and there, with ways of no length."""
    rng = np.random.default_rng(seed)
    region = np.sort(rng.integers(0, n_region, n_node) ** 2 // n_region)
    tail = rng.integers(0, n_node, 5 * n_node)
    head = (tail + rng.integers(1, 20, len(tail))) % n_node
    inside = region[tail] == region[head]
    tail, head = tail[inside], head[inside]
    weight = rng.integers(0, 300, len(tail)) + rng.choice([0.0, 0.1, 1 / 3], len(tail))
    order = np.argsort(tail, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n_node))]).astype(np.int64)
    arcs = Arcs(indptr, head[order].astype(np.int32), weight[order])
    some = rng.permutation(n_node)
    return Search(arcs, some[:150].astype(np.int64), some[100:220].astype(np.int64), 700.0), region


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_parts_put_together_are_the_whole(seed, n):
    search, region = islands(seed)
    parts = parts_of(search, n)
    whole = run_search(search)
    again = joined(search, parts, [run_search(part.search) for part in parts])
    whole.sort_indices()
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(again, name), getattr(whole, name))
    # SciPy, on the same arcs without the parallel ones that cost more; it can't tell a way of no length from none.
    arcs = search.arcs
    tail = np.repeat(np.arange(search.n_node), np.diff(arcs.indptr))
    least = {}
    for u, v, cost in zip(tail.tolist(), arcs.head.tolist(), arcs.weight.tolist(), strict=True):
        least[u, v] = min(cost, least.get((u, v), np.inf))
    ends = np.array(list(least))
    graph = csr_array(
        (np.array(list(least.values())) + 1e-12, (ends[:, 0], ends[:, 1])), shape=(search.n_node,) * 2
    )
    expected = dijkstra(graph, indices=search.sources)[:, search.targets]
    found = np.full(expected.shape, np.inf)
    coo = whole.tocoo()
    found[coo.row, coo.col] = coo.data
    assert np.allclose(found, np.where(expected <= search.cutoff + 1e-9, expected, np.inf), atol=1e-8)
    # Nothing is sent twice or in vain: each source once, with the streets of its own regions.
    sent = np.concatenate([part.source_at for part in parts])
    assert len(np.unique(sent)) == len(sent)
    for part in parts:
        assert len(part.source_at)
        assert len(part.target_at)
        own = np.isin(region, region[search.sources[part.source_at]])
        assert part.search.n_node <= own.sum()


def test_the_load_is_shared_out_evenly():
    search, _ = islands(3, n_node=4_000, n_region=1)
    search = search._replace(sources=np.arange(1_000), targets=np.arange(500, 2_000))
    assert [len(part.source_at) for part in parts_of(search, 4)] == [250] * 4


def test_only_large_searches_are_handed_over():
    network = from_edges([[0, 0], [100, 0], [200, 0]], [0, 1], [1, 2])
    given = []

    def carry(search):
        given.append(search.n_node * len(search.sources))
        return run_search(search)

    with shared_searches(carry, above=5):
        cost_matrix(network, [0, 1], [0, 1, 2], 500.0)
        cost_matrix(network, [0], [1, 2], 500.0)
    cost_matrix(network, [0, 1], [0, 1, 2], 500.0)
    assert given == [6]
