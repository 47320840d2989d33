"""The best sites by score under the limits, and what forcing a site in or out of them would cost.

Sets of p candidates with a minimum and a maximum a part are the bases of a matroid: sorting is exact, and the best
set that holds (or lacks) one given candidate differs from the best set by one exchange. Without p, the same holds of
each part alone. A budget is priced: whatever its multiplier, the priced sets bound the affordable ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.siting.instance import Groups, Instance

# Sums of prices in another order differ in the last digits.
BUDGET_ROUNDING = 1e-9
N_HALVINGS = 14


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Limits:
    """What makes a set of sites allowed.

    Attributes
    ----------
    groups, fixed, p, price, budget
        As in `Instance`.
    """

    groups: Groups
    fixed: NDArray[np.int64]
    p: int | None
    price: NDArray[np.float64]
    budget: float

    @property
    def is_priced(self) -> bool:
        """Whether a budget can forbid any set at all."""
        return self.budget < float(self.price.sum())

    @property
    def room(self) -> float:
        """The budget, and a little for rounding."""
        return self.budget * (1 + BUDGET_ROUNDING)

    def affords(self, selected: NDArray[np.int64]) -> bool:
        """Whether the sites cost no more than the budget."""
        return float(self.price[selected].sum()) <= self.room

    def is_fixed(self) -> NDArray[np.bool_]:
        """(n_candidate,) the sites that must stay."""
        mask = np.zeros(len(self.price), dtype=bool)
        mask[self.fixed] = True
        return mask

    def best(self, score: NDArray[np.float64]) -> NDArray[np.int64]:
        """The allowed set of largest total score, whatever it costs."""
        return pick_best(score, p=self.p, groups=self.groups, fixed=self.fixed)

    def cheapest(self) -> NDArray[np.int64]:
        """The allowed set that costs least."""
        return self.best(-self.price)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pick:
    """The inner problem of a bound, solved.

    Attributes
    ----------
    selected
        The best set by `score`, ascending.
    affordable
        A set near it within the budget.
    value
        No allowed set's total is larger.
    score
        (n_candidate,) the score less the price of the budget: what `selected` is best by.
    """

    selected: NDArray[np.int64]
    affordable: NDArray[np.int64]
    value: float
    score: NDArray[np.float64]


def limits_of(instance: Instance) -> Limits:
    """The limits an instance sets."""
    return Limits(
        groups=instance.groups,
        fixed=instance.fixed,
        p=instance.p,
        price=instance.price,
        budget=instance.budget,
    )


def pick_within(score: NDArray[np.float64], limits: Limits) -> Pick:
    """The best set by score with the budget priced: the multiplier is halved in until money and price agree."""
    best = limits.best(score)
    if not limits.is_priced or limits.affords(best):
        return Pick(selected=best, affordable=best, value=float(score[best].sum()), score=score)
    low, high = 0.0, max(float(score[best].sum()), 1e-9) / max(limits.budget, 1e-9)
    answer = Pick(selected=best, affordable=limits.cheapest(), value=float(score[best].sum()), score=score)
    is_bracketed = False
    for _ in range(3 * N_HALVINGS):
        price = high if not is_bracketed else (low + high) / 2
        priced = score - price * limits.price
        chosen = limits.best(priced)
        value = float(priced[chosen].sum()) + price * limits.budget
        within = limits.affords(chosen)
        if value < answer.value:
            answer = Pick(selected=chosen, affordable=answer.affordable, value=value, score=priced)
        if within:
            high, is_bracketed = price, True
            answer = Pick(selected=answer.selected, affordable=chosen, value=answer.value, score=answer.score)
        else:
            low = price
            high = high if is_bracketed else 4 * high
        if is_bracketed and high - low <= 2.0**-N_HALVINGS * high:
            break
    return answer


def pick_best(
    score: NDArray[np.float64],
    *,
    p: int | None,
    groups: Groups,
    fixed: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The p candidates of largest total score that hold `fixed` and meet the quotas, ascending; ties to the lower index.

    Without p, as many as add to the score.
    """
    n = len(score)
    ranked = score.astype(np.float64)
    ranked[fixed] = np.inf
    order = np.argsort(-ranked, kind="stable")
    if len(groups.lower) == 1 and p is not None:
        return np.sort(order[:p])
    part = groups.member[order]
    by_part = np.argsort(part, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=len(groups.lower)))[:-1]])
    rank = np.empty(n, dtype=np.int64)
    rank[by_part] = np.arange(n) - first[part[by_part]]
    must = (rank < groups.lower[part]) | np.isinf(ranked[order])
    may = ~must & (rank < groups.upper[part])
    if p is None:
        return np.sort(order[must | (may & (ranked[order] > 0))])
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
    p: int | None,
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
    if p is None:
        count = groups.count(selected)
        # With room to spare a site comes or goes alone; at a limit it takes another's place in its part.
        gives_way = np.where(count < groups.upper, np.minimum(least_in, 0.0), least_in)
        comes_in = np.where(count > groups.lower, np.maximum(most_out, 0.0), most_out)
    else:
        allowed = exchange_allowed(selected, groups=groups)
        gives_way = np.where(allowed, least_in[:, None], np.inf).min(axis=0)
        comes_in = np.where(allowed, most_out[None, :], -np.inf).max(axis=1)
    loss = np.where(inside, score - comes_in[groups.member], gives_way[groups.member] - score)
    loss[fixed] = np.inf
    return np.asarray(np.maximum(loss, 0.0), dtype=np.float64)
