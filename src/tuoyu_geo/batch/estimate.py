"""How long a county will take and how much memory, before it is made: a rough figure, and called one.

From the last run's own timings where there is one; else from the sizes of the layers, by the rule of thumb below. Its
numbers come from the processor's time of made-up counties of 7 to 1,688 communities and villages, 4 to 423 candidates and
36 to 54,402 streets; a county whose rules are hard to meet at once may take its whole `siting.time_limit_s` more, and no
rule of thumb knows that beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from python_calamine import CalamineError, CalamineWorkbook

from tuoyu_geo.batch.record import CountyRecord
from tuoyu_geo.batch.resume import run_seconds
from tuoyu_geo.project import Project

BASE_S, PER_DEMAND_S, PER_PAIR_S, PER_STREET_S = 5.0, 0.02, 2e-5, 2e-4
"""Seconds of any county, and a demand point, a pair of demand point and candidate, and a street segment more."""
BASE_MB, PER_DEMAND_MB, PER_PAIR_MB, PER_STREET_MB = 480.0, 0.05, 1e-4, 4e-3
"""The same of memory [MB of 10^6 bytes]."""
BYTES_A_ROW = 120
"""Of a file whose rows can't be counted without reading it, such as an OpenStreetMap extract."""

_SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_LINES = (".csv", ".txt", ".tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A rough figure of one county's run.

    Attributes
    ----------
    seconds, memory_mb
        Time on one worker [s] and its largest memory [MB].
    basis
        "last_run" where the time is the last run's, "sizes" where it is the rule of thumb.
    """

    seconds: float
    memory_mb: float
    basis: Literal["last_run", "sizes"]


def estimate(project: Project, folder: Path, *, before: CountyRecord | None = None) -> Estimate:
    """How long a project will take, and how much memory.

    Parameters
    ----------
    project
        Opened; of its layers, only the number of rows is read.
    folder
        The county's outputs in the batch; the project's own folder ``out`` is looked at, too.
    before
        What the last call of the batch recorded of it.
    """
    rows = {role: _rows(project, role) for role in project.config.layers}
    demand = rows.get("communities", 0) + rows.get("villages", 0)
    pairs, streets = demand * rows.get("candidates", 0), rows.get("roads", 0)
    memory_mb = BASE_MB + PER_DEMAND_MB * demand + PER_PAIR_MB * pairs + PER_STREET_MB * streets
    last = None
    if before is not None and before.status in {"done", "kept"}:
        last, memory_mb = before.seconds, before.peak_memory_mb or memory_mb
    for one in (folder, project.folder / "out"):
        last = run_seconds(one) if last is None else last
    if last is not None:
        return Estimate(seconds=last, memory_mb=memory_mb, basis="last_run")
    seconds = BASE_S + PER_DEMAND_S * demand + PER_PAIR_S * pairs + PER_STREET_S * streets
    return Estimate(seconds=seconds, memory_mb=memory_mb, basis="sizes")


def wall_seconds(estimates: Sequence[Estimate], *, n_workers: int) -> float:
    """How long they take on some workers, the longest first, each to the worker that is free first [s]."""
    busy = [0.0] * n_workers
    for one in sorted((one.seconds for one in estimates), reverse=True):
        first = min(range(n_workers), key=busy.__getitem__)
        busy[first] += one
    return max(busy)


def _rows(project: Project, role: str) -> int:
    files: Mapping[str, Path] = project.input_files()
    section = project.config.layers[role]
    path = files.get(section.path, project.folder / section.path)
    if not path.exists():
        return 0
    kind = path.suffix.lower()
    if kind in _LINES:
        with path.open("rb") as stream:
            return max(sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1, 0)
    try:
        if kind in _SHEETS:
            book = CalamineWorkbook.from_path(str(path))
            return max((book.get_sheet_by_name(name).height for name in book.sheet_names), default=1) - 1
        if kind not in {".osm", ".pbf", ".bz2", ".graphml"}:
            layers = [str(name) for name, _ in pyogrio.list_layers(path)]
            named = [section.sheet] if section.sheet in layers else layers
            return max(
                int(pyogrio.read_info(path, layer=name, force_feature_count=True)["features"])
                for name in named
            )
    except (CalamineError, DataSourceError, DataLayerError, OSError, ValueError):
        pass  # what is wrong with a file is the run's to say
    return path.stat().st_size // BYTES_A_ROW if path.is_file() else 0
