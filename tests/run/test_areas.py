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


# --- coverage by township, by kind of area, and over the standard (figures of lattice.py) --------------------------


def test_coverage_of_each_township_and_area_on_paper(town):
    access = tg.open_project(town()).access()
    found = access.groups.set_index(["group_id", "reading"])[["total", "share"]]
    on_paper = {
        ("999900001", "residents"): (3800, 3000 / 3800),
        ("999900001", "communities"): (3, 2 / 3),
        ("999900001", "townships"): (1, 1),
        ("999900101", "residents"): (1800, 300 / 1800),
        ("999900101", "under3"): (54, 9 / 54),
        ("999900101", "communities"): (4, 1 / 4),
        ("999900101", "townships"): (1, 0),
        ("urban", "residents"): (5300, 3000 / 5300),
        ("urban", "communities"): (6, 2 / 6),
        ("rural", "residents"): (300, 1),
        ("rural", "townships"): (1, 0),
    }
    for key, (total, share) in on_paper.items():
        assert found.loc[key].tolist() == pytest.approx([total, share]), key
    assert found.loc[("remote", "residents"), "total"] == 0
    assert found.loc[("remote", "residents")].isna()["share"]
    for by in ("township", "area"):
        rows = access.groups[access.groups["by"].eq(by)].groupby("reading")["total"].sum()
        assert rows.to_dict() == {"residents": 5600, "under3": 168, "communities": 7, "townships": 2}
    assert "53.5%" not in repr(access)
    assert "58.9%" in repr(access)
    assert "常住人口" in repr(access)
    assert "58.9%" in access._repr_html_()


def test_the_curve_on_paper(town):
    curve = tg.open_project(town(), overrides=["network.search_m=500"]).access().curve
    found = curve.set_index(["scope", "reading", "standard_m"])["share"]
    # E1 and E2 are 500 m from I1, E3 2,500 m; E4 4,000 m and V1 are never reached on foot.
    for standard_m, people in ((300, 0), (400, 0), (500, 3000), (2400, 3000), (2500, 3800), (3000, 3800)):
        assert found["all", "residents", standard_m] == pytest.approx(people / 5600)
        assert found["urban", "residents", standard_m] == pytest.approx(people / 5300)
    assert found["all", "communities", 500] == pytest.approx(2 / 7)
    assert len(found) == 2 * 3 * 28


def test_people_of_no_known_place_stand_in_their_township_and_area(town):
    import geopandas as gpd

    folder = town()
    townships = gpd.read_file(folder / "townships.gpkg").assign(常住人口=[8000, 1800])
    townships.to_file(folder / "townships.gpkg")
    access = tg.open_project(folder).access()
    found = access.groups.set_index(["group_id", "reading"])[["total", "share"]]
    assert found.loc[("999900001", "residents")].tolist() == pytest.approx([8000, 3000 / 8000])
    assert found.loc[("urban", "residents")].tolist() == pytest.approx([9500, 3000 / 9500])
    curve = access.curve.set_index(["scope", "reading", "standard_m"])["share"]
    assert curve["urban", "residents", 3000] == pytest.approx(3800 / 9500)


def test_with_the_plan_and_in_the_summary(town):
    project = tg.open_project(town())
    after = project.access(when="plan")
    assert after.when == "plan"
    # C1 and C2 are exactly 1,000 m from E3 and E4.
    assert after.headline["share"] == pytest.approx(1)
    coverage = project.outcome().summary["coverage"]
    urban = next(
        row for row in coverage["by_area"] if row["area"] == "urban" and row["reading"] == "residents"
    )
    assert (urban["before"], urban["after"]) == pytest.approx((3000 / 5300, 1))
    curve = coverage["curve"]
    at = curve["standard_m"].index(900.0)
    assert curve["all"]["residents"]["after"][at] == pytest.approx(3000 / 5600)
    assert curve["all"]["residents"]["after"][at + 1] == pytest.approx(5300 / 5600)


REMOTE = """[coverage.remote]
mode = "ebike"
value = {value}
unit = "min"
verified = false
source = "纸上"
[places]
"""


@pytest.mark.parametrize(
    ("value", "said", "listed"),
    [
        (
            13.5,
            "",
            False,
        ),  # V1 is 13.5 minutes from I1, the one that counts: at the standard is not beyond it
        (13.4, "", True),
        (13.4, "否", False),  # whoever knows the village has said that it isn't
        (13.5, "是", True),
    ],
)
def test_the_remotest_villages_go_on_the_list_by_a_longer_ride(town, lattice, value, said, listed):
    policy = lattice.POLICY.replace("value = 15", "value = 10").replace(
        "[places]\n", REMOTE.format(value=value)
    )
    villages = f"编号,村名,所属乡镇,常住人口,是否偏远,X坐标,Y坐标\nV1,山前村,乙镇,300,{said},{{x4}},{{y4}}\n"
    project = tg.open_project(town(policy_toml=policy, villages_csv=villages))
    assert not project.access().demand.loc["V1", "covered"]
    gaps = project.gaps().query("flag == 'village_guidance'")
    assert gaps["subject_id"].tolist() == ["V1"] * listed
    groups = (
        project.access()
        .groups.query("by == 'area' and reading == 'residents'")
        .set_index("group_id")["total"]
    )
    assert groups.get("remote", 0) == 300 * listed
    if listed:
        assert "甲托育园" in gaps["reason"].iloc[0]
        assert ("电动自行车13.4分钟内也没有" in gaps["reason"].iloc[0]) == (value == 13.4)
    assert any("偏远电动自行车" in one for one in project.outcome().note.notices)


def test_without_a_standard_of_remoteness_every_village_out_of_reach_is_listed(town, lattice):
    project = tg.open_project(town(policy_toml=lattice.POLICY.replace("value = 15", "value = 10")))
    assert project.gaps().query("flag == 'village_guidance'")["subject_id"].tolist() == ["V1"]


def test_remoteness_may_be_by_car_or_on_foot_and_no_way_is_beyond_any_standard(town, lattice):
    for mode, value, listed in (
        ("car", 9.0, False),
        ("car", 8.9, True),
        ("walk", 60.0, False),
        ("walk", 20.0, True),
    ):
        remote = REMOTE.format(value=value).replace("ebike", mode)
        policy = lattice.POLICY.replace("value = 15", "value = 10").replace("[places]\n", remote)
        project = tg.open_project(town(policy_toml=policy))
        assert bool(project.gaps()["flag"].eq("village_guidance").any()) == listed, (mode, value)
