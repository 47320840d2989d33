"""report.docx, report.html and the township sheets: the same figures as summary.json, and sensible when empty."""

import io
import json
import re
from html.parser import HTMLParser

import pyogrio
import pytest
import python_calamine as calamine
from docx import Document
from pypdf import PdfReader

import tuoyu_geo as tg
from tuoyu_geo.reports import fonts, report_files, township_sheets

CHAPTERS = [
    "一、总则",
    "二、现状分析",
    "三、需求预测",
    "四、规划目标与指标",
    "五、配置标准",
    "六、布局方案",
    "七、近期建设项目库",
    "八、保障措施",
    "附图",
    "附表",
]


class Tables(HTMLParser):
    """Tables of a page by caption, as rows of cells."""

    def __init__(self, page):
        super().__init__()
        self.found, self.caption, self.cell, self.row = {}, None, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.row = []
        if tag in {"td", "th", "caption"}:
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption = self.cell
            self.found[self.caption] = []
        if tag in {"td", "th"}:
            self.row.append(self.cell)
        if tag == "tr":
            self.found[self.caption].append(self.row)
        if tag in {"td", "th", "caption"}:
            self.cell = None


def docx_text(data):
    document = Document(io.BytesIO(data))
    words = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        words += [cell.text for row in table.rows for cell in row.cells]
    return document, "\n".join(words)


@pytest.fixture(scope="module")
def page(town_out):
    return (town_out[1] / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(town_out):
    return docx_text((town_out[1] / "report.docx").read_bytes())


def test_chapters_in_order_with_their_pictures(page, document):
    headings = [one.text for one in document[0].paragraphs if one.style.name == "Heading 1"]
    assert headings == CHAPTERS
    assert re.findall(r"<h2 id=[^>]*>([^<]*)</h2>", page) == CHAPTERS
    assert len(document[0].inline_shapes) == page.count("<img ")
    assert page.count("<img ") >= 4


def test_page_of_a_document_of_state(document):
    section = document[0].sections[0]
    assert [round(one.mm) for one in (section.page_width, section.page_height)] == [210, 297]
    assert [round(one.mm) for one in (section.top_margin, section.left_margin, section.right_margin)] == [
        37,
        28,
        26,
    ]
    normal = document[0].styles["Normal"]
    assert (normal.font.size.pt, normal.paragraph_format.line_spacing.pt) == (16, 28)
    assert "仿宋" in normal.element.xml


def test_figures_of_both_equal_the_summary(page, document, town_out):
    summary = town_out[0].outcome().summary
    tables = Tables(page).found
    balance = tables["乡镇供需平衡（单位：人、个）"]
    assert balance[-1][0] == "合计"
    assert balance[-1][1:3] == [
        f"{summary['population']['residents']:,}",
        f"{summary['population']['under3']:,}",
    ]
    assert balance[-1][4] == f"{summary['places']['existing']:,}"
    sites = tables["规划设施（按开办次序；单位：个）"][1:]
    assert len(sites) == summary["institutions"]["proposed"]
    assert sum(int(row[5].replace(",", "")) for row in sites) == summary["places"]["proposed"]
    clauses = {row[0]: row for row in tables["指标完成情况"][1:]}
    for clause in summary["clauses"]:
        assert clauses[clause["id"]][1] == clause["quotation"]
        assert clauses[clause["id"]][5] == clause["observed"]
    for words in (f"{summary['places']['required']:,} 个", "58.9%", "100.0%"):
        assert words in document[1]
        assert words in page


def test_page_fetches_nothing_and_runs_nothing(page):
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!data:|#)", page)
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_hostile_names_stay_words(lattice, tmp_path):
    estates = lattice.ESTATES.replace("新城", "<script>alert(1)</script>").replace("东门", "a&b$x$\\frac")
    outcome = tg.open_project(lattice.write_town(tmp_path / "town", communities_csv=estates)).outcome()
    files = report_files(outcome)
    assert "<script>" not in files["report.html"].decode()
    assert "<script>alert(1)</script>" in docx_text(files["report.docx"])[1]
    assert all(data.startswith(b"%PDF") for data in township_sheets(outcome).values())


def test_one_page_for_each_township(town_out):
    project, out = town_out
    sheets = sorted((out / "townships").iterdir())
    assert [path.stem for path in sheets] == sorted(project.outcome().townships.index)
    for path in sheets:
        assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 1


def test_the_same_bytes(town_out):
    outcome, out = town_out[0].outcome(), town_out[1]
    for name, data in (report_files(outcome) | township_sheets(outcome)).items():
        assert data == (out / name).read_bytes(), name


def without(table):
    return table.strip().splitlines()[0] + "\n"


def every_file_opens(folder):
    """Each file is read by a library that did not write it, or as strictly as it can be, and says nothing like nan."""
    json.loads((folder / "summary.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    sheets = calamine.load_workbook(str(folder / "plan.xlsx"))
    for name in sheets.sheet_names:
        title, unit, header, *rows = sheets.get_sheet_by_name(name).to_python()
        assert title[0].startswith("附表")
        assert unit[0].startswith("单位")
        assert all(header)
        assert rows, name
        assert "nan" not in str(rows).lower(), name
        assert "None" not in str(rows), name
    assert "nan" not in docx_text((folder / "report.docx").read_bytes())[1].lower()
    layers = [name for name, kind in pyogrio.list_layers(folder / "plan.gpkg") if kind is not None]
    assert {"townships", "communities", "institutions", "candidates", "sites", "unserved"} <= set(layers)
    for name in layers:
        frame = pyogrio.read_dataframe(folder / "plan.gpkg", layer=name)
        # Who is served by nothing has no line to anywhere.
        assert name == "assignments" or frame.geometry.notna().all(), name
    for path in (folder / "townships").glob("*.pdf"):
        (page,) = PdfReader(path).pages
        words = page.extract_text()
        assert "服务范围外的小区和村" in words
        assert "nan" not in words.lower()
    for path in (folder / "maps").rglob("*.html"):
        words = re.sub(r"<(script|style).*?</\1>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        words = re.sub(r"<[^>]+>", " ", words)
        assert "nan" not in words.lower(), path.name
        assert "None" not in words, path.name


@pytest.mark.slow
@pytest.mark.parametrize("case", ["no_institution", "no_candidate", "one_township"])
def test_empty_cases_make_sensible_files(case, lattice, tmp_path):
    changes = {
        "no_institution": {"institutions_csv": without(lattice.INSTITUTIONS)},
        "no_candidate": {"candidates_csv": without(lattice.CANDIDATES)},
        "one_township": {},
    }[case]
    folder = lattice.write_town(tmp_path / "town", **changes)
    if case == "one_township":
        import geopandas as gpd

        towns = (
            gpd.read_file(folder / "townships.gpkg")
            .dissolve()
            .assign(区划代码="999900001", 名称="甲街道", 类型="街道")
        )
        (folder / "townships.gpkg").unlink()
        towns.to_file(folder / "townships.gpkg")
        for name in ("communities.csv", "villages.csv", "institutions.csv", "candidates.csv"):
            rows = (folder / name).read_text(encoding="utf-8").replace("乙镇", "甲街道")
            (folder / name).write_text(rows, encoding="utf-8")
        policy = (folder / "policy.toml").read_text(encoding="utf-8")
        cut = re.sub(
            r'\[\[quotas\]\]\ntownship_id = "999900101".*?minimum = 1\n', "", policy, flags=re.DOTALL
        )
        (folder / "policy.toml").write_text(cut, encoding="utf-8")
    project = tg.open_project(folder)
    project.build(folder / "out")
    summary = project.outcome().summary
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"<h2 id=[^>]*>([^<]*)</h2>", page) == CHAPTERS
    words = re.sub(r"base64,[^\"]*", "", page)
    assert "nan" not in words.lower()
    assert "None" not in words
    every_file_opens(folder / "out")
    if case == "no_institution":
        assert summary["institutions"]["counted"] == 0
        assert "按政策计入 0 家" in page
    if case == "no_candidate":
        assert "本方案没有新增规划点" in page
        assert {one["id"] for one in summary["clauses"] if one["status"] == "not_met"} >= {"机构数", "覆盖面"}
    assert len(list((folder / "out" / "townships").iterdir())) == len(summary["townships"])


def test_without_a_chinese_font_the_report_says_so(town_out, monkeypatch):
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Font",))
    fonts.chinese_font.cache_clear()
    try:
        outcome = town_out[0].outcome()
        page = report_files(outcome)["report.html"].decode()
        assert "没有可用的中文字体" in page
        assert "<img" not in page
        assert township_sheets(outcome) == {}
    finally:
        fonts.chinese_font.cache_clear()


def test_what_a_font_lacks_shows_as_a_box():
    family = fonts.chinese_font()
    if family is None:
        pytest.skip("no Chinese font on this machine")
    assert fonts.drawable("永安😀$5\n", family) == "永安□\\$5 "
