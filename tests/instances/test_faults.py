"""Files that can't be what they seem: one finding each, all together, and never a traceback."""

import sys

import pytest
from benchmarks.instances import __main__ as command
from benchmarks.instances.answers import Known
from benchmarks.instances.judge import compare

# One site: node 3, 5 + 2 + 0 + 4 + 4.
GRAPH = "5 5 1\n1 2 9\n2 3 2\n3 4 4\n2 1 3\n4 5 0\n"

BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t\n", "empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\xff", "not text"),
    "zeros": (b"3 2 1\x00", "zero bytes"),
    "letters": (b"3 2 1\n1 2 x7\n2 3 4\n", "'x7' is no number"),
    "underscore": (b"3 2 1\n1 2 1_0\n2 3 4\n", "'1_0' is no number"),
    "nan": (b"3 2 1\n1 2 nan\n2 3 4\n", "'nan' is no number"),
    "endless": (b"3 2 1\n1 2 1e999\n2 3 4\n", "'1e999' is no number"),
    "truncated": (b"3 2 1\n1 2 7\n2 3", "m says 2 edges, 1.66667 follow"),
    "too_long": (b"3 2 1\n1 2 7\n2 3 4\n1 3 9\n", "m says 2 edges, 3 follow"),
    "head_alone": (b"100 200 5\n", "m says 200 edges, 0 follow"),
    "negative_n": (b"-3 2 1\n1 2 7\n2 3 4\n", "n is -3"),
    "half_a_node": (b"3 2 1\n1 2.5 7\n2 3 4\n", "edge 1 runs from 1 to 2.5"),
    "huge_n": (b"1000000000 1 5\n1 2 3\n", "n is 1,000,000,000"),
    "huge_digits": (b"9" * 5000 + b" 1 5\n1 2 3\n", "is no number"),
    "p_over_n": (b"3 2 4\n1 2 7\n2 3 4\n", "p is 4, of 3"),
    "no_site": (b"3 2 0\n1 2 7\n2 3 4\n", "p is 0"),
    "node_outside": (b"3 2 1\n1 9 7\n2 3 4\n", "edge 1 runs from 1 to 9"),
    "negative_edge": (b"3 2 1\n1 2 -7\n2 3 4\n", "edge 1 costs -7"),
    "cap_short": (b"1 20\n3 1 9\n1 0 0 1\n2 1 1 1\n", "n says 3 customers, 2 follow"),
    "cap_long": (b"1 20\n1 1 9\n1 0 0 1\n2 1 1 1\n", "4 numbers too many"),
    "cap_few": (b"2\n1 20\n1 1 9\n1 0 0 1\n", "2 problems said, 1 follow"),
    "cap_twice": (b"1 20\n2 1 9\n1 0 0 1\n1 1 1 1\n", "not 1 to 2"),
    "cap_no_room": (b"1 20\n1 1 0\n1 0 0 1\n", "Q is 0"),
    "cap_negative": (b"1 20\n2 1 9\n1 0 0 1\n2 1 1 -1\n", "customer 2 has a demand of -1"),
    "cap_huge": (b"1 20\n99999999 1 9\n1 0 0 1\n", "n is 99,999,999"),
    "places_short": (b"4\n0 0\n1 1\n", "n says 4 places, 2 follow"),
    "places_negative": (b"-4\n0 0\n1 1\n", "n says -4 places"),
    "places_alone": (b"2\n0 0\n1 1\n", "no list of 2 numbers"),
    "demand_alone": (b"1\n2\n3\n", "3 numbers, and no set of as many places"),
    "demand_negative": (b"1\n-2\n3\n", "a demand of -2"),
    "demand_letters": (b"1\n2b\n3\n", "'2b' is no number"),
    "widths": (b"1 2 3 4 5\n1 2 3 4 5\n", "numbers in lines of 5, 5"),
    "pairs_letters": (b"distance,a,b\n1,x,y\n2o,x,z\n", "distance is '2o'"),
    "pairs_twice": (b"distance,a,b\n1,x,y\n2,x,y\n", "x - y stands twice"),
    "pairs_negative": (b"distance,a,b\n1,x,y\n-2,x,z\n", "below 0"),
    "pairs_demand": (b"distance,a,b,demand\n1,x,s,5\n2,y,s,6\n3,x,t,7\n4,y,t,6\n", "differs between rows"),
    "pairs_ragged": (b"distance,a,b\n1,x,y\n2,x,z\n3,x\n", "2 cells under 3 headings"),
    "pairs_heading": (b"distance,a,b\n", "no row below"),
    "wide_letters": (b"id,s1,s2\na,1,2\nb,3,4\nc,x,5\n", "s1 is 'x'"),
    "wide_empty": (b"id,s1,s2\na,1,2\nb,3,4\nc,,5\n", "s1 is ''"),
    "wide_twice": (b"id,s1,s2\na,1,2\na,3,4\n", "a stands twice"),
    "clients_alone": (b"x,y,weight\n1,2,3\n", "no table of facilities"),
    "clients_nan": (b"x,y,weight\n1,nan,3\n", "y is 'nan'"),
    "optima_letters": (b"Data file best\na 5\nb 6\nc 7\nd 58l9\n", "'d 58l9' is no name with a number"),
    "optima_twice": (b"a 5\nb 6\na 7\n", "a has two values"),
}


def called(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["instances", *map(str, arguments)])
    monkeypatch.setattr(command, "warm_up", lambda: None)
    status = command.main()
    return status, capsys.readouterr().out


@pytest.mark.parametrize("name", BAD)
def test_a_file_at_fault_alone(tmp_path, monkeypatch, capsys, name):
    content, said = BAD[name]
    (tmp_path / f"{name}.txt").write_bytes(content)
    status, out = called(monkeypatch, capsys, tmp_path / f"{name}.txt")
    (line,) = [line for line in out.splitlines() if line.startswith("CAN'T BE READ")]
    assert said in line
    assert status == 1


def test_all_faults_together_beside_what_can_be_solved(tmp_path, monkeypatch, capsys):
    # Those that only stand alone find what they lack in the others' company.
    names = [name for name in BAD if "alone" not in name]
    for name in names:
        (tmp_path / f"{name}.txt").write_bytes(BAD[name][0])
    (tmp_path / "good").write_text(GRAPH, encoding="utf-8")
    status, out = called(monkeypatch, capsys, tmp_path)
    found = [line for line in out.splitlines() if line.startswith("CAN'T BE READ")]
    assert len(found) == len(names)
    assert "1 tasks, 1 proven" in out
    assert status == 1


def test_places_and_demand_of_other_lengths(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.txt").write_text("3\n0 0\n1 1\n2 2\n", encoding="utf-8")
    (tmp_path / "demand-a.dat").write_text("1\n2\n", encoding="utf-8")
    status, out = called(monkeypatch, capsys, tmp_path)
    assert "demand-a.dat 2" in out
    assert out.count("CAN'T BE READ") == 2
    assert status == 1


def test_a_demand_that_lacks_places(tmp_path, monkeypatch, capsys):
    (tmp_path / "m.csv").write_text("id,s1,s2\na,1,2\nb,3,4\nc,5,6\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("id,demand\na,1\nb,2\n", encoding="utf-8")
    status, out = called(monkeypatch, capsys, tmp_path)
    assert "d.csv has no demand for 1 places: c" in out
    assert status == 1


def test_prose_and_pictures_are_passed_over(tmp_path, monkeypatch, capsys):
    (tmp_path / "good").write_text(GRAPH, encoding="utf-8")
    (tmp_path / "LICENSE").write_text(
        "YEAR: 2022\nCOPYRIGHT HOLDER: Somebody, and others\n", encoding="utf-8"
    )
    (tmp_path / "README.md").write_text("# Hello, world\n\nOf 3 files, 2 are good.\n", encoding="utf-8")
    (tmp_path / "a.geojson").write_text(
        '{"type": "FeatureCollection",\n"features": [1, 2, 3]}\n', encoding="utf-8"
    )
    (tmp_path / "commas.csv").write_text(",,\n,,\n", encoding="utf-8")
    (tmp_path / "map.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    status, out = called(monkeypatch, capsys, tmp_path)
    assert out.count("passed over") == 5
    assert status == 0


def test_nothing_to_solve_is_no_success(tmp_path, monkeypatch, capsys):
    status, out = called(monkeypatch, capsys, tmp_path)
    assert "No instance found." in out
    assert status == 1


@pytest.mark.parametrize(("best", "status"), [("15", 0), ("14", 1), ("16", 1)])
def test_an_answer_that_contradicts_ends_in_1(tmp_path, monkeypatch, capsys, best, status):
    (tmp_path / "g.txt").write_text(GRAPH, encoding="utf-8")
    (tmp_path / "optima.txt").write_text(f"g {best}\n", encoding="utf-8")
    found, out = called(monkeypatch, capsys, tmp_path, "--table", tmp_path / "t.md")
    assert found == status
    assert ("CONTRADICTS" in out) == bool(status)
    assert f"| g | p_median p=1 | 5 x 5 | 15 | {best} |" in (tmp_path / "t.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("ours", "bound", "status", "is_most", "beside", "n_fault"),
    [
        (105, 100, "feasible", False, "5.00% worse", 0),
        (105, 101, "feasible", False, "contradicts", 1),
        (105, 105, "optimal", False, "contradicts", 2),
        (95, 90, "feasible", False, "contradicts", 1),
        (95, 110, "feasible", True, "5.00% worse", 0),
        (95, 99, "feasible", True, "contradicts", 1),
        (100.0004, 100.0004, "optimal", False, "same", 0),
        (100, 100, "infeasible", False, "contradicts", 1),
    ],
)
def test_what_contradicts(*, ours, bound, status, is_most, beside, n_fault):
    known = Known(answer="100.000", source="a book")
    found, faults = compare(known, ours=ours, bound=bound, status=status, gap=0.0, is_most=is_most)
    assert (found, len(faults)) == (beside, n_fault)


def test_a_best_known_answer_may_be_bettered():
    known = Known(answer="100", source="the file", is_best=False)
    assert compare(known, ours=90, bound=90, status="optimal", gap=0.0, is_most=False) == (
        "10.00% better",
        [],
    )


@pytest.mark.parametrize("arguments", [["nowhere"], ["--gap", "-1", "."], ["--time-limit-s", "0", "."]])
def test_wrong_usage_ends_in_2(monkeypatch, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        called(monkeypatch, capsys, *arguments)
    assert ended.value.code == 2
