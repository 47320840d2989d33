"""Better plans near the one at hand: most sites held, those around two of them free, again and again.

HiGHS's own heuristics find next to no plan where the number of sites, coverage and places all bind at once; a program with
a few dozen free candidates is small enough to be searched well.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.watch import Watch

N_FREE = 40
N_ROUND = 24
N_FAILURE = 8
# Counted in nodes and not in seconds, so that the same seed gives the same plan on any machine.
N_NODE = 20
# Below this many places that may be taken, HiGHS does better alone.
MANY_FLOWS = 1_000


def is_hard(model: PlanningModel) -> bool:
    """Whether there are so many places to hand out that HiGHS alone finds poor plans."""
    flows = model.at["f"]
    return flows.stop - flows.start >= MANY_FLOWS and model.n_candidate > 2 * N_FREE


def better_nearby(
    model: PlanningModel,
    program: Program,
    point: NDArray[np.float64],
    *,
    until: float,
    seed: int,
    watch: Watch,
    tell: Callable[[float, float], None],
) -> NDArray[np.float64]:
    """A point of the program at least as good as the one given.

    Parameters
    ----------
    model, program
        The county, and the aim to be improved with all that is held.
    point
        (n_variable,) a point of the program, whole where it must be.
    until
        `time.perf_counter` after which no round begins.
    seed
        Which sites are freed, and HiGHS's own.
    watch
        Ends the search when it is interrupted.
    tell
        Called with each better value, and 0 for the bound.
    """
    rng = np.random.default_rng(seed)
    n = model.n_candidate
    reach = csr_array(model.rows.reach[:, model.rows.reach.shape[1] - n :]).astype(float)
    shared = csr_array(reach.T @ reach)
    value, failures = float(program.cost @ point), 0
    # First the sizes alone, every site held.
    free = np.zeros(n, dtype=bool)
    for _ in range(N_ROUND):
        left_s = until - perf_counter()
        if failures >= N_FAILURE or left_s <= 0 or watch.is_interrupted:
            break
        answer = solve(
            _with_free(model, program, point, free=free),
            time_limit_s=left_s,
            gap=1e-4,
            seed=seed,
            start=point,
            watch=watch,
            most_nodes=N_NODE,
        )
        found = model.whole(answer.x) if len(answer.x) else point
        if float(program.cost @ found) < value - 1e-7 * abs(value):
            point, value, failures = found, float(program.cost @ found), 0
            tell(value, 0.0)
        else:
            failures += 1
        taken = np.flatnonzero(point[model.at["x"]] > 0.5)
        free = _around(shared, rng.choice(taken, size=min(2, len(taken)), replace=False), rng=rng)
    return point


def _with_free(
    model: PlanningModel,
    program: Program,
    point: NDArray[np.float64],
    *,
    free: NDArray[np.bool_],
) -> Program:
    """The program with all sites held but those that are free; every site that is taken may change its size."""
    lower, upper = program.lower.copy(), program.upper.copy()
    sites, sizes = model.at["x"], model.at["v"]
    held = ~free
    lower[sites][held] = upper[sites][held] = point[sites][held]
    if free.any():
        kept = held[model.size_column]
        lower[sizes][kept] = upper[sizes][kept] = point[sizes][kept]
    return replace(program, lower=lower, upper=upper)


def _around(shared: csr_array, centres: NDArray[np.int64], *, rng: np.random.Generator) -> NDArray[np.bool_]:
    """(n_candidate,) the candidates that share most rows with the centres, directly or through others."""
    n = shared.shape[0]
    near = np.zeros(n)
    for j in centres:
        step = np.zeros(n)
        step[j] = 1.0
        score = 1_000.0 * step
        for weight in (100.0, 10.0, 1.0):
            step = np.asarray(shared @ step)
            score += weight * step / max(float(step.max(initial=0.0)), 1e-9)
        near = np.maximum(near, score)
    free = np.zeros(n, dtype=bool)
    free[np.argsort(-(near + 1e-6 * rng.random(n)), kind="stable")[:N_FREE]] = True
    return free
