"""How people get there as the project sets it, and what a way costs them: along streets, or in straight lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array

from tuoyu_geo.network import (
    CAR_MIN,
    EBIKE_MIN,
    WALK_M,
    WALK_MIN,
    Attached,
    Mode,
    cost_matrix,
    straight_line_matrix,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.policy import Standard

ASSUMED_DETOUR_FACTOR = 1.4
"""Used where there is no network to estimate it from; 1.3 to 1.5 is what street networks mostly show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """Speeds of the modes.

    Attributes
    ----------
    walk_kph, ebike_kph, car_kph
        On streets whose class has no speed of its own [km/h]; the last metres off the street are walked.
    by_class
        By mode and road class: the project's own speeds [km/h].
    """

    walk_kph: float
    ebike_kph: float
    car_kph: float
    by_class: Mapping[Literal["walk", "ebike", "car"], Mapping[str, float]] = field(default_factory=dict)

    def of(self, mode: Literal["walk", "ebike", "car"]) -> float:
        """The speed of "walk", "ebike" or "car" where nothing else is said [km/h]."""
        return {"walk": self.walk_kph, "ebike": self.ebike_kph, "car": self.car_kph}[mode]


def travel_mode(standard: "Standard", speeds: Speeds) -> Mode:
    """How people get there under a standard."""
    if standard.mode == "walk" and standard.unit == "m":
        return WALK_M
    base = {"walk": WALK_MIN, "ebike": EBIKE_MIN, "car": CAR_MIN}[standard.mode]
    return replace(
        base,
        name=f"{standard.mode}_{standard.unit}",
        unit=standard.unit,
        default_kph=speeds.of(standard.mode),
        speed_kph={**base.speed_kph, **speeds.by_class.get(standard.mode, {})},
        access_kph=speeds.walk_kph,
    )


def street_costs(attached: Attached, n_demand: int, *, mode: Mode, cutoff: float) -> csr_array:
    """Cost from every demand point to every facility along the streets.

    Parameters
    ----------
    attached
        All points joined to the streets, demand points first.
    n_demand
        How many of them are demand points.
    mode, cutoff
        As in `cost_matrix`.

    Returns
    -------
    csr_array
        (n_demand, n_facility); points that are off the network keep empty rows and columns.
    """
    node = attached.node_idx
    rows, columns = np.flatnonzero(node[:n_demand] >= 0), np.flatnonzero(node[n_demand:] >= 0)
    found = cost_matrix(
        attached.network, node[:n_demand][rows], node[n_demand:][columns], cutoff, mode=mode
    ).tocoo()
    result = csr_array(
        (found.data, (rows[found.row], columns[found.col])), shape=(n_demand, len(node) - n_demand)
    )
    result.sort_indices()
    return result


def straight_costs(
    places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
    *,
    standard: "Standard",
    speeds: Speeds,
    detour_factor: float,
    cutoff: float,
) -> csr_array:
    """The same in straight lines times a detour factor, in the standard's unit; all of it an estimate."""
    if standard.unit == "m":
        return straight_line_matrix(*places, cutoff, detour_factor=detour_factor)
    metres_per_min = speeds.of(standard.mode) * 1000 / 60
    metres = straight_line_matrix(*places, cutoff * metres_per_min, detour_factor=detour_factor)
    return csr_array((metres.data / metres_per_min, metres.indices, metres.indptr), shape=metres.shape)


def with_straight_lines(
    streets: csr_array, straight: csr_array, *, off: "tuple[NDArray[np.bool_], NDArray[np.bool_]]"
) -> csr_array:
    """Street costs, and straight ones for the pairs of which a demand point or a facility is `off` the network."""
    kept, filled = streets.tocoo(), straight.tocoo()
    chosen = off[0][filled.row] | off[1][filled.col]
    # points off the network have no street costs, so that no pair comes twice
    result = csr_array(
        (
            np.concatenate([kept.data, filled.data[chosen]]),
            (
                np.concatenate([kept.row, filled.row[chosen]]),
                np.concatenate([kept.col, filled.col[chosen]]),
            ),
        ),
        shape=streets.shape,
    )
    result.sort_indices()
    return result
