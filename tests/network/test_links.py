import re

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from tuoyu_geo.errors import LayerNotFoundError, NetworkError
from tuoyu_geo.network import CAR_MIN, WALK_M, adjacency, cost_matrix, impedance, read_links

NODES = """node_id,name,x_coord,y_coord
10,a,536000,2873000
20,b,536100,2873000
30,c,536100,2873200
40,d,536300,2873200
"""
LINKS = """link_id,from_node_id,to_node_id,directed,facility_type,free_speed,length,length_m,allowed_uses,bridge,geometry
1,10,20,false,primary,60,0.1,,,,
2,20,30,true,residential,,0.2,250,"walk,bike,auto",,
3,30,40,0,motorway,,0.3,,auto,1,"LINESTRING (536100 2873200, 536100 2873400, 536300 2873200)"
"""


@pytest.fixture
def write(tmp_path):
    def tables(links=LINKS, nodes=NODES, *, names=("link.csv", "node.csv"), encoding="utf-8"):
        for name, words in zip(names, (links, nodes), strict=True):
            (tmp_path / name).write_bytes(words.encode(encoding))
        return tmp_path / names[0]

    return tables


def test_links_and_nodes_become_streets(write):
    network = read_links(write(), source_crs="EPSG:4548")
    assert network.crs == "EPSG:4548"
    assert network.node_id.tolist() == [10, 20, 30, 40]
    assert (network.u.tolist(), network.v.tolist()) == ([0, 1, 2], [1, 2, 3])
    # the straight line, the stated metres (a bare `length` has no unit), the drawn line
    assert network.length_m.tolist() == pytest.approx([100, 250, 200 + np.hypot(200, 200)])
    assert network.oneway.tolist() == [0, 1, 0]
    assert network.bridge.tolist() == [False, False, True]
    assert network.foot.tolist() == [True, True, False]
    assert impedance(network, CAR_MIN).tolist() == pytest.approx([0.1, 0.5, network.length_m[2] / 1500])
    assert cost_matrix(network, [2], [0], np.inf, mode=CAR_MIN).nnz == 0
    assert cost_matrix(network, [2], [0], np.inf, mode=WALK_M).toarray().tolist() == [[350]]
    assert network.lonlat[0] == pytest.approx([117.36, 25.96], abs=0.02)
    expected = dijkstra(adjacency(network))
    assert np.allclose(
        cost_matrix(network, np.arange(4), np.arange(4), np.inf).toarray(), expected, rtol=0, atol=1e-6
    )


def test_degrees_chinese_headers_and_gbk(write):
    links = "起点,终点,单行,道路等级\n甲,乙,否,主干路\n乙,丙,是,支路\n"
    nodes = "节点编号,经度,纬度\n甲,117.0,26.0\n乙,117.001,26.0\n丙,117.001,26.001\n"
    network = read_links(write(links, nodes, names=("路段_link.csv", "路段_node.csv"), encoding="gb18030"))
    assert network.node_id.tolist() == ["甲", "乙", "丙"]
    assert network.crs == "EPSG:32650"
    assert network.length_m.round().tolist() == [100, 111]
    assert network.oneway.tolist() == [0, 1]
    gauss = read_links(write(links, nodes), crs=4548)
    assert gauss.crs == "EPSG:4548"
    assert gauss.xy[0, 0] == pytest.approx(500_000, abs=0.01)


@pytest.mark.parametrize(
    ("links", "nodes", "said"),
    [
        (LINKS.replace("3,30,40", "3,30,99"), NODES, "第4行.*99"),
        (LINKS, NODES.replace("40,d", "10,d"), "第5行.*10"),
        (LINKS, NODES.replace("536300,", "east,"), "第5行.*east"),
        (LINKS, NODES.replace("x_coord", "abscissa"), "x_coord"),
        (LINKS.replace("to_node_id", "ziel"), NODES, "to_node_id"),
        (LINKS.replace("LINESTRING (", "POINT ("), NODES, "第4行.*POINT"),
        (LINKS.partition("\n")[0] + "\n", NODES, "link.csv"),
    ],
)
def test_faults_name_the_table_and_the_row(write, links, nodes, said):
    with pytest.raises(NetworkError, match=said):
        read_links(write(links, nodes), source_crs="EPSG:4548")


def test_a_node_table_that_is_not_there(write, tmp_path):
    path = write()
    (tmp_path / "node.csv").unlink()
    with pytest.raises(LayerNotFoundError, match=re.escape("node.csv")):
        read_links(path)
    with pytest.raises(LayerNotFoundError, match="absent"):
        read_links(tmp_path / "absent.csv", tmp_path / "absent_nodes.csv")
