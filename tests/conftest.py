"""What all tests share: where the folder beside the project is, and what stands in for it where it is not."""

import importlib.util
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NO_LINKS = 1314  # Windows' own number: the privilege to make symbolic links is not held


def _skipped_without_links() -> Generator[None, object, object]:
    """Windows lets developers and administrators make symbolic links, and nobody else."""
    try:
        return (yield)
    except OSError as error:
        if getattr(error, "winerror", None) == NO_LINKS:
            pytest.skip("this account can't make symbolic links")
        raise


pytest_runtest_setup = pytest_runtest_call = pytest.hookimpl(wrapper=True)(_skipped_without_links)


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


@pytest.fixture(scope="session")
def load() -> Callable[[Path], ModuleType]:
    """Load a Python file that lies beside the tests, as a module."""

    def loaded(path: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"tuoyu_tests_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.fixture(scope="session")
def lattice(load) -> ModuleType:
    """The module that draws the town of tests/run by hand: its tables as text, to be changed by a test."""
    return load(ROOT / "tests" / "run" / "lattice.py")


@pytest.fixture(scope="session")
def browser():
    """A Chromium; its absence is a skip, and in CI a failure."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield chromium
        chromium.close()
