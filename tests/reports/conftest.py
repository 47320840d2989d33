"""The files of the hand-drawn town."""

import pytest


@pytest.fixture(scope="session")
def town_out(lattice, tmp_path_factory):
    """The town's project and the folder of its files."""
    import tuoyu_geo as tg

    folder = lattice.write_town(tmp_path_factory.mktemp("reports") / "town")
    project = tg.open_project(folder)
    project.build(folder / "out")
    return project, folder / "out"
