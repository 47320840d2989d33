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


@pytest.fixture(scope="session")
def town_out(lattice, tmp_path_factory):
    """The town's project and the folder of its files."""
    import tuoyu_geo as tg

    folder = lattice.write_town(tmp_path_factory.mktemp("reports") / "town")
    project = tg.open_project(folder)
    project.build(folder / "out")
    return project, folder / "out"
