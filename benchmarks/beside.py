"""Ours beside the fastest of the tools that give the same answer, size by size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.interface import OURS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One size of a workload.

    Attributes
    ----------
    workload
        Its name.
    ours
        Our row.
    best
        The fastest peer's, heuristics aside; None where nobody gives our answer.
    """

    workload: str
    ours: Row
    best: Row | None

    @property
    def ratio(self) -> float | None:
        """How many times our seconds the peer takes."""
        return None if self.best is None else median(self.best["seconds"]) / median(self.ours["seconds"])


def beside(results: Mapping[str, Any]) -> Iterator[Beside]:
    """Every size that we did, in the order of the page."""
    for name, one in results.items():
        for ours in one["rows"]:
            if ours["tool"] != OURS:
                continue
            peers = [
                row
                for row in one["rows"]
                if row["n"] == ours["n"]
                and row["tool"] != OURS
                and row["state"] == ours["state"] == "measured"
                and row["seconds"]
                and ours["seconds"]
                and not row["is_heuristic"]
            ]
            best = min(peers, key=lambda row: median(row["seconds"]), default=None)
            yield Beside(workload=name, ours=ours, best=best)
