"""A heavy county's searches, shared among all workers by regions of its streets."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from scipy.sparse import csr_array

from tuoyu_geo.network.regions import joined, parts_of, shared_searches
from tuoyu_geo.network.searching import Search, run_search

SHARED_ABOVE = 500_000_000
"""Sources times nodes of the streets from which a search is shared: 2,000 facilities on 250,000 nodes. Such a search takes
seconds, while cutting it up, sending the streets and putting the costs together takes some tenths of a second."""


@contextmanager
def sharing_searches(*, above: int, lock: Lock) -> Iterator[None]:
    """Share the searches within with the workers of the cluster that this one belongs to.

    Parameters
    ----------
    above
        Sources times nodes from which a search is shared.
    lock
        Held by the county that is being made; let go while it waits for the others, since this worker may be given a part
        or another county meanwhile.
    """

    def carry(search: Search) -> csr_array:
        from distributed import worker_client  # noqa: PLC0415  (an extra of the package)

        lock.release()
        try:
            with worker_client() as client:
                n_workers = len(client.nthreads())
                if n_workers < 2:
                    return run_search(search)
                parts = parts_of(search, n_workers)
                # before any county that waits for a worker: this one holds its memory meanwhile
                futures = client.map(run_search, [part.search for part in parts], pure=False, priority=10)
                costs = []
                for part, future in zip(parts, futures, strict=True):
                    # a worker that is lost with a part costs the time of the part
                    lost = future.exception() is not None
                    costs.append(run_search(part.search) if lost else future.result())
                return joined(search, parts, costs)
        finally:
            lock.acquire()

    with shared_searches(carry, above=above):
        yield
