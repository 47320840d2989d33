"""A program put together from named blocks of variables and rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from tuoyu_geo.siting.stacking import above, beside, by_column, nothing


class Parts:
    """Blocks of variables in a fixed order, and the rows over them.

    Parameters
    ----------
    widths
        Number of variables of each block, in their order.
    """

    def __init__(self, widths: Mapping[str, int]) -> None:
        self._widths = dict(widths)
        ends = np.cumsum(list(widths.values()))
        self.at = {
            name: slice(int(end - width), int(end))
            for (name, width), end in zip(widths.items(), ends, strict=True)
        }
        self._rows: list[csr_array] = []
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []

    @property
    def n_column(self) -> int:
        """Number of variables."""
        return sum(self._widths.values())

    def spread(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """(n_column,) the values of each block, 0 in the blocks not named."""
        whole = np.zeros(self.n_column)
        for name, part in values.items():
            whole[self.at[name]] = part
        return whole

    def add(self, blocks: Mapping[str, Any], *, lower: Any, upper: Any) -> None:  # noqa: ANN401  (numbers or arrays)
        """Rows ``lower <= sum of block @ its variables <= upper``."""
        n = next(iter(blocks.values())).shape[0]
        self._rows.append(
            beside(*(blocks.get(name, nothing(n, width)) for name, width in self._widths.items()))
        )
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (n,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (n,)))

    def matrix(self) -> csc_array:
        """All rows."""
        return by_column(above(*self._rows))

    def sides(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper sides of the rows."""
        return np.concatenate(self._lower), np.concatenate(self._upper)
