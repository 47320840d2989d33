"""The best p sites by score under quotas, and what forcing a site in or out of them would cost.

Sets of p candidates with a minimum and a maximum a part are the bases of a matroid: sorting is exact, and the best
set that holds (or lacks) one given candidate differs from the best set by one exchange.
"""

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.instance import Groups


def pick_best(
    score: NDArray[np.float64],
    *,
    p: int,
    groups: Groups,
    fixed: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The p candidates of largest total score that hold `fixed` and meet the quotas, ascending; ties to the lower index."""
    n = len(score)
    ranked = score.astype(np.float64)
    ranked[fixed] = np.inf
    order = np.argsort(-ranked, kind="stable")
    if len(groups.lower) == 1:
        return np.sort(order[:p])
    part = groups.member[order]
    by_part = np.argsort(part, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=len(groups.lower)))[:-1]])
    rank = np.empty(n, dtype=np.int64)
    rank[by_part] = np.arange(n) - first[part[by_part]]
    must = (rank < groups.lower[part]) | np.isinf(ranked[order])
    may = ~must & (rank < groups.upper[part])
    spare = np.flatnonzero(may)[: max(p - int(must.sum()), 0)]
    return np.sort(np.concatenate([order[must], order[spare]]))


def exchange_allowed(selected: NDArray[np.int64], *, groups: Groups) -> NDArray[np.bool_]:
    """(n_part out, n_part in): whether a site of one part may give way to a site of another."""
    count = groups.count(selected)
    allowed = (count > groups.lower)[:, None] & (count < groups.upper)[None, :]
    np.fill_diagonal(allowed, val=True)
    return np.asarray(allowed)


def exchange_loss(
    score: NDArray[np.float64],
    selected: NDArray[np.int64],
    *,
    groups: Groups,
    fixed: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Score lost at least when a candidate's state is turned against `selected`, the best set.

    For a candidate outside: when it is forced in; for one inside: when it is forced out; inf where that can't be.
    """
    n_part = len(groups.lower)
    inside = np.zeros(len(score), dtype=bool)
    inside[selected] = True
    free = inside.copy()
    free[fixed] = False
    least_in = np.full(n_part, np.inf)
    np.minimum.at(least_in, groups.member[free], score[free])
    most_out = np.full(n_part, -np.inf)
    np.maximum.at(most_out, groups.member[~inside], score[~inside])
    allowed = exchange_allowed(selected, groups=groups)
    gives_way = np.where(allowed, least_in[:, None], np.inf).min(axis=0)
    comes_in = np.where(allowed, most_out[None, :], -np.inf).max(axis=1)
    loss = np.where(inside, score - comes_in[groups.member], gives_way[groups.member] - score)
    loss[fixed] = np.inf
    return np.asarray(np.maximum(loss, 0.0), dtype=np.float64)
