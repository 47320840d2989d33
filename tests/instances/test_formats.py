"""Each format of published instances, from files small enough to be worked out by hand."""

import numpy as np
import pytest
from benchmarks.instances.__main__ import run
from benchmarks.instances.judge import solve
from benchmarks.instances.tasks import gather, tasks_of

# 1 -3- 2 -2- 3 -4- 4 -0- 5: the edge between 1 and 2 stands twice, the other way round, and the last line counts.
GRAPH = "5 5 {p}\n1 2 9\n2 3 2\n3 4 4\n2 1 3\n4 5 0\n"
# Loads 2, 2, 1, 3 and room for 4: only {1, 2} and {3, 4} fit, 10 apart each, though 1 and 3 are neighbours.
CAPACITATED = "{head}4 2 4\n1 0 0 2\n2 10 0 2\n3 0 1 1\n4 10 1.5 3\n"
# Steps of 800 m, which is near enough, and of 801 m, which is not.
PLACES, DEMAND = "4\n0 0\n800 0\n1601 0\n5000 0\n", "5\n1\n7\n3\n"
LONG = (
    "distance,name,DestinationName,demand\n1,A,t1,10\n5,A,t2,20\n9,A,t3,30\n6,B,t1,10\n2,B,t2,20\n1,B,t3,30\n"
)
WIDE = "place,Site 1,Site 2\nup hill,1,6\ndown hill,5,2\nby the sea,9,1\n"
WIDE_DEMAND = "place,demand\nup hill,10\ndown hill,20\nby the sea,30\n"
CLIENTS = "x,y,weight\n0,0,1\n3,4,2\n"
FACILITIES = "x,y,capacity\n0,0,2\n3,4,2\n0,4,1\n"


def written(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def table(*given):
    """The rows by instance and task: ours, known, beside it, status; findings and contradictions."""
    for tally, _ in run(list(given), time_limit_s=20, gap=0.0):
        last = tally
    rows = {(row[0], row[1]): (row[3], row[4], row[5], row[8]) for row in last.rows}
    return rows, {path.name: fault for path, fault in last.findings.items()}, last.contradictions


def test_graph_shortest_ways_and_the_last_line_of_an_edge(tmp_path):
    optima = "Data file   Optimal solution value\ng1 15\ng2.txt 5\n"
    written(
        tmp_path, g1=GRAPH.format(p=1), deep__er__g2_dot_dat=GRAPH.format(p=2), g3=GRAPH.format(p=3), o=optima
    )
    rows, findings, contradictions = table(tmp_path)
    # One site: node 3, 5 + 2 + 0 + 4 + 4. Two: nodes 2 and 4, 3 + 0 + 2 + 0 + 0. Three: 1 or 3 besides, 2.
    assert rows == {
        ("g1", "p_median p=1"): ("15", "15", "same", "optimal"),
        ("g2", "p_median p=2"): ("5", "5", "same", "optimal"),
        ("g3", "p_median p=3"): ("2", "-", "-", "optimal"),
    }
    assert findings == {}
    assert contradictions == []


def test_graph_costs_are_shortest_paths(tmp_path):
    found = gather([written(tmp_path, g=GRAPH.format(p=1)) / "g"])
    (task,) = tasks_of(found, tmp_path / "g")
    assert np.array_equal(task.cost[0], [0, 3, 5, 9, 9])
    assert np.array_equal(task.cost, task.cost.T)


@pytest.mark.parametrize(
    ("head", "known", "beside"),
    [("7 20\n", "20", "same"), ("7 0\n", "-", "-"), ("", "-", "-"), ("1\n7 21\n", "21", "4.76% better")],
)
def test_capacitated_whole_customers_and_rounded_lengths(tmp_path, head, known, beside):
    rows, findings, contradictions = table(written(tmp_path, c_dot_dat=CAPACITATED.format(head=head)))
    assert rows == {("c", "p_median capacity p=2"): ("20", known, beside, "optimal")}
    assert findings == {}
    assert contradictions == []


def test_capacitated_several_in_one_file(tmp_path):
    one = CAPACITATED.format(head="3 20\n")
    rows, _, _ = table(written(tmp_path, all_dot_txt=f"2\n{one}4 20\n{one.split(chr(10), 1)[1]}"))
    assert set(rows) == {("all 3", "p_median capacity p=2"), ("all 4", "p_median capacity p=2")}


def test_capacitated_that_only_a_split_customer_would_fit(tmp_path):
    # 3 + 3 + 2 is 2 x 4, and no two of them fit together.
    rows, _, _ = table(written(tmp_path, c="1 0\n3 2 4\n1 0 0 3\n2 1 0 3\n3 2 0 2\n"))
    assert [row[3] for row in rows.values()] == ["infeasible"]


def test_coverage_set_finds_its_demand_and_its_radius_is_closed(tmp_path):
    other = "9\n9\n9\n9\n"
    written(tmp_path, sets__T4_dot_txt=PLACES, demand__d_T4_dot_dat=DEMAND, demand__zz_dot_dat=other)
    rows, findings, _ = table(tmp_path)
    # One site: 7 (the third alone) beats 5 + 1. Two: 13. Three: all, 16.
    assert [row[0] for row in rows.values()] == ["7", "13", "16", "16"]
    assert findings == {}


def test_coverage_set_takes_answers_by_number_of_sites(tmp_path):
    written(tmp_path, T4=PLACES, T4_demand=DEMAND, answers="T4 p = 1 7\nT4 4 2 13\nT5 4 3 9\n")
    rows, _, contradictions = table(tmp_path)
    assert [row[1] for row in rows.values()] == ["7", "13", "-", "-"]
    assert contradictions == []


def test_a_file_alone_finds_what_lies_beside_it(tmp_path):
    written(tmp_path, T4=PLACES, T4_demand=DEMAND, g1=GRAPH.format(p=1), optima="g1 15\n", broken="4 4\n")
    rows, findings, _ = table(tmp_path / "g1", tmp_path / "T4")
    assert rows["g1", "p_median p=1"][1] == "15"
    assert len(rows) == 5
    assert findings == {}


def test_table_of_pairs(tmp_path):
    rows, findings, _ = table(written(tmp_path, pairs_dot_csv=LONG))
    ours = {task: row[0] for (_, task), row in rows.items()}
    # The middle of 1 1 2 5 6 9 is 3.5, half of it 1.75: t2 is near nobody.
    assert ours == {
        "set_cover <= 1.75": "-",
        "max_coverage p=1 <= 1.75": "30",
        "max_coverage p=2 <= 1.75": "40",
        "p_median p=1": "130",
        "p_median p=2": "80",
        "p_center p=1": "6",
        "p_center p=2": "2",
    }
    assert findings == {}


@pytest.mark.parametrize(
    ("files", "p1", "p2"),
    [
        ({"m_dot_csv": WIDE, "d_dot_csv": WIDE_DEMAND}, "130", "80"),
        ({"m_dot_csv": WIDE}, "9", "4"),
        ({"m_dot_csv": WIDE.replace(",", ";"), "d_dot_csv": WIDE_DEMAND.replace(",", "\t")}, "130", "80"),
        (
            {
                "m_dot_csv": WIDE,
                "d_dot_csv": WIDE_DEMAND.replace("\n", ",0\n").replace("demand,0", "pop2000,x"),
            },
            "130",
            "80",
        ),
    ],
    ids=["with demand", "1 each", "other separators", "a table of places"],
)
def test_table_of_sites(tmp_path, files, p1, p2):
    rows, findings, _ = table(written(tmp_path, **files))
    ours = {task: row[0] for (_, task), row in rows.items()}
    assert (ours["p_median p=1"], ours["p_median p=2"]) == (p1, p2)
    assert findings == {}


def test_clients_and_facilities(tmp_path):
    rows, findings, _ = table(written(tmp_path, a_clients=CLIENTS, a_facilities=FACILITIES))
    # 1.25 x 3 of weight at 5/3 each want three sites, all there are.
    assert {task: row[0] for (_, task), row in rows.items()} == {
        "p_median p=3": "0",
        "p_median capacity p=3": "0",
    }
    assert findings == {}


def test_clients_go_where_there_is_room(tmp_path):
    sites = FACILITIES.replace("0,0,2", "0,0,9").replace("3,4,2", "3,4,1")
    found = gather([*written(tmp_path, c=CLIENTS, f=sites).iterdir()])
    free, roomy = tasks_of(found, tmp_path / "c")
    assert (free.question.p, roomy.question.has_room) == (2, True)
    assert solve(free, time_limit_s=20, gap=0.0).objective == 0
    # The client of weight 2 goes 5 to the first site.
    assert solve(roomy, time_limit_s=20, gap=0.0).objective == 10


def test_ways_among_the_same_places_are_passed_over(tmp_path):
    text = "from_id,to_id,travel_time\na,a,0\na,b,3\nb,a,4\nb,b,0\n"
    found = gather([written(tmp_path, t_dot_csv=text) / "t.csv"])
    assert "nobody is to be sited" in found.passed_over[tmp_path / "t.csv"]
    assert not found.pieces
