"""What a run was made from and what it made: hashes, versions, settings, times; and what is stale by them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tuoyu_geo.messages import listed, text
from tuoyu_geo.schema import SCHEMAS

SCHEMA_VERSION = SCHEMAS["manifest"]
UNSHOWN = frozenset({"source_row"})
MOST_COLUMNS = 6
_WORDS = {"": "rows", "geometry": "geometry", "quality": "quality"}
OLDER = (1,)
"""Schemas that can still be read; what they vouch for is stale."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Manifest:
    """One run.

    Attributes
    ----------
    tool_version, versions
        Of this package, and of Python and the libraries that decide figures.
    inputs
        SHA-256 of every input file, by its name in the project.
    settings
        Every setting as it was used, overrides included.
    mappings
        By layer: the file's column for each field.
    timings_s
        By phase [s].
    steps
        What each step of the run gave: by step ("layers.communities", "demand", "plan", "outcome.gaps" and so on), the
        hash of each of its parts; a frame's parts are its columns, and "" its index.
    made_from
        By output: the hash of each part of the outcome that it was drawn from. Equal hashes, equal bytes.
    search
        What the search for the plan saw and found; see `remembered`.
    outputs
        SHA-256 of every output file, by its name in the folder.
    schemas
        By output: the number of its form; see `schema.SCHEMAS`.
    written_at
        When, in UTC; with `timings_s` the only part that differs between equal runs.
    """

    tool_version: str
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timings_s: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    made_from: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, int] = field(default_factory=dict)
    written_at: str = ""
    schema_version: int = SCHEMA_VERSION


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as UTF-8 JSON."""
    return (json.dumps(asdict(manifest), ensure_ascii=False, indent=1) + "\n").encode()


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; None where there is none, or none that this version understands."""
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**tables)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    flat = (manifest.versions, manifest.inputs, manifest.outputs, manifest.settings, manifest.search)
    nested = (manifest.mappings, manifest.steps, manifest.made_from)
    usable = (
        manifest.schema_version in (SCHEMA_VERSION, *OLDER)
        and all(isinstance(part, dict) for part in (*flat, *nested))
        and all(isinstance(part, dict) for parts in nested for part in parts.values())
    )
    return manifest if usable else None


def hash_bytes(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; "" where it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):  # a ValueError where the name holds a zero byte
        return ""


def stale_outputs(
    old: Manifest | None, *, now: Manifest, folder: Path, names: Sequence[str]
) -> dict[str, str]:
    """Which outputs must be made again, and why.

    Parameters
    ----------
    old
        The manifest of the last run, or None.
    now
        What a run would be made from now.
    folder
        Where the outputs are.
    names
        The outputs asked for.

    Returns
    -------
    By output: the reason. Judged by content, never by time.
    """
    if old is None:
        return dict.fromkeys(names, text("manifest.none"))
    reason = why_changed(old, now)
    if reason:
        return dict.fromkeys(names, reason)
    return touched_outputs(old, folder=folder, names=names)


def touched_outputs(old: Manifest, *, folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Which outputs are not there as they were written: by output, whether it is gone or was edited."""
    stale = {}
    for name in names:
        found = hash_file(folder / name)
        if not found:
            stale[name] = text("manifest.missing")
        elif found != old.outputs.get(name):
            stale[name] = text("manifest.edited")
    return stale


def same_program(old: Manifest, now: Manifest) -> bool:
    """Whether two manifests are of one version of the program, its libraries and its form."""
    return (
        old.schema_version == now.schema_version
        and old.tool_version == now.tool_version
        and dict(old.versions) == dict(now.versions)
    )


def why_changed(old: Manifest, now: Manifest) -> str:
    """What a run would be made from now that it was not made from then, in words; "" for nothing.

    Files of layers are named with the columns of them that read otherwise, where `now` knows its steps.
    """
    if old.schema_version != now.schema_version:
        return text("manifest.older", found=old.schema_version, now=now.schema_version)
    if old.tool_version != now.tool_version or dict(old.versions) != dict(now.versions):
        return text("manifest.version")
    files = sorted(
        name for name in {*old.inputs, *now.inputs} if old.inputs.get(name) != now.inputs.get(name)
    )
    if files:
        return text("manifest.inputs", files=listed(_with_columns(file, old, now) for file in files))
    before, after = flat_settings(old.settings), flat_settings(now.settings)
    keys = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    return text("manifest.settings", keys=listed(keys)) if keys else ""


def _with_columns(file: str, old: Manifest, now: Manifest) -> str:
    """A file's name, with its columns that read otherwise than last time."""
    layers = now.settings.get("project", {}).get("layers", {})
    role = next((role for role, layer in layers.items() if layer.get("path") == file), "")
    before, after = (one.steps.get(f"layers.{role}", {}) for one in (old, now))
    columns = [name for name in after if name not in UNSHOWN and before.get(name) != after[name]]
    if not before or not columns:
        return file
    headings = now.mappings.get(role, {})
    said = [
        text(f"manifest.{_WORDS[name]}") if name in _WORDS else headings.get(name, name) for name in columns
    ]
    more = text("manifest.more", n=len(said) - MOST_COLUMNS) if len(said) > MOST_COLUMNS else ""
    return text("manifest.input_columns", file=file, columns=listed(said[:MOST_COLUMNS]) + more)


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Settings by their whole key, ``section.key``, each value as JSON."""
    flat: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= flat_settings(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = json.dumps(value, sort_keys=True)
    return flat
