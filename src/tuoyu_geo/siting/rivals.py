"""The best plan and all its rivals at once: the plan at hand is shut out, and the best of the others sought.

Where the best of the others is worse, the plan at hand is proven best, and the only one: aims that come later can then
change nothing but who takes which place. It costs as much as the proof alone, which finds the plan at hand again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.stacking import above, by_column, one_row
from tuoyu_geo.siting.watch import Watch

# A rival within this relative distance counts as just as good: sums differ by less, tolerances of HiGHS by no more.
ALIKE = 1e-6


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Contest:
    """A plan and what is proven of it.

    Attributes
    ----------
    point
        The best plan.
    bound
        Proven: no plan is below it.
    is_only
        Whether every plan with other sites or sizes is proven to be worse.
    """

    point: NDArray[np.float64]
    bound: float
    is_only: bool


def contested(
    model: PlanningModel,
    program: Program,
    point: NDArray[np.float64],
    *,
    completed: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    left_s: Callable[[], float],
    seed: int,
    watch: Watch,
    tell: Callable[[float, float], None],
) -> Contest | None:
    """The best plan with its proof; None where no rival with the same sites is known, from which to begin.

    Parameters
    ----------
    model, program
        The county, and the aim with all that is held.
    point
        (n_variable,) a point of the program, next to the best.
    completed
        The best point with the sites and sizes of the one given.
    left_s
        Seconds that are left, below 0 where there are none.
    seed, watch, tell
        As in `solve`.
    """
    bound: float | None = None
    while True:
        value = float(program.cost @ point)
        others = _without(model, program, point)
        rival = _resized(model, others, point, seed=seed)
        if rival is None:
            return None if bound is None else Contest(point=point, bound=bound, is_only=False)
        if float(program.cost @ rival) < value:
            better = completed(rival)
            if float(program.cost @ better) < value:
                point = better
                continue
        answer = solve(
            others,
            time_limit_s=max(left_s(), 0.05),
            gap=0.0,
            seed=seed,
            start=rival,
            watch=watch,
            tell=tell,
        )
        bound = max(bound or 0.0, min(answer.bound, value))
        found = completed(answer.x) if len(answer.x) else point
        if float(program.cost @ found) >= value:
            return Contest(point=point, bound=bound, is_only=answer.bound > value + ALIKE * abs(value))
        point = found
        if watch.is_interrupted or left_s() <= 0:
            return Contest(point=point, bound=bound, is_only=False)


def _without(model: PlanningModel, program: Program, point: NDArray[np.float64]) -> Program:
    """The program without this plan: at least one site or size is another."""
    row = np.zeros(len(point))
    for block in ("x", "v"):
        row[model.at[block]] = np.where(point[model.at[block]] > 0.5, -1.0, 1.0)
    return replace(
        program,
        matrix=by_column(above(program.matrix, one_row(row))),
        row_lower=np.append(program.row_lower, 1.0 + row @ (row < 0)),
        row_upper=np.append(program.row_upper, np.inf),
    )


def _resized(
    model: PlanningModel, program: Program, point: NDArray[np.float64], *, seed: int
) -> NDArray[np.float64] | None:
    """The best point of the program with exactly these sites, so with other sizes; None where there is none."""
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[model.at["x"]] = upper[model.at["x"]] = np.round(point[model.at["x"]])
    # With the sites held there is next to nothing to search.
    answer = solve(replace(program, lower=lower, upper=upper), time_limit_s=5.0, gap=0.0, seed=seed)
    return model.whole(answer.x) if len(answer.x) else None
