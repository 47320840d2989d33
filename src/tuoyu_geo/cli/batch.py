"""`tuoyu-geo batch`: the same run on many projects, on Dask's workers."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuoyu_geo.cli.options import Debug
from tuoyu_geo.errors import ConfigError
from tuoyu_geo.messages import text

if TYPE_CHECKING:
    from tuoyu_geo.batch.engine import Batch

NAME = "batch"


def command(
    projects: Annotated[list[str], typer.Argument(metavar="DIR_OR_GLOB...", help="cli.arg_projects")],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="cli.opt_batch_out")] = Path("batch"),
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="cli.opt_scheduler", show_default=False),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="cli.opt_workers", show_default=False)
    ] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="3GB", help="cli.opt_memory", show_default=False)
    ] = None,
    retries: Annotated[int, typer.Option("--retries", min=0, help="cli.opt_batch_retries")] = 2,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.opt_dry_run", show_default=False)] = False,
    debug: Debug = False,
) -> None:
    """Exit 1 where a county fails or can't meet its rules; the others are written all the same."""
    del debug
    if find_spec("distributed") is None:
        raise ConfigError(text("batch.no_dask"))
    if scheduler is not None and (workers is not None or memory is not None):
        raise ConfigError(text("batch.not_ours"))
    from tuoyu_geo.batch.counties import find_counties
    from tuoyu_geo.batch.engine import Batch, look
    from tuoyu_geo.writing import holding

    counties = find_counties(projects)
    if dry_run:
        _tell_what_would_be_done(Batch(look(counties, out), out=out, say=_say), workers=workers)
        return
    with holding(out):
        batch = Batch(look(counties, out), out=out, say=_say)
        _make(batch, scheduler=scheduler, workers=workers, memory=memory, retries=retries)
    records = batch.records
    counts = {status: sum(one.status == status for one in records) for status in ("done", "kept", "failed")}
    short = [one for one in records if one.meets_rules is False]
    typer.echo(text("cli.batch_counts", n=len(records), short=len(short), **counts))
    for one in records:
        if one.status == "failed":
            typer.echo(text("cli.batch_failed", key=one.key, reason=one.reason))
    for one in short:
        typer.echo(text("cli.batch_short", key=one.key, headline=one.headline))
    typer.echo(text("cli.written", folder=out.resolve()))
    if short or counts["failed"]:
        raise typer.Exit(1)


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _tell_what_would_be_done(batch: "Batch", *, workers: int | None) -> None:
    from dask.system import CPU_COUNT

    from tuoyu_geo.batch.estimate import wall_seconds

    n_workers, estimates = workers or CPU_COUNT, []
    waiting = {task.county.key: task for task in batch.waiting}
    for one in batch.records:
        known = {"key": one.key, "title": one.county_name or one.title, "why": one.why}
        if one.key not in waiting:
            typer.echo(text("cli.batch_would_keep", **known))
            continue
        estimate = batch.estimate(waiting[one.key])
        if estimate is None:
            typer.echo(text("cli.batch_would_fail", **known))
            continue
        estimates.append(estimate)
        basis = text(f"cli.batch_basis_{estimate.basis}")
        figures = {"seconds": estimate.seconds, "memory_mb": estimate.memory_mb, "basis": basis}
        typer.echo(text("cli.batch_would_make", **known, **figures))
    typer.echo(
        text(
            "cli.batch_would_all",
            n=len(estimates),
            kept=len(batch.records) - len(waiting),
            failing=len(waiting) - len(estimates),
            minutes=sum(one.seconds for one in estimates) / 60,
            n_workers=n_workers,
            wall_minutes=wall_seconds(estimates, n_workers=n_workers) / 60,
            memory_mb=max((one.memory_mb for one in estimates), default=0.0),
        )
    )


def _make(
    batch: "Batch", *, scheduler: str | None, workers: int | None, memory: str | None, retries: int
) -> None:
    from tuoyu_geo.batch.cluster import own_cluster, running_cluster

    batch.start()
    if batch.waiting:
        cluster = (
            own_cluster(n_workers=workers, memory=memory) if scheduler is None else running_cluster(scheduler)
        )
        with cluster as client:
            try:
                batch.run(client, retries=retries, in_place=scheduler is None)
            finally:
                batch.write_record()  # also where Ctrl-C ends it: what is done is kept by the next call
    batch.write_results()
