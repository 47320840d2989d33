"""One page for each township: where it stands, what is missing, which sites, which communities, by when."""

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.figure import Figure

from tuoyu_geo.coverage import share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.reports import drawing
from tuoyu_geo.reports.cells import is_missing, word
from tuoyu_geo.reports.columns import some, year
from tuoyu_geo.reports.drawing import Dots, Line
from tuoyu_geo.reports.figures import FLAGS, footer
from tuoyu_geo.reports.fonts import chinese_font, known
from tuoyu_geo.schema import stated
from tuoyu_geo.writing import file_names

if TYPE_CHECKING:
    from collections.abc import Hashable

    import geopandas as gpd

    from tuoyu_geo.outcome import Outcome

A4_IN = (8.27, 11.69)
LEFT, RIGHT = 0.07, 0.93
MAP_TOP, MAP_HEIGHT = 0.905, 0.40
# Half-width characters that fit a line of the text size on the page.
LINE_WIDTH = 108
LINE_STEP = 0.0185
# What a heading takes, with the room after its section, in lines.
HEADING_STEPS = 1.6
FOOT_BOTTOM, FOOT_STEP, FOOT_WIDTH = 0.018, 0.011, 150
MOST_SITES = 9
WIDE_FROM = 0x2E80
# Never the first of a line.
CLOSING = "，。、；：！？）》”’,.;:!?)"


def township_sheets(outcome: "Outcome") -> dict[str, bytes]:
    """A one-page PDF a township, by file name; none where the machine has no Chinese font.

    The same bytes from the same outcome, on one machine with one version of Matplotlib.
    """
    family = chinese_font()
    if family is None:
        return {}
    with drawing.chinese(family):
        return {
            f"townships/{name}.pdf": _sheet(outcome, township_id, family)
            for township_id, name in file_names(outcome.townships.index).items()
        }


def _sheet(outcome: "Outcome", township_id: "Hashable", family: str) -> bytes:
    row: Any = outcome.townships.loc[township_id]
    note = outcome.note
    figure = Figure(figsize=A4_IN, facecolor="white")
    under = text("report.sheet_under", county=note.county_name, title=note.title, date=note.date)
    foot = _wrapped(text("reports.semicolon").join([footer(outcome), *note.notices]), width=FOOT_WIDTH)
    page = [
        Line(
            x=0.5,
            y=0.96,
            words=text("report.sheet_title", name=row["name"]),
            size=18,
            weight="bold",
            anchor="centre",
        ),
        Line(x=0.5, y=0.937, words=under, size=8.5, colour="#555555", anchor="centre"),
        *_body(_sections(outcome, township_id, row), bottom=FOOT_BOTTOM + FOOT_STEP * (len(foot) + 1)),
        *(
            Line(x=LEFT, y=FOOT_BOTTOM + FOOT_STEP * (len(foot) - k), words=part, size=6.3, colour="#777777")
            for k, part in enumerate(foot, start=1)
        ),
    ]
    figure.add_artist(drawing.Lines([replace(line, words=known(line.words, family)) for line in page]))
    _map(figure, outcome, township_id, family)
    buffer = io.BytesIO()
    figure.savefig(
        buffer,
        format="pdf",
        metadata={
            "CreationDate": None,
            "Producer": None,
            "Creator": "tuoyu-geo",
            "Title": note.title,
            "Keywords": stated("township_sheet"),
        },
    )
    return buffer.getvalue()


def _body(sections: list[tuple[str, list[str]]], *, bottom: float) -> list[Line]:
    """The sections below the map, set smaller where they would not fit above `bottom` [share of the page]."""
    top = MAP_TOP - MAP_HEIGHT - 0.03
    parts = [(heading, [part for line in lines for part in _wrapped(line)]) for heading, lines in sections]
    n_steps = sum(HEADING_STEPS + len(lines) for _, lines in parts)
    shrink = min(1.0, (top - bottom) / (LINE_STEP * n_steps))
    step = LINE_STEP * shrink
    page: list[Line] = []
    at = top
    for heading, lines in parts:
        page.append(
            Line(x=LEFT, y=at, words=heading, size=11.5 * shrink, weight="bold", colour=drawing.TODAY)
        )
        at -= step * 1.15
        for line in lines:
            page.append(Line(x=LEFT + 0.012, y=at, words=line, size=9.2 * shrink))
            at -= step
        at -= step * (HEADING_STEPS - 1.15)
    return page


def _map(figure: Figure, outcome: "Outcome", township_id: "Hashable", family: str) -> None:
    ax = figure.add_axes((LEFT, MAP_TOP - MAP_HEIGHT, RIGHT - LEFT, MAP_HEIGHT))
    own = outcome.townships.loc[[township_id]]
    bounds = tuple(float(one) for one in own.total_bounds)
    drawing.frame(ax, bounds)  # type: ignore[arg-type]
    drawing.draw_areas(ax, outcome.townships.geometry, fill="#eef0f2")
    drawing.draw_areas(ax, own.geometry, fill="#ffffff", edge="#4a4f57", width=1.4)
    west, east = ax.get_xlim()
    south, north = ax.get_ylim()
    around = outcome.townships.drop(index=township_id).clip_by_rect(west, south, east, north)
    near = ~around.is_empty
    drawing.name_areas(
        ax, outcome.townships.drop(index=township_id)[near].set_geometry(around[near]), family=family, size=7
    )
    window = shapely.box(west, south, east, north)
    drawing.draw_areas(ax, _within(outcome.water, window), fill=drawing.WATER, edge=drawing.WATER)
    drawing.draw_lines(ax, _within(outcome.streets, window), width=0.5)
    demand = outcome.demand[outcome.demand["township_id"].eq(township_id) & (outcome.demand["residents"] > 0)]
    covered = demand["covered_plan"].astype(bool)
    for rows, key, colour in (
        (demand[~covered], "open", drawing.OPEN),
        (demand[covered], "covered", drawing.COVERED),
    ):
        drawing.draw_points(
            ax, rows.geometry, dots=Dots(label=text(f"report.dots_{key}"), fill=colour, size=12, edge="none")
        )
    institutions = outcome.institutions[outcome.institutions["township_id"].eq(township_id)]
    counted = institutions["counted"].astype(bool)
    drawing.draw_points(
        ax, institutions[counted].geometry, dots=Dots(label=text("report.dots_counted"), size=52), order=7
    )
    drawing.draw_points(
        ax,
        institutions[~counted].geometry,
        dots=Dots(label=text("report.dots_uncounted"), fill="white", edge=drawing.TODAY, size=34),
        order=7,
    )
    sites = outcome.sites[outcome.sites["township_id"].eq(township_id)]
    drawing.draw_points(
        ax,
        sites.geometry,
        dots=Dots(label=text("report.dots_sites"), marker="*", fill="white", edge=drawing.PLANNED, size=130),
        order=8,
    )
    for order, point in zip(sites["order"], sites.geometry, strict=True):
        ax.annotate(f"{order:g}", (point.x, point.y), xytext=(5, 4), textcoords="offset points", fontsize=7.5,
                    color=drawing.PLANNED, zorder=9)  # fmt: skip
    drawing.scale_bar(ax)
    drawing.north_arrow(ax)
    ax.legend(loc="lower right", fontsize=7, framealpha=0.92).set_zorder(10)


def _within(frame: "gpd.GeoDataFrame", window: shapely.Polygon) -> "gpd.GeoSeries":
    """The shapes that reach into the window."""
    return frame.geometry.iloc[np.sort(frame.sindex.query(window, predicate="intersects"))]


def _sections(outcome: "Outcome", township_id: "Hashable", row: Any) -> list[tuple[str, list[str]]]:  # noqa: ANN401
    return [
        (text("report.sheet_stand"), _standing(outcome, township_id, row)),
        (text("report.sheet_missing"), _missing(outcome, township_id, row)),
        (text("report.sheet_sites"), _site_lines(outcome, township_id)),
        (text("report.sheet_people"), _open_lines(outcome, township_id)),
    ]


def _standing(outcome: "Outcome", township_id: "Hashable", row: Any) -> list[str]:  # noqa: ANN401
    thousands = row["residents"] / 1000
    methods = outcome.demand.loc[outcome.demand["township_id"].eq(township_id), "under3_method"]
    measured = len(methods) and methods.eq("measured").all()
    return [
        text(
            "report.sheet_people_line",
            residents=round(row["residents"]),
            under3=round(row["under3"]),
            under3_quality=text("report.sheet_measured" if measured else "report.sheet_estimated"),
        ),
        text(
            "report.sheet_institutions_line",
            existing=row["existing"],
            places=row["places_today"],
            per_1000=f"{cut(row['places_today'] / thousands, digits=2):.2f}" if thousands else "—",
        ),
        text(
            "report.sheet_covered_line",
            today=share_text(row["covered_today_share"]),
            plan=share_text(row["covered_plan_share"]),
        ),
    ]


def _missing(outcome: "Outcome", township_id: "Hashable", row: Any) -> list[str]:  # noqa: ANN401
    figures = {name: row[name] for name in ("quota", "existing", "proposed", "shortfall")}
    lines = [
        text("report.sheet_quota_line", **figures)
        if row["quota"]
        else text("report.sheet_no_quota", **figures),
        text(
            "report.sheet_places_line",
            required=row["places_required"],
            today=row["places_today"],
            plan=row["places_plan"],
            gap=max(0.0, row["places_required"] - row["places_plan"]),
        ),
    ]
    gaps = outcome.gaps[outcome.gaps["township_id"].eq(township_id)]
    flagged = [
        text(
            "report.sheet_flag_line",
            flag=word("flag", flag),
            n=len(rows),
            names=some([str(one) for one in rows["name"]]),
        )
        for flag in FLAGS
        for rows in (gaps[gaps["flag"].eq(flag)],)
        if len(rows)
    ]
    return [*lines, *(flagged or [text("report.sheet_no_flags")])]


def _site_lines(outcome: "Outcome", township_id: "Hashable") -> list[str]:
    sites = outcome.sites[outcome.sites["township_id"].eq(township_id)]
    if not len(sites):
        return [text("report.sheet_no_sites")]
    lines = [
        text(
            "report.sheet_site_line",
            order=f"{one.order:g}",
            name=one.name,
            kind=word("candidate_kind", one.kind),
            method=word("method", one.method) or "—",
            places=f"{one.places:,.0f}",
            year=text("report.sheet_no_year")
            if is_missing(one.open_year)
            else text("report.sheet_year", year=year(one.open_year)),
        )
        for one in sites.head(MOST_SITES).itertuples()
    ]
    return lines if len(sites) <= MOST_SITES else [*lines, text("report.sheet_more", n=len(sites))]


def _open_lines(outcome: "Outcome", township_id: "Hashable") -> list[str]:
    left = outcome.unserved[outcome.unserved["township_id"].eq(township_id)]
    if not len(left):
        return [text("report.sheet_all_open")]
    most = left.sort_values("residents", ascending=False, kind="stable")
    names = some([str(one) for one in most["name"]])
    return [text("report.sheet_open_line", n=len(left), residents=left["residents"].sum(), names=names)]


def _wrapped(words: str, *, width: int = LINE_WIDTH) -> list[str]:
    """Lines of at most `width` half-width characters, and a closing mark: Matplotlib breaks Chinese lines nowhere."""
    lines, line, used = [], "", 0
    for one in str(words):
        size = 1 if ord(one) < WIDE_FROM else 2
        if used + size > width and one not in CLOSING:
            lines.append(line)
            line, used = "", 0
        line += one
        used += size
    return [*lines, line] if line else lines
