"""Residents and households: shares that sum exactly to the census totals."""

import numpy as np
from data.generator.facts import Facts
from data.generator.plane import Floats
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def split(total: int, weights: Floats, *, least: int = 0) -> Counts:
    """Share a whole number out by weight (largest remainder), each part at least `least`."""
    spare = total - least * len(weights)
    if spare < 0:
        raise ValueError(f"{total} cannot be shared into {len(weights)} parts of at least {least}")
    exact = spare * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    short = spare - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    whole: Counts = parts + least
    return whole


def residents_by_township(facts: Facts) -> Counts:
    """Split the 2020 total: the four streets together hold the urban district's count, inside both groups the shares of 2000 hold."""
    street = np.array([t.is_street for t in facts.townships])
    share = np.array([t.residents_2000 for t in facts.townships], dtype=float)
    residents = np.zeros(len(street), dtype=np.int64)
    residents[street] = split(facts.urban_residents, share[street])
    residents[~street] = split(facts.residents - facts.urban_residents, share[~street])
    return residents


def share_with_fixed(total: int, weights: Floats, fixed: NDArray[np.int64], *, least: int) -> Counts:
    """Share `total` out by weight where entries of `fixed` >= 0 are given and the rest take what remains."""
    parts = fixed.copy()
    free = fixed < 0
    parts[free] = split(total - int(fixed[~free].sum()), weights[free], least=least)
    return parts
