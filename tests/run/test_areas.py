"""Town, country and remote: which standard judges whom, and who says so."""

import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError, DataError


def kinds(project):
    return project.demand().points["area_kind"].to_dict()


def codes(findings):
    return [finding.code for finding in findings]


def test_the_kind_of_township_decides_where_nobody_says(town):
    project = tg.open_project(town())
    assert kinds(project) == {**dict.fromkeys(["E1", "E2", "E3", "E4", "E5", "E6"], "urban"), "V1": "rural"}
    found = [one for one in project.check()[1] if one.code == "area_by_township"]
    assert sorted(one.layer for one in found) == ["communities", "villages"]
    assert all(one.severity == "info" for one in found)


def test_which_kinds_of_township_are_town_can_be_set(town):
    project = tg.open_project(town(), overrides=['areas.urban_township_kinds=["street"]'])
    assert {name for name, kind in kinds(project).items() if kind == "urban"} == {"E1", "E2", "E3"}
    assert project.access().demand.loc["E4", "cost_unit"] == "min"


@pytest.mark.parametrize(
    ("area_class", "area_words", "expected"),
    [
        ("111", "", "urban"),
        ("123", "", "urban"),
        ("220", "", "rural"),
        ("122-镇乡结合区", "", "urban"),
        ("", "", "rural"),
        ("111", "农村", "rural"),  # words win over the class
    ],
)
def test_the_urban_rural_class_decides_before_the_township(town, area_class, area_words, expected):
    villages = (
        "编号,村名,所属乡镇,常住人口,城乡分类代码,城乡,X坐标,Y坐标\n"
        f"V1,山前村,乙镇,300,{area_class},{area_words},{{x4}},{{y4}}\n"
    )
    assert kinds(tg.open_project(town(villages_csv=villages)))["V1"] == expected


def test_a_residents_committee_in_a_town_is_town_and_its_classes_can_be_set(town):
    villages = (
        "统计用区划代码,村名,所属乡镇,常住人口,城乡分类代码,X坐标,Y坐标\n"
        "999900101001,乙居委会,乙镇,300,,{x4},{y4}\n"
        "999900101201,乙村,乙镇,300,,{x4},{y3}\n"
        "999900101002,结合部居委会,乙镇,300,122,{x3},{y3}\n"
    )
    folder = town(villages_csv=villages)
    found = kinds(tg.open_project(folder))
    assert [found[f"999900101{end}"] for end in ("001", "201", "002")] == ["urban", "rural", "urban"]
    found = kinds(tg.open_project(folder, overrides=['areas.urban_classes=["111", "112"]']))
    assert found["999900101002"] == "rural"


def test_the_project_may_set_a_row_and_a_township(town):
    folder = town()
    settings = (folder / "project.toml").read_text(encoding="utf-8")
    chosen = '[areas.chosen]\nV1 = "remote"\nE1 = "rural"\n"999900101" = "rural"\n'
    (folder / "project.toml").write_text(settings + chosen, encoding="utf-8")
    project = tg.open_project(folder)
    assert kinds(project) == {
        **dict.fromkeys(["E2", "E3"], "urban"),
        **dict.fromkeys(["E1", "E4", "E5", "E6", "V1"], "rural"),
    }
    assert project.layers().villages["remote"].to_dict() == {"V1": True}
    # The caller's layers are left alone.
    assert project._read().villages["remote"].isna().all()


def test_a_class_that_does_not_exist_is_told_and_not_used(town):
    villages = "编号,村名,所属乡镇,常住人口,城乡分类代码,X坐标,Y坐标\nV1,山前村,乙镇,300,999,{x4},{y4}\n"
    project = tg.open_project(town(villages_csv=villages))
    assert kinds(project)["V1"] == "rural"
    assert "area_class" in codes(project.check()[1])


@pytest.mark.parametrize(("name", "area"), [("V9", "rural"), ("E1", "remote"), ("999900101", "remote")])
def test_a_setting_for_nobody_is_an_error(town, name, area):
    folder = town()
    settings = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(settings + f'[areas.chosen]\n{name} = "{area}"\n', encoding="utf-8")
    with pytest.raises(DataError) as error:
        tg.open_project(folder).layers()
    assert name in error.value.findings[0].found
    assert any(one.severity == "error" for one in tg.open_project(folder).check()[1])


def test_what_is_no_kind_of_area_is_refused(town):
    with pytest.raises(ConfigError):
        tg.open_project(town(), overrides=['areas.urban_classes=["333"]'])
