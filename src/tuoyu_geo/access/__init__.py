"""Who is served? Arrays in, arrays out: costs from `tuoyu_geo.network`, people as weights."""

from tuoyu_geo.access.ages import AgeBands as AgeBands
from tuoyu_geo.access.ages import age_bands as age_bands
from tuoyu_geo.access.ages import cost_by_band as cost_by_band
from tuoyu_geo.access.ages import two_step_by_age as two_step_by_age
from tuoyu_geo.access.coverage import CoverageCurve as CoverageCurve
from tuoyu_geo.access.coverage import GroupCoverage as GroupCoverage
from tuoyu_geo.access.coverage import coverage_by_group as coverage_by_group
from tuoyu_geo.access.coverage import coverage_curve as coverage_curve
from tuoyu_geo.access.coverage import coverage_share as coverage_share
from tuoyu_geo.access.equity import Lorenz as Lorenz
from tuoyu_geo.access.equity import Worst as Worst
from tuoyu_geo.access.equity import gini as gini
from tuoyu_geo.access.equity import lorenz as lorenz
from tuoyu_geo.access.equity import worst_share as worst_share
from tuoyu_geo.access.floating import two_step_floating_catchment as two_step_floating_catchment
from tuoyu_geo.access.nearest import covered as covered
from tuoyu_geo.access.nearest import nearest as nearest
from tuoyu_geo.access.sharing import Sharing as Sharing
from tuoyu_geo.access.sharing import nearest_few as nearest_few
from tuoyu_geo.access.sharing import pressure as pressure
from tuoyu_geo.access.sharing import share_places as share_places
