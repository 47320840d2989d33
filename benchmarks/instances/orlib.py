"""OR-Library (J. E. Beasley): p-median graphs, and capacitated p-medians in the plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.instances.pieces import NUMBER, InstanceError, Rows

Array = NDArray[Any]
# Costs are held for every pair.
MOST_PAIRS = 25_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """A p-median: (n, n) costs, and where sites hold only so much, their room and what each customer takes.

    `best` is the answer that the file itself gives, the best known; None where it gives none.
    """

    number: int | None
    p: int
    cost: Array
    capacity: Array | None = None
    load: Array | None = None
    best: float | None = None


def read_graph(rows: Rows) -> Median:
    """``n m p``, then m edges ``i j cost``; costs are shortest paths.

    An edge runs both ways; of an edge given twice the last line counts.

    Raises
    ------
    InstanceError
        The numbers don't fit.
    """
    numbers = flat(rows)
    n, m, p = (
        _whole(numbers[k], name, least=least)
        for k, (name, least) in enumerate([("n", 1), ("m", 0), ("p", 1)])
    )
    _held(n)
    if p > n:
        raise InstanceError(f"p is {p:,}, of {n:,} nodes")
    if len(numbers) != 3 + 3 * m:
        raise InstanceError(f"m says {m:,} edges, {(len(numbers) - 3) / 3:,.6g} follow")
    edge = numbers[3:].reshape(-1, 3)
    ends = edge[:, :2]
    wrong = np.flatnonzero(((ends != np.round(ends)) | (ends < 1) | (ends > n)).any(axis=1))
    if len(wrong):
        i, j = ends[wrong[0]]
        raise InstanceError(f"edge {wrong[0] + 1:,} runs from {i:g} to {j:g}; nodes are 1 to {n:,}")
    wrong = np.flatnonzero(edge[:, 2] < 0)
    if len(wrong):
        raise InstanceError(f"edge {wrong[0] + 1:,} costs {edge[wrong[0], 2]:g}")
    key = (np.sort(ends, axis=1).astype(np.int64) - 1) @ np.array([n, 1])
    # The first of the reversed order is the last given.
    pair, last = np.unique(key[::-1], return_index=True)
    graph = csr_array((edge[::-1, 2][last], np.divmod(pair, n)), shape=(n, n))
    return Median(number=None, p=p, cost=dijkstra(graph, directed=False))


def read_capacitated(rows: Rows) -> list[Median]:
    """``id best``, ``n p Q``, then n customers ``i x y demand``; several after a line with their number.

    Costs are Euclidean lengths rounded down; a customer is served whole by one site. ``id best`` may be missing.

    Raises
    ------
    InstanceError
        The numbers don't fit.
    """
    numbers, width = flat(rows), rows.width
    at, n_problem = 0, 1
    if width[0] == 1:
        at, n_problem = 1, _whole(numbers[0], "the number of problems", least=1)
    has_best = width[0] != 3
    found = []
    while len(found) < n_problem:
        head = numbers[at : at + 2 + 3] if has_best else np.concatenate([[0, 0], numbers[at : at + 3]])
        if len(head) < 5:
            raise InstanceError(f"{n_problem:,} problems said, {len(found):,} follow")
        at += 5 if has_best else 3
        n, p = _whole(head[2], "n", least=1), _whole(head[3], "p", least=1)
        _held(n)
        if p > n:
            raise InstanceError(f"p is {p:,}, of {n:,} customers")
        if head[4] <= 0:
            raise InstanceError(f"Q is {head[4]:g}")
        body = numbers[at : at + 4 * n]
        if len(body) < 4 * n:
            raise InstanceError(f"n says {n:,} customers, {len(body) / 4:,.6g} follow")
        at += 4 * n
        customer = body.reshape(n, 4)
        if not np.array_equal(np.sort(customer[:, 0]), np.arange(1, n + 1)):
            raise InstanceError(f"the customers' numbers are not 1 to {n:,}, each once")
        if (customer[:, 3] < 0).any():
            k = int(np.argmax(customer[:, 3] < 0))
            raise InstanceError(f"customer {customer[k, 0]:g} has a demand of {customer[k, 3]:g}")
        place = customer[:, 1:3]
        found.append(
            Median(
                number=_whole(head[0], "id", least=0) if has_best else None,
                p=p,
                cost=np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))),
                capacity=np.full(n, head[4]),
                load=customer[:, 3],
                best=float(head[1]) if head[1] > 0 else None,
            )
        )
    if at != len(numbers):
        raise InstanceError(f"{len(numbers) - at:,} numbers too many at the end")
    return found


def flat(rows: Rows) -> NDArray[np.float64]:
    """All numbers, in order.

    Raises
    ------
    InstanceError
        A word is no number, or none that is finite; the first is named.
    """
    for k, words in zip(rows.line, rows.words, strict=True):
        for word in words:
            if not NUMBER.fullmatch(word) or not np.isfinite(float(word)):
                raise InstanceError(f"line {k:,}: {word[:40]!r} is no number")
    return np.array([float(word) for words in rows.words for word in words])


def _whole(value: float, name: str, *, least: int) -> int:
    if value != np.round(value) or value < least:
        raise InstanceError(f"{name} is {value:g}; a whole number of at least {least} is wanted")
    return int(value)


def _held(n: int) -> None:
    if n * n > MOST_PAIRS:
        raise InstanceError(f"n is {n:,}: more than {MOST_PAIRS:,} pairs")
