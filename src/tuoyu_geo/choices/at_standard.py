"""A planning problem as it would be with another walking standard."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from tuoyu_geo.reach.costs import pick_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import PlanningProblem


def walking(reach: "Reach", standard_m: float, rows: "NDArray[np.bool_]") -> "Reach":
    """Some demand points judged by metres on foot, the others as the policy has it; built-up area as urban points are."""
    own = np.where(rows, "walk", "own").astype(object)
    built_up = reach.built_up
    return replace(
        reach,
        built_up=built_up and replace(built_up, cost=built_up.walk_m, standard=standard_m),
        cost=pick_rows({"walk": reach.walk_m, "own": reach.cost}, own),
        standard=np.where(rows, standard_m, reach.standard),
        cost_unit=np.where(rows, "m", reach.cost_unit).astype(object),
    )


def with_coverage_of(problem: "PlanningProblem", other: "PlanningProblem") -> "PlanningProblem":
    """The problem whose rows are covered as in another; must-serve rows keep their own standard."""
    must = problem.must_serve
    capacity, theirs = problem.capacity, other.capacity
    if capacity is not None and theirs is not None:
        trip = None
        if capacity.trip is not None and theirs.trip is not None:
            trip = _rows_of(capacity.trip, theirs.trip, own=must)
        capacity = replace(
            capacity, reach_now=_rows_of(capacity.reach_now, theirs.reach_now, own=must), trip=trip
        )
    return replace(
        problem,
        covers=_rows_of(problem.covers, other.covers, own=must),
        covered_now=np.where(must, problem.covered_now, other.covered_now),
        capacity=capacity,
    )


def _rows_of(mine: csr_array, theirs: csr_array, *, own: "NDArray[np.bool_]") -> csr_array:
    """Rows of one matrix where `own` says so, of the other elsewhere."""
    order = np.argsort(np.concatenate([np.flatnonzero(~own), np.flatnonzero(own)]))
    stacked = csr_array(vstack([csr_array(theirs)[~own], csr_array(mine)[own]], format="csr"))
    return csr_array(stacked[order])
