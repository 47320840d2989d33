"""A project on a real street network: the centre of Porto Alegre, 222 cells with people, schools as institutions."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.csgraph import dijkstra, maximum_flow
from scipy.spatial import cKDTree
from shapely.geometry import box

import tuoyu_geo as tg
from tuoyu_geo.network import StreetNetwork, read_osm

pytestmark = pytest.mark.shared
PINNED = {"covered": 0.97595, "gini": 0.32275, "unmet": 51.53}
"""Share of residents within 1,000 m, Gini of places per child by 2SFCA, and places asked for that find none."""


@pytest.fixture(scope="module")
def cells(shared) -> pd.DataFrame:
    return pd.read_csv(shared / "osm" / "poa_centre_5x4km_hexgrid.csv")


@pytest.fixture(scope="module")
def project(shared, cells, lattice, tmp_path_factory) -> tg.Project:
    folder: Path = tmp_path_factory.mktemp("streets")
    streets = shared / "osm" / "poa_centre_5x4km.osm.bz2"
    settings = lattice.PROJECT.replace('crs = "EPSG:4548"', 'crs = "EPSG:31982"', 1)
    settings = settings.replace(
        'path = "roads.gpkg"\ncrs = "EPSG:4548"', f'path = "{streets.as_posix()}"\ncrs = "EPSG:4326"'
    )
    settings = settings.replace('[layers.villages]\npath = "villages.csv"\ncrs = "EPSG:4548"\n', "")
    settings = settings.replace('date = "2026-01-01"', 'date = "2026-01-01"\nallow_paths_outside = true', 1)
    settings = settings.replace('crs = "EPSG:4548"', 'crs = "EPSG:4326"')
    policy = lattice.POLICY.replace("compare_m = [300, 500, 1000]", "compare_m = [500, 800, 1000, 2000]")
    policy = (
        policy.split("[[quotas]]")[0]
        + '[[quotas]]\ntownship_id = "999900001"\nname = "甲街道"\nminimum = 1\n[[clauses]]'
        + policy.split("[[clauses]]", 1)[1]
    )
    (folder / "project.toml").write_text(settings, encoding="utf-8")
    (folder / "policy.toml").write_text(policy, encoding="utf-8")
    bounds = (
        cells["lon"].min() - 0.01,
        cells["lat"].min() - 0.01,
        cells["lon"].max() + 0.01,
        cells["lat"].max() + 0.01,
    )
    gpd.GeoDataFrame(
        {"区划代码": ["999900001"], "名称": ["甲街道"]}, geometry=[box(*bounds)], crs="EPSG:4326"
    ).to_file(
        folder / "townships.gpkg",
    )
    estates = pd.DataFrame(
        {
            "编号": cells["id"],
            "小区名称": cells["id"],
            "常住人口": cells["population"],
            "经度": cells["lon"],
            "纬度": cells["lat"],
        }
    )
    estates.to_csv(folder / "communities.csv", index=False)
    schools = cells[cells["schools"] > 0]
    pd.DataFrame(
        {
            "编号": "S" + schools["id"],
            "机构名称": schools["id"],
            "备案状态": "已备案",
            "托位数": 30,
            "经度": schools["lon"],
            "纬度": schools["lat"],
        },
    ).to_csv(folder / "institutions.csv", index=False)
    pd.DataFrame(
        {
            "编号": "C" + cells["id"],
            "名称": cells["id"],
            "托位数": 60,
            "经度": cells["lon"],
            "纬度": cells["lat"],
        },
    ).to_csv(folder / "candidates.csv", index=False)
    return tg.open_project(folder)


def dense_graph(network: StreetNetwork) -> tuple[np.ndarray, np.ndarray, csr_array]:
    """Every street as pieces of 10 m at most, so that the nearest corner is the nearest place on a street."""
    lines = np.split(network.coords, network.offsets[1:-1])
    usable = ~network.edges_of("motorway", "motorway_link") & network.foot
    ground = (~network.bridge & ~network.tunnel)[usable]
    pieces = shapely.segmentize(
        [shapely.linestrings(line) for line, open_ in zip(lines, usable, strict=True) if open_], 10
    )
    xy, line = shapely.get_coordinates(pieces, return_index=True)
    corner, index = np.unique(xy.round(3), axis=0, return_inverse=True)
    same = line[1:] == line[:-1]
    tail, head = index[:-1][same], index[1:][same]
    length = np.maximum(np.hypot(*(xy[1:] - xy[:-1])[same].T), 1e-6)
    table = pd.DataFrame({"tail": np.minimum(tail, head), "head": np.maximum(tail, head), "m": length})
    table = table[table["tail"] != table["head"]].groupby(["tail", "head"], as_index=False)["m"].min()
    doors = np.zeros(len(corner), dtype=bool)
    doors[index[ground[line]]] = True
    return (
        corner,
        doors,
        csr_array((table["m"], (table["tail"], table["head"])), shape=(len(corner), len(corner))),
    )


def test_coverage_agrees_with_scipy_on_the_same_streets(project, cells, shared):
    """SciPy's Dijkstra over streets cut into 10 m pieces, instead of ours from the nearest place on a street."""
    corner, doors, graph = dense_graph(
        read_osm(shared / "osm" / "poa_centre_5x4km.osm.bz2", crs="EPSG:31982")
    )
    points = gpd.GeoSeries(gpd.points_from_xy(cells["lon"], cells["lat"]), crs="EPSG:4326").to_crs(
        "EPSG:31982"
    )
    # Nobody's door opens onto a bridge or into a tunnel.
    snap_m, at = cKDTree(corner[doors]).query(np.column_stack([points.x, points.y]))
    at = np.flatnonzero(doors)[at]
    sources = np.flatnonzero(cells["schools"].to_numpy() > 0)
    way = dijkstra(graph, directed=False, indices=at[sources])[:, at]
    nearest = (way + snap_m[None, :] + snap_m[sources][:, None]).min(axis=0)
    nearest[sources] = 0
    people = cells["population"].to_numpy()
    table = project.access().coverage.set_index(["reading", "standard_m"])["share"]
    assert project.demand().points["residents"].sum() == people.sum() == 223_556
    for standard_m in (500, 800, 1000, 2000):
        theirs = people[nearest <= standard_m].sum() / people.sum()
        assert table["walk_all", standard_m] == pytest.approx(theirs, abs=0.01), standard_m
    curve = project.access().curve
    ours = curve[curve["scope"].eq("all") & curve["reading"].eq("residents")].set_index("standard_m")["share"]
    for standard_m, share in ours.items():
        assert share == pytest.approx(people[nearest <= standard_m].sum() / people.sum(), abs=0.01), (
            standard_m
        )
    # 2SFCA by hand on the same ways: 30 places a school, shared by everybody within 1,000 m.
    ways = way + snap_m[None, :] + snap_m[sources][:, None]
    ways[np.arange(len(sources)), sources] = 0
    within = ways <= 1000
    theirs = within.T @ (30 / (within @ people))
    places = project.access().demand["two_step_per_100"].to_numpy()
    # People and children (3 % of them, in whole numbers) are not quite in proportion, and a way of a metre more or
    # less may move a cell over the edge.
    assert np.corrcoef(theirs, places)[0, 1] > 0.97
    assert places @ people / people.sum() == pytest.approx(
        100 / 0.03 * theirs @ people / people.sum(), rel=0.02
    )


def test_figures_of_real_streets_worked_out_again_with_numpy(project):
    """Places, needs, Gini and the tenth who have least, from the table of ways alone, without the package's measures."""
    reach, access, children = project.reach(), project.access(), project.demand().points["under3"].to_numpy()
    ways = np.full(reach.walk_m.shape, np.inf)
    entries = reach.walk_m.tocoo()
    ways[entries.row, entries.col] = entries.data
    schools = np.flatnonzero(reach.counted_mask)
    within = ways[:, schools] <= 1000
    reached = (children[:, None] * within).sum(axis=0) > 0
    ratio = np.where(reached, 30 / np.maximum((children[:, None] * within).sum(axis=0), 1e-12), 0)
    per_100 = 100 * within @ ratio
    assert access.demand["two_step_per_100"].to_numpy() == pytest.approx(per_100)
    total, mean = children.sum(), (children @ per_100) / children.sum()
    apart = np.abs(per_100[:, None] - per_100[None, :])
    gini = children @ apart @ children / (2 * total**2 * mean)
    measures = access.equity.set_index("measure")
    assert measures.loc["two_step", "gini"] == pytest.approx(gini)
    order = np.lexsort([-ways[:, schools].min(axis=1), per_100])
    taken = np.clip(0.1 * total - (np.cumsum(children[order]) - children[order]), 0, children[order])
    assert measures.loc["two_step", "worst_per_100"] == pytest.approx(
        taken @ per_100[order] / taken.sum(), rel=1e-6
    )
    # 54 schools of 30 places: 1,620 places for needs of 223,556 x 4.5 per 1,000.
    assert access.townships["needed_places"].sum() == pytest.approx(1006.002)
    assert access.townships["served_places"].sum() + access.townships["unmet_places"].sum() == pytest.approx(
        1006.002
    )
    # The most that can be served, as a largest flow in two-thousandths of a place.
    residents = project.demand().points["residents"].to_numpy()
    n, m = within.shape
    arcs = [(0, 1 + i, round(residents[i] * 9)) for i in range(n)] + [
        (1 + n + j, n + m + 1, 60_000) for j in range(m)
    ]
    arcs += [(1 + i, 1 + n + j, 10**8) for i, j in np.argwhere(within)]
    tail, head, most = (np.array(part, dtype=np.int32) for part in zip(*arcs, strict=True))
    graph = csr_array((most, (tail, head)), shape=(n + m + 2, n + m + 2))
    served = maximum_flow(csr_matrix(graph), 0, n + m + 1).flow_value / 2000
    assert access.townships["served_places"].sum() == pytest.approx(served, abs=0.01)
    # The figures themselves, so that a change of any step shows.
    assert access.headline["share"] == pytest.approx(PINNED["covered"], abs=5e-5)
    assert gini == pytest.approx(PINNED["gini"], abs=5e-5)
    assert access.townships["unmet_places"].sum() == pytest.approx(PINNED["unmet"], abs=0.05)


def test_plan_on_real_streets_is_proven(project):
    plan = project.plan()
    head = plan.coverage[plan.coverage["headline"]].iloc[0]
    assert plan.status == "optimal"
    assert head["after"] >= 0.9
    assert plan.outcome.summary["coverage"]["method"] == "network"
    assert (
        plan.outcome.summary["places"]["existing"] + plan.outcome.summary["places"]["proposed"]
        >= 223_556 * 0.0045
    )
