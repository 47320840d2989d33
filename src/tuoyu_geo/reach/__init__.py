"""Who is within reach of what? Streets, facilities and people joined, and the way between them in each area's unit."""

from tuoyu_geo.reach.build import build_reach as build_reach
from tuoyu_geo.reach.model import Reach as Reach
from tuoyu_geo.reach.model import ReachParameters as ReachParameters
from tuoyu_geo.reach.model import detour_words as detour_words
from tuoyu_geo.reach.model import reach_parameters as reach_parameters

__all__ = ["Reach", "ReachParameters", "build_reach", "detour_words", "reach_parameters"]
