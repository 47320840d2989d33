"""What all tests share: where the folder beside the project is, and what stands in for it where it is not."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real layers, streets and published instances beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared: real layers, streets and published instances")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
