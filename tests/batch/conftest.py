"""Small made-up counties, each the hand-drawn town under its own code."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def write_county(lattice: ModuleType) -> Callable[..., Path]:
    """Write a county into a folder; its people differ from code to code, `changes` replace whole files."""

    def write(folder: Path, code: str, **changes: str) -> Path:
        project = changes.pop("project_toml", lattice.PROJECT)
        project = (
            project.replace("999900", code).replace("方格镇", f"县{code}规划").replace("方格市", f"县{code}")
        )
        estates = changes.pop("communities_csv", lattice.ESTATES.replace("2000,,无", f"2{code[-3:]},,无"))
        return lattice.write_town(folder, project_toml=project, communities_csv=estates, **changes)

    return write


@pytest.fixture(scope="session")
def tree() -> Callable[[Path], dict[str, bytes]]:
    """All files of a folder; of a manifest, all but its times."""

    def read(folder: Path) -> dict[str, bytes]:
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        return {name: _timeless(path) for name, path in sorted(files.items())}

    return read


def _timeless(path: Path) -> bytes:
    if path.name != "manifest.json":
        return path.read_bytes()
    tables = json.loads(path.read_text(encoding="utf-8"))
    assert tables.pop("timings_s")
    assert tables.pop("written_at")
    return json.dumps(tables).encode()
