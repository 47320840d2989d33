"""The hand-drawn town of tests/run, written with other rules and other layers."""

import importlib.util
from pathlib import Path

import pytest


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def lattice(root):
    return _load(root / "tests" / "run" / "lattice.py")
