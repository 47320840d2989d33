"""Stated places that the floor area has no room for are cut to what it has, and no figure is rounded up to its target."""

import openpyxl
import pytest

import tuoyu_geo as tg
from tuoyu_geo.cut import cut

HEAD = "编号,名称,候选类型,建设方式,楼层,建筑面积,托位数,估算投资(万元),排除原因,所属街道,X坐标,Y坐标\n"
# Nine square metres a place: C1 has room for 40 of its 40, C2 for 33 of its 40, C3 for 20 (none stated), C4 for 6 of 30.
ROWS = """C1,甲社区中心,社区服务中心,改造,1,360,40,80,,甲街道,{x2},{y2}
C2,乙闲置楼,闲置用房,租赁,1,300,40,60,,乙镇,{x3},{y2}
C3,新城配套,小区配套用房,公共配套用房,1,188,,50,,乙镇,{x4},{y0}
C4,小屋,闲置用房,租赁,1,60,30,20,,甲街道,{x1},{y1}
C5,小班,闲置用房,租赁,1,120,15,20,,甲街道,{x1},{y0}
"""


@pytest.fixture
def project(town):
    return tg.open_project(town(candidates_csv=HEAD + ROWS))


def test_places_go_no_further_than_the_floor_area(project):
    rated, findings = project.rated()
    assert rated["places"].to_dict() == {"C1": 40, "C2": 33, "C3": 20, "C4": 6, "C5": 13}
    assert rated["places_method"].to_dict() == {
        "C1": "measured",
        "C2": "capped",
        "C3": "estimated",
        "C4": "capped",
        "C5": "capped",
    }
    # Six places are less than the smallest class; thirteen are a class of its own.
    assert rated.index[~rated["usable"]].tolist() == ["C4"]
    capped = [one for one in findings if one.code == "candidate_places_capped"]
    assert [one.row for one in capped] == [3, 5, 6]
    assert {one.column for one in capped} == {"托位数"}
    assert "最多33个" in capped[0].allowed
    assert "40" in capped[0].found


def test_no_site_breaks_the_rule_of_its_own_clause(project):
    plan = project.plan()
    sites = plan.sites
    assert (sites["places"] * 9 <= sites["area_m2"]).all()
    assert "C2" in sites.index
    assert "面积只够33个" in sites.loc["C2", "reason"]


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1.168817, 2, 1.16),
        (0.89999, 3, 0.899),
        (0.9, 3, 0.9),
        (4.5, 2, 4.5),
        (0.1 + 0.2, 2, 0.3),
        (0.0, 2, 0.0),
    ],
)
def test_a_judged_figure_is_cut(value, digits, shown):
    assert cut(value, digits=digits) == pytest.approx(shown, abs=1e-12)


def test_every_output_says_the_same_of_places(town, lattice, tmp_path):
    """34 + 93 places for 5,600 residents are 22.678 in 1,000: nowhere 22.68."""
    more = lattice.INSTITUTIONS.replace("已备案,30,25", "已备案,34,25")
    project = tg.open_project(town(candidates_csv=HEAD + ROWS, institutions_csv=more))
    project.build(tmp_path / "out")
    summary = project.outcome().summary
    assert summary["places"]["per_1000_plan"] % 0.01 > 0.005, "the figure would round up"
    told = f"{cut(summary['places']['per_1000_plan'], digits=2):.2f}"
    wrong = f"{summary['places']['per_1000_plan']:.2f}"
    assert told != wrong
    page = (tmp_path / "out" / "maps" / "overview.html").read_text(encoding="utf-8")
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    clauses = {clause.id: clause.observed_plan for clause in project.plan().clauses}
    for words in (page, report, project.plan().headline(), clauses["托位"]):
        assert told in words
        assert wrong not in words
    book = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx")
    cells = [cell.value for row in book["乡镇供需平衡"].iter_rows() for cell in row]
    towns = project.outcome().townships
    for _, row in towns.iterrows():
        exact = row["places_plan"] / row["residents"] * 1000
        assert any(
            isinstance(one, float | int) and one == pytest.approx(cut(exact, digits=2), abs=1e-9)
            for one in cells
        )
