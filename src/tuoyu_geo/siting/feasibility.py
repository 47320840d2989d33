"""Whether a number of sites can meet the quotas at all, and in words why not."""

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.messages import text
from tuoyu_geo.siting.instance import Instance
from tuoyu_geo.siting.pick import limits_of


def clashes(instance: Instance, *, must_reach: NDArray[np.bool_]) -> list[str]:
    """Sentences that name what makes an instance infeasible before any search; empty when nothing does.

    Parameters
    ----------
    instance
        The instance; its `cost` holds only entries that count.
    must_reach
        (n_demand,) rows that have to be in reach of a site.
    """
    groups = instance.groups
    size, fixed = groups.size, groups.count(instance.fixed)
    found = [
        text("siting.group_too_small", group=groups.label[k], least=groups.lower[k], n=size[k])
        for k in np.flatnonzero(size < groups.lower)
    ]
    found += [
        text("siting.fixed_over_maximum", group=groups.label[k], most=groups.upper[k], n=fixed[k])
        for k in np.flatnonzero(fixed > groups.upper)
    ]
    if instance.p is not None:
        found += _count_clashes(instance, instance.p)
    limits = limits_of(instance)
    if not found and limits.is_priced and not limits.affords(cheapest := limits.cheapest()):
        least = float(limits.price[cheapest].sum())
        found.append(text("siting.over_budget", least=least, budget=limits.budget))
    n_lost = int((must_reach & (np.diff(instance.cost.indptr) == 0)).sum())
    if n_lost:
        found.append(text("siting.unreachable", n=n_lost))
    return found


def _count_clashes(instance: Instance, p: int) -> list[str]:
    groups = instance.groups
    fixed = groups.count(instance.fixed)
    found = []
    if p > instance.n_candidate:
        found.append(text("siting.p_over_candidates", p=p, n=instance.n_candidate))
    elif int(np.minimum(groups.size, groups.upper).sum()) < p:
        found.append(text("siting.maxima_below_p", p=p, n=int(np.minimum(groups.size, groups.upper).sum())))
    if len(instance.fixed) > p:
        found.append(text("siting.fixed_over_p", p=p, n=len(instance.fixed)))
    if int(groups.lower.sum()) > p:
        found.append(text("siting.minima_over_p", p=p, n=int(groups.lower.sum())))
    needed = int(np.maximum(groups.lower, fixed).sum())
    if not found and needed > p:
        found.append(text("siting.fixed_and_minima_over_p", p=p, n=needed))
    return found
