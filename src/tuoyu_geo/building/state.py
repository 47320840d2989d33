"""What a run is made from: versions, settings, inputs, the program itself; as a manifest."""

import datetime as dt
import hashlib
import os
import platform
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from tuoyu_geo.building.remembered import record_of
from tuoyu_geo.building.steps import step_hashes
from tuoyu_geo.manifest import (
    Manifest,
    hash_bytes,
)
from tuoyu_geo.schema import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.project import Project


KEY_VARIABLE = "TIANDITU_TOKEN"

# The libraries whose version may change a figure or a byte.
LIBRARIES = (
    "folium",
    "geopandas",
    "highspy",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyogrio",
    "pyproj",
    "python-docx",
    "scipy",
    "shapely",
    "xlsxwriter",
)


# What every run writes besides its maps and sheets: a folder without one of them holds no whole run.
WHOLE_RUN = ("plan.xlsx", "plan.gpkg", "report.docx", "report.html", "summary.json", "findings.csv")


def run_versions() -> dict[str, str]:
    """Versions of this package, of Python and of the libraries that decide figures and bytes."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"tuoyu-geo": version("tuoyu-geo"), "python": platform.python_version(), **libraries}


def manifest_now(project: "Project") -> Manifest:
    """What a run would be made from now."""
    return Manifest(
        tool_version=version("tuoyu-geo"),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in LIBRARIES},
            "code": code_hash(),
        },
        inputs=project.inputs(),
        settings={
            # the key itself is written as stars: a changed one shows by its hash
            "project": project.config.model_dump(mode="json"),
            **_key_hash(project),
            "policy": project.policy.model_dump(mode="json"),
        },
    )


def manifest_after(project: "Project", outcome: "Outcome") -> Manifest:
    """The same with what its steps gave."""
    steps = step_hashes(project, outcome)
    return replace(
        manifest_now(project),
        mappings={role: dict(mapping) for role, mapping in project.layers().mappings.items()},
        timings_s={name: round(seconds, 3) for name, seconds in project.timings().items()},
        steps=steps,
        search=record_of(project.solved(), key=steps["plan"]["search"]),
        written_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


@cache
def code_hash() -> str:
    """Hash of the program's own files: two states of it may have one version number."""
    digest = hashlib.sha256()
    for name, path in sorted(_code(files("tuoyu_geo"), "")):
        digest.update(f"{name}\0{hash_bytes(path.read_bytes())}\n".encode())
    return digest.hexdigest()


def _code(folder: "Traversable", up: str) -> "Iterator[tuple[str, Traversable]]":
    for one in folder.iterdir():
        if one.is_dir() and one.name != "__pycache__":
            yield from _code(one, f"{up}{one.name}/")
        elif one.is_file():
            yield f"{up}{one.name}", one


def _key_hash(project: "Project") -> dict[str, str]:
    if project.config.maps.basemap != "tianditu":
        return {}
    return {"basemap_key_sha256": hash_bytes(basemap_key(project).encode())}


def schemas_of(files: Iterable[str]) -> dict[str, int]:
    """The number of the form of each file."""
    return {file: schema_of(file) for file in files}


def basemap_key(project: "Project") -> str:
    """The key of 天地图; the environment's goes before the project's, which others may read."""
    return os.environ.get(KEY_VARIABLE, "").strip() or project.config.maps.tianditu_token.get_secret_value()
