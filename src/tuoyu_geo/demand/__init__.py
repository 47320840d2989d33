"""Who lives there? Residents and children under 3 at each demand point, conserved; places they would need."""

from tuoyu_geo.demand.build import build_demand as build_demand
from tuoyu_geo.demand.model import Demand as Demand
from tuoyu_geo.demand.model import DemandParameters as DemandParameters
from tuoyu_geo.demand.places import COUNTY as COUNTY
from tuoyu_geo.demand.places import places_by_need as places_by_need

__all__ = ["COUNTY", "Demand", "DemandParameters", "build_demand", "places_by_need"]
