"""The pages in a real browser with every request but the file itself refused."""

import pytest

pytestmark = pytest.mark.browser
STEMS = ("overview", "health", "natural_resources", "housing")
# One map by default, all of them in CI.
WALKED = (STEMS[0], *(pytest.param(stem, marks=pytest.mark.slow) for stem in STEMS[1:]))


class Visit:
    """One page, opened; what it asked for and complained about."""

    def __init__(self, browser, path):
        self.asked, self.complaints = [], []
        self.context = browser.new_context(viewport={"width": 1400, "height": 900})
        self.context.set_default_timeout(5_000)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        own = path.as_uri()

        def answer(route):
            if route.request.url == own:
                route.continue_()
            else:
                self.asked.append(route.request.url)
                route.abort()

        self.page.route("**/*", answer)
        self.page.goto(own)

    def run(self, script):
        return self.page.evaluate(script)


@pytest.fixture
def visit(browser, pages):
    opened = []

    def go(outcome, stem):
        opened.append(Visit(browser, pages[outcome] / f"{stem}.html"))
        return opened[-1]

    yield go
    for one in opened:
        one.context.close()


def painted(stem):
    """Script: how many pixels of the canvas are not empty."""
    return f"""() => {{
        const canvas = map_{stem}.getPane('overlayPane').querySelector('canvas');
        if (!canvas) return 0;
        const copy = document.createElement('canvas');
        copy.width = canvas.width; copy.height = canvas.height;
        copy.getContext('2d', {{willReadFrequently: true}}).drawImage(canvas, 0, 0);
        const data = copy.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let n = 0;
        for (let i = 3; i < data.length; i += 4) if (data[i]) n++;
        return n;
    }}"""


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("outcome", ["rich", "hostile", "empty"])
def test_opens_without_asking_or_complaining(visit, outcome, stem):
    page = visit(outcome, stem)
    assert page.complaints == []
    assert page.asked == []
    assert page.run("window.hacked") is None
    overlays = page.run("document.querySelectorAll('.leaflet-control-layers-overlays label').length")
    assert overlays == page.run(f"map_{stem}.tyOrder.length") >= 7
    for selector in (
        ".ty-legend-head",
        ".leaflet-control-scale-line",
        ".ty-north",
        ".ty-foot strong",
        ".ty-notices li",
    ):
        assert page.page.locator(selector).first.is_visible()
    drawn = page.run(f"map_{stem}.tyOrder.map(g => g.getLayers().length)")
    if outcome != "hostile":
        assert all((n == 0) == (outcome == "empty") for n in drawn)
    assert (page.run(painted(stem)) > 10_000) == (outcome != "empty")


@pytest.mark.parametrize("stem", STEMS)
def test_layers_switch_off_and_on_in_place(visit, stem):
    page = visit("rich", stem)
    before = page.run(painted(stem))
    boxes = page.page.locator(".leaflet-control-layers-overlays input")
    for i in range(boxes.count()):
        boxes.nth(i).uncheck()
    page.page.wait_for_timeout(100)
    assert page.run(painted(stem)) == 0
    for i in reversed(range(boxes.count())):
        boxes.nth(i).check()
    page.page.wait_for_timeout(100)
    assert page.run(painted(stem)) >= before
    # the last layer of the list lies on top, whatever the order of the clicks
    stacked = page.run(
        f"""() => {{
            const order = map_{stem}.tyOrder, last = order[order.length - 1].getLayers().map(l => l._leaflet_id);
            const ids = [];
            for (let o = last.length && order[0].getLayers()[0]._renderer._drawFirst; o; o = o.next) ids.push(o.layer._leaflet_id);
            return ids.slice(-last.length).sort().join() === last.sort().join();
        }}"""
    )
    assert stacked
    assert page.complaints == []


def test_click_opens_a_popup_that_answers(visit, rich):
    page = visit("rich", "overview")
    site = rich.sites.index[0]
    at = page.run(f"""() => {{
        const site = map_overview.tyIndex.sites['{site}'];
        map_overview.setView(site.getLatLng(), 16, {{animate: false}});
        const p = map_overview.latLngToContainerPoint(site.getLatLng()), box = map_overview.getContainer().getBoundingClientRect();
        return [p.x + box.left, p.y + box.top];
    }}""")
    page.page.mouse.click(*at)
    said = page.page.locator(".ty-popup").inner_text()
    assert rich.sites["name"].iloc[0] in said
    assert rich.sites["reason"].iloc[0] in said
    assert f"{rich.sites['gained_residents'].iloc[0]:,.0f}" in said


@pytest.mark.parametrize("stem", STEMS)
def test_a_row_of_the_table_goes_to_its_place(visit, stem):
    page = visit("rich", stem)
    row = page.page.locator("tr[data-layer]").last
    name = row.locator("td").nth(1 if stem == "overview" else 0).inner_text()
    row.click()
    assert page.page.locator(".ty-popup h3").inner_text() == name


@pytest.mark.parametrize("stem", STEMS)
def test_hostile_names_are_shown_as_they_are(visit, synthetic, stem):
    page = visit("hostile", stem)
    opened = page.run(
        f"""() => map_{stem}.tyOrder.flatMap(g => g.getLayers().filter(() => g.getPopup()).slice(0, 30).map(l => {{
            if (!map_{stem}.hasLayer(g)) g.addTo(map_{stem});
            l.fire('click', {{latlng: l.getLatLng ? l.getLatLng() : l.getBounds().getCenter()}}, true);
            // the popup before it may still be fading away
            return [...document.querySelectorAll('.ty-popup h3')].pop().textContent;
        }}))"""
    )
    assert set(synthetic.HOSTILE) <= set(opened)
    assert page.run("window.hacked") is None
    assert page.complaints == []
    assert page.asked == []


@pytest.mark.parametrize("stem", STEMS)
def test_nothing_lies_on_another(visit, stem):
    page = visit("rich", stem)
    for width, height in ((1400, 900), (1000, 600)):
        page.page.set_viewport_size({"width": width, "height": height})
        page.page.wait_for_timeout(150)
        assert_apart(page, width, height)


def assert_apart(page, width, height):
    boxes = page.run("""() => ['.ty-side', '.ty-notices', '.folium-map', '.ty-foot'].map(s => {
        const b = document.querySelector(s).getBoundingClientRect();
        return [s, b.left, b.top, b.right, b.bottom];
    })""")
    for i, (name, left, top, right, bottom) in enumerate(boxes):
        assert min(right - left - 50, bottom - top - 15) > 0, name
        assert min(left, top, width + 1 - right, height + 1 - bottom) >= 0, name
        for other, left2, top2, right2, bottom2 in boxes[i + 1 :]:
            apart = right <= left2 + 1 or right2 <= left + 1 or bottom <= top2 + 1 or bottom2 <= top + 1
            assert apart, (name, other)
    labels = page.run("""() => [...document.querySelectorAll('.ty-label > div')].filter(e => e.style.visibility !== 'hidden')
        .map(e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })""")
    for i, a in enumerate(labels):
        for b in labels[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_side_folds_away(visit):
    page = visit("rich", "health")
    wide = page.run("map_health.getSize().x")
    page.page.locator(".ty-fold").click()
    assert page.run("map_health.getSize().x") > wide + 300
    assert not page.page.locator(".ty-side").is_visible()


@pytest.mark.parametrize("stem", WALKED)
def test_search_finds_a_place_and_goes_there(visit, rich, stem):
    page = visit("rich", stem)
    wanted = rich.sites["name"].iloc[2]
    box = page.page.locator(".ty-search")
    box.fill(f" {wanted[:6]} ")
    box.fill(wanted)
    options = page.page.locator(".ty-found li")
    assert options.first.locator("b").inner_text() == wanted
    assert (
        options.first.locator("small")
        .inner_text()
        .startswith(rich.townships["name"][rich.sites["township_id"].iloc[2]])
    )
    assert "找到" in page.page.locator(".ty-told").inner_text()
    box.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true"
    box.press("Enter")
    assert page.page.locator(".ty-popup h3").inner_text() == wanted
    assert wanted in page.page.locator(".ty-said").text_content()
    assert not page.page.locator(".ty-found").is_visible()
    box.fill("没有这个名字")
    assert page.page.locator(".ty-told").inner_text() == "没有找到"
    assert page.complaints == []


def test_search_treats_hostile_names_as_text(visit, synthetic):
    page = visit("hostile", "overview")
    for name in synthetic.HOSTILE[:3]:
        page.page.locator(".ty-search").fill(name)
        shown = page.page.locator(".ty-found li b").all_text_contents()
        assert shown
        assert set(shown) == {name}
    assert page.run("window.hacked") is None
    assert page.asked == page.complaints == []


def shown_layers(page, stem):
    return page.run(
        f"""() => Object.fromEntries(map_{stem}.tyOrder.map(g => [g.tySpec.key, g.getLayers().length]))"""
    )


@pytest.mark.parametrize("stem", WALKED)
def test_filters_leave_one_township_and_one_kind(visit, rich, stem):
    page = visit("rich", stem)
    before = shown_layers(page, stem)
    township = rich.townships.index[2]
    page.page.locator(".ty-by-township").select_option(township)
    after = shown_layers(page, stem)
    assert after["sites"] == int((rich.sites["township_id"] == township).sum()) < before["sites"]
    assert after["townships"] == before["townships"]
    assert after["streets"] == before["streets"]
    rows = page.page.locator("tr[data-layer=sites]:visible").count()
    assert rows in {0, after["sites"]}
    assert "不随筛选变化" in page.page.locator(".ty-told").inner_text()
    page.page.locator(".ty-by-kind").select_option("幼儿园")
    kinds = rich.sites["kind"].eq("kindergarten") & rich.sites["township_id"].eq(township)
    assert shown_layers(page, stem)["sites"] == int(kinds.sum())
    # what is asked for by name comes back, whatever the filters
    page.page.locator(".ty-search").fill(rich.sites["name"].iloc[0])
    page.page.locator(".ty-search").press("Enter")
    assert page.page.locator(".ty-popup h3").inner_text() == rich.sites["name"].iloc[0]
    assert shown_layers(page, stem) == before
    assert page.complaints == []


@pytest.mark.parametrize("stem", WALKED)
def test_numbered_sites_never_lie_on_each_other(visit, stem):
    page = visit("rich", stem)
    for zoom in (None, 13):
        if zoom:
            page.run(f"void map_{stem}.setZoom({zoom}, {{animate: false}})")
        spots = page.run(f"""() => map_{stem}.tyOrder.find(g => g.tySpec.key === 'sites').getLayers()
            .map(m => [m._point.x, m._point.y, m._radius])""")
        assert len(spots) == 16
        for i, (x, y, r) in enumerate(spots):
            assert r >= 8
            for x2, y2, r2 in spots[i + 1 :]:
                assert ((x - x2) ** 2 + (y - y2) ** 2) ** 0.5 > (r + r2) * 0.95


def test_a_moved_number_still_answers_for_its_place(visit):
    page = visit("rich", "overview")
    at, name = page.run("""() => {
        const moved = map_overview.tyIndex.sites, key = Object.keys(moved).find(k => moved[k]._shift);
        const p = map_overview.layerPointToContainerPoint(moved[key]._point), box = map_overview.getContainer().getBoundingClientRect();
        return [[p.x + box.left, p.y + box.top], moved[key].feature.properties.t];
    }""")
    page.page.mouse.click(*at)
    assert page.page.locator(".ty-popup h3").inner_text() == name


@pytest.mark.parametrize("stem", WALKED)
def test_prints_on_one_a3_sheet_and_comes_back(visit, stem, tmp_path):
    import re

    page = visit("rich", stem)
    before = page.run(f"[map_{stem}.getCenter(), map_{stem}.getZoom(), document.body.children.length]")
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    sheet = page.run(
        """() => { const b = document.querySelector('.ty-sheet').getBoundingClientRect(); return [b.width, b.height]; }"""
    )
    assert [round(one / 96 * 25.4) for one in sheet] == [403, 280]
    for hidden in (".leaflet-control-zoom", ".ty-tools", ".ty-views", ".ty-fold", ".ty-print"):
        assert not page.page.locator(hidden).first.is_visible()
    for kept in (".ty-sheet h1", ".ty-sheet .ty-legend-head", ".ty-sheet .leaflet-control-scale-line", ".ty-sheet .ty-north",
                 ".ty-sheet .ty-foot strong", ".ty-sheet .ty-sources", ".ty-sheet .ty-notices"):  # fmt: skip
        assert page.page.locator(kept).first.is_visible()
    assert page.page.locator(".ty-ratio").inner_text().startswith("比例尺约 1:")
    assert page.run(painted(stem)) > 10_000
    page.run("window.dispatchEvent(new Event('afterprint'))")
    page.page.wait_for_timeout(50)
    after = page.run(f"[map_{stem}.getCenter(), map_{stem}.getZoom(), document.body.children.length]")
    assert after[1:] == before[1:]
    assert after[0]["lat"] == pytest.approx(before[0]["lat"], abs=1e-3)
    page.page.pdf(path=tmp_path / "map.pdf", prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", (tmp_path / "map.pdf").read_bytes())
    assert {(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in boxes} == {(420, 297)}
    assert page.complaints == []


def test_a_clause_opens_and_its_places_can_be_gone_to(visit, rich):
    page = visit("rich", "overview")
    card = page.page.locator(".ty-card").first
    card.locator("summary").click()
    assert "责任单位" in card.inner_text()
    place = rich.clauses[0].places_plan[0]
    card.locator(".ty-spot").first.click()
    assert page.page.locator(".ty-popup h3").inner_text() == place.name


def test_the_keyboard_reaches_the_map_and_the_rows(visit):
    page = visit("rich", "overview")
    button = page.page.locator("tr[data-layer=sites] .ty-go").first
    button.focus()
    page.page.keyboard.press("Enter")
    assert page.page.locator(".ty-popup h3").inner_text() == button.inner_text()
    page.page.locator(".folium-map").focus()
    before = page.run("map_overview.getCenter().lng")
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("ArrowRight")
    page.page.wait_for_timeout(400)
    assert page.run("map_overview.getCenter().lng") > before
    assert page.page.locator(".folium-map").get_attribute("aria-label")
    unnamed = page.run("""() => [...document.querySelectorAll('button, select, input')]
        .filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.title || e.closest('label'))).length""")
    assert unnamed == 0
