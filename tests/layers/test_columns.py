"""Columns by meaning: what is taken, what is asked, what can be said by hand."""

import pandas as pd
import pytest

from tuoyu_geo.layers.fields import clean_name, match_columns
from tuoyu_geo.layers.units import factor_to, split_unit

from .conftest import source


def matched(tmp_path, header, role="communities", rows=(), **changes):
    frame = pd.DataFrame(list(rows), columns=list(header), dtype=object)
    return match_columns(header, source(tmp_path / "a.csv", role, **changes), frame=frame)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("常住人口（人）", "residents"),
        ("常住人口(万人)", "residents"),
        ("常住 人口", "residents"),
        ("＊常住人口(必填)", "residents"),
        ("常住人口_人", "residents"),
        ("常住人口[单位：人]", "residents"),
        ("2023年末常住人口", "residents"),
        ("截至2023年底常住人口数（人）", "residents"),
        ("常住人", "residents"),
        ("总户数(户)", "households"),
        ("所在街道（乡镇）", "township"),
        ("建成年代", "built_year"),
        ("竣工时\n间", "completed_on"),
        ("persons_pe", "persons_per_household"),
        ("LNG", "lon"),
        ("经度（E）", "lon"),
        ("坐标（经度，纬度）", "lonlat"),
        ("Ｘ坐标", "x"),
    ],
)
def test_a_column_is_known_by_any_of_its_names(tmp_path, column, field):
    mapping, findings = matched(tmp_path, ["小区名称", column])
    assert mapping.get(field) == column
    assert findings == []


@pytest.mark.parametrize(
    ("name", "plain", "unit"),
    [
        ("人口(万人)", "人口", "万人"),
        ("建筑面积（㎡）", "建筑面积", "m2"),
        ("用地面积(亩)", "用地面积", "亩"),
        ("估算投资/万元", "估算投资", "万元"),
        ("小区(项目)名称", "小区(项目)名称", ""),
        ("area_m2", "area", "m2"),
        ("户数", "户数", ""),
    ],
)
def test_a_column_names_its_unit(name, plain, unit):
    assert split_unit(name) == (plain, unit)


@pytest.mark.parametrize(
    ("field_unit", "word", "factor"),
    [
        ("㎡", "亩", 2000 / 3),
        ("㎡", "公顷", 10_000),
        ("万元", "元", 1e-4),
        ("人", "万人", 1e4),
        ("人", "户", None),
        ("", "户", 1),
    ],
)
def test_a_unit_in_the_fields_own(field_unit, word, factor):
    assert factor_to(field_unit, word=word) == factor


def test_two_columns_of_one_name_are_asked_about_unless_they_say_the_same(tmp_path):
    columns = ["小区名称", "常住人口", "常住人口.2"]
    _, findings = matched(tmp_path, columns, rows=[["东门", 1, 2]])
    assert [(one.code, one.severity) for one in findings] == [("column_ambiguous", "error")]
    mapping, findings = matched(tmp_path, columns, rows=[["东门", 2, 2]])
    assert (mapping["residents"], findings) == ("常住人口", [])


def test_two_years_of_one_figure_are_asked_about(tmp_path):
    _, findings = matched(
        tmp_path, ["小区名称", "2020年常住人口", "2023年常住人口"], rows=[["东门", 1000, 1200]]
    )
    assert [one.code for one in findings] == ["column_ambiguous"]
    assert "residents" in findings[0].remedy


def test_the_better_of_two_is_taken_and_told(tmp_path):
    mapping, findings = matched(tmp_path, ["小区名称", "户数", "总户数"], rows=[["东门", 280, 320]])
    assert mapping["households"] == "户数"
    (finding,) = findings
    assert (finding.code, finding.severity) == ("column_other", "warning")
    assert "总户数" in finding.found
    assert "户数" in finding.found


def test_a_column_that_nearly_fits_is_named_and_not_taken(tmp_path):
    mapping, findings = matched(tmp_path, ["小区名称", "户籍人口数", "负责人"], rows=[["东门", 280, "张"]])
    assert "residents" not in mapping
    (finding,) = findings
    assert (finding.code, finding.severity) == ("column_perhaps", "warning")
    assert "户籍人口数" in finding.found


def test_names_cut_at_ten_bytes_that_could_be_two_are_not_guessed(tmp_path):
    mapping, _ = matched(tmp_path, ["小区名", "所属乡", "规划人"], rows=[["东门", "x", 1]])
    assert mapping == {"name": "小区名", "township": "所属乡", "planned_residents": "规划人"}
    mapping, _ = matched(tmp_path, ["小区名称", "竣工时间", "竣工日"], rows=[["东门", "x", 1]])
    assert mapping["completed_on"] == "竣工时间"


def test_any_column_can_be_said_by_hand(tmp_path):
    mapping, findings = matched(
        tmp_path,
        ["甲", "乙", "常住人口"],
        rows=[["东门", 3, 4]],
        columns={"name": "甲", "residents": "乙"},
    )
    assert (mapping, [one.code for one in findings]) == ({"name": "甲", "residents": "乙"}, [])


def test_two_aliases_are_never_one_word_for_two_fields_of_a_layer():
    import csv
    from importlib.resources import files

    with files("tuoyu_geo.layers").joinpath("columns.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    seen: dict[tuple[str, str], str] = {}
    # An institution's 幼儿园 and an estate's 小区 are names; which of two fields they are is told by what else is there.
    for row in rows:
        for alias in row["aliases"].split("|"):
            key = (row["layer"], clean_name(alias))
            assert seen.setdefault(key, row["field"]) == row["field"], key
