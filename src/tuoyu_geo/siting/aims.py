"""Aims settled one after another on a planning model, under limits and cuts of the caller's own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.allocation import flow_of_rows
from tuoyu_geo.siting.check import PlanFigures, recompute_plan
from tuoyu_geo.siting.highs import Program, solve
from tuoyu_geo.siting.planning_model import PlanningModel
from tuoyu_geo.siting.planning_result import StageName
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.result import ROUNDING, relative_gap
from tuoyu_geo.siting.settling import WHOLE
from tuoyu_geo.siting.stacking import above, by_column, one_row
from tuoyu_geo.siting.watch import Watch, watching

Limits = list[tuple[StageName, float]]
MANDATORY: tuple[StageName, ...] = ("quota", "must_serve")
"""The aims that are rules: settled first whatever is asked."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cut:
    """A rule on the candidates taken: coefficients @ taken <= upper.

    Attributes
    ----------
    coefficients
        (n_candidate,).
    upper
        Closed.
    """

    coefficients: NDArray[np.float64]
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to look, shared by the many programs of one question.

    Attributes
    ----------
    deadline
        `time.perf_counter` after which the best so far is given with its bound.
    gap
        Relative gap that counts as proof of cost and covered weight; counts are proven outright.
    seed
        Seed of HiGHS.
    watch
        Ends all of them when it is interrupted.
    """

    deadline: float
    gap: float
    seed: int
    watch: Watch

    def left_s(self, *, n_more: int = 1) -> float:
        """Seconds for the next of n programs, never quite none."""
        left_s = 0.0 if self.watch.is_interrupted else self.deadline - perf_counter()
        return max(left_s / max(n_more, 1), 0.05)

    def patient(self) -> "Effort":
        """For a program with next to nothing to search, without which there is nothing to show: Ctrl-C doesn't end it."""
        return replace(self, deadline=perf_counter() + 600.0, watch=Watch(time_limit_s=600.0))

    def part(self, share: float) -> "Effort":
        """The same with a share of the time that is left."""
        now = perf_counter()
        return replace(self, deadline=now + share * max(self.deadline - now, 0.0))


@contextmanager
def effort_of(*, time_limit_s: float, gap: float, seed: int) -> Iterator[Effort]:
    """The effort of one question; Ctrl-C ends it as the time limit does, with what was found and proven until then."""
    with watching(time_limit_s=time_limit_s) as watch:
        yield Effort(deadline=watch.deadline, gap=gap, seed=seed, watch=watch)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Settled:
    """What is known once some aims are settled.

    Attributes
    ----------
    verdict
        "found"; "impossible": proven that no plan keeps limits and cuts; "unknown": none found in the time there was.
    point
        (n_variable,) the plan as the model's variables; all 0 unless found.
    values, bounds
        By aim, in the model's own units, to be minimised: the plan's value, and the proven least given the aims before.
    held
        By aim, the value with the last digits in which sums in another order differ: the limit for what comes next.
    is_proven
        Whether every aim's value is its bound, within the gap.
    """

    verdict: Literal["found", "impossible", "unknown"]
    point: NDArray[np.float64]
    values: dict[StageName, float]
    bounds: dict[StageName, float]
    held: dict[StageName, float]
    is_proven: bool

    def limits(self, *names: StageName) -> Limits:
        """Settled aims (all, or those named) as limits of what comes next."""
        return [(name, self.held[name]) for name in names or self.values]


def settle_aims(
    model: PlanningModel,
    aims: Sequence[StageName],
    *,
    effort: Effort,
    limits: Limits | None = None,
    cuts: Sequence[Cut] = (),
    start: NDArray[np.float64] | None = None,
) -> Settled:
    """Settle aims in their order, each held while the next is sought.

    Parameters
    ----------
    model
        The planning problem as a program.
    aims
        At least one.
    effort
        Time for all of them together.
    limits
        Largest values of any aims, in the model's units, closed.
    cuts
        Rules on the candidates taken.
    start
        (n_variable,) a point that keeps limits and cuts, or None.
    """
    kept: Limits = list(limits or [])
    point = start
    values: dict[StageName, float] = {}
    bounds: dict[StageName, float] = {}
    held: dict[StageName, float] = {}
    for place, name in enumerate(aims):
        program = with_cuts(model.program(name, kept), model, cuts)
        found, bound, verdict = improved(
            program,
            point,
            is_exact=name not in {"cost", "covered", "trip"},
            time_limit_s=effort.left_s(n_more=len(aims) - place),
            effort=effort,
        )
        if found is None:
            return _without(model, verdict)
        point, value = found, float(program.cost @ found)
        if name in WHOLE:
            value, bound = float(round(value)), float(np.ceil(bound - 1e-6))
        elif value <= 1e-9 * model.scale[name]:
            value = 0.0
        values[name], bounds[name] = value, min(bound, value)
        held[name] = value + (1e-6 if name in WHOLE else 1e-8 * model.scale[name])
        kept.append((name, held[name]))
    proven = all(relative_gap(values[name], bounds[name]) <= max(effort.gap, ROUNDING) for name in values)
    return Settled(
        verdict="found",
        point=np.zeros(len(model.lower)) if point is None else point,
        values=values,
        bounds=bounds,
        held=held,
        is_proven=proven,
    )


def improved(
    program: Program,
    point: NDArray[np.float64] | None,
    *,
    is_exact: bool,
    time_limit_s: float,
    effort: Effort,
) -> tuple[NDArray[np.float64] | None, float, Literal["impossible", "unknown"]]:
    """The best point found, the proven least, and what it means where there is none."""
    point = None if point is None else _polished(program, point, seed=effort.seed)
    value = np.inf if point is None else float(program.cost @ point)
    if value <= 0:
        return point, 0.0, "unknown"
    answer = solve(
        program,
        time_limit_s=min(time_limit_s, effort.left_s()),
        gap=0.0 if is_exact else effort.gap,
        seed=effort.seed,
        start=point,
        watch=effort.watch,
    )
    if len(answer.x):
        found = _polished(program, answer.x, seed=effort.seed)
        found = answer.x if found is None else found
        point = found if float(program.cost @ found) < value else point
    bound = max(answer.bound, 0.0) if np.isfinite(answer.bound) else 0.0
    return point, bound, "impossible" if answer.verdict == "infeasible" else "unknown"


def smallest_plan(
    model: PlanningModel, *, n_forced: int, by: Literal["sites", "cost"], effort: Effort
) -> NDArray[np.float64]:
    """(n_variable,) the forced sites alone, at full size or at their cheapest: a start within any limit that can be."""
    alone = Cut(coefficients=np.ones(model.n_candidate), upper=float(n_forced))
    # With the sites fixed there is next to nothing to search, and without a start there would be nothing to show.
    return settle_aims(model, (by,), effort=effort.patient(), cuts=(alone,)).point


def _polished(program: Program, point: NDArray[np.float64], *, seed: int) -> NDArray[np.float64] | None:
    """The best point with the same whole variables, free of the tolerances of a search; None where there is none."""
    whole = np.round(point[program.integer])
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[program.integer] = upper[program.integer] = whole
    answer = solve(replace(program, lower=lower, upper=upper), time_limit_s=600.0, gap=0.0, seed=seed)
    if not len(answer.x):
        return None
    exact = answer.x.copy()
    exact[program.integer] = whole
    return exact


def figures_of(problem: PlanningProblem, model: PlanningModel, point: NDArray[np.float64]) -> PlanFigures:
    """A point's figures, worked out from the arrays and not from the model."""
    selected = np.flatnonzero(model.sites_of(point))
    return recompute_plan(
        problem,
        selected,
        site_places=at_size(problem, model, point)[0][selected].tolist(),
        flow=flow_of_rows(problem, model, point),
    )


def at_size(
    problem: PlanningProblem, model: PlanningModel, point: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n_candidate,) places and cost of each candidate at the size taken; its full size where it is not taken."""
    places, cost = problem.places.astype(np.float64), problem.site_cost.astype(np.float64)
    smaller = np.flatnonzero(point[model.at["v"]] > 0.5)
    places[problem.sizes.column[smaller]] = problem.sizes.places[smaller]
    cost[problem.sizes.column[smaller]] = problem.sizes.cost[smaller]
    return places, cost


def with_cuts(program: Program, model: PlanningModel, cuts: Sequence[Cut]) -> Program:
    """The program with rules on the candidates added."""
    if not cuts:
        return program
    sites = model.site_rows()
    rows = [one_row(sites.T @ cut.coefficients) for cut in cuts]
    return replace(
        program,
        matrix=by_column(above(program.matrix, *rows)),
        row_lower=np.concatenate([program.row_lower, np.full(len(cuts), -np.inf)]),
        row_upper=np.concatenate([program.row_upper, [cut.upper + 1e-6 for cut in cuts]]),
    )


def only(columns: NDArray[np.int64] | Sequence[int], *, n: int, sign: float = 1.0) -> NDArray[np.float64]:
    """(n,) a cut's coefficients: `sign` at some columns, 0 elsewhere."""
    row = np.zeros(n)
    row[np.asarray(columns, dtype=np.int64)] = sign
    return row


def _without(model: PlanningModel, verdict: Literal["impossible", "unknown"]) -> Settled:
    return Settled(
        verdict=verdict,
        point=np.zeros(len(model.lower)),
        values={},
        bounds={},
        held={},
        is_proven=verdict == "impossible",
    )
