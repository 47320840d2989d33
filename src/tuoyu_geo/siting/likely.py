"""Better plans among the likely sites: those that the relaxation takes, and those that it leaves by the least.

With only these free the program is small enough to be searched well, and in most counties of 300 candidates the best plan
is among them, or one that differs from it by less than one in a hundred.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.watch import Watch

# How many candidates are free beside those of the plan at hand, as multiples of those that the relaxation takes, and the
# most nodes spent on them. First none: sizes alone bring a plan at full size down by a sixth and more, at once.
EASY = ((0.0, 20), (1.3, 1), (2.0, 1))
# Where many places are handed out, 80 candidates take seconds.
HARD = ((0.0, 20), (1.3, 5), (1.3, 20))
# Sites of the plan at hand that are free as well, at most, in the same multiples.
MOST_OWN = 2.0
# A plan as near as this to the best among the likely sites will do.
GAP = 1e-3


def better_among_likely(
    model: PlanningModel,
    program: Program,
    point: NDArray[np.float64],
    *,
    is_hard: bool,
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
    is_hard
        Whether there are many places to hand out.
    until
        `time.perf_counter` after which no step begins.
    seed
        Of HiGHS.
    watch
        Ends the search when it is interrupted.
    tell
        Called with each better value, and 0 for the bound.
    """
    left_s = until - perf_counter()
    if left_s <= 0 or watch.is_interrupted:
        return point
    relaxed = solve(
        replace(program, integer=np.zeros_like(program.integer)),
        time_limit_s=left_s,
        gap=0.0,
        seed=seed,
        watch=watch,
    )
    if relaxed.verdict != "optimal":
        return point
    taken = relaxed.x[model.at["x"]] > 1e-6
    order = np.lexsort((_price(model, relaxed.reduced_cost), ~taken))
    value, n_open = float(program.cost @ point), int((program.upper[model.at["x"]] > 0).sum())
    for times, most_nodes in HARD if is_hard else EASY:
        left_s, n_free = until - perf_counter(), int(times * taken.sum())
        if n_free >= n_open or left_s <= 0 or watch.is_interrupted:
            break
        own = point[model.at["x"]] > 0.5
        # A plan that takes nearly all, as before any aim asked for less, would leave nothing out.
        is_lean = int(own.sum()) <= MOST_OWN * int(taken.sum())
        free = (program.lower[model.at["x"]] > 0.5) | (own & is_lean)
        free[order[:n_free]] = True
        answer = solve(
            _with_only(model, program, free),
            time_limit_s=left_s,
            gap=GAP,
            seed=seed,
            start=point if is_lean else None,
            watch=watch,
            most_nodes=most_nodes,
        )
        found = model.whole(answer.x) if len(answer.x) else point
        if float(program.cost @ found) < value - 1e-7 * abs(value):
            point, value = found, float(program.cost @ found)
            tell(value, 0.0)
    return point


def _price(model: PlanningModel, reduced_cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_candidate,) what taking a candidate, at its best size, costs the relaxation."""
    saving = np.zeros(model.n_candidate)
    np.minimum.at(saving, model.size_column, reduced_cost[model.at["v"]])
    return np.asarray(reduced_cost[model.at["x"]] + saving)


def _with_only(model: PlanningModel, program: Program, free: NDArray[np.bool_]) -> Program:
    """The program with all other candidates left out."""
    upper = program.upper.copy()
    upper[model.at["x"]][~free] = 0.0
    upper[model.at["v"]][~free[model.size_column]] = 0.0
    return replace(program, upper=upper)
