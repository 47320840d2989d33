"""How far is it? Streets as arrays, points joined to them, and what the way between two points costs.

The parts that need geopandas or shapely stay outside this door, so that arrays can be used without them:
`tuoyu_geo.network.roads.from_roads` reads a road layer, `tuoyu_geo.network.areas.service_areas` draws.
"""

from tuoyu_geo.network.cost import adjacency as adjacency
from tuoyu_geo.network.cost import cost_matrix as cost_matrix
from tuoyu_geo.network.graphml import read_graphml as read_graphml
from tuoyu_geo.network.links import read_links as read_links
from tuoyu_geo.network.mode import CAR_MIN as CAR_MIN
from tuoyu_geo.network.mode import EBIKE_MIN as EBIKE_MIN
from tuoyu_geo.network.mode import WALK_M as WALK_M
from tuoyu_geo.network.mode import WALK_MIN as WALK_MIN
from tuoyu_geo.network.mode import Mode as Mode
from tuoyu_geo.network.mode import impedance as impedance
from tuoyu_geo.network.noding import from_lines as from_lines
from tuoyu_geo.network.osm import read_osm as read_osm
from tuoyu_geo.network.route import Route as Route
from tuoyu_geo.network.route import routes as routes
from tuoyu_geo.network.slope import walk_stretch as walk_stretch
from tuoyu_geo.network.snap import Attached as Attached
from tuoyu_geo.network.snap import attach as attach
from tuoyu_geo.network.snap import distance_to_class_m as distance_to_class_m
from tuoyu_geo.network.straight import estimate_detour_factor as estimate_detour_factor
from tuoyu_geo.network.straight import straight_line_matrix as straight_line_matrix
from tuoyu_geo.network.street import StreetNetwork as StreetNetwork
from tuoyu_geo.network.street import from_edges as from_edges
