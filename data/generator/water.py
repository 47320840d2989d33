"""Rivers over the made-up relief, and the reservoir with the one island."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from data.generator.core import RIVER_HALF_WIDTH_M, Core
from data.generator.facts import Township
from data.generator.plane import Floats, cell_of
from data.generator.terrain import Relief, paths_to, smooth
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

MAIN_HALF_WIDTH_M = 45.0
ISLAND_M = 330.0


@dataclass(frozen=True, slots=True)
class Water:
    """Named rivers: the main river as a polygon, tributaries as lines, the reservoir as a polygon with a hole."""

    main: BaseGeometry
    tributaries: list[tuple[str, BaseGeometry]]
    lake: Polygon
    island: Floats

    @property
    def wide(self) -> BaseGeometry:
        """Everything a road needs a long bridge for."""
        return shapely.union(self.main, self.lake)


def make_water(
    townships: tuple[Township, ...],
    *,
    seats: Floats,
    county: Polygon,
    core: Core,
    relief: Relief,
    rng: np.random.Generator,
) -> Water:
    """Lead the main river from the west through 安砂 and the core past 贡川, and the tributaries into it."""
    at = {t.short: seat for t, seat in zip(townships, seats, strict=True)}
    ends = shapely.get_coordinates(core.river)[[0, -1]]
    cost = relief.cost**1.5
    source = _edge_of(county, at["安砂"], away_from=core.centre)
    mouth = _edge_of(county, at["贡川"], away_from=core.centre)
    bank = np.array([420.0, -260.0])
    west = _chain(cost, relief, [source, at["安砂"] + bank, ends[0]])
    east = _chain(cost, relief, [ends[1], at["贡川"] - bank, mouth])
    upper, lower = shapely.LineString(west), shapely.LineString(east)
    spot = shapely.get_coordinates(upper.interpolate(0.17, normalized=True))[0]
    lake, island = _reservoir(spot, rng=rng)
    main = shapely.union_all(
        [
            upper.buffer(MAIN_HALF_WIDTH_M),
            lower.buffer(MAIN_HALF_WIDTH_M),
            core.river.buffer(RIVER_HALF_WIDTH_M),
        ]
    )
    stem = np.vstack([west, shapely.get_coordinates(core.river), east])
    tributaries = _tributaries(at, county=county, stem=stem, cost=cost, relief=relief, centre=core.centre)
    hole = shapely.Polygon(lake.exterior)
    return Water(
        main=shapely.difference(main, hole).buffer(0),
        tributaries=[(name, line.difference(hole)) for name, line in tributaries],
        lake=lake,
        island=island,
    )


def _edge_of(county: Polygon, seat: Floats, *, away_from: Floats) -> Floats:
    ray = shapely.LineString([seat, seat + 3 * (seat - away_from)])
    crossing: Floats = shapely.get_coordinates(shapely.intersection(ray, county.exterior))
    return np.array(crossing[0], dtype=np.float64)


def _chain(cost: Floats, relief: Relief, stops: list[Floats]) -> Floats:
    points: list[Floats] = [stops[0][None, :]]
    for a, b in pairwise(stops):
        cells = cell_of(np.array([a, b]))
        path = paths_to(cost, starts=cells[:1], ends=cells[1:])[0]
        points += [relief.points[path[1:-1]], b[None, :]]
    return smooth(np.vstack(points))


def _reservoir(spot: Floats, *, rng: np.random.Generator) -> tuple[Polygon, Floats]:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wave = 1250 + 260 * np.sin(3 * angle + rng.uniform(0, 6)) + 170 * np.sin(5 * angle + rng.uniform(0, 6))
    rim = spot + wave[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    shore = ISLAND_M * (1 + 0.15 * np.sin(2 * angle + 1))
    island = spot + shore[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return shapely.Polygon(rim, [island]), spot


def _tributaries(
    at: dict[str, Floats], *, county: Polygon, stem: Floats, cost: Floats, relief: Relief, centre: Floats
) -> list[tuple[str, BaseGeometry]]:
    """Start each behind its seat and lead it through the seat into whatever river is nearest by cost."""
    river_cells = set(cell_of(stem).tolist())
    lines: list[tuple[str, BaseGeometry]] = []
    for name in ("洪田", "小陶", "西洋", "曹远", "大湖", "罗坊", "上坪", "青水", "槐南"):
        seat = at[name] + (180.0, 140.0)
        edge = _edge_of(county, at[name], away_from=centre)
        head = seat + 0.7 * (edge - seat)
        first = paths_to(cost, starts=cell_of(head[None]), ends=cell_of(seat[None]))[0]
        if name == "槐南":  # the easternmost valley drains east, out of the county
            second = cell_of(seat[None])
        else:
            goals = np.array(sorted(river_cells - set(first.tolist())))
            second = paths_to(cost, starts=cell_of(seat[None]), ends=goals)[0]
        path = np.concatenate([first, second[1:]])
        points = relief.points[path]
        gap = np.hypot(*(stem - points[-1]).T)
        if gap.min() < 600:
            points = np.vstack([points, stem[gap.argmin()]])
        lines.append((f"{name}溪", shapely.LineString(smooth(points))))
        river_cells |= set(path.tolist())
    return lines
