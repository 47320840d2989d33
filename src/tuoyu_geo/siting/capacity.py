"""Places as what serves: how many each row needs, who offers them today, and the sizes a candidate can take."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tuoyu_geo.messages import text


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Capacity:
    """Who needs places, and who has some.

    Attributes
    ----------
    need
        (n_demand,) places a row needs to be served in full; a row of 0 is served by being in reach.
    reach_now
        (n_demand, n_existing) boolean: the institution is within the standard of the row.
    places_now
        (n_existing,) places of each existing institution.
    spare_now
        (n_existing,) of these, the places that nobody uses: the most that must-serve rows together may take.
    trip
        (n_demand, n_existing + n_candidate) length of the trip in any one unit, an entry wherever there is reach;
        None leaves the trips out of the aims.
    """

    need: NDArray[np.float64]
    reach_now: csr_array
    places_now: NDArray[np.float64]
    spare_now: NDArray[np.float64]
    trip: csr_array | None = None

    @property
    def n_existing(self) -> int:
        """Number of institutions that count today."""
        return len(self.places_now)

    def faults(self, *, n_demand: int, n_candidate: int) -> Iterator[str]:
        """What does not fit, a sentence each."""
        shapes = {
            "need": (n_demand,),
            "reach_now": (n_demand, self.n_existing),
            "spare_now": (self.n_existing,),
        }
        if self.trip is not None:
            shapes["trip"] = (n_demand, self.n_existing + n_candidate)
        yield from _faults(self, shapes, ("need", "places_now", "spare_now"))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sizes:
    """Smaller sizes that candidates can take instead of their full one.

    Attributes
    ----------
    column
        (n_size,) the candidate.
    places, cost
        (n_size,) what it then offers and costs; places below the candidate's full size.
    """

    column: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    places: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    cost: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def faults(self, *, full: NDArray[np.float64]) -> Iterator[str]:
        """What does not fit, a sentence each."""
        n = len(self.column)
        yield from _faults(self, {"places": (n,), "cost": (n,)}, ("places", "cost"))
        lost = np.unique(self.column[(self.column < 0) | (self.column >= len(full))])
        if len(lost):
            yield text("siting.indices_outside", name="sizes.column", found=lost.tolist(), n=len(full))
        elif np.shape(self.places) == (n,) and (self.places >= full[self.column]).any():
            large = np.unique(self.column[self.places >= full[self.column]])
            yield text("siting.size_not_smaller", found=large.tolist())


def _faults(
    subject: object, shapes: dict[str, tuple[int, ...]], not_negative: tuple[str, ...]
) -> Iterator[str]:
    for name, expected in shapes.items():
        found = np.shape(getattr(subject, name))
        if found != expected:
            yield text("siting.shape_wrong", name=name, found=found, expected=expected)
    for name in not_negative:
        values = np.asarray(getattr(subject, name), dtype=np.float64)
        n_bad = int((~(np.isfinite(values) & (values >= 0))).sum())
        if n_bad:
            yield text("siting.values_bad", name=name, n=n_bad)
