"""A batch: counties given to workers, lost ones given again, and everything that came of it written in one place."""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from tuoyu_geo import __version__
from tuoyu_geo.batch.cluster import WAIT_FOR_WORKERS_S, loss_words, n_workers_of, quiet
from tuoyu_geo.batch.counties import County
from tuoyu_geo.batch.estimate import Estimate, estimate
from tuoyu_geo.batch.luggage import Luggage, packed
from tuoyu_geo.batch.record import FILE, CountyRecord, read_record, record_bytes
from tuoyu_geo.batch.resume import headline, opened, outputs_of_the_past, read_summary, run_seconds, why_again
from tuoyu_geo.batch.rollup_files import rollup_files
from tuoyu_geo.batch.sharing import SHARED_ABOVE
from tuoyu_geo.batch.tables import table_files
from tuoyu_geo.batch.work import Made, Order, make_county
from tuoyu_geo.building.state import run_versions
from tuoyu_geo.errors import FolderHeldError
from tuoyu_geo.messages import text
from tuoyu_geo.project import Project
from tuoyu_geo.writing import write_all

if TYPE_CHECKING:
    from distributed import Client, Future

_LOOK_S = 5.0
_WRITE_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A county of a batch, before it is made.

    Attributes
    ----------
    county
        The project.
    project
        The same opened; None where its settings or its policy are wrong.
    why
        Why it must be made again; "" where its outputs are fresh.
    """

    county: County
    project: Project | None
    why: str


def look(counties: Sequence[County], out: Path) -> list[Task]:
    """What there is to do: each county, opened, with the reason why it must be made."""
    tasks = []
    for county in counties:
        project = opened(county)
        why = text("batch.unreadable") if project is None else why_again(project, out / folder_of(county))
        tasks.append(Task(county=county, project=project, why=why))
    return tasks


def folder_of(county: County) -> str:
    """Where a county's outputs go, relative to the batch's folder."""
    return f"counties/{county.key}"


class Batch:
    """One call: what it knows of each county, and where it writes.

    Parameters
    ----------
    tasks
        The counties, as `look` found them.
    out
        The batch's folder.
    say
        Hears a line a county as it is kept, made, lost or failed.
    """

    def __init__(self, tasks: Sequence[Task], *, out: Path, say: Callable[[str], None]) -> None:
        self._out = out
        self._say = say
        self._recorded = 0.0
        self._told = 0
        self._tasks = {task.county.key: task for task in tasks}
        self._before = read_record(out)
        self._records = {task.county.key: _record_of(task, self._before, out=out) for task in tasks}

    @property
    def records(self) -> list[CountyRecord]:
        """What is known of each county now, by key."""
        return list(self._records.values())

    @property
    def waiting(self) -> list[Task]:
        """The counties that are still to be made."""
        return [self._tasks[one.key] for one in self.records if one.status == "waiting"]

    def estimate(self, task: Task) -> Estimate | None:
        """How long a county will take, and how much memory; None for one that can't be opened."""
        if task.project is None:
            return None
        key = task.county.key
        return estimate(task.project, self._out / folder_of(task.county), before=self._before.get(key))

    def start(self) -> None:
        """Do what takes no worker: say what is kept, and of the counties that can't be opened what is wrong with them."""
        for record in self.records:
            if record.status == "kept":
                self._tell(record)
        for task in self.waiting:
            if task.project is None:
                self._write(task, make_county(_order(task.county, Luggage(file=task.county.file))))

    def run(self, client: "Client", *, retries: int, in_place: bool, share_above: int = SHARED_ABOVE) -> None:
        """Make the counties that wait.

        Parameters
        ----------
        client
            Dask's workers.
        retries
            How often a county is given to another worker after its own was lost.
        in_place
            Whether workers see our disk and read the projects where they are; else the files travel with the task.
        share_above
            Sources times nodes of the streets from which a county's search is shared among all workers.

        Raises
        ------
        OutputError
            The batch's folder can't be written; what was written before stays whole.
        """
        # the longest first, so that none of them is left alone at the end
        seconds = {task.county.key: one.seconds for task in self.waiting if (one := self.estimate(task))}
        queue = deque(sorted(self.waiting, key=lambda task: -seconds.get(task.county.key, 0.0)))
        running: dict[Future, Task] = {}
        alone_since: float | None = None
        try:
            while queue or running:
                # One county a worker, and none waiting beside it: a lost worker then tells which county it was at.
                n_workers = n_workers_of(client)
                while queue and len(running) < n_workers:
                    task = queue.popleft()
                    running[_submit(client, task, in_place=in_place, share_above=share_above)] = task
                alone_since = None if n_workers else alone_since or time.monotonic()
                if alone_since and time.monotonic() - alone_since > WAIT_FOR_WORKERS_S:
                    self._give_up(
                        [*running.values(), *queue], text("batch.workers_gone", seconds=WAIT_FOR_WORKERS_S)
                    )
                    return
                for future in _ended(running):
                    task = running.pop(future)
                    if future.status in {"cancelled", "lost"}:
                        self._give_up([task, *running.values(), *queue], text("batch.scheduler_lost"))
                        return
                    if self._take(client, future, task, retries=retries):
                        queue.appendleft(task)
                    future.release()
        finally:
            if running and client.status == "running":
                client.cancel(list(running), force=True)

    def _take(self, client: "Client", future: "Future", task: Task, *, retries: int) -> bool:
        """Write what came of a county; whether it must be given to another worker."""
        from distributed.scheduler import KilledWorker  # noqa: PLC0415  (an extra of the package)

        if future.status == "finished":
            self._write(task, future.result())
            return False
        error = future.exception()
        if not isinstance(error, KilledWorker):
            words = text("batch.program_fault", reason=f"{type(error).__name__}: {error}")
            self._write(task, Made(files={}, failure=words))
            return False
        record = self._records[task.county.key]
        record = replace(record, n_lost_workers=record.n_lost_workers + 1)
        self._records[task.county.key] = record
        words = loss_words(client, error)
        if record.n_lost_workers > retries:
            self._write(
                task, Made(files={}, failure=text("batch.given_up", loss=words, n=record.n_lost_workers))
            )
            return False
        self._say(
            text(
                "batch.line_again", key=task.county.key, loss=words, n=record.n_lost_workers, retries=retries
            )
        )
        return True

    def _write(self, task: Task, made: Made) -> None:
        county = task.county
        folder = self._out / folder_of(county)
        record = replace(
            self._records[county.key],
            status="failed" if made.failure else "done",
            seconds=round(made.seconds, 3) if made.seconds else None,
            peak_memory_mb=round(made.peak_mb, 1) if made.peak_mb else None,
        )
        older = (folder / "summary.json").is_file()
        try:
            if made.failure:
                record = replace(record, reason=made.failure, fault=made.fault, has_older_outputs=older)
                write_all(folder, made.files)
            else:
                write_all(folder, made.files, removed=outputs_of_the_past(folder, files=made.files))
                record = _with_plan(record, folder)
        except FolderHeldError as error:
            # Somebody runs this county alone just now: its matter, not the other counties'.
            reason = made.failure or str(error)
            record = replace(record, status="failed", reason=reason, has_older_outputs=older)
        self._records[county.key] = record
        self._tell(record)
        if time.monotonic() - self._recorded > _WRITE_EVERY_S:
            self.write_record()

    def _give_up(self, tasks: Sequence[Task], words: str) -> None:
        for task in tasks:
            self._write(task, Made(files={}, failure=words))

    def _tell(self, record: CountyRecord) -> None:
        self._told += 1
        words = text(
            f"batch.line_{record.status}",
            key=record.key,
            title=record.county_name or record.title,
            why=record.why,
            reason=" ".join(line.strip() for line in record.reason.splitlines()[:2]),
            headline=record.headline,
            seconds=record.seconds or 0.0,
            peak_mb=record.peak_memory_mb or 0.0,
        )
        self._say(text("batch.line", i=self._told, n=len(self._records), words=words))
        if record.has_older_outputs:
            self._say(text("batch.older_outputs", folder=record.folder))

    def write_record(self) -> None:
        """Write batch.json."""
        write_all(self._out, {FILE: record_bytes(self.records, tool_version=__version__)})
        self._recorded = time.monotonic()

    def write_results(self) -> None:
        """Write batch.json, the tables of all counties, and the workbook and map that sum them up."""
        results = table_files(self._out, self.records) | rollup_files(self._out, self.records)
        write_all(self._out, {FILE: record_bytes(self.records, tool_version=__version__), **results})


def _record_of(task: Task, before: Mapping[str, CountyRecord], *, out: Path) -> CountyRecord:
    county = task.county
    record = CountyRecord(
        key=county.key,
        title=county.title,
        county_name=county.name,
        county_code=county.code,
        project=str(county.file),
        folder=folder_of(county),
        status="waiting" if task.why else "kept",
        why=task.why or text("batch.fresh"),
    )
    if task.why:
        return record
    record, old = _with_plan(record, out / record.folder), before.get(county.key)
    if old is None or old.status not in {"done", "kept"}:
        return replace(record, seconds=run_seconds(out / record.folder))
    return replace(record, seconds=old.seconds, peak_memory_mb=old.peak_memory_mb)


def _with_plan(record: CountyRecord, folder: Path) -> CountyRecord:
    summary = read_summary(folder)
    return replace(record, meets_rules=not summary["shortfalls"], headline=headline(summary))


def _order(county: County, luggage: Luggage, *, share_above: int | None = None) -> Order:
    return Order(luggage=luggage, language=county.language, versions=run_versions(), share_above=share_above)


def _submit(client: "Client", task: Task, *, in_place: bool, share_above: int) -> "Future":
    luggage = Luggage(file=task.county.file)
    if not in_place and task.project is not None:
        luggage = packed(task.project)
    order = _order(task.county, luggage, share_above=share_above)
    # a name of its own: a scheduler that others use would hand out another call's result by the same name
    key = f"county-{task.county.key}-{uuid4().hex[:8]}"
    with quiet():
        return client.submit(make_county, order, key=key, pure=False)


def _ended(running: "dict[Future, Task]") -> "list[Future]":
    """The futures that are over, after a while at most."""
    from distributed import wait  # noqa: PLC0415

    if not running:
        time.sleep(min(_LOOK_S, 0.2))
        return []
    try:
        return list(wait(list(running), timeout=_LOOK_S, return_when="FIRST_COMPLETED").done)
    except TimeoutError:
        return []
