"""Built-up area as the policy's headline reading: the hand-drawn town (see lattice.py), on paper and by brute force."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
from openpyxl import load_workbook
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import box

import tuoyu_geo as tg
from tuoyu_geo.errors import DataError
from tuoyu_geo.siting import recompute_plan

LAYER = '[layers.built_up]\npath = "built_up.gpkg"\ncrs = "EPSG:4548"\nquality = "{quality}"\n[demand]'
# Middles of the cells: WEST 700 m from I1, EAST 200 m from C2, SOUTH 100 m and 200 m from C3; all else beyond 1,000 m.
WEST, EAST, SOUTH = (100, 0, 100, 100), (1600, 1000, 100, 100), (1800, 0, 200, 100)
OUTSIDE = (-9000, 0, 100, 100)
ONE_SITE = "siting.budget=1"


def by_area(lattice):
    """The policy by built-up area, one institution a township."""
    policy = lattice.POLICY.replace('headline = "residents"', 'headline = "built_up"')
    return policy.replace("minimum = 2", "minimum = 1")


@pytest.fixture
def built(town, lattice):
    """A town with built-up rectangles given as (west, south, width, height) from the lattice's corner."""

    def write(*shapes, policy=None, quality="estimated", overrides=(), **changes):
        # No estate plans for 1,000 people, unless a test says so.
        changes.setdefault("communities_csv", lattice.ESTATES.replace(",1000,无,{x4}", ",999,无,{x4}"))
        changes.setdefault("project_toml", lattice.PROJECT)
        layer = LAYER.format(quality=quality)
        changes["project_toml"] = changes["project_toml"].replace("[demand]", layer)
        folder = town(policy_toml=policy or by_area(lattice), **changes)
        x0, y0 = lattice.X0, lattice.Y0
        gpd.GeoDataFrame(
            {"名称": ["建成区"] * len(shapes)},
            geometry=[box(x0 + x, y0 + y, x0 + x + w, y0 + y + h) for x, y, w, h in shapes],
            crs=lattice.CRS,
        ).to_file(folder / "built_up.gpkg")
        return tg.open_project(folder, overrides=overrides)

    return write


def test_one_site_goes_where_the_area_is_and_not_where_the_people_are(built, lattice):
    # C2 is near E4's 1,500 people and a quarter of the area; C3 is near half of the area and nobody.
    people = by_area(lattice).replace('"built_up"', '"residents"')
    assert list(built(WEST, EAST, SOUTH, policy=people, overrides=[ONE_SITE]).plan().sites.index) == ["C2"]
    plan = built(WEST, EAST, SOUTH, overrides=[ONE_SITE]).plan()
    assert list(plan.sites.index) == ["C3"]
    head = plan.coverage[plan.coverage["headline"]]
    assert head["reading"].tolist() == ["built_up"]
    assert head[["before", "after"]].iloc[0].tolist() == pytest.approx([0.25, 0.75])
    reason = plan.sites["reason"].iloc[0]
    assert "新增覆盖建成区0.02平方公里" in reason
    assert "用于补足托位" not in reason


def test_the_target_is_met_with_as_many_sites_as_it_takes(built):
    project = built(WEST, EAST, SOUTH)
    plan = project.plan()
    assert set(plan.sites.index) == {"C2", "C3"}
    assert plan.status == "optimal"
    assert plan.shortfalls == ()
    clause = next(one for one in plan.clauses if one.id == "覆盖面")
    assert (clause.status_today, clause.status_plan) == ("not_met", "met")
    assert "建成区面积（平方公里），估算" in clause.observed_plan
    # What is left today lies in 乙镇, all of it.
    assert [place.id for place in clause.places_today] == ["999900101"]
    summary = plan.outcome.summary["coverage"]
    assert summary["headline"] == "built_up"
    assert (summary["before"]["built_up"], summary["after"]["built_up"]) == pytest.approx((0.25, 1.0))
    assert summary["built_up"] == {
        "total_km2": pytest.approx(0.04),
        "quality": "estimated",
        "covered_before_km2": pytest.approx(0.01),
        "covered_after_km2": pytest.approx(0.04),
    }
    # Worked out again from the cells, the search's own share is the same.
    assert project.solved().covered_share == pytest.approx(summary["after"]["built_up"])


def test_by_kind_of_area_and_as_a_curve(built):
    project = built(WEST, EAST, SOUTH)
    coverage = project.outcome().summary["coverage"]
    area = {one["area"]: one for one in coverage["by_area"] if one["reading"] == "built_up"}
    assert (area["urban"]["total"], area["urban"]["before"]) == pytest.approx((0.01, 1))
    assert (area["rural"]["total"], area["rural"]["before"], area["rural"]["after"]) == pytest.approx(
        (0.03, 0, 1)
    )
    assert set(area) == {"urban", "rural"}
    curve = coverage["curve"]["built_up"]["built_up"]
    standards = coverage["curve"]["standard_m"]
    # I1 reaches WEST at 700 m, and SOUTH over the bridge at 2,400 m and 2,500 m; EAST is 3,200 m away.
    steps = (700, 2400, 2500)
    assert curve["before"] == pytest.approx([0.25 * sum(one >= step for step in steps) for one in standards])
    assert curve["after"] == pytest.approx([1.0 if one >= 700 else 0.75 for one in standards])


def test_another_radius_covers_other_cells(built):
    project = built(WEST, EAST, SOUTH)
    by_standard = project.frontier(by="standard")
    table = by_standard.table.set_index(["scope", "standard_m"])
    assert not any("人口" in note for note in by_standard.notes)
    # By 300 m and 500 m WEST is out of every site's reach, and the target with it.
    assert table["is_reached"].tolist() == [False, False, True] * 2
    assert table["largest_share"].tolist()[:2] == pytest.approx([0.75, 0.75])
    assert table["n_sites"].tolist()[2::3] == [2, 2]
    sites = project.frontier(by="sites").table.set_index("limit")
    assert sites.loc[[1, 2], "covered_share"].tolist() == pytest.approx([0.75, 1.0])
    varied = project.sensitivity(births=(), enrolment=(), standards_m=(300,)).table
    assert varied["covered_share"].tolist() == pytest.approx([1.0, 0.75])


def test_new_estates_get_their_places_as_in_any_reading(built, lattice):
    # C2 alone covers the area. E5 plans for 1,000 people and needs ten places; I1 has 5 to spare and C2 only 4.
    small = lattice.CANDIDATES.replace("租赁,1,40,60", "租赁,1,4,60")
    assert set(built(WEST, EAST, candidates_csv=small).plan().sites.index) == {"C2"}
    plan = built(WEST, EAST, candidates_csv=small, communities_csv=lattice.ESTATES).plan()
    assert len(plan.sites) == 2
    assert plan.shortfalls == ()


def test_what_is_missed_is_told_in_square_kilometres(built):
    project = built(WEST, EAST, SOUTH, overrides=['siting.forbidden=["C3"]'])
    plan = project.plan()
    assert any("建成区面积（平方公里），估算" in one and "50.0%" in one for one in plan.shortfalls)
    assert any("建成区面积（平方公里），估算" in one for one in plan.clashes)
    areas = plan.search_areas[plan.search_areas["reason"].eq("coverage")]
    assert "0.02平方公里" in areas["asks"].iloc[0]
    assert "乙镇" in areas["asks"].iloc[0]
    assert areas["residents"].isna().all()
    near = areas.geometry.iloc[0]
    assert near.distance(project.layers().candidates.geometry["C3"]) < 1000
    clause = next(one for one in plan.clauses if one.id == "覆盖面")
    assert "建成区" in clause.action


def test_without_candidates_the_areas_to_search_in_cover_the_built_up_area(built, lattice):
    layers = lattice.PROJECT.replace('[layers.candidates]\npath = "candidates.csv"\ncrs = "EPSG:4548"\n', "")
    # Within 400 m of most of these nobody lives: corners chosen by people alone leave four of the six cells out.
    shapes = (0, 1800, 100, 100), (1000, 1300, 100, 100), (500, 1800, 100, 100), EAST, SOUTH
    policy = by_area(lattice).replace("value = 1000\n", "value = 400\n")
    reach = built(*shapes, project_toml=layers, policy=policy).reach()
    proposed = reach.built_up.covers[:, reach.n_institutions :]
    assert np.asarray(proposed.sum(axis=1)).ravel().all()


def test_a_county_without_the_layer_is_told_what_to_do(town, lattice):
    project = tg.open_project(town(policy_toml=by_area(lattice)))
    told = [one for one in project.check()[1] if one.severity == "error"]
    assert [one.code for one in told] == ["headline_built_up"]
    assert told[0].file == "policy.toml"
    assert "coverage.headline" in told[0].found
    assert "[layers.built_up]" in told[0].remedy
    for ask in (project.plan, project.access):
        with pytest.raises(DataError, match="built_up"):
            ask()


def test_a_layer_all_of_which_lies_outside_is_an_error_and_no_zero(built):
    project = built(OUTSIDE)
    told = [one for one in project.check()[1] if one.severity == "error"]
    assert [one.code for one in told] == ["headline_built_up"]
    assert "built_up.gpkg" in told[0].found
    with pytest.raises(DataError, match="built_up"):
        project.plan()


def test_an_empty_layer_is_an_error_and_no_zero(built):
    project = built()
    assert any(one.severity == "error" for one in project.check()[1])
    with pytest.raises(DataError):
        project.plan()


@pytest.mark.parametrize(
    ("quality", "shown"), [("official", None), ("synthetic", "示意数据"), ("unverified", "未核")]
)
def test_the_label_says_how_far_the_layer_may_be_trusted(built, quality, shown):
    access = built(WEST, EAST, SOUTH, quality=quality).access()
    label = access.headline["label"]
    assert label == "建成区面积（平方公里）" + ("" if shown is None else f"，{shown}")
    assert label in repr(access)


def test_the_fewest_sites_are_those_of_all_sets_tried(built, lattice):
    rng = np.random.default_rng(4)
    # One cell beside a street that runs north: its middle is half its width from it, and h + 50 up from the corner.
    spots = [(int(i), int(j), int(h), int(w)) for i, j, h, w in zip(
        rng.integers(0, 4, 24), rng.integers(0, 4, 24), rng.choice([100, 200, 300], 24), rng.choice([60, 80, 100], 24),
        strict=True,
    )]  # fmt: skip
    spots = sorted(set({one[:3]: one for one in spots}.values()))
    corners = [(0, 0), (1, 1), (0, 3), (1, 4), (2, 2), (2, 4), (3, 1), (3, 3), (4, 0), (4, 2), (4, 4)]
    rows = [
        f"K{k},甲{k},社区服务中心,改造,1,40,80,,{'甲街道' if i < 3 else '乙镇'},{{x{i}}},{{y{j}}}"
        for k, (i, j) in enumerate(corners)
    ]
    header = lattice.CANDIDATES.splitlines()[0]
    shapes = [(500 * i, 500 * j + h, w, 100) for i, j, h, w in spots]
    policy = by_area(lattice).replace("value = 1000\n", "value = 700\n").replace("minimum = 1", "minimum = 0")
    project = built(
        *shapes,
        policy=policy,
        candidates_csv="\n".join([header, *rows]) + "\n",
    )
    # The lattice by SciPy's Dijkstra, and the two ends of each cell's street; I1 stands at (0, 500).
    metres = np.full((25, 25), 0.0)
    for i in range(5):
        for j in range(5):
            if i < 4 and not (i == 2 and j > 0):
                metres[5 * i + j, 5 * i + 5 + j] = 500
            if j < 4:
                metres[5 * i + j, 5 * i + j + 1] = 500
    between = dijkstra(metres, directed=False)
    stands = [1, *(5 * i + j for i, j in corners)]
    away = np.array([
        [w / 2 + min(h + 50 + between[5 * i + j, one], 450 - h + between[5 * i + j + 1, one]) for one in stands]
        for i, j, h, w in spots
    ])  # fmt: skip
    near, area = away <= 700, np.array([w * 100 / 1e6 for *_, w in spots])

    def share(chosen):
        return float(area[near[:, [0, *(one + 1 for one in chosen)]].any(axis=1)].sum() / area.sum())

    for n in range(len(corners) + 1):
        best = max(share(chosen) for chosen in combinations(range(len(corners)), n))
        if best >= 0.9:
            break
    plan = project.plan()
    assert n > 2
    assert len(plan.sites) == n
    after = plan.coverage.set_index("reading").loc["built_up"]
    assert after["after"] == pytest.approx(share([int(one[1:]) for one in plan.sites.index]))
    assert after["after"] == pytest.approx(best)
    assert after["before"] == pytest.approx(share([]))
    again = recompute_plan(project.problem(), project.solved().selected, flow=project.solved().flow)
    assert again.covered_weight == pytest.approx(best * area.sum())


def test_files_name_the_unit(built, tmp_path):
    built(WEST, EAST, SOUTH).build(tmp_path / "out")
    page = (tmp_path / "out/maps/overview.html").read_text(encoding="utf-8")
    assert "建成区面积（平方公里），估算" in page
    assert "按建成区的格子算，这里不算" in page
    assert '"target":null' in page.replace(" ", "")
    book = load_workbook(tmp_path / "out/plan.xlsx")
    cells = [
        (row[4].value, row[4].number_format)
        for sheet in book
        if sheet.title == "分区覆盖面"
        for row in sheet.iter_rows(min_row=4)
        if str(row[2].value).startswith("建成区面积")
    ]
    assert [value for value, _ in cells][:2] == pytest.approx([0.01, 0.03])
    assert {form for _, form in cells} == {"0.00"}
