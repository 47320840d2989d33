"""A change in any input shows in every output that shows that input, and in none that does not."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box

import tuoyu_geo as tg

pytestmark = pytest.mark.slow

MAPS = {f"maps/{name}.html" for name in ("overview", "health", "natural_resources", "housing")}
PAGES = {"townships/999900001.pdf", "townships/999900101.pdf"}
REPORT = {"report.docx", "report.html"}
TABLES = {"plan.xlsx", "plan.gpkg"}
EVERYTHING = MAPS | PAGES | REPORT | TABLES | {"summary.json"}
WEST, EAST = sorted(PAGES)
FINDINGS = "findings.csv"


def estates(lattice):
    return {"communities_csv": lattice.ESTATES.replace(",2000,", ",2003,")}


def villages(lattice):
    return {"villages_csv": lattice.VILLAGES.replace("300", "303")}


def institutions(lattice):
    return {"institutions_csv": lattice.INSTITUTIONS.replace("已备案,30,25", "已备案,31,25")}


def doubtful(lattice):
    return {"institutions_csv": lattice.INSTITUTIONS.replace("未备案,40,30", "未备案,,30")}


def candidates(lattice):
    return {
        "candidates_csv": lattice.CANDIDATES.replace("甲社区中心", "甲邻里中心").replace(",40,80,", ",40,83,")
    }


def rules(lattice):
    return {"policy_toml": lattice.POLICY.replace('quotation = "机构数"', 'quotation = "机构要够数"')}


def title(lattice):
    return {"project_toml": lattice.PROJECT.replace('title = "方格镇"', 'title = "方格镇第二稿"')}


def streets(folder, lattice):
    """Without the street from E1 north, which is E1's way to I1."""
    lines = gpd.read_file(folder / "roads.gpkg")
    gone = LineString([(lattice.X0, lattice.Y0), (lattice.X0, lattice.Y0 + lattice.BLOCK)])
    (folder / "roads.gpkg").unlink()
    lines[~lines.geometry.apply(gone.equals)].to_file(folder / "roads.gpkg")


def townships(folder, lattice):
    """The west one reaches 300 m farther."""
    areas = gpd.read_file(folder / "townships.gpkg")
    west = areas.geometry.iloc[0]
    farther = box(west.bounds[0] - 300, west.bounds[1], west.bounds[0], west.bounds[3])
    areas.loc[areas.index[0], "geometry"] = west.union(farther)
    (folder / "townships.gpkg").unlink()
    areas.to_file(folder / "townships.gpkg")


def water(folder, lattice):
    pond = box(lattice.X0 + 1050, lattice.Y0 + 100, lattice.X0 + 1450, lattice.Y0 + 2000)
    gpd.GeoDataFrame({"名称": ["河"]}, geometry=[pond], crs=lattice.CRS).to_file(folder / "water.gpkg")
    add(folder / "project.toml", "[demand]", '[layers.water]\npath = "water.gpkg"\ncrs = "EPSG:4548"\n')


def hazards(folder, lattice):
    """A zone around C3, which the plan does not take."""
    zone = box(lattice.X0 + 1900, lattice.Y0 - 100, lattice.X0 + 2100, lattice.Y0 + 100)
    frame = gpd.GeoDataFrame({"类型": ["洪水淹没区"], "名称": ["河滩"]}, geometry=[zone], crs=lattice.CRS)
    frame.to_file(folder / "hazards.gpkg")
    add(folder / "project.toml", "[demand]", '[layers.hazards]\npath = "hazards.gpkg"\ncrs = "EPSG:4548"\n')
    add(
        folder / "policy.toml",
        "[estates]\n",
        '[[candidates.exclusions]]\nkind = "洪水淹没区"\ndistance_m = 0\n',
    )


def population(folder, lattice):
    """People by township, 40 more in the east than its villages say."""
    (folder / "people.csv").write_text("乡镇街道,常住人口\n甲街道,3800\n乙镇,1840\n", encoding="utf-8")
    add(folder / "project.toml", "[demand]", '[layers.population]\npath = "people.csv"\ndatum = "wgs84"\n')


def add(file, before, lines):
    content = file.read_text(encoding="utf-8")
    file.write_text(content.replace(before, lines + before, 1), encoding="utf-8")


CASES = {
    # change: (in what way, outputs that show it, outputs that don't)
    "communities": (estates, EVERYTHING - {EAST}, {EAST, FINDINGS}),
    "villages": (villages, EVERYTHING - {WEST}, {WEST, FINDINGS}),
    "institutions": (institutions, EVERYTHING - {EAST}, {EAST, FINDINGS}),
    "doubtful": (doubtful, TABLES | {FINDINGS, "maps/health.html"}, {WEST}),
    "candidates": (candidates, EVERYTHING - {EAST}, {EAST, FINDINGS}),
    "policy": (rules, REPORT | {"plan.xlsx", "summary.json", "maps/overview.html"}, PAGES | {FINDINGS}),
    "title": (title, (EVERYTHING | {"plan.xlsx"}) - {"plan.gpkg"}, {"plan.gpkg", FINDINGS}),
    "roads": (streets, TABLES | REPORT | {"maps/overview.html", WEST}, {FINDINGS}),
    "townships": (townships, MAPS | PAGES | REPORT | {"plan.gpkg"}, {FINDINGS}),
    "hazards": (hazards, TABLES | {"maps/natural_resources.html", EAST}, {WEST}),
    "population": (population, EVERYTHING - {WEST}, {WEST}),
    "water": (water, MAPS | PAGES | REPORT, {"summary.json", FINDINGS}),
}


@pytest.mark.parametrize("case", CASES)
def test_shows_where_it_should(case, town_out, lattice, tmp_path):
    change, shown, not_shown = CASES[case]
    by_file = case in {"roads", "townships", "water", "hazards", "population"}
    folder = lattice.write_town(tmp_path / "town", **({} if by_file else change(lattice)))
    if by_file:
        change(folder, lattice)
    tg.open_project(folder).build(folder / "out")
    before = {path.relative_to(town_out[1]).as_posix(): path.read_bytes() for path in files(town_out[1])}
    after = {path.relative_to(folder / "out").as_posix(): path.read_bytes() for path in files(folder / "out")}
    same = {name for name in before if before[name] == after.get(name)}
    assert shown & same == set()
    assert not_shown - same == set()


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
