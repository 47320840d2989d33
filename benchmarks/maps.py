"""How long a map takes to open and to answer, measured in the browser: ours beside a page that folium makes of the same points.

    python benchmarks/maps.py [--communities 2000]

Needs Chromium and Playwright. Both pages hold all they need, and the network is refused. Opening is from the start of the
navigation until everything is painted; of five openings in turn the fastest counts.
"""

import argparse
import base64
import importlib.util
import sys
import tempfile
import time
from html import escape
from pathlib import Path

import folium
from playwright.sync_api import sync_playwright

from tuoyu_geo.maps import assets, draw_maps
from tuoyu_geo.outcome import Outcome

SYNTHETIC = Path(__file__).parents[1] / "tests" / "maps" / "synthetic.py"
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"


def county(n_communities: int) -> Outcome:
    """The tests' made-up county, large."""
    spec = importlib.util.spec_from_file_location("tuoyu_maps_synthetic", SYNTHETIC)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.large_outcome(n_demand=n_communities)


def plain_folium(outcome: Outcome) -> str:
    """The same boundaries, streets, areas and points, as folium's own layers, with its scripts inside the page."""
    page = folium.Map(location=[25.97, 117.36], zoom_start=10, tiles=None, prefer_canvas=True)
    as_uri = "data:text/{};base64,{}"
    page.default_js = [
        (name, as_uri.format("javascript", base64.b64encode(script.encode()).decode()))
        for name, script in (("leaflet", assets.leaflet_js()), ("jquery", assets.jquery_js()))
    ]
    page.default_css = [
        ("leaflet", as_uri.format("css", base64.b64encode(assets.leaflet_css().encode()).decode()))
    ]
    for frame in (outcome.townships, outcome.streets, outcome.service_areas):
        folium.GeoJson(frame[["geometry"]].to_crs("EPSG:4326")).add_to(page)
    for frame in (outcome.demand, outcome.institutions, outcome.sites):
        group = folium.FeatureGroup().add_to(page)
        points = frame.geometry.to_crs("EPSG:4326")
        for row, point in zip(frame.drop(columns="geometry").itertuples(), points, strict=True):
            said = "<br>".join(f"{name}: {escape(str(value))}" for name, value in row._asdict().items())
            folium.CircleMarker(
                [point.y, point.x], radius=4, popup=folium.Popup(said), tooltip=escape(row.name)
            ).add_to(group)
    folium.LayerControl().add_to(page)
    return page.get_root().render()


def main() -> None:
    """Draw, open and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--communities", type=int, default=2_000)
    outcome = county(parser.parse_args().communities)
    started = time.perf_counter()
    pages = draw_maps(outcome)
    drawn_s = time.perf_counter() - started
    pages["folium"] = plain_folium(outcome)
    print(
        f"{len(outcome.demand)} communities, {len(outcome.service_areas)} service areas, {len(outcome.streets)} streets"
    )
    print(f"four maps drawn in {drawn_s:.1f} s")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        opened: dict[str, list[float]] = {name: [] for name in pages}
        for name, page in pages.items():
            (Path(folder) / f"{name}.html").write_text(page, encoding="utf-8")
        for _ in range(5):
            for name in pages:
                tab = browser.new_page(viewport={"width": 1280, "height": 800})
                tab.route(
                    "**/*",
                    lambda route: (
                        route.continue_()
                        if route.request.url.startswith(("file:", "data:"))
                        else route.abort()
                    ),
                )
                tab.goto((Path(folder) / f"{name}.html").as_uri())
                opened[name].append(tab.evaluate(PAINTED))
                tab.close()
        for name, times in opened.items():
            print(f"{name:18} {len(pages[name].encode()) / 1e6:5.2f} MB  opens in {min(times):6.0f} ms")
        print(f"overview / folium  {min(opened['overview']) / min(opened['folium']):5.2f}")
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto((Path(folder) / "overview.html").as_uri())
        for what, script in (
            (
                "search",
                "const b = document.querySelector('.ty-search'); b.value = '小区1'; b.dispatchEvent(new Event('input'));",
            ),
            (
                "filter",
                "const s = document.querySelector('.ty-by-township'); s.selectedIndex = 3; s.dispatchEvent(new Event('change'));",
            ),
        ):
            took = tab.evaluate(
                f"async () => {{ const t = performance.now(); {script} await ({PAINTED})(); return performance.now() - t; }}"
            )
            print(f"{what:18} {took:6.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
