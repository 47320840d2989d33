"""The reading of 覆盖面 by built-up area, worked out on paper in the hand-drawn town (see lattice.py)."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

import tuoyu_geo as tg
from tuoyu_geo.reach.built_up import built_up_cells

SECTION = '[layers.built_up]\npath = "built_up.gpkg"\ncrs = "EPSG:4548"\nquality = "estimated"\n[demand]'


@pytest.fixture
def built(town, lattice):
    """A town with built-up squares given as (west, south, width, height) from the lattice's corner."""

    def write(*squares, **changes):
        folder = town(project_toml=lattice.PROJECT.replace("[demand]", SECTION), **changes)
        shapes = [
            box(lattice.X0 + x, lattice.Y0 + y, lattice.X0 + x + w, lattice.Y0 + y + h)
            for x, y, w, h in squares
        ]
        gpd.GeoDataFrame({"名称": ["建成区"] * len(shapes)}, geometry=shapes, crs=lattice.CRS).to_file(
            folder / "built_up.gpkg"
        )
        return tg.open_project(folder)

    return write


# The middle of WEST is 50 m from the street y = 0, then 150 m and 500 m from I1: 700 m. That of EAST is 50 m and 150 m
# from C2.
WEST, EAST = (100, 0, 100, 100), (1600, 1000, 100, 100)


def test_share_of_the_area_today_and_with_the_plan(built):
    project = built(WEST, EAST)
    coverage = project.outcome().summary["coverage"]
    assert coverage["before"]["built_up"] == pytest.approx(0.5)
    assert coverage["after"]["built_up"] == pytest.approx(1)
    row = project.access().coverage.set_index("reading").loc["built_up"]
    assert row["share"] == pytest.approx(0.5)
    assert "0.02 平方公里（估算）" in row["scope"]
    assert "1000米" in row["scope"]
    found = project.access().groups.set_index(["group_id", "reading"])
    assert found.loc[("999900001", "built_up"), ["total", "share"]].tolist() == pytest.approx([0.01, 1])
    assert found.loc[("999900101", "built_up"), ["total", "share"]].tolist() == pytest.approx([0.01, 0])


@pytest.mark.parametrize(("standard_m", "share"), [(700, 0.5), (699, 0.0)])
def test_exactly_at_the_standard_is_covered(built, lattice, standard_m, share):
    policy = lattice.POLICY.replace("value = 1000\n", f"value = {standard_m}\n")
    access = built(WEST, EAST, policy_toml=policy).access()
    assert access.coverage.set_index("reading").loc["built_up", "share"] == pytest.approx(share)


def test_area_is_conserved_and_counted_once(built):
    # Two squares that overlap, one off the grid: 2 x 0.0625 less the 0.01 they share.
    project = built((137, 211, 250, 250), (287, 361, 250, 250))
    cells, findings = built_up_cells(project.layers(), files={})
    assert cells.area_km2.sum() == pytest.approx(2 * 0.0625 - 0.01)
    assert not findings
    assert len(cells.xy) > 12


def test_area_outside_the_county_is_left_out_and_told(built):
    project = built(WEST, EAST, (-9000, 0, 100, 300))
    assert project.access().coverage.set_index("reading").loc["built_up", "share"] == pytest.approx(0.5)
    told = [one for one in project.check()[1] if one.code == "built_up_outside"]
    assert len(told) == 1
    assert "0.03" in told[0].found


def test_no_layer_no_reading(town):
    project = tg.open_project(town())
    assert "built_up" not in set(project.access().coverage["reading"])
    assert "built_up" not in project.outcome().summary["coverage"]["before"]


def test_without_roads_the_area_is_measured_in_straight_lines(built, lattice):
    folder = built(WEST, EAST).folder
    text = (folder / "project.toml").read_text(encoding="utf-8")
    roads = '[layers.roads]\npath = "roads.gpkg"\ncrs = "EPSG:4548"\n'
    (folder / "project.toml").write_text(text.replace(roads, ""), encoding="utf-8")
    # (150, 50) to (0, 500) is 474 m, times 1.4.
    assert np.hypot(150, 450) * 1.4 < 1000
    assert tg.open_project(folder).access().coverage.set_index("reading").loc["built_up", "share"] == 0.5
