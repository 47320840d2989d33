"""What a run was made from and what it made: hashes, versions, settings, times; and what is stale by them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tuoyu_geo.messages import listed, text

SCHEMA_VERSION = 1


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
    outputs
        SHA-256 of every output file, by its name in the folder.
    written_at
        When, in UTC; with `timings_s` the only part that differs between equal runs.
    """

    tool_version: str
    versions: Mapping[str, str]
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timings_s: Mapping[str, float] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
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
    parts = (manifest.versions, manifest.inputs, manifest.outputs, manifest.settings, manifest.mappings)
    usable = manifest.schema_version == SCHEMA_VERSION and all(isinstance(part, dict) for part in parts)
    return manifest if usable else None


def hash_bytes(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal; "" where it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
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
    reason = _changed(old, now)
    if reason:
        return dict.fromkeys(names, reason)
    stale = {}
    for name in names:
        found = hash_file(folder / name)
        if not found:
            stale[name] = text("manifest.missing")
        elif found != old.outputs.get(name):
            stale[name] = text("manifest.edited")
    return stale


def _changed(old: Manifest, now: Manifest) -> str:
    if old.tool_version != now.tool_version or dict(old.versions) != dict(now.versions):
        return text("manifest.version")
    files = sorted(
        name for name in {*old.inputs, *now.inputs} if old.inputs.get(name) != now.inputs.get(name)
    )
    if files:
        return text("manifest.inputs", files=listed(files))
    before, after = flat_settings(old.settings), flat_settings(now.settings)
    keys = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    return text("manifest.settings", keys=listed(keys)) if keys else ""


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Settings by their whole key, ``section.key``, each value as JSON."""
    flat: dict[str, str] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= flat_settings(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = json.dumps(value, sort_keys=True)
    return flat
