"""Villages: names, residents and households at the places the rural plan gives."""

from dataclasses import dataclass

import numpy as np
from data.generator.city import City
from data.generator.estates import VILLAGE_SHARE
from data.generator.facts import Facts
from data.generator.names import village_names
from data.generator.people import share_with_fixed

ISLAND_RESIDENTS = 143
LEAST_RESIDENTS = 45
REMOTE_M = 6500.0


@dataclass(frozen=True, slots=True)
class Village:
    """One village."""

    name: str
    code: str
    township: int
    xy: tuple[float, float]
    residents: int
    households: int
    under3: int | None
    remote: bool
    cut_off: bool


def make_villages(
    facts: Facts, city: City, *, residents: np.ndarray, rng: np.random.Generator
) -> list[Village]:
    """Share each township's rural residents out: larger villages near the seat, small ones far up the valleys."""
    points, owner = city.rural.villages, city.rural.village_township
    names = village_names(rng, n=len(points))
    gap = np.hypot(*(points - city.areas.seats[owner]).T)
    weights = rng.lognormal(0, 0.45, len(points)) * (np.exp(-gap / 3500) + 0.12)
    measured = rng.random(len(points)) < 0.1
    island = len(points) - 1
    villages: list[Village] = []
    for i, township in enumerate(facts.townships):
        own = np.flatnonzero(owner == i)
        total = round(VILLAGE_SHARE[township.kind] * int(residents[i]))
        fixed = np.where(own == island, ISLAND_RESIDENTS, -1)
        people = share_with_fixed(total, weights[own], fixed, least=LEAST_RESIDENTS)
        villages += [
            Village(
                name=names[k],
                code=f"{township.code}{201 + n}",
                township=i,
                xy=(float(round(points[k, 0])), float(round(points[k, 1]))),
                residents=int(people[n]),
                households=0,
                under3=round(int(people[n]) * facts.under3_share * 0.9) if measured[k] else None,
                remote=bool(gap[k] > REMOTE_M) or bool(k == island),
                cut_off=bool(k == island),
            )
            for n, k in enumerate(own)
        ]
    return villages
