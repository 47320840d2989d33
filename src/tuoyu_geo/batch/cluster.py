"""Dask's workers: a cluster of this machine's own, or one that runs already; and how a worker was lost."""

import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from distributed import Client
    from distributed.scheduler import KilledWorker

WAIT_FOR_WORKERS_S = 60
"""How long a batch waits for a scheduler's first worker, or for a new one when the last is gone [s]."""

# A cluster of our own: a lost worker comes back to us at once, so that we count the losses by county and say so. A
# worker holds one county; memory goes to the run and not to Dask's results, so there is nothing to spill.
_OWN = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Dask looks at the running code a hundred times a second and keeps what it saw for its pages
    "distributed.worker.profile.enabled": False,
    # no page that anyone on this machine could open
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@contextmanager
def own_cluster(*, n_workers: int | None = None, memory: str | None = None) -> "Iterator[Client]":
    """Workers on this machine, each a process of one thread, reached through 127.0.0.1 alone.

    Parameters
    ----------
    n_workers
        How many; None for one a core.
    memory
        Of each, such as "3GB"; a worker that takes more is ended. None for this machine's memory in equal parts.

    Raises
    ------
    ConfigError
        The memory is no amount of bytes.
    """
    import dask  # noqa: PLC0415  (an extra of the package; slow to import)
    from dask.system import CPU_COUNT  # noqa: PLC0415
    from dask.utils import parse_bytes  # noqa: PLC0415
    from distributed import Client, LocalCluster  # noqa: PLC0415

    try:
        limit = "auto" if memory is None else parse_bytes(memory)
    except ValueError as error:
        raise ConfigError(text("batch.memory_unknown", found=memory)) from error
    with (
        dask.config.set(_OWN),
        LocalCluster(
            n_workers=n_workers or CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            memory_limit=limit,
            host="127.0.0.1",
            scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        # Dask opens a port for its pages in any case; nobody has asked for them.
        cluster.scheduler.http_server.stop()
        client.register_plugin(_plain_worker())
        yield client


def _plain_worker() -> Any:  # noqa: ANN401  (a class of an extra of the package)
    from distributed import WorkerPlugin  # noqa: PLC0415

    class PlainWorker(WorkerPlugin):  # type: ignore[misc]
        """No pages, and no ear for Ctrl-C: a terminal sends it to all, and the caller ends the workers."""

        def setup(self, worker: Any) -> None:  # noqa: ANN401
            worker.http_server.stop()
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    return PlainWorker()


@contextmanager
def running_cluster(address: str) -> "Iterator[Client]":
    """Workers that a scheduler has, anywhere.

    Parameters
    ----------
    address
        ``tcp://host:port``, or ``tls://host:port`` with the certificates of Dask's own settings.

    Raises
    ------
    ConfigError
        Nothing answers there, or the scheduler has no worker.
    """
    from distributed import Client  # noqa: PLC0415

    try:
        client = Client(address, timeout=10, name="tuoyu-geo")
    except (OSError, ValueError, RuntimeError, TimeoutError) as error:
        raise ConfigError(text("batch.no_scheduler", address=address, reason=error)) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT_FOR_WORKERS_S)
        except TimeoutError as error:
            raise ConfigError(
                text("batch.no_workers", address=address, seconds=WAIT_FOR_WORKERS_S)
            ) from error
        yield client


def n_workers_of(client: "Client") -> int:
    """How many workers there are now."""
    return len(client.nthreads())


def loss_words(client: "Client", loss: "KilledWorker") -> str:
    """How a worker was lost: for its memory, or without a word."""
    address = loss.last_worker.address
    events: Any = client.get_events("worker-restart-memory")
    for _, event in events:
        if event.get("worker") == address:
            return text(
                "batch.lost_memory",
                worker=address,
                used_mb=event["rss"] / 1e6,
                limit_mb=loss.last_worker.memory_limit / 1e6,
            )
    return text("batch.lost", worker=address)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Dask's advice about large tasks to itself: a county's files are what is to be sent."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sending large graph", category=UserWarning)
        yield
