"""`python -m benchmarks` on sums of a few numbers: who disagrees, breaks or is late gets no ratio, and it is said."""

import copy
import json
import sys
from pathlib import Path
from statistics import median

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE = "tests.benchmarks.sums"


@pytest.fixture(scope="module")
def command():
    sys.path.insert(0, str(ROOT))
    import benchmarks.__main__ as command

    yield command
    sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def words(command, tmp_path_factory):
    """The page's own words, with those of the sums in place of the real workloads."""
    page = command.WORDS.read_text(encoding="utf-8").partition("\n[workloads.")[0]
    path = tmp_path_factory.mktemp("words") / "words.toml"
    own = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    path.write_text(f"{page}\n{own}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def measured(command, words, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    asked = ["--rounds", "2", "--out", str(out)]
    assert command.main(asked, modules=(MODULE,), words=words, peers=lambda: Path(sys.executable)) == 0
    return out


@pytest.fixture(scope="module")
def results(measured):
    return json.loads((measured / "benchmarks" / "results.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def written(command, words):
    """Writes results made up for the test; gives the page."""
    import tomllib

    said = tomllib.loads(words.read_text(encoding="utf-8"))

    def write(results, out):
        command.write(out, results, known=command.by_name((MODULE,)), words=said)
        return (out / "benchmarks.md").read_text(encoding="utf-8")

    return write


@pytest.fixture
def with_seconds(results, written, tmp_path):
    """The page and its summary, with seconds made up for tools."""

    def write(**seconds):
        made_up = copy.deepcopy(results)
        for tool, of in seconds.items():
            rows(made_up)[tool]["seconds"] = of
        page = written(made_up, tmp_path)
        return page, page.partition("\n## ")[2].partition("\n## ")[0]

    return write


def rows(results, name="sums", n=10):
    return {row["tool"]: row for row in results[name]["rows"] if row["n"] == n}


def line(page, tool):
    """The cells of a tool's first line in the tables of single workloads: tool, seconds, ratio and so on."""
    lines = [one for one in page.splitlines() if one.startswith(f"| {tool}")]
    return lines[0].strip("| ").split(" | ")


def test_who_agrees_is_measured_and_who_does_not_is_not(results):
    by_tool = rows(results)
    assert {name: row["state"] for name, row in by_tool.items()} == {
        "ours": "measured",
        "right": "measured",
        "wrong": "disagrees",
        "vague": "disagrees",
        "rough": "measured",
        "broken": "failed",
    }
    assert {name: len(row["seconds"]) for name, row in by_tool.items()} == {
        "ours": 2,
        "right": 2,
        "wrong": 0,
        "vague": 0,
        "rough": 2,
        "broken": 0,
    }
    assert by_tool["wrong"]["difference"] == 1
    assert by_tool["broken"]["error"] == "ZeroDivisionError: division by zero"
    assert by_tool["ours"]["answer"] == {"total": 45}
    assert by_tool["right"]["versions"]["numpy"]


def test_a_call_that_takes_too_long_is_stopped_and_told(results):
    late = rows(results, "late", 3)["late"]
    assert (late["state"], late["error"], late["seconds"]) == ("failed", "> 1 s", [])
    commands = [" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])]
    assert not any("asleep for the tests of benchmarks" in one for one in commands)  # with what it started


def test_the_page_says_who_disagrees_and_gives_no_ratio(measured):
    page = (measured / "benchmarks.md").read_text(encoding="utf-8")
    assert line(page, "wrong")[2] == "**答案不一致**：1 too much"
    assert line(page, "wrong")[1] == "—"
    assert line(page, "broken")[2] == "没有完成：ZeroDivisionError: division by zero"
    assert " † " in f"{line(page, 'rough')[0]} "
    assert line(page, "right")[0].endswith(" 1/2")
    assert "benchmarks/sums.svg" in page
    assert "benchmarks/late.svg" not in page  # one size is no curve
    assert b"<svg" in (measured / "benchmarks" / "sums.svg").read_bytes()


@pytest.mark.parametrize(
    ("ours", "peer", "said"), [([2.0, 9.0, 3.0], [1.5, 0.1, 8.0], "**慢**：0.5"), ([0.5], [1.0], "2")]
)
def test_a_ratio_is_of_medians_and_marked_where_we_are_slower(with_seconds, ours, peer, said):
    page, summary = with_seconds(ours=ours, right=peer)
    assert line(page, "right")[2] == said
    assert f"| right | {median(peer):.2f} | {said} |" in summary


def test_each_size_is_set_against_ours_of_that_size(results, written, tmp_path):
    made_up = copy.deepcopy(results)
    small, large = rows(made_up), rows(made_up, n=1000)
    made_up["sums"]["rows"].append({**small["right"], "n": 1000, "given": {"n": 1000}, "seconds": [80.0]})
    small["ours"]["seconds"], small["right"]["seconds"], large["ours"]["seconds"] = [1.0], [4.0], [2.0]
    page = written(made_up, tmp_path)
    cells = [one.split(" | ") for one in page.splitlines() if one.startswith("| right")]
    assert [one[2] for one in cells] == ["4", "40"]
    assert page.index("**10 numbers**") < page.index("**1,000 numbers**")


def test_the_fastest_of_the_summary_gives_the_same_answer(with_seconds):
    _, summary = with_seconds(ours=[1], right=[3], rough=[2])
    assert "| right | 3.00 | 3 |" in summary


def test_the_same_results_write_the_same_bytes(results, written, tmp_path):
    for name in ("a", "b"):
        written(results, tmp_path / name)
    files = [
        path.relative_to(tmp_path / "a") for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()
    ]
    assert {path.name for path in files} == {"benchmarks.md", "results.json", "summary.svg", "sums.svg"}
    for path in files:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_one_workload_again_keeps_the_others(command, words, results, written, tmp_path):
    written(results, tmp_path)
    asked = ["alone", "--rounds", "1", "--out", str(tmp_path)]
    assert command.main(asked, modules=(MODULE,), words=words) == 0  # without the peers' environment
    again = json.loads((tmp_path / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    assert list(again) == ["sums", "alone", "late"]
    assert {name: again[name] for name in ("sums", "late")} == {
        name: results[name] for name in ("sums", "late")
    }
    (row,) = again["alone"]["rows"]
    assert row["seconds"] == [row["first_s"]]  # its first call is its round


def test_the_longest_is_measured_only_by_name(results, command, words, capsys):
    assert list(results) == ["sums", "late"]
    command.main(["--list"], modules=(MODULE,), words=words)
    assert "alone: Alone (only by name)\n  5 numbers  [ours]" in capsys.readouterr().out


def test_every_workload_has_its_words(command):
    import tomllib

    words = tomllib.loads(command.WORDS.read_text(encoding="utf-8"))["workloads"]
    known = command.by_name()
    assert set(words) == set(known)
    for name, (_, workload) in known.items():
        for size in workload.sizes:
            assert command.size_said({"n": size.n, "given": size.given}, of=words[name])
        assert len({size.n for size in workload.sizes}) == len(workload.sizes)


def test_an_unknown_name_is_refused(command, capsys):
    with pytest.raises(SystemExit) as stop:
        command.main(["nothing"])
    assert stop.value.code == 2
    assert "no workload nothing" in capsys.readouterr().err
