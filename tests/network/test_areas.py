import numpy as np
import pytest
import shapely

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import CAR_MIN, WALK_M, attach, cost_matrix, from_edges, read_osm
from tuoyu_geo.network.areas import service_areas
from tuoyu_geo.network.reached import along_m, cut_out, reached_parts


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
        # nothing lies farther from a reached street than the buffer, filled holes and simplification can account for
        rim = shapely.points(shapely.get_coordinates(area))
        assert shapely.distance(rim, shapely.multilinestrings(lines)).max() < 50 * 1.2
