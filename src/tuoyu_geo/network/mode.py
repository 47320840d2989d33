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
    """

    name: str
    unit: Literal["m", "min"]
    default_kph: float = 4.8
    speed_kph: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    access_kph: float = 4.8
    respects_oneway: bool = False
    on_foot: bool = True
    excluded: frozenset[str] = MOTORWAYS

    def __post_init__(self) -> None:
        speeds = (self.default_kph, self.access_kph, *self.speed_kph.values())
        if not all(0 < speed < np.inf for speed in speeds):
            raise NetworkError(text("network.speed", mode=self.name))


WALK_M = Mode(name="walk_m", unit="m")
"""Metres on foot. Trunk roads stay open: in a mountain county they are often the only way between two villages."""

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
    respects_oneway=True,
    on_foot=False,
)
"""Minutes by e-bike: 20 km/h on roads, 15 km/h on paths, pushed at 3 km/h on steps."""


def usable(network: StreetNetwork, mode: Mode) -> Bools:
    """(n_edge,) whether the mode may use an edge."""
    open_class = ~network.edges_of(*mode.excluded)
    return open_class & network.foot if mode.on_foot else open_class


def impedance(network: StreetNetwork, mode: Mode) -> Floats:
    """(n_edge,) what each edge costs in the mode's unit; infinite where the mode may not go."""
    cost = network.length_m
    if mode.unit == "min":
        speeds = {**mode.speed_kph, CONNECTOR: mode.access_kph}
        kph = np.array([speeds.get(name, mode.default_kph) for name in network.class_names], dtype=float)
        cost = cost / (kph[network.class_code] * 1000 / 60)
    return np.where(usable(network, mode), cost, np.inf)
