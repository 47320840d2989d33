import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.access import (
    coverage_by_group,
    coverage_curve,
    coverage_share,
    covered,
    nearest,
    two_step_floating_catchment,
)
from tuoyu_geo.errors import DataError


def matrix(rows):
    """Dense rows to a sparse matrix: None is unreachable, a zero is stored."""
    entries = [
        (i, j, value) for i, row in enumerate(rows) for j, value in enumerate(row) if value is not None
    ]
    i, j, values = (
        (np.array(part) for part in zip(*entries, strict=True)) if entries else (np.zeros(0, int),) * 3
    )
    return csr_array(coo_array((values.astype(float), (i, j)), shape=(len(rows), len(rows[0]))))


COST = [[1000, 300, None], [None, None, None], [500, 0, 0], [None, None, 1000]]


def test_the_nearest_is_the_first_of_the_cheapest():
    idx, cost = nearest(matrix(COST))
    assert idx.tolist() == [1, -1, 1, 2]
    assert cost.tolist()[:1] + cost.tolist()[2:] == [300, 0, 1000]
    assert np.isnan(cost[1])
    assert nearest(csr_array((3, 0)))[0].tolist() == [-1, -1, -1]


def test_at_the_standard_is_covered_and_the_standard_may_differ_by_row():
    cost = matrix(COST)
    assert covered(cost, 1000).tolist() == [True, False, True, True]
    assert covered(cost, 999.9).tolist() == [True, False, True, False]
    assert covered(cost, 0).tolist() == [False, False, True, False]
    assert covered(cost, [200, 1e9, 0, 1000]).tolist() == [False, False, True, True]


def test_unsorted_and_column_matrices_are_read_and_left_alone():
    cost = csr_array((np.array([5.0, 5.0]), np.array([2, 0]), np.array([0, 2])), shape=(1, 3))
    assert nearest(cost)[0].tolist() == [0]
    assert cost.indices.tolist() == [2, 0]
    assert nearest(cost.tocsc())[0].tolist() == [0]
    assert nearest(cost.tocoo())[0].tolist() == [0]


def test_coverage_conserves_the_people_of_every_group():
    flag, people, township = [True, False, True, True], [10, 20, 30, 0], [0, 0, 2, -1]
    result = coverage_by_group(flag, people, township, n_group=4)
    assert result.covered.tolist() == [10, 0, 30, 0]
    assert result.total.tolist() == [30, 0, 30, 0]
    assert result.share[[0, 2]].tolist() == pytest.approx([1 / 3, 1])
    assert np.isnan(result.share[[1, 3]]).all()
    assert coverage_share(flag, people) == pytest.approx(40 / 60)
    assert len(coverage_by_group(flag, people, township).total) == 3
    assert np.isnan(coverage_share([True], [0]))
    assert np.isnan(coverage_share([], []))


def test_the_curve_is_closed_and_never_counts_the_unreachable():
    curve = coverage_curve([0, 500, 500, np.nan, np.inf], [1, 2, 3, 4, 10], [0, 499, 500, np.inf])
    assert curve.covered.tolist()[:3] == [1, 1, 6]
    assert curve.share.tolist()[:3] == pytest.approx([0.05, 0.05, 0.3])
    assert np.isnan(coverage_curve([1.0], [0], [5]).share).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: covered(matrix(COST), -1),
        lambda: covered(matrix(COST), np.nan),
        lambda: covered(matrix(COST), [1, 2]),
        lambda: covered(matrix([[-1]]), 5),
        lambda: nearest(matrix([[np.nan]])),
        lambda: coverage_share([True], [-1]),
        lambda: coverage_share([True], [np.nan]),
        lambda: coverage_share([True, False], [1]),
        lambda: coverage_by_group([True], [1], [0, 1]),
        lambda: coverage_by_group([True], [1], [3], n_group=3),
        lambda: coverage_by_group([True], [1], [-2]),
        lambda: two_step_floating_catchment(matrix(COST), [1] * 4, [1] * 2, 5),
        lambda: two_step_floating_catchment(matrix(COST), [1] * 4, [-1] * 3, 5),
        lambda: two_step_floating_catchment(matrix(COST), [1] * 4, [1] * 3, 0),
        lambda: two_step_floating_catchment(matrix(COST), [1] * 4, [1] * 3, np.inf),
    ],
)
def test_what_is_no_number_of_people_or_metres_is_refused(call):
    with pytest.raises(DataError):
        call()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["binary", "steps", "gaussian"]))
def test_places_are_shared_out_without_rest(seed, decay):
    rng = np.random.default_rng(seed)
    rows = [[float(rng.uniform(0, 200)) if rng.random() < 0.6 else None for _ in range(5)] for _ in range(8)]
    people, places = rng.uniform(1, 50, 8), rng.uniform(0, 20, 5)
    reached = two_step_floating_catchment(matrix(rows), people, places, 100, decay=decay)
    wanted = [any(row[j] is not None and row[j] < 100 for row in rows) for j in range(5)]
    assert people @ reached == pytest.approx(places[wanted].sum())


def test_worth_falls_with_cost_as_the_decay_says():
    # one place and one person at the place: with a second person at a cost, the first has 1 / (1 + w)
    def worth(cost, decay):
        first = two_step_floating_catchment(matrix([[0], [cost]]), [1, 1], [1], 90, decay=decay)[0]
        return 1 / first - 1

    assert [worth(c, "binary") for c in (0, 90, 90.1)] == pytest.approx([1, 1, 0])
    assert [worth(c, "steps") for c in (30, 30.1, 60, 61, 90, 91)] == pytest.approx(
        [1, 0.68, 0.68, 0.22, 0.22, 0]
    )
    gauss = (np.exp(-1 / 8) - np.exp(-0.5)) / (1 - np.exp(-0.5))
    assert [worth(c, "gaussian") for c in (0, 45, 90)] == pytest.approx([1, gauss, 0])


@pytest.mark.shared
def test_the_published_catchments_of_belo_horizonte(shared):
    folder = shared / "instances" / "accessibility"
    with (folder / "travel_matrix_5x5.csv").open(encoding="utf-8") as file:
        ways = list(csv.DictReader(file))
    with (folder / "land_use_data.csv").open(encoding="utf-8") as file:
        places = {row["id"]: row for row in csv.DictReader(file)}
    starts = ["57b", "597", "5b3", "5cf", "909"]
    names = [next(way["from_id"] for way in ways if start in way["from_id"][7:]) for start in starts]
    index = {name: i for i, name in enumerate(names)}
    cost = csr_array(
        coo_array(
            (
                [float(way["travel_time"]) for way in ways],
                ([index[way["from_id"]] for way in ways], [index[way["to_id"]] for way in ways]),
            ),
            shape=(5, 5),
        )
    )
    jobs, people, schools = (
        np.array([float(places[name][key]) for name in names]) for key in ("jobs", "population", "schools")
    )
    shares = two_step_floating_catchment(cost, people, jobs, 45)
    assert shares.tolist() == pytest.approx([0.0152, 0.1491, 0.1491, 0.1068, 0], abs=5e-5)
    assert nearest(cost[:, schools > 0])[1].tolist() == [47, 5.8, 13, 43, 70]
