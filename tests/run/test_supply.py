"""Places against children in the hand-drawn town (see lattice.py), every figure worked out on paper."""

import numpy as np
import pytest

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.layers import read_ages
from tuoyu_geo.places import in_standards, places_view


def view(project, *, when="today"):
    reach = project.reach()
    mask = reach.counted_mask if when == "today" else np.ones(len(reach.facilities), dtype=bool)
    return places_view(
        reach,
        demand=project.demand(),
        township_ids=project.layers().townships.index,
        policy=project.policy,
        serving=mask,
    )


def test_places_per_child(town):
    """I1's 30 places are shared by the children of E1 (60), E2 (30) and V1 (9) from six months on: 30 of 99 each."""
    found = view(tg.open_project(town()))
    per_100 = found.demand["two_step_per_100"]
    assert per_100.to_dict() == pytest.approx(
        dict.fromkeys(["E1", "E2", "V1"], 100 * 30 / 99) | dict.fromkeys(["E3", "E4", "E5", "E6"], 0)
    )
    # E1 and E2 are half a standard away (0.68), V1 13.5 of 15 minutes (0.22): 0.68 x 90 + 0.22 x 9 = 63.18.
    rings = found.demand["enhanced_per_100"]
    assert rings["E1"] == pytest.approx(100 * 0.68 * 30 / 63.18)
    assert rings["V1"] == pytest.approx(100 * 0.22 * 30 / 63.18)
    smooth = {name: (np.exp(-0.5 * d * d) - np.exp(-0.5)) for name, d in (("E1", 0.5), ("V1", 0.9))}
    whole = 90 * smooth["E1"] + 9 * smooth["V1"]
    for name, worth in smooth.items():
        assert found.demand.loc[name, "gaussian_per_100"] == pytest.approx(100 * worth * 30 / whole)
    assert found.equity.set_index("measure")["mean_per_100"].to_dict() == pytest.approx(
        dict.fromkeys(["two_step", "enhanced", "gaussian"], 100 * 30 / 168)
    )


def test_needs_that_find_no_place(town):
    """4.5 per 1,000 residents: E1 9, E2 4.5, E3 3.6 (no institution), E4 6.75 (none), V1 1.35."""
    found = view(tg.open_project(town()))
    assert found.townships.loc["999900001"].to_dict() == pytest.approx(
        {"needed_places": 17.1, "served_places": 13.5, "unmet_places": 3.6}
    )
    assert found.townships.loc["999900101"].to_dict() == pytest.approx(
        {"needed_places": 8.1, "served_places": 1.35, "unmet_places": 6.75}
    )
    one = found.institutions.loc["I1"]
    assert one[["children_in_reach", "asked_places", "given_places"]].tolist() == pytest.approx(
        [82.5, 14.85, 14.85]
    )
    assert (one["use_share"], one["use_method"], one["use"]) == (
        pytest.approx(25 / 30),
        "measured",
        "fitting",
    )


def test_a_kindergartens_class_serves_two_year_olds_only(town, lattice):
    """Of the needs from 6 to 36 months, 12 of 30 months are theirs: 0.4 x 14.85 = 5.94."""
    table = lattice.INSTITUTIONS.replace("甲托育园,专业托育机构", "甲托班,幼儿园托班")
    found = view(tg.open_project(town(institutions_csv=table)))
    assert found.institutions.loc["I1", "children_in_reach"] == pytest.approx(33)
    assert found.demand["served_places"].sum() == pytest.approx(5.94)
    assert found.townships["unmet_places"].sum() == pytest.approx(25.2 - 5.94)
    # 30 places are 30 places, whoever takes them.
    assert (found.demand["two_step_per_100"] * project_children(found)).sum() == pytest.approx(3000)


def project_children(found):
    return np.array([60, 30, 24, 45, 0, 0, 9.0])


def test_who_has_least(town):
    """69 of 168 have nothing. The worst tenth, 16.8 children, are of E4, which nobody reaches; E3 is 2,500 m away."""
    found = view(tg.open_project(town()))
    plain = found.equity.set_index("measure").loc["two_step"]
    assert plain["gini"] == pytest.approx(69 / 168)
    assert plain["worst_per_100"] == 0
    assert found.demand["worst_part"].to_dict() == pytest.approx(
        {"E1": 0, "E2": 0, "E3": 0, "E4": 16.8 / 45, "E5": 0, "E6": 0, "V1": 0}
    )
    curve = found.lorenz[found.lorenz["measure"].eq("two_step")]
    assert curve["people_share"].tolist() == pytest.approx([0, 69 / 168, 1])
    assert curve["places_share"].tolist() == pytest.approx([0, 0, 1])


def test_the_nearest_places_of_each_community(town):
    found = view(tg.open_project(town())).nearest.set_index("demand_id")
    assert set(found.index) == {"E1", "E2", "E3", "E5", "E6", "V1"}
    assert found.loc["E3", ["cost", "within"]].tolist() == [pytest.approx(2500), False]
    assert found.loc["V1", ["cost", "cost_unit", "within"]].tolist() == [pytest.approx(13.5), "min", True]
    every = view(tg.open_project(town()), when="all").nearest
    assert (
        every.groupby("demand_id")["rank"]
        .apply(list)
        .map(lambda ranks: ranks == [1, 2, 3][: len(ranks)])
        .all()
    )
    assert every[every["demand_id"].eq("E4")].iloc[0][["facility_id", "cost"]].tolist() == [
        "C4",
        pytest.approx(0),
    ]


@pytest.mark.parametrize(
    ("enrolled", "places", "expected"),
    [
        (31, 30, ("over", "measured")),
        (30, 30, ("fitting", "measured")),
        (15, 30, ("fitting", "measured")),
        (14, 30, ("under", "measured")),
        ("", 14, ("over", "estimated")),  # 14.85 are asked for
        ("", 30, ("under", "estimated")),
        ("", "", (None, "estimated")),
    ],
)
def test_over_and_under_used(town, lattice, enrolled, places, expected):
    table = lattice.INSTITUTIONS.replace("已备案,30,25", f"已备案,{places},{enrolled}")
    one = view(tg.open_project(town(institutions_csv=table))).institutions.loc["I1"]
    assert (one["use"], one["use_method"]) == expected


def test_exactly_at_the_standard_is_within_it(town):
    # C1-E3 and C2-E4 are exactly 1,000 m.
    project = tg.open_project(town())
    reach = project.reach()
    cost = in_standards(reach, np.flatnonzero(reach.facilities.index.isin(["C1", "C2"])))
    rows = project.demand().points.index
    assert cost[[rows.get_loc("E3")], :].max() == 1
    assert cost[[rows.get_loc("E4")], :].max() == 1
    assert cost.data.max() == 1


def test_ages_an_institution_states_are_used_and_those_it_does_not_are_told(town, lattice):
    head, *rows = lattice.INSTITUTIONS.strip().splitlines()

    def project(ages):
        table = "\n".join([head + ",收托年龄", rows[0] + f",{ages}", rows[1] + ","]) + "\n"
        return tg.open_project(town(institutions_csv=table))

    stated = project("18-36个月")
    assert view(stated).institutions.loc["I1", ["youngest_months", "ages_method"]].tolist() == [
        18,
        "measured",
    ]
    assert not [one for one in stated.check()[1] if one.code.startswith("ages")]
    silent = [one for one in project("").check()[1] if one.code == "ages_by_kind"]
    assert len(silent) == 1
    assert silent[0].severity == "info"
    assert "甲托育园" in silent[0].found
    wrong = [one for one in project("大中小班").check()[1] if one.code == "ages_unreadable"]
    assert [(one.severity, one.row) for one in wrong] == [("warning", 2)]


@pytest.mark.parametrize(
    ("cell", "months"),
    [
        ("6-36个月", (6, 36)),
        ("６—３６月龄", (6, 36)),
        ("2-3岁", (24, 36)),
        ("1.5岁～3岁", (18, 36)),
        ("18个月-3岁", (18, 36)),
        ("2至3周岁幼儿", (24, 36)),
        ("3-6", (3, 6)),
        ("1-3", (12, 36)),
        ("2-6岁", (24, 36)),
        ("18月龄以上", (18, 36)),
        ("3岁以下婴幼儿", (0, 36)),
        ("3-6岁", None),
        ("托大班", None),
        ("", None),
        (None, None),
        (3, None),
        ("36-6个月", None),
    ],
)
def test_ages_as_people_write_them(cell, months):
    assert read_ages(cell) == months


def test_nobody_serves_and_nobody_lives_there(town, lattice):
    empty = lattice.INSTITUTIONS.splitlines()[0] + "\n"
    found = view(tg.open_project(town(institutions_csv=empty)))
    assert found.demand["two_step_per_100"].eq(0).all()
    assert found.townships["unmet_places"].sum() == pytest.approx(25.2)
    assert found.equity["gini"].isna().all()
    assert not len(found.nearest)
    assert not len(found.institutions)
    nobody = (
        lattice.ESTATES.replace(",2000,", ",0,")
        .replace(",400,,", ",,0,")
        .replace(",800,", ",0,")
        .replace(",1500,", ",0,")
    )
    quiet = view(
        tg.open_project(town(communities_csv=nobody, villages_csv=lattice.VILLAGES.replace("300", "0")))
    )
    assert quiet.equity["mean_per_100"].isna().all()
    assert quiet.townships["unmet_places"].sum() == 0


def test_ages_of_a_policy_are_checked(town, lattice):
    wrong = lattice.POLICY.replace("[candidates]", "ages_months = { other = [36, 6] }\n[candidates]")
    with pytest.raises(ConfigError):
        tg.open_project(town(policy_toml=wrong))
    wrong = lattice.POLICY.replace("[candidates]", "ages_months = { nursery = [0, 36] }\n[candidates]")
    with pytest.raises(ConfigError, match="other"):
        tg.open_project(town(policy_toml=wrong))


def test_summary_workbook_and_notebook_say_the_same(town):
    from tuoyu_geo.reports.tables import TABLES

    project = tg.open_project(town())
    access, outcome = project.access(), project.outcome()
    before = outcome.summary["access"]["before"]
    assert before["unmet_places"] == pytest.approx(3.6 + 6.75)
    assert before["needed_places"] == pytest.approx(25.2)
    assert before["use"] == {"over": 0, "fitting": 1, "under": 0}
    assert before["measures"]["two_step"]["gini"] == pytest.approx(69 / 168)
    assert "未满足 10.4 个" in access.places_line()
    # The plan's C1 and C2 reach everybody: 25.2 are asked for, 30 + 40 + 40 there.
    assert outcome.summary["access"]["after"]["unmet_places"] == pytest.approx(0, abs=1e-6)
    assert project.access(when="plan").townships["unmet_places"].sum() == pytest.approx(0, abs=1e-6)
    by_code = {row["code"]: row for row in outcome.summary["townships"]}
    assert by_code["999900101"]["unmet_places_today"] == pytest.approx(6.75)
    columns, rows = TABLES["townships"](outcome)
    at = [column.label for column in columns].index("现状未满足托位（分年龄，个）")
    assert sum(row[at] for row in rows) == pytest.approx(10.35)
    columns, rows = TABLES["institutions"](outcome)
    use = [column.label for column in columns].index("使用")
    assert [row[use] for row in rows] == ["适中", None]  # I2 does not count
    columns, rows = TABLES["coverage_parts"](outcome)
    # Shares are cut, not rounded: 3,000 of 3,800 are 78.947 %.
    assert ["乡镇街道", "甲街道", "常住人口", "是", 3800, 3000, 0.789, 3800, 1] in rows
    assert any("估算" in note for note in access.notes)
    assert any("收托年龄" in note for note in access.notes)
    html = access._repr_html_()
    assert "基尼系数" in html


def test_villages_of_the_guidance_list_stand_in_the_workbook(town, lattice):
    from tuoyu_geo.reports.tables import TABLES

    shorter = lattice.POLICY.replace("value = 15\n", "value = 10\n")
    _, rows = TABLES["guidance"](tg.open_project(town(policy_toml=shorter)).outcome())
    assert [row[:5] for row in rows] == [["V1", "山前村", "乙镇", 300, 9]]


@pytest.mark.browser
def test_the_map_of_access_needs_no_network_and_shows_every_point(town, tmp_path, browser):
    access = tg.open_project(town()).access()
    page_file = tmp_path / "access.html"
    written = access.explore().html()
    page_file.write_text(written, encoding="utf-8")
    assert written == access.explore().html()
    page, asked, faults = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(page_file.as_uri())
    shown = page.inner_text("body")
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    for word in (
        "现状覆盖率 58.9%",
        "主口径：常住人口",
        "居住小区和村 (7)",
        "计入的机构 (1)",
        "未满足",
        "按机构类型估算",
    ):
        assert word in shown
