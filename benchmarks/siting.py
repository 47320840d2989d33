"""The siting kernels on made-up towns, with spopt and planx beside them on the same numbers: time, gap, agreement.

    python benchmarks/siting.py [--peers PYTHON] [--table FILE] [CASE ...]

PYTHON is an interpreter that has spopt and planx-sdk, which need not be ours. Each case runs in a process of its own, once
to load the compiled code and once for the clock; spopt gets the same cost matrix, HiGHS, one thread and the same limit.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
SEED = 1
STANDARD_M = 1000.0
# A peer that has not built and solved by then is stopped.
PEER_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A task: what is asked, of how many, within what."""

    kernel: str
    n_demand: int
    n_candidate: int
    p: int
    town: str
    gap: float
    limit_s: float
    target: str
    peers: tuple[str, ...] = ("spopt", "planx")


CASES = {
    "uniform-2000": Case(
        kernel="max_coverage",
        n_demand=2000,
        n_candidate=400,
        p=40,
        town="uniform",
        gap=1e-9,
        limit_s=60,
        target="proven < 0.3 s",
    ),
    "uniform-5000": Case(
        kernel="max_coverage",
        n_demand=5000,
        n_candidate=1000,
        p=80,
        town="uniform",
        gap=0.0025,
        limit_s=60,
        target="0.25 % < 5 s",
    ),
    "uniform-5000-fine": Case(
        kernel="max_coverage",
        n_demand=5000,
        n_candidate=1000,
        p=80,
        town="uniform",
        gap=0.001,
        limit_s=60,
        target="0.1 % < 20 s",
        peers=(),
    ),
    "towns-5000": Case(
        kernel="max_coverage",
        n_demand=5000,
        n_candidate=1000,
        p=30,
        town="towns",
        gap=0.005,
        limit_s=20,
        target="0.5 % in 20 s",
        peers=("planx",),
    ),
    "sprawl-5000": Case(
        kernel="max_coverage",
        n_demand=5000,
        n_candidate=1000,
        p=30,
        town="sprawl",
        gap=0.005,
        limit_s=20,
        target="0.5 % in 20 s",
        peers=("planx",),
    ),
    "towns-20000": Case(
        kernel="max_coverage",
        n_demand=20_000,
        n_candidate=2000,
        p=40,
        town="towns",
        gap=0.02,
        limit_s=60,
        target="2 % in 60 s",
        peers=(),
    ),
    "sprawl-20000": Case(
        kernel="max_coverage",
        n_demand=20_000,
        n_candidate=2000,
        p=40,
        town="sprawl",
        gap=0.02,
        limit_s=60,
        target="2 % in 60 s",
        peers=(),
    ),
    "sprawl-100000": Case(
        kernel="max_coverage",
        n_demand=100_000,
        n_candidate=5000,
        p=60,
        town="sprawl",
        gap=0.04,
        limit_s=180,
        target="4 % in 180 s, < 4 GB",
        peers=(),
    ),
    "median-1000": Case(
        kernel="p_median",
        n_demand=1000,
        n_candidate=200,
        p=20,
        town="uniform",
        gap=1e-9,
        limit_s=60,
        target="proven < 5 s",
        peers=("spopt",),
    ),
    "median-500-capacity": Case(
        kernel="p_median_capacity",
        n_demand=500,
        n_candidate=100,
        p=15,
        town="uniform",
        gap=1e-4,
        limit_s=60,
        target="< 3 s",
        peers=("spopt",),
    ),
}


def places(case: Case) -> tuple[Array, Array, Array]:
    """Demand and candidates in metres, and weights.

    "uniform": in a square of 20 km. "towns": 40 towns in 40 km, all of 1.5 km standard deviation, sizes Pareto 1.5.
    "sprawl": a town for every 400 demand points (at least 10) in 60 km, the larger the wider, sizes Pareto 1.2.
    """
    rng = np.random.default_rng(SEED)
    if case.town == "uniform":
        here, there = (rng.uniform(0, 20_000, (n, 2)) for n in (case.n_demand, case.n_candidate))
        return here, there, rng.integers(50, 3001, case.n_demand).astype(float)
    is_sprawl = case.town == "sprawl"
    n_town = max(10, case.n_demand // 400) if is_sprawl else 40
    center = rng.uniform(0, 60_000 if is_sprawl else 40_000, (n_town, 2))
    share = rng.pareto(1.2 if is_sprawl else 1.5, n_town) + 0.2
    share /= share.sum()
    spread_m = 400 + 3000 * np.sqrt(share) if is_sprawl else np.full(n_town, 1500.0)

    def scattered(n: int) -> Array:
        town = rng.choice(n_town, n, p=share)
        return center[town] + rng.normal(size=(n, 2)) * spread_m[town, None]

    here, there = scattered(case.n_demand), scattered(case.n_candidate)
    return here, there, rng.integers(1, 60, case.n_demand).astype(float)


def capacities(case: Case, weight: Array) -> Array:
    """Half as much room again as p sites need, give or take 30 %."""
    rng = np.random.default_rng(SEED + 1)
    return np.round(rng.uniform(0.7, 1.3, case.n_candidate) * weight.sum() / case.p * 1.5)


def costs(here: Array, there: Array) -> Array:
    """Straight-line metres, all pairs."""
    return np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])


def near(here: Array, there: Array) -> Any:  # noqa: ANN401  (a sparse matrix)
    """Metres of the pairs within the standard, which is all that coverage needs."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    found = cKDTree(there).query_ball_point(here, STANDARD_M)
    row = np.repeat(np.arange(len(here)), [len(one) for one in found])
    column = np.concatenate([np.sort(one) for one in found]).astype(np.int64)
    metres = np.hypot(*(here[row] - there[column]).T)
    return csr_array((metres, (row, column)), shape=(len(here), len(there)))


def ours(case: Case) -> dict[str, Any]:
    """What our kernel says, from the cost matrix on."""
    from tuoyu_geo.siting import SitingResult, max_coverage, p_median

    here, there, weight = places(case)
    limits: dict[str, Any] = {"p": case.p, "gap": case.gap, "time_limit_s": case.limit_s}
    if case.kernel == "max_coverage":
        cost = near(here, there)

        def task(**change: Any) -> SitingResult:  # noqa: ANN401
            return max_coverage(cost, weight, standard=STANDARD_M, **{**limits, **change})
    else:
        cost = costs(here, there)
        room = {"capacity": capacities(case, weight)} if case.kernel == "p_median_capacity" else {}

        def task(**change: Any) -> SitingResult:  # noqa: ANN401
            return p_median(cost, weight, **room, **{**limits, **change})

    task(time_limit_s=3.0)
    result = task()
    return {
        "seconds": result.seconds,
        "objective": result.objective,
        "gap": result.gap,
        "status": result.status,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def spopt(case: Case) -> dict[str, Any]:
    """What spopt says with HiGHS, from the same cost matrix on."""
    import pulp
    from spopt.locate import MCLP, PMedian

    here, there, weight = places(case)
    cost = costs(here, there)
    began = perf_counter()
    if case.kernel == "max_coverage":
        model = MCLP.from_cost_matrix(cost, weight, service_radius=STANDARD_M, p_facilities=case.p)
    elif case.kernel == "p_median_capacity":
        room = capacities(case, weight)
        model = PMedian.from_cost_matrix(cost, weight, p_facilities=case.p, facility_capacities=room)
    else:
        model = PMedian.from_cost_matrix(cost, weight, p_facilities=case.p)
    built_s = perf_counter() - began
    solver = pulp.HiGHS(msg=False, timeLimit=case.limit_s, gapRel=case.gap, threads=1)
    model.problem.solve(solver)
    status = {0: "not solved", 1: "optimal", -1: "infeasible"}.get(model.problem.status, "unknown")
    value = pulp.value(model.problem.objective)
    return {"seconds": perf_counter() - began, "built_s": built_s, "objective": value, "status": status}


def planx(case: Case) -> dict[str, Any]:
    """What planx's greedy covers, counted by us."""
    from planx.suitability import greedy_mclp

    here, there, weight = places(case)
    began = perf_counter()
    answer = greedy_mclp(there, here, weight, STANDARD_M, case.p)
    seconds = perf_counter() - began
    chosen = np.asarray(answer[0], dtype=int)
    covered = (costs(here, there[chosen]) <= STANDARD_M).any(axis=1)
    return {"seconds": seconds, "objective": float(weight[covered].sum()), "status": "greedy"}


RUNNERS: dict[str, Callable[[Case], dict[str, Any]]] = {"ours": ours, "spopt": spopt, "planx": planx}


def in_process(python: str, who: str, name: str, *, limit_s: float | None) -> dict[str, Any]:
    """Run one case of one rival in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "answer.json"
        command = [python, __file__, "--run", who, name, str(out)]
        try:
            subprocess.run(command, check=True, timeout=limit_s, stdout=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return {"status": f"not done in {limit_s:.0f} s"}
        except subprocess.CalledProcessError as fault:
            return {"status": f"failed ({fault.returncode})"}
        return dict(json.loads(out.read_text(encoding="utf-8")))


def told(answer: dict[str, Any], own: dict[str, Any], *, is_cost: bool) -> str:
    """One cell of a peer: time as a ratio to ours, and how its value compares."""
    if "objective" not in answer or answer["objective"] is None:
        return str(answer["status"])
    ratio = answer["seconds"] / own["seconds"]
    worse = (answer["objective"] / own["objective"] - 1) * (1 if is_cost else -1)
    agrees = "same value" if abs(worse) <= 1e-6 else f"{abs(worse):.2%} {'worse' if worse > 0 else 'better'}"
    built = f", built {answer['built_s']:.1f} s" if "built_s" in answer else ""
    return f"{answer['seconds']:.2f} s ({ratio:.1f} x{built}), {answer['status']}, {agrees}"


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--peers", help="a Python interpreter with spopt and planx-sdk")
    parser.add_argument("--table", type=Path, help="write the table to this Markdown file too")
    parser.add_argument("--run", nargs=3, metavar=("WHO", "CASE", "OUT"), help=argparse.SUPPRESS)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    if given.run:
        who, name, out = given.run
        Path(out).write_text(json.dumps(RUNNERS[who](CASES[name])), encoding="utf-8")
        return
    lines = [
        "| case | asked | ours | gap | memory | spopt (HiGHS) | planx (greedy) | abw-maxcover |",
        "|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    for name in given.cases or CASES:
        case = CASES[name]
        own = in_process(sys.executable, "ours", name, limit_s=None)
        cells = []
        for peer in ("spopt", "planx"):
            if given.peers is None or peer not in case.peers:
                cells.append("not run")
                continue
            answer = in_process(given.peers, peer, name, limit_s=PEER_LIMIT_S)
            cells.append(told(answer, own, is_cost=case.kernel != "max_coverage"))
        load = os.getloadavg()[0]
        size = f"{case.n_demand:,} x {case.n_candidate:,} x {case.p}"
        lines.append(
            f"| {name}: {case.kernel} {size} | {case.target} | {own['seconds']:.2f} s, {own['status']} | {own['gap']:.3%} "
            f"| {own['memory_mb']:.0f} MB | {cells[0]} | {cells[1]} | not to be had |"
        )
        print(lines[-1], f"(load {load:.1f})", flush=True)
        if given.table:
            given.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
