"""A folium map that needs no network, and the panels around it.

Folium writes what an element renders into the page as a second template and gives elements random ids. Here text
goes in raw, so that no name in the data is ever read as a template, and every id is set, so that the same inputs
give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from typing import Any, Self, cast

import folium
from branca.element import Element
from branca.element import Figure as Page
from folium.map import Layer
from jinja2 import Environment, Template

from tuoyu_geo.maps import assets
from tuoyu_geo.maps.basemap import Basemap
from tuoyu_geo.maps.clauses import Card
from tuoyu_geo.maps.layers import LayerSpec, packed, script_json
from tuoyu_geo.maps.palette import SHAPES
from tuoyu_geo.maps.wording import number, word
from tuoyu_geo.messages import language, speaking, text
from tuoyu_geo.outcome import ProjectNote
from tuoyu_geo.schema import html_meta

# What the browser may load and run: what stands in the page. Even a name that became markup could ask for nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "connect-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
_PANEL_WORDS = (
    "sources", "fold", "prepared_by", "date", "crs", "search", "township", "kind", "all", "reset", "print", "click",
    "none", "clauses", "spots", "others",
)  # fmt: skip
_SCRIPTS = ("page.js", "find.js", "spread.js", "print.js")

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corner, latitude first, as Leaflet reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of the title block."""

    label: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table's row; with a layer and an id, a click on it goes to that feature. `tone` colours the last cell."""

    cells: tuple[str, ...]
    layer: str = ""
    id: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A small table of the title block; `numeric` are the positions of right-aligned columns, `short` of those whose cells don't wrap."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()
    short: frozenset[int] = frozenset()
    remark: str = ""

    @property
    def named(self) -> int:
        """Position of the cell that names the row: its first that is no figure."""
        return next((at for at in range(len(self.columns)) if at not in self.numeric), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What stands beside the map: the question it answers, and the answer in figures."""

    title: str
    audience: str
    question: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    clauses: tuple[Card, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A part of the map that a button goes to."""

    name: str
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another map, by its file relative to this one's."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A part of a page that one map alone has.

    Attributes
    ----------
    styles, script, body
        Style sheet, script and markup, as they go into the page.
    """

    styles: str
    script: str
    body: str


class _Raw(Element):
    """Text that goes into the page as it is, unlike branca's, which is read as a template."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self._written = written

    def render(self, **_kwargs: object) -> str:
        """Give the text."""
        return self._written


class VectorLayer(Layer):
    """One logical layer, drawn from one GeoJSON collection and listed in the layer control.

    Parameters
    ----------
    spec
        The layer.
    stem
        The map's stable name, for the element id.
    """

    def __init__(self, spec: LayerSpec, *, stem: str) -> None:
        super().__init__(name=_control_html(spec), overlay=True, control=True, show=spec.shown)
        self._name = "Layer"
        self._id = f"{stem}_{spec.key}"
        self.spec = spec

    def render(self, **_kwargs: object) -> str:
        """Write the layer into the figure's script."""
        spec = self.spec
        described = script_json(
            {
                "key": spec.key,
                "name": spec.name,
                "classes": [symbol.spec() for symbol in spec.classes],
                "fields": spec.fields,
                "interactive": spec.interactive,
                "labelled": spec.labelled,
                "data": {
                    "type": "FeatureCollection",
                    "features": [packed(feature) for feature in spec.features],
                },
            }
        )
        added = f".addTo({cast('Element', self._parent).get_name()})" if spec.shown else ""
        script = f"var {self.get_name()} = TY.layer({described}){added};"
        _page(self).script.add_child(_Raw(script), name=self.get_name())
        return script


class OfflineMap(folium.Map):
    """A folium map whose page holds all it needs; `_repr_html_` shows it in a notebook.

    What it shows stands in `note`, `panel`, `specs` (its layers) and `views`, for those who draw it otherwise.

    Parameters
    ----------
    stem
        Stable name; the map's variable in the page is ``map_<stem>``.
    note, panel
        Title block.
    layers
        From the bottom to the top.
    views
        The first is where the map opens.
    insert
        What this map has beside the others.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (folium reads these; ours stand inside the page)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        stem: str,
        *,
        note: ProjectNote,
        panel: Panel,
        layers: Sequence[LayerSpec],
        views: Sequence[View],
        insert: Insert | None = None,
    ) -> None:
        (south, west), (north, east) = views[0].bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            zoom_start=10,
            tiles=None,
            zoom_control=False,
            prefer_canvas=True,
            attribution_control=False,
            zoom_snap=0.1,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
            min_zoom=3,
            max_zoom=19,
        )
        self._id = stem
        self.language = language()
        self.note = note
        self.panel = panel
        self.views = tuple(views)
        self.specs = tuple(layers)
        self._links: tuple[Link, ...] = ()
        self._insert = insert
        self._basemap: Basemap | None = None
        self._sized = any("r" in feature["properties"] for spec in layers for feature in spec.features)
        _page(self).title = escape(panel.title)
        for spec in layers:
            self.add_child(VectorLayer(spec, stem=stem))
        control = folium.LayerControl(collapsed=False, autoZIndex=False)
        control._id = stem  # noqa: SLF001  (branca has no other way to a stable id)
        self.add_child(control)

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401  (as folium has it)
        """Write the map and its panels into the figure, in the language in which the map was made."""
        with speaking(self.language):
            return self._written(**kwargs)

    def _written(self, **kwargs: Any) -> str:  # noqa: ANN401  (as folium has it)
        figure = _page(self)
        own = "\n".join(assets.own(name) for name in _SCRIPTS)
        scripts = (assets.leaflet_js(), assets.jquery_js(), own, f"TY.setup({_setup()});")
        styles = (assets.leaflet_css(), assets.own("page.css"), assets.own("print.css"))
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        head = "".join(f"<script>{part}</script>\n" for part in scripts)
        head += "".join(f"<style>{part}</style>\n" for part in styles)
        panel, basemap = self.panel, self._basemap
        base = [] if basemap is None else basemap.spec(up=self._up, box=_around(self.views))
        if basemap is not None:
            panel = replace(panel, notices=(*basemap.notices(), *panel.notices))
        shown = text(
            "maps.page.crs_gcj02"
            if basemap is not None and basemap.kind == "gaode"
            else "maps.page.crs_shown",
            crs=self.note.crs,
        )
        body = _panels(self.note, panel, self._links, crs=shown)
        if self._insert is not None:
            head += f"<script>{self._insert.script}</script>\n<style>{self._insert.styles}</style>\n"
            body += self._insert.body
        figure.header.add_child(_Raw(head), name="tuoyu_head")
        figure.html.add_child(_Raw(body), name="tuoyu_panels")
        views = [{"name": view.name, "bounds": view.bounds} for view in self.views]
        finish = f"TY.finish({self.get_name()}, {script_json({'views': views, 'sized': self._sized, 'base': base})});"
        figure.script.add_child(_Raw(finish), name="tuoyu_finish")
        return finish

    def linked(self, links: tuple[Link, ...]) -> Self:
        """The same map, with links to others beside it."""
        self._links = links
        return self

    def over(self, basemap: Basemap | None, *, up: str) -> Self:
        """The same map over a basemap; `up` leads from the page's folder to that of the maps."""
        self._basemap, self._up = basemap, up
        return self

    def html(self) -> str:
        """The whole page, which the browser is told to load nothing for from outside."""
        page = _page(self).render()
        source = "" if self._basemap is None else self._basemap.source
        policy = _POLICY.replace("img-src data: blob:", f"img-src data: blob: {source}".rstrip())
        return page.replace(
            "<head>",
            f'<head>\n    <meta http-equiv="Content-Security-Policy" content="{policy}">\n    {html_meta("map")}',
            1,
        )


def _page(element: Element) -> Page:
    """The figure that an element of a map belongs to."""
    return cast("Page", element.get_root())


def _around(views: tuple[View, ...]) -> Bounds:
    """All that the views show, and a tenth of it on every side."""
    south, west = (min(view.bounds[0][axis] for view in views) for axis in (0, 1))
    north, east = (max(view.bounds[1][axis] for view in views) for axis in (0, 1))
    up, across = (north - south) / 10, (east - west) / 10
    return (max(south - up, -85.0), max(west - across, -180.0)), (
        min(north + up, 85.0),
        min(east + across, 180.0),
    )


def _control_html(spec: LayerSpec) -> str:
    """A layer's entry in the control: symbol, name, number drawn, and its classes below."""
    symbol = spec.classes[0].swatch() if not spec.legend else ""
    count = number(spec.symbol_count) if spec.interactive else ""
    counted = f" <small>({count})</small>" if count else ""
    rows = "".join(f"<span>{row.symbol.swatch()}{escape(row.label)}</span>" for row in spec.legend)
    classes = f'<span class="ty-classes">{rows}</span>' if rows else ""
    return f'<span class="ty-layer">{symbol}{escape(spec.name)}{counted}{classes}</span>'


def _setup() -> str:
    keys = (
        "legend", "legend_tick", "sized", "north", "zoom_in", "zoom_out", "metres", "kilometres", "map", "filtered", "found",
        "found_none", "ratio", "base_on", "base_off",
    )  # fmt: skip
    words = {key: text(f"maps.page.{key}") for key in keys}
    words |= {key: text(f"words.{key}") for key in ("colon", "list_semicolon", "html_lang")}
    return script_json({"shapes": SHAPES, "words": words})


@cache
def _panel_template() -> Template:
    return Environment(autoescape=True).from_string(assets.own("panel.html"))


def _panels(note: ProjectNote, panel: Panel, links: tuple[Link, ...], *, crs: str) -> str:
    sources = [
        {
            "role": word("role", source.role),
            "text": source.source or source.file,
            "quality": word("quality", source.quality),
            "weak": source.quality != "official",
        }
        for source in note.sources
    ]
    approved = note.map_approval_number
    return _panel_template().render(
        note=note,
        panel=panel,
        links=links,
        sources=sources,
        crs=crs,
        approval=text("maps.page.approved", number=approved) if approved else text("maps.page.internal"),
        words={"colon": text("words.colon")} | {key: text(f"maps.page.{key}") for key in _PANEL_WORDS},
    )
