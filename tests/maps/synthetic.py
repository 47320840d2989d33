"""A made-up county for drawing: seeded, with names that try to break out of the page, in any size."""

import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon

from tuoyu_geo.conclude.mends import COLUMNS as MEND_COLUMNS
from tuoyu_geo.outcome import Clause, Outcome, ProjectNote, SourceNote
from tuoyu_geo.policy import read_policy
from tuoyu_geo.policy.clause import Place

POLICY = read_policy(Path(__file__).parents[2] / "data" / "yongan" / "policy" / "yongan_2021_64.toml")
CRS = "EPSG:4548"
CENTRE = (536_000.0, 2_873_500.0)
HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    '"><img src=x onerror="window.hacked=3">',
    "`${window.hacked=4}`",
    "{{ 7*7 }}{% raw %}{# 注 #}",
    "'; window.hacked=5; //",
    "幸福里\u2028小区😀&amp;<b>粗</b>",
    "\\u003cscript\\u003e<!--<script>",
    '=HYPERLINK("http://x.y","点")+cmd|\' /C calc\'!A0',
    "永安市燕东街道某某社区某某路某某号某某花园二期东区三号楼四单元五层六室及配套商业裙楼地下车库与社区综合服务中心普惠托育园",
)
COLUMNS = {
    "townships": "name kind area_kind quota existing proposed shortfall met residents under3 places_today places_plan "
    "places_required covered_today_share covered_plan_share",
    "demand": "name kind status area_kind township_id residents under3 planned_residents residents_method "
    "under3_method cost_unit standard nearest_today_id nearest_today_cost nearest_today_method covered_today nearest_plan_id "
    "nearest_plan_cost nearest_plan_method covered_plan snap_m",
    "institutions": "name kind registration registry nature places enrolled township_id community_id address counted "
    "under3_in_reach",
    "candidates": "name kind method floor area_m2 land_area_m2 land_use allocated_land places cost_10k_yuan open_year "
    "township_id community_id exclusion usable selected",
    "sites": "order name kind method township_id places cost_10k_yuan area_m2 land_area_m2 land_use allocated_land "
    "floor open_year gained_residents gained_under3 reason",
    "communities": "name status completed_on built_year has_facility",
    "gaps": "flag subject_id name township_id status residents under3 nearest_id nearest_cost nearest_method cost_unit spare_places "
    "reason asks remedy",
    "service_areas": "facility_id facility_name phase standard band unit method",
    "streets": "road_class",
    "water": "name",
}
GROUPS = {
    "coverage_groups": pd.DataFrame(
        columns=["by", "group_id", "name", "reading", "label", "total", "before", "after"]
    ),
    "coverage_curve": pd.DataFrame(columns=["scope", "reading", "label", "standard_m", "before", "after"]),
}
TOWNSHIPS = tuple(
    "燕东街道 燕西街道 燕南街道 燕北街道 西洋镇 贡川镇 安砂镇 小陶镇 大湖镇 曹远镇 洪田镇 槐南镇 上坪乡 罗坊乡 青水畲族乡".split()  # noqa: SIM905
)
QUOTAS = (2, 2, 4, 2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0)


def frame(rows, columns, geometry, index_name, ids=None):
    table = pd.DataFrame(rows, columns=columns.split())
    table.index = pd.Index(ids if ids is not None else range(len(table)), dtype=object, name=index_name)
    return gpd.GeoDataFrame(table, geometry=list(geometry), crs=CRS)


def note(**changes):
    given = {
        "title": "永安市3岁以下婴幼儿照护服务设施布局规划",
        "county_name": "永安市",
        "county_code": "350481",
        "prepared_by": "永安市卫生健康局",
        "date": "2026年11月",
        "crs": CRS,
        "map_approval_number": "",
        "notices": ("本图部分数据为示意数据，不作为审批依据。", "部分配置标准未核，使用前请主管部门确认。"),
        "sources": (
            SourceNote(role="townships", file="townships.gpkg", source="行政区划界线", quality="official"),
            SourceNote(role="communities", file="小区.xlsx", source="住建局小区台账", quality="synthetic"),
            SourceNote(role="institutions", file="机构.xlsx", source="卫健局备案名册", quality="unverified"),
            SourceNote(role="roads", file="roads.osm", source="OpenStreetMap", quality="estimated"),
        ),
    }
    return ProjectNote(**(given | changes))


def no_search_areas():
    """No area to search in, as a plan that meets all its rules has it."""
    return gpd.GeoDataFrame(
        columns=["reason", "subject_id", "name", "residents", "asks", "geometry"],
        geometry="geometry",
        crs=CRS,
    )


def empty_outcome():
    """No row in any layer."""
    frames = {
        key: frame([], columns, [], f"{key}_id") for key, columns in COLUMNS.items() if key != "communities"
    }
    frames["unserved"] = frame([], COLUMNS["demand"], [], "demand_id")
    frames["search_areas"] = no_search_areas()
    coverage = pd.DataFrame(
        columns=["reading", "label", "standard_m", "unit", "scope", "before", "after", "headline"]
    )
    return Outcome(
        note=note(),
        coverage=coverage,
        **GROUPS,
        clauses=(),
        findings=(),
        summary={},
        communities=frame([], COLUMNS["communities"], [], "community_id"),
        policy=POLICY,
        **frames,
    )


def county(rng):
    """15 townships: four small ones in the middle."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    reach = 27_000 * (1 + 0.14 * np.sin(3 * angle + 1) + 0.09 * np.cos(5 * angle))
    outline = Polygon(np.c_[CENTRE[0] + 1.15 * reach * np.cos(angle), CENTRE[1] + reach * np.sin(angle)])
    inner = [(-1_600, 900), (-3_200, -1_500), (1_500, -2_000), (1_700, 1_800)]
    outer = [
        (15_500 * (1 + 0.35 * (i % 2)) * np.cos(a), 14_500 * (1 + 0.35 * (i % 2)) * np.sin(a))
        for i, a in enumerate(np.linspace(0.2, 0.2 + 2 * np.pi, 11, endpoint=False))
    ]
    seeds = [Point(CENTRE[0] + x, CENTRE[1] + y) for x, y in inner + outer]
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), extend_to=outline))
    ordered = [next(cell for cell in cells if cell.contains(seed)) for seed in seeds]
    return [cell.intersection(outline) for cell in ordered], seeds


def streets(rng, n):
    """A street grid in town and winding roads to the townships, `n` segments in all."""
    lines, classes = [], []
    side = int(np.sqrt(n / 2.4))
    step = 9_000 / side
    jitter = rng.normal(0, step * 0.12, (side + 1, side + 1, 2))
    grid = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), -1) * step - 4_500
    grid = grid + jitter + np.array(CENTRE)
    for i in range(side):
        for j in range(side):
            for other in (grid[i + 1, j], grid[i, j + 1]):
                middle = (grid[i, j] + other) / 2 + rng.normal(0, step * 0.04, 2)
                lines.append(LineString([grid[i, j], middle, other]))
                classes.append("secondary" if i % 6 == 0 or j % 6 == 0 else "residential")
    while len(lines) < n:
        a = rng.uniform(0, 2 * np.pi)
        at = np.array(CENTRE) + 4_500 * np.array([np.cos(a), np.sin(a)])
        for _ in range(min(40, n - len(lines))):
            a += rng.normal(0, 0.25)
            bent = np.vstack(
                [
                    at,
                    at + 220 * np.array([np.cos(a), np.sin(a)]),
                    at + 450 * np.array([np.cos(a + 0.2), np.sin(a + 0.2)]),
                ]
            )
            lines.append(LineString(bent))
            classes.append("tertiary" if len(lines) % 3 else "trunk")
            at = bent[-1]
    return frame(
        [(c,) for c in classes], COLUMNS["streets"], lines, "road_id", [f"r{i}" for i in range(len(lines))]
    )


def rich_outcome(  # noqa: C901, PLR0915  (one county, laid out in one piece)
    *, n_demand=400, n_candidates=120, n_streets=3_000, n_institutions=14, n_sites=16, hostile=False, seed=7
):
    """A full outcome; with `hostile`, names that are code in one language or another."""
    rng = np.random.default_rng(seed)
    shapes, seeds = county(rng)
    codes = [f"350481{i + 1 if i < 4 else i + 96:03d}" for i in range(15)]

    def name_of(i, plain):
        return HOSTILE[i % len(HOSTILE)] if hostile else plain

    share = np.r_[np.full(4, 0.17), np.full(11, 0.32 / 11)]
    home = rng.choice(15, n_demand, p=share / share.sum())

    def place(k):
        spread = 1_000 if k < 4 else 3_500
        while True:
            point = Point(seeds[k].x + rng.normal(0, spread), seeds[k].y + rng.normal(0, spread))
            if shapes[k].contains(point):
                return point

    institution_home = [0, 0, 1, 2, 2, 2, 3, 4, 5, 8, 10, 1, 3, 2][:n_institutions]
    institution_at = [place(k) for k in institution_home]
    candidate_home = rng.choice(15, n_candidates, p=share / share.sum())
    candidate_at = [place(k) for k in candidate_home]
    usable = rng.random(n_candidates) > 0.15
    chosen = [int(i) for i in np.flatnonzero(usable)[:n_sites]]
    sites_at = [candidate_at[i] for i in chosen]

    institutions = frame(
        [
            (
                name_of(i, f"{TOWNSHIPS[k][:2]}第{i + 1}托育园"),
                ("nursery", "kindergarten_class", "centre", "community", "home")[i % 5],
                ("registered", "registered", "unregistered", "registered", "unknown")[i % 5],
                "市市场监管局" if i % 2 else "市民政局",
                "profit" if i % 2 else "nonprofit",
                float(40 + 15 * (i % 4)),
                np.nan if i == 3 else float(14 + 11 * (i % 6)),
                codes[k],
                None,
                "新安路一号" if i % 2 else None,
                i % 5 in (0, 1, 3),
                float(100 + 10 * i),
            )
            for i, k in enumerate(institution_home)
        ],
        COLUMNS["institutions"], institution_at, "institution_id", [f"i{i}" for i in range(len(institution_home))],
    )  # fmt: skip

    kinds = (
        "kindergarten",
        "community_centre",
        "idle_premises",
        "land",
        "estate_rooms",
        "industrial_park",
        "workplace",
    )
    methods = ("kindergarten_class", "renovation", "lease", "new_build", "public_rooms", "purchase", "swap")
    candidates = frame(
        [
            (
                name_of(i, f"{TOWNSHIPS[k][:2]}{('幼儿园', '社区服务中心', '闲置楼', '地块', '配套用房', '园区', '厂区')[i % 7]}{i}"),
                kinds[i % 7], methods[i % 7], float(1 + i % 2), 600.0 + 10 * (i % 30),
                1_800.0 + 5 * i if kinds[i % 7] == "land" else np.nan,
                "城镇社区服务设施用地" if i % 3 else "幼儿园用地", (True, False, None)[i % 3], float(60 + 10 * (i % 5)),
                float(120 + i), 2027.0 if i % 4 else np.nan, codes[k], None,
                None if usable[i] else ("地质灾害隐患点", "在高压线走廊内", "四层以上，不得设置")[i % 3],
                bool(usable[i]), i in chosen,
            )
            for i, k in enumerate(candidate_home)
        ],
        COLUMNS["candidates"], candidate_at, "candidate_id", [f"c{i}" for i in range(n_candidates)],
    )  # fmt: skip

    candidates["unusable_reason"] = candidates["exclusion"]
    picked = candidates.iloc[chosen]
    sites = frame(
        [
            (
                i + 1, row["name"], row["kind"], row["method"], row["township_id"], row["places"], row["cost_10k_yuan"],
                row["area_m2"], row["land_area_m2"], row["land_use"], row["allocated_land"], row["floor"],
                row["open_year"], float(5_200 - 280 * i), float(140 - 7 * i), f"补足机构数，并新覆盖居民{5_200 - 280 * i}人。",
            )
            for i, (_id, row) in enumerate(picked.iterrows())
        ],
        COLUMNS["sites"], sites_at, "candidate_id", list(picked.index),
    )  # fmt: skip

    rows, points = [], []
    for i, k in enumerate(home):
        point = place(k)
        urban = k < 4
        status = "built" if i % 12 else ("under_construction", "planned")[(i // 12) % 2]
        today = min(range(len(institution_at)), key=lambda j: point.distance(institution_at[j]))
        plan = min(range(len(sites_at)), key=lambda j: point.distance(sites_at[j]))
        near_today, near_site = (
            1.3 * point.distance(institution_at[today]),
            1.3 * point.distance(sites_at[plan]),
        )
        near_plan = min(near_today, near_site)
        standard = 1_000.0 if urban else 3_000.0
        people = float(rng.integers(200, 4_800)) if urban else float(rng.integers(60, 1_600))
        lives = people if status == "built" else 0.0
        rows.append(
            (
                name_of(i, f"{TOWNSHIPS[k][:2]}{'小区' if urban else '村'}{i}"), "estate" if urban else "village", status,
                "urban" if urban else "rural", codes[k], lives, round(lives * 0.024), people if status != "built" else np.nan,
                "measured" if i % 2 else "scaled", "estimated", "m", standard,
                f"i{today}" if near_today < 8_000 else None, near_today if near_today < 8_000 else np.nan,
                ("network" if i % 7 else "straight_line") if near_today < 8_000 else None,
                near_today <= standard,
                (f"i{today}" if near_today <= near_site else picked.index[plan]) if near_plan < 8_000 else None,
                near_plan if near_plan < 8_000 else np.nan,
                "network" if near_plan < 8_000 else None, near_plan <= standard, 12.0,
            )
        )  # fmt: skip
        points.append(point)
    demand = frame(rows, COLUMNS["demand"], points, "demand_id", [f"d{i}" for i in range(n_demand)])
    demand = demand.assign(
        street_today=[f"{name_of(i, '解放路')}、新安路" if i % 3 else None for i in range(n_demand)],
        street_plan=["燕江东路" if i % 2 else None for i in range(n_demand)],
    )
    unserved = demand[~demand["covered_plan"]]
    estate_ids = demand.index[demand["kind"] == "estate"]
    communities = frame(
        [
            (demand.loc[one, "name"], demand.loc[one, "status"], pd.NaT, 2023.0 if i % 3 == 0 else 2010.0, i % 5 == 0)
            for i, one in enumerate(estate_ids)
        ],
        COLUMNS["communities"], demand.loc[estate_ids].geometry, "community_id", list(estate_ids),
    )  # fmt: skip

    township_rows = []
    for k in range(15):
        mine = demand[demand["township_id"] == codes[k]]
        existing = int(((institutions["township_id"] == codes[k]) & institutions["counted"]).sum())
        proposed = int((sites["township_id"] == codes[k]).sum())
        people = max(mine["residents"].sum(), 1.0)
        township_rows.append(
            (
                name_of(k, TOWNSHIPS[k]), ("street", "town", "township")[(k > 3) + (k > 11)], "urban" if k < 4 else "rural",
                QUOTAS[k], existing, proposed, max(0, QUOTAS[k] - existing - proposed), existing + proposed >= QUOTAS[k],
                people, round(people * 0.024), 60.0 * existing, 60.0 * existing + 80.0 * proposed, round(people * 0.0045),
                mine.loc[mine["covered_today"], "residents"].sum() / people,
                mine.loc[mine["covered_plan"], "residents"].sum() / people,
            )
        )  # fmt: skip
    townships = frame(township_rows, COLUMNS["townships"], shapes, "township_id", codes)
    townships = townships.assign(unmet_places_today=30.5, unmet_places_plan=4.25)

    gap_rows, gap_points, flags = [], [], ("new_missing", "new_shared", "built_missing", "built_missing")
    estates = demand[(demand["kind"] == "estate")]
    villages = demand[(demand["kind"] == "village") & ~demand["covered_plan"]]
    for i, (demand_id, row) in enumerate(pd.concat([estates.iloc[:48], villages.iloc[:9]]).iterrows()):
        flag = flags[i % 4] if row["kind"] == "estate" else "village_guidance"
        remedy = {
            "new_missing": "按规划居住人口补建配套用房，与住宅同步交付。",
            "new_shared": "与相邻小区共用，按需扩班。",
            "built_missing": ("购置", "置换", "租赁", "改造")[i % 4] + "邻近闲置用房开办。",
            "village_guidance": "依托村卫生所入户指导。",
        }[flag]
        gap_rows.append(
            (
                flag, demand_id, row["name"], row["township_id"], row["status"], max(row["residents"], 1_000.0), row["under3"],
                row["nearest_today_id"], row["nearest_today_cost"], row["nearest_today_method"], "m", 12.0 if flag == "new_shared" else np.nan,
                "规划居住1,000人以上，未见配套托育设施。", "新建居住小区千人以上的应配建与常住人口规模相适应的设施。", remedy,
            )
        )  # fmt: skip
        gap_points.append(row.geometry)
    for k in (6, 7, 9):
        gap_rows.append(
            ("township_quota", codes[k], townships["name"].iloc[k], codes[k], None, 9_000.0, 200.0, None, np.nan, None, "m", np.nan,
             "现有机构0个，应有1个。", "每个乡镇至少1个机构。", "在镇区利用闲置校舍开办。")
        )  # fmt: skip
        gap_points.append(seeds[k])
    gaps = frame(gap_rows, COLUMNS["gaps"], gap_points, "gap_id", [f"g{i}" for i in range(len(gap_rows))])

    mended = gaps[gaps["flag"].isin(["new_missing", "new_shared", "built_missing"])]
    mends = pd.DataFrame(
        [
            ("none", None, None, None, np.nan, np.nan, None, 0)
            if i % 3 == 2
            else (
                ("plan", "candidate")[i % 3], sites.index[0], sites["name"].iloc[0],
                ("purchase", "swap", "lease", "renovation")[i % 4], 40.0, 320.0 + i, "m", 1,
            )
            for i in range(len(mended))
        ],
        columns=list(MEND_COLUMNS), index=mended.index,
    )  # fmt: skip
    areas, area_points = [], []
    for phase, where, names, ids in (
        ("today", institution_at, institutions["name"], institutions.index),
        (
            "plan",
            [*institution_at, *sites_at],
            [*institutions["name"], *sites["name"]],
            [*institutions.index, *sites.index],
        ),
    ):
        for point, name, facility in zip(where, names, ids, strict=True):
            areas.append((facility, name, phase, 1_000.0, 1_000.0, "m", "network"))
            area_points.append(point.buffer(750, quad_segs=12))
    service_areas = frame(areas, COLUMNS["service_areas"], area_points, "service_area_id")

    flow = np.linspace(-26_000, 26_000, 80)
    river = LineString(np.c_[CENTRE[0] + flow, CENTRE[1] + 2_500 * np.sin(flow / 6_500) - 300]).buffer(110)
    water = frame([(name_of(0, "沙溪"),)], COLUMNS["water"], [river], "water_id", ["w0"])

    total = demand["residents"].sum()
    before = demand.loc[demand["covered_today"], "residents"].sum() / total
    after = demand.loc[demand["covered_plan"], "residents"].sum() / total
    coverage = pd.DataFrame(
        [("residents", "按居民，沿路1,000米", 1_000.0, "m", "urban", before, after, True),
         ("under3", "按3岁以下", 1_000.0, "m", "urban", before, after, False)],
        columns=["reading", "label", "standard_m", "unit", "scope", "before", "after", "headline"],
    )  # fmt: skip
    clauses = (
        Clause(id="coverage", kind="coverage", section=name_of(3, "一、发展目标"), action=name_of(4, "补上规划点。"),
               places_plan=tuple(Place(id=one, name=demand.loc[one, "name"], township_id=demand.loc[one, "township_id"]) for one in unserved.index),
               quotation="婴幼儿照护服务覆盖面达90%以上", departments=("health",), status_today="not_met",
               status_plan="not_met", observed_today=f"{before:.1%}", observed_plan=f"{after:.1%}", target="90%", note=""),
        Clause(id="places", quotation=name_of(1, "每千人口托位数4.5个"), departments=("health",), status_today="not_met",
               status_plan="met", observed_today="1.9", observed_plan="4.6", target="4.5个", note=""),
        Clause(id="land", quotation="非营利性设施用地可以划拨", departments=("natural_resources",),
               status_today="not_judgeable", status_plan="not_judgeable", observed_today="", observed_plan="", target="—", note=""),
    )  # fmt: skip
    summary = {
        "institutions": {
            "existing": len(institutions),
            "counted": int(institutions["counted"].sum()),
            "proposed": len(sites),
        },
        "places": {
            "existing": 700,
            "proposed": 1_000,
            "required": 1_552,
            "per_1000": 1.93,
            "per_1000_plan": 4.61,
        },
    }
    return Outcome(
        note=note(**({"title": HOSTILE[1], "prepared_by": HOSTILE[2], "notices": HOSTILE} if hostile else {})),
        townships=townships, demand=demand, institutions=institutions, candidates=candidates, sites=sites, gaps=gaps,
        service_areas=service_areas, search_areas=no_search_areas(), unserved=unserved, streets=streets(rng, n_streets), water=water, **GROUPS,
        coverage=coverage,
        clauses=clauses, findings=(), summary=summary, communities=communities, policy=POLICY, mends=mends,
    )  # fmt: skip


def large_outcome(*, n_demand=2_000):
    """A county as large as the pages are made for: as many streets a community as in a real town, 150 areas in two bands.

    The areas have as many corners, and as crooked ones, as those that follow streets do.
    """
    made = rich_outcome(
        n_demand=n_demand,
        n_candidates=n_demand // 6,
        n_streets=17 * n_demand,
        n_sites=n_demand // 15,
        n_institutions=14,
    )
    rng = np.random.default_rng(1)
    areas = pd.concat([made.service_areas, made.service_areas.assign(band=500.0)], ignore_index=True)
    crooked = []
    for k, shape in enumerate(areas.geometry):
        n = 420
        angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
        away = (900 if k < len(areas) // 2 else 450) * rng.uniform(0.55, 1.15, n)
        crooked.append(
            Polygon(np.c_[shape.centroid.x + away * np.cos(angle), shape.centroid.y + away * np.sin(angle)])
        )
    areas = areas.set_geometry(crooked, crs=CRS)
    return replace(made, service_areas=areas)


def main():
    """Write the maps of the rich (or, with --hostile or --empty, another) outcome into a folder."""
    from tuoyu_geo.maps import draw_maps

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = empty_outcome() if "--empty" in sys.argv else rich_outcome(hostile="--hostile" in sys.argv)
    for stem, page in draw_maps(made).items():
        (folder / f"{stem}.html").write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
