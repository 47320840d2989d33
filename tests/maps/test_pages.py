"""The pages as text: whole in one file, the same bytes, and no text of the data read as anything but text."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, Polygon

from tuoyu_geo.maps import MAPS, draw_maps, overview_map

STEMS = ("overview", "health", "natural_resources", "housing")
FRAMES = (
    "townships", "demand", "institutions", "candidates", "sites", "gaps", "service_areas", "unserved", "streets", "water",
)  # fmt: skip


class Loads(HTMLParser):
    """Collects whatever a browser would load because of an attribute."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        # a link asks for nothing until somebody follows it
        self.found += [
            value
            for name, value in attrs
            if tag != "a" and name in {"src", "href", "srcset", "data", "action", "poster"}
        ]


def specs(page):
    """The layers' data as the page hands them to the script."""
    decoder = json.JSONDecoder()
    starts = [match.end() for match in re.finditer(r"= TY\.layer\(", page)]
    return [decoder.raw_decode(page, start)[0] for start in starts]


def unpacked(part):
    """Coordinates as the page makes them from differences."""
    if not isinstance(part[0], int):
        return [unpacked(one) for one in part]
    return (np.array(part).reshape(-1, 2).cumsum(axis=0) / 1e5).tolist()


def titles(page):
    return [feature["properties"]["t"] for spec in specs(page) for feature in spec["data"]["features"]]


def test_every_bureau_has_its_map(rich):
    assert tuple(MAPS) == STEMS
    assert tuple(draw_maps(rich, ("housing", "overview"))) == ("housing", "overview")
    with pytest.raises(KeyError):
        draw_maps(rich, ("police",))


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("outcome", ["rich", "hostile", "empty"])
def test_nothing_is_fetched(pages, outcome, stem):
    page = (pages[outcome] / f"{stem}.html").read_text(encoding="utf-8")
    loads = Loads()
    loads.feed(page)
    assert loads.found == []
    assert not {"link", "iframe", "object", "embed", "img"} & set(loads.tags)
    # what style sheets and scripts could ask for
    assert not re.search(r"""url\(\s*["']?(?!data:|#)""", page)
    assert "@import" not in page
    assert "sourceMappingURL" not in page


def test_same_bytes_from_two_processes(synthetic, tmp_path):
    for run, seed in (("a", "1"), ("b", "2")):
        env = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(
            [sys.executable, synthetic.__file__, str(tmp_path / run)], check=True, env=env, timeout=120
        )
    for stem in STEMS:
        assert (tmp_path / "a" / f"{stem}.html").read_bytes() == (
            tmp_path / "b" / f"{stem}.html"
        ).read_bytes()


def test_size_of_a_large_county(synthetic):
    large = synthetic.large_outcome(n_demand=600)
    for page in draw_maps(large).values():
        assert len(page.encode()) < 1_800_000


@pytest.mark.slow
def test_size_of_a_county_of_2000_communities_and_300_service_areas(synthetic):
    large = synthetic.large_outcome()
    assert len(large.demand) == 2_000
    assert len(large.service_areas) >= 300
    for page in draw_maps(large).values():
        assert len(page.encode()) < 4_000_000


def test_drawing_leaves_the_frames_alone(synthetic):
    drawn, untouched = (
        synthetic.rich_outcome(n_demand=40, n_streets=100),
        synthetic.rich_outcome(n_demand=40, n_streets=100),
    )
    draw_maps(drawn)
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(drawn, name)), pd.DataFrame(getattr(untouched, name))
        )
        assert getattr(drawn, name).crs == getattr(untouched, name).crs


@pytest.mark.parametrize("stem", STEMS)
def test_hostile_names_stay_text(pages, synthetic, stem):
    page = (pages["hostile"] / f"{stem}.html").read_text(encoding="utf-8")
    shown = set(titles(page))
    assert set(synthetic.HOSTILE) <= shown
    loads = Loads()
    loads.feed(page)
    # ours: Leaflet, jQuery, the page's script, its set-up, folium's switches, and the map itself
    assert loads.tags.count("script") == 6
    # branca would have read this as a template
    assert "49" not in shown


def test_coordinates_are_those_of_the_published_table(rich):
    """117.36 E 25.97 N is 536051.67, 2873560.54 in EPSG:4548."""
    from dataclasses import replace

    point = gpd.GeoDataFrame(
        rich.sites.iloc[:1].drop(columns="geometry"),
        geometry=[Point(536_051.67, 2_873_560.54)],
        crs="EPSG:4548",
    )
    page = draw_maps(replace(rich, sites=point), ("overview",))["overview"]
    drawn = next(spec for spec in specs(page) if spec["key"] == "sites")["data"]["features"]
    assert [feature["geometry"]["coordinates"] for feature in drawn] == [[117.36, 25.97]]


def test_every_row_is_drawn_once(rich):
    page = draw_maps(rich, ("overview",))["overview"]
    by_key = {spec["key"]: [feature["id"] for feature in spec["data"]["features"]] for spec in specs(page)}
    demand = by_key["demand_covered"] + by_key["demand_gained"] + by_key["demand_unserved"]
    assert sorted(demand) == sorted(rich.demand.index)
    assert by_key["demand_covered"]
    assert by_key["demand_gained"]
    assert set(by_key["demand_unserved"]) == set(rich.unserved.index)
    assert sorted(by_key["institutions"]) == sorted(rich.institutions.index)
    assert by_key["sites"] == list(rich.sites.index)[::-1]
    assert sorted(by_key["townships"]) == sorted(rich.townships.index)


def test_flagged_estates_are_drawn_by_flag(rich):
    page = draw_maps(rich, ("housing",))["housing"]
    by_key = {spec["key"]: {feature["id"] for feature in spec["data"]["features"]} for spec in specs(page)}
    for flag in ("new_missing", "new_shared", "built_missing"):
        assert by_key[flag] == set(rich.gaps.index[rich.gaps["flag"] == flag])
    flagged = set(rich.gaps["subject_id"])
    assert not flagged & (by_key["estates_built"] | by_key["estates_upcoming"])


def test_rows_without_geometry_are_left_out(rich):
    from dataclasses import replace

    sites = rich.sites.copy()
    sites.loc[sites.index[0], "geometry"] = None
    sites.loc[sites.index[1], "geometry"] = Point()
    page = draw_maps(replace(rich, sites=sites), ("overview",))["overview"]
    drawn = next(spec for spec in specs(page) if spec["key"] == "sites")["data"]["features"]
    assert {feature["id"] for feature in drawn} == set(sites.index[2:])


def test_street_segments_become_a_few_features(rich):
    spec = next(spec for spec in specs(draw_maps(rich, ("health",))["health"]) if spec["key"] == "streets")
    assert len(spec["data"]["features"]) == 2
    parts = [part for feature in spec["data"]["features"] for part in unpacked(feature["geometry"]["packed"])]
    drawn = gpd.GeoSeries([LineString(part) for part in parts], crs="EPSG:4326").to_crs(rich.streets.crs)
    assert drawn.length.sum() == pytest.approx(rich.streets.length.sum(), rel=0.01)


def test_areas_are_unpacked_to_where_they_are(rich):
    page = draw_maps(rich, ("overview",))["overview"]
    spec = next(spec for spec in specs(page) if spec["key"] == "service_today")
    drawn = rich.service_areas.to_crs("EPSG:4326").geometry
    for feature in spec["data"]["features"]:
        ring = Polygon(unpacked(feature["geometry"]["packed"])[0])
        whole = drawn.loc[int(feature["id"])]
        assert ring.symmetric_difference(whole).area < 0.02 * whole.area


def test_title_block_and_approval_number(rich, synthetic):
    from dataclasses import replace

    for page in draw_maps(rich).values():
        for expected in (
            "编制单位", rich.note.prepared_by, rich.note.date, "坐标系", "EPSG:4548", "数据来源", "住建局小区台账", "示意数据",
            "内部工作用图，不得公开", *rich.note.notices,
        ):  # fmt: skip
            assert expected in page
    approved = replace(rich, note=synthetic.note(map_approval_number="闽S〔2026〕1号"))
    page = draw_maps(approved, ("overview",))["overview"]
    assert "审图号：闽S〔2026〕1号" in page
    assert "不得公开" not in page


def test_popup_answers(rich):
    page = draw_maps(rich, ("housing",))["housing"]
    spec = next(spec for spec in specs(page) if spec["key"] == "new_missing")
    shown = dict(zip(spec["fields"], spec["data"]["features"][0]["properties"]["v"], strict=True))
    row = rich.gaps.loc[spec["data"]["features"][0]["id"]]
    assert shown["居民（人）"] == f"{row['residents']:,.0f}"
    assert shown["文件要求"] == row["asks"]
    assert shown["补救办法"] == row["remedy"]
    near = rich.institutions["name"].get(row["nearest_id"])
    estimated = "（直线估算）" if row["nearest_method"] == "straight_line" else ""
    assert shown["最近的机构"] == (
        f"{near}，{row['nearest_cost']:,.0f} 米{estimated}" if near else "可及范围内没有机构"
    )
    overview = draw_maps(rich, ("overview",))["overview"]
    said = [
        feature["id"]
        for spec in specs(overview)
        for feature in spec["data"]["features"]
        if any("直线估算" in str(value) for value in feature["properties"].get("v", ()))
    ]
    straight = set(rich.demand.index[rich.demand["nearest_today_method"].eq("straight_line")])
    assert straight
    assert straight & set(rich.demand.index[~rich.demand["covered_plan"]]) <= set(said) <= straight


def test_unreachable_is_said_not_left_blank(rich):
    page = draw_maps(rich, ("overview",))["overview"]
    far = set(rich.demand.index[rich.demand["nearest_plan_id"].isna()])
    assert far
    spec = next(spec for spec in specs(page) if spec["key"] == "demand_unserved")
    at = spec["fields"].index("建成后最近的机构")
    said = {feature["id"]: feature["properties"]["v"][at] for feature in spec["data"]["features"]}
    assert {said[key] for key in far} == {"可及范围内没有机构"}


@pytest.mark.parametrize("stem", STEMS)
def test_classes_differ_in_shape_or_lightness(rich, stem):
    """What a reader who sees no colour must tell apart: no two point classes of different layers look the same."""
    page = draw_maps(rich, (stem,))[stem]
    looks = {}
    for spec in specs(page):
        for symbol in spec["classes"]:
            if symbol["shape"] in {"line", "area"}:
                continue
            look = (symbol["shape"], symbol["fillColor"], symbol["color"])
            assert looks.setdefault(look, spec["key"]) == spec["key"]


def test_notebook_shows_the_map(rich):
    shown = overview_map(rich)
    first, second = shown._repr_html_(), shown._repr_html_()
    assert first == second
    assert "<iframe srcdoc=" in first
    drawn = draw_maps(rich, ("overview",))["overview"]
    assert shown.html() == re.sub(r"\n    <nav.*?</nav>", "", drawn, flags=re.DOTALL)


def test_a_notebook_may_add_folium_s_own_layers(rich):
    import folium

    shown = overview_map(rich)
    folium.CircleMarker([25.97, 117.36], popup="自加").add_to(shown)
    assert "L.circleMarker(" in shown.html()
