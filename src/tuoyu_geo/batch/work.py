"""What a worker does: one county's whole run, from its files to the bytes of its outputs."""

import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tuoyu_geo.batch.luggage import Luggage
from tuoyu_geo.batch.memory import PeakMemory, give_back
from tuoyu_geo.batch.sharing import sharing_searches
from tuoyu_geo.building.state import run_versions
from tuoyu_geo.errors import TuoyuError
from tuoyu_geo.findings import Finding
from tuoyu_geo.messages import Language, speaking, text
from tuoyu_geo.project import Project, open_project
from tuoyu_geo.reports import findings_csv_bytes

# GDAL's settings and pyplot's are a process's, not a thread's: a worker with several threads still makes one county at
# a time. Whoever waits for other workers lets go of it.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Order:
    """One county to be made.

    Attributes
    ----------
    luggage
        Its files.
    language
        The language of its outputs.
    versions
        Those of whoever orders, as `building.state.run_versions`; others would give other bytes.
    share_above
        Sources times nodes of the streets from which a search is shared with other workers; None where there are none.
    """

    luggage: Luggage
    language: Language
    versions: Mapping[str, str]
    share_above: int | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Made:
    """What came of it.

    Attributes
    ----------
    files
        By name: the bytes of every output of the run; of findings.csv alone where it failed.
    failure
        Why it failed, in the county's language; "" where it didn't.
    fault
        The traceback, where the program and not the data is at fault.
    seconds, peak_mb
        Time [s] and the worker's largest memory meanwhile [MB].
    """

    files: Mapping[str, bytes]
    failure: str = ""
    fault: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0


@dataclass
class _Outcome:
    files: Mapping[str, bytes] = field(default_factory=dict)
    failure: str = ""
    fault: str = ""


def make_county(order: Order) -> Made:
    """Run one county; nothing that is wrong with it comes out as an error."""
    with ONE_AT_A_TIME, PeakMemory() as memory:
        started = time.perf_counter()
        with speaking(order.language), _shared(order):
            outcome = _made(order)
        give_back()
        seconds = time.perf_counter() - started
    return Made(
        files=outcome.files,
        failure=outcome.failure,
        fault=outcome.fault,
        seconds=seconds,
        peak_mb=memory.peak_mb,
    )


def _made(order: Order) -> _Outcome:
    here = run_versions()
    other = sorted(name for name, version in order.versions.items() if here.get(name) != version)
    if other:
        versions = "; ".join(f"{name} {here.get(name)} ≠ {order.versions[name]}" for name in other)
        return _Outcome(failure=text("batch.other_versions", versions=versions))
    with order.luggage.unpacked() as file, _scratch() as folder:
        project = None
        try:
            project = open_project(file)
            built = project.build(folder)
        except TuoyuError as error:
            return _failed(project, error, root=file.parent)
        except Exception as error:  # noqa: BLE001  (a fault of ours in one county must not stop the others)
            words = text("batch.program_fault", reason=f"{type(error).__name__}: {error}")
            return _Outcome(failure=words, fault=traceback.format_exc())
        return _Outcome(files={name: (folder / name).read_bytes() for name in built.files})


def _shared(order: Order) -> AbstractContextManager[None]:
    if order.share_above is None:
        return nullcontext()
    return sharing_searches(above=order.share_above, lock=ONE_AT_A_TIME)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tuoyu-geo-") as folder:
        yield Path(folder)


def _failed(project: Project | None, error: TuoyuError, *, root: Path) -> _Outcome:
    # where the worker unpacked the files is nobody's business, and another place each time
    words = str(error).replace(f"{root}/", "").replace(f"{root}\\", "")
    findings = tuple(getattr(error, "findings", ()))
    if project is not None:
        try:
            findings = tuple(project.check()[1]) or findings
        except TuoyuError as further:
            findings = findings or tuple(getattr(further, "findings", ()))
    if not any(finding.severity == "error" for finding in findings):
        findings = (*findings, _as_finding(words))
    return _Outcome(files={"findings.csv": findings_csv_bytes(findings)}, failure=words)


def _as_finding(words: str) -> Finding:
    return Finding(
        code="not_run",
        severity="error",
        layer="project",
        file="project.toml",
        row=None,
        column=None,
        found=words,
        allowed=text("batch.not_run_allowed"),
        remedy=text("batch.not_run_remedy"),
    )
