from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def synthetic(load):
    """The made-up county's builders."""
    return load(Path(__file__).with_name("synthetic.py"))


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
def whatif_town(load):
    """The builder of the made-up town for the what-if panel."""
    return load(Path(__file__).with_name("whatif_town.py"))


@pytest.fixture(scope="session")
def project(whatif_town, tmp_path_factory):
    """That town, opened."""
    import tuoyu_geo as tg

    return tg.open_project(whatif_town.write_whatif_town(tmp_path_factory.mktemp("whatif") / "town"))
