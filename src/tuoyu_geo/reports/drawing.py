"""Maps as still pictures: areas, streets, points, a scale bar and a north arrow on Matplotlib axes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.collections import PathCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tuoyu_geo.messages import text
from tuoyu_geo.reports.fonts import drawable

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

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
    lines = [part for part in parts if part is not None and part.geom_type == "LineString"]
    if not lines:
        return
    # One path for all: a PDF writes a collection line by line, which takes seconds for a town.
    xy, index = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(xy), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(index, prepend=-1))] = Path.MOVETO
    ax.add_patch(PathPatch(Path(xy, codes), facecolor="none", edgecolor=colour, linewidth=width, zorder=2))


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


def frame(ax: "Axes", bounds: tuple[float, float, float, float], *, margin: float = 0.04) -> None:
    """Fit the axes to bounds in metres, without ticks, both ways to the same scale."""
    west, south, east, north = bounds
    pad = max(east - west, north - south, 200.0) * margin
    ax.set_xlim(west - pad, east + pad)
    ax.set_ylim(south - pad, north + pad)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_facecolor(PAPER)
    for side in ax.spines.values():
        side.set_color(BORDER)


def scale_bar(ax: "Axes") -> None:
    """A bar of a round length [m or km] at the lower left, and an arrow to the grid's north."""
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    length = _round_length((east - west) / 5)
    x, y = west + (east - west) * 0.04, south + (north - south) * 0.04
    ax.plot([x, x + length], [y, y], color="black", linewidth=2.2, solid_capstyle="butt", zorder=6)
    words = text("report.km", n=length / 1000) if length >= 1000 else text("report.m", n=length)
    ax.text(
        x + length / 2, y + (north - south) * 0.012, words, ha="center", va="bottom", fontsize=7, zorder=6
    )
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
                zorder=5, path_effects=_halo(), clip_on=True)  # fmt: skip


def _halo() -> list[object]:
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    return [withStroke(linewidth=2.0, foreground="white")]
