"""Put the pieces of the made-up city together: areas, relief, core, water, rural roads, streets, blocks."""

from dataclasses import dataclass

import numpy as np
import shapely
from data.generator.boundaries import Areas, grow_areas
from data.generator.core import Core, make_core
from data.generator.facts import Facts
from data.generator.names import street_names
from data.generator.network import Segments, build_network
from data.generator.plane import spawn
from data.generator.rural import Rural, make_rural, town_streets
from data.generator.terrain import make_relief
from data.generator.water import Water, make_water
from shapely.geometry.base import BaseGeometry

SEED = 6
BLOCK_M2 = (2_500.0, 90_000.0)
VILLAGE_CLEAR_M = 3.0


@dataclass(frozen=True, slots=True)
class City:
    """Everything that has a place, in metres."""

    areas: Areas
    core: Core
    water: Water
    rural: Rural
    segments: Segments
    blocks: list[BaseGeometry]
    block_township: np.ndarray


def make_city(facts: Facts, *, seed: int = SEED) -> City:
    """Generate the city's ground plan from the facts."""
    townships = facts.townships
    areas = grow_areas(townships, rng=spawn(seed, stream=1))
    county = shapely.union_all(areas.polygons)
    if not isinstance(county, shapely.Polygon):
        raise TypeError("the units do not form one county; choose another seed")
    relief = make_relief(spawn(seed, stream=2))
    seat = {t.short: s for t, s in zip(townships, areas.seats, strict=True)}
    core = make_core(seat, rng=spawn(seed, stream=3))
    water = make_water(
        townships, seats=areas.seats, county=county, core=core, relief=relief, rng=spawn(seed, stream=4)
    )
    rural = make_rural(
        townships,
        seats=areas.seats,
        label=areas.owners(relief.points),
        core=core,
        water=water,
        relief=relief,
        rng=spawn(seed, stream=5),
    )
    rng = spawn(seed, stream=6)
    names = street_names(rng)
    lead = shapely.union_all(
        [s.line for s in rural.streets if s.highway in {"primary", "secondary", "tertiary"}]
    )
    streets = [*core.streets, *rural.streets]
    for township, point in zip(townships, areas.seats, strict=True):
        if not township.is_street:
            size = float(np.sqrt(township.residents_2000 / 20_000))
            streets += town_streets(point, size=size, lead=lead, water=water, names=names, rng=rng)
    segments = build_network(streets, water=water, island=water.island, rng=spawn(seed, stream=7))
    blocks = _blocks(segments.lines, water=water, villages=rural.villages)
    owner = areas.owners(shapely.get_coordinates(shapely.point_on_surface(blocks)))
    return City(
        areas=areas, core=core, water=water, rural=rural, segments=segments,
        blocks=list(blocks[owner >= 0]), block_township=owner[owner >= 0],
    )  # fmt: skip


def _blocks(lines: list[BaseGeometry], *, water: Water, villages: np.ndarray) -> np.ndarray:
    faces = shapely.get_parts(shapely.polygonize(lines))
    area = shapely.area(faces)
    dry = ~shapely.intersects(faces, water.wide)
    street = (
        shapely.distance(faces, shapely.MultiPoint(villages)) > VILLAGE_CLEAR_M
    )  # no estate between village lanes
    faces = faces[(area > BLOCK_M2[0]) & (area < BLOCK_M2[1]) & dry & street]
    centre = shapely.get_coordinates(shapely.centroid(faces))
    return np.asarray(faces[np.lexsort(centre.T)])
