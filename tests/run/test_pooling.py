"""Spare places promised to new estates: against every choice of estates, by NetworkX's maximum flow."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from tuoyu_geo.gaps.pooling import estates_served


def case(seed):
    rng = np.random.default_rng(seed)
    n_demand, n_facility = int(rng.integers(1, 9)), int(rng.integers(1, 6))
    near = rng.random((n_demand, n_facility)) < 0.5
    return near, rng.integers(0, 9, n_demand), rng.integers(0, 14, n_facility)


def graph_of(near, need, places):
    graph = nx.DiGraph()
    graph.add_nodes_from(["s", "t"])
    for i, j in np.argwhere(near):
        graph.add_edge(("d", i), ("f", j))
    for i, amount in enumerate(need):
        graph.add_edge("s", ("d", i), capacity=int(amount))
    for j, amount in enumerate(places):
        graph.add_edge(("f", j), "t", capacity=int(amount))
    return graph


@pytest.mark.parametrize("seed", range(40))
def test_no_larger_set_of_estates_can_be_served_at_once(seed):
    near, need, spare = case(seed)
    served = estates_served(
        csr_array(near.astype(float)), needed=need.astype(float), spare=spare.astype(float)
    )

    def fits(chosen):
        wanted = np.zeros(len(need), dtype=int)
        wanted[list(chosen)] = need[list(chosen)]
        flow = nx.maximum_flow_value(graph_of(near, wanted, spare), "s", "t")
        return flow == wanted.sum()

    estates = range(len(need))
    sets = [one for size in range(len(need) + 1) for one in combinations(estates, size) if fits(one)]
    most = max(len(one) for one in sets)
    assert served.sum() == most
    assert fits(np.flatnonzero(served))
    assert need[served].sum() == max(sum(need[i] for i in one) for one in sets if len(one) == most)
