"""The report's maps as pictures: today, the plan, the balance of townships, the flags."""

import io
from typing import TYPE_CHECKING

from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import listed, text
from tuoyu_geo.reports import drawing
from tuoyu_geo.reports.cells import is_missing, word
from tuoyu_geo.reports.chapters import FIGURES
from tuoyu_geo.reports.drawing import Dots
from tuoyu_geo.reports.fonts import chinese_font, drawable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from tuoyu_geo.outcome import Outcome

    Bounds = tuple[float, float, float, float]

WIDTH_IN = 7.6
# A county may be long: between a strip and a square and a half.
ASPECT = (0.45, 1.25)
DPI = 150
FEWEST_URBAN = 8
FLAGS = {
    "new_missing": Dots(label="", marker="D", fill="#d55e00", size=26),
    "new_shared": Dots(label="", marker="D", fill="#e69f00", size=22),
    "built_missing": Dots(label="", marker="s", fill="#cc79a7", size=14),
    "village_guidance": Dots(label="", marker="^", fill="#8a8f98", size=16),
}
RAMP = LinearSegmentedColormap.from_list("share", ["#f6e8d5", "#fdd49e", "#a6dba0", "#41a15a"])


def draw_figures(outcome: "Outcome", *, names: "Sequence[str]" = FIGURES) -> dict[str, bytes]:
    """PNG pictures by name, in the report's order; none where the machine has no Chinese font.

    The same bytes from the same outcome, on one machine with one version of Matplotlib.
    """
    family = chinese_font()
    if family is None:
        return {}
    pictures: dict[str, tuple[Callable[[Axes, Outcome, str], None], Bounds]] = {
        "today": (_today, _county(outcome)),
        "plan": (_plan, _county(outcome)),
        "balance": (_balance, _county(outcome)),
        "estates": (_estates, _county(outcome)),
    }
    core = _core(outcome)
    if core is not None:
        pictures["core"] = (_plan, core)
    with drawing.chinese(family):
        return {name: _picture(outcome, family, *pictures[name]) for name in names if name in pictures}


def _county(outcome: "Outcome") -> "Bounds":
    west, south, east, north = outcome.townships.total_bounds
    return float(west), float(south), float(east), float(north)


def _core(outcome: "Outcome") -> "Bounds | None":
    """Bounds of the urban estates, where they take up but a small part of the county; else None."""
    urban = outcome.demand[outcome.demand["area_kind"].eq("urban") & outcome.demand["kind"].eq("estate")]
    if len(urban) < FEWEST_URBAN:
        return None
    x, y = urban.geometry.x, urban.geometry.y
    # The odd estate far out must not blow the picture up.
    low, high = 0.03, 0.97
    bounds = (x.quantile(low), y.quantile(low), x.quantile(high), y.quantile(high))
    west, south, east, north = _county(outcome)
    small = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) < max(east - west, north - south) / 3
    return tuple(float(one) for one in bounds) if small else None  # type: ignore[return-value]


def _picture(
    outcome: "Outcome", family: str, draw: "Callable[[Axes, Outcome, str], None]", bounds: "Bounds"
) -> bytes:
    low, high = ASPECT
    aspect = min(high, max(low, (bounds[3] - bounds[1]) / max(1.0, bounds[2] - bounds[0])))
    figure = Figure(figsize=(WIDTH_IN, WIDTH_IN * aspect + 0.3), dpi=DPI, facecolor="white")
    ax = figure.add_axes((0.01, 0.055, 0.98, 0.935))
    drawing.frame(ax, bounds)
    draw(ax, outcome, family)
    drawing.scale_bar(ax)
    drawing.north_arrow(ax)
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        ax.legend(loc="lower right", fontsize=7.5, framealpha=0.92, borderpad=0.8).set_zorder(10)
    credit = text("reports.semicolon").join([footer(outcome), *outcome.note.attribution])
    figure.text(0.012, 0.018, drawable(credit, family), fontsize=6.5, color="#555555")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def footer(outcome: "Outcome") -> str:
    """What must stand below every picture: its approval, its coordinates, and what the data is."""
    note = outcome.note
    approval = (
        text("report.approved", number=note.map_approval_number)
        if note.map_approval_number
        else text("report.internal")
    )
    quality = sorted({str(word("quality", one.quality)) for one in note.sources if one.quality != "official"})
    return text(
        "report.footer", approval=approval, crs=note.crs, date=note.date, quality=listed(quality) or ""
    )


def _ground(ax: "Axes", outcome: "Outcome", family: str) -> None:
    drawing.draw_areas(ax, outcome.townships.geometry, fill="#ffffff")
    drawing.draw_areas(ax, outcome.water.geometry, fill=drawing.WATER, edge=drawing.WATER)
    drawing.draw_lines(ax, outcome.water.geometry, colour=drawing.WATER, width=1.0)
    drawing.draw_lines(ax, outcome.streets.geometry, width=0.25)
    drawing.name_areas(ax, outcome.townships, family=family)


def _today(ax: "Axes", outcome: "Outcome", family: str) -> None:
    _ground(ax, outcome, family)
    demand = outcome.demand[outcome.demand["residents"] > 0]
    covered = demand["covered_today"].astype(bool)
    drawing.draw_points(
        ax,
        demand[~covered].geometry,
        dots=Dots(label=text("report.dots_open"), fill=drawing.OPEN, size=7, edge="none"),
    )
    drawing.draw_points(
        ax,
        demand[covered].geometry,
        dots=Dots(label=text("report.dots_covered"), fill=drawing.COVERED, size=7, edge="none"),
    )
    _institutions(ax, outcome)


def _institutions(ax: "Axes", outcome: "Outcome") -> None:
    counted = outcome.institutions["counted"].astype(bool)
    drawing.draw_points(
        ax,
        outcome.institutions[counted].geometry,
        dots=Dots(label=text("report.dots_counted"), size=46),
        order=7,
    )
    drawing.draw_points(
        ax,
        outcome.institutions[~counted].geometry,
        dots=Dots(label=text("report.dots_uncounted"), fill="white", edge=drawing.TODAY, size=30),
        order=7,
    )


def _plan(ax: "Axes", outcome: "Outcome", family: str) -> None:
    _ground(ax, outcome, family)
    drawing.draw_points(
        ax,
        outcome.unserved.geometry,
        dots=Dots(label=text("report.dots_open"), fill=drawing.OPEN, size=7, edge="none"),
    )
    _institutions(ax, outcome)
    drawing.draw_points(
        ax,
        outcome.sites.geometry,
        dots=Dots(label=text("report.dots_sites"), marker="*", fill="white", edge=drawing.PLANNED, size=110),
        order=8,
    )
    for order, point in zip(outcome.sites["order"], outcome.sites.geometry, strict=True):
        ax.annotate(f"{order:g}", (point.x, point.y), xytext=(4, 4), textcoords="offset points", fontsize=6,
                    color=drawing.PLANNED, zorder=9, clip_on=True, annotation_clip=True)  # fmt: skip


def _balance(ax: "Axes", outcome: "Outcome", family: str) -> None:
    scale = Normalize(vmin=0, vmax=1)
    shares = outcome.townships["covered_plan_share"]
    fill = ["#ffffff" if is_missing(one) else RAMP(scale(one)) for one in shares]
    drawing.draw_areas(ax, outcome.townships.geometry, fill=fill)
    for row in outcome.townships.itertuples():
        point = row.geometry.representative_point()
        covered = (
            text("reports.no_figure")
            if is_missing(row.covered_plan_share)
            else f"{cut(row.covered_plan_share, digits=3):.1%}"
        )
        words = text("report.balance_label", name=row.name, share=covered, places=row.places_plan)
        ax.text(point.x, point.y, "\n".join(drawable(line, family) for line in words.split("|")), fontsize=6.8,
                ha="center", va="center", zorder=5, path_effects=drawing.halo())  # fmt: skip


def _estates(ax: "Axes", outcome: "Outcome", family: str) -> None:
    _ground(ax, outcome, family)
    for flag, dots in FLAGS.items():
        rows = outcome.gaps[outcome.gaps["flag"] == flag]
        named = Dots(label=str(word("flag", flag)), marker=dots.marker, fill=dots.fill, size=dots.size)
        drawing.draw_points(ax, rows.geometry, dots=named)
