"""The small parts: what a figure looks like in words, and JSON that can stand in a page."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuoyu_geo.errors import RenderError
from tuoyu_geo.maps import assets, wording
from tuoyu_geo.maps.layers import script_json
from tuoyu_geo.maps.palette import SHAPES, Symbol, radius_of_residents


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_script_json_is_json_that_can_not_end_a_script(value):
    written = script_json(value)
    assert json.loads(written) == value
    assert not set(written) & set("<>&\u2028\u2029")


def test_script_json_refuses_what_is_no_json():
    with pytest.raises(ValueError):
        script_json(float("nan"))


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NaT, pd.NA, "", "  "])
def test_missing(nothing):
    assert wording.missing(nothing)
    for say in (wording.number, wording.share, wording.year, wording.yes_no, wording.plain):
        assert say(nothing) is None
    assert wording.cost(nothing, "m") is None
    assert wording.word("status", nothing) is None


@pytest.mark.parametrize("there", [0, 0.0, False, np.False_, "0", -1])
def test_zero_and_no_are_not_missing(there):
    assert not wording.missing(there)


def test_wording():
    assert wording.number(12345.4) == "12,345"
    assert wording.number(1.925, digits=1) == "1.9"
    assert wording.number(float("inf")) is None
    assert wording.share(0.9) == "90.0%"
    assert wording.cost(1234.0, "m") == "1,234 米"
    assert wording.cost(12.34, "min") == "12.3 分钟"
    assert wording.year(2027.0) == "2027"
    assert wording.word("status", "planned") == "规划"
    assert wording.word("status", "某种新状态") == "某种新状态"
    assert (wording.yes_no(np.True_), wording.yes_no(False)) == ("是", "否")


def test_radius_grows_with_residents_within_bounds():
    radii = [radius_of_residents(n) for n in (float("nan"), -5, 0, 100, 1_000, 3_000, 10_000, 1e9)]
    assert radii == sorted(radii)
    assert radii[0] == radii[2] == 2.6
    assert radii[-1] == 12.0


def test_every_shape_has_a_swatch():
    for shape in (*SHAPES, "area", "line"):
        assert Symbol(shape=shape).swatch().startswith("<svg")


def test_a_missing_asset_is_named():
    with pytest.raises(RenderError, match=r"nothing\.js"):
        assets.own("nothing.js")
