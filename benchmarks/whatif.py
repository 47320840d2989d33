"""How long the what-if panel takes in a real browser: opening, a click, a step of the slider, at two sizes.

    python benchmarks/whatif.py [--large]

Made-up counties, drawn and packed as a run does; straight lines times 1.3 stand for the streets. A click is measured from
the event to the second frame after it, with every candidate's effect worked out anew.
"""

import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
from scipy.sparse import csc_array
from scipy.spatial import cKDTree

from tuoyu_geo.maps import draw_maps
from tuoyu_geo.policy import Standard
from tuoyu_geo.what_if import OWN, STANDARDS_M, Choice, WhatIf

CHROMIUM = "/usr/bin/chromium"
DETOUR = 1.3
MEASURE = """async () => {
    /* a message sent while a frame is made is heard once it is painted */
    const frame = () => new Promise(done => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = done;
        channel.port2.postMessage(0);
    }));
    const idle = () => new Promise(done => setTimeout(done, 0));
    const timed = async work => {
        const began = performance.now();
        work();
        const counted = performance.now() - began;
        await idle();
        const worked = performance.now() - began;
        await frame();
        return [counted, performance.now() - began, worked];
    };
    const opened = performance.now();
    document.getElementById("tw-tab-try").click();
    await idle();
    await frame();
    const tab = performance.now() - opened;
    const boxes = [...document.querySelectorAll("#tw-sites input[type=checkbox]")].filter(box => !box.disabled);
    const clicks = [], slides = [];
    for (let k = 0; k < 24; k++) { clicks.push(await timed(() => boxes[(k * 37) % boxes.length].click())); }
    const walk = document.getElementById("tw-walk");
    for (const metres of [800, 1500, 3000, 300, 1000, 2000]) {
        slides.push(await timed(() => { walk.value = metres; walk.dispatchEvent(new Event("input")); }));
    }
    const next = await timed(() => document.getElementById("tw-next").click());
    return { tab, clicks, slides, next, entries: TYW.model.code.length, classes: TYW.model.nClass };
}"""

CLICK = "boxes[(k * 37 + 5) % boxes.length].click()"
SLIDE = "walk.value = 400 + 150 * k; walk.dispatchEvent(new Event('input'))"
TEN_TIMES = """async script => {
    const boxes = [...document.querySelectorAll("#tw-sites input[type=checkbox]")].filter(box => !box.disabled);
    const walk = document.getElementById("tw-walk"), work = new Function("boxes", "walk", "k", script);
    for (let k = 0; k < 10; k++) { work(boxes, walk, k); await new Promise(done => setTimeout(done, 200)); }
}"""


def _synthetic() -> ModuleType:
    path = Path(__file__).parents[1] / "tests" / "maps" / "synthetic.py"
    spec = importlib.util.spec_from_file_location("tuoyu_benchmark_synthetic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def numbers_of(outcome: object) -> WhatIf:
    """The panel's numbers for a made-up outcome."""
    demand, candidates, townships = outcome.demand, outcome.candidates, outcome.townships  # type: ignore[attr-defined]
    institutions = outcome.institutions  # type: ignore[attr-defined]
    standing = institutions[institutions["counted"]]

    def xy(frame: object) -> np.ndarray:
        return np.column_stack([frame.geometry.x, frame.geometry.y])  # type: ignore[attr-defined]

    here, most = cKDTree(xy(demand)), STANDARDS_M[-1] / DETOUR

    def codes(there: object) -> csc_array:
        pairs = here.sparse_distance_matrix(cKDTree(xy(there)), most, output_type="coo_matrix").tocoo()
        metres = pairs.data * DETOUR
        step = np.searchsorted(np.array(STANDARDS_M, dtype=float), metres, side="left")
        data = np.minimum(step, len(STANDARDS_M) - 1) + 1 + np.where(metres <= 1000, OWN, 0)
        found = csc_array((data.astype(np.int64), (pairs.row, pairs.col)), shape=pairs.shape)
        found.sort_indices()
        return found

    today = codes(standing).tocoo()
    nearest = np.zeros(len(demand), dtype=np.int64)
    order = np.argsort(-today.data)
    nearest[today.row[order]] = today.data[order]
    home = townships.index.get_indexer(candidates["township_id"])
    chosen = candidates.index[candidates["selected"].astype(bool)]
    walking = Standard(mode="walk", value=1000.0, unit="m", verified=False, source="")
    existing = (
        standing.groupby("township_id").size().reindex(townships.index, fill_value=0).to_numpy(np.int64)
    )
    quota = townships["quota"].to_numpy(np.int64)
    return WhatIf(
        today=nearest.astype(np.uint8),
        codes=codes(candidates),
        urban=demand["area_kind"].eq("urban").to_numpy(bool),
        township_idx=townships.index.get_indexer(demand["township_id"]).astype(np.int64),
        residents=demand["residents"].to_numpy(float),
        under3=demand["under3"].to_numpy(float),
        unplaced_residents=np.zeros(len(townships)),
        unplaced_under3=np.zeros(len(townships)),
        quota=quota,
        existing=existing,
        existing_places=standing.groupby("township_id")["places"]
        .sum()
        .reindex(townships.index, fill_value=0.0)
        .to_numpy(float),
        owed=np.maximum(quota - existing, 0),
        places_now=float(standing["places"].sum()),
        n_places_unknown=0,
        locked={},
        candidate_township_idx=home.astype(np.int64),
        usable=candidates["usable"].to_numpy(bool),
        sizes=tuple(
            ((float(one), float(cost)),)
            for one, cost in zip(candidates["places"], candidates["cost_10k_yuan"], strict=True)
        ),
        conflicts=(),
        reading="residents",
        best_free=(),
        best_ruled={},
        saturated_at=-1,
        per_1000=4.5,
        target_share=0.9,
        headline="residents",
        urban_standard=walking,
        rural_standard=walking,
        initial=Choice(
            places={str(one): float(candidates["places"][one]) for one in chosen},
            standard=None,
            enrolment=0.2495,
        ),
    )


def measure(page: str, folder: Path) -> dict[str, object]:
    """Times in Chromium [ms]."""
    from playwright.sync_api import sync_playwright

    file = folder / "overview.html"
    file.write_text(page, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.set_default_timeout(120_000)
        tab.goto(file.as_uri())
        tab.wait_for_selector("#tw-tab-try")
        opening = tab.evaluate("() => performance.getEntriesByType('navigation')[0].loadEventEnd")
        found: dict[str, object] = tab.evaluate(MEASURE)
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable")

        def used(script: str) -> float:
            """Time of the page's own thread for ten of something [ms], whatever else the machine does."""
            before = session.send("Performance.getMetrics")["metrics"]
            tab.evaluate(TEN_TIMES, script)
            after = session.send("Performance.getMetrics")["metrics"]
            seconds = [
                next(one["value"] for one in ms if one["name"] == "ThreadTime") for ms in (before, after)
            ]
            return 1000 * (seconds[1] - seconds[0]) / 10

        rest = used("")
        own = {"thread_click": used(CLICK) - rest, "thread_slide": used(SLIDE) - rest}
        browser.close()
    return found | own | {"opening": opening}


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="20,000 x 2,000 as well")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    synthetic = _synthetic()
    sizes = [(500, 300, 28)] + ([(20_000, 2_000, 120)] if given.large else [])
    for n_demand, n_candidates, n_sites in sizes:
        outcome = synthetic.rich_outcome(n_demand=n_demand, n_candidates=n_candidates, n_sites=n_sites)
        candidates = outcome.candidates.assign(unusable_reason=outcome.candidates["exclusion"])
        outcome = replace(outcome, candidates=candidates)
        numbers = numbers_of(outcome)
        began = time.perf_counter()
        page = draw_maps(replace(outcome, what_if=lambda numbers=numbers: numbers), ["overview"])["overview"]
        drawn = time.perf_counter() - began
        with tempfile.TemporaryDirectory() as folder:
            found = measure(page, Path(folder))
        clicks, slides = np.array(found["clicks"]), np.array(found["slides"])
        if given.json:
            print(json.dumps(found))
        print(
            f"{n_demand} x {n_candidates}: page {len(page.encode()) / 1e6:.1f} MB, drawn in {drawn:.1f} s, "
            f"{found['entries']:,} pairs, {found['classes']:,} classes\n"
            f"  opening {found['opening']:.0f} ms, the panel {found['tab']:.0f} ms"
        )
        for name, times in (("click", clicks), ("slider", slides)):
            print(
                f"  {name}: counted in {statistics.median(times[:, 0]):.1f} ms (most {times[:, 0].max():.1f}), on the screen "
                f"after {statistics.median(times[:, 1]):.0f} ms; of the page's own thread "
                f"{found[f'thread_{name[:5]}']:.0f} ms"
            )


if __name__ == "__main__":
    main()
