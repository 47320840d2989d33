"""A map for each township: what lies in it and whom its people go to, and links that lead there and back."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tuoyu_geo.maps import MAPS, draw_maps, map_names
from tuoyu_geo.maps.township import township_stems


@pytest.fixture(scope="module")
def drawn(rich):
    return draw_maps(rich, map_names(rich.townships.index)[:6])


def ids(page, key):
    found = re.search(rf'= TY\.layer\(\{{"key":"{key}".*?\);(?:var|\n|TY|layer)', page, re.DOTALL)
    return set(re.findall(r'"type":"Feature","id":"([^"]+)"', found[0]))


def nav(page):
    return re.search(r"<nav.*?</nav>", page, re.DOTALL)[0]


def test_every_township_has_one(rich):
    names = map_names(rich.townships.index)
    assert names[:4] == tuple(MAPS)
    assert [name.removeprefix("townships/") for name in names[4:]] == list(rich.townships.index)


def test_file_names_can_not_leave_the_folder_nor_meet():
    codes = ["../../etc", "..\\..\\etc", "A/b", "a_B", "350481001", "", "x" * 300]
    stems = township_stems(codes)
    assert list(stems.values()) == codes
    assert len({stem.lower() for stem in stems}) == len(codes)
    for stem in stems:
        assert re.fullmatch(r"townships/[\w-]+", stem)
        assert len(stem) < 100


def test_it_shows_what_is_in_the_township_and_who_serves_it(rich, drawn):
    township = rich.townships.index[0]
    page = drawn[f"townships/{township}"]
    here = rich.demand[rich.demand["township_id"] == township]
    shown = ids(page, "demand_covered") | ids(page, "demand_gained") | ids(page, "demand_unserved")
    assert shown == set(here.index)
    used = {*here["nearest_today_id"].dropna(), *here["nearest_plan_id"].dropna()}
    wanted = set(rich.sites.index[rich.sites["township_id"] == township]) | (set(rich.sites.index) & used)
    assert ids(page, "sites") == wanted
    assert ids(page, "townships") == {township}
    assert f"{rich.townships['name'].iloc[0]}托育服务设施分图" in page
    assert rich.townships["name"].iloc[5] + "托育" not in page


def test_links_lead_to_files_that_are_written(rich, drawn):
    written = {f"{name}.html" for name in map_names(rich.townships.index)}
    for name, page in drawn.items():
        links = re.findall(r'<a href="([^"]+)"', nav(page))
        assert links
        for link in links:
            parts = []
            for part in (PurePosixPath(name).parent / link).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in written
    assert len(re.findall(r'<a href="townships/', nav(drawn["overview"]))) == len(rich.townships)
    assert '<a href="../overview.html"' in nav(drawn[f"townships/{rich.townships.index[0]}"])


def test_a_notebook_s_map_links_nowhere(rich):
    assert "<nav" not in MAPS["overview"](rich).html()


def test_its_clauses_are_those_decided_in_it(rich, drawn):
    township = rich.townships.index[1]
    named = set(re.findall(r'data-place="([^"]+)"', drawn[f"townships/{township}"]))
    own = {one.id for one in rich.clauses[0].places_plan if one.township_id == township}
    assert named <= own
    assert bool(named) == bool(own)


@pytest.mark.slow
@pytest.mark.parametrize(
    "gone", ["institutions", "sites", "candidates", "demand", "gaps", "service_areas", "streets", "water"]
)
def test_what_is_not_there_leaves_a_map(rich, gone):
    less = {gone: getattr(rich, gone).iloc[:0]}
    if gone == "demand":
        less |= {"unserved": rich.unserved.iloc[:0], "gaps": rich.gaps.iloc[:0], "mends": rich.mends.iloc[:0]}
    outcome = replace(rich, **less)
    pages = draw_maps(outcome, [*MAPS, f"townships/{rich.townships.index[3]}"])
    assert all(page.count("TY.finish(") == 1 for page in pages.values())


def test_a_county_of_one_township(rich):
    one = rich.townships.index[0]
    alone = replace(rich, townships=rich.townships.iloc[:1])
    pages = draw_maps(alone, map_names([one]))
    assert len(pages) == 5


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["rich", "hostile"])
def test_it_opens_without_asking(browser, rich, hostile, kind, tmp_path):
    outcome = {"rich": rich, "hostile": hostile}[kind]
    name = f"townships/{outcome.townships.index[2]}"
    file = tmp_path / "map.html"
    file.write_text(draw_maps(outcome, [name])[name], encoding="utf-8")
    asked, complaints = [], []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    page.locator("tr[data-layer]").first.click()
    assert page.locator(".ty-popup h3").is_visible()
    assert page.evaluate("window.hacked") is None
    page.close()
    assert asked == [file.as_uri()]
    assert complaints == []
