"""Hostile cells, settings and files put together on purpose: a few of each kind, the same ones on every machine."""

import copy
import csv
import datetime as dt
import decimal
import io
import json
import tempfile
import tomllib
from pathlib import Path
from random import Random

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoyu_geo.config import Config
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.layers import load_layers
from tuoyu_geo.policy import Policy
from tuoyu_geo.scenario import Scenario
from tuoyu_geo.settings import read_section

from .judging import demand, judge_error, judge_layers
from .mutating import WORDS, mutated
from .targets import CRS, TARGETS, borders, inputs_of, judge_value, layer, town

COLUMNS = [
    "编号",
    "小区名称",
    "所属街道",
    "建设状态",
    "竣工时间",
    "户数",
    "常住人口",
    "3岁以下",
    "备注",
    "经度",
    "纬度",
]
FEW = settings(max_examples=12, deadline=None, derandomize=True, database=None)
MANY = settings(max_examples=80, deadline=None, derandomize=True, database=None)

pieces = st.one_of(
    st.sampled_from([word for word in WORDS if len(word) < 100]),
    st.text(max_size=6),
    st.integers(0, 3000).map(str),
)
words = st.lists(pieces, max_size=5).map("".join)
odd = st.one_of(
    words,
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.decimals(allow_nan=True),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.binary(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
    st.just(10**400),
    st.just(np.float32("inf")),
    st.just(np.datetime64("NaT")),
    st.just(np.datetime64("9999999-01-01")),
    st.just(np.timedelta64(5, "D")),
    st.just(pd.NaT),
    st.just(pd.NA),
    st.just(pd.Timestamp("1677-09-22")),
    st.just(dt.timedelta(days=1)),
    st.just(decimal.Decimal("1e400")),
    st.complex_numbers(),
)


@MANY
@given(odd)
def test_any_value_is_read_or_said_to_be_unreadable(cell):
    judge_value(cell)


def as_csv(rows) -> tuple[str, bytes]:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([COLUMNS, *rows])
    return "a.csv", buffer.getvalue().encode("utf-8", "replace")


def as_workbook(rows) -> tuple[str, bytes]:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for i, row in enumerate([COLUMNS, *rows], start=1):
        for j, cell in enumerate(row, start=1):
            try:
                book.worksheets[0].cell(i, j).value = cell
            except (ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
                book.worksheets[0].cell(i, j).value = "?"
    book.save(buffer)
    return "a.xlsx", buffer.getvalue()


# A row whose people are known, among rows of which anything may be said.
people = st.integers(0, 5000)
hostile_row = st.lists(words, min_size=len(COLUMNS), max_size=len(COLUMNS))


def plain_row(k: int, n: int) -> list[object]:
    return [f"E{k}", f"小区{k}", "", "已建成", "", "", n, "", "", 117.31 + 0.002 * k, 25.95]


@FEW
@given(
    st.lists(people, min_size=1, max_size=4),
    st.lists(hostile_row, max_size=2),
    st.sampled_from([as_csv, as_workbook]),
)
def test_a_table_of_hostile_cells(numbers, hostile, write):
    name, data = write([*hostile, *(plain_row(k, n) for k, n in enumerate(numbers))])
    with tempfile.TemporaryDirectory() as folder:
        path, townships = Path(folder) / name, Path(folder) / "borders.geojson"
        path.write_bytes(data)
        townships.write_bytes(borders())
        sources = {"townships": layer(townships, "townships"), "communities": layer(path, "communities")}
        layers = load_layers(sources, crs=CRS)
    judge_layers(layers)
    if any(one.severity == "error" for one in layers.findings) or hostile:
        return
    demand(layers.communities["residents"].sum() == sum(numbers), "people lost", numbers)


def paths(tables: object, prefix: tuple = ()) -> list[tuple]:
    """Every place in nested tables."""
    inner = (
        tables.items() if isinstance(tables, dict) else enumerate(tables) if isinstance(tables, list) else ()
    )
    return [prefix, *(path for key, value in inner for path in paths(value, (*prefix, key)))]


def put(tables: object, path: tuple, value: object) -> object:
    if not path:
        return value
    changed = copy.deepcopy(tables)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


def check_form(model: type, tables: object) -> None:
    try:
        read_section(model, tables, file="a.toml")
    except ConfigError as error:
        judge_error(error)


toml_odd = st.one_of(
    words, st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.dates(), st.datetimes(), st.times(),
    st.lists(words, max_size=2), st.dictionaries(words, words, max_size=2), st.just(10**5000), st.just([[[]]]),
)  # fmt: skip


@pytest.mark.parametrize(("model", "file"), [(Config, "project.toml"), (Policy, "policy.toml")])
def test_settings_of_any_kind(model, file):
    tables = tomllib.loads(town()[file].decode())
    places = [path for path in paths(tables) if path]

    @MANY
    @given(st.lists(st.tuples(st.sampled_from(places), toml_odd), min_size=1, max_size=2))
    def check(changes):
        changed = tables
        for path, value in changes:
            try:
                changed = put(changed, path, value)
            except (KeyError, TypeError, IndexError):
                continue  # the change before took its place away
        check_form(model, changed)

    check()


@MANY
@given(st.data())
def test_a_scenario_of_any_form(data):
    tables = json.loads(inputs_of("scenario")["plain.json"])
    value = data.draw(
        st.one_of(st.none(), toml_odd.filter(lambda one: not isinstance(one, dt.date | dt.time)))
    )
    changed = put(tables, data.draw(st.sampled_from(paths(tables))), value)
    if isinstance(changed, dict):
        check_form(Scenario, changed)


@MANY
@given(st.data())
def test_a_manifest_of_any_form(data):
    tables = json.loads(inputs_of("manifest")["plain.json"])
    value = data.draw(
        st.recursive(
            st.none() | words | st.floats(),
            lambda one: st.lists(one) | st.dictionaries(words, one),
            max_leaves=4,
        )
    )
    changed = json.dumps(put(tables, data.draw(st.sampled_from(paths(tables))), value))
    with tempfile.TemporaryDirectory() as folder:
        TARGETS["manifest"].run(changed.encode(), Path(folder))


IN_PYTHON = ("csv", "ods", "kml", "graphml", "links", "overrides", "parameters", "scenario")


@pytest.mark.parametrize("target", IN_PYTHON)
def test_files_changed_at_random(target):
    inputs = list(inputs_of(target).values())

    @settings(FEW, max_examples=8)
    @given(st.integers(0, 2**32))
    def check(seed):
        random = Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            TARGETS[target].run(mutated(random.choice(inputs), random), Path(folder))

    check()
