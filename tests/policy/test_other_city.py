"""Another city writes other files: its quotas, reading, standards and clauses decide, and no other city's word shows."""

import json
import re

import openpyxl
import pytest

import tuoyu_geo as tg
from tuoyu_geo.policy import read_policy

POLICY = """
schema_version = 1
id = "临海府〔2025〕7号"
title = "临海县托育服务三年行动"
date = "2024-06-30"
standards_file = "figures/std.toml"
[coverage]
target_share = 0.5
headline = "under3"
headline_note = "按3岁以下"
compare_m = [400]
urban = "walk"
rural = "ride"
[places]
per_1000 = 6
year = 2028
area_per_place_m2 = "area"
[institutions]
counted_registration = ["registered", "unregistered"]
counted_kinds = ["nursery"]
[candidates]
lowest_floor = 1
highest_floor = "top"
floor_source = "县里定的"
floor_verified = true
[estates]
new_after = "2024-06-30"
minimum_residents = 900
places_per_1000 = 8
places_source = "县里定的"
places_verified = true
[[quotas]]
township_id = "999900101"
name = "乙镇"
minimum = 2
[[clauses]]
id = "第三条"
quotation = "乙镇不少于2家"
departments = ["县卫健局"]
judge = "quota"
[[clauses]]
id = "第四条"
quotation = "3岁以下儿童一半以上够得着"
departments = ["县卫健局"]
judge = "coverage"
[[clauses]]
id = "第五条"
quotation = "每千人6个托位"
departments = ["县发改局"]
judge = "places"
[[members]]
name = "县卫健局"
role = "牵头"
duty = "牵头"
"""
STANDARDS = """
schema_version = 1
[standards.walk]
name = "步行"
group = "radius"
value = 500
unit = "m"
bound = "at_most"
mode = "walk"
source = "县标准"
verified = true
[standards.ride]
name = "骑行"
group = "radius"
value = 8
unit = "min"
bound = "at_most"
mode = "ebike"
source = "县标准"
verified = false
[standards.area]
name = "面积"
group = "area"
value = 7
unit = "㎡/托位"
bound = "at_least"
source = "省标准"
verified = true
[standards.top]
name = "最高层"
group = "floor"
value = 2
unit = "层"
bound = "at_most"
source = "消防"
verified = false
"""


@pytest.fixture
def city(lattice, tmp_path):
    folder = lattice.write_town(tmp_path / "city", policy_toml=POLICY)
    (folder / "figures").mkdir()
    (folder / "figures" / "std.toml").write_text(STANDARDS, encoding="utf-8")
    return folder


def test_its_own_rules_decide(city):
    project = tg.open_project(city)
    plan = project.plan()
    clauses = {clause.id: clause for clause in plan.clauses}
    # I1 and the unregistered I2 count here: of 168 children 60 + 30 (E1, E2, 500 m from I1) and
    # 45 + 9 (E4, 500 m on foot, and V1, 1 km by e-bike, from I2) are within reach: 144.
    assert clauses["第四条"].observed_today == "85.7%，口径：3岁以下婴幼儿（估算）"
    assert clauses["第四条"].status_today == "met"
    assert clauses["第三条"].status_today == "not_met"
    assert clauses["第三条"].status_plan == "met"
    # 5,600 residents x 6 per 1,000 = 33.6 places; 70 stand.
    assert clauses["第五条"].status_today == "met"
    assert "2028年" in clauses["第五条"].target
    assert "未核" in clauses["第四条"].target
    summary = plan.outcome.summary
    assert summary["coverage"]["headline"] == "under3"
    assert summary["policy"] == "临海府〔2025〕7号"


def test_figures_come_from_its_standards_with_their_sources(city):
    policy = tg.open_project(city).policy
    assert (policy.coverage.urban.value, policy.coverage.rural.value) == (500, 8)
    assert (policy.places.area_per_place_m2, policy.places.area_source) == (7, "省标准")
    assert policy.candidates.highest_floor == 2
    assert policy.candidates.floor_source == "县里定的；消防"
    assert not policy.candidates.floor_verified  # one of its two figures is not confirmed
    assert "figures/std.toml" in tg.open_project(city).input_files()


@pytest.mark.slow
def test_no_other_city_shows_in_its_files(city, tmp_path):
    tg.open_project(city).build(tmp_path / "out")
    words = re.compile(r"永安|燕[东西南北]街道|64号")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert not words.search(json.dumps(summary, ensure_ascii=False))
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [cell for cell in cells if words.search(cell)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('urban = "walk"', 'urban = "nowhere"', "nowhere"),
        ("figures/std.toml", "../std.toml", "../std.toml"),
        ("figures/std.toml", "https://example.org/std.toml", "https://example.org"),
        ("figures/std.toml", "figures/none.toml", "none.toml"),
        ('id = "第四条"', 'id = "第三条"', "第三条"),
        ('judge = "places"', 'judge = "place"', "judge"),
        ('judge = "places"', 'judge = "places"\nreported = "met"', "reported"),
        ('judge = "places"', 'judge = "old_estate"', "built_until"),
        ('judge = "places"', 'judge = "registry"', "registries"),
        ('judge = "places"', 'judge = "indicator"', "target"),
    ],
)
def test_faults_are_named(city, old, new, said):
    (city / "policy.toml").write_text(POLICY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(tg.TuoyuError, match=re.escape(said)):
        tg.open_project(city)


def test_a_fault_in_the_standards_names_the_standard(city):
    (city / "figures" / "std.toml").write_text(
        STANDARDS.replace("value = 7", 'value = "七"'), encoding="utf-8"
    )
    with pytest.raises(tg.TuoyuError, match=r"standards\.area\.value"):
        tg.open_project(city)


def test_a_number_in_two_places_must_agree(city):
    file = city / "figures" / "std.toml"
    linked = STANDARDS.replace("[standards.area]", '[standards.area]\nused_as = "places.per_1000"')
    file.write_text(linked, encoding="utf-8")
    with pytest.raises(tg.TuoyuError, match=r"places\.per_1000 = 6.*area.*7"):
        tg.open_project(city)
    file.write_text(linked.replace("value = 7", "value = 6"), encoding="utf-8")
    assert tg.open_project(city).policy.standards["area"].value == 6


def test_a_policy_of_numbers_alone_needs_no_standards_but_says_that_they_are_missing(lattice, tmp_path):
    policy = lattice.POLICY.replace('date = "2021', 'standards_file = "std.toml"\ndate = "2021')
    project = tg.open_project(lattice.write_town(tmp_path / "town", policy_toml=policy))
    found = [one for one in project.check()[1] if one.code == "standards_missing"]
    assert [one.severity for one in found] == ["warning"]
    assert "std.toml" in found[0].found
    assert project.policy.standards == {}


def test_the_files_we_ship_hold_together(root):
    for name in ("data/yongan/policy/yongan_2021_64.toml", "src/tuoyu_geo/templates/policy.toml"):
        policy = read_policy(root / name)
        unverified = [one for one in policy.standards.values() if not one.verified]
        assert policy.standards
        assert all(one.source for one in policy.standards.values())
        assert unverified  # what nobody has confirmed prints 未核
    assert len(read_policy(root / "data/yongan/policy/yongan_2021_64.toml").clauses) > 30


def test_quotations_are_the_documents_own_words(root, shared):
    document = (shared / "yongan" / "yongzhengban_2021_64.txt").read_text(encoding="utf-8")
    document = re.sub(r"[\s*]", "", document)
    for clause in read_policy(root / "data/yongan/policy/yongan_2021_64.toml").clauses:
        for part in re.split(r"……|(?<=。)", clause.quotation):
            assert re.sub(r"\s", "", part.removeprefix("城投集团")) in document, clause.id
