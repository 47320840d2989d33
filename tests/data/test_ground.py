"""The made-up ground: areas as published, one street network and one island, the river crossed by bridges alone."""

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial.distance import cdist

METRIC = "EPSG:4548"
ISLAND_RESIDENTS = 143


def coordinates(frame):
    return np.column_stack([frame.geometry.x, frame.geometry.y])


def test_townships_have_their_published_areas_and_hold_their_seats(townships, facts):
    area = townships.area / 1e6
    assert (np.abs(area / facts["area_km2"] - 1) < 0.05).all()
    assert abs(area.sum() / 2931 - 1) < 0.01
    seats = gpd.GeoSeries(gpd.points_from_xy(facts["lon"], facts["lat"]), index=facts.index, crs="EPSG:4490")
    assert townships.geometry.contains(seats.to_crs(METRIC)).all()


def test_townships_neither_overlap_nor_leave_gaps(townships):
    shapes = townships.geometry.to_numpy()
    assert townships.is_valid.all()
    county = shapely.union_all(shapes)
    assert county.geom_type == "Polygon"
    assert abs(shapely.area(shapes).sum() - county.area) < 1.0
    assert sum(shapely.Polygon(ring).area for ring in county.interiors) < 1.0


def test_neighbours_are_as_published_but_for_one_pair(townships, facts):
    shapes = townships.geometry
    made = {
        (a, b)
        for a in shapes.index
        for b in shapes.index
        if a < b and shapes[a].intersection(shapes[b]).length > 10
    }
    published = {tuple(sorted((a, b))) for a in facts.index for b in facts["neighbours"][a].split()}
    assert published - made == {tuple(sorted(("燕东街道", "上坪乡")))}
    assert not made - published


def test_streets_are_one_network_and_an_island(parts, roads, villages):
    sizes = np.bincount(parts)
    assert len(sizes) == 2
    assert sizes[1] < 15
    island = roads.to_crs(METRIC).geometry[parts == 1].union_all()
    on_it = villages[villages.distance(island) < 50]
    assert on_it["常住人口"].tolist() == [ISLAND_RESIDENTS]


def test_segments_are_simple_lines_with_distinct_ends(roads):
    lines = roads.geometry.to_numpy()
    assert (shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING).all()
    assert (roads.to_crs(METRIC).length > 0.5).all()
    assert set(roads["单行"]) == {"是", "否"}


def test_only_bridges_cross_the_river(roads, water):
    river = water[water.geom_type == "Polygon"].geometry.union_all().buffer(-6)
    crossing = roads[roads.to_crs(METRIC).intersects(river)]
    assert set(crossing["桥梁"]) == {"是"}
    assert crossing["道路名称"].str.endswith("大桥").sum() == 8


def test_everyone_lives_near_a_street_in_the_right_township(roads, townships, sites):
    lines = roads.to_crs(METRIC).geometry.to_numpy()
    tree = shapely.STRtree(lines)
    for table, column in sites:
        points = table.geometry.to_numpy()
        assert shapely.distance(points, lines[tree.nearest(points)]).max() < 300
        homes = townships.geometry.loc[table[column]].to_numpy()
        assert (shapely.distance(homes, points) < 30).all()


def test_the_targets_can_be_reached_by_a_quick_straight_line_estimate(
    communities, villages, candidates, institutions
):
    built = communities[communities["建设状态"] == "已建成"]
    registered = institutions[institutions["备案状态"] == "已备案"]
    usable = candidates[candidates["排除原因"].isna()]
    people = np.concatenate([built["常住人口"], villages["常住人口"]])
    homes = np.vstack([coordinates(built), coordinates(villages)])
    # 1,000 m and 5 km; streets and mountain roads are about a third longer than the straight line
    reach = np.where(
        np.concatenate([built["城乡"] == "城区", np.zeros(len(villages), dtype=bool)]), 750, 3700
    )
    covers = cdist(np.vstack([coordinates(registered), coordinates(usable)]), homes) <= reach
    served = covers[: len(registered)].any(axis=0)
    places = int(registered["托位数"].sum())
    assert people[served].sum() / people.sum() < 0.6
    n = 0
    while people[served].sum() / people.sum() < 0.9:
        best = int(((covers[len(registered) :] & ~served) @ people).argmax())
        served |= covers[len(registered) + best]
        places += int(usable["托位数"].iloc[best])
        n += 1
        assert n <= 32
    assert n >= 15
    assert registered["托位数"].sum() + usable["托位数"].nlargest(30).sum() > 1552
