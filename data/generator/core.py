"""The built-up core: an axis along the valley, the meandering river in it, street blocks on both banks, bridges."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from data.generator.names import street_names
from data.generator.plane import Floats, smooth_noise
from scipy.interpolate import CubicSpline
from shapely.geometry.base import BaseGeometry

RIVER_HALF_WIDTH_M = 62.0
BANK_M = 30.0
COLUMN_M, ROW_M = 118.0, 96.0
N_BRIDGES = 8
KEEP_MINOR = 0.86


@dataclass(frozen=True, slots=True)
class Street:
    """One line of the street plan before it is cut at its junctions."""

    line: BaseGeometry
    highway: str
    name: str = ""
    grade: str = ""
    bridge: bool = False
    tunnel: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """The valley's axis; (u, v) are metres along it and metres to the left of it."""

    points: Floats
    normals: Floats
    length_m: float

    def at(self, u: Floats, v: Floats) -> Floats:
        """Metric coordinates of (u, v)."""
        step = np.linspace(0, self.length_m, len(self.points))
        base = np.column_stack([np.interp(u, step, self.points[:, k]) for k in (0, 1)])
        side = np.column_stack([np.interp(u, step, self.normals[:, k]) for k in (0, 1)])
        return base + v[:, None] * side


@dataclass(frozen=True, slots=True)
class Core:
    """The core's streets, its river (line and polygon) and the area it fills."""

    streets: list[Street]
    river: BaseGeometry
    axis: Axis
    area: BaseGeometry
    centre: Floats
    subcentres: Floats = field(repr=False)


def make_axis(seats: dict[str, Floats]) -> Axis:
    """Run the axis past the seats of the four streets."""
    west, south, east, north = (seats[name] for name in ("燕西", "燕南", "燕东", "燕北"))
    beside = np.array([[-1300, -500], [500, 250], [-500, 900], [200, 500], [-250, -900], [200, 1300]])
    control = np.array([west, west, south, east, north, north]) + beside
    chord = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(control, axis=0).T))])
    spline = CubicSpline(chord, control)
    fine = spline(np.linspace(0, chord[-1], 4000))
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(fine, axis=0).T))])
    even = np.linspace(0, along[-1], 600)
    points = np.column_stack([np.interp(even, along, fine[:, k]) for k in (0, 1)])
    tangent = np.gradient(points, axis=0)
    tangent /= np.hypot(*tangent.T)[:, None]
    return Axis(
        points=points, normals=np.column_stack([-tangent[:, 1], tangent[:, 0]]), length_m=float(along[-1])
    )


def make_core(seats: dict[str, Floats], *, rng: np.random.Generator) -> Core:
    """Lay out river, embankments, streets and bridges of the core."""
    axis = make_axis(seats)
    u = np.arange(0, axis.length_m, 40.0)
    phase = 2 * np.pi * u / 4300 + 0.6
    swing = 430 * np.sin(phase) + 150 * np.sin(1.9 * phase + 1.0)
    river = shapely.LineString(axis.at(u, swing))
    centre = seats["燕南"] + (600, 1000)
    subcentres = np.array([seats["燕西"], seats["燕北"]])
    columns, rows, keep = _lattice(axis, centre=centre, subcentres=subcentres, rng=rng)
    area = _filled(columns, keep)
    channel = river.buffer(RIVER_HALF_WIDTH_M + BANK_M)
    names = street_names(rng)
    streets = _bank_roads(channel, area=area)
    arterial_columns = _bridge_columns(keep, n=N_BRIDGES)
    plan = [
        *_lines(columns, keep, arterial=arterial_columns, across=True, names=names, rng=rng),
        *_lines(rows, keep.T, arterial=_arterial_rows(keep), across=False, names=names, rng=rng),
    ]
    for street in plan:
        dry = shapely.difference(street.line, channel)
        streets += [
            Street(part, street.highway, street.name) for part in shapely.get_parts(dry) if part.length > 12
        ]
    for k, index in enumerate(arterial_columns, start=1):
        whole = shapely.LineString(
            columns[index][keep[index].argmax() : len(keep[index]) - keep[index][::-1].argmax()]
        )
        wet = [
            p
            for p in shapely.get_parts(shapely.intersection(whole, channel))
            if p.length > 1.5 * RIVER_HALF_WIDTH_M
        ]
        if wet:
            streets.append(Street(wet[0], "secondary", f"{names[-k]}大桥", bridge=True))
    return Core(streets=streets, river=river, axis=axis, area=area, centre=centre, subcentres=subcentres)


def _lattice(
    axis: Axis, *, centre: Floats, subcentres: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, np.ndarray]:
    """Give the node points by column and by row, and which nodes lie on buildable ground."""
    u = np.cumsum(rng.uniform(0.72, 1.28, int(axis.length_m / COLUMN_M)) * COLUMN_M)
    v = np.arange(-17, 18) * ROW_M
    bend = [smooth_noise(rng, scales_m=(800, 330), weights=(1.0, 0.35)) for _ in range(2)]
    hills = smooth_noise(rng, scales_m=(520,), weights=(1.0,))
    uu, vv = np.meshgrid(u, v, indexing="ij")
    points = axis.at(uu.ravel(), vv.ravel())
    width = smooth_noise(rng, scales_m=(800,), weights=(1.0,)).at(points)
    gap = np.hypot(*(points - centre).T)
    sub = np.min([np.hypot(*(points - s).T) for s in subcentres], axis=0)
    half = 520 + 1000 * np.exp(-((gap / 2300) ** 2)) + 330 * np.exp(-((sub / 1300) ** 2)) + 110 * width
    keep = (np.abs(vv.ravel()) < half) & ((hills.at(points) < 1.25) | (np.abs(vv.ravel()) < 380))
    points = points + 85 * np.column_stack([f.at(points) for f in bend]) + rng.uniform(-20, 20, points.shape)
    columns = points.reshape(len(u), len(v), 2)
    return columns, columns.transpose(1, 0, 2), keep.reshape(len(u), len(v))


def _filled(columns: Floats, keep: np.ndarray) -> BaseGeometry:
    nodes = shapely.MultiPoint(columns[keep])
    return shapely.union_all(shapely.buffer(shapely.get_parts(nodes), 110, quad_segs=3)).buffer(-40)


def _bridge_columns(keep: np.ndarray, *, n: int) -> list[int]:
    """Spread the bridges over the columns, closer together in the middle."""
    share = np.cumsum(keep.sum(axis=1)) / keep.sum()
    return [int(np.searchsorted(share, (k + 0.5) / n)) for k in range(n)]


def _arterial_rows(keep: np.ndarray) -> list[int]:
    middle = keep.shape[1] // 2
    return [middle - 7, middle, middle + 6]


def _lines(
    lines: Floats,
    keep: np.ndarray,
    *,
    arterial: list[int],
    across: bool,
    names: list[str],
    rng: np.random.Generator,
) -> list[Street]:
    streets = []
    for i, (points, ok) in enumerate(zip(lines, keep, strict=True)):
        main = i in arterial
        name = names[(i + (0 if across else 140)) % len(names)] + ("街" if across else "路")
        highway = (
            ("secondary" if across else "primary") if main else ("tertiary" if i % 5 == 0 else "residential")
        )
        chance = 1.0 if main else KEEP_MINOR if highway == "residential" else 0.95
        drop = rng.random(len(points)) > chance
        for a in range(len(points) - 1):
            if ok[a] and ok[a + 1] and not drop[a]:
                kind = highway if main or rng.random() > 0.12 else "footway"
                streets.append(Street(shapely.LineString(points[a : a + 2]), kind, name))
    return streets


def _bank_roads(channel: BaseGeometry, *, area: BaseGeometry) -> list[Street]:
    banks = shapely.intersection(shapely.boundary(channel.simplify(4)), area.buffer(30))
    return [
        Street(part, "tertiary", "沿江路")
        for part in shapely.get_parts(shapely.line_merge(banks))
        if part.length > 60
    ]
