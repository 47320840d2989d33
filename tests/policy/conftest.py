"""Cities on the streets of the hand-drawn town, written with other rules and other layers."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cities(load):
    """The module that writes them."""
    return load(Path(__file__).with_name("cities.py"))
