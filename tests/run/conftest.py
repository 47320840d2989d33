"""The hand-drawn town, as a fixture."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def town(tmp_path: Path, lattice: ModuleType) -> Callable[..., Path]:
    """Write the town, with some files replaced; gives its folder."""

    def write(**changes: str) -> Path:
        return lattice.write_town(tmp_path / "town", **changes)

    return write
