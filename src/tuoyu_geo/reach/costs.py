"""Costs under one standard or another: along the streets, and in straight lines where those stand in."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array

from tuoyu_geo.errors import NetworkError
from tuoyu_geo.network import (
    Attached,
    StreetNetwork,
    estimate_detour_factor,
)
from tuoyu_geo.policy import Standard
from tuoyu_geo.reach.model import ReachParameters
from tuoyu_geo.reach.travel import (
    ASSUMED_DETOUR_FACTOR,
    straight_costs,
    street_costs,
    travel_mode,
    with_straight_lines,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class Costs:
    """Cost matrices under one standard or another, along the streets and in straight lines where those stand in."""

    def __init__(
        self,
        places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
        *,
        joined: Attached | None,
        car: Attached | None,
        streets: StreetNetwork | None,
        parameters: ReachParameters,
    ) -> None:
        self._places = places
        self._joined = {"walk": joined, "ebike": joined, "car": car}
        self._speeds = parameters.speeds
        self.off = self._off(joined)
        missing = any(mask.any() for mask in self.off)
        self.straight = joined is None or (parameters.off_network == "straight_line" and missing)
        self.detour_factor = np.nan
        self.detour_source: Literal["", "set", "estimated", "assumed"] = ""
        if self.straight:
            self.detour_factor, self.detour_source = detour_factor(parameters, streets)

    def straight_entries(
        self,
        cost: csr_array,
        mode: "Mapping[str, Literal['walk', 'ebike', 'car']]",
        area: "NDArray[np.object_]",
    ) -> csr_array:
        """The entries of a cost matrix: 1 where it is a straight line, by the mode of each row's kind of area."""
        row = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
        found = np.zeros(cost.nnz, dtype=np.int8)
        for kind, by in mode.items():
            off = self._off(self._joined[by])
            found |= (area[row] == kind) & (off[0][row] | off[1][cost.indices])
        return csr_array((found, cost.indices, cost.indptr), shape=cost.shape)

    def _off(self, joined: Attached | None) -> "tuple[NDArray[np.bool_], NDArray[np.bool_]]":
        n = len(self._places[0])
        off = np.ones(n + len(self._places[1]), dtype=bool) if joined is None else joined.node_idx < 0
        return off[:n], off[n:]

    def under(self, standard: Standard, cutoff: float) -> csr_array:
        """(n_demand, n_facility) in the standard's unit."""
        joined = self._joined[standard.mode]
        mode = travel_mode(standard, self._speeds)
        along = (
            csr_array((len(self._places[0]), len(self._places[1])), dtype=float)
            if joined is None
            else street_costs(joined, len(self._places[0]), mode=mode, cutoff=cutoff)
        )
        if not self.straight:
            return along
        straight = straight_costs(
            self._places,
            standard=standard,
            speeds=self._speeds,
            detour_factor=self.detour_factor,
            cutoff=cutoff,
        )
        return with_straight_lines(along, straight, off=self._off(joined))


def detour_factor(
    parameters: ReachParameters, streets: StreetNetwork | None
) -> tuple[float, Literal["set", "estimated", "assumed"]]:
    """By how much straight lines are stretched, and where that comes from."""
    if parameters.detour_factor is not None:
        return parameters.detour_factor, "set"
    if streets is None:
        return ASSUMED_DETOUR_FACTOR, "assumed"
    try:
        return estimate_detour_factor(streets), "estimated"
    except NetworkError:  # a network too small to have such pairs
        return ASSUMED_DETOUR_FACTOR, "assumed"


def pick_rows(matrices: dict[str, csr_array], area: "NDArray[np.object_]") -> csr_array:
    """Row i of the matrix of area[i]."""
    shape = next(iter(matrices.values())).shape
    parts = []
    for name, matrix in matrices.items():
        coo = matrix.tocoo()
        keep = area[coo.row] == name
        parts.append((coo.row[keep], coo.col[keep], coo.data[keep]))
    row, col, data = (np.concatenate([part[k] for part in parts]) for k in range(3))
    result = csr_array((data, (row, col)), shape=shape)
    result.sort_indices()
    return result
