"""Maps: drawing the overview and opening it, beside a page that folium makes of the same points, areas and streets."""

import base64
import importlib.util
import re
import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.browser import chromium, need_chromium, opened
from benchmarks.interface import OURS, Arrays, DisagreementError, Inputs, Prepared, Size, Tool, Workload

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome

SYNTHETIC = Path(__file__).parents[2] / "tests" / "maps" / "synthetic.py"


def synthetic() -> Any:  # noqa: ANN401  (a module)
    """The tests' made-up county."""
    spec = importlib.util.spec_from_file_location("tuoyu_benchmark_synthetic", SYNTHETIC)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def our_page(outcome: "Outcome") -> str:
    """Our overview."""
    from tuoyu_geo.maps import draw_maps

    return draw_maps(outcome, ["overview"])["overview"]


def plain_folium(outcome: "Outcome") -> str:
    """The same boundaries, streets, areas and points, as folium's own layers, with its scripts inside the page."""
    import folium

    from tuoyu_geo.maps import assets

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


PAGES = {OURS: our_page, "folium": plain_folium}


def _told(page: str, names: Any) -> Arrays:  # noqa: ANN401  (an array of words)
    """How large a page is, and how many of the communities it names."""
    written = set(re.findall(r"[\u4e00-\u9fff]+\d+", page))
    return {"mb": np.array(len(page.encode()) / 1e6), "n": np.array(len(written & set(names.tolist())))}


def draw_inputs(_folder: Path, *, n: int) -> Arrays:
    """What the communities are called."""
    return {"n": np.array(n), "names": synthetic().large_outcome(n_demand=n).demand["name"].to_numpy(str)}


def draw(who: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """Draw a page of an outcome that is there."""

    def prepare(inputs: Inputs) -> Prepared:
        outcome = synthetic().large_outcome(n_demand=int(inputs["n"]))
        return Prepared(run=lambda: PAGES[who](outcome), answer=lambda page: _told(page, inputs["names"]))

    return prepare


def open_inputs(folder: Path, *, n: int) -> Arrays:
    """Both pages, drawn."""
    need_chromium()
    outcome = synthetic().large_outcome(n_demand=n)
    for who, page in PAGES.items():
        (folder / f"{who}.html").write_text(page(outcome), encoding="utf-8")
    return {"names": outcome.demand["name"].to_numpy(str)}


def open_page(who: str) -> Any:  # noqa: ANN401  (a tool's prepare)
    """Open a page until everything is painted."""

    def prepare(inputs: Inputs) -> Prepared:
        path = inputs.folder / f"{who}.html"
        chromium()
        # The memory is the browser's, which is not measured.
        return Prepared(
            run=lambda: opened(path).close(),
            answer=lambda _: {
                **_told(path.read_text(encoding="utf-8"), inputs["names"]),
                "memory_bytes": np.array(0),
            },
        )

    return prepare


def said(inputs: Inputs, answer: Arrays) -> Mapping[str, Any]:
    """The page's size and what it names, which must be everything."""
    if int(answer["n"]) != len(inputs["names"]):
        raise DisagreementError(f"{int(answer['n'])} of {len(inputs['names'])} communities on the page")
    return {"mb": float(answer["mb"]), "n_named": int(answer["n"])}


def apart(_inputs: Inputs, ours: Arrays, peer: Arrays) -> float:
    """Communities that one page names and the other doesn't."""
    return float(abs(int(ours["n"]) - int(peer["n"])))


def _workload(name: str, inputs: Any, prepare: Any) -> Workload:  # noqa: ANN401  (functions of the workload)
    return Workload(
        name=name,
        sizes=[Size(n=n, given={"n": n}) for n in (500, 2000)],
        tools=[
            Tool(
                name=who,
                packages=("tuoyu-geo" if who == OURS else "folium", "folium"),
                imports=("folium", "geopandas", "tuoyu_geo.maps"),
                prepare=prepare(who),
                is_peer=False,
            )
            for who in PAGES
        ],
        inputs=inputs,
        said=said,
        compare=apart,
        axis="communities",
    )


WORKLOADS = (
    _workload("map-drawing", draw_inputs, draw),
    _workload("map-opening", open_inputs, open_page),
)
