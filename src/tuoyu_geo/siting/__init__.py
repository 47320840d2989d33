"""Where to build: siting on arrays alone, with a bound that says how good the answer is.

Four kernels of location science, each with quotas by group and fixed sites, and the planning problem of a county.
"""

from tuoyu_geo.siting.capacity import Capacity as Capacity
from tuoyu_geo.siting.capacity import Sizes as Sizes
from tuoyu_geo.siting.center import p_center as p_center
from tuoyu_geo.siting.check import PlanFigures as PlanFigures
from tuoyu_geo.siting.check import recompute_plan as recompute_plan
from tuoyu_geo.siting.covering import set_cover as set_cover
from tuoyu_geo.siting.max_cover import max_coverage as max_coverage
from tuoyu_geo.siting.median import p_median as p_median
from tuoyu_geo.siting.planning import plan_sites as plan_sites
from tuoyu_geo.siting.planning_result import PlanResult as PlanResult
from tuoyu_geo.siting.planning_result import StageResult as StageResult
from tuoyu_geo.siting.problem import PlanningProblem as PlanningProblem
from tuoyu_geo.siting.result import SitingResult as SitingResult

__all__ = [
    "Capacity",
    "PlanFigures",
    "PlanResult",
    "PlanningProblem",
    "SitingResult",
    "Sizes",
    "StageResult",
    "max_coverage",
    "p_center",
    "p_median",
    "plan_sites",
    "recompute_plan",
    "set_cover",
]
