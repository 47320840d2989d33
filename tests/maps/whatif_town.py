"""A made-up town for the what-if panel: seeded, with every kind of thing that the page must judge as Python does.

Streets are a lattice of 400 m blocks with a river that two bridges cross, so that many ways are exactly a slider's step
long. Four townships, one of them rural; people of no known place; estates not lived in; institutions that don't count or
state no places; candidates that can't be used, of unknown cost, of several sizes, and two on one plot.
"""

import random
from pathlib import Path

import geopandas as gpd
from shapely.geometry import LineString, box

X0, Y0, BLOCK, N, CRS = 536_000, 2_873_000, 400, 16, "EPSG:4548"
HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    '"><img src=x onerror="window.hacked=3">',
    "{{ 7*7 }}{% raw %}${window.hacked=4}",
    "幸福里😀&amp;<b>粗</b>'",
    '=HYPERLINK("x","y")',
    "长" * 60,
    "+1-1@SUM(A1)",
)
TOWNSHIPS = (("999901001", "甲街道", "街道", 2), ("999901002", "乙街道", "街道", 1), ("999901101", "丙镇", "镇", 1),
             ("999901201", "丁乡", "乡", 1))  # fmt: skip

PROJECT = """
schema_version = 1
[project]
title = "格网市 </script><script>window.hacked=9</script>"
county_name = "格网市"
county_code = "999901"
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
under3_share = 0.031
under3_source = "纸上"
[siting]
stated_places = "at_most"
"""


def _policy(headline: str) -> str:
    quotas = "".join(
        f'[[quotas]]\ntownship_id = "{code}"\nname = "{name}"\nminimum = {least}\n'
        for code, name, _kind, least in TOWNSHIPS
    )
    return f"""
schema_version = 1
id = "格网〔2026〕1号"
title = "格网"
date = "2021-12-30"
{quotas}
[coverage]
target_share = 0.9
headline = "{headline}"
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
value = 6
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
[[clauses]]
id = "覆盖面"
quotation = "覆盖面"
departments = ["卫健局"]
judge = "coverage"
"""


def _home(i: int, j: int) -> int:
    return (0 if j < N // 2 else 1) if i < N // 2 else (2 if j < N // 2 else 3)


def _streets() -> list[LineString]:
    lines = []
    for i in range(N + 1):
        for j in range(N + 1):
            x, y = X0 + i * BLOCK, Y0 + j * BLOCK
            crosses = i == N // 2 - 1
            if i < N and (not crosses or j in {2, 12}):
                lines.append(LineString([(x, y), (x + BLOCK, y)]))
            if j < N:
                lines.append(LineString([(x, y), (x, y + BLOCK)]))
    return lines


def _quoted(cell: object) -> str:
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in '",\n') else text


def _table(header: str, rows: list[tuple[object, ...]]) -> str:
    return "\n".join([header, *(",".join(_quoted(cell) for cell in row) for row in rows)]) + "\n"


class _Draw:
    """Where things stand and what they hold, from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def node(self, *homes: int) -> tuple[int, int]:
        while True:
            i, j = self.random.randrange(N + 1), self.random.randrange(N + 1)
            if _home(i, j) in homes:
                return i, j

    def beside(self, i: int, j: int) -> tuple[int, int]:
        """The node, or a spot along the street where one leads on."""
        away = self.random.choice([0, 50, 137, 200]) if j in {2, 12} and i < N else 0
        return X0 + i * BLOCK + away, Y0 + j * BLOCK

    def estates(self, n: int) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for k in range(n):
            i, j = self.node(0, 1, 2)
            name = HOSTILE[k] if k < len(HOSTILE) else f"小区{k}"
            stands = ("已建成", "2005-06-01", self.random.randrange(200, 3000), "")
            planned = ("规划", "", "", 1200)
            rows.append(
                (
                    f"E{k}",
                    name,
                    TOWNSHIPS[_home(i, j)][1],
                    *(planned if k % 9 == 4 else stands),
                    "无",
                    *self.beside(i, j),
                )
            )
        return rows

    def villages(self, n: int) -> list[tuple[object, ...]]:
        return [
            (f"V{k}", f"村{k}", TOWNSHIPS[3][1], self.random.randrange(50, 900), *_xy(*self.node(3)))
            for k in range(n)
        ]

    def institutions(self, n: int) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for k in range(n):
            i, j = self.node(0, 1, 2, 3)
            registered, places = "未备案" if k == 1 else "已备案", "" if k == 2 else 20 + 5 * k
            home = TOWNSHIPS[_home(i, j)][1]
            rows.append((f"I{k}", f"园{k}", "专业托育机构", registered, places, "", home, *_xy(i, j)))
        return rows

    def candidates(self, n: int) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        spots = [self.node(0, 1, 2, 3) for _ in range(n)]
        spots[11] = spots[10]
        for k, (i, j) in enumerate(spots):
            rows.append(
                (
                    f"C{k}" if k != 5 else 'C5"<b>',
                    HOSTILE[k - 2] if 2 <= k < 2 + len(HOSTILE) else f"候选{k}",
                    "社区服务中心",
                    "改造",
                    1,
                    self.random.choice([20, 35, 45, 60]),
                    "" if k % 6 == 3 else self.random.randrange(20, 90) + 0.5,
                    "在高压线走廊内" if k in {7, 15} else "",
                    TOWNSHIPS[_home(i, j)][1],
                    *_xy(i, j),
                )
            )
        return rows


def _xy(i: int, j: int) -> tuple[int, int]:
    return X0 + i * BLOCK, Y0 + j * BLOCK


def write_whatif_town(
    folder: Path,
    *,
    n_estates: int = 60,
    n_villages: int = 20,
    n_candidates: int = 24,
    headline: str = "residents",
) -> Path:
    """Write the project; the same folder from the same numbers."""
    draw = _Draw(7)
    folder.mkdir(parents=True, exist_ok=True)
    half, far = X0 + (N // 2 - 0.5) * BLOCK, N * BLOCK + BLOCK / 2
    middle = Y0 + (N // 2 - 0.5) * BLOCK
    shapes = [
        box(X0 - 200, Y0 - 200, half, middle),
        box(X0 - 200, middle, half, Y0 + far),
        box(half, Y0 - 200, X0 + far, middle),
        box(half, middle, X0 + far, Y0 + far),
    ]
    gpd.GeoDataFrame(
        {
            "区划代码": [one[0] for one in TOWNSHIPS],
            "名称": [one[1] for one in TOWNSHIPS],
            "类型": [one[2] for one in TOWNSHIPS],
            # 丁乡 has far more people than its villages tell of.
            "常住人口": [None, None, None, 60_000],
        },
        geometry=shapes,
        crs=CRS,
    ).to_file(folder / "townships.gpkg")
    lines = _streets()
    gpd.GeoDataFrame({"highway": ["residential"] * len(lines)}, geometry=lines, crs=CRS).to_file(
        folder / "roads.gpkg"
    )
    files = {
        "project.toml": PROJECT,
        "policy.toml": _policy(headline),
        "communities.csv": _table(
            "编号,小区名称,所属街道,建设状态,竣工时间,常住人口,规划居住人口,有无托育设施,X坐标,Y坐标",
            draw.estates(n_estates),
        ),
        "villages.csv": _table("编号,村名,所属乡镇,常住人口,X坐标,Y坐标", draw.villages(n_villages)),
        "institutions.csv": _table(
            "编号,机构名称,机构类型,备案状态,托位数,在托人数,所属街道,X坐标,Y坐标", draw.institutions(6)
        ),
        "candidates.csv": _table(
            "编号,名称,候选类型,建设方式,楼层,托位数,估算投资(万元),排除原因,所属街道,X坐标,Y坐标",
            draw.candidates(n_candidates),
        ),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
