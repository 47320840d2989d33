"""The p-median's undecided core by a tree of our own: each node is bounded by prices that start from the node above.

Where costs differ little the linear relaxation stands far below the best plan, and HiGHS spends its time on
relaxations; a node here takes a millisecond, and the prices decide most candidates at once (Beasley 1985).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.median_core import MedianCore
from tuoyu_geo.siting.median_node import OUT, TAKEN, bound_node, decide
from tuoyu_geo.siting.median_search import MedianProblem, total
from tuoyu_geo.siting.result import is_whole
from tuoyu_geo.siting.watch import Watch

N_STEP_ROOT, N_STEP = 200, 30
# A node keeps its prices; beyond this memory the last is taken, which is deep and ends soon.
MOST_WAITING_BYTES = 200_000_000
N_AT_ONCE = 8
# Bound, number of the node, state of each candidate, prices.
_Node = tuple[float, int, NDArray[np.int8], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TreeAnswer:
    """What the tree proved.

    Attributes
    ----------
    selected
        The best plan, ascending.
    bound
        No plan costs less.
    is_complete
        Whether every node was looked at: the plan is proven.
    n_node
        Nodes bounded.
    """

    selected: NDArray[np.int64]
    bound: float
    is_complete: bool
    n_node: int


def solve_median_tree(
    problem: MedianProblem,
    selected: NDArray[np.int64],
    *,
    core: MedianCore,
    price: NDArray[np.float64],
    watch: Watch,
    until: float,
) -> TreeAnswer:
    """The core's best plan.

    Parameters
    ----------
    problem
        The whole problem, with p and without a budget.
    selected
        The best plan so far.
    core
        What is undecided.
    price
        (n_row,) prices to start from.
    watch
        Hears the news, and ends the run when interrupted.
    until
        When to end, on the clock of `perf_counter`.
    """
    columns = core.columns
    place = np.full(problem.n_candidate, -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    keep = (place[problem.column] >= 0) & (problem.value <= core.most[problem.row])
    start = np.concatenate([[0], np.cumsum(np.bincount(problem.row[keep], minlength=problem.n_row))])
    limits = problem.limits
    n_site = limits.p or 0
    arrays = start.astype(np.int64), place[problem.column[keep]], problem.value[keep]
    member, lower, upper = limits.groups.member[columns], limits.groups.lower, limits.groups.upper
    root = np.zeros(len(columns), dtype=np.int8)
    root[place[np.union1d(core.taken, limits.fixed)]] = TAKEN
    best, best_value = selected, total(problem, selected)
    # Where all costs are whole numbers a better plan is better by one.
    finer = 1.0 - 1e-6 if is_whole(problem.value) else 1e-9 * best_value
    waiting: list[_Node] = []
    heappush(waiting, (core.bound, 0, root, price.astype(np.float32)))
    most_waiting = MOST_WAITING_BYTES // (4 * problem.n_row + len(columns))
    n_node, n_made, goal = 0, 0, best_value - finer

    def proven() -> float:
        return min(max(core.bound, waiting[0][0] if waiting else np.inf), best_value)

    def look(node: _Node) -> tuple[Any, ...]:
        return bound_node(
            *arrays,
            node[2],
            node[3].astype(np.float64),
            member,
            lower,
            upper,
            n_site,
            goal,
            N_STEP_ROOT if node[1] == 0 else N_STEP,
            1.0,
        )

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while waiting:
            if watch.is_over(until) or best_value - proven() <= core.gap * best_value:
                return TreeAnswer(selected=best, bound=proven(), is_complete=False, n_node=n_node)
            # As many at once on every machine, so that the same nodes are looked at.
            batch = [
                waiting.pop() if len(waiting) > most_waiting else heappop(waiting)
                for _ in range(min(N_AT_ONCE, len(waiting)))
            ]
            goal = best_value - finer
            batch = [node for node in batch if node[0] <= goal]
            n_node += len(batch)
            for node, (found, prices, score, picked, value, plan) in zip(
                batch, pool.map(look, batch), strict=True
            ):
                # Counted again, since sums in another order differ in the last digits.
                if value < best_value and (reached := total(problem, columns[plan])) < best_value:
                    best, best_value = columns[plan], reached
                least = max(found, node[0])
                state = node[2].copy()
                slack = best_value - finer - least
                # Without a branch all p are taken: that one plan was just looked at.
                branch = decide(score, picked, state, member, lower, upper, slack) if slack >= 0 else -1
                for way in (TAKEN, OUT) if branch >= 0 else ():
                    child = state.copy()
                    child[branch] = way
                    n_made += 1
                    heappush(waiting, (least, n_made, child, prices.astype(np.float32)))
            watch.tell(objective=best_value, bound=proven())
    return TreeAnswer(selected=best, bound=best_value, is_complete=True, n_node=n_node)
