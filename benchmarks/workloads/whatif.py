"""The what-if panel in a real browser: a click on a site and a step of the slider, from the event to the painted frame.

Made-up counties, drawn and packed as a run does; straight lines times 1.3 stand for the streets. Every call works out the effect of
every candidate anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.browser import PAINTED, need_chromium, opened
from benchmarks.interface import OURS, Arrays, Inputs, Prepared, Size, Tool, Workload
from benchmarks.workloads.pages import our_page, synthetic

if TYPE_CHECKING:
    from tuoyu_geo.what_if import WhatIf

DETOUR = 1.3
FREE = "[...document.querySelectorAll('#tw-sites input[type=checkbox]')].filter(box => !box.disabled)"
ACTS = {
    "click": f"k => {{ const boxes = {FREE}; boxes[(k * 37) % boxes.length].click(); }}",
    "slider": """k => {
        const walk = document.getElementById("tw-walk");
        walk.value = [800, 1500, 3000, 300, 1000, 2000][k % 6];
        walk.dispatchEvent(new Event("input"));
    }""",
}
# How many acts a call does: one alone is near the length of a frame.
N_ACT = 10


def numbers_of(outcome: Any) -> "WhatIf":  # noqa: ANN401  (an outcome of the tests)
    """The panel's numbers for a made-up outcome."""
    from scipy.sparse import csc_array
    from scipy.spatial import cKDTree

    from tuoyu_geo.policy import Standard
    from tuoyu_geo.what_if import OWN, STANDARDS_M, Choice, WhatIf

    demand, candidates, townships = outcome.demand, outcome.candidates, outcome.townships
    institutions = outcome.institutions
    standing = institutions[institutions["counted"]]

    def xy(frame: Any) -> np.ndarray:  # noqa: ANN401
        return np.column_stack([frame.geometry.x, frame.geometry.y])

    here, most = cKDTree(xy(demand)), STANDARDS_M[-1] / DETOUR

    def codes(there: Any) -> csc_array:  # noqa: ANN401
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


def inputs(folder: Path, *, n_demand: int, n_candidates: int, n_sites: int) -> Arrays:
    """The overview with its panel."""
    need_chromium()
    outcome = synthetic().rich_outcome(n_demand=n_demand, n_candidates=n_candidates, n_sites=n_sites)
    candidates = outcome.candidates.assign(unusable_reason=outcome.candidates["exclusion"])
    outcome = replace(outcome, candidates=candidates)
    numbers = numbers_of(outcome)
    page = our_page(replace(outcome, what_if=lambda: numbers))
    (folder / "overview.html").write_text(page, encoding="utf-8")
    return {"mb": np.array(len(page.encode()) / 1e6)}


def panel(act: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """The panel opened, and something done in it again and again."""

    def prepare(inputs: Inputs) -> Prepared:
        tab = opened(inputs.folder / "overview.html")
        tab.evaluate("document.getElementById('tw-tab-try').click()")
        tab.evaluate(PAINTED)
        script = f"async () => {{ for (let k = 0; k < {N_ACT}; k++) {{ ({ACTS[act]})(k); await ({PAINTED})(); }} }}"

        def answer(_: object) -> Arrays:
            shown = tab.evaluate("[TYW.model.code.length, TYW.model.nClass]")
            return {"pairs": np.array(shown[0]), "classes": np.array(shown[1]), "memory_bytes": np.array(0)}

        return Prepared(run=lambda: tab.evaluate(script), answer=answer)

    return prepare


def said(inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """What the panel counts with."""
    return {"pairs": int(answer["pairs"]), "classes": int(answer["classes"]), "mb": float(inputs["mb"])}


WORKLOADS = tuple(
    Workload(
        name=f"what-if-{act}",
        sizes=[
            Size(n=n, given={"n_demand": n, "n_candidates": m, "n_sites": k})
            for n, m, k in ((500, 300, 28), (5000, 1000, 60), (20_000, 2000, 120))
        ],
        tools=(
            Tool(
                name=OURS,
                packages=("tuoyu-geo", "playwright"),
                imports=("playwright.sync_api",),
                prepare=panel(act),
                is_peer=False,
            ),
        ),
        inputs=inputs,
        said=said,
        axis="communities",
        limit_s=180,
    )
    for act in ACTS
)
