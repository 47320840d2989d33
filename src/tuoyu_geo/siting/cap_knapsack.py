"""What a site's room is worth when rows come whole: knapsacks filled exactly, compiled, for loads that are whole numbers.

Martello & Toth (1990): a table over room, item by item; forwards and backwards it also tells what each item forced in costs.
"""

# A compiled loop takes arrays, not objects, and is one function where a call a step would cost more than it explains.
# ruff: noqa: C901

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled


@compiled
def fill_whole(
    start: NDArray[np.int64],
    saving: NDArray[np.float64],
    load: NDArray[np.int64],
    room: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n_candidate,) the most that whole entries save within the room of their candidate, and (n_entry,) which ones do.

    `start` (n_candidate + 1,) is where each candidate's entries begin, `load` (n_entry,) what each takes.
    """
    n = len(room)
    score, is_in = np.zeros(n), np.zeros(len(saving), dtype=np.bool_)
    most = np.int64(0)
    for j in range(n):
        most = max(most, room[j])
    best = np.zeros(most + 1)
    for j in range(n):
        first, last, space = start[j], start[j + 1], room[j]
        took = np.zeros((last - first, space + 1), dtype=np.bool_)
        best[: space + 1] = 0.0
        for e in range(first, last):
            take = load[e]
            if saving[e] <= 0.0 or take > space:
                continue
            for q in range(space, take - 1, -1):
                value = best[q - take] + saving[e]
                if value > best[q]:
                    best[q] = value
                    took[e - first, q] = True
        score[j] = best[space]
        q = space
        for e in range(last - 1, first - 1, -1):
            if took[e - first, q]:
                is_in[e] = True
                q -= load[e]
    return score, is_in


@compiled
def forced_in(
    start: NDArray[np.int64],
    saving: NDArray[np.float64],
    load: NDArray[np.int64],
    room: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(n_entry,) what its candidate saves less at least when the entry is put in; inf where it has no room."""
    loss = np.full(len(saving), np.inf)
    for j in range(len(room)):
        first, last, space = start[j], start[j + 1], room[j]
        n = last - first
        # Row k: the most that the entries before k, and after it, save within q.
        before, after = np.zeros((n + 1, space + 1)), np.zeros((n + 1, space + 1))
        for k in range(n):
            take = load[first + k]
            for q in range(space + 1):
                before[k + 1, q] = before[k, q]
                if take <= q and before[k, q - take] + saving[first + k] > before[k + 1, q]:
                    before[k + 1, q] = before[k, q - take] + saving[first + k]
        for k in range(n - 1, -1, -1):
            take = load[first + k]
            for q in range(space + 1):
                after[k, q] = after[k + 1, q]
                if take <= q and after[k + 1, q - take] + saving[first + k] > after[k, q]:
                    after[k, q] = after[k + 1, q - take] + saving[first + k]
        for k in range(n):
            left = space - load[first + k]
            if left < 0:
                continue
            rest = 0.0
            for q in range(left + 1):
                rest = max(rest, before[k, q] + after[k + 1, left - q])
            loss[first + k] = max(before[n, space] - rest - saving[first + k], 0.0)
    return loss
