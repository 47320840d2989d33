"""A task solved by our kernel, counted again from its numbers, and held against what is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from benchmarks.instances.answers import Known
from benchmarks.instances.tasks import Task
from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import SitingResult, max_coverage, p_center, p_median, set_cover

# Sums in another order differ in the last digits.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A row of the table, and what contradicts.

    Attributes
    ----------
    ours, bound
        In the unit of the known answer; NaN without a plan.
    gap, seconds
        Of the kernel.
    status
        "optimal", "feasible", "infeasible", or "no plan in time".
    beside
        Ours beside the known answer, in a word or two.
    contradictions
        A sentence each.
    is_interrupted
        Ctrl-C was pressed.
    """

    ours: float
    bound: float
    gap: float
    seconds: float
    status: str
    beside: str
    contradictions: tuple[str, ...] = ()
    is_interrupted: bool = False


def judge(task: Task, *, time_limit_s: float, gap: float) -> Verdict:
    """Solve a task and look at the answer."""
    known = task.question.known
    try:
        result = solve(task, time_limit_s=time_limit_s, gap=gap)
    except SitingError:
        nan = float("nan")
        return Verdict(
            ours=nan, bound=nan, gap=nan, seconds=time_limit_s, status="no plan in time", beside="-"
        )
    unit = _unit(task)
    ours, bound = result.objective / unit, result.bound / unit
    faults = list(_own_faults(task, result))
    beside = "-"
    if known is not None:
        is_most = task.question.kernel == "max_coverage"
        beside, against = compare(
            known, ours=ours, bound=bound, status=result.status, gap=gap, is_most=is_most
        )
        faults += against
    return Verdict(
        ours=ours,
        bound=bound,
        gap=result.gap,
        seconds=result.seconds,
        status=result.status,
        beside=beside,
        contradictions=tuple(faults),
        is_interrupted=result.is_interrupted,
    )


def solve(task: Task, *, time_limit_s: float, gap: float) -> SitingResult:
    """What our kernel says."""
    asked, limits = task.question, {"time_limit_s": time_limit_s, "gap": gap}
    if asked.kernel == "set_cover":
        return set_cover(task.cost, standard=asked.standard or 0.0, **limits)
    if asked.kernel == "max_coverage":
        return max_coverage(task.cost, task.weight, p=asked.p, standard=asked.standard or 0.0, **limits)
    if asked.kernel == "p_center":
        return p_center(task.cost, p=asked.p, **limits)
    return p_median(task.cost, task.weight, p=asked.p, capacity=task.capacity, load=task.load, **limits)


def compare(
    known: Known, *, ours: float, bound: float, status: str, gap: float, is_most: bool
) -> tuple[str, list[str]]:
    """Ours beside the known answer in a word or two, and what of it can't be.

    Parameters
    ----------
    known
        The answer.
    ours, bound, status, gap
        Of our plan, and the gap that counts as proof.
    is_most
        Whether more is better.
    """
    if known.answer == "infeasible" or status == "infeasible":
        if known.answer == status:
            return "same", []
        return "contradicts", [f"we say {status}, {known.source} {known.answer}"]
    slack = known.rounding + 1e-11 * abs(known.value)
    sign = -1.0 if is_most else 1.0
    worse = sign * (ours - known.value)
    faults = []
    if sign * (bound - known.value) > slack:
        faults.append(f"our bound {bound:,.15g} rules out the known answer {known.answer} ({known.source})")
    if status == "optimal" and worse > slack + gap * abs(ours):
        faults.append(f"we call {ours:,.15g} optimal, {known.source} has {known.answer}")
    if known.is_best and worse < -slack:
        faults.append(
            f"we count {ours:,.15g}, better than {known.answer}, the best there is ({known.source})"
        )
    if faults:
        return "contradicts", faults
    if abs(worse) <= slack:
        return "same", []
    return f"{abs(worse) / max(abs(known.value), 1e-300):.2%} {'worse' if worse > 0 else 'better'}", []


def _unit(task: Task) -> float:
    return task.question.divisor * (float(task.weight.sum()) if task.question.per_weight else 1.0)


def _own_faults(task: Task, result: SitingResult) -> list[str]:
    """What the numbers themselves say against the result."""
    if result.status == "infeasible":
        return []
    faults = []
    if task.question.p is not None and len(set(result.selected.tolist())) != task.question.p:
        faults.append(f"{len(result.selected)} sites, not {task.question.p}")
    again = _counted(task, result)
    if abs(again - result.objective) > ROUNDING * max(abs(again), 1.0):
        faults.append(f"counted again the plan comes to {again:,.15g}, not {result.objective:,.15g}")
    sign = -1.0 if task.question.kernel == "max_coverage" else 1.0
    if sign * (result.bound - result.objective) > ROUNDING * max(abs(again), 1.0):
        faults.append(f"the bound {result.bound:,.15g} is on the wrong side of {result.objective:,.15g}")
    return faults


def _counted(task: Task, result: SitingResult) -> float:
    """The measure of the chosen sites, from costs and weights alone."""
    cost = _columns(task.cost, result.selected)
    nearest = cost.min(axis=1, initial=np.inf)
    if task.question.kernel == "set_cover":
        is_covered = bool((nearest <= (task.question.standard or 0.0)).all())
        return float(len(result.selected)) if is_covered else np.inf
    if task.question.kernel == "max_coverage":
        return float(task.weight[nearest <= (task.question.standard or 0.0)].sum())
    if task.question.kernel == "p_center":
        return float(nearest.max())
    counts = task.weight > 0
    if task.capacity is None or task.load is None:
        return float((task.weight * np.where(counts, nearest, 0.0)).sum())
    site = np.searchsorted(result.selected, result.assigned)
    held = np.bincount(site, weights=task.load, minlength=len(result.selected))
    if (held > task.capacity[result.selected] * (1 + ROUNDING)).any():
        return np.inf
    return float((task.weight * cost[np.arange(len(cost)), site])[counts].sum())


def _columns(cost: Any, selected: NDArray[np.int64]) -> NDArray[np.float64]:  # noqa: ANN401  (dense or sparse)
    if not issparse(cost):
        return np.asarray(cost, dtype=np.float64)[:, selected]
    chosen = cost.tocsc()[:, selected].tocoo()
    table = np.full(chosen.shape, np.inf)
    table[chosen.row, chosen.col] = chosen.data
    return table
