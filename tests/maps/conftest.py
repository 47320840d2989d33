import importlib.util
import sys
from pathlib import Path

import pytest


def _load():
    spec = importlib.util.spec_from_file_location(
        "tuoyu_maps_synthetic", Path(__file__).with_name("synthetic.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synthetic():
    """The made-up county's builders."""
    return _load()


@pytest.fixture(scope="session")
def rich(synthetic):
    return synthetic.rich_outcome()


@pytest.fixture(scope="session")
def hostile(synthetic):
    return synthetic.rich_outcome(n_demand=80, n_candidates=60, n_streets=400, hostile=True)


@pytest.fixture(scope="session")
def empty(synthetic):
    return synthetic.empty_outcome()


@pytest.fixture(scope="session")
def pages(rich, hostile, empty, tmp_path_factory):
    """Folders of the four pages, by the outcome's name."""
    from tuoyu_geo.maps import draw_maps

    folders = {}
    for name, outcome in (("rich", rich), ("hostile", hostile), ("empty", empty)):
        folders[name] = tmp_path_factory.mktemp(name)
        for stem, page in draw_maps(outcome).items():
            (folders[name] / f"{stem}.html").write_text(page, encoding="utf-8")
    return folders


@pytest.fixture(scope="session")
def whatif_town():
    """The builder of the made-up town for the what-if panel."""
    spec = importlib.util.spec_from_file_location(
        "tuoyu_whatif_town", Path(__file__).with_name("whatif_town.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def project(whatif_town, tmp_path_factory):
    """That town, opened."""
    import tuoyu_geo as tg

    return tg.open_project(whatif_town.write_whatif_town(tmp_path_factory.mktemp("whatif") / "town"))
