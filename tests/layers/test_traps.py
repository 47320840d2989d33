"""Cells as offices write them, read through a whole layer: what must come out, and which finding tells.

A row a trap: the column's name, the cell, the field, the value, and the finding's code ("" for none). No trap may
give another value than the one here, or this value without its finding.
"""

import csv
import io
import math

import pandas as pd
import pytest

N = None
# Column, cell, field, value, finding.
NUMBERS = [
    ("常住人口", "1200", "residents", 1200, ""),
    ("常住人口", "１２００人", "residents", 1200, ""),
    ("常住人口", "1,200", "residents", 1200, ""),
    ("常住人口", "1，２００", "residents", 1200, ""),
    ("常住人口", " 1200 ", "residents", 1200, ""),
    ("常住人口", "1200\u200b", "residents", 1200, ""),
    ("常住人口", "1200.0", "residents", 1200, ""),
    ("常住人口", "0", "residents", 0, ""),
    ("常住人口", "1.2万", "residents", 12000, ""),
    ("常住人口", "1.2W人", "residents", 12000, ""),
    ("常住人口", "3千", "residents", 3000, ""),
    ("常住人口", "一千二百人", "residents", 1200, ""),
    ("常住人口", "共1200人", "residents", 1200, ""),
    ("常住人口", "1200。", "residents", 1200, ""),
    ("常住人口", "约1200", "residents", 1200, "value_rounded"),
    ("常住人口", "1200余人", "residents", 1200, "value_rounded"),
    ("常住人口", "1200人左右", "residents", 1200, "value_rounded"),
    ("常住人口", "1.2万余人", "residents", 12000, "value_rounded"),
    ("常住人口", "近1200人", "residents", 1200, "value_rounded"),
    ("常住人口", "大约1200", "residents", 1200, "value_rounded"),
    ("常住人口", "1200（估）", "residents", 1200, "value_rounded"),
    ("常住人口", "三百余人", "residents", 300, "value_rounded"),
    ("常住人口", "1000人以上", "residents", 1000, "value_bound"),
    ("常住人口", "不足1000", "residents", 1000, "value_bound"),
    ("常住人口", "≥1000", "residents", 1000, "value_bound"),
    ("常住人口", "800-1000人", "residents", 900, "value_range"),
    ("常住人口", "800～1000", "residents", 900, "value_range"),
    ("常住人口", "800至1000", "residents", 900, "value_range"),
    ("常住人口", "1-2万", "residents", 15000, "value_range"),
    ("常住人口", "一期320,二期280", "residents", 600, "value_sum"),
    ("常住人口", "①320人②280人", "residents", 600, "value_sum"),
    ("常住人口", "320+280", "residents", 600, "value_sum"),
    ("常住人口", "男600人、女620人", "residents", 1220, "value_sum"),
    ("常住人口", "1200人(含流动200人)", "residents", 1200, "value_remark"),
    ("常住人口", "320户1200人", "residents", 1200, "value_remark"),
    ("常住人口", "2020年1200人", "residents", 1200, "value_remark"),
    ("常住人口", "1200²", "residents", 1200, "value_remark"),
    ("常住人口", "1 200", "residents", 1200, "value_grouped"),
    *(("常住人口", cell, "residents", N, "") for cell in ("", "—", "-", "/", "暂无", "无", "不详", "未统计", "…")),
    *(
        ("常住人口", cell, "residents", N, "number_unreadable")
        for cell in (
            *("很多", "320户", "1200\n1300", "1200 1300", "12,34", "1,2000", "1000-800", "1200/2020", "(5)"),
            *("户籍1000人,常住1200人", "#DIV/0!", "#N/A", "12%", "1e999", "一", "十几", "TRUE", "其中120"),
        )
    ),
    ("常住人口", "-5", "residents", N, "value_negative"),
    ("常住人口(万人)", "1.2", "residents", 12000, "column_converted"),
    ("常住人口(万人)", "1.2万", "residents", 12000, ""),
    ("常住人口(户)", "320", "residents", N, "column_unit"),
    ("户数", "320套", "households", 320, ""),
    ("户数", "一期320户,二期280户", "households", 600, "value_sum"),
    ("户数", "1栋32户2栋28户", "households", 60, "value_sum"),
    ("户数", "320户,其中公租房60户", "households", 320, "value_remark"),
    ("户数", "320户1200人", "households", 320, "value_remark"),
    ("户数", "12栋", "households", N, "number_unreadable"),
    ("户数", "1200人", "households", N, "number_unreadable"),
    ("户均人口", "2.65", "persons_per_household", 2.65, ""),
    ("户均人口", "2.65人/户", "persons_per_household", 2.65, ""),
]  # fmt: skip
YEARS = [
    ("建成年份", "2003年", "built_year", 2003, ""),
    ("建成年份", "2003", "built_year", 2003, ""),
    ("建成年份", "1998.06", "built_year", 1998, ""),
    ("建成年份", "二〇〇三年", "built_year", 2003, ""),
    ("建成年份", "37622", "built_year", 2003, ""),
    ("建成年份", "2021/6/30", "built_year", 2021, ""),
    ("建成年份", "90年代", "built_year", 1990, "value_rounded"),
    ("建成年份", "上世纪八十年代末", "built_year", 1980, "value_rounded"),
    ("建成年份", "2000年左右", "built_year", 2000, "value_rounded"),
    ("建成年份", "98年", "built_year", 1998, "value_rounded"),
    ("建成年份", "2005-2007年", "built_year", 2007, "value_range"),
    ("建成年份", "一期2003年,二期2006年", "built_year", 2006, "value_range"),
    ("建成年份", "在建", "built_year", N, "value_unbuilt"),
    ("建成年份", "很早", "built_year", N, "year_unreadable"),
    ("建成年份", "203", "built_year", N, "year_unreadable"),
    ("竣工时间", "2021-12-30", "completed_on", "2021-12-30", ""),
    ("竣工时间", "2021年12月30日", "completed_on", "2021-12-30", ""),
    ("竣工时间", "44377", "completed_on", "2021-06-30", ""),
    ("竣工时间", "2021-12-30 00:00:00", "completed_on", "2021-12-30", ""),
    ("竣工时间", "30/6/2021", "completed_on", "2021-06-30", ""),
    ("竣工时间", "2021年12月", "completed_on", "2021-12-01", "value_rounded"),
    ("竣工时间", "2021年底", "completed_on", "2021-12-01", "value_rounded"),
    ("竣工时间", "预计2026年12月", "completed_on", "2026-12-01", "value_rounded"),
    ("竣工时间", "规划", "completed_on", N, "value_unbuilt"),
    ("竣工时间", "6/7/2021", "completed_on", N, "date_unreadable"),
    ("竣工时间", "2021-02-30", "completed_on", N, "date_unreadable"),
    ("竣工时间", "明年", "completed_on", N, "date_unreadable"),
]
PREMISES = [
    ("楼层", "3F", "floor", 3, ""),
    ("楼层", "负一层", "floor", -1, ""),
    ("楼层", "地下1层", "floor", -1, ""),
    ("楼层", "首层", "floor", 1, ""),
    ("楼层", "1-3层", "floor", 3, "value_range"),
    ("楼层", "-1~2层", "floor", -1, "value_range"),
    ("楼层", "3/6层", "floor", 3, "value_remark"),
    ("楼层", "整栋", "floor", N, "number_unreadable"),
    ("建筑面积(㎡)", "1,200.5", "area_m2", 1200.5, ""),
    ("建筑面积(㎡)", "0.12万平方米", "area_m2", 1200, ""),
    ("用地面积", "12亩", "land_area_m2", 8000, "value_converted"),
    ("用地面积", "0.8公顷", "land_area_m2", 8000, "value_converted"),
    ("用地面积(亩)", "12", "land_area_m2", 8000, "column_converted"),
    ("估算投资", "100万元", "cost_10k_yuan", 100, ""),
    ("估算投资", "100万", "cost_10k_yuan", 100, ""),
    ("估算投资", "1.5亿元", "cost_10k_yuan", 15000, "value_converted"),
    ("投资(元)", "1000000", "cost_10k_yuan", 100, "column_converted"),
    ("托位数", "60个托位", "places", 60, ""),
    ("托位数", "3个班60个托位", "places", 60, "value_remark"),
    ("托位数", "乳儿班10个,托小班15个,托大班40个", "places", 65, "value_sum"),
    ("是否划拨", "√", "allocated_land", True, ""),
    ("是否划拨", "×", "allocated_land", False, ""),
    ("是否划拨", "是(2020年)", "allocated_land", True, "value_remark"),
    ("是否划拨", "或许", "allocated_land", N, "coded_unreadable"),
]
CASES = [
    *(("communities", *case) for case in (*NUMBERS, *YEARS)),
    *(("candidates", *case) for case in PREMISES),
]
COLUMNS = sorted({(role, column) for role, column, *_ in CASES})
IDS = {"communities": "小区名称", "candidates": "候选点名称"}


def the_same(value: object, wanted: object) -> bool:
    if wanted is None:
        return bool(pd.isna(value))
    if isinstance(wanted, str):
        return str(value)[:10] == wanted
    if isinstance(wanted, bool):
        return value is wanted
    return isinstance(value, float) and math.isclose(value, wanted, rel_tol=1e-9)


def test_the_corpus_is_large_and_each_trap_is_there_once():
    assert len(CASES) >= 120
    assert len({(column, cell) for _, column, cell, *_ in CASES}) == len(CASES)


@pytest.mark.parametrize(("role", "column"), COLUMNS, ids=lambda part: part)
def test_every_trap_of_a_column(load, write, role, column):
    cases = [case[2:] for case in CASES if case[:2] == (role, column)]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([IDS[role], column, "经度", "纬度"])
    for k, (cell, *_) in enumerate(cases):
        writer.writerow([f"名{k}", cell, 117.31 + k * 0.0007, 25.95])
    layers = load(**{role: write(f"{role}.csv", buffer.getvalue())})
    frame = getattr(layers, role)
    notices = [one for one in layers.findings if one.column == column]
    numbered = list(frame["source_row"].astype(int))
    wrong = []
    for row, (cell, field, value, code) in zip(numbered, cases, strict=True):
        got = frame.loc[frame["source_row"] == row, field].iloc[0]
        told = [one for one in notices if one.row in {row, None}]
        if not the_same(got, value):
            wrong.append(f"{cell!r}: {got!r} instead of {value!r}")
        if code and code not in {one.code for one in told}:
            wrong.append(f"{cell!r}: no finding {code}")
        if not code and any(one.row == row for one in told):
            wrong.append(f"{cell!r}: {[one.code for one in told]}")
        wrong += [
            f"{cell!r}: the original text is lost: {one.original!r}"
            for one in told
            if one.row is not None and one.original.strip() != cell.strip()
        ]
    assert wrong == []


def test_an_estate_whose_completion_says_that_it_is_being_built_is_not_built(load, write):
    rows = "小区名称,建设状态,竣工时间,户数,经度,纬度\n甲,,在建,300,117.31,25.95\n乙,已建成,在建,300,117.32,25.95\n丙,,2020,3,117.33,25.95\n"
    layers = load(communities=write("a.csv", rows))
    assert layers.communities["status"].tolist() == ["under_construction", "built", "built"]
    assert [one.row for one in layers.findings if one.code == "status_contradicts"] == [3]
