"""Premises and land where an institution could open: seven kinds, each with its own size, cost and year."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from data.generator.city import City
from data.generator.estates import Estate
from data.generator.facts import Facts, Township
from data.generator.names import SUFFIX_NOTE
from data.generator.plane import Floats
from data.generator.villages import Village

THRESHOLD = 1000
EXCLUDED_SHARE = 0.08
REASONS = ("地质灾害隐患点", "高压线跨越", "与加油站间距不足", "产权不清", "洪水淹没区")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is usual for a kind of premises; costs in 10,000 yuan a place by method, (lowest, highest)."""

    name: str
    methods: dict[str, tuple[float, float]]
    places: tuple[int, ...]
    floors: tuple[int, ...]
    land_use: str | None
    years: tuple[int, ...]
    word: str


KINDS = {
    "kindergarten": Kind("幼儿园", {"开设幼托班": (0.4, 0.8)}, (20, 20, 40, 40, 60), (1, 1, 1, 2), "幼儿园用地", (2026, 2027), "幼儿园"),
    "community_centre": Kind("社区服务中心", {"改造": (0.9, 1.8), "置换": (1.4, 2.4)}, (20, 30, 35, 45), (1, 1, 2), "社区服务设施用地", (2026, 2027), "服务中心"),
    "idle_premises": Kind("闲置用房", {"租赁": (0.8, 1.5), "购置": (4.5, 6.5), "置换": (1.4, 2.4), "改造": (1.0, 2.0)}, (30, 45, 50, 60, 80, 90), (1, 1, 2, 2, 3, 4), "商业服务业用地", (2026, 2027, 2028), "闲置用房"),
    "land": Kind("地块", {"新建": (5.5, 8.0)}, (60, 90, 100, 120, 150), (), "社区服务设施用地", (2028, 2029, 2030), "地块"),
    "estate_rooms": Kind("小区配套用房", {"公共配套用房": (0.8, 1.3)}, (30, 35, 45, 50, 60), (1, 1, 2), "城镇住宅用地", (2026, 2027, 2028), "配套用房"),
    "industrial_park": Kind("产业园区", {"租赁": (0.8, 1.4), "改造": (1.0, 1.8), "新建": (5.0, 7.0)}, (30, 50, 60, 80), (1, 1, 2), "工业用地", (2027, 2028), "产业园"),
    "workplace": Kind("用人单位", {"改造": (0.9, 1.6)}, (20, 25, 30), (1, 2), "公共管理与公共服务用地", (2026, 2027), "职工活动室"),
}  # fmt: skip

# how many of each kind a street and another unit get; an urban core has much, a mountain township little
IN_STREET = {
    "kindergarten": 12,
    "community_centre": 8,
    "idle_premises": 13,
    "land": 5,
    "industrial_park": 2,
    "workplace": 2,
}
IN_TOWN = {"kindergarten": 3, "community_centre": 2, "idle_premises": 2, "land": 1}
IN_VILLAGES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate; None where the cell stays empty."""

    name: str
    code: str
    kind: str
    method: str
    floor: int | None
    area_m2: int | None
    land_area_m2: int | None
    land_use: str | None
    allocated: str | None
    places: int
    cost_10k_yuan: float
    open_year: int
    exclusion: str | None
    township: int
    estate: str | None
    xy: tuple[float, float]


def make_candidates(
    facts: Facts, city: City, *, estates: list[Estate], villages: list[Village], rng: np.random.Generator
) -> list[Candidate]:
    """Spread candidates over blocks, over the new estates without a facility, and over the larger villages."""
    beside = np.array([9.0, 11.0])
    found = [
        _candidate(
            "estate_rooms", facts.townships[e.township], i=e.township, at=e.xy + beside, near=e, rng=rng
        )
        for e in estates
        if _wants_rooms(e)
    ]
    for i, township in enumerate(facts.townships):
        wanted = [k for k, n in (IN_STREET if township.is_street else IN_TOWN).items() for _ in range(n)]
        spots = _spread(city, i=i, n=len(wanted), estates=estates, rng=rng)
        found += [
            _candidate(kind, township, i=i, at=spot, near=None, rng=rng)
            for kind, spot in zip(wanted, spots, strict=True)
        ]
        found += _in_villages(township, i=i, villages=villages, rng=rng)
    found = _exclude(found, rng=rng)
    return _numbered(found)


def _wants_rooms(estate: Estate) -> bool:
    """Whether the estate is new, near or above the threshold, and has no facility of its own."""
    new = estate.status != "已建成" or (estate.completed_on or "") > "2021-12-30"
    size = max(
        estate.residents or 0,
        estate.planned_residents or 0,
        (estate.households or 0) * (estate.persons or 0.0),
    )
    return new and size >= 0.95 * THRESHOLD and estate.facility != "有"


def _spread(city: City, *, i: int, n: int, estates: list[Estate], rng: np.random.Generator) -> Floats:
    """Pick block points one by one, each where people are and far from those picked before."""
    own = np.flatnonzero(city.block_township == i)
    points = shapely.get_coordinates(shapely.point_on_surface([city.blocks[k] for k in own]))
    homes = np.array([e.xy for e in estates if e.township == i])
    people = np.array(
        [max(e.residents or 0, e.planned_residents or 0) for e in estates if e.township == i], dtype=float
    )
    gap = np.hypot(points[:, None, 0] - homes[None, :, 0], points[:, None, 1] - homes[None, :, 1])
    served = np.exp(-((gap / 420) ** 2)) @ people + 50
    picked: list[int] = []
    nearest = np.full(len(points), 600.0)
    for _ in range(n):
        score = np.sqrt(served) * np.minimum(nearest, 600.0) * rng.uniform(0.35, 1.0, len(points))
        best = int(score.argmax())
        picked.append(best)
        nearest = np.minimum(nearest, np.hypot(*(points - points[best]).T))
    return np.asarray(points[rng.permutation(picked)] + np.array([-8.0, 10.0]))


def _in_villages(
    township: Township, *, i: int, villages: list[Village], rng: np.random.Generator
) -> list[Candidate]:
    """Offer a room in the village that has most people around it, then in the next one out of its reach."""
    own = [v for v in villages if v.township == i and not v.cut_off]
    xy = np.array([v.xy for v in own])
    people = np.array([v.residents for v in own], dtype=float)
    found = []
    for n in range(min(IN_VILLAGES if not township.is_street else 2, len(own))):
        gap = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
        best = int(((gap < 3200) @ people).argmax())
        if people[best] == 0:
            break
        kind = "community_centre" if n % 2 == 0 else "idle_premises"
        found.append(
            _candidate(kind, township, i=i, at=xy[best] + np.array([14.0, 6.0]), near=own[best], rng=rng)
        )
        people = np.where(gap[best] < 2600, 0.0, people)
    return found


def _candidate(
    kind: str,
    township: Township,
    *,
    i: int,
    at: Floats,
    near: Estate | Village | None,
    rng: np.random.Generator,
) -> Candidate:
    usual = KINDS[kind]
    method = list(usual.methods)[int(rng.integers(len(usual.methods)))]
    village = isinstance(near, Village)
    places = int(rng.choice((20, 20, 35) if village else usual.places))
    floor = 1 if village else int(rng.choice(usual.floors)) if usual.floors else None
    low, high = usual.methods[method]
    land = kind == "land"
    land_m2 = round(places * rng.uniform(15, 22) / 10) * 10 if land else None
    use = (
        ("幼儿园用地" if rng.random() < 0.3 else usual.land_use)
        if land
        else "农村社区服务设施用地"
        if village
        else usual.land_use
    )
    return Candidate(
        name=near.name if near else township.short,
        code="",
        kind=usual.name,
        method=method,
        floor=floor,
        area_m2=round(places * rng.uniform(7.0, 10.5) / 5) * 5 if not land or rng.random() < 0.5 else None,
        land_area_m2=land_m2,
        land_use=use,
        allocated=("是" if rng.random() < 0.6 else "否") if land else None,
        places=places,
        cost_10k_yuan=round(places * float(rng.uniform(low, high)), 1),
        open_year=int(rng.choice(usual.years)),
        exclusion="楼层不符" if floor is not None and floor >= 4 else None,
        township=i,
        estate=near.name if isinstance(near, Estate) else None,
        xy=(float(round(at[0])), float(round(at[1]))),
    )


def _exclude(found: list[Candidate], *, rng: np.random.Generator) -> list[Candidate]:
    """Rule a few out; rooms in new estates and in villages stay usable."""
    out = []
    for candidate in found:
        free = (
            candidate.estate is None
            and candidate.land_use != "农村社区服务设施用地"
            and candidate.exclusion is None
        )
        reason = REASONS[int(rng.integers(len(REASONS)))]
        out.append(
            replace(candidate, exclusion=reason) if free and rng.random() < EXCLUDED_SHARE else candidate
        )
    return out


def _numbered(found: list[Candidate]) -> list[Candidate]:
    word = {kind.name: kind.word for kind in KINDS.values()}
    count: dict[tuple[str, str], int] = {}
    out = []
    for n, c in enumerate(found, start=1):
        key = (c.name, c.kind)
        count[key] = count.get(key, 0) + 1
        number = f"{count[key]}号" if c.estate is None else ""
        out.append(replace(c, code=f"HX{n:04d}", name=f"{c.name}{number}{word[c.kind]}{SUFFIX_NOTE}"))
    return out
