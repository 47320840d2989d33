"""Made-up homes and candidates in the plane, for siting."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.interface import Arrays

SEED = 1


def places(
    _folder: Path,
    *,
    n_demand: int,
    n_candidate: int,
    p: int,
    town: str = "uniform",
    standard_m: float = 1000.0,
    gap: float = 1e-9,
    limit_s: float = 60.0,
    seed: int = SEED,
) -> Arrays:
    """Demand and candidates in metres, weights, and what is asked.

    "uniform": in a square of 20 km. "towns": 40 towns in 40 km, all of 1.5 km standard deviation, sizes Pareto 1.5.
    "sprawl": a town for every 400 demand points (at least 10) in 60 km, the larger the wider, sizes Pareto 1.2.
    """
    rng = np.random.default_rng(seed)
    asked = {
        name: np.array(value)
        for name, value in {"p": p, "standard_m": standard_m, "gap": gap, "limit_s": limit_s}.items()
    }
    if town == "uniform":
        here, there = (rng.uniform(0, 20_000, (n, 2)) for n in (n_demand, n_candidate))
        return {
            "here": here,
            "there": there,
            "weight": rng.integers(50, 3001, n_demand).astype(float),
            **asked,
        }
    is_sprawl = town == "sprawl"
    n_town = max(10, n_demand // 400) if is_sprawl else 40
    center = rng.uniform(0, 60_000 if is_sprawl else 40_000, (n_town, 2))
    share = rng.pareto(1.2 if is_sprawl else 1.5, n_town) + 0.2
    share /= share.sum()
    spread_m = 400 + 3000 * np.sqrt(share) if is_sprawl else np.full(n_town, 1500.0)

    def scattered(n: int) -> NDArray[Any]:
        at = rng.choice(n_town, n, p=share)
        return np.asarray(center[at] + rng.normal(size=(n, 2)) * spread_m[at, None])

    here, there = scattered(n_demand), scattered(n_candidate)
    return {"here": here, "there": there, "weight": rng.integers(1, 60, n_demand).astype(float), **asked}


def with_room(folder: Path, **given: Any) -> Arrays:  # noqa: ANN401  (as `places`)
    """`places`, and sites that hold half as much room again as p of them need, give or take 30 %."""
    made = places(folder, **given)
    room = np.random.default_rng(SEED + 1).uniform(0.7, 1.3, len(made["there"]))
    return {**made, "room": np.round(room * made["weight"].sum() / made["p"] * 1.5)}


def metres(here: NDArray[Any], there: NDArray[Any]) -> NDArray[Any]:
    """Straight lengths of all pairs."""
    return np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])


def near(here: NDArray[Any], there: NDArray[Any], *, standard_m: float) -> Any:  # noqa: ANN401  (a sparse matrix)
    """Straight lengths of the pairs within the standard, which is all that coverage needs."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    found = cKDTree(there).query_ball_point(here, standard_m, return_sorted=True)
    row = np.repeat(np.arange(len(here)), [len(one) for one in found])
    column = np.concatenate(found).astype(np.int64)
    length = np.hypot(*(here[row] - there[column]).T)
    return csr_array((length, (row, column)), shape=(len(here), len(there)))
