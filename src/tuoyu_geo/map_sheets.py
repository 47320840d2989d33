"""Every map as a sheet to print: A3 across, with frame, title, legend, north arrow, scale, sources and footer.

A sheet is drawn from the layers of the page (`maps.OfflineMap`), so that both show the same; layers that are switched
off when the page opens are left out.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path as FilePath
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyproj
import shapely
from matplotlib import rc_context
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from shapely.geometry import shape

from tuoyu_geo.errors import ConfigError, RenderError
from tuoyu_geo.maps import map_names, named_map
from tuoyu_geo.maps.layers import WGS84, LayerSpec
from tuoyu_geo.maps.palette import SHAPES, WHITE, Symbol
from tuoyu_geo.messages import listed, speaking, text
from tuoyu_geo.reports import drawing
from tuoyu_geo.reports.fonts import chinese_font, drawable
from tuoyu_geo.schema import stated
from tuoyu_geo.writing import holding, write_all

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tuoyu_geo.maps import OfflineMap
    from tuoyu_geo.maps.page import Bounds, View
    from tuoyu_geo.outcome import Outcome, ProjectNote

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")
PAPER_MM = (420.0, 297.0)
"""A3 across."""
DPI = 150
_MM_IN = 25.4
# Left, bottom, width and height on the paper [mm].
_MAP = (12.0, 20.0, 300.0, 248.0)
_SIDE = (316.0, 20.0, 92.0, 248.0)
_INSET_MM = (92.0, 72.0)
# A pixel of the page at zoom 14 on the paper [points].
_POINTS_A_PIXEL = 0.5
_WITHOUT_DATE: Mapping[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
_HATCHES = {"right": "///", "left": "\\\\\\", "cross": "xxx"}


def map_sheets(
    outcome: "Outcome", names: Sequence[str], *, formats: Sequence[Format] = ("pdf",)
) -> dict[str, bytes]:
    """Some maps as sheets of A3.

    Parameters
    ----------
    outcome
        What one run found out.
    names
        Stems of `maps.map_names`.
    formats
        Any of `FORMATS`; PNG has 150 dots an inch.

    Returns
    -------
    The files' contents by name, ``<stem>.<format>``: the same bytes from the same outcome, on one machine with one
    version of Matplotlib.

    Raises
    ------
    KeyError
        A name that is no map.
    RenderError
        The machine has no Chinese font; the message says which to install.
    """
    family = chinese_font()
    if family is None:
        raise RenderError(text("map_sheets.no_font"))
    found = {}
    for name in names:
        page = named_map(outcome, name)
        with drawing.chinese(family), rc_context({"hatch.linewidth": 0.4}), speaking(page.language):
            figure = _sheet(page, family)
            for form in formats:
                buffer = io.BytesIO()
                figure.savefig(
                    buffer,
                    format=form,
                    dpi=DPI,
                    metadata=_WITHOUT_DATE[form] | {"Keywords": stated("map_sheet")},
                )
                found[f"{name}.{form}"] = buffer.getvalue()
    return found


def write_map_sheets(
    outcome: "Outcome", folder: FilePath, *, formats: Sequence[Format] = ("pdf",)
) -> tuple[FilePath, ...]:
    """Write every map of a plan as a sheet of A3, beside the pages in ``maps/``.

    Parameters
    ----------
    outcome
        What one run found out.
    folder
        Folder of the outputs.
    formats
        Any of `FORMATS`.

    Returns
    -------
    The files written.

    Raises
    ------
    ConfigError
        A format that is none of `FORMATS`, or none at all.
    RenderError
        The machine has no Chinese font.
    OutputError
        The folder can't be written.
    """
    unknown = [str(one) for one in formats if one not in FORMATS]
    if unknown or not formats:
        raise ConfigError(text("map_sheets.format_unknown", found=listed(unknown), allowed=listed(FORMATS)))
    with holding(folder):
        sheets = map_sheets(outcome, map_names(outcome.townships.index), formats=formats)
        contents = {f"maps/{name}": data for name, data in sheets.items()}
        write_all(folder, contents)
    return tuple(folder / name for name in contents)


def _sheet(page: "OfflineMap", family: str) -> Figure:
    width, height = PAPER_MM
    figure = Figure(figsize=(width / _MM_IN, height / _MM_IN), facecolor="white")
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set(xlim=(0, width), ylim=(0, height))
    paper.axis("off")
    for inset, line in ((6.0, 1.6), (8.0, 0.5)):
        paper.add_patch(
            Rectangle((inset, inset), width - 2 * inset, height - 2 * inset, fill=False, linewidth=line)
        )
    paper.text(width / 2, 281, drawable(page.panel.title, family), fontsize=22, ha="center", va="center")
    under = "\n".join(drawable(line, family) for line in wrap(page.panel.question, 110)[:1])
    paper.text(width / 2, 272.5, under, fontsize=9, ha="center", va="center", color="#444444")
    specs = [spec for spec in page.specs if spec.shown]
    by_extent = sorted(page.views, key=lambda view: _extent(view.bounds))
    ax = _map(figure, _MAP, by_extent[-1], specs, page, family)
    drawing.north_arrow(ax)
    ax.text(0.04, 0.02, _ratio(ax, _MAP), transform=ax.transAxes, fontsize=8, va="bottom", zorder=90)
    bottom = _SIDE[1] + _title_block(paper, page.note, family)
    # Where the page has a button for a small part, such as the urban area, the sheet shows that part enlarged.
    part = by_extent[0]
    if _extent(part.bounds) * 2 < _extent(by_extent[-1].bounds):
        box = (_SIDE[0], bottom + 2, *_INSET_MM)
        unnamed = [replace(spec, labelled=False, features=_unlabelled(spec)) for spec in specs]
        ax = _map(figure, box, part, unnamed, page, family)
        bottom += _INSET_MM[1] + 6
        words = text("words.name_of", name=part.name, of=_ratio(ax, box))
        paper.text(_SIDE[0], bottom - 3, drawable(words, family), fontsize=9, va="bottom")
    _legend(paper, specs, top=_SIDE[1] + _SIDE[3], bottom=bottom + 3, family=family)
    _footer(paper, page, family)
    return figure


def _map(  # noqa: PLR0917  (one map on one sheet)
    figure: Figure,
    box: tuple[float, float, float, float],
    view: "View",
    specs: Sequence[LayerSpec],
    page: "OfflineMap",
    family: str,
) -> "Axes":
    left, bottom, width, height = box
    ax = figure.add_axes(
        (left / PAPER_MM[0], bottom / PAPER_MM[1], width / PAPER_MM[0], height / PAPER_MM[1])
    )
    (south, west), (north, east) = view.bounds
    corners = shapely.transform(
        shapely.box(west, south, east, north).segmentize(max(east - west, north - south) / 20),
        _to_metres(page.note.crs),
        interleaved=False,
    )
    drawing.frame(ax, _filled(corners.bounds, width / height))
    for order, spec in enumerate(specs, start=2):
        _layer(ax, spec, crs=page.note.crs, order=order, family=family)
    drawing.scale_bar(ax)
    return ax


def _extent(bounds: "Bounds") -> float:
    """The longer side of bounds [degrees]."""
    (south, west), (north, east) = bounds
    return max(north - south, east - west)


def _unlabelled(spec: LayerSpec) -> tuple[dict[str, Any], ...]:
    """The features of a layer whose areas carry names, without them: an inset has no room."""
    if not spec.labelled:
        return spec.features
    return tuple(one | {"properties": one["properties"] | {"n": None}} for one in spec.features)


def _ratio(ax: "Axes", box: tuple[float, float, float, float]) -> str:
    """The scale as a ratio on paper, to two figures."""
    west, east = ax.get_xlim()
    ratio = (east - west) / box[2] * 1000
    size = 10.0 ** max(0.0, np.floor(np.log10(max(ratio, 1.0))) - 1)
    return text("map_sheets.ratio", n=f"{round(ratio / size) * size:,.0f}")


def _filled(bounds: tuple[float, float, float, float], aspect: float) -> tuple[float, float, float, float]:
    """Bounds widened to a ratio of width to height, with room for scale and arrow."""
    west, south, east, north = bounds
    width, height = max(east - west, 200.0), max(north - south, 200.0)
    # The frame adds the same margin all around, measured on the longer side.
    width, height = max(width, height * aspect), max(height, width / aspect)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


@cache
def _transformer(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)


def _to_metres(crs: str) -> Any:  # noqa: ANN401  (what shapely.transform calls)
    return _transformer(crs).transform


def _layer(ax: "Axes", spec: LayerSpec, *, crs: str, order: int, family: str) -> None:
    by_class: dict[int, list[dict[str, Any]]] = {}
    for feature in spec.features:
        by_class.setdefault(feature["properties"]["s"], []).append(feature)
    for cls, found in sorted(by_class.items()):
        shapes = [
            shapely.transform(shape(one["geometry"]), _to_metres(crs), interleaved=False) for one in found
        ]
        symbol = spec.classes[cls]
        if symbol.shape in SHAPES:
            radii = [one["properties"].get("r", symbol.radius) for one in found]
            _points(ax, shapes, symbol=symbol, radii=radii, order=order)
        else:
            _strokes(ax, shapes, symbol=symbol, order=order)
        _labels(ax, found, shapes, spec=spec, family=family, order=order)


def _points(ax: "Axes", shapes: Sequence[Any], *, symbol: Symbol, radii: Sequence[float], order: int) -> None:
    xy = shapely.get_coordinates(shapely.centroid(np.asarray(shapes, dtype=object)))
    ax.scatter(
        xy[:, 0],
        xy[:, 1],
        s=[(2 * radius * _POINTS_A_PIXEL) ** 2 for radius in radii],
        marker=_marker(symbol.shape),
        facecolor=symbol.fill or WHITE,
        edgecolor=symbol.stroke,
        linewidth=symbol.weight * _POINTS_A_PIXEL,
        alpha=symbol.opacity,
        zorder=order,
    )


def _marker(name: str) -> Any:  # noqa: ANN401  (a marker is a name or a path)
    corners = SHAPES[name]
    return Path([(x, -y) for x, y in (*corners, corners[0])], closed=True) if corners else "o"


def _strokes(ax: "Axes", shapes: Sequence[Any], *, symbol: Symbol, order: int) -> None:
    """Areas and lines of one class as one path, as a PDF draws it quickly."""
    paths = []
    for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
        if part.geom_type == "Polygon":
            paths += [
                Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in (part.exterior, *part.interiors)
            ]
        elif part.geom_type == "LineString":
            paths.append(Path(np.asarray(part.coords)[:, :2]))
    if paths:
        ax.add_patch(PathPatch(Path.make_compound_path(*paths), zorder=order, **_painted(symbol)))


def _painted(symbol: Symbol) -> dict[str, Any]:
    """How Matplotlib fills and strokes an area or a line."""
    dash = [float(one) * _POINTS_A_PIXEL for one in symbol.dash.split()] if symbol.dash else None
    filled = symbol.shape != "line" and symbol.fill is not None
    return {
        "facecolor": to_rgba(symbol.fill, symbol.opacity) if filled and symbol.fill else "none",
        "edgecolor": symbol.stroke,
        "linewidth": symbol.weight * _POINTS_A_PIXEL,
        "linestyle": (0, dash) if dash else "solid",
        "hatch": _HATCHES.get(symbol.hatch or ""),
    }


def _labels(
    ax: "Axes",
    found: Sequence[Mapping[str, Any]],
    shapes: Sequence[Any],
    *,
    spec: LayerSpec,
    family: str,
    order: int,
) -> None:
    for feature, drawn in zip(found, shapes, strict=True):
        words = feature["properties"].get("n")
        if not words:
            continue
        point = drawn.representative_point()
        size, above = (7.5, 80) if spec.labelled else (5.5, order + 1)
        ax.text(
            point.x, point.y, "\n".join(drawable(line, family) for line in str(words).split("\n")), fontsize=size,
            ha="center", va="center", zorder=above, clip_on=True, path_effects=drawing.halo(),
        )  # fmt: skip


def _legend(paper: "Axes", specs: Sequence[LayerSpec], *, top: float, bottom: float, family: str) -> None:
    rows: list[tuple[Symbol | None, str, float]] = []
    for spec in specs:
        counted = (
            text("words.name_of", name=spec.name, of=f"{spec.symbol_count:,}")
            if spec.interactive
            else spec.name
        )
        rows.append((None if spec.legend else spec.classes[0], counted, 0.0))
        rows += [(row.symbol, row.label, 4.0) for row in spec.legend]
    left = _SIDE[0]
    paper.text(left, top - 3, drawable(text("map_sheets.legend"), family), fontsize=12, va="center")
    step = min(6.0, (top - bottom - 8) / max(1, len(rows)))
    for i, (symbol, words, indent) in enumerate(rows):
        y = top - 10 - i * step
        if symbol is not None:
            _swatch(paper, symbol, left + 4 + indent, y, size=min(1.0, step / 5))
        indented = left + indent + (0 if symbol is None else 10)
        paper.text(indented, y, drawable(words, family), fontsize=min(8.5, step * 1.75), va="center")


def _swatch(paper: "Axes", symbol: Symbol, x: float, y: float, *, size: float) -> None:
    """The symbol as the legend shows it, 8 mm wide at most."""
    if symbol.shape == "line":
        paper.plot([x - 4, x + 4], [y, y], color=symbol.stroke, linewidth=symbol.weight * 0.8,
                   linestyle=_painted(symbol)["linestyle"])  # fmt: skip
    elif symbol.shape == "area":
        box = Rectangle((x - 4, y - 1.6 * size), 8, 3.2 * size)
        box.update(_painted(symbol))
        paper.add_patch(box)
    else:
        radius = min(symbol.radius, 9.0) * size
        _points(paper, [shapely.Point(x, y)], symbol=symbol, radii=[radius], order=5)


def _title_block(paper: "Axes", note: "ProjectNote", family: str) -> float:
    """Who made it, when, in which coordinates, from what; gives the height taken [mm]."""
    lines = [
        (text("map_sheets.plan"), note.title),
        (text("maps.page.prepared_by"), note.prepared_by or text("reports.nobody")),
        (text("maps.page.date"), note.date),
        (text("maps.page.crs"), f"{note.crs} {pyproj.CRS(note.crs).name}"),
        *(
            (
                text(f"words.role.{source.role}"),
                f"{source.source or source.file} [{text(f'words.quality.{source.quality}')}]",
            )
            for source in note.sources
        ),
    ]
    told = []
    for label, words in lines:
        whole = f"{label}{text('words.colon')}{words}"
        told += _wrapped(whole, 68)
    step = min(3.6, 80 / len(told))
    height = step * len(told) + 4
    left, bottom, width, _ = _SIDE
    paper.add_patch(Rectangle((left, bottom), width, height, fill=False, linewidth=0.5))
    for i, line in enumerate(told):
        paper.text(left + 2, bottom + height - 2 - step * (i + 0.5), drawable(line, family),
                   fontsize=min(6.8, step * 1.9), va="center")  # fmt: skip
    return height


def _wrapped(words: str, width: int) -> list[str]:
    """Lines of at most so many letters; a Chinese character takes two."""
    lines, line, used = [], "", 0
    for one in words.replace("\n", " "):
        wide = 1 if one.isascii() else 2
        if used + wide > width:
            lines.append(line)
            line, used = "", 0
        line, used = line + one, used + wide
    return [*lines, line] if line else lines


def _footer(paper: "Axes", page: "OfflineMap", family: str) -> None:
    note = page.note
    approved = (
        text("report.approved", number=note.map_approval_number)
        if note.map_approval_number
        else text("report.internal")
    )
    said = text("words.list_semicolon").join(page.panel.notices)
    lines = _wrapped(said, 250)
    kept = lines[:2] if len(lines) <= 2 else [lines[0], f"{lines[1][:-1]}…"]
    paper.text(PAPER_MM[0] - 12, 14, drawable(approved, family), fontsize=10, ha="right", va="center")
    for i, line in enumerate(kept):
        paper.text(12, 16 - i * 3.6, drawable(line, family), fontsize=6.5, va="center", color="#444444")
