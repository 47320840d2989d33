"""The plan of a problem, checked by code that shares nothing with the search."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting import PlanFigures, PlanningProblem, PlanResult, StageResult, plan_sites, recompute_plan

if TYPE_CHECKING:
    from tuoyu_geo.config import SitingSection


def solve_plan(
    problem: PlanningProblem,
    *,
    section: "SitingSection",
    seed: int,
    progress: Callable[[StageResult], object] | None = None,
) -> PlanResult:
    """The plan, its figures worked out again.

    Parameters
    ----------
    problem
        The county.
    section
        How hard to look.
    seed
        Seed of the search.
    progress
        As for `siting.plan_sites`.

    Raises
    ------
    SitingError
        The figures worked out again are others than the search's.
    """
    result = plan_sites(
        problem, time_limit_s=section.time_limit_s, gap=section.gap, seed=seed, progress=progress
    )
    require_recomputed(problem, result)
    return result


def require_recomputed(problem: PlanningProblem, result: PlanResult) -> PlanFigures:
    """A plan's figures, worked out again from the arrays alone.

    Raises
    ------
    SitingError
        It says other figures.
    """
    check = recompute_plan(
        problem, result.selected, site_places=result.site_places.tolist(), flow=result.flow
    )
    if (
        check.faults
        or not np.isclose(check.covered_share, result.covered_share, equal_nan=True)
        or not np.isclose(check.places, result.places)
    ):
        raise SitingError(text("project.recomputed", ours=check, solver=result))
    return check
