"""Who is served? Arrays in, arrays out: costs from `tuoyu_geo.network`, people as weights."""

from tuoyu_geo.access.coverage import CoverageCurve as CoverageCurve
from tuoyu_geo.access.coverage import GroupCoverage as GroupCoverage
from tuoyu_geo.access.coverage import coverage_by_group as coverage_by_group
from tuoyu_geo.access.coverage import coverage_curve as coverage_curve
from tuoyu_geo.access.coverage import coverage_share as coverage_share
from tuoyu_geo.access.floating import two_step_floating_catchment as two_step_floating_catchment
from tuoyu_geo.access.nearest import covered as covered
from tuoyu_geo.access.nearest import nearest as nearest
