"""A real terminal and a real Ctrl-C: the search shows plan and bound closing, and stops with the best plan so far."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
pytestmark = pytest.mark.slow
NO_ROADS = '[layers.roads]\npath = "roads.gpkg"\ncrs = "EPSG:4548"\n'
ARABIC = re.compile(r"目前([\d,.]+)，已证明的界([\d,.]+)")


@pytest.fixture
def wide_town(town, lattice):
    """600 estates and 300 candidates, too many to prove a plan by places in a minute."""
    rng = np.random.default_rng(7)

    def rows(n, line):
        x, y = lattice.X0 + rng.uniform(-200, 2_200, n), lattice.Y0 + rng.uniform(-200, 2_200, n)
        border = lattice.X0 + 1_250
        return "".join(
            line(k, "甲街道" if x[k] < border else "乙镇", f"{x[k]:.1f},{y[k]:.1f}") + "\n" for k in range(n)
        )

    people, places = rng.integers(300, 900, 600), rng.choice([20, 35, 60], 300)
    cost = rng.integers(30, 300, 300)
    return town(
        project_toml=lattice.PROJECT.replace(NO_ROADS, ""),
        policy_toml=lattice.POLICY.replace('headline = "residents"', 'headline = "residents_places"').replace(
            "value = 1000", "value = 400"
        ),
        communities_csv=lattice.ESTATES.splitlines()[0]
        + "\n"
        + rows(600, lambda k, town, at: f"E{k},小区{k},{town},已建成,2005-06-01,,{people[k]},,无,{at}"),
        candidates_csv=lattice.CANDIDATES.splitlines()[0]
        + "\n"
        + rows(300, lambda k, town, at: f"C{k},点{k},社区服务中心,改造,1,{places[k]},{cost[k]},,{town},{at}"),
    )


@pytest.fixture
def searching(wide_town):
    """Start the command on a terminal and wait until its search has told three pairs of plan and bound."""
    opened = []

    def start(out):
        master, slave = pty.openpty()
        # A program started in the background is told to ignore Ctrl-C, and so are its children.
        command = (
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "from tuoyu_geo.cli import main; main()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", command, "run", str(wide_town), "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=slave,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "200", "LANG": "C.UTF-8"},
        )
        os.close(slave)
        heard = bytearray()
        begun = threading.Event()

        def listen():
            while True:
                try:
                    part = os.read(master, 4096)
                except OSError:
                    return
                if not part:
                    return
                heard.extend(part)
                if len(set(ARABIC.findall(heard.decode("utf-8", "ignore")))) >= 3:
                    begun.set()

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        opened.append((process, listener, master))
        assert begun.wait(300), heard.decode("utf-8", "ignore")

        def said():
            listener.join(5)
            return heard.decode("utf-8", "ignore")

        return process, said

    yield start
    for process, listener, master in opened:
        process.kill()
        process.wait()
        listener.join(5)
        os.close(master)


def test_ctrl_c_ends_the_search_with_the_best_plan_so_far(searching, tmp_path):
    out = tmp_path / "out"
    process, ended = searching(out)
    process.send_signal(signal.SIGINT)
    code = process.wait(600)
    said = ended()
    assert code in {0, 1}, said
    assert "Traceback" not in said
    assert "搜索中途停止" in said
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["solver"]["status"] == "feasible"
    stages = {stage["name"]: stage for stage in summary["solver"]["stages"]}
    assert stages["sites"]["bound"] <= stages["sites"]["objective"] == len(summary["sites"])
    assert {"plan.xlsx", "plan.gpkg", "manifest.json", "report.docx"} <= {one.name for one in out.iterdir()}
    # Plan and bound were seen to close in.
    pairs = [tuple(float(one.replace(",", "")) for one in pair) for pair in ARABIC.findall(said)]
    assert len({bound for _, bound in pairs}) > 1


@pytest.mark.parametrize(
    ("numbers", "expected"), [([signal.SIGTERM], 143), ([signal.SIGINT, signal.SIGINT], 130)]
)
def test_a_request_to_end_or_a_second_ctrl_c_ends_at_once(searching, tmp_path, numbers, expected):
    out = tmp_path / "out"
    out.mkdir()
    (out / "summary.json").write_bytes(b"old")
    process, ended = searching(out)
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.5)
    code, said = process.wait(600), ended()
    assert code == expected, said
    assert "已按要求停止" in said
    assert "Traceback" not in said
    assert [(path.name, path.read_bytes()) for path in out.iterdir()] == [("summary.json", b"old")]
