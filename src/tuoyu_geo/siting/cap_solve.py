"""Every row whole to one site with room for it: plan, bound, and the undecided core."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.cap_bound import CapBound, bound_capacity, whole_rows
from tuoyu_geo.siting.cap_core import CapAnswer, solve_cap_core
from tuoyu_geo.siting.cap_problem import CapProblem
from tuoyu_geo.siting.cap_search import CapPlan, move_sites, plan_whole, vary_plan
from tuoyu_geo.siting.pick import pick_within
from tuoyu_geo.siting.result import is_whole, raised, relative_gap
from tuoyu_geo.siting.stacking import tally
from tuoyu_geo.siting.watch import Watch

# Beyond this many pairs HiGHS does not leave its first relaxation within a minute.
MOST_PAIRS = 400_000

# A plan this far from the bound is looked at again, under the fines of a search that may overfill.
WIDE_GAP = 0.005

# Shares of the bound by which the best plan may lie above it, as guesses go; the last guesses nothing.
MARGINS = (0.0005, 0.002, 0.008, np.inf)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class CapOutcome:
    """The best plan or None, its bound, how it was found, and whether it is proven that there is none."""

    plan: CapPlan | None
    bound: float
    method: str
    is_infeasible: bool = False


def solve_whole(problem: CapProblem, *, watch: Watch, gap: float, seed: int) -> CapOutcome:
    """The plan of least value."""
    best: list[CapPlan] = []

    def try_plan(selected: NDArray[np.int64]) -> float:
        plan = plan_whole(problem, selected, watch=watch)
        if plan is not None and (not best or plan.value < best[0].value * 1.05):
            plan = move_sites(problem, plan, watch=watch)
        if plan is not None and (not best or plan.value < best[0].value):
            best[:] = [plan]
        return best[0].value if best else np.inf

    begin = first_prices(problem)
    saving = np.maximum(begin[problem.row] - problem.value, 0.0)
    score = tally(problem.column, saving, n=problem.n_candidate)
    value = try_plan(pick_within(score, problem.limits).affordable)
    if not best:
        # The roomiest sites may lie badly, and yet hold everyone.
        value = try_plan(pick_within(problem.capacity, problem.limits).affordable)
    relaxed = bound_capacity(
        problem,
        begin=begin,
        value=value,
        try_plan=try_plan,
        n_step=400,
        watch=watch,
        until=watch.deadline - 0.5 * watch.left_s(),
        gap=0.0 if len(problem.row) <= 100_000 else gap,
    )
    bound = raised(relaxed.bound, problem.value)
    whole = whole_rows(problem)
    if (
        whole is not None
        and relative_gap(best[0].value if best else np.inf, bound) > gap
        and not watch.is_over()
    ):
        relaxed = bound_capacity(
            problem,
            begin=relaxed.price,
            whole=whole,
            value=best[0].value if best else np.inf,
            try_plan=try_plan,
            n_step=400,
            watch=watch,
            until=watch.deadline - 0.5 * watch.left_s(),
            gap=0.0,
        )
        bound = raised(relaxed.bound, problem.value)
    plan = best[0] if best else None
    value = np.inf if plan is None else plan.value
    # Without the tighter bound HiGHS finds better plans in small cores, and sooner.
    if (plan is None or whole is not None) and relative_gap(value, bound) > WIDE_GAP:
        plan = vary_plan(
            problem,
            pick_within(-relaxed.loss * np.where(relaxed.picked, -1.0, 1.0), problem.limits).affordable,
            plan,
            seed=seed,
            is_enough=lambda value: relative_gap(value, bound) <= gap or watch.is_over(),
        )
    if plan is not None and (relative_gap(plan.value, bound) <= gap or watch.is_over()):
        return CapOutcome(plan=plan, bound=bound, method="lagrangian")
    return _core(problem, plan, relaxed, bound=bound, watch=watch, gap=gap, seed=seed)


def first_prices(problem: CapProblem) -> NDArray[np.float64]:
    """What a row would pay if as many sites as wanted lay at random: the value at that rank, near the end at most."""
    n_site = max(problem.limits.p or 1, 1)
    order = np.lexsort((problem.value, problem.row))
    start = np.searchsorted(problem.row[order], np.arange(problem.n_row))
    size = np.diff(np.append(start, len(order)))
    rank = np.minimum(np.maximum(size - 1, 0), problem.n_candidate // n_site)
    price = np.zeros(problem.n_row)
    filled = size > 0
    price[filled] = problem.value[order][(start + rank)[filled]]
    return price


def _core(
    problem: CapProblem,
    plan: CapPlan | None,
    relaxed: CapBound,
    *,
    bound: float,
    watch: Watch,
    gap: float,
    seed: int,
) -> CapOutcome:
    """HiGHS on ever larger cores, each as if the best plan cost only so much more than the bound.

    A core holds every plan within its margin of the bound. Whatever is left out costs more than that, so a core
    solved proves the lesser of its own bound and the margin; small ones are quick, and a good plan shrinks the rest.
    """
    for share in MARGINS:
        value = np.inf if plan is None else plan.value
        # Whole values make a better plan better by one.
        better = value - relaxed.bound - (1.0 - 1e-6 if is_whole(problem.value) else -1e-9 * abs(value))
        margin = min(share * abs(relaxed.bound), better) if np.isfinite(share) else better
        columns, taken, pairs = _within_margin(problem, relaxed, margin)
        if len(pairs) > MOST_PAIRS and plan is not None:
            break
        found = _solve_core(
            problem,
            plan,
            columns=columns,
            taken=taken,
            pairs=pairs,
            bound=bound,
            watch=watch,
            gap=gap,
            seed=seed,
        )
        if found.answer.verdict == "infeasible" and plan is None and not np.isfinite(margin):
            return CapOutcome(plan=None, bound=np.inf, method="highs", is_infeasible=True)
        improved = _plan_of(problem, found.selected, found.share)
        if improved is not None and improved.value < value:
            plan = improved
        value = np.inf if plan is None else plan.value
        bound = max(bound, min(found.answer.bound, relaxed.bound + margin, value))
        if margin >= better:
            # The core held all that could be better.
            bound = max(bound, min(found.answer.bound, value))
        bound = raised(bound, problem.value)
        is_proven = plan is not None and relative_gap(value, bound) <= gap
        if margin >= better or is_proven or watch.is_over():
            break
    return CapOutcome(plan=plan, bound=bound, method="lagrangian+highs")


def _within_margin(
    problem: CapProblem, relaxed: CapBound, margin: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Candidates and pairs that a plan within the margin of the bound may use, and candidates that it must."""
    columns = np.flatnonzero((relaxed.loss <= margin) | relaxed.picked)
    taken = np.flatnonzero((relaxed.loss > margin) & relaxed.picked)
    is_open = np.zeros(problem.n_candidate, dtype=bool)
    is_open[columns] = True
    outside = np.where(relaxed.picked, 0.0, relaxed.loss)
    keep = (relaxed.pair_loss + outside[problem.column] <= margin) & is_open[problem.column]
    return columns, taken, np.flatnonzero(keep)


def _solve_core(
    problem: CapProblem,
    plan: CapPlan | None,
    *,
    columns: NDArray[np.int64],
    taken: NDArray[np.int64],
    pairs: NDArray[np.int64],
    bound: float,
    watch: Watch,
    gap: float,
    seed: int,
) -> CapAnswer:
    start = None
    in_hand = np.inf if plan is None else plan.value
    if plan is not None:
        used = plan.site[problem.row] == problem.column
        is_inside = np.isin(np.flatnonzero(used), pairs).all() and np.isin(plan.selected, columns).all()
        if is_inside and np.isin(taken, plan.selected).all():
            start = plan.selected, used.astype(float)
    return solve_cap_core(
        problem,
        columns=columns,
        taken=taken,
        pairs=pairs,
        start=start,
        watch=watch,
        time_limit_s=watch.left_s(),
        gap=gap,
        seed=seed,
        tell=lambda value, _: watch.tell(objective=min(in_hand, value), bound=min(bound, in_hand)),
    )


def _plan_of(problem: CapProblem, selected: NDArray[np.int64], share: NDArray[np.float64]) -> CapPlan | None:
    """HiGHS's plan, or None where its tolerance bent a limit."""
    used = np.flatnonzero(share > 0.5)
    if len(used) != problem.n_row or not problem.limits.affords(selected):
        return None
    site = np.full(problem.n_row, -1, dtype=np.int64)
    site[problem.row[used]] = problem.column[used]
    load = tally(problem.column[used], problem.load[problem.row[used]], n=problem.n_candidate)
    if (site < 0).any() or (load > problem.capacity).any() or not np.isin(site, selected).all():
        return None
    return CapPlan(selected=selected, site=site, value=float(problem.value[used].sum()))
