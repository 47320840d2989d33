"""Streets of a made-up county: a core of blocks on both banks of a river, towns, villages, and the roads between."""

from dataclasses import dataclass

import numpy as np
import shapely
from benchmarks.made_up.places import Floats, Ground
from data.generator.core import Street
from data.generator.names import street_names
from data.generator.network import Segments, build_network
from data.generator.water import Water
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay
from shapely.geometry.base import BaseGeometry

BLOCK_M = 82.0
BORDER_M = 70.0
"""No estate or village stands nearer to a township's border."""
LANE_M = 55.0
RIVER_HALF_WIDTH_M = 60.0
CORE_SHARE = 0.55
"""Of the town streets' crossings, those of the core."""
SEGMENTS_A_CROSSING = 1.28
LANE_SIDE = 4
"""Crossings along one side of a village."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A county's streets and what stands between them.

    Attributes
    ----------
    segments
        The finished streets.
    water
        River and lake; the lake's island holds a village that no road leads to, where the county has one.
    blocks, block_township
        Middles of the blocks ``(n, 2)`` in metres and the township each lies in.
    villages, village_township
        The same of the villages; the last is the island's, where there is one.
    has_island
        Whether it is.
    """

    segments: Segments
    water: Water
    blocks: Floats
    block_township: NDArray[np.int64]
    villages: Floats
    village_township: NDArray[np.int64]
    has_island: bool


def core_side(*, n_villages: int, n_segments: int) -> int:
    """Crossings across the core, so that a county has about so many street segments.

    Parameters
    ----------
    n_villages, n_segments
        How many villages there are, and how many segments are wanted.
    """
    in_villages = n_villages * (2 * LANE_SIDE * (LANE_SIDE - 1) + 9)
    return max(12, round(np.sqrt(CORE_SHARE * (n_segments - in_villages) / SEGMENTS_A_CROSSING)))


def make_layout(
    ground: Ground, *, n_streets: int, n_villages: int, core_side: int, n_bridges: int, has_island: bool, rng: np.random.Generator
) -> Layout:  # fmt: skip
    """Lay out a county.

    Parameters
    ----------
    ground
        Its townships, the core's first.
    n_streets
        How many of the townships are urban ones (街道).
    n_villages
        How many villages.
    core_side
        Crossings across the core, as of `core_side`.
    n_bridges
        Streets of the core that cross the river.
    has_island
        Whether one more village lies on an island in a lake, which no road leads to.
    rng
        Random numbers.
    """
    inner = [shapely.buffer(area, -BORDER_M) for area in ground.areas]
    river = _river(ground, rng=rng)
    spot = ground.seats[-1] + (0.0, 1_900.0)
    lake = (
        shapely.Point(spot).buffer(620, quad_segs=8).difference(shapely.Point(spot).buffer(300, quad_segs=6))
    )
    water = Water(main=river.buffer(RIVER_HALF_WIDTH_M), tributaries=[], lake=lake, island=spot)
    shapely.prepare(water.main)
    names = street_names(rng)
    streets: list[Street] = []
    blocks: list[Floats] = []
    town_side = max(4, round(core_side * np.sqrt((1 / CORE_SHARE - 1) / (len(ground.seats) - n_streets))))
    for i, seat in enumerate(np.vstack([ground.middle[None], ground.seats[n_streets:]])):
        side, every = (core_side, max(1, core_side // n_bridges)) if i == 0 else (town_side, 9)
        plan, middles = _lattice(seat, side=side, every=every, names=names, rng=rng)
        streets += plan
        blocks.append(middles)
    villages = _villages(ground, inner=inner, n=n_villages, water=water, rng=rng)
    hubs = np.vstack([ground.middle[None], ground.seats[n_streets:], villages])
    for village in villages:
        streets += _lanes(village, rng=rng)
    streets += _roads(hubs, n_seats=len(ground.seats) - n_streets + 1, rng=rng)
    if has_island:
        streets += _lanes(spot, rng=rng)
        villages = np.vstack([villages, spot])
    else:
        water = Water(main=water.main, tributaries=[], lake=shapely.Polygon(), island=np.array([0.0, 0.0]))
    segments = build_network(streets, water=water, island=water.island, rng=rng)
    spots = np.vstack(blocks)
    owner = _owner(spots, inner=inner)
    dry = (owner >= 0) & ~shapely.intersects(water.wide.buffer(25), shapely.points(spots))
    return Layout(
        segments=segments,
        water=water,
        blocks=spots[dry],
        block_township=owner[dry],
        villages=villages,
        village_township=_owner(villages, inner=ground.areas),
        has_island=has_island,
    )


def _owner(xy: Floats, *, inner: list[BaseGeometry]) -> NDArray[np.int64]:
    which, unit = shapely.STRtree(inner).query(shapely.points(xy), predicate="intersects")
    owner = np.full(len(xy), -1)
    owner[which] = unit
    return owner


def _river(ground: Ground, *, rng: np.random.Generator) -> BaseGeometry:
    """A river that winds through the core from border to border."""
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    s = np.arange(-30_000, 30_001, 60.0)
    phase = rng.uniform(0, 2 * np.pi)
    swing = 160 + 420 * np.sin(2 * np.pi * s / 5_200 + phase) * np.clip(np.abs(s) / 6_000, 0.25, 1.0)
    line = shapely.LineString(
        ground.middle + s[:, None] * along + swing[:, None] * np.array([-along[1], along[0]])
    )
    found = shapely.intersection(line, shapely.union_all(ground.areas))
    return max(shapely.get_parts(found), key=shapely.length)


def _lattice(
    seat: Floats, *, side: int, every: int, names: list[str], rng: np.random.Generator
) -> tuple[list[Street], Floats]:
    """Streets around a seat, side x side crossings, and the middles of the blocks between them."""
    turn = rng.uniform(0, np.pi / 2)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    step = np.arange(side) - (side - 1) / 2
    u, v = np.meshgrid(step, step, indexing="ij")
    flat = np.stack([u, v], axis=-1)
    points = seat + (BLOCK_M * flat + rng.uniform(-14, 14, flat.shape)) @ spin.T
    keep = np.hypot(u, v) < side / 2 * (0.88 + 0.16 * np.sin(3 * np.arctan2(v, u) + turn))
    streets = []
    for axis in (0, 1):
        lines, ok = (points, keep) if axis == 0 else (points.transpose(1, 0, 2), keep.T)
        gone = rng.random(ok.shape) > 0.88
        for i in range(side):
            main = i % every == every // 2
            kind = (
                ("secondary" if main else "residential")
                if axis == 0
                else ("tertiary" if i % 6 == 3 else "residential")
            )
            name = names[(i + 61 * axis) % len(names)] + ("街" if axis else "路")
            for a in np.flatnonzero(ok[i, :-1] & ok[i, 1:] & (~gone[i, :-1] | main)):
                # a tenth of the small streets are for walking alone
                own = "footway" if kind == "residential" and (7 * a + 3 * i) % 10 == 0 else kind
                streets.append(Street(shapely.LineString(lines[i, a : a + 2]), own, name))
    whole = keep[:-1, :-1] & keep[1:, :-1] & keep[:-1, 1:] & keep[1:, 1:]
    middles = (points[:-1, :-1] + points[1:, :-1] + points[:-1, 1:] + points[1:, 1:]) / 4
    return streets, middles[whole]


def _lanes(village: Floats, *, rng: np.random.Generator) -> list[Street]:
    """A village's lanes around its middle, which is one of their crossings."""
    step = LANE_M * (np.arange(LANE_SIDE) - 1)
    points = (
        village
        + np.stack(np.meshgrid(step, step, indexing="ij"), axis=-1)
        + rng.uniform(-9, 9, (LANE_SIDE, LANE_SIDE, 2))
    )
    points[1, 1] = village
    lines = [(points[i, j], points[i, j + 1]) for i in range(LANE_SIDE) for j in range(LANE_SIDE - 1)]
    lines += [(points[i, j], points[i + 1, j]) for i in range(LANE_SIDE - 1) for j in range(LANE_SIDE)]
    return [Street(shapely.LineString(pair), "residential", grade="村道") for pair in lines]


def _villages(
    ground: Ground, *, inner: list[BaseGeometry], n: int, water: Water, rng: np.random.Generator
) -> Floats:
    """Villages around the seats: near ones many, far ones few, none nearer to another than 450 m."""
    found: list[Floats] = []
    wet = water.main.buffer(240).union(shapely.Polygon(water.lake.exterior).buffer(240))
    shapely.prepare(wet)
    for area in inner:
        shapely.prepare(area)
    weights = np.sqrt([shapely.area(area) for area in inner])
    chance = np.cumsum(weights / weights.sum())
    for _ in range(60 * n):
        i = int(np.searchsorted(chance, rng.random()))
        spot = np.round(ground.seats[i] + rng.normal(0, 2_600, 2) * (1.0 if rng.random() < 0.85 else 2.2))
        point = shapely.Point(spot)
        clear = not found or float(np.hypot(*(np.array(found) - spot).T).min()) > 450
        if clear and inner[i].contains(point) and not wet.contains(point):
            found.append(spot)
        if len(found) == n:
            break
    return np.array(found)


def _roads(hubs: Floats, *, n_seats: int, rng: np.random.Generator) -> list[Street]:
    """Roads between seats and villages: a tree that reaches all, and a few more."""
    mesh = Delaunay(hubs).simplices
    pairs = np.unique(np.sort(np.vstack([mesh[:, [0, 1]], mesh[:, [1, 2]], mesh[:, [0, 2]]]), axis=1), axis=0)
    length = np.hypot(*(hubs[pairs[:, 0]] - hubs[pairs[:, 1]]).T)
    tree = minimum_spanning_tree(coo_array((length, pairs.T), shape=(len(hubs), len(hubs)))).tocoo()
    wanted = {(min(a, b), max(a, b)) for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)}
    extra = (length < np.quantile(length, 0.5)) & (rng.random(len(pairs)) < 0.3)
    wanted |= {(int(a), int(b)) for a, b in pairs[extra]}
    streets = []
    for a, b in sorted(wanted):
        n = max(1, round(float(np.hypot(*(hubs[a] - hubs[b]))) / 330))
        t = np.linspace(0, 1, n + 1)[:, None]
        away = rng.normal(0, 45, (n + 1, 2)) * np.sin(np.pi * t)
        points = np.round(hubs[a] + t * (hubs[b] - hubs[a]) + away)
        kind, grade = ("primary", "省道") if max(a, b) < n_seats else ("tertiary", "县道")
        streets += [Street(shapely.LineString(points[k : k + 2]), kind, grade=grade) for k in range(n)]
    return streets
