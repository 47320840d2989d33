"""One node of the p-median's tree, compiled: some sites are taken, some are out, the rest is bounded by prices.

The bound is that of `median_bound`, with the decided candidates held; from the prices of the node above, a few
subgradient steps suffice (Beasley 1985).
"""

# A compiled loop takes arrays, not objects, and is one function where a call a step would cost more than it explains.
# ruff: noqa: PLR0917, C901, PLR0912, PLR0915

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled

FREE, TAKEN, OUT = 0, 1, 2


@compiled
def _sink(heap: NDArray[np.int64], at: int, size: int, score: NDArray[np.float64]) -> None:
    """Let an entry of a heap (largest score first, then the lower index) sink to its place."""
    own = heap[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size:
            x, y = heap[child], heap[child + 1]
            if score[y] > score[x] or (score[y] == score[x] and y < x):
                child += 1
        x = heap[child]
        if score[own] > score[x] or (score[own] == score[x] and own < x):
            break
        heap[at] = x
        at = child
    heap[at] = own


@compiled
def pick_free(
    score: NDArray[np.float64],
    state: NDArray[np.int8],
    member: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    p: int,
    picked: NDArray[np.bool_],
    count: NDArray[np.int64],
) -> bool:
    """Mark the p sites of largest total score that hold the taken ones and meet the quotas; whether there are such."""
    n_site, size, lacking = 0, 0, 0
    picked[:] = False
    count[:] = 0
    # A heap of its own: as fast as a sort, of which most would not be looked at, and compiled in a tenth of the time.
    heap = np.empty(len(score), np.int64)
    for j in range(len(score)):
        if state[j] == TAKEN:
            picked[j] = True
            count[member[j]] += 1
            n_site += 1
        elif state[j] == FREE:
            heap[size] = j
            size += 1
    for part in range(len(lower)):
        if count[part] > upper[part]:
            return False
        lacking += max(lower[part] - count[part], 0)
    if n_site + lacking > p:
        return False
    for at in range(size // 2 - 1, -1, -1):
        _sink(heap, at, size, score)
    while size > 0 and (lacking > 0 or n_site < p):
        j = heap[0]
        size -= 1
        heap[0] = heap[size]
        _sink(heap, 0, size, score)
        part = member[j]
        if count[part] < lower[part]:
            lacking -= 1
        elif n_site + lacking >= p or count[part] >= upper[part]:
            continue
        picked[j] = True
        count[part] += 1
        n_site += 1
    return n_site == p and lacking == 0


@compiled
def entries_left(
    all_start: NDArray[np.int64],
    all_column: NDArray[np.int64],
    all_value: NDArray[np.float64],
    state: NDArray[np.int8],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each row's candidates that are not out, up to its first taken one: nobody goes farther than that."""
    n_row = len(all_start) - 1
    start = np.zeros(n_row + 1, np.int64)
    column, value = np.empty_like(all_column), np.empty_like(all_value)
    at = 0
    for i in range(n_row):
        for e in range(all_start[i], all_start[i + 1]):
            kind = state[all_column[e]]
            if kind == OUT:
                continue
            column[at], value[at] = all_column[e], all_value[e]
            at += 1
            if kind == TAKEN:
                break
        start[i + 1] = at
    return start, column[:at], value[:at]


@compiled
def bound_node(
    all_start: NDArray[np.int64],
    all_column: NDArray[np.int64],
    all_value: NDArray[np.float64],
    state: NDArray[np.int8],
    price: NDArray[np.float64],
    member: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    p: int,
    goal: float,
    n_step: int,
    size: float,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], float, NDArray[np.bool_]]:
    """Bound the plans below a node, ending early once none can be better than `goal`.

    Returns
    -------
    The bound (inf where there is no plan), the prices (n_row,) and scores (n_candidate,) and picked set of it, and the
    value and set of the best plan met on the way (inf where none serves every row).
    """
    n, n_row = len(state), len(all_start) - 1
    start, column, value = entries_left(all_start, all_column, all_value, state)
    score, picked, count = np.zeros(n), np.zeros(n, np.bool_), np.zeros(len(lower), np.int64)
    best_score, best_picked, best_price = score.copy(), picked.copy(), price.copy()
    plan, plan_value = picked.copy(), np.inf
    now, direction, served = price.copy(), np.zeros(n_row), np.zeros(n_row)
    bound, stalled = -np.inf, 0
    for _ in range(n_step):
        score[:] = 0.0
        total = 0.0
        for i in range(n_row):
            u = now[i]
            total += u
            for e in range(start[i], start[i + 1]):
                if value[e] >= u:
                    break
                score[column[e]] += u - value[e]
        if not pick_free(score, state, member, lower, upper, p, picked, count):
            return np.inf, best_price, best_score, best_picked, plan_value, plan
        for j in range(n):
            if picked[j]:
                total -= score[j]
        stalled += 1
        if total > bound:
            if total > bound + 1e-5 * abs(bound):
                stalled = 0
            bound = total
            best_price[:] = now
            best_score[:] = score
            best_picked[:] = picked
        cost, norm = 0.0, 0.0
        for i in range(n_row):
            times, nearest = 0, np.inf
            for e in range(start[i], start[i + 1]):
                if value[e] >= now[i] and nearest < np.inf:
                    break
                if picked[column[e]]:
                    if nearest == np.inf:
                        nearest = value[e]
                    if value[e] < now[i]:
                        times += 1
            cost += nearest
            served[i] = times
            direction[i] = 1.0 - times + 0.5 * direction[i]
            norm += direction[i] * direction[i]
        if cost < plan_value:
            plan_value = cost
            plan[:] = picked
        if bound > goal or norm == 0.0:
            break
        if stalled >= 4:
            size, stalled = 0.5 * size, 0
            now[:] = best_price
            direction[:] = 0.0
            continue
        step = size * max(goal - total, 1e-6 * abs(goal)) / norm
        for i in range(n_row):
            now[i] = max(now[i] + step * direction[i], 0.0)
    return bound, best_price, best_score, best_picked, plan_value, plan


@compiled
def decide(
    score: NDArray[np.float64],
    picked: NDArray[np.bool_],
    state: NDArray[np.int8],
    member: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    slack: float,
) -> int:
    """Take or drop in place who costs the bound more than `slack` when turned; the free site to branch on, or -1."""
    n, n_part = len(score), len(lower)
    count = np.zeros(n_part, np.int64)
    least_in, most_out = np.full(n_part, np.inf), np.full(n_part, -np.inf)
    for j in range(n):
        part = member[j]
        if picked[j]:
            count[part] += 1
            if state[j] == FREE:
                least_in[part] = min(least_in[part], score[j])
        elif state[j] == FREE:
            most_out[part] = max(most_out[part], score[j])
    gives_way, comes_in = np.full(n_part, np.inf), np.full(n_part, -np.inf)
    for x in range(n_part):
        for y in range(n_part):
            if x == y or (count[x] > lower[x] and count[y] < upper[y]):
                gives_way[y] = min(gives_way[y], least_in[x])
                comes_in[x] = max(comes_in[x], most_out[y])
    branch, most = -1, -1.0
    for j in range(n):
        if state[j] != FREE:
            continue
        if picked[j]:
            loss = score[j] - comes_in[member[j]]
            if loss > slack:
                state[j] = TAKEN
            elif loss > most:
                branch, most = j, loss
        elif gives_way[member[j]] - score[j] > slack:
            state[j] = OUT
    return branch
