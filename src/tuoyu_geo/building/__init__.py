"""Which files does a run write, and which of them would be others now? Drawn from one outcome, a set at a time."""

from tuoyu_geo.building.build import build_files as build_files
from tuoyu_geo.building.build import stale_run as stale_run
from tuoyu_geo.building.redraw import redraw_maps as redraw_maps
from tuoyu_geo.building.state import run_versions as run_versions

__all__ = ["build_files", "redraw_maps", "run_versions", "stale_run"]
