"""Enumeration: every plan of a tiny instance, with no code shared with the solver."""

from itertools import combinations

import numpy as np


def plans(n, *, p=None, group=None, quotas=None, fixed=(), price=None, budget=None):
    """Every set of p of n columns (of any size without p) that holds the fixed, meets the quotas and is affordable."""
    sizes = range(n + 1) if p is None else [p]
    for size in sizes:
        for plan in combinations(range(n), size):
            if not set(fixed) <= set(plan):
                continue
            if budget is not None and sum(price[j] for j in plan) > budget * (1 + 1e-9):
                continue
            counts = {key: sum(group[j] == key for j in plan) for key in (quotas or {})}
            if all(
                low <= counts[key] <= (n if high is None else high)
                for key, (low, high) in (quotas or {}).items()
            ):
                yield list(plan)


def nearest(cost, plan):
    return cost[:, plan].min(axis=1) if plan else np.full(len(cost), np.inf)


def best_coverage(cost, weight, *, standard, **limits):
    values = [weight[nearest(cost, plan) <= standard].sum() for plan in plans(cost.shape[1], **limits)]
    return max(values, default=None)


def best_cover(cost, *, standard, site_cost=None, **limits):
    price = np.ones(cost.shape[1]) if site_cost is None else site_cost
    values = [
        price[plan].sum()
        for plan in plans(cost.shape[1], **limits)
        if (nearest(cost, plan) <= standard).all()
    ]
    return min(values, default=None)


def best_median(cost, weight, **limits):
    rows = weight > 0
    values = [(weight[rows] * nearest(cost, plan)[rows]).sum() for plan in plans(cost.shape[1], **limits)]
    return min([one for one in values if np.isfinite(one)], default=None)


def best_center(cost, **limits):
    values = [nearest(cost, plan).max() for plan in plans(cost.shape[1], **limits)]
    return min([one for one in values if np.isfinite(one)], default=None)
