"""The bounded search, compiled: the one part of the package that runs in Numba."""

import numpy as np
from numpy.typing import NDArray

from tuoyu_geo.compiled import compiled


@compiled
def _settle(  # noqa: C901, PLR0912, PLR0915, PLR0917  (one compiled loop: a call a heap step would cost more than it explains)
    indptr: NDArray[np.int64],
    head: NDArray[np.int32],
    weight: NDArray[np.float64],
    source: int,
    slot: NDArray[np.int32],
    targets: NDArray[np.int64],
    limit: float,
    scale: float,
    node_bits: int,
    heap: NDArray[np.int64],
    cost: NDArray[np.float64],
    touched: NDArray[np.int32],
    words: NDArray[np.uint64],
    count: NDArray[np.int64],
) -> None:
    """Costs from one source into `cost`, the nodes that got one into `touched`, and the columns found into `words`.

    The heap has four children a node and holds whole numbers: a cost times `scale`, cut off, above `node_bits` bits of
    the node. Costs that are cut to the same number may be taken in the wrong order; a node that gets a lower cost later
    is taken again, so that the costs themselves are exact. `count` gets how many nodes and columns were found, and the
    first and last word; -1 columns where the heap has no room for nodes taken again and again. A loop of its own, since arrays that are made anew where it runs would be counted by Numba at
    every step.
    """
    one = np.uint64(1)
    mask = (1 << node_bits) - 1
    cost[source] = 0.0
    touched[0] = source
    heap[0] = source
    n_touched, n_heap, n_target, low, high = 1, 1, 0, len(words), -1
    column = slot[source]
    if column >= 0:
        low = high = column >> 6
        words[low] = one << np.uint64(column & 63)
        n_target = 1
    last = np.int64(0x7FFFFFFFFFFFFFFF) if n_target < len(targets) else np.int64(mask)
    while n_heap > 0:
        key = heap[0]
        if key > last:
            break  # no target gets nearer any more
        n_heap -= 1
        if n_heap > 0:
            # the last entry sinks from the root
            sinking = heap[n_heap]
            hole = 0
            child = 1
            while child < n_heap:
                least = heap[child]
                at = child
                for sibling in range(child + 1, min(child + 4, n_heap)):
                    other_key = heap[sibling]
                    if other_key < least:
                        least = other_key
                        at = sibling
                if least >= sinking:
                    break
                heap[hole] = least
                hole = at
                child = 4 * hole + 1
            heap[hole] = sinking
        node = key & mask
        d = cost[node]
        if np.int64(d * scale) < (key >> node_bits):
            continue  # a cheaper way to this node was settled before
        for arc in range(indptr[node], indptr[node + 1]):
            reached = d + weight[arc]
            other = head[arc]
            before = cost[other]
            if reached <= limit and reached < before:
                cost[other] = reached
                if before == np.inf:
                    touched[n_touched] = other
                    n_touched += 1
                    column = slot[other]
                    if column >= 0:
                        word = column >> 6
                        words[word] |= one << np.uint64(column & 63)
                        low, high = min(low, word), max(high, word)
                        n_target += 1
                        if n_target == len(targets):
                            # all are found: what costs more than the dearest of them can't bring any nearer
                            limit = 0.0
                            for target in targets:
                                limit = max(limit, cost[target])
                            last = (np.int64(limit * scale) << node_bits) | mask
                begin = indptr[other]
                if indptr[other + 1] == begin + 1 and head[begin] == node:
                    continue  # a dead end leads nowhere but back
                if n_heap == len(heap):
                    count[0], count[1], count[2], count[3] = n_touched, -1, low, high
                    return
                # the new entry rises
                key = (np.int64(reached * scale) << node_bits) | other
                hole = n_heap
                n_heap += 1
                while hole > 0:
                    parent = (hole - 1) >> 2
                    if heap[parent] <= key:
                        break
                    heap[hole] = heap[parent]
                    hole = parent
                heap[hole] = key
    count[0], count[1], count[2], count[3] = n_touched, n_target, low, high


@compiled
def search(  # noqa: C901, PLR0917  (compiled: called by position, one loop)
    indptr: NDArray[np.int64],
    head: NDArray[np.int32],
    weight: NDArray[np.float64],
    sources: NDArray[np.int64],
    slot: NDArray[np.int32],
    targets: NDArray[np.int64],
    limit: float,
    scale: float,
    node_bits: int,
    unit: float,
    cutoff: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Dijkstra from each source until `limit` (closed), touching only the nodes that are reached.

    `slot` gives the column of a node, or -1, and `targets` the node of a column; `scale` and `node_bits` are how the
    heap packs a cost and a node into 63 bits. Returns the count per source, and
    column and cost of what was found, source after source, by column; costs are rounded to ``1 / unit`` and at most
    `cutoff`. Arrays are allocated once and put back after each source, so a search costs in proportion to what it
    reaches and not to the size of the network.
    """
    n_slot = len(targets)
    cost = np.full(len(indptr) - 1, np.inf)
    touched = np.empty(len(indptr) - 1, np.int32)
    heap = np.empty(len(head) + 1, np.int64)
    # Found columns are bits of words, read in order; a bit's place in its word comes from a de Bruijn sequence.
    one, zero = np.uint64(1), np.uint64(0)
    sequence, top = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
    words = np.zeros((n_slot >> 6) + 1, np.uint64)
    place = np.empty(64, np.int64)
    for k in range(64):
        place[((one << np.uint64(k)) * sequence) >> top] = k
    count = np.zeros(4, np.int64)
    counts = np.zeros(len(sources), np.int64)
    found_slot = np.empty(1024, np.int32)
    found_cost = np.empty(1024)
    n_found = 0
    for i in range(len(sources)):
        count[1] = -1
        while count[1] < 0:
            _settle(
                indptr,
                head,
                weight,
                sources[i],
                slot,
                targets,
                limit,
                scale,
                node_bits,
                heap,
                cost,
                touched,
                words,
                count,
            )
            if count[1] < 0:
                heap = np.empty(2 * len(heap), np.int64)
                for k in range(count[0]):
                    cost[touched[k]] = np.inf
                for word in range(count[2], count[3] + 1):
                    words[word] = zero
        if n_found + count[1] > len(found_slot):
            size = max(2 * len(found_slot), n_found + count[1])
            wider_slot = np.empty(size, np.int32)
            wider_cost = np.empty(size)
            # entry by entry: Numba takes seconds longer to compile slice assignments
            for k in range(n_found):
                wider_slot[k] = found_slot[k]
                wider_cost[k] = found_cost[k]
            found_slot, found_cost = wider_slot, wider_cost
        for word in range(count[2], count[3] + 1):
            left = words[word]
            words[word] = zero
            while left != zero:
                lowest = left & (~left + one)
                left ^= lowest
                column = (word << 6) + place[(lowest * sequence) >> top]
                found_slot[n_found] = column
                found_cost[n_found] = min(np.rint(cost[targets[column]] * unit) / unit, cutoff)
                n_found += 1
        counts[i] = count[1]
        for k in range(count[0]):
            cost[touched[k]] = np.inf
    return counts, found_slot[:n_found], found_cost[:n_found]


@compiled
def trace_rings(  # noqa: PLR0917  (compiled: called by position)
    places: NDArray[np.int64],
    indptr: NDArray[np.int64],
    triangle_of: NDArray[np.int64],
    triangles: NDArray[np.int64],
    neighbours: NDArray[np.int64],
    inside: NDArray[np.bool_],
    corner: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Borders of the union of the places' cells in a Voronoi diagram, given by its dual triangulation.

    A triangle with corners inside and outside is where the border turns; it passes on to the neighbour across the
    edge that has the inside on the left of the way out. Each such triangle has one such edge, so that the borders are
    closed rings without branches. Returns the turns' positions, ring after ring, and where each begins and ends.
    """
    seen = np.zeros(len(triangles), np.bool_)
    coords = np.empty((1024, 2))
    # Every ring has a turn of its own, so there are never more rings than triangles.
    offsets = np.empty(len(triangles) + 1, np.int64)
    offsets[0] = 0
    n, n_ring = 0, 0
    for place in places:
        for listed in range(indptr[place], indptr[place + 1]):
            triangle = triangle_of[listed]
            a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
            if inside[a] and inside[b] and inside[c]:
                continue
            start = n
            while not seen[triangle]:
                seen[triangle] = True
                if n == len(coords):
                    wider = np.empty((2 * n, 2))
                    # entry by entry, here and below: Numba takes seconds longer to compile slice assignments
                    for k in range(n):
                        wider[k, 0], wider[k, 1] = coords[k, 0], coords[k, 1]
                    coords = wider
                coords[n, 0], coords[n, 1] = corner[triangle, 0], corner[triangle, 1]
                n += 1
                a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
                if inside[b] and not inside[a]:
                    triangle = neighbours[triangle, 2]
                elif inside[c] and not inside[b]:
                    triangle = neighbours[triangle, 0]
                else:
                    triangle = neighbours[triangle, 1]
            if n > start:
                n_ring += 1
                offsets[n_ring] = n
    return coords[:n], offsets[: n_ring + 1]
