"""What holds for any table: nobody is lost, the order of rows is nobody's business, what is written reads the same."""

import csv
import io

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuoyu_geo.layers.clean import clean_columns
from tuoyu_geo.layers.fields import fields_of, match_columns
from tuoyu_geo.layers.place import place_rows
from tuoyu_geo.layers.table import RawTable

from .conftest import CRS, source

pytestmark = pytest.mark.slow

HEADER = ["编号", "小区名称", "所属街道", "户数", "常住人口", "3岁以下", "经度", "纬度"]
PEOPLE = st.one_of(
    st.just(""),
    st.just("暂无"),
    st.integers(0, 9000).map(str),
    st.integers(0, 9000).map(lambda n: f"{n:,}人"),
    st.integers(0, 9000).map(lambda n: f"约{n}"),
)
ROW = st.tuples(
    st.sampled_from(["燕南街道", "西洋镇", ""]), PEOPLE, PEOPLE, PEOPLE, st.floats(117.301, 117.419)
)
SETTINGS = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def table(rows) -> list[list[str]]:
    return [
        [f"E{k}", f"小区{k}", township, households, people, "", f"{lon:.6f}", "25.950000"]
        for k, (township, households, people, _, lon) in enumerate(rows)
    ]


def text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER, *rows])
    return buffer.getvalue()


def people(cell: str) -> float:
    digits = "".join(one for one in cell if one.isdigit())
    return float(digits) if digits else np.nan


@SETTINGS
@given(st.lists(ROW, min_size=1, max_size=6))
def test_every_person_in_the_table_is_in_the_layer(load, write, rows):
    layers = load(communities=write("a.csv", text(table(rows))))
    wanted = pd.Series([people(row[2]) for row in rows], dtype=float)
    assert layers.communities["residents"].sum() == wanted.sum()
    assert layers.communities["residents"].isna().sum() == wanted.isna().sum()
    assert len(layers.communities) == len(rows)


@SETTINGS
@given(st.lists(ROW, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(load, write, rows, random):
    plain = table(rows)
    shuffled = [*plain]
    random.shuffle(shuffled)
    first = load(communities=write("a.csv", text(plain))).communities.drop(columns="source_row")
    second = load(communities=write("b.csv", text(shuffled))).communities.drop(columns="source_row")
    assert first.sort_index().equals(second.sort_index().reindex(first.sort_index().index))


@SETTINGS
@given(st.lists(ROW, min_size=1, max_size=5))
def test_what_is_written_reads_the_same(load, write, tmp_path, rows):
    first = load(communities=write("a.csv", text(table(rows)))).communities
    path = tmp_path / "again.gpkg"
    path.unlink(missing_ok=True)
    known = [field.field for field in fields_of("communities") if field.field in first]
    again = first[[*known, "geometry"]].reset_index().rename(columns={"index": "community_id"})
    # The layer keeps the township's code where the table had its name.
    again["township"] = first["township_id"].to_numpy()
    gpd.GeoDataFrame(again, geometry="geometry", crs=first.crs).to_file(path)
    second = load(communities=(path, {"datum": None, "crs": CRS})).communities
    for column in ("name", "residents", "households", "township_id", "status"):
        assert second[column].reset_index(drop=True).equals(first[column].reset_index(drop=True)), column
    assert second.geometry.distance(first.geometry).max() < 1e-6


@SETTINGS
@given(st.lists(ROW, min_size=1, max_size=4))
def test_the_rows_handed_over_are_not_changed(tmp_path, rows):
    frame = pd.DataFrame(table(rows), columns=HEADER, dtype=object)
    before = frame.copy(deep=True)
    raw = RawTable(frame=frame, row=np.arange(2, len(frame) + 2))
    of = source(tmp_path / "a.csv", "communities")
    mapping, _ = match_columns(HEADER, of, frame=frame)
    clean_columns(raw, columns=mapping, source=of)
    place_rows(raw, columns=mapping, source=of, target=CRS)
    assert frame.equals(before)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_finding_names_the_spreadsheet_s_cell_and_keeps_its_text(load, write, tmp_path, name):
    rows = [["附件"], HEADER, ["E1", "东门", "燕南街道", "", "约１２００人", "", "117.35", "25.95"]]
    if name.endswith("csv"):
        path = write(name, "\n".join(",".join(row) for row in rows))
    else:
        from .test_files import workbook

        path = workbook(tmp_path / name, rows)
    (finding,) = [one for one in load(communities=path).findings if one.code == "value_rounded"]
    assert (finding.cell, finding.original, finding.row) == ("E3", "约１２００人", 3)
