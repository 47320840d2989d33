"""Every table, map and report says what summary.json says; the figures are read back from the files themselves."""

import json
import re
import sqlite3
from contextlib import closing

import openpyxl
import pytest
from docx import Document
from pypdf import PdfReader


@pytest.fixture(scope="module")
def summary(town_out):
    return json.loads((town_out[1] / "summary.json").read_text(encoding="utf-8"))


def percent(share):
    """As the report prints it: rounded down to a tenth of a percent."""
    return f"{int(share * 1000 + 1e-6) / 1000:.1%}"


@pytest.fixture(scope="module")
def book(town_out):
    """Sheets as lists of rows by column name; the 合计 row under "合计"."""
    sheets = {}
    for sheet in openpyxl.load_workbook(town_out[1] / "plan.xlsx", data_only=True):
        header, *rows = (list(row) for row in sheet.iter_rows(min_row=3, values_only=True))
        named = [dict(zip(header, row, strict=True)) for row in rows]
        total = named.pop() if named and named[-1][header[0]] == "合计" else {}
        sheets[sheet.title] = (named, total)
    return sheets


def test_workbook(book, summary):
    _, institutions = book["现状机构"]
    rows, townships = book["乡镇供需平衡"]
    sites, site_total = book["规划设施"]
    projects, project_total = book["近期项目库"]
    years, year_total = book["分年度建设"]
    places, head = summary["places"], summary["coverage"]["headline"]
    assert (townships["常住人口（人）"], townships["3岁以下（人）"]) == tuple(summary["population"].values())
    assert townships["现状托位（个）"] == places["existing"]
    assert townships["规划后托位（个）"] == places["existing"] + places["proposed"]
    assert len(book["现状机构"][0]) == summary["institutions"]["existing"]
    counted = [row for row in book["现状机构"][0] if row["是否计入"] == "是"]
    assert len(counted) == summary["institutions"]["counted"]
    assert institutions["托位（个）"] >= places["existing"]
    assert len(sites) == len(projects) == summary["institutions"]["proposed"] == year_total["项目数（个）"]
    assert (
        site_total["托位（个）"]
        == project_total["托位（个）"]
        == year_total["托位（个）"]
        == places["proposed"]
    )
    for total in (site_total, project_total, year_total):
        assert total["估算投资（万元）"] == pytest.approx(places["cost_10k_yuan"])
    assert years[-1]["累计托位（个）"] == places["existing"] + places["proposed"]
    assert years[-1]["累计千人托位（个）"] == int(places["per_1000_plan"] * 100 + 1e-6) / 100
    assert sum(row["其中没有估算（个）"] for row in years) == places["cost_unstated_sites"]
    for row, expected in zip(rows, summary["townships"], strict=True):
        assert row["代码"] == expected["code"]
        assert row["覆盖率（规划后）"] == pytest.approx(expected["covered_share"], abs=1e-3)
        assert row["规划新增（家）"] == expected["proposed"]
    whole = [row for row in book["分区覆盖面"][0] if row["主口径"] == "是"]
    assert any(
        row["规划后覆盖率"] == pytest.approx(summary["coverage"]["after"][head], abs=1e-3) for row in whole
    )
    flags = [row["核查结果"] for row in book["小区配建核查"][0] if row["核查结果"]]
    assert len(flags) == sum(
        n for flag, n in summary["flags"].items() if flag.split("_")[0] in {"new", "built"}
    )
    assert [row["说明"] for row in book["缺口与冲突"][0] if row["事项"] == "不能满足"] == summary[
        "shortfalls"
    ]


def said_by_both(summary):
    """Figures as the report prints them."""
    people, places, head = summary["population"], summary["places"], summary["coverage"]["headline"]
    return [
        f"常住人口 {people['residents']:,} 人，3岁以下婴幼儿 {people['under3']:,} 人",
        f"现有机构 {summary['institutions']['existing']} 家，其中按政策计入 {summary['institutions']['counted']} 家",
        f"计入 {summary['institutions']['counted']} 家，托位 {places['existing']:,} 个，每千常住人口 {int(places['per_1000'] * 100 + 1e-6) / 100:.2f} 个",
        f"需要托位 {places['required']:,} 个",
        f"为 {percent(summary['coverage']['before'][head])}。",
        f"规划新增 {summary['institutions']['proposed']} 处，托位 {places['proposed']:,} 个",
        f"；实施后覆盖率（主口径）{percent(summary['coverage']['after'][head])}，",
        f"投资合计 {places['cost_10k_yuan']:,.1f} 万元",
        *summary["shortfalls"],
    ]


def test_word_text_and_page(town_out, summary):
    document = Document(town_out[1] / "report.docx")
    page = (town_out[1] / "report.html").read_text(encoding="utf-8")
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for sentence in said_by_both(summary):
        assert sentence in text
        assert sentence in page
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    (balance,) = [
        table for table in tables if table[0][:3] == ["乡镇街道", "常住人口（人）", "3岁以下（人）"]
    ]
    assert balance[-1][1] == f"{summary['population']['residents']:,}"
    (years,) = [table for table in tables if "累计托位（个）" in table[0]]
    assert years[-1][2] == f"{summary['places']['proposed']:,}"
    assert years[-1][4] == f"{summary['places']['cost_10k_yuan']:,.1f}"
    # A table of the Word text is a table of the page.
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", page)
    assert cells == [cell for table in tables for row in table for cell in row]


def test_each_townships_page(town_out, summary):
    for row in summary["townships"]:
        (page,) = PdfReader(town_out[1] / "townships" / f"{row['code']}.pdf").pages
        words = page.extract_text()
        assert words.startswith(row["name"])
        assert f"常住 {row['residents']:,} 人，3岁以下 {row['under3']:,} 人" in words
        assert f"现状 {percent(row['covered_share_today'])}，规划后 {percent(row['covered_share'])}" in words
        assert f"现有 {row['existing']} 家，规划新增 {row['proposed']} 家" in words
        assert f"现有 {row['places_today']:,.0f} 个，规划后 {row['places_plan']:,.0f} 个" in words


def test_geopackage(town_out, summary):
    with closing(sqlite3.connect(town_out[1] / "plan.gpkg")) as layers:

        def one(query):
            return layers.execute(query).fetchone()[0]

        assert one("SELECT count(*) FROM sites") == summary["institutions"]["proposed"]
        assert one("SELECT sum(places) FROM sites") == summary["places"]["proposed"]
        assert one("SELECT count(*) FROM institutions WHERE counted") == summary["institutions"]["counted"]
        assert round(one("SELECT sum(residents) FROM townships")) == summary["population"]["residents"]
        assert round(one("SELECT sum(under3) FROM townships")) == summary["population"]["under3"]
        assert one("SELECT sum(places_plan) FROM townships") == (
            summary["places"]["existing"] + summary["places"]["proposed"]
        )


def seen(page):
    """What a reader sees of a page, without what scripts draw later."""
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_maps(town_out, summary):
    pages = {
        path.stem: seen(path.read_text(encoding="utf-8")) for path in (town_out[1] / "maps").glob("*.html")
    }
    head, places, people = summary["coverage"]["headline"], summary["places"], summary["population"]
    before, after = (summary["coverage"][moment] for moment in ("before", "after"))
    assert f"{percent(before[head])} → {percent(after[head])}" in pages["overview"]
    assert (
        f"{percent(before['residents_places'])} → {percent(after['residents_places'])}" in pages["overview"]
    )
    per_1000 = [int(places[name] * 100 + 1e-6) / 100 for name in ("per_1000", "per_1000_plan")]
    assert f"{per_1000[0]:.2f} → {per_1000[1]:.2f}" in pages["overview"]
    counts = summary["institutions"]
    assert f"{counts['counted']} ＋ {counts['proposed']}" in pages["overview"]
    for row in summary["townships"]:
        shares = f"{percent(row['covered_share_today'])} {percent(row['covered_share'])}"
        assert (
            f"{row['name']} {row['quota']} {row['existing']} {row['proposed']} {shares}" in pages["overview"]
        )
        assert (
            f"{row['name']} {row['under3']:,} {row['places_today']:,.0f} {row['places_plan']:,.0f}"
            in pages["health"]
        )
    open_now = people["under3"] * (1 - before["under3"])
    assert f"现在够不着的3岁以下（人） {round(open_now):,}" in pages["health"]
    assert f"选址中地块新建的 0 / {counts['proposed']}" in pages["natural_resources"]
    for flag, words in (("new_missing", "新建小区缺配建"), ("built_missing", "已建小区缺设施")):
        assert f"{words} {summary['flags'].get(flag, 0)} 个" in pages["housing"]
