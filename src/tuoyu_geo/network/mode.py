"""How people move, and what an edge costs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.messages import text
from tuoyu_geo.network.street import CONNECTOR, Bools, Floats, StreetNetwork

MOTORWAYS = frozenset({"motorway", "motorway_link"})
FOOTPATHS = frozenset({"bridleway", "cycleway", "footway", "path", "pedestrian", "steps"})
"""Road classes without cars."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of moving along the streets.

    Attributes
    ----------
    name
        What settings and tables call it.
    unit
        "m": an edge costs its length; "min": an edge costs length over speed.
    default_kph
        Speed on road classes that `speed_kph` doesn't name [km/h]; without meaning in metres.
    speed_kph
        Speed by road class [km/h].
    access_kph
        Speed on the last metres between a point and its street [km/h].
    respects_oneway
        Whether one-way streets bind.
    on_foot
        Whether streets closed to pedestrians are closed to this mode.
    excluded
        Road classes that this mode doesn't use and isn't snapped to.
    no_access
        Road classes that this mode uses but isn't snapped to: nobody's door opens on a motorway.
    stated_speed
        Whether the speed that a street states counts, and not its class's.
    """

    name: str
    unit: Literal["m", "min"]
    default_kph: float = 4.8
    speed_kph: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    access_kph: float = 4.8
    respects_oneway: bool = False
    on_foot: bool = True
    excluded: frozenset[str] = MOTORWAYS
    no_access: frozenset[str] = frozenset()
    stated_speed: bool = False

    def __post_init__(self) -> None:
        speeds = (self.default_kph, self.access_kph, *self.speed_kph.values())
        if not all(0 < speed < np.inf for speed in speeds):
            raise NetworkError(text("network.speed", mode=self.name))


WALK_M = Mode(name="walk_m", unit="m")
"""Metres on foot. Trunk roads stay open: in a mountain county they are often the only way between two villages."""

WALK_MIN = Mode(name="walk_min", unit="min")
"""Minutes on foot: 4.8 km/h, and slower or faster on a slope where the network knows its slopes."""

EBIKE_MIN = Mode(
    name="ebike_min",
    unit="min",
    default_kph=20.0,
    speed_kph=MappingProxyType(
        {
            "bridleway": 15.0,
            "cycleway": 15.0,
            "footway": 15.0,
            "living_street": 15.0,
            "path": 15.0,
            "pedestrian": 15.0,
            "steps": 3.0,
            "track": 15.0,
        }
    ),
    on_foot=False,
)
"""Minutes by e-bike: 20 km/h on roads, 15 km/h on paths, pushed at 3 km/h on steps. One-way streets don't bind: a
rider keeps to the cycle lane, or walks the bike."""

CAR_MIN = Mode(
    name="car_min",
    unit="min",
    default_kph=30.0,
    speed_kph=MappingProxyType(
        {
            "living_street": 15.0,
            "motorway": 90.0,
            "motorway_link": 45.0,
            "primary": 45.0,
            "secondary": 40.0,
            "service": 15.0,
            "tertiary": 35.0,
            "track": 15.0,
            "trunk": 60.0,
            "trunk_link": 40.0,
        }
    ),
    respects_oneway=True,
    on_foot=False,
    excluded=FOOTPATHS,
    no_access=MOTORWAYS,
    stated_speed=True,
)
"""Minutes by car, one-way streets binding. The speeds are assumptions about what is driven in a county town, well
below the limits; where a street states its speed, that counts in their stead."""


def usable(network: StreetNetwork, mode: Mode) -> Bools:
    """(n_edge,) whether the mode may use an edge."""
    open_class = ~network.edges_of(*mode.excluded)
    return open_class & network.foot if mode.on_foot else open_class


def impedance(network: StreetNetwork, mode: Mode, *, backwards: bool = False) -> Floats:
    """(n_edge,) what each edge costs in the mode's unit; infinite where the mode may not go.

    From u to v, or `backwards` from v to u: the two differ where a walk in minutes goes uphill. Whether a one-way
    street is open in that direction is left to the search.
    """
    cost = network.length_m
    if mode.unit == "min":
        speeds = {**mode.speed_kph, CONNECTOR: mode.access_kph}
        kph = np.array([speeds.get(name, mode.default_kph) for name in network.class_names], dtype=float)
        kph = kph[network.class_code] if len(kph) else np.zeros(0)
        if mode.stated_speed and network.speed_kph is not None:
            kph = np.where(np.isnan(network.speed_kph), kph, network.speed_kph)
        cost = cost / (kph * 1000 / 60)
        if mode.on_foot and network.walk_stretch is not None:
            cost = cost * network.walk_stretch[:, int(backwards)]
    return np.where(usable(network, mode), cost, np.inf)
