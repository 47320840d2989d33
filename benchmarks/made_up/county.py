"""One made-up county as a project folder: its layers, its policy and its project.toml."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely
from benchmarks.made_up import people
from benchmarks.made_up.places import Ground, make_ground, place_of, random_of, sizes
from benchmarks.made_up.streets import BLOCK_M, Layout, core_side, make_layout
from data.generator import layers
from data.generator.facts import Facts, Township
from data.generator.files import NATURE, write_geojson, write_roads
from data.generator.layers import ROAD_WORD
from data.generator.names import street_names
from data.generator.plane import to_lonlat

POLICY = Path(__file__).resolve().parents[2] / "data" / "yongan" / "policy"
RESIDENTS, COMMUNITIES, CANDIDATES, SEGMENTS = 20_000_000, 60_000, 15_000, 2_000_000
"""Of the whole province of 80 counties, about."""
NOTICE = "示意数据：本县和所在的省、市均由程序编造，代码、名称、边界、道路、人口、机构、候选点都不是真实的，不得使用"
SOURCE = "示意数据，由程序生成"


def make_county(folder: Path, number: int, *, seed: int, scale: float = 1.0, broken: bool = False) -> Path:
    """Write one county's project folder; the same bytes whenever seed and number are the same.

    Parameters
    ----------
    folder
        Where; made where it is not there.
    number
        1 to 80.
    seed
        Of the province.
    scale
        Share of the usual size, for tests.
    broken
        Whether two estates share an id, which is an error finding.

    Returns
    -------
    Its project.toml.
    """
    rng = random_of(seed, number=number, stream=3)
    size = float(sizes(seed)[number - 1])
    # communities, candidates and streets grow more slowly than residents: a large city's estates are larger
    spread = float(size**0.75 / np.mean(sizes(seed) ** 0.75)) * scale
    residents = round(RESIDENTS / 80 * size * scale)
    n_communities = round(COMMUNITIES / 80 * spread)
    n_townships = int(np.clip(round(14 * spread**0.3), 5, 18))
    n_streets = max(1, round(n_townships / 4))
    n_villages = round(0.36 * n_communities)
    side = core_side(n_villages=n_villages, n_segments=round(SEGMENTS / 80 * spread))
    ground = make_ground(
        seed, number=number, n_townships=n_townships, n_streets=n_streets, core_m=side / 2 * BLOCK_M
    )
    layout = make_layout(
        ground, n_streets=n_streets, n_villages=n_villages, core_side=side, n_bridges=1 if number % 8 == 3 else 6,
        has_island=number % 5 == 2, rng=rng,
    )  # fmt: skip
    code = place_of(number)[2]
    name = street_names(random_of(seed, number=0, stream=13))[number] + ("市" if size > 1.8 else "县")
    townships = _townships(code, n=n_townships, n_streets=n_streets, rng=rng)
    asked = [i for i, township in enumerate(townships) if township.quota]
    bare = asked[-1] if number % 40 == 17 else None
    rural = round(people.RURAL_SHARE * residents)
    estates = people.make_estates(
        layout,
        middle=ground.middle,
        n=n_communities - len(layout.villages),
        residents=residents - rural,
        rng=rng,
    )
    villages = people.make_villages(layout, codes=[t.code for t in townships], residents=rural, rng=rng)
    institutions = people.make_institutions(estates, n=max(3, round(12 * spread)), rng=rng)
    candidates = people.make_candidates(
        estates,
        villages,
        n=round(CANDIDATES / 80 * spread),
        quotas=[t.quota for t in townships],
        bare=bare,
        rng=rng,
    )
    if broken:
        estates[1] = replace(estates[1], code=estates[0].code)
    facts = Facts(
        townships=tuple(townships), residents=residents, households=0, age_0=0, age_1_to_4=0, urban_residents=0, area_km2=0.0,
        source_2020=SOURCE, source_2000=SOURCE, policy=SOURCE,
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    lived_in = people.residents_by_township(estates, villages, n=n_townships)
    _write_townships(folder, ground=ground, townships=townships, residents=lived_in)
    layers.write_communities(folder, facts=facts, estates=estates)
    layers.write_villages(folder, facts=facts, villages=villages)
    layers.write_institutions(folder, facts=facts, institutions=institutions)
    layers.write_candidates(folder, facts=facts, candidates=candidates)
    _write_streets(folder, layout)
    wet = number % 10 != 6  # one county in ten has no layer of water
    if wet:
        _write_water(folder, layout)
    _write_policy(folder, townships=townships, code=code)
    return _write_project(folder, name=name, code=code, middle=ground.middle, wet=wet)


def _townships(code: str, *, n: int, n_streets: int, rng: np.random.Generator) -> list[Township]:
    names = street_names(rng)
    found = []
    for i in range(n):
        kind = "street" if i < n_streets else "town" if i < n - max(1, n // 4) else "township"
        base = {"street": 1, "town": 100, "township": 200}[kind]
        word = {"street": "街道", "town": "镇", "township": "乡"}[kind]
        quota = 3 if i == 0 else 2 if kind == "street" else 1 if kind == "town" and i % 2 == 0 else 0
        found.append(
            Township(
                code=f"{code}{base + i:03d}", name=names[i] + word, kind=kind, lon=0.0, lat=0.0, point="seat", area_km2=0.0,
                quota=quota, residents_2000=0, n_villages=0, n_neighbourhoods=0, neighbours=(),
            )
        )  # fmt: skip
    return found


def _write_townships(
    folder: Path, *, ground: Ground, townships: list[Township], residents: np.ndarray
) -> None:
    rows = [
        (
            area,
            {
                "区划代码": t.code,
                "名称": t.name,
                "类型": layers.KIND_WORD[t.kind],
                "常住人口": people_,
                "数据性质": NATURE,
            },
        )
        for area, t, people_ in zip(ground.areas, townships, residents.tolist(), strict=True)
    ]
    write_geojson(folder / "townships.geojson", name="乡镇街道（示意数据）", features=rows)


def _write_streets(folder: Path, layout: Layout) -> None:
    streets = layout.segments.streets
    columns = {
        "编号": [f"DL{n:06d}" for n in range(1, len(streets) + 1)],
        "道路名称": [s.name for s in streets],
        "道路等级": [s.grade or ROAD_WORD[s.highway] for s in streets],
        "highway": [s.highway for s in streets],
        "桥梁": ["是" if s.bridge else "否" for s in streets],
        "单行": ["是" if one else "否" for one in layout.segments.oneway.tolist()],
        "数据性质": [NATURE] * len(streets),
    }
    write_roads(folder / "roads.gpkg", lines=layout.segments.lines, columns=columns)


def _write_water(folder: Path, layout: Layout) -> None:
    parts = [
        (part, {"名称": "示意江", "类型": "河流", "数据性质": NATURE})
        for part in shapely.get_parts(layout.water.main)
    ]
    if layout.has_island:
        parts.append((layout.water.lake, {"名称": "示意水库", "类型": "水库", "数据性质": NATURE}))
    write_geojson(folder / "water.geojson", name="水系（示意数据）", features=parts)


def _write_policy(folder: Path, *, townships: list[Township], code: str) -> None:
    """The example's document with quotas of this county's own: as many clauses to judge as a real one."""
    (folder / "policy").mkdir(exist_ok=True)
    text = (POLICY / "yongan_2021_64.toml").read_text(encoding="utf-8")
    said = next(c["quotation"] for c in tomllib.loads(text)["clauses"] if c["judge"] == "quota")
    asked = [t for t in townships if t.quota]
    own = "，".join(f"{t.name}{t.quota}家以上" for t in asked)
    quotas = "".join(
        f'[[quotas]]\ntownship_id = "{t.code}"\nname = "{t.name}"\nminimum = {t.quota}\n\n' for t in asked
    )
    settings, _, rest = text.partition("[[quotas]]")
    clauses = "[[clauses]]" + rest.partition("[[clauses]]")[2]
    _, _, settings = settings.partition("schema_version")
    head = f"# 示意文件：条文借自公开文件，只用来让程序有东西可判；数字和配额是编造的。\nschema_version{settings}"
    head = head.replace('id = "永政办〔2021〕64号"', f'id = "示意〔{code}〕1号"').replace(
        'title = "关于', 'title = "（示意）关于'
    )
    (folder / "policy" / "policy.toml").write_text(
        head + quotas + clauses.replace(said, own), encoding="utf-8"
    )
    (folder / "policy" / "standards.toml").write_bytes((POLICY / "standards.toml").read_bytes())


def _write_project(folder: Path, *, name: str, code: str, middle: np.ndarray, wet: bool) -> Path:
    longitude = float(to_lonlat(middle[None])[0, 0])
    zone = round(longitude / 3) * 3
    parts = [
        f"""# 示意：本县由 benchmarks/province.py 编造，不是真实的县。
schema_version = 1

[project]
title = "{name}托育机构布局（示意数据）"
county_name = "{name}（示意）"
county_code = "{code}"
policy = "policy/policy.toml"
date = "2026-11-23"
crs = "EPSG:{4534 + (zone - 75) // 3}"
prepared_by = "示例"
notices = ["{NOTICE}"]
"""
    ]
    files = {"townships": "townships.geojson", "communities": "communities.xlsx", "villages": "villages.csv"}
    files |= {"institutions": "institutions.xlsx", "candidates": "candidates.xlsx", "roads": "roads.gpkg"}
    if wet:
        files["water"] = "water.geojson"
    for role, file in files.items():
        place = 'crs = "EPSG:4490"' if role == "roads" else 'datum = "cgcs2000"'
        parts.append(
            f'[layers.{role}]\npath = "{file}"\n{place}\nquality = "synthetic"\nsource = "{SOURCE}"\n'
        )
    parts.append(
        f"""[demand]
persons_per_household = {people.PERSONS_PER_HOUSEHOLD}
persons_per_household_source = "第七次人口普查的一个县级市：家庭户均 2.65 人；此处借用"
under3_share = {people.UNDER3_SHARE:.5f}
under3_source = "邻近地级市 2022 年出生率 6.01‰ 乘 3 年；此处借用"
under3_quality = "synthetic"
"""
    )
    path = folder / "project.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path
