"""What a batch's counties add up to, in the workbook and on the map."""

import json
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pytest
import shapely

from tuoyu_geo.batch.record import CountyRecord

HOSTILE = "<script>window.hacked=1</script>&'\"`=1+1"
STANDARDS = {
    "urban": {"mode": "walk", "value": 1000.0, "unit": "m", "verified": False},
    "rural": {"mode": "ebike", "value": 15.0, "unit": "min", "verified": True},
}


def summary(townships, *, reading="residents", standards=STANDARDS, **changed):
    """A summary of townships (code, quota, existing, proposed, residents, covered today, covered with the plan)."""
    residents = sum(row[4] for row in townships)
    today, plan = (sum(row[k] for row in townships) / residents for k in (5, 6))
    return {
        "population": {"residents": residents, "under3": residents // 50},
        "institutions": {"existing": 9, "counted": 7, "proposed": sum(row[3] for row in townships)},
        "places": {
            "existing": 300, "proposed": 150, "required": 450, "cost_10k_yuan": 120.5, "cost_unstated_sites": 1,
        },
        "coverage": {
            "headline": reading,
            "target": 0.9,
            "standards": standards,
            "method": "network",
            "before": {reading: round(today, 6)},
            "after": {reading: round(plan, 6)},
            "by_township": [
                {
                    "code": row[0], "reading": reading, "total": float(row[4]),
                    "before": round(row[5] / row[4], 6) if row[4] else None,
                    "after": round(row[6] / row[4], 6) if row[4] else None,
                }
                for row in townships
            ],
        },
        "townships": [
            {
                "code": row[0], "quota": row[1], "existing": row[2], "proposed": row[3],
                "met": row[2] + row[3] >= row[1], "residents": row[4],
            }
            for row in townships
        ],
        "flags": {"built_missing": 4, "township_quota": sum(row[2] < row[1] for row in townships)},
        "shortfalls": [{}] * sum(row[2] + row[3] < row[1] for row in townships),
        "solver": {"status": "optimal", "gap": 0.0},
        **changed,
    }  # fmt: skip


# Hand-worked. Two prefectures: 3591 holds one and two, 3592 holds three and the one that failed.
COUNTIES = {
    "359101": summary([("359101001", 2, 1, 1, 60_000, 33_333, 55_555), ("359101100", 1, 0, 1, 7, 3, 6)]),
    "359102": summary([("359102001", 1, 1, 0, 900, 10, 20)]),
    "359201": summary(
        [("359201001", 3, 0, 2, 200_000, 1, 123_457)], solver={"status": "feasible", "gap": 0.00011}
    ),
}
FAILED = "359202"


def county(folder, key, found, *, name, at):
    """Write one county's outputs as a run leaves them, its townships as squares side by side."""
    place = folder / "counties" / key
    place.mkdir(parents=True, exist_ok=True)
    (place / "summary.json").write_text(json.dumps(found), encoding="utf-8")
    codes = [row["code"] for row in found["townships"]]
    shapes = [
        shapely.box(x, at[1], x + 9_000, at[1] + 20_000)
        for x in (at[0] + 9_000 * k for k in range(len(codes)))
    ]
    townships = gpd.GeoDataFrame({"township_id": codes}, geometry=shapes, crs="EPSG:4548")
    townships.to_file(place / "plan.gpkg", layer="townships", engine="pyogrio")
    return CountyRecord(
        key=key, title=name, county_name=name, county_code=key[:6], project=f"{key}/project.toml",
        folder=f"counties/{key}", status="done",
    )  # fmt: skip


def failed(folder, key, *, name):
    place = folder / "counties" / key
    place.mkdir(parents=True, exist_ok=True)
    (place / "findings.csv").write_text(
        "严重程度,图层,文件,行,列,单元格,原文,问题代码,发现,要求,处理\n"
        f"错误,居住小区,communities.xlsx,7,编号,B7,X1,id_twice,「{HOSTILE}」的编号重复,不重复,改编号\n"
        "警告,候选点,candidates.xlsx,4,,,,near,太近,分开,核对\n",
        encoding="utf-8-sig",
    )
    return CountyRecord(
        key=key, title=name, county_name=name, county_code=key[:6], project=str(place / "none.toml"),
        folder=f"counties/{key}", status="failed", reason="数据有错误",
    )  # fmt: skip


@pytest.fixture
def batch(tmp_path):
    records = [
        county(
            tmp_path,
            key,
            found,
            name=f"{HOSTILE}{key}" if key == "359102" else f"示意{key}",
            at=(500_000 + 40_000 * k, 2_870_000),
        )
        for k, (key, found) in enumerate(COUNTIES.items())
    ]
    return tmp_path, [*records, failed(tmp_path, FAILED, name="缺席县")]


@pytest.fixture
def written(batch):
    from tuoyu_geo.batch.rollup_files import rollup_files

    folder, records = batch
    for name, data in rollup_files(folder, records).items():
        (folder / name).write_bytes(data)
    return folder


def sheet(path, n):
    """Header and rows of a sheet, by the header's words."""
    rows = list(openpyxl.load_workbook(path, data_only=True).worksheets[n].iter_rows(values_only=True))
    return [dict(zip(rows[2], row, strict=True)) for row in rows[3:]], rows[1][0]


def test_totals_are_sums_of_counts_and_shares_come_from_them(written):
    (everything, province, one, two), note = sheet(written / "rollup.xlsx", 0)
    assert [row["省、地市（代码）"] for row in (everything, province, one, two)] == [
        "本批全部", "省 35", "地市 3591", "地市 3592",
    ]  # fmt: skip
    assert [row["完成/全部"] for row in (everything, province, one, two)] == [
        "3/4 县",
        "3/4 县",
        "2/2 县",
        "1/2 县",
    ]
    # 33,333 + 3 + 10 of 60,000 + 7 + 900; the mean of the two counties' shares would be 28.3 %
    assert (one["常住人口"], one["覆盖·现"], one["覆盖·建成后"]) == (60_907, 33_346, 55_581)
    assert (one["覆盖率·现"], one["覆盖率·后"]) == (0.547, 0.912)
    assert (two["常住人口"], two["覆盖·现"], two["覆盖·建成后"]) == (200_000, 1, 123_457)
    assert (everything["常住人口"], everything["覆盖·建成后"]) == (260_907, 179_038)
    assert everything["覆盖率·后"] == 0.686  # 0.68621
    assert province["覆盖率·后"] == everything["覆盖率·后"]
    assert (everything["现有托位"], everything["新增托位"]) == (900, 450)
    assert everything["千人托位·现"] == 3.44  # 900 by 260.907 is 3.4495
    assert everything["千人托位·后"] == 5.17  # 1,350 by 260.907 is 5.1743
    assert "3/4" in note
    assert "服务半径未核：3/3" in note
    (everything, _, one, two), _ = sheet(written / "rollup.xlsx", 1)
    assert (everything["有配额"], everything["现已达到"], everything["建成后达到"]) == (4, 1, 3)
    assert (one["未全满足的县"], two["未全满足的县"]) == (0, 1)
    assert (everything["证明最优的县"], everything["最大差距"]) == (2, 0.0002)  # rounded up


def test_the_counties_sheet_sums_to_what_the_summaries_hold(written):
    people, rules = (sheet(written / "rollup.xlsx", n)[0] for n in (2, 3))
    rows = [one | two for one, two in zip(people, rules, strict=True)]
    total, counties = rows[-1], rows[:-1]
    assert total["县代码"] == "合计（3/4 县）"
    read = [
        json.loads(p.read_text(encoding="utf-8")) for p in sorted(written.glob("counties/*/summary.json"))
    ]
    assert len(read) == 3
    for column, sums in {
        "常住人口": lambda one: one["population"]["residents"],
        "3岁以下": lambda one: one["population"]["under3"],
        "计入机构": lambda one: one["institutions"]["counted"],
        "新增机构": lambda one: one["institutions"]["proposed"],
        "应有托位": lambda one: one["places"]["required"],
        "投资": lambda one: one["places"]["cost_10k_yuan"],
        "缺口": lambda one: sum(one["flags"].values()),
        "未满足的规则": lambda one: len(one["shortfalls"]),
        "覆盖·建成后": lambda one: sum(
            round(row["total"] * row["after"]) for row in one["coverage"]["by_township"] if row["after"]
        ),
    }.items():
        assert total[column] == pytest.approx(sum(map(sums, read))), column
        assert [row[column] for row in counties if row["状态"] == "完成"] == [sums(one) for one in read], (
            column
        )


def test_a_failed_county_is_named_with_its_findings_and_never_counted(written):
    people, rules = (sheet(written / "rollup.xlsx", n)[0] for n in (2, 3))
    lost = next(row for row in people if row["县代码"] == FAILED)
    assert (lost["县"], lost["状态"], lost["常住人口"]) == ("缺席县", "未完成", None)
    assert next(row for row in rules if row["县代码"] == FAILED)["未完成的原因"] == "数据有错误"
    missing, _ = sheet(written / "rollup.xlsx", 6)
    assert [(row["县"], row["文件"], row["行"]) for row in missing] == [("缺席县", "communities.xlsx", 7)]
    assert "缺席县" in (written / "rollup.html").read_text(encoding="utf-8")


def test_what_a_failed_county_left_from_before_is_not_counted(batch):
    from tuoyu_geo.batch.rollup import read_rollup

    folder, records = batch
    old = replace(records[0], status="failed", reason="改坏了", has_older_outputs=True)
    view = read_rollup(folder, [old, *records[1:]])
    assert view.totals[0].sum("residents") == 200_900
    assert [one.record.key for one in view.failures] == ["359101", FAILED]


def test_names_never_become_formulas_or_markup(written):
    book = openpyxl.load_workbook(written / "rollup.xlsx")
    formulas = {c.value for page in book for row in page.iter_rows() for c in row if c.data_type == "f"}
    assert formulas
    assert all(formula.startswith("=SUM(") for formula in formulas)
    page = (written / "rollup.html").read_text(encoding="utf-8")
    assert "<script>window.hacked" not in page


@pytest.mark.parametrize(
    "changed",
    [
        {"standards": {**STANDARDS, "urban": STANDARDS["urban"] | {"value": 500.0}}},
        {"standards": {**STANDARDS, "rural": STANDARDS["rural"] | {"mode": "car"}}},
        {"reading": "under3"},
    ],
    ids=["radius", "mode", "reading"],
)
def test_counties_that_are_judged_differently_have_no_common_share(batch, changed):
    from tuoyu_geo.batch.rollup_files import rollup_files

    folder, records = batch
    other = summary([("359102001", 1, 1, 0, 900, 10, 20)], **changed)
    (folder / "counties" / "359102" / "summary.json").write_text(json.dumps(other), encoding="utf-8")
    (folder / "mixed.xlsx").write_bytes(rollup_files(folder, records)["rollup.xlsx"])
    (everything, province, one, two), note = sheet(folder / "mixed.xlsx", 0)
    for row in (everything, province, one):
        assert row["覆盖率·现"] is row["覆盖率·后"] is row["覆盖·现"] is row["覆盖·建成后"] is None
        assert "2 种" in row["备注"]
        assert row["常住人口"]  # people are people
    assert two["覆盖率·后"] == 0.617  # one county alone is judged in one way
    assert "不合计" in note
    rows, _ = sheet(folder / "mixed.xlsx", 2)
    assert [row["口径"] for row in rows] == [1, 2, 1, None, None]
    assert rows[-1]["覆盖·建成后"] is None
    assert rows[-1]["常住人口"] == 260_907
    ways, _ = sheet(folder / "mixed.xlsx", 5)
    assert [row["县数"] for row in ways] == [2, 1]


def test_a_county_that_stands_twice_is_not_added(batch):
    from tuoyu_geo.batch.rollup import read_rollup

    folder, records = batch
    twin = county(folder, "359101-twin", COUNTIES["359101"], name="又一份", at=(500_000, 2_950_000))
    view = read_rollup(folder, [*records, twin])
    by_place = {(one.level, one.code): one for one in view.totals}
    assert by_place["all", ""].sum("residents") is by_place["prefecture", "3591"].share("plan") is None
    assert by_place["prefecture", "3592"].sum("residents") == 200_000
    assert any("359101" in notice for notice in view.notices)


def test_nothing_done_yet_is_still_a_workbook_and_a_map(tmp_path):
    from tuoyu_geo.batch.rollup_files import rollup_files

    files = rollup_files(tmp_path, [failed(tmp_path, FAILED, name="缺席县")])
    (tmp_path / "rollup.xlsx").write_bytes(files["rollup.xlsx"])
    (everything, *_), _ = sheet(tmp_path / "rollup.xlsx", 0)
    assert (everything["完成/全部"], everything["常住人口"]) == ("0/1 县", None)


def test_nothing_that_a_failed_county_does_stops_the_sums(batch, monkeypatch):
    from tuoyu_geo.batch import outlines
    from tuoyu_geo.batch.rollup_files import rollup_files

    def broken(_file):
        raise RuntimeError("not one of ours")

    folder, records = batch
    monkeypatch.setattr(outlines, "open_project", broken)
    assert "缺席县" in rollup_files(folder, records)["rollup.html"].decode()


def test_the_same_outputs_give_the_same_bytes(batch):
    from tuoyu_geo.batch.rollup_files import rollup_files

    folder, records = batch
    assert rollup_files(folder, records) == rollup_files(folder, list(reversed(records)))


@pytest.mark.browser
def test_the_map_opens_offline_and_leads_to_the_county_s_own(written, browser):
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    asked, complaints = [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    own = (written / "rollup.html").as_uri()
    page.on("request", lambda request: asked.append(request.url) if request.url != own else None)
    page.goto(own)
    assert page.evaluate("window.hacked") is None
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:")] == []
    layers = page.evaluate("map_rollup.tyOrder.map(group => [group.tyKey, group.getLayers().length])")
    assert dict(layers) == {"today": 3, "plan": 3, "missing": 0, "prefectures": 2}
    page.fill(".ty-search", "script")
    page.press(".ty-search", "Enter")
    popup = page.locator(".ty-popup")
    assert popup.locator("h3").inner_text() == f"{HOSTILE}359102"
    assert popup.locator("a").get_attribute("href") == "counties/359102/maps/overview.html"
    page.click("button:has-text('建成后')")
    assert page.evaluate("map_rollup.tyOrder.filter(group => map_rollup.hasLayer(group)).map(group => group.tyKey)") == [
        "missing", "plan", "prefectures",
    ]  # fmt: skip
    page.context.close()


@pytest.mark.slow
def test_real_runs_are_summed_and_a_failed_county_is_drawn_from_its_layer(tmp_path, write_county, lattice):
    import tuoyu_geo as tg
    from tuoyu_geo.batch.outlines import county_outlines
    from tuoyu_geo.batch.rollup import read_rollup
    from tuoyu_geo.batch.rollup_files import rollup_files

    records, people, covered = [], 0.0, {"today": 0.0, "plan": 0.0}
    for code in ("999901", "999902"):
        tg.open_project(write_county(tmp_path / code, code)).build(tmp_path / "out" / "counties" / code)
        # what the map and the tables hold point by point, added up by hand
        points = gpd.read_file(tmp_path / "out" / "counties" / code / "plan.gpkg", layer="communities")
        people += points["residents"].sum()
        for when in covered:
            covered[when] += points.loc[points[f"covered_{when}"].astype(bool), "residents"].sum()
        records.append(
            CountyRecord(
                key=code, title=code, county_name=code, county_code=code, project="", folder=f"counties/{code}", status="done",
            )
        )  # fmt: skip
    wrong = write_county(
        tmp_path / "999903", "999903", communities_csv=lattice.ESTATES.replace("2000,,无", "很多,,无")
    )
    records.append(replace(failed(tmp_path / "out", "999903", name="缺席县"), project=str(wrong)))
    for name, data in rollup_files(tmp_path / "out", records).items():
        (tmp_path / name).write_bytes(data)
    everything = sheet(tmp_path / "rollup.xlsx", 0)[0][0]
    assert everything["完成/全部"] == "2/3 县"
    assert (everything["应计总数"], everything["覆盖·现"], everything["覆盖·建成后"]) == (
        people, covered["today"], covered["plan"],
    )  # fmt: skip
    view = read_rollup(tmp_path / "out", records)
    assert f'date = "{view.date}"' in lattice.PROJECT
    assert any("2/2" in notice for notice in view.notices)  # layers or standards that nobody vouched for
    outlines = county_outlines(view)
    assert list(outlines.index) == ["999901", "999902", "999903"]
    assert outlines.area["999903"] == pytest.approx(outlines.area["999901"], rel=1e-6)
