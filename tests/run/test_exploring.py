"""Every thing that a notebook holds shows itself on a map that needs no network, also where there is nothing to show."""

import re

import geopandas as gpd
import pytest

import tuoyu_geo as tg
from tuoyu_geo.messages import speaking

OUTSIDE = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def project(tmp_path_factory, lattice):
    return tg.open_project(lattice.write_town(tmp_path_factory.mktemp("explored")))


def page_of(shown):
    page = shown.get_root().render()
    assert not OUTSIDE.search(page)
    assert len(page) < 1_000_000
    return page


def test_the_layers_show_what_was_handed_in(project):
    layers = project.layers()
    shown = layers.explore()
    drawn = {spec.key: spec.symbol_count for spec in shown.specs}
    for name in ("communities", "villages", "institutions", "candidates"):
        assert drawn[name] == len(getattr(layers, name)), name
    page = page_of(shown)
    for frame in (layers.communities, layers.institutions, layers.candidates):
        assert all(str(name) in page for name in frame["name"])


def test_the_gaps_show_each_row_under_its_flag(project):
    gaps = project.gaps()
    shown = gaps.explore()
    drawn = {spec.key: spec.symbol_count for spec in shown.specs}
    for flag, n in gaps["flag"].value_counts().items():
        assert drawn[flag] == n
    page = page_of(shown)
    assert all(reason in page for reason in gaps["reason"])


def test_a_part_of_the_gaps_shows_that_part(project):
    gaps = project.gaps()
    flag = gaps["flag"].iloc[0]
    part = gaps[gaps["flag"].eq(flag)]
    assert isinstance(part, gpd.GeoDataFrame)
    drawn = {spec.key: spec.symbol_count for spec in part.explore().specs}
    assert drawn[flag] == len(part)
    assert sum(drawn[one] for one in gaps["flag"].unique()) == len(part)


def test_no_gap_at_all_still_shows_the_county(project):
    none = project.gaps().iloc[:0]
    page = page_of(none.explore())
    assert project.layers().townships["name"].iloc[0] in page


def test_what_is_kept_is_not_changed_by_looking(project):
    gaps = project.gaps()
    gaps.explore()
    gaps["flag"] = "x"
    assert set(project.gaps()["flag"]) != {"x"}


def test_access_and_plan_show_themselves_too(project):
    assert "access" in page_of(project.access().explore())
    assert page_of(project.plan().explore())


def test_maps_speak_the_project_s_language_wherever_they_are_shown(lattice, tmp_path):
    folder = lattice.write_town(tmp_path / "town")
    english = tg.open_project(folder, overrides=["project.language=en"])
    for shown in (english.layers().explore(), english.gaps().explore()):
        page = page_of(shown)
        assert '"legend":"Legend' in page
        assert "图例" not in page
    with speaking("en"):
        asked = tg.open_project(folder)
    assert "图例" not in page_of(asked.layers().explore())
    assert '"legend":"图例' in page_of(tg.open_project(folder).layers().explore())


def test_the_map_of_the_layers_says_what_it_leaves_out(project):
    layers = project.layers()
    none = {name: getattr(layers, name).iloc[:0] for name in ("communities", "villages", "institutions")}
    none |= {"candidates": layers.candidates.iloc[:0], "population": layers.population.iloc[:0]}
    from tuoyu_geo.maps.notebook import layers_map
    from tuoyu_geo.outcome import Ground

    ground = Ground(
        note=layers.note, townships=layers.townships, streets=layers.roads.iloc[:0], water=layers.water
    )
    shown = layers_map({**none, "built_up": layers.built_up}, ground=ground, findings={}, n_unplaced=3)
    assert "3 个小区或村位置不明" in page_of(shown)
