"""Where to build: siting on arrays alone, with a bound that says how good the answer is.

Four kernels of location science, each with quotas by group and fixed sites, and the planning problem of a county.
"""

from tuoyu_geo.siting.alternatives import Alternative as Alternative
from tuoyu_geo.siting.alternatives import SiteRole as SiteRole
from tuoyu_geo.siting.alternatives import differing_plans as differing_plans
from tuoyu_geo.siting.alternatives import site_costs as site_costs
from tuoyu_geo.siting.alternatives import site_roles as site_roles
from tuoyu_geo.siting.backup import backup_coverage as backup_coverage
from tuoyu_geo.siting.capacity import Capacity as Capacity
from tuoyu_geo.siting.capacity import Sizes as Sizes
from tuoyu_geo.siting.center import p_center as p_center
from tuoyu_geo.siting.check import PlanFigures as PlanFigures
from tuoyu_geo.siting.check import recompute_plan as recompute_plan
from tuoyu_geo.siting.covering import set_cover as set_cover
from tuoyu_geo.siting.fewest import FewestSites as FewestSites
from tuoyu_geo.siting.fewest import fewest_sites as fewest_sites
from tuoyu_geo.siting.frontier import FrontierPoint as FrontierPoint
from tuoyu_geo.siting.frontier import LeastSites as LeastSites
from tuoyu_geo.siting.frontier import coverage_frontier as coverage_frontier
from tuoyu_geo.siting.frontier import least_sites as least_sites
from tuoyu_geo.siting.max_cover import max_coverage as max_coverage
from tuoyu_geo.siting.median import p_median as p_median
from tuoyu_geo.siting.phases import Phase as Phase
from tuoyu_geo.siting.phases import PhasedPlan as PhasedPlan
from tuoyu_geo.siting.phases import PhaseLimit as PhaseLimit
from tuoyu_geo.siting.phases import plan_phases as plan_phases
from tuoyu_geo.siting.planning import plan_sites as plan_sites
from tuoyu_geo.siting.planning_result import PlanResult as PlanResult
from tuoyu_geo.siting.planning_result import StageResult as StageResult
from tuoyu_geo.siting.problem import PlanningProblem as PlanningProblem
from tuoyu_geo.siting.result import SitingResult as SitingResult
from tuoyu_geo.siting.scenarios import RobustPlan as RobustPlan
from tuoyu_geo.siting.scenarios import ScenarioFigures as ScenarioFigures
from tuoyu_geo.siting.scenarios import least_regret as least_regret
from tuoyu_geo.siting.watch import Progress as Progress

__all__ = [
    "Alternative",
    "Capacity",
    "FewestSites",
    "FrontierPoint",
    "LeastSites",
    "Phase",
    "PhaseLimit",
    "PhasedPlan",
    "PlanFigures",
    "PlanResult",
    "PlanningProblem",
    "Progress",
    "RobustPlan",
    "ScenarioFigures",
    "SiteRole",
    "SitingResult",
    "Sizes",
    "StageResult",
    "backup_coverage",
    "coverage_frontier",
    "differing_plans",
    "fewest_sites",
    "least_regret",
    "least_sites",
    "max_coverage",
    "p_center",
    "p_median",
    "plan_phases",
    "plan_sites",
    "recompute_plan",
    "set_cover",
    "site_costs",
    "site_roles",
]
