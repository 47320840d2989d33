"""What must hold on any streets: shorter streets, more sites and longer standards never take anything away."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoyu_geo.access import coverage_share, covered, nearest
from tuoyu_geo.network import cost_matrix
from tuoyu_geo.network.roads import from_roads


@pytest.fixture(scope="module")
def streets(lattice):
    return from_roads(lattice.streets())


def worst_case_inf(cost):
    dense = np.full(cost.shape, np.inf)
    entries = cost.tocoo()
    dense[entries.row, entries.col] = entries.data
    return dense


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_shorter_street_never_makes_anyone_farther(streets, seed):
    rng = np.random.default_rng(seed)
    lengths = rng.uniform(50, 900, streets.n_edge)
    shorter = lengths.copy()
    some = rng.choice(streets.n_edge, rng.integers(1, 6), replace=False)
    shorter[some] *= rng.uniform(0.05, 1.0, len(some))
    homes, sites = rng.integers(0, streets.n_node, 8), rng.integers(0, streets.n_node, 4)
    cutoff = float(rng.uniform(300, 3000))
    before, after = (
        cost_matrix(replace(streets, length_m=one), homes, sites, cutoff) for one in (lengths, shorter)
    )
    assert (worst_case_inf(after) <= worst_case_inf(before) + 1e-9).all()
    people, standard = rng.integers(0, 50, 8), cutoff * rng.random()
    if people.sum():
        assert coverage_share(covered(after, standard), people) >= coverage_share(
            covered(before, standard), people
        )
        # A site more, or a longer standard, never covers fewer.
        fewer = coverage_share(covered(after[:, [0, 1]], standard), people)
        assert fewer <= coverage_share(covered(after, standard), people)
        assert coverage_share(covered(after, standard), people) <= coverage_share(
            covered(after, cutoff), people
        )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_a_cost_is_covered_at_exactly_itself(streets, seed):
    rng = np.random.default_rng(seed)
    network = replace(streets, length_m=rng.uniform(50, 900, streets.n_edge))
    homes, sites = rng.integers(0, network.n_node, 6), rng.integers(0, network.n_node, 3)
    least = nearest(cost_matrix(network, homes, sites, np.inf))[1]
    for i in np.flatnonzero(np.isfinite(least)):
        # Searched no farther than the standard itself, and the very cost is kept.
        again = cost_matrix(network, homes[[i]], sites, float(least[i]))
        assert covered(again, float(least[i])).all()
        if least[i] > 0:
            assert not covered(again, float(np.nextafter(least[i], 0))).any()
