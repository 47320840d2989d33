"""Plans under tight capacities: shaken, and mended by shifts, swaps and moved sites that may overfill for a fine.

A variable neighbourhood search (Fleszar & Hindi 2008) whose fine for room that is not there rises while a plan needs it and
falls while it does not, so that it walks along the edge of what fits.
"""

# Numba knows NumPy's older random numbers, seeded in `vary`; and a compiled loop takes arrays, not objects, and is one
# function where a call a step would cost more than it explains.
# ruff: noqa: NPY002, PLR0917, C901, PLR0912, PLR0915

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled


@compiled
def over(load: float, capacity: float) -> float:
    """Room that is not there."""
    return max(load - capacity, 0.0)


@compiled
def vary(
    value: NDArray[np.float64],
    load: NDArray[np.float64],
    capacity: NDArray[np.float64],
    member: NDArray[np.int64],
    is_fixed: NDArray[np.bool_],
    near: NDArray[np.int64],
    selected: NDArray[np.int64],
    site: NDArray[np.int64],
    n_round: int,
    seed: int,
) -> tuple[NDArray[np.int64], float]:
    """(n_row,) site of each row in the best plan found, and its value; inf where none was.

    `value` is (n_row, n_candidate), dear where out of reach; `near` (n_row, n_near) cheap candidates of each row; sites
    give way only to others of the same `member`. `site` is a plan to begin with, or full of -1.
    """
    np.random.seed(seed)
    n, n_site = len(load), len(selected)
    chosen, is_open = selected.copy(), np.zeros(value.shape[1], dtype=np.bool_)
    place, used = np.zeros(n, dtype=np.int64), np.zeros(n_site)
    best_chosen, best_site, best = chosen.copy(), site.copy(), np.inf
    base_chosen = chosen.copy()
    if site[0] >= 0:
        best = 0.0
        for i in range(n):
            best += value[i, site[i]]
    typical = 0.0
    for i in range(n):
        typical += value[i, near[i, near.shape[1] - 1]]
    least = 1e-9 * max(typical, 1e-300)
    fine = max(typical, 1e-300) / max(load.sum(), 1e-300)
    first_fine = fine
    for turn in range(n_round):
        chosen[:] = base_chosen
        is_open[:] = False
        is_open[chosen] = True
        if turn > 0:
            for _ in range(1 + np.random.randint(0, 3)):
                k, i = np.random.randint(0, n_site), np.random.randint(0, n)
                j = near[i, np.random.randint(0, near.shape[1])]
                if not is_open[j] and not is_fixed[chosen[k]] and member[j] == member[chosen[k]]:
                    is_open[chosen[k]], is_open[j] = False, True
                    chosen[k] = j
        used[:] = 0.0
        for i in np.random.permutation(n):
            cheapest = np.inf
            for k in range(n_site):
                here = value[i, chosen[k]] + fine * over(used[k] + load[i], capacity[chosen[k]])
                if here < cheapest:
                    cheapest, place[i] = here, k
            used[place[i]] += load[i]
        is_better = True
        while is_better:
            is_better = False
            for i in range(n):
                a = place[i]
                at = chosen[a]
                excess = over(used[a], capacity[at])
                for k in range(n_site):
                    if k == a:
                        continue
                    change = value[i, chosen[k]] - value[i, at]
                    change += fine * (over(used[a] - load[i], capacity[at]) - excess)
                    change += fine * (
                        over(used[k] + load[i], capacity[chosen[k]]) - over(used[k], capacity[chosen[k]])
                    )
                    if change < -least:
                        used[a] -= load[i]
                        used[k] += load[i]
                        place[i], is_better = k, True
                        a, at = k, chosen[k]
                        excess = over(used[a], capacity[at])
                for other in range(i):
                    k = place[other]
                    if k == a:
                        continue
                    change = value[i, chosen[k]] + value[other, at] - value[i, at] - value[other, chosen[k]]
                    more = load[other] - load[i]
                    change += fine * (over(used[a] + more, capacity[at]) - excess)
                    change += fine * (
                        over(used[k] - more, capacity[chosen[k]]) - over(used[k], capacity[chosen[k]])
                    )
                    if change < -least:
                        used[a] += more
                        used[k] -= more
                        place[i], place[other], is_better = k, a, True
                        a, at = k, chosen[k]
                        excess = over(used[a], capacity[at])
            for k in range(n_site):
                if is_fixed[chosen[k]]:
                    continue
                total = np.zeros(value.shape[1])
                for i in range(n):
                    if place[i] == k:
                        total += value[i]
                into, least_total = -1, total[chosen[k]] + fine * over(used[k], capacity[chosen[k]]) - least
                for j in range(len(total)):
                    here = total[j] + fine * over(used[k], capacity[j])
                    if not is_open[j] and member[j] == member[chosen[k]] and here < least_total:
                        into, least_total = j, here
                if into >= 0:
                    is_open[chosen[k]], is_open[into] = False, True
                    chosen[k], is_better = into, True
        cost, excess = 0.0, 0.0
        for i in range(n):
            cost += value[i, chosen[place[i]]]
        for k in range(n_site):
            excess += over(used[k], capacity[chosen[k]])
        if excess > 0.0:
            fine = min(fine * 1.3, 1e3 * first_fine)
        else:
            fine = max(fine * 0.9, 1e-3 * first_fine)
            if cost < best - least:
                best = cost
                best_chosen[:] = chosen
                for i in range(n):
                    best_site[i] = chosen[place[i]]
        # From where it is as often as from the best.
        base_chosen[:] = chosen if np.isinf(best) or np.random.random() < 0.3 else best_chosen
    return best_site, best
