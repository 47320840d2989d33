"""A search in parts: regions of streets that no street joins, and groups of sources within a large one.

No way leads from one region into another, and each source is searched by itself: the parts put together are the whole,
number for number. Whoever has others to help (`shared_searches`) gets the parts of every search that is worth sending.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from tuoyu_geo.network.searching import Arcs, Search, run_search
from tuoyu_geo.network.street import Ints

Carry = Callable[[Search], csr_array]


class _Sharing(NamedTuple):
    carry: Carry
    above: int


_sharing: ContextVar[_Sharing | None] = ContextVar("tuoyu_geo_shared_searches", default=None)


@contextmanager
def shared_searches(carry: Carry, *, above: int) -> Iterator[None]:
    """Hand every large search within to someone else.

    Parameters
    ----------
    carry
        Does what `run_search` does, with the help of others; `parts_of` and `joined` are made for it.
    above
        Sources times nodes from which a search is handed over.
    """
    before = _sharing.set(_Sharing(carry, above))
    try:
        yield
    finally:
        _sharing.reset(before)


def searched(search: Search) -> csr_array:
    """The costs of a search, worked out here or, where it is large and someone shares, by them."""
    sharing = _sharing.get()
    if sharing is None or len(search.sources) * search.n_node < sharing.above:
        return run_search(search)
    return sharing.carry(search)


class Part(NamedTuple):
    """Part of a search: (n,) which of its sources and targets these are, and the search among their own streets."""

    source_at: Ints
    target_at: Ints
    search: Search


def parts_of(search: Search, n: int) -> list[Part]:
    """About `n` parts of like size, each with the streets of its regions alone.

    A region that holds more than an `n`-th of the sources is cut into groups of sources that lie near each other; small
    regions are put together. Regions without a source or a target are left out: nothing is found there.
    """
    arcs, n_node = search.arcs, search.n_node
    joins = csr_array(
        (np.ones(len(arcs.head), dtype=np.int8), arcs.head, arcs.indptr), shape=(n_node, n_node)
    )
    region = connected_components(joins, directed=False)[1]
    n_source = np.bincount(region[search.sources], minlength=region.max(initial=0) + 1)
    has_target = np.zeros(len(n_source), dtype=bool)
    has_target[region[search.targets]] = True
    own = np.flatnonzero((n_source > 0) & has_target)
    share = max(1.0, n_source[own].sum() / max(n, 1))
    parts: list[Part] = []
    small: list[int] = []
    for one in own[np.argsort(-n_source[own], kind="stable")].tolist():
        if n_source[one] >= share:
            parts += _groups(_region(search, region == one), round(n_source[one] / share))
            continue
        small.append(one)
        if n_source[small].sum() >= share:
            parts.append(_region(search, np.isin(region, small)))
            small = []
    if small:
        parts.append(_region(search, np.isin(region, small)))
    return parts


def _region(search: Search, inside: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Part:
    arcs, number = search.arcs, np.cumsum(inside) - 1
    of_arc = np.repeat(inside, np.diff(arcs.indptr))
    indptr = np.concatenate([[0], np.cumsum(np.diff(arcs.indptr)[inside])])
    streets = Arcs(indptr.astype(np.int64), number[arcs.head[of_arc]].astype(np.int32), arcs.weight[of_arc])
    source_at = np.flatnonzero(inside[search.sources])
    target_at = np.flatnonzero(inside[search.targets])
    sources, targets = number[search.sources[source_at]], number[search.targets[target_at]]
    return Part(source_at, target_at, Search(streets, sources, targets, search.cutoff))


def _groups(part: Part, n: int) -> list[Part]:
    order = np.argsort(part.search.sources, kind="stable")  # along the curve: what is near stands near
    return [
        Part(part.source_at[own], part.target_at, part.search._replace(sources=part.search.sources[own]))
        for own in np.array_split(order, max(1, n))
    ]


def joined(search: Search, parts: Sequence[Part], costs: Sequence[csr_array]) -> csr_array:
    """The costs of a search from those of its parts, in the parts' order."""
    found = [cost.tocoo() for cost in costs]
    nothing = [np.zeros(0, dtype=np.int64)]
    row = np.concatenate(
        [*nothing, *(part.source_at[one.row] for part, one in zip(parts, found, strict=True))]
    )
    col = np.concatenate(
        [*nothing, *(part.target_at[one.col] for part, one in zip(parts, found, strict=True))]
    )
    data = np.concatenate([np.zeros(0), *(one.data for one in found)])
    result = csr_array((data, (row, col)), shape=(len(search.sources), len(search.targets)))
    result.sort_indices()
    return result
