"""Several planning models as one program: the same sites in all, or the sites of each kept in the next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csr_array

from tuoyu_geo.errors import SitingError
from tuoyu_geo.messages import text
from tuoyu_geo.siting.aims import Effort, improved
from tuoyu_geo.siting.highs import Program
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.result import ROUNDING, relative_gap
from tuoyu_geo.siting.stacking import above, beside, by_column, nothing, one_row


class Joint:
    """Models side by side, their sites linked, and one more variable at the end: the worst of some measure.

    Sizes are the full ones in every model.

    Parameters
    ----------
    models
        Over the same candidates in the same order.
    link
        "nested": what one model takes the next takes too; "same": all take the same.
    start
        A point of each model that keeps the links.
    effort
        Time for all that is minimised.

    Attributes
    ----------
    is_proven
        Whether every minimum so far is proven within the gap.
    """

    def __init__(
        self,
        models: Sequence[PlanningModel],
        *,
        link: Literal["nested", "same"],
        start: Sequence[NDArray[np.float64]],
        effort: Effort,
    ) -> None:
        parts = [model.program("covered", []) for model in models]
        self._begins = np.concatenate([[0], np.cumsum([len(part.lower) for part in parts])])
        self._effort = effort
        # The last variable at its most keeps every limit that measures are put under.
        self._point = np.concatenate([*start, [1.0]])
        self.is_proven = True
        links = [
            self._rows({k: models[k].site_rows(), k + 1: -models[k + 1].site_rows()})
            for k in range(len(models) - 1)
        ]
        blocks = csr_array(block_diag([part.matrix for part in parts], format="csr"))
        n_link = sum(one.shape[0] for one in links)
        self._program = Program(
            matrix=by_column(above(beside(blocks, nothing(blocks.shape[0], 1)), *links)),
            cost=np.zeros(self._begins[-1] + 1),
            lower=np.concatenate([*(part.lower for part in parts), [0.0]]),
            upper=np.concatenate([*(part.upper for part in parts), [1.0]]),
            row_lower=np.concatenate(
                [*(part.row_lower for part in parts), np.full(n_link, -np.inf if link == "nested" else 0.0)]
            ),
            row_upper=np.concatenate([*(part.row_upper for part in parts), np.zeros(n_link)]),
            integer=np.concatenate([*(part.integer for part in parts), [False]]),
        )

    def _rows(self, blocks: Mapping[int, csr_array]) -> csr_array:
        n_row = next(iter(blocks.values())).shape[0]
        widths = np.diff(self._begins)
        return beside(
            *(blocks.get(k, nothing(n_row, int(width))) for k, width in enumerate(widths)), nothing(n_row, 1)
        )

    def vector(self, parts: Mapping[int, NDArray[np.float64]], *, worst: float = 0.0) -> NDArray[np.float64]:
        """(n_variable,) coefficients over some models' variables and the last variable, 0 elsewhere."""
        row = np.zeros(self._begins[-1] + 1)
        for k, values in parts.items():
            row[self._begins[k] : self._begins[k + 1]] = values
        row[-1] = worst
        return row

    def limit(self, row: NDArray[np.float64], upper: float) -> None:
        """Add ``row @ variables <= upper``."""
        self._program = replace(
            self._program,
            matrix=by_column(above(self._program.matrix, one_row(row))),
            row_lower=np.append(self._program.row_lower, -np.inf),
            row_upper=np.append(self._program.row_upper, upper),
        )

    def minimise(
        self, cost: NDArray[np.float64], *, n_more: int, slack: float, is_whole: bool = False
    ) -> tuple[float, float]:
        """Minimise and hold a measure; its value and the proven least.

        Parameters
        ----------
        cost
            As of `vector`.
        n_more
            Measures still to come, this one included: each gets its share of the time.
        slack
            By how much the held value may be exceeded: the digits in which sums differ.
        is_whole
            Whether the measure counts whole things.

        Raises
        ------
        SitingError
            The start did not keep the links or the limits: a fault of the caller.
        """
        point, bound, _ = improved(
            replace(self._program, cost=cost),
            self._point,
            is_exact=is_whole,
            time_limit_s=self._effort.left_s(n_more=n_more),
            effort=self._effort,
        )
        if point is None:
            raise SitingError(text("siting.start_lost"))
        self._point, value = point, float(cost @ point)
        if is_whole:
            value, bound = float(round(value)), float(np.ceil(bound - 1e-6))
        elif value <= slack:
            value = 0.0
        bound = min(bound, value)
        self.is_proven &= (
            relative_gap(value, bound) <= max(self._effort.gap, ROUNDING) or value - bound <= slack
        )
        self.limit(cost, value + (1e-6 if is_whole else slack))
        return value, bound

    def point_of(self, k: int) -> NDArray[np.float64]:
        """(n_variable of model k,) its part of the best point so far."""
        return self._point[self._begins[k] : self._begins[k + 1]]
