"""batch.json: what became of each county, for the next call and for other programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tuoyu_geo.schema import SCHEMAS

SCHEMA_VERSION = SCHEMAS["batch"]
FILE = "batch.json"

Status = Literal["done", "kept", "failed", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyRecord:
    """One county of a batch.

    Attributes
    ----------
    key, title, county_name, county_code
        As of `counties.County`.
    project
        Its project.toml.
    folder
        Its outputs, relative to the batch's folder.
    status
        "done" in this call, "kept" from an earlier one since nothing changed, "failed", or "waiting" where the call
        ended before its turn.
    why
        Why it was made or kept.
    reason
        Why it failed; "" where it didn't.
    fault
        The traceback, where the program and not the data is at fault.
    has_older_outputs
        Whether it failed and its folder still holds an earlier state's outputs.
    meets_rules
        Whether the plan meets every rule; None where there is no plan.
    headline
        The plan in one line; "" where there is none.
    seconds, peak_memory_mb
        Of the run, in this call or in the one that made what is kept [s, MB]; None where that is not known.
    n_lost_workers
        Workers that were lost while they made it in this call.
    """

    key: str
    title: str
    county_name: str
    county_code: str
    project: str
    folder: str
    status: Status
    why: str = ""
    reason: str = ""
    fault: str = ""
    has_older_outputs: bool = False
    meets_rules: bool | None = None
    headline: str = ""
    seconds: float | None = None
    peak_memory_mb: float | None = None
    n_lost_workers: int = 0


def record_bytes(counties: Sequence[CountyRecord], *, tool_version: str) -> bytes:
    """The record as UTF-8 JSON, in the counties' order."""
    tables = {
        "schema_version": SCHEMA_VERSION,
        "tool_version": tool_version,
        "counties": [asdict(county) for county in counties],
    }
    return (json.dumps(tables, ensure_ascii=False, indent=1) + "\n").encode()


def read_record(folder: Path) -> Mapping[str, CountyRecord]:
    """The record of the last call, by key; empty where there is none that this version understands."""
    try:
        tables: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if tables["schema_version"] != SCHEMA_VERSION:
            return {}
        return {county["key"]: CountyRecord(**county) for county in tables["counties"]}
    except (OSError, ValueError, TypeError, KeyError):
        return {}
