"""Who and what stands in a made-up county: estates, villages, institutions, candidates.

Sizes follow published figures: a residential block has 300-1,000 dwellings and 1,000-3,000 people (GB 50180-2018 as
quoted), a household 2.65 people (census of 2020), children under 3 are 6.01 births a 1,000 residents over three years
(Nanping, 2022). Everything else is made up.
"""

from dataclasses import replace
from itertools import product

import numpy as np
from benchmarks.made_up.places import Floats
from benchmarks.made_up.streets import Layout
from data.generator.candidates import KINDS, REASONS, Candidate
from data.generator.estates import Estate
from data.generator.institutions import Institution
from data.generator.names import SUFFIX_NOTE, village_names
from data.generator.people import Counts, split
from data.generator.villages import Village
from scipy.spatial import cKDTree

UNDER3_SHARE = 3 * 6.01 / 1000
PERSONS_PER_HOUSEHOLD = 2.65
BLOCK_RESIDENTS = (1_000, 3_000)
RURAL_SHARE = 0.36
ISLAND_RESIDENTS = 120
URBAN_MIX = (
    "kindergarten",
    "idle_premises",
    "community_centre",
    "kindergarten",
    "idle_premises",
    "land",
    "workplace",
)
_FIRST = (
    "云麓", "溪畔", "锦樟", "望岭", "栖霞", "听松", "竹语", "澄湖", "鹭洲", "槿园", "桐荫", "霁月", "岚庭", "枫林", "荻花", "芷兰",
    "萤火", "晴川", "远山", "沐风", "青榕", "和畅", "知春",
)  # fmt: skip
_LAST = ("花园", "家园", "嘉苑", "公寓", "华府", "雅居", "名苑", "新村", "小区", "大院")
_PHASE = ("", "二期", "三期", "四期", "五期", "六期", "七期", "八期", "九期")
_INSTITUTIONS = (
    # name, kind, registration, registry, nature, places
    ("托育综合服务中心", "托育综合服务中心", "已备案", "民政局", "非营利性", 120),
    ("托育园", "专业托育机构", "已备案", "市场监督管理局", "营利性", 60),
    ("幼儿园托班", "幼儿园托班", "已备案", "民政局", "非营利性", 40),
    ("社区托育点", "社区托育", "已备案", "民政局", "非营利性", 30),
    ("托育园", "专业托育机构", "未备案", "市场监督管理局", "营利性", 30),
)


def make_estates(
    layout: Layout, *, middle: Floats, n: int, residents: int, rng: np.random.Generator
) -> list[Estate]:
    """Estates on the blocks, dense in the middle of the core: a twelfth finished after the policy, a twentieth to come."""
    pull = 0.15 + np.exp(-((np.hypot(*(layout.blocks - middle).T) / 2_600) ** 2))
    chosen = np.argsort(rng.exponential(size=len(layout.blocks)) / pull, kind="stable")[:n]
    coming = np.zeros(len(chosen), dtype=bool)
    coming[rng.permutation(len(chosen))[: len(chosen) // 20]] = True
    people = np.zeros(len(chosen), dtype=np.int64)
    people[~coming] = split(residents, rng.lognormal(0, 0.7, int((~coming).sum())), least=60)
    names = ["".join(parts) for parts in product(_FIRST, _LAST, _PHASE)]
    order = rng.permutation(len(names))
    estates = []
    for k, block in enumerate(chosen):
        new = not coming[k] and rng.random() < 1 / 12
        year = int(rng.integers(2022, 2026)) if new else int(np.clip(rng.normal(2005, 9), 1976, 2021))
        households = max(1, round(int(people[k]) / float(rng.uniform(2.35, 2.95))))
        bare = rng.random() < 0.03  # the office gave households and left residents empty
        estates.append(
            Estate(
                name=names[order[k]],
                code=f"XQ{k + 1:05d}",
                township=int(layout.block_township[block]),
                xy=(float(round(layout.blocks[block, 0])), float(round(layout.blocks[block, 1]))),
                neighbourhood=None,
                status=("在建" if rng.random() < 0.6 else "规划") if coming[k] else "已建成",
                works="新建",
                completed_on=f"{year}-{int(rng.integers(1, 13)):02d}-28" if new else None,
                built_year=None if coming[k] else year,
                residents=0 if coming[k] else None if bare and not new else int(people[k]),
                planned_residents=int(rng.integers(BLOCK_RESIDENTS[0] * 0.6, BLOCK_RESIDENTS[1]))
                if coming[k]
                else None,
                households=None if coming[k] else households,
                persons=round(int(people[k]) / households, 2)
                if not coming[k] and (bare or rng.random() < 0.5)
                else None,
                under3=round(int(people[k]) * UNDER3_SHARE) if not coming[k] and rng.random() < 0.1 else None,
                facility=None if rng.random() < 0.06 else "无",
            )
        )
    return estates


def make_villages(
    layout: Layout, *, codes: list[str], residents: int, rng: np.random.Generator
) -> list[Village]:
    """Villages of a county; codes are its townships'."""
    n = len(layout.villages)
    people = split(residents, rng.lognormal(0, 0.5, n), least=45)
    names = village_names(rng, n=n)
    names += [f"{side}{name}" for side, name in product("东西南北", names)]
    count: dict[int, int] = {}
    found = []
    for k, (xy, i) in enumerate(zip(layout.villages, layout.village_township.tolist(), strict=True)):
        count[i] = count.get(i, 0) + 1
        lone = layout.has_island and k == n - 1
        found.append(
            Village(
                name=names[k],
                code=f"{codes[i]}{200 + count[i]}",
                township=i,
                xy=(float(xy[0]), float(xy[1])),
                residents=int(people[k]),
                households=max(1, round(int(people[k]) / PERSONS_PER_HOUSEHOLD)),
                under3=None,
                remote=lone,
                cut_off=lone,
            )
        )
    return found


def residents_by_township(estates: list[Estate], villages: list[Village], *, n: int) -> Counts:
    """What the rows sum to; an estate that gives households alone counts as those times its persons a household."""
    total = np.zeros(n)
    for estate in estates:
        known = estate.residents is not None
        total[estate.township] += (
            estate.residents if known else (estate.households or 0) * (estate.persons or 0)
        )
    for village in villages:
        total[village.township] += village.residents
    return np.asarray(np.round(total), dtype=np.int64)


def make_institutions(estates: list[Estate], *, n: int, rng: np.random.Generator) -> list[Institution]:
    """Institutions beside built estates, some of them not registered."""
    built = [estate for estate in estates if estate.status == "已建成"]
    found = []
    for k, at in enumerate(rng.permutation(len(built))[:n]):
        name, kind, registration, registry, nature, places = _INSTITUTIONS[k % len(_INSTITUTIONS)]
        home = built[at]
        found.append(
            Institution(
                name=f"{home.name}{name}{SUFFIX_NOTE}",
                kind=kind,
                registration=registration,
                registry=registry,
                nature=nature,
                places=places,
                enrolled=round(places * float(rng.uniform(0.4, 0.9))),
                township=home.township,
                estate=home.name if kind == "社区托育" else None,
                address=f"{home.name}旁",
                xy=(home.xy[0] + 12, home.xy[1] - 9),
            )
        )
    return found


def make_candidates(
    estates: list[Estate], villages: list[Village], *, n: int, quotas: list[int], bare: int | None, rng: np.random.Generator
) -> list[Candidate]:  # fmt: skip
    """Candidates: rooms of new estates, then one after another where most people have none near.

    Parameters
    ----------
    estates, villages
        The county's.
    n
        How many.
    quotas
        Institutions asked for by township, each of which gets two candidates more than that first.
    bare
        A township that has none, so that its quota can't be met; None where all may have some.
    rng
        Random numbers.
    """
    found = [
        _candidate("estate_rooms", township=e.township, name=e.name, xy=e.xy, estate=e.name, rng=rng)
        for e in estates
        if e.township != bare and e.facility != "有" and _is_new(e) and _people(e) >= 950
    ][: n // 3]
    spots = [(e.township, e.name, e.xy, _people(e), False) for e in estates]
    spots += [(v.township, v.name, v.xy, v.residents, True) for v in villages if not v.cut_off]
    spots = [spot for spot in spots if spot[0] != bare]
    xy = np.array([spot[2] for spot in spots], dtype=float)
    people = np.array([spot[3] for spot in spots], dtype=float)
    rural = np.array([spot[4] for spot in spots])
    reach = np.where(rural, 2_600.0, 420.0)
    tree = cKDTree(xy)
    near = [tree.query_ball_point(at, r) for at, r in zip(xy, reach, strict=True)]
    left = people.copy()
    score, free = left.copy(), np.ones(len(spots), dtype=bool)
    home = np.array([spot[0] for spot in spots])
    first = [
        i for i, quota in enumerate(quotas) for _ in range(quota + 2 if quota and (home == i).any() else 0)
    ]
    for k in range(n - len(found)):
        if k % 6 == 0:  # in between, what was just served is halved twice: near enough
            score = np.array([left[own].sum() for own in near]) * rng.uniform(0.5, 1.0, len(near))
        may = free & (home == first[k]) if k < len(first) else free
        best = int(np.where(may, score, -1.0).argmax())
        township, name, at, _, country = spots[best]
        left[near[best]] *= 0.25
        score[near[best]] *= 0.25
        free[best] = False
        kind = ("community_centre", "idle_premises")[k % 2] if country else URBAN_MIX[k % len(URBAN_MIX)]
        found.append(_candidate(kind, township=township, name=name, xy=at, estate=None, rng=rng))
    word = {kind.name: kind.word for kind in KINDS.values()}
    return [
        replace(c, code=f"HX{k:05d}", name=f"{c.name}{k}号{word[c.kind]}{SUFFIX_NOTE}")
        for k, c in enumerate(found, start=1)
    ]


def _is_new(estate: Estate) -> bool:
    return estate.status != "已建成" or estate.completed_on is not None


def _people(estate: Estate) -> int:
    return max(
        estate.residents or 0,
        estate.planned_residents or 0,
        round((estate.households or 0) * (estate.persons or 0)),
    )


def _candidate(
    kind: str, *, township: int, name: str, xy: Floats | tuple[float, float], estate: str | None, rng: np.random.Generator
) -> Candidate:  # fmt: skip
    usual = KINDS[kind]
    method = list(usual.methods)[int(rng.integers(len(usual.methods)))]
    places = int(rng.choice(usual.places))
    land = kind == "land"
    low, high = usual.methods[method]
    out = estate is None and rng.random() < 0.06
    return Candidate(
        name=name,
        code="",
        kind=usual.name,
        method=method,
        floor=int(rng.choice([f for f in usual.floors if f <= 3])) if usual.floors else None,
        area_m2=None if land else round(places * float(rng.uniform(8.5, 11.0)) / 5) * 5,
        land_area_m2=round(places * float(rng.uniform(15, 22)) / 10) * 10 if land else None,
        land_use=usual.land_use,
        allocated=("是" if rng.random() < 0.6 else "否") if land else None,
        places=places,
        cost_10k_yuan=round(places * float(rng.uniform(low, high)), 1),
        open_year=int(rng.choice(usual.years)),
        exclusion=REASONS[int(rng.integers(len(REASONS)))] if out else None,
        township=township,
        estate=estate,
        xy=(float(xy[0]) + 9.0, float(xy[1]) + 11.0),
    )
