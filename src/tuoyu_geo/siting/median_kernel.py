"""The p-median's inner loops, compiled: scores at prices, and exchange with restarts. For large problems."""

# Numba knows NumPy's older random numbers, seeded in `improve`; and a compiled loop takes arrays, not objects, and is one
# function where a call a step would cost more than it explains.
# ruff: noqa: NPY002, PLR0917, C901, PLR0912, PLR0915

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled


@compiled
def score_at(
    start: NDArray[np.int64],
    column: NDArray[np.int64],
    value: NDArray[np.float64],
    price: NDArray[np.float64],
    n_candidate: int,
) -> NDArray[np.float64]:
    """(n_candidate,) sum of what each candidate saves of each row's price."""
    score = np.zeros(n_candidate)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if value[e] >= price[i]:
                break
            score[column[e]] += price[i] - value[e]
    return score


@compiled
def times_at(
    start: NDArray[np.int64],
    column: NDArray[np.int64],
    value: NDArray[np.float64],
    price: NDArray[np.float64],
    is_picked: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """(n_row,) how many picked candidates serve each row below its price."""
    times = np.zeros(len(start) - 1)
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            if value[e] >= price[i]:
                break
            if is_picked[column[e]]:
                times[i] += 1.0
    return times


@compiled
def improve(
    start: NDArray[np.int64],
    column: NDArray[np.int64],
    value: NDArray[np.float64],
    penalty: float,
    member: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    is_fixed: NDArray[np.bool_],
    price: NDArray[np.float64],
    budget: float,
    begin: NDArray[np.int64],
    has_number: bool,  # noqa: FBT001
    n_round: int,
    n_work: int,
    seed: int,
) -> NDArray[np.int64]:
    """The best plan of some rounds from an allowed one, ascending; each plan on the way is allowed.

    Round 0 exchanges one site for another, the best first (Whitaker 1983), until none saves; each later round moves a
    few sites to neighbours, exchanges, and goes on from what is no worse. Ends after about `n_work` elementary steps.
    """
    np.random.seed(seed)
    n, n_row = len(member), len(start) - 1
    rank = np.full(n, -1, np.int64)
    current = begin.copy()
    best, best_value, work = begin.copy(), np.inf, 0
    accepted, accepted_value = begin.copy(), np.inf
    near, first, second = np.zeros(n_row, np.int64), np.zeros(n_row), np.zeros(n_row)
    for r in range(n_round):
        if r > 0:
            if work >= n_work or len(accepted) == 0:
                break
            current = accepted.copy()
            rank[:] = -1
            for k in range(len(current)):
                rank[current[k]] = k
            spent = 0.0
            for j in current:
                spent += price[j]
            n_kick = np.random.randint(2, max(3, min(len(current), 5)) + 1)
            for _ in range(n_kick):
                k = np.random.randint(0, len(current))
                out = current[k]
                i = np.random.randint(0, n_row)
                size = start[i + 1] - start[i]
                into = column[start[i] + np.random.randint(0, max(size // 4, 1))]
                fits = spent - price[out] + price[into] <= budget
                if rank[into] < 0 and not is_fixed[out] and member[out] == member[into] and fits:
                    rank[out], rank[into] = -1, k
                    current[k] = into
                    spent += price[into] - price[out]
        value_now = np.inf
        while True:
            m = len(current)
            rank[:] = -1
            count = np.zeros(len(lower), np.int64)
            spent = 0.0
            for k in range(m):
                rank[current[k]] = k
                count[member[current[k]]] += 1
                spent += price[current[k]]
            gain, loss, back = np.zeros(n), np.zeros(m), np.zeros((m, n))
            value_now = 0.0
            for i in range(n_row):
                a, b, j = penalty, penalty, -1
                for e in range(start[i], start[i + 1]):
                    if rank[column[e]] >= 0:
                        if j < 0:
                            a, j = value[e], rank[column[e]]
                        else:
                            b = value[e]
                            break
                near[i], first[i], second[i] = j, a, b
                value_now += a
                if j >= 0:
                    loss[j] += b - a
                for e in range(start[i], start[i + 1]):
                    v = value[e]
                    if v >= b:
                        break
                    work += 1
                    if v < a:
                        gain[column[e]] += a - v
                    if j >= 0:
                        back[j, column[e]] += b - max(v, a)
            work += m * n + n_row
            least = 1e-9 * max(value_now, 1e-300)
            out, into, most = -1, -1, least
            for k in range(m):
                j = current[k]
                if is_fixed[j]:
                    continue
                left = budget - (spent - price[j])
                for c in range(n):
                    change = gain[c] - loss[k] + back[k, c]
                    if change <= most or rank[c] >= 0 or price[c] > left:
                        continue
                    x, y = member[j], member[c]
                    if x != y and (count[x] <= lower[x] or count[y] >= upper[y]):
                        continue
                    out, into, most = k, c, change
            if out < 0 and not has_number:
                for c in range(n):
                    fits = price[c] <= budget - spent and count[member[c]] < upper[member[c]]
                    if gain[c] > most and rank[c] < 0 and fits:
                        into, most = c, gain[c]
            if into < 0 or (work >= n_work and r > 0):
                break
            if out >= 0:
                current[out] = into
            else:
                current = np.append(current, into)
            if work >= n_work:
                # The exchange just made is kept, whatever it is worth now: it saved.
                value_now -= most
                break
        if value_now <= accepted_value:
            accepted, accepted_value = current.copy(), value_now
        if value_now < best_value:
            best, best_value = current.copy(), value_now
    return np.sort(best)
