from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.network import WALK_M, WALK_MIN, attach, cost_matrix, from_edges, read_osm, walk_stretch
from tuoyu_geo.reach.terrain import read_elevation


def tobler_kph(slope):
    return 6 * np.exp(-3.5 * np.abs(slope + 0.05))


def test_an_even_slope_is_toblers_hiking_function():
    # 600 m that rise 60 m: up at 10 %, down at 10 %
    network = from_edges([(0, 0), (600, 0), (600, 600)], [0, 1], [1, 2])
    stretch = walk_stretch(network, lambda xy: xy[:, 0] / 10)
    up, down = tobler_kph(0) / tobler_kph(0.1), tobler_kph(0) / tobler_kph(-0.1)
    assert stretch[0] == pytest.approx([up, down])
    assert (up, down) == pytest.approx((1.419, 1.0), rel=1e-4)
    assert stretch[1] == pytest.approx([1, 1])  # along the hill


def test_a_ridge_between_two_nodes_counts_and_a_bridge_or_unknown_ground_does_not():
    def ridge(xy):
        return 60 - np.abs(xy[:, 0] - 300) / 5

    network = from_edges([(0, 0), (600, 0)], [0, 0], [1, 1], bridge=[False, True])
    over, level = walk_stretch(network, ridge)
    both = (tobler_kph(0) / tobler_kph(0.2) + tobler_kph(0) / tobler_kph(-0.2)) / 2
    assert over == pytest.approx([both, both])
    assert level == pytest.approx([1, 1])
    assert walk_stretch(network, lambda xy: np.full(len(xy), np.nan)).tolist() == [[1, 1], [1, 1]]


def test_parts_of_a_split_street_take_as_long_as_the_whole():
    network = from_edges([(0, 0), (600, 0)], [0], [1])
    hilly = replace(network, walk_stretch=walk_stretch(network, lambda xy: (xy[:, 0] / 80) ** 2))
    attached = attach(hilly, [(200, 0), (450, 0)], max_snap_m=1)
    whole = cost_matrix(hilly, [0, 1], [1, 0], np.inf, mode=WALK_MIN).toarray()
    assert cost_matrix(attached.network, [0, 1], [1, 0], np.inf, mode=WALK_MIN).toarray() == pytest.approx(
        whole
    )
    assert whole[0, 0] > whole[1, 1]


def test_rasters_that_are_none(tmp_path):
    with pytest.raises(LayerNotFoundError, match="absent"):
        read_elevation(tmp_path / "absent.tif", crs="EPSG:4548")
    (tmp_path / "wrong.tif").write_bytes(b"no raster")
    with pytest.raises(NetworkError, match="wrong"):
        read_elevation(tmp_path / "wrong.tif", crs="EPSG:4548")


@pytest.mark.shared
def test_real_hills_by_scipy(shared):
    """The hilly centre of Porto Alegre: SciPy's Dijkstra on arcs whose times are worked out here once more."""
    import rasterio
    from pyproj import Transformer

    network = read_osm(shared / "osm" / "poa_centre_5x4km.osm.bz2")
    path = shared / "osm" / "poa_elevation.tif"
    hilly = replace(network, walk_stretch=walk_stretch(network, read_elevation(path, crs=network.crs)))
    # heights at the nodes, read by rasterio itself
    with rasterio.open(path) as raster:
        to_raster = Transformer.from_crs(network.crs, raster.crs.to_wkt(), always_xy=True)
        at = np.column_stack(to_raster.transform(*network.xy.T))
        cells = np.array([one[0] for one in raster.sample(at)], dtype=float)
    ours = read_elevation(path, crs=network.crs)(network.xy)
    known = np.isfinite(ours)
    assert known.mean() > 0.95
    assert np.median(np.abs(ours - cells)[known]) < 2  # between the cells' middles against the cell itself
    minutes = network.length_m[:, None] / 80 * hilly.walk_stretch
    usable = network.foot & ~network.edges_of("motorway", "motorway_link") & (network.u != network.v)
    tail = np.concatenate([network.u[usable], network.v[usable]])
    head = np.concatenate([network.v[usable], network.u[usable]])
    time = np.concatenate([minutes[usable, 0], minutes[usable, 1]])
    order = np.lexsort([time, head, tail])
    tail, head, time = tail[order], head[order], time[order]
    first = np.append(True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1]))
    graph = csr_array((time[first], (tail[first], head[first])), shape=(network.n_node, network.n_node))
    sources = np.arange(0, network.n_node, 97)
    expected = dijkstra(graph, indices=sources, limit=15)
    found = cost_matrix(hilly, sources, np.arange(network.n_node), 15, mode=WALK_MIN)
    dense = np.full(expected.shape, np.inf)
    dense[np.repeat(np.arange(len(sources)), np.diff(found.indptr)), found.indices] = found.data
    both = np.isfinite(expected)
    assert np.array_equal(np.isfinite(dense), both)
    assert np.abs(dense[both] - expected[both]).max() < 1e-6
    # hills take time, and the metres stay what they were
    flat = cost_matrix(network, sources, np.arange(network.n_node), 15, mode=WALK_MIN)
    assert found.nnz < flat.nnz
    metres = [cost_matrix(one, sources, sources, 3000, mode=WALK_M) for one in (network, hilly)]
    assert (metres[0] != metres[1]).nnz == 0
