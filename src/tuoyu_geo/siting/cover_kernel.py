"""Coverage search, compiled: drop sites, put better ones back, again and again. For large problems."""

# Numba knows NumPy's older random numbers, seeded in `improve`; and a compiled loop takes arrays, not objects, and is one
# function where a call a step would cost more than it explains.
# ruff: noqa: NPY002, PLR0917, C901, PLR0912, PLR0915, FBT001

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled


@compiled
def _turn(
    j: int,
    by: int,
    indptr: NDArray[np.int32],
    row_of: NDArray[np.int32],
    row_ptr: NDArray[np.int32],
    column_of: NDArray[np.int32],
    weight: NDArray[np.float64],
    times: NDArray[np.int32],
    gain: NDArray[np.float64],
) -> int:
    """Take a site in (by = 1) or out (-1): what every candidate would add changes where its rows open or close."""
    work = indptr[j + 1] - indptr[j]
    for e in range(indptr[j], indptr[j + 1]):
        i = row_of[e]
        was_open = times[i] == 0
        times[i] += by
        if was_open != (times[i] == 0):
            change = -weight[i] if was_open else weight[i]
            work += row_ptr[i + 1] - row_ptr[i]
            for f in range(row_ptr[i], row_ptr[i + 1]):
                gain[column_of[f]] += change
    return int(work)


@compiled
def _listed(chosen: NDArray[np.bool_], n_chosen: int) -> NDArray[np.int64]:
    """The chosen, ascending. Numba compiles this in a fraction of the time it takes for NumPy's own."""
    found = np.empty(n_chosen, np.int64)
    k = 0
    for j in range(len(chosen)):
        if chosen[j]:
            found[k] = j
            k += 1
    return found


@compiled
def _best_in(
    gain: NDArray[np.float64],
    noise: float,
    chosen: NDArray[np.bool_],
    barred: int,
    member: NDArray[np.int64],
    count: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    n_left: int,
    price: NDArray[np.float64],
    left: float,
    by_price: bool,
) -> int:
    """The candidate that adds most within the quotas and the money left, or -1."""
    owed = 0
    for k in range(len(lower)):
        owed += max(lower[k] - count[k], 0)
    best, best_worth = -1, -1.0
    for j in range(len(gain)):
        if chosen[j] or j == barred or price[j] > left:
            continue
        k = member[j]
        if count[k] >= upper[k] or (owed >= n_left and count[k] >= lower[k]):
            continue
        worth = gain[j]
        if by_price:
            worth /= max(price[j], 1e-300)
        if noise > 0.0:
            worth *= 1.0 - noise * np.random.random()
        if worth > best_worth:
            best, best_worth = j, worth
    return best


@compiled
def improve(
    indptr: NDArray[np.int32],
    row_of: NDArray[np.int32],
    row_ptr: NDArray[np.int32],
    column_of: NDArray[np.int32],
    weight: NDArray[np.float64],
    member: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
    is_fixed: NDArray[np.bool_],
    price: NDArray[np.float64],
    budget: float,
    start: NDArray[np.int64],
    p: int,
    n_work: int,
    seed: int,
) -> tuple[NDArray[np.int64], int]:
    """The best plan found from an allowed one, and the rounds begun.

    Round 0 exchanges until nothing gains; each later round drops a few neighbouring sites, adds greedily with some
    noise, exchanges, and goes on from what is hardly worse. Ends after about `n_work` elementary steps, always with
    an allowed plan. p is -1 where any number of sites may be; the budget is inf where there is none.
    """
    np.random.seed(seed)
    n, n_row = len(indptr) - 1, len(row_ptr) - 1
    times = np.zeros(n_row, np.int32)
    gain = np.zeros(n)
    for j in range(n):
        for e in range(indptr[j], indptr[j + 1]):
            gain[j] += weight[row_of[e]]
    eps = 1e-9 * max(weight.sum(), 1e-300)
    is_priced = np.isfinite(budget)
    chosen = np.zeros(n, np.bool_)
    count = np.zeros(len(lower), np.int64)
    work, spent = 0, 0.0
    value = 0.0
    for j in start:
        value += gain[j]
        work += _turn(j, 1, indptr, row_of, row_ptr, column_of, weight, times, gain)
        chosen[j] = True
        count[member[j]] += 1
        spent += price[j]
    work = 0
    n_chosen = len(start)
    best, best_value = start.copy(), value
    current, current_value = best, best_value
    r = 0
    while True:
        is_whole = True
        if r > 0:
            if work >= n_work:
                break
            held = np.zeros(n, np.bool_)
            held[current] = True
            for j in range(n):
                if chosen[j] and not held[j]:
                    work += _turn(j, -1, indptr, row_of, row_ptr, column_of, weight, times, gain)
                    value -= gain[j]
                    chosen[j] = False
                    count[member[j]] -= 1
                    spent -= price[j]
            for j in current:
                if not chosen[j]:
                    value += gain[j]
                    work += _turn(j, 1, indptr, row_of, row_ptr, column_of, weight, times, gain)
                    chosen[j] = True
                    count[member[j]] += 1
                    spent += price[j]
            n_chosen, n_free = len(current), 0
            for j in current:
                if not is_fixed[j]:
                    n_free += 1
            if n_free == 0 or n == n_chosen:
                break
            n_drop = min(int(np.random.randint(2, max(3, min(n_free, 6)) + 1)), n_free)
            near = np.random.random() < 0.7
            at = current[np.random.randint(0, len(current))]
            for _ in range(40 * n_drop):
                if n_drop == 0:
                    break
                out = -1
                if near and indptr[at + 1] > indptr[at]:
                    # A walk over shared rows stays in the neighbourhood.
                    i = row_of[np.random.randint(indptr[at], indptr[at + 1])]
                    at = column_of[np.random.randint(row_ptr[i], row_ptr[i + 1])]
                    i = row_of[np.random.randint(indptr[at], indptr[at + 1])]
                    for f in range(row_ptr[i], row_ptr[i + 1]):
                        if chosen[column_of[f]]:
                            out = column_of[f]
                            break
                else:
                    out = current[np.random.randint(0, len(current))]
                if out >= 0 and chosen[out] and not is_fixed[out]:
                    work += _turn(out, -1, indptr, row_of, row_ptr, column_of, weight, times, gain)
                    value -= gain[out]
                    chosen[out] = False
                    count[member[out]] -= 1
                    spent -= price[out]
                    n_chosen -= 1
                    n_drop -= 1
            by_price = is_priced and np.random.random() < 0.5
            while p < 0 or n_chosen < p:
                owed = 0
                for k in range(len(lower)):
                    owed += max(lower[k] - count[k], 0)
                n_left = max(owed, 1) if p < 0 else p - n_chosen
                j = _best_in(
                    gain,
                    0.4,
                    chosen,
                    -1,
                    member,
                    count,
                    lower,
                    upper,
                    n_left,
                    price,
                    budget - spent,
                    by_price,
                )
                work += n
                if j < 0 or (p < 0 and owed == 0 and gain[j] <= eps):
                    is_whole = owed == 0 and (p < 0 or n_chosen == p)
                    break
                value += gain[j]
                work += _turn(j, 1, indptr, row_of, row_ptr, column_of, weight, times, gain)
                chosen[j] = True
                count[member[j]] += 1
                spent += price[j]
                n_chosen += 1
        r += 1
        if not is_whole:
            continue
        n_idle, k = 0, 0
        order = _listed(chosen, n_chosen)
        for a in range(len(order) - 1, 0, -1):
            b = np.random.randint(0, a + 1)
            order[a], order[b] = order[b], order[a]
        while n_idle < len(order) and work < n_work:
            out = order[k % len(order)]
            if is_fixed[out]:
                n_idle += 1
                k += 1
                continue
            work += _turn(out, -1, indptr, row_of, row_ptr, column_of, weight, times, gain)
            chosen[out] = False
            count[member[out]] -= 1
            left = budget - (spent - price[out])
            into = _best_in(gain, 0.0, chosen, out, member, count, lower, upper, 1, price, left, False)
            work += n
            if into < 0 or gain[into] <= gain[out] + eps:
                into = out
                n_idle += 1
            else:
                n_idle = 0
                value += gain[into] - gain[out]
                spent += price[into] - price[out]
            work += _turn(into, 1, indptr, row_of, row_ptr, column_of, weight, times, gain)
            chosen[into] = True
            count[member[into]] += 1
            order[k % len(order)] = into
            k += 1
        if value >= current_value - 5e-4 * best_value * np.random.random():
            current, current_value = _listed(chosen, n_chosen), value
        if value > best_value + eps:
            best, best_value = _listed(chosen, n_chosen), value
    return best, r
