"""Maps as still pictures: areas, streets, points, a scale bar and a north arrow on Matplotlib axes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.collections import PathCollection
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tuoyu_geo.messages import text
from tuoyu_geo.reports.fonts import drawable

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

PAPER = "#fbfaf7"
BORDER = "#8a8f98"
STREET = "#c9cdd3"
WATER = "#cfe3f2"
TODAY = "#0072b2"
PLANNED = "#c8102e"
COVERED = "#009e73"
OPEN = "#d55e00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """How points of one class are drawn: marker, colours, size [points²], and the legend's words."""

    label: str
    marker: str = "o"
    fill: str = TODAY
    edge: str = "white"
    size: float = 30.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text on a figure: where its base line begins or has its middle [share of the figure], size [points]."""

    x: float
    y: float
    words: str
    size: float
    colour: str = "black"
    weight: str = "normal"
    anchor: Literal["start", "centre"] = "start"


class Lines(Artist):
    """Lines of text drawn as they stand.

    A `matplotlib.text.Text` lays each line out twice, once to learn how long it is, which a line that begins at a
    point and is never turned needs not.
    """

    def __init__(self, lines: "Sequence[Line]") -> None:
        super().__init__()
        self.lines = tuple(lines)

    def draw(self, renderer: "RendererBase") -> None:
        """Draw them; Matplotlib's own hook."""
        width, height = self.figure.bbox.size
        looks = {(line.size, line.weight) for line in self.lines}
        fonts = {look: FontProperties(size=look[0], weight=look[1]) for look in looks}
        for line in self.lines:
            font = fonts[line.size, line.weight]
            x, y = line.x * width, line.y * height
            if line.anchor == "centre":
                x -= renderer.get_text_width_height_descent(line.words, font, ismath=False)[0] / 2
            gc = renderer.new_gc()
            gc.set_foreground(line.colour)
            renderer.draw_text(gc, x, height - y if renderer.flipy() else y, line.words, font, 0.0)
            gc.restore()


@contextmanager
def chinese(family: str) -> Iterator[None]:
    """Draw with a family; nothing outside is changed."""
    with rc_context(
        {
            "font.family": [family],
            "axes.unicode_minus": False,
            "pdf.fonttype": 3,
            "pdf.compression": 6,
            "svg.hashsalt": "tuoyu",
        }
    ):
        yield


def draw_areas(
    ax: "Axes", shapes: "gpd.GeoSeries", *, fill: object, edge: str = BORDER, width: float = 0.6
) -> None:
    """Polygons, each filled with one colour or with its own."""
    paths, owner = [], []
    for i, shape in enumerate(shapes):
        for part in shapely.get_parts(shape):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            rings = [part.exterior, *part.interiors]
            paths.append(
                Path.make_compound_path(
                    *(Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings)
                )
            )
            owner.append(i)
    if not paths:
        return
    colours = [fill[i] for i in owner] if isinstance(fill, list) else fill
    ax.add_collection(
        PathCollection(
            paths, facecolor=colours, edgecolor=edge, linewidth=width, offsets=np.zeros((1, 2)), zorder=1
        ),
        autolim=False,
    )


def draw_lines(ax: "Axes", shapes: "gpd.GeoSeries", *, colour: str = STREET, width: float = 0.4) -> None:
    """Lines, and the outlines of areas."""
    parts = shapely.get_parts(np.asarray(shapes.array, dtype=object))
    lines = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    if not len(lines):
        return
    # One path for all: a PDF writes a collection line by line, which takes seconds for a town.
    xy, index = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(xy), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(index, prepend=-1))] = Path.MOVETO
    # add_patch would look for the extent of each segment as of a curve, for seconds; `frame` has set the limits.
    ax.add_artist(PathPatch(Path(xy, codes), facecolor="none", edgecolor=colour, linewidth=width, zorder=2))


def draw_points(ax: "Axes", shapes: "gpd.GeoSeries", *, dots: Dots, order: int = 4) -> None:
    """Points of one class; a class without any still stands in the legend."""
    xy = shapely.get_coordinates(shapely.centroid(np.asarray(shapes.array, dtype=object)))
    ax.scatter(
        xy[:, 0] if len(xy) else [],
        xy[:, 1] if len(xy) else [],
        marker=dots.marker,
        s=dots.size,
        c=dots.fill,
        edgecolors=dots.edge,
        linewidths=0.7,
        alpha=dots.alpha,
        label=text("words.name_of", name=dots.label, of=f"{len(xy):,}"),
        zorder=order,
    )


def frame(ax: "Axes", bounds: tuple[float, float, float, float]) -> None:
    """Fit the axes to bounds in metres, without ticks, both ways to the same scale."""
    west, south, east, north = bounds
    pad = max(east - west, north - south, 200.0) * 0.04
    ax.set_xlim(west - pad, east + pad)
    ax.set_ylim(south - pad, north + pad)
    ax.set_aspect("equal")
    ax.xaxis.set_visible(False)
    ax.yaxis.set_visible(False)
    ax.set_facecolor(PAPER)
    for side in ax.spines.values():
        side.set_color(BORDER)


def scale_bar(ax: "Axes") -> None:
    """A bar of a round length [m or km] at the lower left."""
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    length = _round_length((east - west) / 5)
    x, y = west + (east - west) * 0.04, south + (north - south) * 0.04
    ax.plot([x, x + length], [y, y], color="black", linewidth=2.2, solid_capstyle="butt", zorder=6)
    words = text("report.km", n=length / 1000) if length >= 1000 else text("report.m", n=length)
    ax.text(
        x + length / 2, y + (north - south) * 0.012, words, ha="center", va="bottom", fontsize=7, zorder=6
    )


def north_arrow(ax: "Axes") -> None:
    """An arrow to the grid's north at the upper right."""
    ax.annotate(
        "N",
        xy=(0.965, 0.97),
        xytext=(0.965, 0.90),
        xycoords="axes fraction",
        ha="center",
        fontsize=9,
        arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.2},
        zorder=6,
    )


def _round_length(about: float) -> float:
    size = 10.0 ** np.floor(np.log10(max(about, 1.0)))
    return float(max(step * size for step in (1, 2, 5) if step * size <= about or step == 1))


def name_areas(ax: "Axes", areas: "gpd.GeoDataFrame", *, family: str, size: float = 7.5) -> None:
    """Each area's name at a point inside it."""
    for name, shape in zip(areas["name"], areas.geometry, strict=True):
        point = shape.representative_point()
        ax.text(point.x, point.y, drawable(name, family), fontsize=size, ha="center", va="center", color="#333333",
                zorder=5, path_effects=halo(), clip_on=True)  # fmt: skip


def halo() -> list[object]:
    """A white edge around letters, so that they can be read on any ground."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    return [withStroke(linewidth=2.0, foreground="white")]
