"""Township areas: grown from the seats until each has the published area. No real boundary is used."""

from dataclasses import dataclass

import numpy as np
import shapely
from data.generator.facts import Township
from data.generator.plane import CELL_M, ORIGIN_M, SHAPE, Floats, cell_centres, smooth_noise, to_metric
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

OUTSIDE = -1
CELL_KM2 = (CELL_M / 1000) ** 2
SEAT_DISC_M = 700.0
BORDER_M = 40.0
REACH_M = 17_000.0  # no township reaches farther from its seat


@dataclass(frozen=True, slots=True)
class Areas:
    """The areas of the units and their seats, in metres."""

    polygons: list[BaseGeometry]
    seats: Floats

    def owners(self, xy: Floats) -> NDArray[np.int64]:
        """Index of the unit each of (n, 2) points lies in, -1 outside the county or within 40 m of a border."""
        inner = shapely.buffer(np.array(self.polygons, dtype=object), -BORDER_M)
        which, unit = shapely.STRtree(inner).query(shapely.points(xy), predicate="within")
        owner = np.full(len(xy), OUTSIDE)
        owner[which] = unit
        return owner


def grow_areas(townships: tuple[Township, ...], *, rng: np.random.Generator) -> Areas:
    """Grow the units to their areas.

    Each unit has a star of short lines from its seat towards its neighbours' seats. A cell goes to the unit whose
    star, less a weight of that unit, is nearest; the weights are moved until the areas fit. Coordinates are warped
    by smooth noise first, which gives the borders the look of ridges.
    """
    seats = to_metric(np.array([[t.lon, t.lat] for t in townships]))
    stars = _stars(townships, seats)
    centres = cell_centres()
    centre = seats[[t.is_street for t in townships]].mean(axis=0)
    calm = np.clip(np.hypot(*(centres - centre).T) / 15_000, 0.12, 1.0)[:, None]
    warp = [smooth_noise(rng, scales_m=(3500, 1200, 500), weights=(1.0, 0.45, 0.18)) for _ in range(2)]
    moved = centres + calm * 1500 * np.column_stack([field.at(centres) for field in warp])
    near_county = np.flatnonzero(np.min([np.hypot(*(centres - seat).T) for seat in seats], axis=0) < REACH_M)
    centres = centres[near_county]
    points = shapely.points(moved[near_county])
    distance = np.column_stack([shapely.distance(star, points) for star in stars]) / 1000
    for i, seat in enumerate(seats):
        near = np.hypot(*(centres - seat).T) <= SEAT_DISC_M
        distance[near] = 1e3
        distance[near, i] = -1e3
    hull = shapely.MultiPoint(seats).convex_hull.buffer(-500)
    inner = np.asarray(shapely.contains(hull, shapely.points(centres)))
    target = np.array([t.area_km2 for t in townships])
    label = np.full(SHAPE[0] * SHAPE[1], OUTSIDE)
    label[near_county] = _balance(distance, target=target, inner=inner)
    label = _tidy(label.reshape(SHAPE), n=len(townships))
    polygons = _polygons(label, n=len(townships), calm_at=centre, rng=rng)
    return Areas(polygons=polygons, seats=seats)


def _stars(townships: tuple[Township, ...], seats: Floats) -> list[BaseGeometry]:
    names = [t.name for t in townships]
    radius = np.sqrt([t.area_km2 for t in townships])
    stars: list[BaseGeometry] = []
    for i, township in enumerate(townships):
        arms: list[BaseGeometry] = [shapely.Point(seats[i]).buffer(1.0)]
        for name in township.neighbours:
            j = names.index(name)
            reach = 0.8 * radius[i] / (radius[i] + radius[j])
            gap = float(np.hypot(*(seats[j] - seats[i])))
            reach = min(reach, 1600 * radius[i] / gap)
            arms.append(shapely.LineString([seats[i], seats[i] + reach * (seats[j] - seats[i])]))
        stars.append(shapely.unary_union(arms))
    return stars


def _balance(distance: Floats, *, target: Floats, inner: NDArray[np.bool_]) -> NDArray[np.int64]:
    weight = np.sqrt(target) * 0.3
    label = np.full(len(distance), OUTSIDE)
    best = label
    best_error = np.inf
    for step in range(160):
        score = distance - weight
        label = score.argmin(axis=1)
        label[(score.min(axis=1) > 0) & ~inner] = OUTSIDE
        area = np.bincount(label + 1, minlength=len(target) + 1)[1:] * CELL_KM2
        error = float(np.abs(area / target - 1).max())
        if error < best_error:
            best, best_error = label, error
        weight = weight + (target - area) / (4 * np.sqrt(target)) * (0.5 if step < 80 else 0.2)
    return best


def _tidy(label: NDArray[np.int64], *, n: int) -> NDArray[np.int64]:
    keep = np.zeros_like(label, dtype=bool)
    for i in range(n):
        parts, _ = ndimage.label(label == i)
        sizes = np.bincount(parts.ravel())
        sizes[0] = 0
        keep |= parts == sizes.argmax()
    county = ndimage.binary_fill_holes(keep)
    nearest = ndimage.distance_transform_edt(~keep, return_distances=False, return_indices=True)
    return np.where(county, label[tuple(nearest)], OUTSIDE)


def _polygons(
    label: NDArray[np.int64], *, n: int, calm_at: Floats, rng: np.random.Generator
) -> list[BaseGeometry]:
    whole = []
    for i in range(n):
        rows, cols = np.nonzero(label == i)
        x0 = ORIGIN_M[0] + cols * CELL_M
        y0 = ORIGIN_M[1] + rows * CELL_M
        whole.append(shapely.coverage_union_all(shapely.box(x0, y0, x0 + CELL_M, y0 + CELL_M)))
    simple = shapely.coverage_simplify(np.array(whole, dtype=object), 300.0)
    ripple = [smooth_noise(rng, scales_m=(500, 250), weights=(1.0, 0.5)) for _ in range(2)]

    def bend(xy: Floats) -> Floats:
        """Move points by a field of their place alone: what two units share stays shared."""
        xy = np.round(xy)
        calm = np.clip(np.hypot(*(xy - calm_at).T) / 8_000, 0.3, 1.0)[:, None]
        return np.asarray(np.round(xy + calm * 170 * np.column_stack([field.at(xy) for field in ripple])))

    return [shapely.transform(polygon, bend) for polygon in shapely.segmentize(simple, 240.0)]
