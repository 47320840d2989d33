"""Residential estates on the street blocks: old ones, new ones, and the cases the rules turn on."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from data.generator.city import City
from data.generator.facts import Facts, Township
from data.generator.names import EstateNames, neighbourhood_names
from data.generator.people import share_with_fixed, split
from data.generator.plane import Floats

N_STREET_ESTATES = 318
VILLAGE_SHARE = {"street": 0.05, "town": 0.70, "township": 0.84}
LEAST_RESIDENTS = 60


@dataclass(frozen=True, slots=True)
class Estate:
    """One estate; None where an office left the cell empty."""

    name: str
    code: str
    township: int
    xy: tuple[float, float]
    neighbourhood: str | None
    status: str
    works: str
    completed_on: str | None
    built_year: int | None
    residents: int | None
    planned_residents: int | None
    households: int | None
    persons: float | None
    under3: int | None
    facility: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """An estate that a rule turns on: finished after the policy's date, being built or planned."""

    status: str
    works: str
    completed_on: str | None
    residents: int | None = None
    planned: int | None = None
    households: int | None = None
    persons: float | None = None
    facility: str | None = "无"


def _built(residents: int, completed_on: str, *, works: str = "新建", facility: str | None = "无") -> Case:
    return Case("已建成", works, completed_on, residents=residents, facility=facility)


def _coming(status: str, planned: int, *, facility: str | None = "无") -> Case:
    return Case(status, "新建", None, planned=planned, facility=facility)


def _counted(status: str, households: int, persons: float) -> Case:
    return Case(status, "新建", None, households=households, persons=persons)


# 1,000 is inclusive in the policy: the cases sit on both sides of it.
CASES = (
    _built(1000, "2022-06-30"),
    _built(1000, "2024-09-28", facility="有"),
    _built(1180, "2022-11-15"),
    _built(1320, "2023-03-31", facility="有"),
    _built(1460, "2023-08-20"),
    _built(1630, "2024-01-12"),
    _built(1875, "2024-06-30"),
    _built(2140, "2025-04-18"),
    _built(2480, "2025-10-30"),
    _built(1240, "2023-05-26", works="改建"),
    _built(1520, "2024-12-20", works="扩建"),
    _built(1290, "2021-12-29"),
    _built(999, "2022-09-30"),
    _built(999, "2025-01-10"),
    _built(985, "2023-12-28"),
    _built(980, "2024-04-30"),
    _built(972, "2022-03-18"),
    _built(640, "2023-06-16"),
    _built(420, "2025-07-31"),
    _coming("在建", 1000),
    _coming("在建", 1150),
    _coming("在建", 1400, facility="有"),
    _coming("在建", 1720),
    _coming("在建", 2050),
    _coming("在建", 2600),
    _coming("在建", 999),
    _coming("在建", 880, facility=None),
    _coming("规划", 1000),
    _coming("规划", 1080),
    _coming("规划", 1260),
    _coming("规划", 1500, facility="有"),
    _coming("规划", 1900),
    _coming("规划", 2300),
    _coming("规划", 3000, facility=None),
    _coming("规划", 980),
    _coming("规划", 720),
    _counted("在建", 420, 2.7),
    _counted("在建", 370, 2.7),
    _counted("规划", 400, 2.5),
    _counted("规划", 350, 2.8),
)


def make_estates(
    facts: Facts, city: City, *, residents: np.ndarray, rng: np.random.Generator
) -> list[Estate]:
    """Place the estates of every township on its blocks and share its urban residents out among them."""
    names = EstateNames(rng)
    cases = _cases_by_township(facts.townships, residents=residents, rng=rng)
    labels = neighbourhood_names(rng, n=sum(t.n_neighbourhoods for t in facts.townships))
    estates: list[Estate] = []
    for i, township in enumerate(facts.townships):
        mine, labels = labels[: township.n_neighbourhoods], labels[township.n_neighbourhoods :]
        in_estates = int(residents[i]) - round(VILLAGE_SHARE[township.kind] * int(residents[i]))
        n_old = _n_old(township, residents=residents, i=i, streets=[t.is_street for t in facts.townships])
        estates += _of_township(
            city,
            i=i,
            total=in_estates,
            n_old=n_old,
            cases=cases[i],
            labels=mine,
            names=names,
            share=facts.under3_share,
            rng=rng,
        )
    return [replace(estate, code=f"XQ{n:04d}") for n, estate in enumerate(estates, start=1)]


def _n_old(township: Township, *, residents: np.ndarray, i: int, streets: list[bool]) -> int:
    if township.is_street:
        share = float(residents[i] / residents[streets].sum())
        return round(N_STREET_ESTATES * share)
    return 7 if township.kind == "town" else 3


def _cases_by_township(
    townships: tuple[Township, ...], *, residents: np.ndarray, rng: np.random.Generator
) -> list[list[Case]]:
    """Nine cases of ten lie in the streets, by residents; the rest in towns of the larger sort."""
    streets = [i for i, t in enumerate(townships) if t.is_street]
    towns = [i for i, t in enumerate(townships) if t.kind == "town" and t.quota]
    by: list[list[Case]] = [[] for _ in townships]
    weight = residents[streets] / residents[streets].sum()
    for k, case in enumerate(CASES):
        where = towns[k // 9 % len(towns)] if k % 9 == 5 else int(rng.choice(streets, p=weight))
        by[where].append(case)
    return by


def _of_township(
    city: City, *, i: int, total: int, n_old: int, cases: list[Case], labels: list[str], names: EstateNames, share: float,
    rng: np.random.Generator,
) -> list[Estate]:  # fmt: skip
    own = np.flatnonzero(city.block_township == i)
    area = shapely.area([city.blocks[k] for k in own])
    middle = shapely.get_coordinates(shapely.point_on_surface([city.blocks[k] for k in own]))
    density = _density(middle, city=city, seat=city.areas.seats[i])
    n = n_old + len(cases)
    draw = rng.exponential(size=len(own)) / (density * np.sqrt(area))
    chosen = np.argsort(draw)[:n]
    if len(chosen) < n:
        raise ValueError(f"township {i}: {len(own)} blocks are too few for {n} estates")
    chosen = chosen[np.argsort(-density[chosen], kind="stable")]
    slot = np.full(n, -1)  # new estates lie on the outer half of the chosen blocks
    slot[n - 1 - rng.permutation(max(len(cases), n // 2))[: len(cases)]] = np.arange(len(cases))
    fixed = np.array([-1 if s < 0 else cases[s].residents or 0 for s in slot])
    weights = area[chosen] * density[chosen] * rng.lognormal(0, 0.5, n)
    weights = np.minimum(weights, 4.5 * np.median(weights))  # no estate of 6,000 on one block
    people = share_with_fixed(total, weights, fixed, least=LEAST_RESIDENTS)
    spots = [int(k) for k in rng.permutation(n)[: len(labels)]]
    nearest = [
        labels[int(np.hypot(*(middle[chosen[spots]] - middle[c]).T).argmin())] if labels else None
        for c in chosen
    ]
    return [
        _estate(
            cases[slot[k]] if slot[k] >= 0 else None, residents=int(people[k]), i=i, xy=middle[chosen[k]],
            neighbourhood=nearest[k], centrality=1 - k / n, names=names, share=share, rng=rng,
        )
        for k in range(n)
    ]  # fmt: skip


def _density(xy: Floats, *, city: City, seat: Floats) -> Floats:
    core = np.exp(-((np.hypot(*(xy - city.core.centre).T) / 2600) ** 2))
    sub = np.max(
        [np.exp(-((np.hypot(*(xy - s).T) / 900) ** 2)) for s in (*city.core.subcentres, seat)], axis=0
    )
    return np.asarray(core + 0.7 * sub + 0.10)


def _estate(
    case: Case | None, *, residents: int, i: int, xy: Floats, neighbourhood: str | None, centrality: float, names: EstateNames,
    share: float, rng: np.random.Generator,
) -> Estate:  # fmt: skip
    year = int(np.clip(rng.normal(2012 - 16 * centrality, 7), 1976, 2020))
    month = int(rng.integers(1, 13))
    measured = rng.random() < 0.12
    shown = rng.random() < 0.7
    persons = round(float(rng.uniform(2.35, 2.95)), 2)
    place = (float(round(xy[0])), float(round(xy[1])))
    if case is None:
        age = 0.7 if year < 1995 else 1.0 if year < 2010 else 1.25
        return Estate(
            names.take(built_year=year), "", i, place, neighbourhood, "已建成", "新建", f"{year}-{month:02d}-28" if year >= 2008 and shown else None,
            year, residents, None, None, persons if shown else None, round(residents * share * age) if measured else None,
            None if rng.random() < 0.08 else "无",
        )  # fmt: skip
    built = case.status == "已建成"
    new_year = int(case.completed_on[:4]) if case.completed_on else None
    return Estate(
        names.take(built_year=new_year), "", i, place, neighbourhood, case.status, case.works, case.completed_on, new_year,
        case.residents if built else 0, case.planned, case.households, case.persons,
        round(residents * share * 1.4) if built and measured else None, case.facility,
    )  # fmt: skip


def with_households(estates: list[Estate], *, households: np.ndarray) -> list[Estate]:
    """Write the built estates' households in, and persons per household where the office gives it."""
    built = iter(households.tolist())
    done = []
    for estate in estates:
        if estate.status != "已建成":
            done.append(estate)
            continue
        n = next(built)
        persons = round((estate.residents or 0) / n, 2) if estate.persons is not None else None
        done.append(replace(estate, households=n, persons=persons))
    return done


def share_households(total: int, *, residents: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Share the census households out by residents, with household sizes that differ by up to a sixth."""
    return split(total, residents * rng.uniform(0.86, 1.16, len(residents)), least=1)
