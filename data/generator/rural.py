"""Outside the core: mountain roads between the seats, villages along the valleys, town streets and village lanes."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from data.generator.core import Core, Street
from data.generator.facts import Township
from data.generator.plane import Floats, cell_centres, cell_of
from data.generator.terrain import Cells, Relief, cells_inside, paths_to, smooth
from data.generator.water import Water
from scipy.spatial import Delaunay
from shapely.geometry.base import BaseGeometry

REUSE = 0.4
PIECE_CELLS = 5  # a stretch without junction is cut into pieces of about one kilometre
PRIMARY = ("安砂", "贡川")
SECONDARY = ("小陶", "西洋", "洪田", "大湖")
GRADE = {"primary": "国道", "secondary": "省道", "tertiary": "县道", "unclassified": "乡道"}
LANE_GRADE = "村道"
TUNNEL_HEIGHT = 0.27
FAR_SHARE = 0.2  # of a unit's villages lie anywhere in its valleys, however far from the seat


@dataclass(frozen=True, slots=True)
class Rural:
    """Roads as lists of cells with their class, village points with their township index, the island village last."""

    streets: list[Street]
    villages: Floats
    village_township: Cells


def make_rural(
    townships: tuple[Township, ...],
    *,
    seats: Floats,
    label: Cells,
    core: Core,
    water: Water,
    relief: Relief,
    rng: np.random.Generator,
) -> Rural:
    """Lay county roads, place the villages, tie each to the roads."""
    built_up = cells_inside(core.area)
    cost = relief.cost.copy()
    cost[label < 0] *= 30.0
    creeks = shapely.union_all([line for _, line in water.tributaries])
    rivers = shapely.union(water.main, creeks)
    cost[cells_inside(rivers.buffer(700))] *= (
        0.6  # roads keep to the valleys, beside the water rather than in it
    )
    cost[cells_inside(rivers.buffer(190))] *= 5.0
    cost[cells_inside(shapely.Polygon(water.lake.exterior).buffer(150))] = np.inf
    roads = _county_roads(townships, seats=seats, cost=cost, built_up=built_up)
    villages, owner = _place_villages(
        townships,
        seats=seats,
        label=label,
        closed=built_up | ~np.isfinite(cost),
        relief=relief,
        roads=roads,
        rng=rng,
    )
    road_cells = np.array(
        sorted({c for path, _ in roads for c in path.tolist()} | set(np.flatnonzero(built_up).tolist()))
    )
    ties = [
        (path, "unclassified") for path in paths_to(cost, starts=villages, ends=road_cells) if len(path) > 1
    ]
    streets = _as_streets([*roads, *ties], relief=relief, stops=set(villages.tolist()))
    streets += _entries([*roads, *ties], core=core, water=water, built_up=built_up, relief=relief)
    points = relief.points[villages]
    streets += [lane for point in points for lane in _lanes(point, water=water, rng=rng)]
    streets += _island_lanes(water)
    island_owner = next(i for i, t in enumerate(townships) if t.short == "安砂")
    return Rural(
        streets=streets,
        villages=np.vstack([points, water.island]),
        village_township=np.append(owner, island_owner),
    )


def _county_roads(
    townships: tuple[Township, ...], *, seats: Floats, cost: Floats, built_up: np.ndarray
) -> list[tuple[Cells, str]]:
    """Join each town to the core and to its neighbours in the Delaunay graph, sharing what is there already."""
    towns = [i for i, t in enumerate(townships) if not t.is_street]
    short = {i: townships[i].short for i in towns}
    gate = np.flatnonzero(built_up)
    cells = cell_of(seats)
    order = sorted(towns, key=lambda i: (short[i] not in PRIMARY, short[i] not in SECONDARY, i))
    now = cost.copy()
    now[built_up] = np.where(np.isfinite(now[built_up]), 40.0, np.inf)
    roads: list[tuple[Cells, str]] = []
    for i in order:
        kind = "primary" if short[i] in PRIMARY else "secondary" if short[i] in SECONDARY else "tertiary"
        path = _until(paths_to(now, starts=cells[[i]], ends=gate)[0], built_up)
        roads.append((path, kind))
        now[path] = cost[path] * REUSE
    corners = Delaunay(seats[towns]).simplices
    pairs = sorted({(min(a, b), max(a, b)) for tri in corners for a in tri for b in tri if a != b})
    for a, b in pairs:
        i, j = towns[a], towns[b]
        if np.hypot(*(seats[i] - seats[j])) > 22_000:
            continue
        path = paths_to(now, starts=cells[[i]], ends=cells[[j]])[0]
        if not built_up[path].any():
            roads.append((path, "tertiary"))
            now[path] = cost[path] * REUSE
    return roads


def _until(path: Cells, built_up: np.ndarray) -> Cells:
    inside = np.flatnonzero(built_up[path])
    return path[: inside[0] + 1] if len(inside) else path


def _place_villages(
    townships: tuple[Township, ...], *, seats: Floats, label: Cells, closed: np.ndarray, relief: Relief, roads: list[tuple[Cells, str]],
    rng: np.random.Generator,
) -> tuple[Cells, Cells]:  # fmt: skip
    """Draw each unit's villages among its low cells, most of them near the seat and the roads, a few far up."""
    centres = cell_centres()
    on_road = centres[np.array(sorted({c for path, _ in roads for c in path.tolist()}))]
    tree = shapely.STRtree(shapely.points(on_road))
    cells: list[int] = []
    owner: list[int] = []
    for i, township in enumerate(townships):
        pool = np.flatnonzero((label == i) & ~closed)
        gap = np.hypot(*(centres[pool] - seats[i]).T)
        road = shapely.distance(
            shapely.points(centres[pool]),
            shapely.points(on_road[tree.nearest(shapely.points(centres[pool]))]),
        )
        valley = np.exp(-0.9 * relief.height[pool])
        draw = (
            (np.exp(-gap / (2600 if not township.is_street else 3500)) + 0.01) * valley * np.exp(-road / 900)
        )
        spacing = 380.0 if township.area_km2 < 10 else 900.0
        wanted = township.n_villages - (township.short == "安砂")  # the island's village is one of 安砂's
        far = 0 if township.is_street else round(FAR_SHARE * wanted)
        clear = pool[(gap > 750) | township.is_street]
        clear_draw, clear_valley = (w[(gap > 750) | township.is_street] for w in (draw, valley))
        chosen: list[int] = []
        for weight, n in ((clear_draw, wanted - far), (clear_valley, wanted)):
            order = np.argsort(rng.exponential(size=len(clear)) / weight)
            _add_spaced(chosen, clear[order], n=n, centres=centres, spacing=spacing)
        cells += sorted(chosen)
        owner += [i] * len(chosen)
    return np.array(cells), np.array(owner)


def _entries(
    roads: list[tuple[Cells, str]], *, core: Core, water: Water, built_up: np.ndarray, relief: Relief
) -> list[Street]:
    """Lead every road that ends at the core on to the nearest street corner on its side of the river."""
    corners = np.unique(shapely.get_coordinates([s.line for s in core.streets if not s.bridge]), axis=0)
    kinds: dict[int, str] = {}
    for path, kind in roads:
        if built_up[path[-1]]:
            kinds.setdefault(int(path[-1]), kind)
    entries = []
    for cell, kind in sorted(kinds.items()):
        point = relief.points[cell]
        for corner in corners[np.argsort(np.hypot(*(corners - point).T), kind="stable")[:8]]:
            line = shapely.LineString([point, corner])
            if not line.intersects(water.wide):
                entries.append(Street(line, kind, grade=GRADE[kind]))
                break
    return entries


def _add_spaced(chosen: list[int], order: Cells, *, n: int, centres: Floats, spacing: float) -> None:
    """Add cells in the given order, none nearer to another than the spacing, until there are n."""
    for cell in order.tolist():
        if len(chosen) >= n:
            return
        if all(np.hypot(*(centres[cell] - centres[c])) >= spacing for c in chosen):
            chosen.append(cell)


@dataclass(frozen=True, slots=True)
class _Trails:
    """The cell paths as a graph: the highest class of each step, and the neighbours of each cell."""

    kind: dict[tuple[int, int], str]
    around: dict[int, list[int]]
    stops: set[int]

    def is_stop(self, cell: int) -> bool:
        """Whether a street ends here: a junction, a dead end, a village, a change of class."""
        near = self.around[cell]
        kinds = {self.kind[_step(cell, n)] for n in near}
        return len(near) != 2 or cell in self.stops or len(kinds) > 1

    def follow(self, chain: list[int]) -> list[int]:
        """Go on to the next stop, or to the longest piece allowed."""
        while not self.is_stop(chain[-1]) and len(chain) < PIECE_CELLS:
            chain = [*chain, self.beyond(chain)]
        return chain

    def beyond(self, chain: list[int]) -> int:
        """Give the cell after the chain's last, which has two neighbours."""
        return next(n for n in self.around[chain[-1]] if n != chain[-2])


def _step(a: int, b: int) -> tuple[int, int]:
    return (min(a, b), max(a, b))


def _trails(roads: list[tuple[Cells, str]], *, stops: set[int]) -> _Trails:
    kind: dict[tuple[int, int], str] = {}
    for highway in GRADE:  # highest class first: a stretch used twice is drawn once
        for path, road_kind in roads:
            if road_kind == highway:
                for a, b in pairwise(path.tolist()):
                    kind.setdefault(_step(a, b), highway)
    around: dict[int, list[int]] = {}
    for a, b in kind:
        around.setdefault(a, []).append(b)
        around.setdefault(b, []).append(a)
    return _Trails(kind=kind, around=around, stops=stops)


def _as_streets(roads: list[tuple[Cells, str]], *, relief: Relief, stops: set[int]) -> list[Street]:
    """Turn paths of cells into lines between junctions."""
    trails = _trails(roads, stops=stops)
    done: set[tuple[int, int]] = set()
    streets = []
    for start in sorted(trails.around):
        for step in sorted(trails.around[start]) if trails.is_stop(start) else ():
            if _step(start, step) in done:
                continue
            chain = trails.follow([start, step])
            streets.append(_street(chain, kind=trails.kind, done=done, relief=relief))
            while not trails.is_stop(chain[-1]):
                chain = trails.follow([chain[-1], trails.beyond(chain)])
                streets.append(_street(chain, kind=trails.kind, done=done, relief=relief))
    return streets


def _street(
    chain: list[int], *, kind: dict[tuple[int, int], str], done: set[tuple[int, int]], relief: Relief
) -> Street:
    pairs = [_step(a, b) for a, b in pairwise(chain)]
    done.update(pairs)
    highway = kind[pairs[0]]
    high = float(relief.height[chain].mean())
    line = shapely.LineString(smooth(relief.points[chain])).simplify(6)
    name = f"示意{GRADE[highway]}" if highway != "unclassified" else ""
    return Street(
        line,
        highway,
        name,
        GRADE[highway],
        tunnel=highway in {"primary", "secondary"} and high > TUNNEL_HEIGHT,
    )


def _lanes(point: Floats, *, water: Water, rng: np.random.Generator) -> list[Street]:
    """Give a village three to five short lanes, two of them joined."""
    n = int(rng.integers(3, 6))
    angle = np.sort(rng.uniform(0, 2 * np.pi) + np.arange(n) * 2 * np.pi / n + rng.uniform(-0.3, 0.3, n))
    reach = rng.uniform(70, 170, n)
    turn = rng.uniform(-0.5, 0.5, n)
    first = point + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    second = first + 0.7 * reach[:, None] * np.column_stack([np.cos(angle + turn), np.sin(angle + turn)])
    lines = (
        [[point, first[k]] for k in range(n)]
        + [[first[k], second[k]] for k in range(n)]
        + [[first[0], first[1]]]
    )
    kinds = (
        ["residential"] * n
        + ["track" if rng.random() < 0.4 else "residential" for _ in range(n)]
        + ["footway"]
    )
    lanes = [
        Street(shapely.LineString(line), kind, grade=LANE_GRADE)
        for line, kind in zip(lines, kinds, strict=True)
    ]
    return [lane for lane in lanes if not lane.line.intersects(water.wide)]


def _island_lanes(water: Water) -> list[Street]:
    """Give the island its own lanes; nothing leads off it."""
    corner = water.island + np.array(
        [[0, 0], [150, 40], [30, 160], [-150, 30], [-40, -150], [130, -90]], dtype=float
    )
    pairs = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 2), (4, 5), (3, 4)]
    return [Street(shapely.LineString(corner[list(pair)]), "residential", grade=LANE_GRADE) for pair in pairs]


def town_streets(
    seat: Floats, *, size: float, lead: BaseGeometry, water: Water, names: list[str], rng: np.random.Generator
) -> list[Street]:
    """Lay a small grid at a seat, longer along the road that leads through it."""
    near = shapely.intersection(lead, shapely.Point(seat).buffer(700))
    xy = shapely.get_coordinates(near)
    spread = xy - xy.mean(axis=0)
    angle = float(np.arctan2(*np.linalg.eigh(spread.T @ spread)[1][::-1, -1])) if len(xy) > 2 else 0.0
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    across, along = int(3 + 2 * size), int(5 + 4 * size)
    rows, cols = np.mgrid[-across : across + 1, -along : along + 1]
    flat = np.column_stack([cols.ravel() * 98.0, rows.ravel() * 84.0]) + rng.uniform(-14, 14, (rows.size, 2))
    inside = (cols / (along + 0.3)) ** 2 + (rows / (across + 0.3)) ** 2 < 1 + rng.uniform(
        -0.25, 0.1, rows.shape
    )
    points = (flat @ spin + seat).reshape(*rows.shape, 2)
    streets = []
    for dr, dc in ((0, 1), (1, 0)):
        for r in range(rows.shape[0] - dr):
            for c in range(rows.shape[1] - dc):
                main = (dr == 0 and r == across) or (dc == 0 and c == along)
                if inside[r, c] and inside[r + dr, c + dc] and (main or rng.random() < 0.84):
                    line = shapely.LineString([points[r, c], points[r + dr, c + dc]])
                    if not line.intersects(water.wide):
                        name = (
                            names[r * 7 % len(names)] + "路"
                            if dr == 0
                            else names[(c * 5 + 60) % len(names)] + "街"
                        )
                        streets.append(Street(line, "tertiary" if main else "residential", name))
    return streets
