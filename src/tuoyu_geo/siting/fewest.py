"""The fewest new sites that a county needs, without the aims that only choose among equals."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.aims import effort_of, figures_of, settle_aims
from tuoyu_geo.siting.check import PlanFigures
from tuoyu_geo.siting.planning import RULES
from tuoyu_geo.siting.planning_model import build_model
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.start import first_point


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FewestSites:
    """A plan with as few sites as the rules allow.

    Attributes
    ----------
    selected
        Its new sites, ascending columns.
    n_sites, bound
        Their number, and the proven least number that misses the rules by no more.
    figures
        Worked out from the arrays.
    places_short, coverage_short
        Places, and weight, missing to what is required.
    covered_share_bound
        Proven: no plan of as many sites that misses the rules by no more covers a larger share.
    status
        "optimal" when the rules, the number of sites and the coverage are proven.
    """

    selected: NDArray[np.int64]
    n_sites: int
    bound: int
    figures: PlanFigures
    places_short: float
    coverage_short: float
    covered_share_bound: float
    status: Literal["optimal", "feasible"]


def fewest_sites(
    problem: PlanningProblem, *, time_limit_s: float = 60.0, gap: float = 1e-4, seed: int = 0
) -> FewestSites:
    """Quotas, must-serve rows, coverage and places in this order, then the fewest sites, then the most coverage.

    Parameters
    ----------
    problem
        The county.
    time_limit_s, gap, seed
        As for `plan_sites`.
    """
    model = build_model(problem)
    with effort_of(time_limit_s=time_limit_s, gap=gap, seed=seed) as effort:
        settled = settle_aims(
            model, (*RULES, "sites", "covered"), effort=effort, start=first_point(problem, model)
        )
        figures = figures_of(problem, model, settled.point)
        total = float(problem.weight.sum())
        slack = settled.values["covered"] - settled.bounds["covered"]
        return FewestSites(
            selected=np.flatnonzero(model.sites_of(settled.point)),
            n_sites=round(settled.values["sites"]),
            bound=round(settled.bounds["sites"]),
            figures=figures,
            places_short=max(problem.places_required - figures.places, 0.0),
            coverage_short=max(problem.coverage_target_share * total - figures.covered_weight, 0.0),
            covered_share_bound=min(figures.covered_share + slack / total, 1.0) if total else 1.0,
            status="optimal" if settled.is_proven else "feasible",
        )
