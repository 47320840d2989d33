"""Phones, identity numbers and names of persons: gone before anything is read, told by column and never by value."""

import pytest

from tuoyu_geo.layers.fields import clean_name, fields_of
from tuoyu_geo.layers.personal import _NAMED, redacted

ROLES = (
    "townships", "communities", "villages", "population", "institutions", "candidates", "roads", "water", "gazetteer",
    "built_up", "hazards",
)  # fmt: skip
# Worked by hand: 110105194912310021 has no right check digit, 11010519491231002X is the example of GB 11643.
MOBILE, IDENTITY, LANDLINE = "13800001111", "11010519491231002X", "0598-3651234"
HEAD = "小区名称,常住人口,经度,纬度"


def table(*columns: str, rows: list[list[str]]) -> str:
    lines = [",".join((HEAD, *columns))]
    lines += [
        ",".join((f"小区{i}", "1200", str(117.33 + i / 100), "25.95", *row)) for i, row in enumerate(rows)
    ]
    return "\n".join(lines) + "\n"


def said(layers) -> str:
    return repr(layers.findings) + layers.communities.to_csv()


@pytest.mark.parametrize(
    "column",
    [
        "联系电话",
        "负责人",
        "法人",
        "身份证号",
        "园长姓名",
        "手机号",
        "微信号",
        "联系人",
        "phone",
        "contact:phone",
        "家长",
    ],
)
def test_a_column_that_is_personal_by_its_name_is_dropped(load, write, column):
    path = write("a.csv", table(column, rows=[["某甲"], ["某乙"]]))
    layers = load(communities=path)
    (finding,) = (one for one in layers.findings if one.code == "personal_dropped")
    assert (finding.column, finding.severity, finding.file) == (column, "info", "a.csv")
    assert "2" in finding.found
    assert "某甲" not in said(layers)


@pytest.mark.parametrize(
    ("values", "n"), [((MOBILE, "138 0000 1112"), 2), ((IDENTITY, ""), 1), (("+86-15900001111", MOBILE), 2)]
)
def test_a_column_that_is_personal_by_its_cells_is_dropped(load, write, values, n):
    layers = load(communities=write("a.csv", table("其他", rows=[[one] for one in values])))
    (finding,) = (one for one in layers.findings if one.code == "personal_dropped")
    assert (finding.column, str(n) in finding.found) == ("其他", True)
    assert not any(one in said(layers) for one in values if one)


def test_numbers_inside_a_name_are_starred(load, write):
    text = f"{HEAD}\n东门（王 {MOBILE}）,1200,117.35,25.95\n南园 {LANDLINE},800,117.34,25.94\n北苑{IDENTITY},800,117.33,25.94\n"
    layers = load(communities=write("a.csv", text))
    assert list(layers.communities["name"]) == ["东门（王 ***）", f"南园 {LANDLINE}", "北苑***"]
    (finding,) = (one for one in layers.findings if one.code == "personal_starred")
    assert (finding.column, "2" in finding.found) == ("小区名称", True)
    assert MOBILE not in said(layers)


def test_who_signs_a_form_is_in_no_finding(load, write):
    layers = load(communities=write("a.csv", table(rows=[[]]) + f"填表人：某甲 {MOBILE},,,\n"))
    (finding,) = (one for one in layers.findings if one.code == "note_row")
    assert "某甲" not in said(layers)
    assert "填表人" in finding.found


def test_a_table_without_a_header_names_no_phone(load, write):
    layers = load(communities=write("a.csv", f"东门,{MOBILE},{IDENTITY}\n南园,13900001111,\n"))
    assert any(one.severity == "error" for one in layers.findings)
    assert MOBILE not in said(layers)
    assert IDENTITY not in said(layers)


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (("13010200101", "13010200102", "13010200103"), True),  # codes of one county of Hebei
        (("13800001111", "15912345678", "18655554444"), False),  # somebody's phones in the column of ids
        (("350481003001", "350481003002", "350481003003"), True),
    ],
)
def test_codes_stay_and_phones_go(load, write, ids, kept):
    layers = load(communities=write("a.csv", table("编号", rows=[[one] for one in ids])))
    assert (list(layers.communities.index) == list(ids)) == kept
    assert any(one.code == "personal_dropped" for one in layers.findings) != kept


def test_figures_are_no_phones(load, write):
    layers = load(communities=write("a.csv", f"{HEAD}\n东门,13800001111,117.35,25.95\n"))
    assert list(layers.communities["residents"]) == [13800001111]


def test_a_column_the_project_maps_itself_is_kept_with_its_numbers_starred(load, write):
    text = f"{HEAD},联系人\n东门,1200,117.35,25.95,王 {MOBILE}\n"
    layers = load(communities=(write("a.csv", text), {"columns": {"name": "联系人"}}))
    assert list(layers.communities["name"]) == ["王 ***"]


@pytest.mark.parametrize("role", ROLES)
def test_no_column_that_is_read_passes_for_a_personal_one(role):
    names = {alias for field in fields_of(role) for alias in (*field.aliases, field.field)}
    assert [name for name in names if _NAMED.search(clean_name(name))] == []


@pytest.mark.parametrize(
    "words",
    [
        "法人单位",
        "责任单位",
        "出生人数",
        "hotel",
        "opening_hours",
        "路长",
        "350481198001010011",
        "12345678901",
        "",
    ],
)
def test_what_is_nobodys_stays(words):
    assert redacted(words) == words
    assert not _NAMED.search(clean_name(words))
