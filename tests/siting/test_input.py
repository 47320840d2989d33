"""Input that contradicts itself is refused by name; what can't be met is said in words."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import max_coverage, p_center, p_median, set_cover

COST = np.array([[1.0, 5.0, 9.0], [5.0, 1.0, 9.0]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"weight": [1.0, -1.0], "p": 2.5, "fixed": [7]}, ["weight", "2.5", "7"]),
        ({"weight": [1.0, np.nan]}, ["weight"]),
        ({"weight": [1.0]}, ["weight", "(2,)"]),
        ({"cost": -COST}, ["cost"]),
        ({"cost": np.where(COST == 9, np.nan, COST)}, ["NaN"]),
        ({"cost": COST[0]}, ["cost"]),
        ({"p": -1}, ["-1"]),
        ({"p": True}, ["True"]),
        ({"standard": float("nan")}, ["standard"]),
        ({"group": [0, 1]}, ["group"]),
        ({"quotas": {0: (1, None)}}, ["group"]),
        ({"group": [0, 0, 1], "quotas": {0: (2, 1), 1: (-1, None)}}, ["组 0", "组 1"]),
        ({"group": [0, 0, 1], "quotas": {0: 3}}, ["组 0"]),
        ({"fixed": [0.5]}, ["fixed"]),
    ],
)
def test_malformed_input_names_every_fault(arguments, words):
    given = {"cost": COST, "weight": [1.0, 1.0], "p": 1, "standard": 2.0} | arguments
    with pytest.raises(SitingError) as caught:
        max_coverage(given.pop("cost"), given.pop("weight"), **given)
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"p": 4}, ["4", "3"]),
        ({"p": 1, "group": [0, 1, 1], "quotas": {0: (1, None), 1: (1, None)}}, ["2", "1"]),
        ({"p": 2, "group": [0, 1, 1], "quotas": {0: (2, None)}}, ["组 0", "2"]),
        ({"p": 2, "group": [0, 1, 1], "quotas": {8: (1, None)}}, ["组 8", "0"]),
        ({"p": 3, "group": [0, 1, 1], "quotas": {1: (0, 1)}}, ["3", "2"]),
        ({"p": 1, "fixed": [0, 1]}, ["2", "1"]),
        ({"p": 3, "fixed": [1, 2], "group": [0, 1, 1], "quotas": {1: (0, 1)}}, ["组 1"]),
        ({"p": 2, "fixed": [1, 2], "group": [0, 1, 1], "quotas": {0: (1, None)}}, ["3", "2"]),
    ],
)
def test_quotas_and_fixed_that_clash_are_infeasible_with_a_reason(limits, words):
    for result in (
        max_coverage(COST, [1.0, 1.0], standard=2, **limits),
        p_median(COST, [1.0, 1.0], **limits),
        p_center(COST, **limits),
    ):
        assert result.status == "infeasible"
        assert len(result.selected) == 0
        assert all(word in result.reason for word in words), result.reason


def test_a_row_nobody_reaches_is_counted_in_the_reason():
    cost = np.array([[1.0, 2.0], [np.inf, np.inf], [np.inf, np.inf]])
    assert "2" in set_cover(cost, standard=20).reason
    assert p_median(cost, [1.0, 1.0, 0.0], p=1).status == "infeasible"
    assert p_median(cost, [1.0, 0.0, 0.0], p=1).objective == 1
    assert p_center(cost, p=2).status == "infeasible"


def test_maxima_that_block_every_cover_are_infeasible():
    cost = np.array([[0.0, np.inf], [np.inf, 0.0]])
    result = set_cover(cost, standard=1, group=[0, 0], quotas={0: (0, 1)})
    assert result.status == "infeasible"
    assert result.reason


def test_group_labels_may_be_words():
    result = max_coverage(COST, [1.0, 1.0], p=1, standard=2, group=["a", "b", "c"], quotas={"c": (1, None)})
    assert result.selected.tolist() == [2]


def test_input_is_not_changed():
    cost = coo_array((np.array([3.0, 1.0, 0.0]), ([0, 0, 1], [1, 0, 1])), shape=(2, 2)).tocsr()
    cost = csr_array((cost.data[[1, 0, 2]], cost.indices[[1, 0, 2]], cost.indptr), shape=(2, 2))
    before = cost.data.copy(), cost.indices.copy()
    p_median(cost, np.ones(2), p=1)
    assert cost.data.tolist() == before[0].tolist()
    assert cost.indices.tolist() == before[1].tolist()


def test_siting_loads_no_geography_and_prints_nothing():
    code = (
        "import sys, tuoyu_geo.siting as s\n"
        "heavy = {'geopandas', 'pandas', 'shapely', 'folium', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "s.set_cover([[1.0, 9.0], [9.0, 1.0]], standard=2)\n"
    )
    # Libraries may open what they like in whatever encoding; CI's switch would have Python tell of it here.
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONWARNDEFAULTENCODING"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False, env=quiet
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
