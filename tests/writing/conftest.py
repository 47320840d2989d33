"""A folder in memory, where the disk is not waited for at each of thousands of steps."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where the system has one, else on the disk."""
    in_memory = Path("/dev/shm")  # noqa: S108  (not itself, but a new folder in it)
    folder = Path(tempfile.mkdtemp(dir=in_memory if in_memory.is_dir() else None))
    yield folder
    shutil.rmtree(folder)
