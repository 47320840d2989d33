"""A town drawn by hand, whose distances, coverage, flags and best sites are worked out on paper.

Streets form a lattice of 500 m blocks, 0 to 2,000 m each way. A river runs north between x = 1,000 and x = 1,500;
its only bridge is the street y = 0. West of x = 1,250 is 甲街道, east of it 乙镇.

    y
 2000  .    .    E3  ~  E4   V1
 1500  .    .    .   ~  (i2) .
 1000  .    .    C1  ~  C2   .
  500  I1   E2   .   ~  .    E6
    0  E1   .    . ==== .    E5 C3
       0   500  1000   1500  2000   x

On foot from I1: E1 500, E2 500, E3 2,500, E4 500+1,000+500+2,000 = 4,000. By e-bike V1 is 4,500 m = 13.5 min away.
C1-E3 and C2-E4 are exactly 1,000 m. E3 and E4 are 500 m apart, but 4,500 m by the bridge.
"""

from pathlib import Path

import geopandas as gpd
from shapely.geometry import LineString, box

X0, Y0 = 536_000, 2_873_000
BLOCK = 500
CRS = "EPSG:4548"

PROJECT = """
schema_version = 1
[project]
title = "方格镇"
county_name = "方格市"
county_code = "999900"
policy = "policy.toml"
date = "2026-01-01"
crs = "EPSG:4548"
[layers.townships]
path = "townships.gpkg"
crs = "EPSG:4548"
[layers.communities]
path = "communities.csv"
crs = "EPSG:4548"
[layers.villages]
path = "villages.csv"
crs = "EPSG:4548"
[layers.institutions]
path = "institutions.csv"
crs = "EPSG:4548"
[layers.candidates]
path = "candidates.csv"
crs = "EPSG:4548"
[layers.roads]
path = "roads.gpkg"
crs = "EPSG:4548"
[demand]
persons_per_household = 2.5
persons_per_household_source = "纸上"
under3_share = 0.03
under3_source = "纸上"
"""

POLICY = """
schema_version = 1
id = "方格〔2022〕1号"
title = "方格"
date = "2021-12-30"
[coverage]
target_share = 0.9
headline = "residents"
headline_note = ""
compare_m = [300, 500, 1000]
[coverage.urban]
mode = "walk"
value = 1000
unit = "m"
verified = true
source = "纸上"
[coverage.rural]
mode = "ebike"
value = 15
unit = "min"
verified = true
source = "纸上"
[places]
per_1000 = 4.5
year = 2025
area_per_place_m2 = 9
area_source = "纸上"
area_verified = true
[institutions]
counted_registration = ["registered"]
counted_kinds = ["centre", "nursery", "kindergarten_class", "community", "workplace"]
[candidates]
lowest_floor = 1
highest_floor = 3
floor_source = "纸上"
floor_verified = true
[estates]
new_after = "2021-12-30"
minimum_residents = 1000
places_per_1000 = 10
places_source = "纸上"
places_verified = true
[[quotas]]
township_id = "999900001"
name = "甲街道"
minimum = 2
[[quotas]]
township_id = "999900101"
name = "乙镇"
minimum = 1
[[clauses]]
id = "机构数"
quotation = "机构数"
departments = ["卫健局"]
judge = "quota"
[[clauses]]
id = "覆盖面"
quotation = "覆盖面"
departments = ["卫健局"]
judge = "coverage"
[[clauses]]
id = "托位"
quotation = "托位"
departments = ["卫健局"]
judge = "places"
[[clauses]]
id = "新建"
quotation = "新建"
departments = ["住建局"]
judge = "new_estate"
[[clauses]]
id = "已建"
quotation = "已建"
departments = ["住建局"]
judge = "existing_estate"
"""

ESTATES = """编号,小区名称,所属街道,建设状态,竣工时间,户数,常住人口,规划居住人口,有无托育设施,X坐标,Y坐标
E1,东门,甲街道,已建成,2005-06-01,,2000,,无,{x0},{y0}
E2,南园,甲街道,已建成,2010-06-01,400,,,无,{x1},{y1}
E3,河西,甲街道,已建成,2015-06-01,,800,,无,{x2},{y4}
E4,河东,乙镇,已建成,2015-06-01,,1500,,无,{x3},{y4}
E5,新城,乙镇,规划,,,,1000,无,{x4},{y0}
E6,新苑,乙镇,规划,,,,999,无,{x4},{y1}
"""
VILLAGES = """编号,村名,所属乡镇,常住人口,X坐标,Y坐标
V1,山前村,乙镇,300,{x4},{y4}
"""
INSTITUTIONS = """编号,机构名称,机构类型,备案状态,托位数,在托人数,所属街道,X坐标,Y坐标
I1,甲托育园,专业托育机构,已备案,30,25,甲街道,{x0},{y1}
I2,乙托育园,专业托育机构,未备案,40,30,乙镇,{x3},{y3}
"""
CANDIDATES = """编号,名称,候选类型,建设方式,楼层,托位数,估算投资(万元),排除原因,所属街道,X坐标,Y坐标
C1,甲社区中心,社区服务中心,改造,1,40,80,,甲街道,{x2},{y2}
C2,乙闲置楼,闲置用房,租赁,1,40,60,,乙镇,{x3},{y2}
C3,新城配套,小区配套用房,公共配套用房,1,20,50,,乙镇,{x4},{y0}
C4,乙坡地,地块,新建,1,80,10,地质灾害隐患点,乙镇,{x3},{y4}
"""


def _fill(table: str) -> str:
    places = {f"x{k}": X0 + k * BLOCK for k in range(5)} | {f"y{k}": Y0 + k * BLOCK for k in range(5)}
    return table.format(**places)


def streets() -> gpd.GeoDataFrame:
    """The lattice, without the blocks that the river cuts."""
    lines = []
    for j in range(5):
        for i in range(5):
            x, y = X0 + i * BLOCK, Y0 + j * BLOCK
            if i < 4 and not (i == 2 and j > 0):
                lines.append(LineString([(x, y), (x + BLOCK, y)]))
            if j < 4:
                lines.append(LineString([(x, y), (x, y + BLOCK)]))
    return gpd.GeoDataFrame({"highway": ["residential"] * len(lines)}, geometry=lines, crs=CRS)


def write_town(folder: Path, **changes: str) -> Path:
    """Write the project; `changes` replace whole files (key ``communities_csv`` for communities.csv)."""
    folder.mkdir(parents=True, exist_ok=True)
    border = X0 + 2.5 * BLOCK
    gpd.GeoDataFrame(
        {"区划代码": ["999900001", "999900101"], "名称": ["甲街道", "乙镇"], "类型": ["街道", "镇"]},
        geometry=[box(X0 - 250, Y0 - 250, border, Y0 + 2250), box(border, Y0 - 250, X0 + 2250, Y0 + 2250)],
        crs=CRS,
    ).to_file(folder / "townships.gpkg")
    streets().to_file(folder / "roads.gpkg")
    files = {
        "project.toml": PROJECT,
        "policy.toml": POLICY,
        "communities.csv": ESTATES,
        "villages.csv": VILLAGES,
        "institutions.csv": INSTITUTIONS,
        "candidates.csv": CANDIDATES,
    }
    for name, default in files.items():
        content = changes.get(name.replace(".", "_"), default)
        (folder / name).write_text(_fill(content) if name.endswith(".csv") else content, encoding="utf-8")
    return folder
