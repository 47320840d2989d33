"""The same costs in every form a caller may have them in, and forms that can't be read."""

import numpy as np
import pytest
from scipy.sparse import bsr_array, coo_array, csc_array, csr_array, csr_matrix, dia_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import max_coverage, p_center, p_median, set_cover

DENSE = np.array([[0.0, 7.0, np.inf], [4.0, np.inf, 2.0], [np.inf, 1.0, 9.0]])
WEIGHT = [3.0, 2.0, 1.0]


def triplets():
    row, column = np.nonzero(np.isfinite(DENSE))
    return row, column, DENSE[row, column]


def forms():
    row, column, value = triplets()
    base = csr_array((value, (row, column)), shape=(3, 3))
    yield "csc", csc_array(base)
    yield "coo", coo_array((value[::-1], (row[::-1], column[::-1])), shape=(3, 3))
    yield "matrix", csr_matrix(base)
    yield "whole numbers", csr_array((value.astype(np.int32), (row, column)), shape=(3, 3))
    unsorted = csr_array((value[[1, 0, 2, 3, 4, 5]], column[[1, 0, 2, 3, 4, 5]], base.indptr), shape=(3, 3))
    yield "unsorted", unsorted
    yield (
        "wide indices",
        csr_array((value, column.astype(np.int64), base.indptr.astype(np.int64)), shape=(3, 3)),
    )
    stored_inf = csr_array(
        (np.append(value, np.inf), (np.append(row, 0), np.append(column, 2))), shape=(3, 3)
    )
    yield "a stored inf", stored_inf
    # The dearer of two entries for one pair must not count, nor their sum.
    twice = np.append(row, row), np.append(column, column)
    yield "twice, coo", coo_array((np.append(value + 1, value), twice), shape=(3, 3))
    order = np.argsort(np.append(row, row), kind="stable")
    doubled = csr_array(
        (np.append(value, value + 3)[order], np.append(column, column)[order], base.indptr * 2), shape=(3, 3)
    )
    yield "twice, csr", doubled
    yield "twice, csc", doubled.tocsc()
    yield "list", DENSE.tolist()
    yield "masked", np.ma.masked_invalid(DENSE)


@pytest.mark.parametrize(("name", "form"), list(forms()), ids=[name for name, _ in forms()])
def test_every_form_gives_the_same(name, form):
    before = form.copy()
    median = p_median(form, WEIGHT, p=2)
    assert (median.objective, median.selected.tolist()) == (9.0, [0, 1])
    assert p_center(form, p=2).objective == 4.0
    assert max_coverage(form, WEIGHT, p=1, standard=4).objective == 5.0
    assert set_cover(form, standard=2).objective == 3.0
    if hasattr(form, "toarray"):
        assert (form.toarray() == before.toarray()).all()


def test_weights_and_labels_of_other_types_are_read():
    result = max_coverage(
        DENSE, np.array([3, 2, 1], dtype=np.uint8), p=1, standard=4, group=[-1, 5, 5], quotas={-1: (1, 1)}
    )
    assert result.selected.tolist() == [0]
    assert result.objective == 5.0
    assert max_coverage(DENSE, WEIGHT, p=2, standard=4, fixed=[1, 1, 1]).selected.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("cost", "word"),
    [
        (bsr_array(np.eye(4)), "bsr"),
        (dia_array(np.eye(4)), "dia"),
        (csr_array(np.eye(4) * 1j), "cost"),
        ([["a", "b"]], "cost"),
        (np.eye(4) * 1j, "cost"),
        (csr_array(np.diag([1.0, np.nan, -1.0])), "NaN"),
        (np.full((2, 2), -np.inf), "4"),
        (coo_array(np.array([1.0, 2.0])), "(2,)"),
        (5.0, "()"),
        (None, "cost"),
    ],
)
def test_forms_that_say_no_cost_are_named(cost, word):
    with pytest.raises(SitingError) as caught:
        set_cover(cost, standard=1)
    assert word in str(caught.value)


def test_a_row_index_outside_the_matrix_is_named_rather_than_read():
    broken = csr_array(np.eye(3))
    broken.indices[0] = 70
    with pytest.raises(SitingError, match="70"):
        set_cover(broken, standard=1)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"weight": ["x", 1, 1]}, "weight"),
        ({"weight": [[1.0], [1.0], [1.0]]}, "weight"),
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"standard": "1"}, "standard"),
        ({"time_limit_s": -1}, "time_limit_s"),
        ({"gap": np.nan}, "gap"),
        ({"quotas": [(1, 2)], "group": [0, 0, 1]}, "quotas"),
        ({"quotas": {0: (1.5, None)}, "group": [0, 0, 1]}, "组 0"),
        ({"fixed": [True, False, True]}, "fixed"),
        ({"fixed": [-1]}, "-1"),
        ({"site_cost": [1.0, np.inf, 2.0], "budget": 2.0}, "site_cost"),
        ({"site_cost": [1.0], "budget": 2.0}, "site_cost"),
        ({"site_cost": [1.0, 1.0, 1.0], "budget": -2.0}, "budget"),
    ],
)
def test_arguments_that_can_not_be_read_are_named(arguments, word):
    given = {"weight": WEIGHT, "p": 1, "standard": 4} | arguments
    with pytest.raises(SitingError) as caught:
        max_coverage(DENSE, given.pop("weight"), **given)
    assert word in str(caught.value)


def test_no_sites_at_all():
    nothing = max_coverage(DENSE, WEIGHT, p=0, standard=4)
    assert (nothing.status, nothing.objective, nothing.bound, nothing.gap) == ("optimal", 0.0, 0.0, 0.0)
    assert (nothing.selected.tolist(), nothing.assigned.tolist()) == ([], [-1, -1, -1])
    assert max_coverage(DENSE, WEIGHT, p=0, standard=4, fixed=[1]).status == "infeasible"
    assert (
        max_coverage(DENSE, WEIGHT, p=0, standard=4, group=[1, 1, 2], quotas={2: (1, 1)}).status
        == "infeasible"
    )
    for result in (p_median(DENSE, WEIGHT, p=0), p_center(DENSE, p=0)):
        assert result.status == "infeasible"
        assert result.reason
    assert p_median(DENSE, [0.0, 0.0, 0.0], p=0).objective == 0.0


@pytest.mark.parametrize("shape", [(0, 3), (0, 0), (3, 0)])
def test_no_demand_or_no_candidates(shape):
    cost, weight = np.zeros(shape), np.ones(shape[0])
    p = 1 if shape[1] else 0
    assert max_coverage(cost, weight, p=p, standard=1).objective == 0.0
    status = "infeasible" if shape[0] else "optimal"
    assert p_median(cost, weight, p=p).status == status
    assert p_center(cost, p=p).status == status
    assert set_cover(cost, standard=1).status == status


def test_weights_of_nothing_are_covered_at_no_gap():
    result = max_coverage(DENSE, [0.0, 0.0, 0.0], p=2, standard=4)
    assert (result.status, result.objective, result.gap, len(result.selected)) == ("optimal", 0.0, 0.0, 2)
