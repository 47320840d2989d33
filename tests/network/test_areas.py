import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import CAR_MIN, WALK_M, attach, cost_matrix, from_edges, read_osm
from tuoyu_geo.network.areas import service_areas
from tuoyu_geo.network.mode import usable
from tuoyu_geo.network.reached import Parts, along_m, cut_out, reached_parts


def reached(network, nodes, cutoff, mode=WALK_M):
    return [parts[0] for parts in reached_parts(network, np.asarray(nodes), [cutoff], mode=mode)]


def total_m(network, parts):
    return ((parts.end - parts.begin) * network.length_m[parts.edge]).sum()


def test_streets_are_reached_up_to_exactly_the_cutoff(town):
    network = town()
    # from node 1 within 150 m: 100 m to 0, 100 m to 5, then 50 m on from each of 0 (up) and 5 (left, up, bridge)
    (parts,) = reached(network, [1], 150)
    assert total_m(network, parts) == pytest.approx(100 + 100 + 50 + 3 * 50)
    coords, offsets = cut_out(network, parts, along_m(network))
    lines = shapely.linestrings(coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
    assert shapely.length(lines).sum() == pytest.approx(400)
    assert shapely.distance(shapely.union_all(lines), shapely.Point(150, 100)) == pytest.approx(0)


def test_a_street_reached_from_both_ends_is_whole_or_has_a_gap():
    ring = from_edges([(0, 0), (100, 0), (50, 50)], [0, 0, 1], [1, 2, 2], length_m=[100, 100, 100])
    assert total_m(ring, reached(ring, [0], 140)[0]) == pytest.approx(100 + 100 + 80)
    assert total_m(ring, reached(ring, [0], 150)[0]) == pytest.approx(300)


def test_one_way_streets_are_entered_from_one_end():
    network = from_edges([(0, 0), (1000, 0), (-1000, 0)], [0, 0], [1, 2], oneway=[1, -1])
    (parts,) = reached(network, [0], 1, CAR_MIN)
    assert parts.edge.tolist() == [0]
    assert parts.end[0] == pytest.approx(1 / 2)


def test_the_other_points_connectors_are_left_out():
    network = from_edges([(0, 0), (100, 0)], [0], [1])
    attached = attach(network, [(50, 30), (60, 200)], max_snap_m=500)
    (parts,) = reached(attached.network, attached.node_idx[:1], 300)
    assert total_m(attached.network, parts) == pytest.approx(30 + 100)


def test_many_facilities_have_the_areas_that_each_has_alone():
    # lanes across a plain of 9 km: no diagram holds all of them
    rng = np.random.default_rng(1)
    n = 31
    xy = np.stack(np.meshgrid(np.arange(n), np.arange(n)), axis=-1) * 300.0 + rng.uniform(-90, 90, (n, n, 2))
    number = np.arange(n * n).reshape(n, n)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    some = rng.random(len(u)) < 0.8
    plain = from_edges(xy.reshape(-1, 2), u[some], v[some])
    nodes = rng.choice(n * n, 40, replace=False)
    together = service_areas(plain, nodes, [400, 900])
    for row, node in zip(together, nodes, strict=True):
        (alone,) = service_areas(plain, [node], [400, 900])
        assert [a.equals_exact(b, 0.002) for a, b in zip(row, alone, strict=True)] == [True, True]


def test_streets_far_away_change_nothing():
    # one straight street, and a second one that lies beyond what an area of the first can touch
    near = [(0, 0), (300, 0), (300, 300)]
    alone = from_edges(near, [0, 1], [1, 2])
    with_far = from_edges([*near, (5000, 0), (5000, 900)], [3, 0, 1], [4, 1, 2])
    here = service_areas(alone, [0], [100, 450])[0]
    same = service_areas(with_far, [0], [100, 450])[0]
    assert all(a.symmetric_difference(b).area < 1 for a, b in zip(here, same, strict=True))


def test_the_area_keeps_to_its_bank_of_the_river(town):
    network = town()
    (here, across), (nowhere, _) = service_areas(network, [1, -1], [150, 400], buffer_m=20)
    assert here.covers(shapely.LineString([(0, 0), (100, 0), (100, 150)]))
    assert not here.intersects(shapely.Point(200, 0))
    assert not here.intersects(shapely.Point(150, 0))  # mid-river, 50 m away from both quays
    assert across.covers(shapely.LineString([(200, 0), (200, 100), (200, 200)]))
    assert not across.intersects(shapely.Point(150, 0))
    assert across.intersects(shapely.Point(150, 100))
    assert nowhere.is_empty
    assert here.difference(across).area < 0.01 * here.area  # the rounded ends differ by slivers


@pytest.mark.parametrize(("cutoffs", "options"), [([], {}), ([-1], {}), ([100], {"buffer_m": 0})])
def test_areas_that_are_none_are_refused(town, cutoffs, options):
    with pytest.raises(NetworkError):
        service_areas(town(), [0], cutoffs, **options)


def canal(gap_m=30.0, length_m=600.0):
    """Two quays along a canal, joined by a bridge at their far end, and a street at each quay's beginning."""
    xy = [(0, 0), (length_m, 0), (0, gap_m), (length_m, gap_m), (0, -200), (0, gap_m + 200)]
    return from_edges(xy, [0, 2, 1, 0, 2], [1, 3, 3, 4, 5], bridge=[False, False, True, False, False])


@pytest.mark.parametrize("gap_m", [8.0, 30.0, 90.0])
def test_the_other_quay_of_a_canal_is_left_out_until_the_bridge_is_crossed(gap_m):
    network = canal(gap_m)
    here, there = shapely.LineString([(0, 0), (600, 0)]), shapely.LineString([(0, gap_m), (600, gap_m)])
    near, across = service_areas(network, [0], [500, 600 + gap_m + 100])[0]
    assert near.covers(shapely.LineString([(0, 0), (500, 0)]))
    assert near.intersection(there).is_empty
    assert near.intersection(there.parallel_offset(40, "left")).is_empty
    assert across.covers(here)
    assert across.covers(shapely.LineString([(600, 0), (600, gap_m), (500, gap_m)]))
    assert not across.intersects(shapely.LineString([(0, gap_m), (470, gap_m)]))


def test_water_and_the_bank_behind_it_are_taken_out_and_reached_bridges_stay():
    # no street on the north bank of a 30 m canal, but a bridge to a lane that leads away
    network = from_edges(
        [(0, 0), (600, 0), (600, 50), (600, 300)], [0, 1, 2], [1, 2, 3], bridge=[False, True, False]
    )
    water = shapely.box(-100, 10, 700, 40)
    dry, crossed = service_areas(network, [0], [500, 800], water=[water])[0]
    assert dry.covers(shapely.LineString([(0, 0), (500, 0)]))
    assert dry.intersection(shapely.box(-100, 10, 700, 300)).area < 1e-6
    assert crossed.covers(shapely.LineString([(600, 0), (600, 200)]))
    assert not crossed.intersects(shapely.Point(300, 45))
    assert crossed.intersection(water).area < 30 * 10 * 1.2  # the bridge, 10 m wide
    without = service_areas(network, [0], [500])[0, 0]
    assert without.intersects(shapely.Point(300, 45))


def test_holes_stay_and_a_block_is_filled():
    def square(side):
        return from_edges([(0, 0), (side, 0), (side, side), (0, side)], [0, 1, 2, 3], [1, 2, 3, 0])

    (block,) = service_areas(square(180), [0], [5000])[0]
    assert block.covers(shapely.box(0, 0, 180, 180))
    (ring,) = service_areas(square(600), [0], [5000])[0]
    assert len(ring.interiors) == 1
    assert not ring.intersects(shapely.Point(300, 300))
    assert ring.covers(shapely.box(0, 0, 600, 600).exterior)
    # a walled estate in the middle, its lanes joined to nothing
    lanes = [(*a, *b) for a, b in (((80, 80), (100, 80)), ((80, 100), (100, 100)), ((90, 70), (90, 110)))]
    xy = [(0, 0), (180, 0), (180, 180), (0, 180), *[p for lane in lanes for p in (lane[:2], lane[2:])]]
    walled = from_edges(xy, [0, 1, 2, 3, 4, 6, 8], [1, 2, 3, 0, 5, 7, 9])
    (area,) = service_areas(walled, [0], [5000])[0]
    assert len(area.interiors) == 1
    assert not area.intersects(shapely.box(80, 80, 100, 100))


def test_one_bad_point_fails_alone():
    # node 2 lies alone, 3 and 4 are one place, and -1 is nowhere
    network = from_edges([(0, 0), (100, 0), (500, 500), (900, 0), (900, 0)], [0, 3], [1, 4])
    areas = service_areas(network, [0, 2, -1, 3, 1], [50, 400])
    assert shapely.is_valid(areas).all()
    assert shapely.is_empty(areas).tolist() == [[False] * 2, [True] * 2, [True] * 2, [False] * 2, [False] * 2]
    assert areas[0, 1].covers(shapely.LineString([(0, 0), (100, 0)]))
    assert service_areas(network, [-1, -1], [50]).shape == (2, 1)


def test_one_way_streets_and_slopes_differ_inbound():
    network = from_edges([(0, 0), (1000, 0), (-1000, 0)], [0, 0], [1, 2], oneway=[1, -1])
    out, inbound = (
        service_areas(network, [0], [1], mode=CAR_MIN, inbound=inbound)[0, 0] for inbound in (False, True)
    )
    assert out.covers(shapely.LineString([(0, 0), (500, 0)]))
    assert not out.intersects(shapely.LineString([(-60, 0), (-1000, 0)]))
    assert inbound.covers(shapely.LineString([(-500, 0), (0, 0)]))
    assert not inbound.intersects(shapely.LineString([(60, 0), (1000, 0)]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
@example(165)  # a street that ends 1.5 mm outside
def test_any_network_gives_valid_areas_that_hold_what_is_reached(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    xy = rng.uniform(0, rng.choice([30, 300, 3000]), (n, 2))
    if rng.random() < 0.5:
        xy = np.round(xy, -1)  # many points in a row, and in one place
    u, v = rng.integers(0, n, (2, 2 * n))
    network = from_edges(xy, u, v, bridge=rng.random(2 * n) < 0.2)
    cutoffs = [100, 700]
    areas = service_areas(network, np.arange(n), cutoffs)
    assert shapely.is_valid(areas).all()
    found = reached_parts(network, np.arange(n), cutoffs, mode=WALK_M)
    for row, by_cutoff in zip(areas, found, strict=True):
        for area, parts in zip(row, by_cutoff, strict=True):
            coords, offsets = cut_out(network, parts, along_m(network))
            if len(offsets) > 1:
                lines = shapely.linestrings(
                    coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
                )
                assert shapely.covers(area.buffer(0.01), lines).all()


@pytest.mark.shared
def test_real_areas_hold_every_reached_street_and_little_else(shared):
    network = read_osm(shared / "osm" / "poa_centre_5x4km.osm.bz2")
    rng = np.random.default_rng(0)
    attached = attach(network, network.xy[rng.choice(network.n_node, 12)] + 15, max_snap_m=300)
    streets = attached.network
    areas = service_areas(streets, attached.node_idx, [800])[:, 0]
    cost = cost_matrix(streets, attached.node_idx, np.arange(streets.n_node), 800, mode=WALK_M)
    for i, (area, parts) in enumerate(zip(areas, reached(streets, attached.node_idx, 800), strict=True)):
        assert area.is_valid
        coords, offsets = cut_out(streets, parts, along_m(streets))
        lines = shapely.linestrings(coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
        assert area.covers(shapely.union_all(lines))
        nodes = cost.indices[cost.indptr[i] : cost.indptr[i + 1]]
        on_street = nodes[np.isin(nodes, streets.u) & (nodes < network.n_node)]
        assert shapely.covers(area, shapely.points(streets.xy[on_street])).all()
        # nothing lies farther from a reached street than the middle of a block may
        rim = shapely.points(shapely.get_coordinates(area))
        assert shapely.distance(rim, shapely.multilinestrings(lines)).max() < 2 * 50 * 1.1
        # and nothing is nearer to a street that isn't reached, past the end of one that is
        ground = usable(streets, WALK_M) & ~streets.bridge & ~streets.tunnel & ~streets.edges_of("connector")
        untouched = np.setdiff1d(np.flatnonzero(ground), parts.edge)
        all_of = Parts(untouched, np.zeros(len(untouched)), np.ones(len(untouched)))
        coords, offsets = cut_out(streets, all_of, along_m(streets))
        others = shapely.linestrings(coords, indices=np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
        inside = shapely.length(shapely.intersection(shapely.multilinestrings(others), area))
        assert inside < 0.01 * shapely.length(lines).sum()
