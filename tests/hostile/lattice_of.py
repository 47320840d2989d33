"""The hand-drawn town of tests/run, as a module."""

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType


@cache
def lattice() -> ModuleType:
    path = Path(__file__).parents[1] / "run" / "lattice.py"
    spec = importlib.util.spec_from_file_location("lattice_for_hostile", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
