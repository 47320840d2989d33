"""The what-if panel in a real browser with the network refused, beside the figures of the project's own code."""

import json
import math
import random
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest

from tuoyu_geo.choices.measures import County
from tuoyu_geo.coverage import coverage_table
from tuoyu_geo.given import as_given
from tuoyu_geo.maps import draw_maps
from tuoyu_geo.scenario import Scenario, read_scenario

pytestmark = pytest.mark.browser
READINGS = ("residents", "under3", "communities", "townships")


@pytest.fixture(scope="module")
def base(project):
    return project


@pytest.fixture(scope="module")
def page_file(base, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "overview.html"
    file.write_text(draw_maps(base.outcome(), ["overview"])["overview"], encoding="utf-8")
    return file


class Visit:
    def __init__(self, browser, file, fragment=""):
        self.asked, self.complaints = [], []
        self.context = browser.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        self.context.set_default_timeout(5_000)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        own = file.as_uri()

        def answer(route):
            if route.request.url == own or route.request.url.startswith("blob:"):
                route.continue_()
            else:
                self.asked.append(route.request.url)
                route.abort()

        self.page.route("**/*", answer)
        self.page.goto(own + fragment)

    def run(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def take(self, choice):
        """Open a choice as a reader does who pastes a link, and give the page's figures."""
        self.run("() => { TYW.figures = null; }")
        self.run("text => { location.hash = '#what-if=' + encodeURIComponent(text); }", json.dumps(choice))
        self.page.wait_for_function("() => TYW.figures !== null")
        assert "没有打开" not in self.page.inner_text("#tw-status")
        return self.run("() => TYW.figures")

    def settle(self):
        self.run("() => { TYW.best = undefined; }")
        self.page.wait_for_timeout(60)


@pytest.fixture
def visit(browser, page_file):
    opened = []

    def go(fragment="", file=page_file):
        opened.append(Visit(browser, file, fragment))
        return opened[-1]

    yield go
    for one in opened:
        assert one.asked == []
        assert one.complaints == []
        assert one.run("() => window.hacked") is None
        one.context.close()


def choice_of(base, *, sites, standard=None, enrolment=None):
    note = base.config.project
    return {
        "schema_version": 1,
        "kind": "tuoyu-geo scenario",
        "project": {"title": note.title, "county_code": note.county_code},
        "standard": standard,
        "enrolment": enrolment,
        "sites": sites,
    }


def random_choice(base, draw):
    """Any sites that can stand together, at any of their sizes, any standard and any enrolment."""
    problem, candidates = base.problem(), base.rated()[0]
    numbers = base.what_if()
    order = draw.sample(range(len(candidates)), len(candidates))
    taken = []
    for j in order[: draw.randrange(len(order))]:
        clash = any(j in plot and set(plot.tolist()) & set(taken) for plot in problem.conflict)
        if problem.usable[j] and not clash:
            taken.append(j)
    sites = [{"id": str(candidates.index[j]), "places": draw.choice(numbers.sizes[j])[0]} for j in taken]
    standard = {"walk_m": 50 * draw.randrange(6, 61), "scope": draw.choice(["urban", "all"])}
    return choice_of(
        base,
        sites=sites,
        standard=standard if draw.random() < 0.8 else None,
        enrolment=draw.choice([0.1, 0.2495, 0.35, draw.randrange(0, 1001) / 1000]),
    )


def python_figures(base, choice):
    """The same figures by the project's own code: a project whose sites, standard and enrolment are given."""
    given = as_given(base, Scenario.model_validate(choice), file="a.json")
    reach, demand, candidates = given.reach(), given.demand(), given.rated()[0]
    problem = given.problem()
    columns = np.sort(problem.forced)
    after = reach.counted_mask.copy()
    after[reach.n_institutions + columns] = True
    nobody = np.zeros(len(demand.points))
    table = coverage_table(
        reach,
        demand=demand,
        townships=given.layers().townships,
        policy=given.policy,
        serving={"before": reach.counted_mask, "after": after},
        place_share={"before": nobody, "after": nobody},
    ).set_index("reading")
    county = County(
        townships=given.layers().townships,
        candidates=candidates,
        demand=demand,
        reach=reach,
        policy=given.policy,
    )
    towns = county.townships_with(columns, site_places=problem.places[columns])
    inside = county.in_reach(columns)
    children = demand.points["under3"].where(~inside, 0.0).groupby(demand.points["township_id"]).sum()
    left = children.reindex(towns.index, fill_value=0.0) + demand.unplaced["under3"].reindex(
        towns.index, fill_value=0.0
    )
    stated = candidates["cost_10k_yuan"].notna().to_numpy()[columns]
    total = float(demand.points["residents"].sum() + demand.unplaced["residents"].sum())
    places = problem.places_now + float(problem.places[columns].sum())
    return {
        "after": {reading: float(table.loc[reading, "after"]) for reading in READINGS},
        "before": {reading: float(table.loc[reading, "before"]) for reading in READINGS},
        "people": county.people_in_reach(columns),
        "towns": towns.assign(uncovered_under3=left),
        "places": places,
        "per_1000": 1000 * places / total,
        "cost": float(problem.site_cost[columns][stated].sum()),
        "n_unknown": int((~stated).sum()),
        "needed": int(given.places_by_need().loc["county", "mid"]),
    }


def assert_same(page, python):
    assert (page["covered"]["residents"], page["covered"]["under3"]) == python["people"]
    for moment, mine in (("readings", "after"), ("today", "before")):
        for reading in READINGS:
            assert page[moment][reading] == pytest.approx(python[mine][reading], abs=1e-12), (moment, reading)
    assert page["places"] == python["places"]
    assert page["per_1000"] == pytest.approx(python["per_1000"], rel=1e-12)
    assert page["cost"] == pytest.approx(python["cost"], rel=1e-9)
    assert len(page["unknown"]) == python["n_unknown"]
    assert page["places_needed"] == python["needed"]
    for mine, (_, theirs) in zip(page["towns"], python["towns"].iterrows(), strict=True):
        assert (mine["existing"], mine["proposed"], mine["short"], mine["places"]) == (
            theirs["existing"], theirs["proposed"], theirs["shortfall"], theirs["places"],
        )  # fmt: skip
        share = mine["residents"] / mine["total"]["residents"] if mine["total"]["residents"] else math.nan
        assert share == pytest.approx(theirs["covered_share"], abs=1e-12, nan_ok=True)
        assert mine["total"]["under3"] - mine["under3"] == theirs["uncovered_under3"]
    met = (python["towns"]["quota"] > 0) & (python["towns"]["shortfall"] == 0)
    assert page["quotas_met"] == int(met.sum())


@pytest.mark.parametrize(
    ("n", "seed"), [(6, 1), pytest.param(50, 2, marks=pytest.mark.slow)], ids=["a few", "fifty"]
)
def test_the_page_says_what_python_says(visit, base, n, seed):
    draw, page = random.Random(seed), visit()
    seen = set()
    for _ in range(n):
        choice = random_choice(base, draw)
        found = page.take(choice)
        assert found["n_sites"] == len(choice["sites"])
        assert_same(found, python_figures(base, choice))
        seen.add(round(found["readings"]["residents"], 6))
    assert len(seen) > n / 2  # the choices really differ


def test_it_opens_at_the_plan(visit, base):
    page = visit()
    page.page.click("#tw-tab-try")
    summary, found = base.outcome().summary, page.run("() => TYW.figures")
    for reading in READINGS:
        assert found["readings"][reading] == pytest.approx(summary["coverage"]["after"][reading], abs=1e-12)
        assert found["today"][reading] == pytest.approx(summary["coverage"]["before"][reading], abs=1e-12)
    places = summary["places"]
    assert found["per_1000"] == pytest.approx(places["per_1000_plan"], rel=1e-12)
    assert (found["new_places"], len(found["unknown"])) == (places["proposed"], places["cost_unstated_sites"])
    assert found["cost"] == pytest.approx(places["cost_10k_yuan"], rel=1e-9)
    assert found["places_needed"] == places["required_by_enrolment"]["mid"]["places"]
    assert page.page.is_disabled("#tw-undo")
    assert page.page.is_disabled("#tw-reset")
    text = page.page.inner_text("#tw-figures")
    assert f"{math.floor(summary['coverage']['after']['residents'] * 1000 + 1e-6) / 10:.1f}%" in text


def test_every_control_and_undo(visit, base):
    page = visit()
    page.page.click("#tw-tab-try")
    start = page.run("() => JSON.stringify(TYW.model.choice())")
    boxes = page.page.locator("#tw-sites input[type=checkbox]")
    on = [k for k in range(boxes.count()) if boxes.nth(k).is_checked()]
    assert len(on) == page.run("() => TYW.figures.n_sites") > 0
    boxes.nth(on[0]).uncheck()
    assert page.run("() => TYW.figures.n_sites") == len(on) - 1
    assert "已去掉" in page.page.inner_text("#tw-status")
    # the keyboard: a box by space, a slider by its arrows, undo by Ctrl+Z
    boxes.nth(on[0]).focus()
    page.page.keyboard.press("Space")
    assert page.run("() => JSON.stringify(TYW.model.choice())") == start
    page.page.focus("#tw-walk")
    page.page.keyboard.press("ArrowRight")
    assert page.run("() => TYW.model.standard") == {"walk_m": 1050, "scope": "urban"}
    assert page.page.inner_text("#tw-walk-value") == "1,050 米"
    page.page.keyboard.press("Control+z")
    assert page.run("() => TYW.model.standard") is None
    page.page.select_option("#tw-scope", "all")
    assert page.run("() => TYW.model.standard") == {"walk_m": 1000, "scope": "all"}
    page.page.fill("#tw-enrolment", "500")
    assert page.run("() => TYW.model.enrolment") == 0.5
    assert page.page.inner_text("#tw-enrolment-value") == "50%"
    page.page.click("#tw-reset")
    assert page.run("() => JSON.stringify(TYW.model.choice())") == start
    for _ in range(3):
        page.page.click("#tw-undo")
    assert page.run("() => JSON.stringify(TYW.model.choice())") == start
    page.page.fill("#tw-filter", "丁乡")
    shown = page.page.locator("#tw-sites tbody tr:visible")
    assert 0 < shown.count() < boxes.count()
    assert all("丁乡" in shown.nth(k).inner_text() for k in range(shown.count()))


def test_a_click_on_the_map_takes_a_candidate(visit, base):
    page = visit()
    page.page.click("#tw-tab-try")
    j, x, y = page.run("""() => {
        const model = TYW.model, cands = model.spec.candidates;
        const j = [...Array(model.n).keys()].find(k => !model.open[k] && model.mayOpen(k) && !model.clash[k].length);
        map_overview.setView(TYW.drawing.markers[j].getLatLng(), 16, {animate: false});
        const p = map_overview.latLngToContainerPoint(TYW.drawing.markers[j].getLatLng());
        const box = map_overview.getContainer().getBoundingClientRect();
        return [j, p.x + box.left, p.y + box.top];
    }""")
    before = page.run("() => TYW.figures.n_sites")
    page.page.mouse.click(x, y)
    assert page.run("() => TYW.figures.n_sites") == before + 1
    assert page.run("j => TYW.model.open[j]", j) == 1
    assert page.page.locator("#tw-sites input[type=checkbox]").nth(j).is_checked()
    assert page.run("j => TYW.drawing.markers[j].options.fillColor", j) == page.run(
        "() => TYW.model.spec.symbols.chosen.fillColor"
    )
    # the communities' symbols follow
    states = page.run("""() => [...Array(TYW.model.nClass).keys()].every(i => TYW.drawing.members[i].every(m =>
        m.options.shape === TYW.model.spec.symbols[['unserved', 'gained', 'today'][TYW.model.status[i]]].shape))""")
    assert states
    page.page.click("#tw-tab-plan")
    hidden = page.run(
        "() => map_overview.tyOrder.filter(g => g.tyKey.startsWith('demand_')).every(g => map_overview.hasLayer(g))"
    )
    assert hidden
    assert not page.run("() => map_overview.hasLayer(TYW.drawing.points)")


def brute_gains(base, choice):
    """What each closed candidate would add in residents, a row at a time."""
    given = as_given(base, Scenario.model_validate(choice), file="a.json")
    reach, residents = given.reach(), given.demand().points["residents"].to_numpy(float)
    dense = np.full(reach.cost.shape, np.inf)
    entries = reach.cost.tocoo()
    dense[entries.row, entries.col] = entries.data
    inside = dense <= reach.standard[:, None]
    n, columns = reach.n_institutions, set(given.problem().forced.tolist())
    serving = np.concatenate([np.flatnonzero(reach.counted_mask), [n + j for j in columns]]).astype(int)
    covered = inside[:, serving].any(axis=1)
    return {
        j: float(residents[inside[:, n + j] & ~covered].sum())
        for j in range(inside.shape[1] - n)
        if j not in columns
    }


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_next_best_site(visit, base, seed):
    draw, page = random.Random(seed), visit()
    choice = random_choice(base, draw) | {"sites": random_choice(base, draw)["sites"][:3]}
    page.take(choice)
    problem, ids = base.problem(), list(base.rated()[0].index)
    taken = {ids.index(site["id"]) for site in choice["sites"]}
    may = {
        j: gain
        for j, gain in brute_gains(base, choice).items()
        if problem.usable[j]
        and not any(j in plot and set(plot.tolist()) & taken for plot in problem.conflict)
    }
    best = max(may, key=lambda j: (may[j], -j))
    page.page.click("#tw-next")
    said = page.page.inner_text("#tw-status")
    if may[best] > 0:
        assert page.run("() => [...TYW.model.open].flatMap((on, j) => on ? [j] : [])") == sorted(
            taken | {best}
        )
        assert f"{may[best]:,.0f}" in said
        assert base.rated()[0]["name"].iloc[best] in said
    else:
        assert "不能再增加" in said


def test_distance_from_the_best_is_never_less_than_it_is(visit, base):
    """The bound holds against every choice of as many sites that we can think of, and is met where it is proven."""
    draw, page = random.Random(6), visit()
    reach = base.reach()
    weight = base.demand().points["residents"].to_numpy(float)
    covers = np.asarray(reach.covers_candidates.todense()) > 0
    now = reach.covered_now
    total = float(weight.sum() + base.demand().unplaced["residents"].sum())
    usable = np.flatnonzero(base.problem().usable)
    exact = {
        1: max(weight[now | covers[:, j]].sum() for j in usable) / total,
        2: max(weight[now | covers[:, i] | covers[:, j]].sum() for i in usable for j in usable if i < j)
        / total,
    }
    for n in (1, 2, 5):
        choice = choice_of(base, sites=[{"id": str(base.rated()[0].index[j])} for j in usable[-n:]])
        page.take(choice)
        page.page.wait_for_timeout(50)
        best = page.run("() => TYW.best")
        for _ in range(200):
            some = draw.sample(list(usable), n)
            assert (
                best["share"] >= weight[now | covers[:, some].any(axis=1)].sum() / total - 1e-12
                or best["rule"] == "ruled"
            )
        if n in exact and best["rule"] == "free" and best["isProven"]:
            assert best["share"] == pytest.approx(exact[n], abs=1e-9)
        # the same under a standard of the reader's own, where no best plan is known
        page.take(choice | {"standard": {"walk_m": 1000, "scope": "urban"}})
        page.page.wait_for_timeout(50)
        moved = page.run("() => TYW.best")
        assert not moved["isProven"]
        assert "上限" in page.page.inner_text("#tw-best") or "不能覆盖更多" in page.page.inner_text(
            "#tw-best"
        )
        if n in exact:
            assert moved["share"] >= exact[n] - 1e-12
    page.take(choice_of(base, sites=[]))
    page.page.wait_for_timeout(50)
    assert "不能覆盖更多" in page.page.inner_text("#tw-best")


def test_saved_loaded_and_run(visit, base, tmp_path):
    draw, page = random.Random(8), visit()
    choice = random_choice(base, draw) | {"standard": {"walk_m": 750, "scope": "urban"}, "enrolment": 0.355}
    found = page.take(choice)
    with page.page.expect_download() as waiting:
        page.page.click("#tw-save")
    file = tmp_path / "方案.json"
    waiting.value.save_as(file)
    saved = read_scenario(file)
    assert {site.id: site.places for site in saved.sites} == {
        one["id"]: one["places"] for one in choice["sites"]
    }
    assert saved.enrolment == 0.355
    # opened again in the page
    page.page.click("#tw-reset")
    assert page.run("() => TYW.figures.readings.residents") != found["readings"]["residents"]
    page.page.set_input_files("#tw-file", file)
    page.page.wait_for_function(
        "text => document.getElementById('tw-status').textContent.includes(text)", arg="方案.json"
    )
    assert page.run("() => TYW.figures") == found
    # and taken by a run, whose page opens where the reader left off
    given = as_given(base, saved, file=file.name)
    outcome = given.outcome()
    assert outcome.summary["coverage"]["after"]["residents"] == pytest.approx(
        found["readings"]["residents"], abs=1e-12
    )
    assert outcome.summary["places"]["proposed"] == found["new_places"]
    assert outcome.summary["places"]["cost_10k_yuan"] == pytest.approx(found["cost"], rel=1e-9)
    again = tmp_path / "again.html"
    again.write_text(draw_maps(outcome, ["overview"])["overview"], encoding="utf-8")
    second = visit(file=again)
    assert second.run("() => TYW.model.choice()") == json.loads(file.read_text(encoding="utf-8"))
    assert second.run("() => TYW.figures.readings") == found["readings"]


def test_a_link_opens_the_choice(visit, base):
    choice = choice_of(
        base, sites=[{"id": 'C5"<b>'}], standard={"walk_m": 600, "scope": "all"}, enrolment=0.2
    )
    page = visit("#what-if=" + quote(json.dumps(choice)))
    assert page.page.is_visible("#tw-panel")
    assert page.run("() => TYW.model.choice().sites.map(s => s.id)") == ['C5"<b>']
    assert page.page.input_value("#tw-walk") == "600"
    page.page.click("#tw-link")
    assert page.page.input_value("#tw-link-text").split("#what-if=")[1]
    second = visit("#what-if=" + page.page.input_value("#tw-link-text").split("#what-if=")[1])
    assert second.run("() => TYW.model.choice()") == page.run("() => TYW.model.choice()")


HOSTILE_FRAGMENTS = (
    "%", "x", "[]", "null", "{}", "1e999", '"<img src=x onerror=window.hacked=1>"', "[" * 5000,
    {"kind": "other"}, {"schema_version": 2}, {"schema_version": "1"},
    {"project": {"title": "<script>window.hacked=1</script>", "county_code": "999901"}}, {"project": None}, {"project": 7},
    {"sites": None}, {"sites": {"length": 9}}, {"sites": [None]}, {"sites": ["C1"]}, {"sites": [{"id": 1}]},
    {"sites": [{"id": "__proto__"}]}, {"sites": [{"id": "constructor"}]}, {"sites": [{"id": "<script>window.hacked=1</script>"}]},
    {"sites": [{"id": "C1"}, {"id": "C1"}]}, {"sites": [{"id": "C1", "places": 7}]}, {"sites": [{"id": "C1", "places": "35"}]},
    {"sites": [{"id": "C7"}]}, {"sites": [{"id": "C10"}, {"id": "C11"}]}, {"sites": [{"id": "C1"}] + [{"id": "X"}] * 500},
    {"standard": {"walk_m": 299, "scope": "urban"}}, {"standard": {"walk_m": 825, "scope": "all"}},
    {"standard": {"walk_m": "800", "scope": "all"}}, {"standard": {"walk_m": 800, "scope": "constructor"}},
    {"standard": 800}, {"standard": []}, {"enrolment": -0.1}, {"enrolment": 1.1}, {"enrolment": "0.2"}, {"enrolment": []},
)  # fmt: skip


def test_a_hostile_link_changes_nothing_and_says_why(visit, base):
    page = visit()
    page.page.click("#tw-tab-try")
    start = page.run("() => JSON.stringify(TYW.model.choice())")
    good = choice_of(base, sites=[{"id": "C1"}])
    for one in HOSTILE_FRAGMENTS:
        text = one if isinstance(one, str) else quote(json.dumps(good | one))
        page.run("() => { document.getElementById('tw-status').textContent = ''; }")
        page.run("text => { location.hash = ''; location.hash = '#what-if=' + text; }", text)
        page.page.wait_for_function("() => document.getElementById('tw-status').textContent !== ''")
        assert "没有打开" in page.page.inner_text("#tw-status"), one
        assert page.run("() => JSON.stringify(TYW.model.choice())") == start, one
    assert page.page.is_disabled("#tw-undo")
    assert page.run("() => document.querySelectorAll('#tw-status *').length") == 0


def test_what_can_not_stand_together_is_refused(visit, base):
    page = visit()
    page.take(choice_of(base, sites=[{"id": "C10"}]))
    ids = list(base.rated()[0].index)
    boxes = page.page.locator("#tw-sites input[type=checkbox]")
    boxes.nth(ids.index("C11")).click()
    assert not boxes.nth(ids.index("C11")).is_checked()
    assert "只能取一处" in page.page.inner_text("#tw-status")
    assert page.run("() => TYW.figures.n_sites") == 1
    assert boxes.nth(ids.index("C7")).is_disabled()


def test_hostile_names_are_text_in_every_part(visit, whatif_town):
    page = visit()
    page.page.click("#tw-tab-try")
    listed = page.run("() => [...document.querySelectorAll('.tw-name')].map(e => e.textContent)")
    assert set(whatif_town.HOSTILE) <= set(listed)
    assert (
        page.run("() => document.querySelectorAll('#tw-sites script, #tw-sites img, #tw-sites b').length")
        == 0
    )
    tips = page.run("""() => TYW.model.spec.points.name.slice(0, 12).map((name, k) => {
        const marker = TYW.drawing.members.flat().find(m => m.tw === k);
        marker.fire('mouseover', {latlng: marker.getLatLng()}, true);
        const text = [...document.querySelectorAll('.leaflet-tooltip b')].pop().textContent;
        marker.closeTooltip();
        return text;
    })""")
    assert set(whatif_town.HOSTILE) <= set(tips)


def test_it_works_in_a_notebook_cell(browser, base, tmp_path):
    """A notebook shows the page in a frame of its own text, without an address."""
    cell = tmp_path / "cell.html"
    cell.write_text(
        f"<!doctype html><meta charset=utf-8><body style='width:900px'>{base.plan().explore()._repr_html_()}",
        encoding="utf-8",
    )
    one = Visit(browser, cell)
    frame = one.page.frames[1]
    frame.wait_for_selector("#tw-tab-try")
    frame.click("#tw-tab-try")
    before = frame.evaluate("() => TYW.figures.n_sites")
    frame.locator("#tw-sites input[type=checkbox]:checked").first.uncheck()
    assert frame.evaluate("() => TYW.figures.n_sites") == before - 1
    frame.click("#tw-link")
    assert frame.input_value("#tw-link-text").startswith("#what-if=") or "#what-if=" in frame.input_value(
        "#tw-link-text"
    )
    with one.page.expect_download() as waiting:
        frame.click("#tw-save")
    assert json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))["kind"] == "tuoyu-geo scenario"
    assert one.complaints == []
    assert one.asked == []
    one.context.close()


def test_the_same_bytes(base):
    pages = [draw_maps(base.outcome(), ["overview"])["overview"] for _ in range(2)]
    assert pages[0] == pages[1]
    assert pd.Series(pages[0]).str.len().iloc[0] < 4_000_000


def test_a_print_says_that_it_is_no_plan(visit):
    page = visit()
    page.page.click("#tw-tab-try")
    assert not page.page.is_visible(".tw-print")
    page.run("() => window.dispatchEvent(new Event('beforeprint'))")
    assert page.page.is_visible(".ty-sheet .tw-print")
    assert "不是规划方案" in page.page.inner_text(".tw-print")
    assert page.page.is_visible("#tw-figures")
    listed = page.run(
        "() => [...document.querySelectorAll('#tw-sites tbody tr')].filter(r => r.offsetHeight).length"
    )
    assert listed == page.run("() => TYW.figures.n_sites")
    page.run("() => window.dispatchEvent(new Event('afterprint'))")
    assert not page.page.is_visible(".tw-print")
    assert page.page.is_visible("#tw-panel")
    page.page.click("#tw-tab-plan")
    assert page.page.is_visible(".ty-side > .ty-scroll:not(.tw-panel)")


def test_a_choice_beyond_the_projects_limits_is_named(visit, base, tmp_path):
    from dataclasses import replace

    numbers = replace(base.what_if(), max_new=2, max_cost=50.0)
    file = tmp_path / "limited.html"
    outcome = replace(base.outcome(), what_if=lambda: numbers)
    file.write_text(draw_maps(outcome, ["overview"])["overview"], encoding="utf-8")
    page = visit(file=file)
    found = page.take(choice_of(base, sites=[{"id": "C0"}, {"id": "C1"}, {"id": "C2"}]))
    said = page.page.inner_text("#tw-over")
    assert "上限 2 处" in said
    assert ("50.0 万元" in said) == (found["cost"] > 50)
    page.take(choice_of(base, sites=[]))
    assert page.page.inner_text("#tw-over") == ""
