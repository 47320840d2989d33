"""The hand-drawn town, as a fixture."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def _lattice() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lattice", Path(__file__).with_name("lattice.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def lattice() -> ModuleType:
    """The module that draws the town: its tables as text, to be changed by a test."""
    return _lattice()


@pytest.fixture
def town(tmp_path: Path, lattice: ModuleType) -> Callable[..., Path]:
    """Write the town, with some files replaced; gives its folder."""

    def write(**changes: str) -> Path:
        return lattice.write_town(tmp_path / "town", **changes)

    return write
