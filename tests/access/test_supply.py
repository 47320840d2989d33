"""Places against children: age groups, sharing out, equity; by hand, by brute force, and against PySAL's access."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tuoyu_geo.access import (
    age_bands,
    cost_by_band,
    coverage_curve,
    coverage_share,
    covered,
    gini,
    lorenz,
    nearest,
    nearest_few,
    pressure,
    share_places,
    two_step_by_age,
    two_step_floating_catchment,
    worst_share,
)
from tuoyu_geo.errors import DataError


def random_cost(rng, n, m, *, share=0.6, longest=200.0):
    there = rng.random((n, m)) < share
    row, column = np.nonzero(there)
    # Whole tens, so that ties and costs exactly at the cutoff happen.
    way = np.round(rng.uniform(0, longest, len(row)), -1)
    return csr_array((way, (row, column)), shape=(n, m))


# --- on paper ---------------------------------------------------------------------------------------------------


def test_two_step_worked_on_paper():
    """Two institutions, three villages.

    A has 20 places, B 30. Children 40, 60, 100. Costs: village 1 to A 200, to B 800; village 2 to A 500; village 3
    to B 1,000 (exactly the cutoff). Step 1: A is shared by 40 + 60 = 100: 0.2 each. B by 40 + 100 = 140: 30/140.
    Step 2: village 1 has 0.2 + 30/140, village 2 has 0.2, village 3 has 30/140.
    E2SFCA with rings of 333 1/3 m weighs 1, 0.68, 0.22. A: 40 + 0.68 x 60 = 80.8: 20/80.8. B: 0.22 x 40 + 0.22 x
    100 = 30.8: 30/30.8. Village 1: 20/80.8 + 0.22 x 30/30.8; village 2: 0.68 x 20/80.8; village 3: 0.22 x 30/30.8.
    """
    cost = csr_array((np.array([200.0, 800, 500, 1000]), ([0, 0, 1, 2], [0, 1, 0, 1])), shape=(3, 2))
    children, places = [40, 60, 100], [20, 30]
    plain = two_step_floating_catchment(cost, children, places, 1000)
    assert plain.tolist() == pytest.approx([0.2 + 30 / 140, 0.2, 30 / 140])
    rings = two_step_floating_catchment(cost, children, places, 1000, decay="steps")
    a, b = 20 / 80.8, 30 / 30.8
    assert rings.tolist() == pytest.approx([a + 0.22 * b, 0.68 * a, 0.22 * b])


def test_a_kindergarten_takes_no_baby():
    """One nursery from 6 months with 30 places and one kindergarten class for 2-3 with 12, both reached by 36 children.

    Bands 0-6, 6-24, 24-36 months hold 6, 18 and 12 of them. The nursery is shared by 30: 1 place each. The class by
    12: 1 place each. So 0, 1 and 2 places a child; over all, (18 x 1 + 12 x 2) / 36 = 42/36, and 42 places in all.
    """
    bands = age_bands([6, 24], [36, 36])
    assert bands.bounds_months.tolist() == [0, 6, 24, 36]
    assert bands.share.tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 3])
    assert bands.serves.tolist() == [[False, False], [True, False], [True, True]]
    cost = csr_array((np.array([100.0, 100]), ([0, 0], [0, 1])), shape=(1, 2))
    each = two_step_by_age(cost, [36], [30, 12], 1000, bands=bands)
    assert each[:, 0].tolist() == pytest.approx([0, 1, 2])
    assert 36 * (bands.share @ each)[0] == pytest.approx(42)


def test_shares_by_year_of_age_are_followed():
    assert age_bands([], [], cuts=(6,)).share.tolist() == pytest.approx([1 / 6, 5 / 6])
    bands = age_bands([6.0], [30.0], share_by_year=(1, 1, 2))
    assert bands.share.tolist() == pytest.approx([1 / 8, 1 / 8 + 1 / 4 + 1 / 4, 1 / 4])


def test_places_are_given_once_and_to_the_nearest_that_leaves_nobody_out():
    """Points 1 and 2 need 10 each; A (10 places) is reached by both, B (5) by point 1 alone, C by nobody.

    At most 15 are served. Point 1 takes B's 5, and of A, to which it is nearer, the 5 that it still needs.
    """
    cost = csr_array((np.array([100.0, 900, 300]), ([0, 0, 1], [0, 1, 0])), shape=(2, 3))
    found = share_places(cost, [10, 10], [10, 5, 7])
    assert found.given.toarray().ravel().tolist() == pytest.approx([5, 5, 0, 5, 0, 0])
    assert found.served.tolist() == pytest.approx([10, 5])
    assert found.unmet.tolist() == pytest.approx([0, 5])
    assert found.used.tolist() == pytest.approx([10, 5, 0])
    assert pressure(cost, [10, 10]).tolist() == [20, 0, 0]
    assert share_places(csr_array((2, 3)), [1, 2], [1, 1, 1]).unmet.tolist() == [1, 2]


def test_the_nearest_few_in_order():
    cost = csr_array((np.array([5.0, 5, 1, 0, 9]), ([0, 0, 0, 2, 2], [2, 1, 0, 1, 2])), shape=(3, 3))
    row, column, way = nearest_few(cost, n=2)
    assert (row.tolist(), column.tolist(), way.tolist()) == ([0, 0, 2, 2], [0, 1, 1, 2], [1, 5, 0, 9])


def test_equity_on_paper():
    """Two of three have nothing: Gini 2/3. Of ten people, the worst fifth are the two with nothing."""
    assert gini([0, 0, 3], [1, 1, 1]) == pytest.approx(2 / 3)
    assert gini([2, 2], [5, 1]) == pytest.approx(0)
    curve = lorenz([3, 0], [2, 2])
    assert (curve.people.tolist(), curve.value.tolist()) == ([0, 0.5, 1], [0, 0, 1])
    worst = worst_share([0, 1, 5], [2, 4, 4], share=0.4)
    assert worst.mean == pytest.approx((2 * 0 + 2 * 1) / 4)
    assert worst.part.tolist() == pytest.approx([1, 0.5, 0])
    # Equal values share the last part, so that the order of rows does not matter.
    assert worst_share([1, 1], [3, 1], share=0.5).part.tolist() == pytest.approx([0.5, 0.5])
    assert worst_share([-np.inf, -3.0], [1, 9]).mean == -np.inf
    assert np.isnan(gini([0, 0], [1, 1]))
    assert np.isnan(gini([], []))
    assert np.isnan(worst_share([1.0], [0]).mean)


# --- against others ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("decay", ["binary", "steps", "gaussian"])
@pytest.mark.filterwarnings("ignore")
def test_pysal_access_finds_the_same(seed, decay):
    pysal = pytest.importorskip("access")
    from access import weights

    rng = np.random.default_rng(seed)
    n, m, cutoff = 40, 12, 120.0
    cost = random_cost(rng, n, m)
    # Their model has no point of demand without a person and no facility out of everybody's reach.
    people, places = rng.integers(1, 50, n).astype(float), rng.integers(1, 30, m).astype(float)
    pairs = cost.tocoo()
    edge = np.exp(-0.5)
    theirs = pysal.Access(
        demand_df=pd.DataFrame({"demand": people}, index=pd.RangeIndex(n, name="geoid")),
        demand_value="demand",
        supply_df=pd.DataFrame({"supply": places}, index=pd.RangeIndex(m, name="geoid")),
        supply_value="supply",
        cost_df=pd.DataFrame({"origin": pairs.row, "dest": pairs.col, "cost": pairs.data}),
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    if decay == "binary":
        found = theirs.two_stage_fca(max_cost=cutoff)
    elif decay == "steps":
        found = theirs.enhanced_two_stage_fca(weight_fn=weights.step_fn({40: 1, 80: 0.68, 120: 0.22}))
    else:
        found = theirs.enhanced_two_stage_fca(
            max_cost=cutoff, weight_fn=lambda x: (np.exp(-0.5 * (x / cutoff) ** 2) - edge) / (1 - edge)
        )
    expected = found["supply" if "supply" in found else found.columns[0]].reindex(range(n)).fillna(0)
    ours = two_step_floating_catchment(cost, people, places, cutoff, decay=decay)
    assert ours.max() > 0
    assert ours == pytest.approx(expected.to_numpy(), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_gini_is_half_the_relative_mean_difference(seed):
    rng = np.random.default_rng(seed)
    value, weight = rng.integers(0, 6, 15).astype(float), rng.integers(0, 9, 15).astype(float)
    total, mean = weight.sum(), (weight @ value) / max(weight.sum(), 1)
    if not total or not mean:
        assert np.isnan(gini(value, weight))
        return
    gaps = np.abs(value[:, None] - value[None, :])
    assert gini(value, weight) == pytest.approx(weight @ gaps @ weight / (2 * total**2 * mean), abs=1e-12)
    curve = lorenz(value, weight)
    assert (np.diff(curve.people) >= 0).all()
    assert (curve.value <= curve.people + 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_sharing_serves_the_most_and_invents_no_place(seed):
    rng = np.random.default_rng(seed)
    n, m = 8, 4
    cost, need, places = (
        random_cost(rng, n, m, share=0.4),
        rng.integers(0, 12, n) * 0.5,
        rng.integers(0, 20, m) * 1.0,
    )
    found = share_places(cost, need, places)
    assert found.served + found.unmet == pytest.approx(need)
    assert (found.used <= places + 1e-6).all()
    assert found.given.sum() == pytest.approx(found.served.sum(), abs=1e-4)
    reached = cost.toarray() * 0
    reached[cost.nonzero()] = 1
    reached[cost.tocoo().row, cost.tocoo().col] = 1
    assert (found.given.toarray()[reached == 0] == 0).all()
    # The dual as an independent bound: a least cut of needs and places.
    pairs = np.argwhere(reached > 0)
    cut = linprog(
        np.concatenate([need, places]),
        A_ub=-np.array([np.eye(n + m)[i] + np.eye(n + m)[n + j] for i, j in pairs]).reshape(-1, n + m),
        b_ub=-np.ones(len(pairs)),
    )
    assert found.served.sum() == pytest.approx(cut.fun, abs=1e-4)
    # And no shorter ways serve as many: the least cost, with the number served held.
    if len(pairs):
        way = cost.toarray()[pairs[:, 0], pairs[:, 1]]
        by_row, by_column = (
            np.array([pairs[:, k] == i for i in range(size)]) for k, size in ((0, n), (1, m))
        )
        least = linprog(
            way,
            A_ub=np.vstack([by_row, by_column]),
            b_ub=np.concatenate([need, places]),
            A_eq=np.ones((1, len(pairs))),
            b_eq=[cut.fun],
        )
        assert found.given.multiply(cost).sum() == pytest.approx(least.fun, rel=1e-6, abs=1e-2)


# --- properties -------------------------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_coverage_never_falls_when_a_site_is_added_or_the_standard_grows(seed):
    rng = np.random.default_rng(seed)
    cost, people = random_cost(rng, 12, 5), rng.integers(0, 30, 12)
    standard = float(np.round(rng.uniform(0, 150), -1))
    sites = rng.permutation(5)
    shares = [coverage_share(covered(cost[:, sites[:k]], standard), people) for k in range(1, 6)]
    if people.sum():
        assert (np.diff(shares) >= 0).all()
        curve = coverage_curve(nearest(cost)[1], people, np.arange(0, 201, 10))
        assert (np.diff(curve.covered) >= 0).all()
        # The curve at a standard is what that standard covers, its edge included.
        at = coverage_curve(nearest(cost)[1], people, [standard]).covered[0]
        assert at == people[covered(cost, standard)].sum()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["binary", "steps", "gaussian"]))
def test_every_place_reached_goes_to_a_child_of_an_age_it_takes(seed, decay):
    rng = np.random.default_rng(seed)
    n, m = 7, 4
    cost, children, places = random_cost(rng, n, m), rng.uniform(0.5, 40, n), rng.integers(0, 30, m) * 1.0
    low = rng.choice([0, 6, 12, 24], m)
    bands = age_bands(low, rng.choice([30, 36], m))
    each = two_step_by_age(cost, children, places, 100, bands=bands, decay=decay)
    # At the cutoff itself a Gaussian weighs nothing; the other two are closed.
    nearer = np.less if decay == "gaussian" else np.less_equal
    reached = np.array([nearer(cost[:, [j]].tocoo().data, 100).any() for j in range(m)])
    given = (np.outer(bands.share, children) * each).sum()
    assert given == pytest.approx(places[reached].sum())
    nobody = ~bands.serves.any(axis=1)
    assert (each[nobody] == 0).all()
    assert cost_by_band(cost, bands).nnz == sum(cost[:, takes].nnz for takes in bands.serves)


@pytest.mark.parametrize(
    "call",
    [
        lambda: age_bands([6], [6]),
        lambda: age_bands([-1], [36]),
        lambda: age_bands([0], [37]),
        lambda: age_bands([0, 1], [36]),
        lambda: age_bands([np.nan], [36]),
        lambda: age_bands([6], [36], cuts=(37,)),
        lambda: age_bands([0], [36], share_by_year=(0, 0, 0)),
        lambda: age_bands([0], [36], share_by_year=(1, -1, 1)),
        lambda: gini([-1], [1]),
        lambda: gini([np.nan], [1]),
        lambda: gini([1, 2], [1]),
        lambda: worst_share([np.nan], [1]),
        lambda: worst_share([1], [1], share=0),
        lambda: worst_share([1], [1], share=1.1),
        lambda: nearest_few(csr_array((1, 1)), n=0),
        lambda: share_places(csr_array((1, 1)), [-1], [1]),
        lambda: share_places(csr_array((1, 1)), [1, 1], [1]),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(DataError):
        call()
