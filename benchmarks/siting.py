"""Our kernels beside spopt and planx, where these are installed: ratios of time, on the same made-up towns.

    python benchmarks/siting.py

Demand and candidates lie uniformly in 20 km x 20 km, straight-line costs, weights 50 to 3,000, seed 1. Ratios only:
seconds depend on the machine.
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from time import perf_counter

import numpy as np

from tuoyu_geo.siting import SitingResult, max_coverage, p_median, set_cover

TOWNS = {"500 x 100": (500, 100, 15), "1,000 x 200": (1000, 200, 20), "2,000 x 400": (2000, 400, 40)}


def town(n_demand: int, n_candidate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of demand and candidates in metres, and weights."""
    rng = np.random.default_rng(1)
    demand, sites = rng.uniform(0, 20_000, (n_demand, 2)), rng.uniform(0, 20_000, (n_candidate, 2))
    return demand, sites, rng.integers(50, 3001, n_demand).astype(float)


def timed(task: Callable[[], object]) -> tuple[float, object]:
    """Seconds and what came back."""
    began = perf_counter()
    outcome = task()
    return perf_counter() - began, outcome


def spopt_coverage(cost: np.ndarray, weight: np.ndarray, p: int) -> float:
    """Maximal coverage by spopt with CBC."""
    import pulp
    from spopt.locate import MCLP

    model = MCLP.from_cost_matrix(cost, weight, service_radius=1000, p_facilities=p)
    return float(model.solve(pulp.PULP_CBC_CMD(msg=False)).problem.objective.value())


def planx_coverage(demand: np.ndarray, sites: np.ndarray, weight: np.ndarray, p: int) -> object:
    """Maximal coverage by planx's greedy."""
    from planx.suitability import greedy_mclp

    return greedy_mclp(sites, demand, weight, 1000.0, p)


def main() -> None:
    """Print one line a task."""
    print(f"{'task':34}{'status':>10}{'gap':>9}{'spopt / ours':>15}{'planx / ours':>15}")
    for name, (n_demand, n_candidate, p) in TOWNS.items():
        demand, sites, weight = town(n_demand, n_candidate)
        cost = np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1))
        seconds, result = timed(partial(max_coverage, cost, weight, p=p, standard=1000))
        report(f"max_coverage {name}, p = {p}", seconds, result, rivals(cost, demand, sites, weight, p))
        if n_demand <= 1000:
            seconds, result = timed(partial(p_median, cost, weight, p=p))
            report(f"p_median {name}, p = {p}", seconds, result, {})
        reach = cost.min(axis=1).max()
        seconds, result = timed(partial(set_cover, cost, standard=max(4000.0, reach)))
        report(f"set_cover {name}, 4 km", seconds, result, {})


def rivals(
    cost: np.ndarray, demand: np.ndarray, sites: np.ndarray, weight: np.ndarray, p: int
) -> dict[str, float]:
    """Seconds of each rival that is installed."""
    tasks = {
        "spopt": partial(spopt_coverage, cost, weight, p),
        "planx": partial(planx_coverage, demand, sites, weight, p),
    }
    return {name: timed(task)[0] for name, task in tasks.items() if find_spec(name) is not None}


def report(name: str, seconds: float, result: object, others: dict[str, float]) -> None:
    """One line of the table."""
    assert isinstance(result, SitingResult)
    ratios = [f"{others[rival] / seconds:.1f}" if rival in others else "-" for rival in ("spopt", "planx")]
    print(f"{name:34}{result.status:>10}{result.gap:>9.4%}{ratios[0]:>15}{ratios[1]:>15}")


if __name__ == "__main__":
    main()
