"""Candidates keep their distance from hazards: measured, named with the figure's source, none forgotten in silence."""

import geopandas as gpd
import openpyxl
import pytest
from shapely.geometry import LineString, Point, box

import tuoyu_geo as tg
from tuoyu_geo.errors import ConfigError

SECTION = '[layers.hazards]\npath = "hazards.gpkg"\ncrs = "EPSG:4548"\n[demand]'
RULES = """
[[candidates.exclusions]]
kind = "加油站"
distance_m = 50
source = "纸上"
[[candidates.exclusions]]
kind = "高压线"
distance_m = 20
source = "纸上"
verified = true
[[candidates.exclusions]]
kind = "洪水淹没区"
distance_m = 0
[estates]
"""


@pytest.fixture
def exposed(town, lattice):
    """C1 30 m from a petrol station, C2 just 20 m from a power line, C3 inside a flood zone."""

    def write(rules=RULES, **more):
        folder = town(
            project_toml=lattice.PROJECT.replace("[demand]", SECTION),
            policy_toml=lattice.POLICY.replace("[estates]\n", rules),
            **more,
        )
        x, y = lattice.X0, lattice.Y0
        gpd.GeoDataFrame(
            {
                "类型": ["加油站", "高压线", "洪水淹没区", "养鸡场"],
                "名称": ["城东站", "110千伏", None, "甲场"],
            },
            geometry=[
                Point(x + 1_030, y + 1_000),
                LineString([(x + 1_520, y), (x + 1_520, y + 2_000)]),
                box(x + 1_900, y - 100, x + 2_100, y + 100),
                Point(x + 1_000, y + 1_000),
            ],
            crs=lattice.CRS,
        ).to_file(folder / "hazards.gpkg")
        return folder

    return write


def test_distances_are_measured_and_said(exposed):
    rated, findings = tg.open_project(exposed()).rated()
    assert rated.loc["C1", "hazard_m"] == pytest.approx(30)
    assert rated.loc["C1", "unusable_reason"] == "距加油站“城东站”30.0米，应不小于50米（未核）"
    # The distance asked for is closed: 20 m are far enough from a line that asks for 20.
    assert rated.loc["C2", "usable"]
    assert (rated.loc["C2", "hazard_kind"], rated.loc["C2", "hazard_needed_m"]) == ("高压线", 20)
    assert rated.loc["C2", "hazard_m"] == pytest.approx(20)
    assert rated.loc["C3", "unusable_reason"] == "在洪水淹没区范围内（未核）"
    # What the layer itself says comes first.
    assert rated.loc["C4", "unusable_reason"] == "地质灾害隐患点"
    unruled = [one for one in findings if one.code == "hazard_without_rule"]
    assert ["养鸡场" in one.found for one in unruled] == [True]


def test_the_sheet_of_candidates_holds_them(exposed, tmp_path):
    project = tg.open_project(exposed())
    assert "C2" in project.plan().sites.index
    assert not {"C1", "C3"} & set(project.plan().sites.index)
    project.build(tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    cells = list(book["候选点"].iter_rows(values_only=True))
    head = next(row for row in cells if "最近的危险源" in row)
    rows = {row[0]: dict(zip(head, row, strict=True)) for row in cells if row[0] in {"C1", "C2", "C3", "C4"}}
    assert len(rows) == 4
    assert rows["C1"]["最近的危险源"] == "加油站（城东站）"
    assert rows["C1"]["危险源距离（米）"] == pytest.approx(30)
    assert "30.0米" in rows["C1"]["不可用原因"]


def test_a_distance_may_be_a_standards_name(exposed, lattice):
    rules = RULES.replace("distance_m = 50\nsource", 'distance_m = "station"\n# source')
    policy = 'standards_file = "standards.toml"\n'
    folder = exposed(rules)
    (folder / "policy.toml").write_text(
        lattice.POLICY.replace("[estates]\n", rules).replace("[coverage]\n", policy + "[coverage]\n", 1),
        encoding="utf-8",
    )
    standard = '[standards.station]\nname = "站"\ngroup = "buffer"\nvalue = 25\nunit = "m"\nbound = "at_least"\nsource = "某规范"\nverified = true\n'
    (folder / "standards.toml").write_text("schema_version = 1\n" + standard, encoding="utf-8")
    project = tg.open_project(folder)
    rule = project.policy.candidates.exclusions[0]
    assert (rule.distance_m, rule.source, rule.verified) == (25, "某规范", True)
    assert project.rated()[0].loc["C1", "usable"]
    (folder / "standards.toml").write_text(
        "schema_version = 1\n" + standard.replace('unit = "m"', 'unit = "km"'), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="km"):
        tg.open_project(folder)
    (folder / "standards.toml").write_text(
        "schema_version = 1\n" + standard.replace("standards.station", "standards.other"), encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="station"):
        tg.open_project(folder)
