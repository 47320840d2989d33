"""plan.xlsx as offices expect it, and as our own reader takes it back."""

import io

import openpyxl
import pytest

import tuoyu_geo as tg
from tuoyu_geo.messages import speaking
from tuoyu_geo.reports import workbook_bytes

SHEETS = [
    "现状机构",
    "乡镇供需平衡",
    "小区配建核查",
    "幼儿园托班潜力",
    "规划设施",
    "近期项目库",
    "工业园区与用人单位",
    "指标完成",
    "数据问题",
]


@pytest.fixture(scope="module")
def book(town_out):
    return openpyxl.load_workbook(town_out[1] / "plan.xlsx")


@pytest.fixture(scope="module")
def values(town_out):
    return openpyxl.load_workbook(town_out[1] / "plan.xlsx", data_only=True)


def column(sheet, name):
    header = [cell.value for cell in sheet[3]]
    return [row[header.index(name)].value for row in sheet.iter_rows(min_row=4)]


def test_every_sheet_is_laid_out_for_the_office(book):
    assert [name for name in book.sheetnames if name in SHEETS] == SHEETS
    for sheet in book:
        assert "A1:" in " ".join(map(str, sheet.merged_cells.ranges))
        assert sheet["A1"].value.startswith("附表")
        assert sheet.title in sheet["A1"].value
        assert sheet["A2"].value.startswith("单位")
        assert all(cell.value for cell in sheet[3])
        assert sheet.freeze_panes == "A4"
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.print_area
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0


def test_totals_are_formulas_with_results_and_equal_the_summary(book, values, town_out):
    summary = town_out[0].outcome().summary
    expected = {
        ("乡镇供需平衡", "常住人口（人）"): summary["population"]["residents"],
        ("乡镇供需平衡", "3岁以下（人）"): summary["population"]["under3"],
        ("乡镇供需平衡", "现状托位（个）"): summary["places"]["existing"],
        ("乡镇供需平衡", "规划新增（家）"): summary["institutions"]["proposed"],
        ("规划设施", "托位（个）"): summary["places"]["proposed"],
        ("近期项目库", "托位（个）"): summary["places"]["proposed"],
    }
    for (sheet, name), figure in expected.items():
        *rows, total = column(book[sheet], name)
        assert total == f"=SUM({total[5]}4:{total[5]}{3 + len(rows)})", (sheet, name)
        assert sum(rows) == figure, (sheet, name)
        assert column(values[sheet], name)[-1] == figure, (sheet, name)
    assert column(book["现状机构"], "编号")[-1] == "合计"


def test_the_office_picks_from_lists(book):
    sheet = book["小区配建核查"]
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    header = [cell.value for cell in sheet[3]]
    cell = sheet.cell(row=4, column=header.index("补建方式（主管部门填）") + 1).coordinate
    assert lists[cell] == '"购置,置换,租赁,改造,公共配套用房"'
    assert any("卫健局" in words for words in lists.values())
    projects = book["近期项目库"].data_validations.dataValidation
    assert any("2026" in rule.formula1 for rule in projects)


def test_clauses_stand_in_the_sheet_as_in_the_summary(book, town_out):
    summary = town_out[0].outcome().summary
    sheet = book["指标完成"]
    ids, observed, today = (column(sheet, name) for name in ("条款", "规划后", "现状判定"))
    for clause in summary["clauses"]:
        row = ids.index(clause["id"])
        assert observed[row] == clause["observed"]
        assert (
            today[row]
            == {"met": "达到", "not_met": "未达到", "not_judgeable": "无法判定"}[clause["status_today"]]
        )


@pytest.mark.parametrize(
    ("language", "sheets"),
    [("zh", ("小区配建核查", "现状机构", "规划设施")), ("en", ("Estates", "Institutions", "Sites"))],
)
def test_it_reads_back_as_layers_to_the_same_figures(lattice, tmp_path, language, sheets):
    # Two ways are exactly 1,000 m; a centimetre of rounding must not decide.
    policy = lattice.POLICY.replace("value = 1000\n", "value = 1001\n")
    written = lattice.write_town(tmp_path / "town", policy_toml=policy)
    outcome = tg.open_project(written, overrides=[f"project.language={language}"]).outcome()
    before = outcome.summary
    layers = lattice.PROJECT
    for role, sheet in zip(("communities", "institutions", "candidates"), sheets, strict=True):
        layers = layers.replace(
            f'[layers.{role}]\npath = "{role}.csv"\ncrs = "EPSG:4548"',
            f'[layers.{role}]\npath = "plan.xlsx"\nsheet = "{sheet}"\ndatum = "cgcs2000"',
        )
    folder = lattice.write_town(tmp_path / "again", project_toml=layers, policy_toml=policy)
    with speaking(language):
        (folder / "plan.xlsx").write_bytes(workbook_bytes(outcome))
    again = tg.open_project(folder)
    assert [finding.message for finding in again.check()[1] if finding.severity == "error"] == []
    after = again.outcome().summary
    for name in ("population", "institutions", "places", "flags"):
        assert after[name] == before[name], name
    assert after["coverage"]["before"] == before["coverage"]["before"]
    assert after["coverage"]["after"] == before["coverage"]["after"]
    assert sorted(after["sites"]) == sorted(before["sites"])


def test_no_cell_starts_a_formula_from_data(lattice, tmp_path):
    estates = lattice.ESTATES.replace("东门", "@SUM(1)").replace("南园", "+1+1").replace("河西", "=1+1")
    candidates = lattice.CANDIDATES.replace("甲社区中心", "-2+3").replace("乙闲置楼", "=cmd|' /C calc'!A0")
    folder = lattice.write_town(tmp_path / "town", communities_csv=estates, candidates_csv=candidates)
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(tg.open_project(folder).outcome())))
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert formulas
    assert all(
        formula.startswith("=SUM(") and formula.endswith(")") and "," not in formula for formula in formulas
    )
    assert "=1+1" in column(book["小区配建核查"], "小区名称")
