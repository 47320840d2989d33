"""The hash of contents: equal for equal contents, another for every other, refused where it can't see all."""

import datetime as dt
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_array, csr_array
from shapely import Point

from tuoyu_geo.content import content_hash


@dataclass(frozen=True)
class One:
    """Something with a field."""

    value: object


def frame(**changes):
    columns = {"name": ["甲", "乙"], "n": [1.0, np.nan], "kind": pd.Series(["a", None], dtype=object)}
    return pd.DataFrame(columns | changes, index=pd.Index(["x", "y"], name="id"))


def places(x=0.0, crs="EPSG:4547"):
    return gpd.GeoDataFrame({"a": [1]}, geometry=[Point(x, 1)], crs=crs)


DIFFERENT = [
    None, True, 1, 1.0, "1", b"1", float("nan"), 0.0, -0.0, "", (), {}, "nan", pd.NaT, pd.NA,
    ["ab", "c"], ["a", "bc"], ["abc"], [["a"], "b"], [["a", "b"]], {"a": 1}, {"a": "1"}, {"b": 1}, {"a": 1, "b": 2},
    {"b": 2, "a": 1}, dt.date(2026, 1, 1), "2026-01-01", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), One(1), One(2),
    np.array([1, 2]), np.array([1.0, 2.0]), np.array([[1, 2]]), np.array([1, 2], dtype=np.int32), np.array([1, 2], dtype=object),
    np.array(["ab", "c"], dtype=object), np.array(["a", "bc"], dtype=object), csr_array(np.eye(2)), csr_array(np.eye(3)),
    frame(), frame(name=["甲", "丙"]), frame(n=[1.0, 0.0]), frame(n=[1, 2]), frame(kind=["a", ""]), frame(kind=["a", "None"]),
    frame().iloc[::-1], frame().iloc[:1], frame()[["n", "name", "kind"]], frame().rename_axis("other"), frame(index=["x", "y"]),
    frame()["n"], frame().index, places(), places(1.0), places(crs="EPSG:4548"), Point(0, 1), Point(0, 1, 0),
]  # fmt: skip


def test_no_two_contents_share_a_hash():
    hashes = [content_hash(one) for one in DIFFERENT]
    alike = [
        (DIFFERENT[i], DIFFERENT[j]) for i, j in combinations(range(len(hashes)), 2) if hashes[i] == hashes[j]
    ]
    assert alike == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (frame(), frame()),
        (frame()[["n", "name"]], frame().drop(columns="kind")[["n", "name"]]),
        (csr_array(np.eye(2)), csc_array(np.eye(2))),
        ({"a": 1}, MappingProxyType({"a": 1})),
        ({3, 1, 2}, frozenset({1, 2, 3})),
        (np.float64(1.5), 1.5),
        (places(), places()),
        (np.arange(6)[::2], np.array([0, 2, 4])),
    ],
)
def test_the_same_contents_have_one_hash_however_they_are_held(one, other):
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    "hidden", [object(), lambda: 1, [object()], {"a": iter(())}, np.array([object()], dtype=object)]
)
def test_what_cannot_be_read_to_the_bottom_is_refused(hidden):
    with pytest.raises(TypeError):
        content_hash(hidden)
