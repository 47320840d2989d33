"""The columns of each file, in Chinese as the bureaus head them."""

from pathlib import Path

import numpy as np
import shapely
from data.generator.candidates import Candidate
from data.generator.city import City
from data.generator.estates import Estate
from data.generator.facts import Facts
from data.generator.files import NATURE, Cell, write_csv, write_geojson, write_roads, write_workbook
from data.generator.institutions import Institution
from data.generator.plane import to_lonlat
from data.generator.villages import Village

UNIT = "填报单位：示意单位（本表为示意数据，由程序生成，不是真实小区、机构或用地）"
KIND_WORD = {"street": "街道", "town": "镇", "township": "乡"}
ROAD_WORD = {
    "primary": "主干路",
    "secondary": "次干路",
    "tertiary": "次干路",
    "residential": "支路",
    "footway": "步行路",
}


def _lonlat(xy: tuple[float, float]) -> tuple[float, float]:
    lon, lat = to_lonlat(np.array([xy]))[0]
    return float(lon), float(lat)


def _area_word(facts: Facts, township: int) -> str:
    return "城区" if facts.townships[township].is_street else "农村"


def write_townships(folder: Path, *, facts: Facts, city: City, residents: np.ndarray) -> Path:
    """Write the 15 made-up areas with their published codes and names."""
    note = "示意：2020年普查全市总数按2000年普查各乡镇街道比例分摊，四街道之和取城区常住人口"
    features: list[tuple[shapely.Geometry, dict[str, Cell]]] = []
    for township, polygon, people in zip(
        facts.townships, city.areas.polygons, residents.tolist(), strict=True
    ):
        row: dict[str, Cell] = {
            "区划代码": township.code,
            "名称": township.name,
            "类型": KIND_WORD[township.kind],
            "常住人口": people,
            "常住人口说明": note,
            "数据性质": NATURE,
        }
        features.append((polygon, row))
    return write_geojson(folder / "townships.geojson", name="乡镇街道（示意数据）", features=features)


def write_communities(folder: Path, *, facts: Facts, estates: list[Estate]) -> Path:
    """Write the estates as a workbook with a title row."""
    header = (
        "小区名称", "编号", "所属街道", "社区", "城乡", "建设状态", "建设类型", "竣工时间", "建成年份", "户数", "户均人口", "常住人口",
        "规划居住人口", "3岁以下", "有无托育设施", "经度", "纬度", "数据性质",
    )  # fmt: skip
    rows = [
        (
            e.name, e.code, facts.townships[e.township].name, e.neighbourhood, _area_word(facts, e.township), e.status, e.works,
            e.completed_on, e.built_year, e.households, e.persons, e.residents, e.planned_residents, e.under3, e.facility,
            *_lonlat(e.xy), NATURE,
        )
        for e in estates
    ]  # fmt: skip
    return write_workbook(
        folder / "communities.xlsx",
        title="附件1：居住小区基本情况统计表（示意数据）",
        unit=UNIT,
        header=header,
        rows=rows,
    )


def write_villages(folder: Path, *, facts: Facts, villages: list[Village]) -> Path:
    """Write the villages as CSV."""
    header = (
        "村（居）名称",
        "统计用区划代码",
        "所属乡镇",
        "城乡",
        "常住人口",
        "户数",
        "3岁以下",
        "是否偏远",
        "经度",
        "纬度",
        "数据性质",
    )
    rows = [
        (
            v.name,
            v.code,
            facts.townships[v.township].name,
            "农村",
            v.residents,
            v.households,
            v.under3,
            "是" if v.remote else "否",
            *_lonlat(v.xy),
            NATURE,
        )
        for v in villages
    ]
    return write_csv(folder / "villages.csv", header=header, rows=rows)


def write_institutions(folder: Path, *, facts: Facts, institutions: list[Institution]) -> Path:
    """Write the existing institutions."""
    header = (
        "机构名称", "编号", "机构类型", "备案状态", "登记机关", "机构性质", "托位数", "在托人数", "所属街道", "所属小区", "地址", "经度", "纬度", "数据性质",
    )  # fmt: skip
    rows = [
        (
            i.name, f"JG{n:03d}", i.kind, i.registration, i.registry, i.nature, i.places, i.enrolled,
            facts.townships[i.township].name, i.estate, i.address, *_lonlat(i.xy), NATURE,
        )
        for n, i in enumerate(institutions, start=1)
    ]  # fmt: skip
    return write_workbook(
        folder / "institutions.xlsx",
        title="附件2：托育机构一览表（示意数据）",
        unit=UNIT,
        header=header,
        rows=rows,
    )


def write_candidates(folder: Path, *, facts: Facts, candidates: list[Candidate]) -> Path:
    """Write the candidate premises and land."""
    header = (
        "候选点名称", "编号", "候选点类型", "建设方式", "楼层", "建筑面积", "用地面积", "用地性质", "是否划拨", "托位数", "估算投资(万元)", "可开办年份",
        "排除原因", "所属街道", "所属小区", "经度", "纬度", "数据性质",
    )  # fmt: skip
    rows = [
        (
            c.name, c.code, c.kind, c.method, c.floor, c.area_m2, c.land_area_m2, c.land_use, c.allocated, c.places, c.cost_10k_yuan,
            c.open_year, c.exclusion, facts.townships[c.township].name, c.estate, *_lonlat(c.xy), NATURE,
        )
        for c in candidates
    ]  # fmt: skip
    return write_workbook(
        folder / "candidates.xlsx",
        title="附件3：托育设施候选点一览表（示意数据）",
        unit=UNIT,
        header=header,
        rows=rows,
    )


def write_road_layer(folder: Path, *, city: City) -> Path:
    """Write the street segments."""
    streets = city.segments.streets
    columns = {
        "编号": [f"DL{n:05d}" for n in range(1, len(streets) + 1)],
        "道路名称": [s.name for s in streets],
        "道路等级": [s.grade or ROAD_WORD[s.highway] for s in streets],
        "highway": [s.highway for s in streets],
        "桥梁": ["是" if s.bridge else "否" for s in streets],
        "隧道": ["是" if s.tunnel else "否" for s in streets],
        "单行": ["是" if one else "否" for one in city.segments.oneway.tolist()],
        "数据性质": [NATURE] * len(streets),
    }
    return write_roads(folder / "roads.gpkg", lines=city.segments.lines, columns=columns)


def write_water(folder: Path, *, city: City) -> Path:
    """Write river, tributaries and reservoir."""
    water = city.water
    river: dict[str, Cell] = {"名称": "沙溪", "类型": "河流", "数据性质": NATURE}
    features: list[tuple[shapely.Geometry, dict[str, Cell]]] = [
        (part, dict(river)) for part in shapely.get_parts(shapely.simplify(water.main, 3))
    ]
    features.append((water.lake, {"名称": "示意水库", "类型": "水库", "数据性质": NATURE}))
    for name, line in water.tributaries:
        features += [
            (part, {"名称": f"{name}（示意）", "类型": "支流", "数据性质": NATURE})
            for part in shapely.get_parts(line)
        ]
    return write_geojson(folder / "water.geojson", name="水系（示意数据）", features=features)


def write_population(folder: Path, *, facts: Facts) -> Path:
    """Write the census facts for reference: what the made-up figures sum to, and the shares they were split by."""
    official = "官方数据"
    county = ("350481", "永安市")
    header = ("指标", "区划代码", "名称", "数值", "单位", "年份", "来源", "数据性质")
    rows: list[tuple[Cell, ...]] = [
        ("常住人口", *county, facts.residents, "人", 2020, facts.source_2020, official),
        ("家庭户", *county, facts.households, "户", 2020, facts.source_2020, official),
        ("0岁人口", *county, facts.age_0, "人", 2020, facts.source_2020, official),
        ("1-4岁人口", *county, facts.age_1_to_4, "人", 2020, facts.source_2020, official),
        ("城区常住人口", *county, facts.urban_residents, "人", 2020, facts.source_2020, official),
    ]
    rows += [
        ("常住人口", t.code, t.name, t.residents_2000, "人", 2000, facts.source_2000, official)
        for t in facts.townships
    ]
    rows += [
        ("最低机构数", t.code, t.name, t.quota, "个", 2025, facts.policy, official) for t in facts.townships
    ]
    return write_csv(folder / "population.csv", header=header, rows=rows)
