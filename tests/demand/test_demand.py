"""Who lives there: every person is counted once, and each figure says how it was got."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from tuoyu_geo.demand import DemandParameters, build_demand, places_by_need
from tuoyu_geo.demand.under3 import county_figures
from tuoyu_geo.layers.population import empty_cells

N = np.nan
NUMBERS = ("residents", "planned_residents", "households", "persons_per_household", "floor_area_m2", "under3")


def rows(*given: dict, kind: str = "communities") -> gpd.GeoDataFrame:
    plain = {"status": "built", "area_kind": "urban", "township_id": "A", **dict.fromkeys(NUMBERS, N)}
    records = [plain | {"name": f"{kind}{k}", "source_row": k + 2} | one for k, one in enumerate(given)]
    frame = pd.DataFrame(records, columns=["name", "source_row", *plain])
    points = [Point(k, 0) for k in range(len(frame))]
    result = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs="EPSG:4548"))
    result.index = pd.Index([f"{kind[0]}{k}" for k in range(len(frame))], dtype=object)
    return result


def layers(communities=(), villages=(), unplaced=(), **townships):
    totals = {"residents": [N, N], "under3": [N, N], "births_36_months": [N, N]} | townships
    left = pd.DataFrame(rows(*unplaced, kind="unplaced").drop(columns="geometry"))
    return SimpleNamespace(
        townships=gpd.GeoDataFrame(
            totals,
            geometry=[box(0, 0, 9, 9)] * 2,
            index=pd.Index(["A", "B"], name="township_id"),
            crs="EPSG:4548",
        ),
        communities=rows(*communities),
        villages=rows(*villages, kind="villages"),
        unplaced=left.assign(layer="villages"),
        population=empty_cells("EPSG:4548"),
    )


def demand(given, **parameters):
    plain = {"persons_per_household": 2.5, "under3_share": 0.03}
    if {"under3_total", "births", "age0"} & set(parameters):
        plain["under3_share"] = None
    return build_demand(given, parameters=DemandParameters(**(plain | parameters)), files={})


def test_residents_in_their_order_of_preference():
    made = demand(
        layers(
            [
                {"residents": 1000.0, "households": 9.0, "floor_area_m2": 9.0},
                {"households": 100.0, "floor_area_m2": 9.0},
                {"households": 100.0, "persons_per_household": 3.0},
                {"floor_area_m2": 40_000.0},
                {"floor_area_m2": 40_000.0, "status": "planned"},
                {},
            ]
        ),
        floor_area_per_person_m2=40.0,
    )
    assert made.points["residents"].tolist() == [1000, 250, 300, 1000, 0, 0]
    assert made.points["residents_method"].tolist() == ["measured", *["estimated"] * 5]
    assert made.points["planned_residents"].tolist()[4] == 1000
    assert [one.code for one in made.findings] == ["no_population"]


def test_floor_area_tells_nothing_without_a_figure_for_it():
    made = demand(layers([{"floor_area_m2": 40_000.0}]))
    assert made.points["residents"].tolist() == [0]
    assert [one.code for one in made.findings] == ["no_population"]


def test_rows_near_their_township_s_total_are_scaled_to_it():
    made = demand(layers([{"residents": 1000.0}, {"households": 40.0}], residents=[1210.0, N]))
    assert made.points["residents"].tolist() == [1100, 110]
    assert made.points["residents_method"].tolist() == ["scaled", "estimated"]
    assert made.unplaced["residents"].tolist() == [0, 0]


def test_the_rest_goes_to_villages_that_state_nothing():
    made = demand(layers([{"residents": 1000.0}], [{"residents": 100.0}, {}, {}, {}], residents=[2000.0, N]))
    assert made.points["residents"].tolist() == [1000, 100, 300, 300, 300]
    assert made.points["residents_method"].tolist() == ["measured", "measured", *["estimated"] * 3]
    assert made.unplaced["residents"].sum() == 0
    (finding,) = made.findings
    assert (finding.code, finding.severity) == ("township_total", "warning")
    assert "900" in finding.found


def test_a_rest_that_no_village_can_take_is_counted_and_placed_nowhere():
    made = demand(layers([{"residents": 1000.0}], residents=[2000.0, N]))
    assert made.points["residents"].tolist() == [1000]
    assert made.unplaced["residents"].tolist() == [1000, 0]
    assert made.unplaced["under3"].sum() == 30


def test_rows_without_a_place_are_counted_in_their_township():
    given = layers(
        [{"residents": 600.0}],
        [{"residents": 300.0}],
        [{"residents": 100.0}, {"households": 40.0, "township_id": "B"}],
    )
    made = demand(given)
    assert made.points["residents"].tolist() == [600, 300]
    assert made.unplaced["residents"].to_dict() == {"A": 100, "B": 100}
    scaled = demand(layers([{"residents": 600.0}], [], [{"residents": 400.0}], residents=[1100.0, N]))
    assert scaled.points["residents"].tolist() == [660]
    assert scaled.unplaced["residents"].to_dict() == {"A": 440, "B": 0}


@pytest.mark.parametrize(
    ("parameters", "source", "n"),
    [
        ({"under3_total": 70.0, "births": (1.0, 2.0, 3.0)}, "total", 70),
        ({"births": (20.0, 30.0, 40.0), "age0": 1.0, "age1_4": 1.0}, "births", 90),
        ({"hukou_under3": 50.0, "hukou_residents": 2000.0}, "hukou", 25),
        ({"age0": 2645.0, "age1_4": 15695.0}, "ages", 10492.5),
        ({"birth_rates_permille": (6.0, 7.0, 8.0), "under3_share": 0.5}, "rates", 21),
        ({"under3_share": 0.03}, "share", 30),
    ],
)
def test_the_county_s_children_in_their_order_of_preference(parameters, source, n):
    figures = county_figures(DemandParameters(persons_per_household=2.5, **parameters), residents=1000.0)
    assert next(iter(figures.items())) == (source, pytest.approx(n))


def test_a_row_s_register_stands_and_the_rest_is_spread_by_residents():
    made = demand(
        layers([{"residents": 1000.0, "under3": 50.0}, {"residents": 300.0}, {"residents": 100.0}]),
        under3_total=90.0,
    )
    assert made.points["under3"].tolist() == [50, 30, 10]
    assert made.points["under3_method"].tolist() == ["measured", "estimated", "estimated"]
    assert made.findings == ()


def test_a_township_s_register_or_births_hold_for_its_rows():
    given = layers(
        [{"residents": 100.0}, {"residents": 300.0}, {"residents": 500.0, "township_id": "B"}],
        under3=[20.0, N],
        births_36_months=[99.0, N],
    )
    made = demand(given, under3_total=30.0)
    assert made.points["under3"].tolist() == [5, 15, 10]
    births = demand(layers([{"residents": 100.0}], births_36_months=[7.0, N]), under3_total=7.0)
    assert births.points["under3"].tolist() == [7]


def test_figures_that_contradict_each_other_are_told():
    made = demand(
        layers([{"residents": 1000.0}]), births=(10.0, 10.0, 10.0), birth_rates_permille=(9.0, 10.0, 12.0)
    )
    (near,) = made.findings
    assert (near.code, near.severity) == ("under3_source", "info")
    made = demand(
        layers([{"residents": 1000.0}]), births=(10.0, 10.0, 10.0), birth_rates_permille=(19.0, 20.0, 22.0)
    )
    (far,) = made.findings
    assert far.severity == "warning"
    assert "61" in far.found


def test_registers_above_the_total_are_told_and_kept():
    made = demand(layers([{"residents": 1000.0, "under3": 50.0}, {"residents": 10.0}]), under3_total=40.0)
    assert made.points["under3"].tolist() == [50, 0]
    (finding,) = made.findings
    assert finding.code == "under3_total"
    assert "-10" in finding.found


ROW = st.fixed_dictionaries(
    {
        "residents": st.one_of(st.just(N), st.integers(0, 5000).map(float)),
        "households": st.one_of(st.just(N), st.integers(0, 2000).map(float)),
        "under3": st.one_of(st.just(N), st.integers(0, 100).map(float)),
        "township_id": st.sampled_from(["A", "B"]),
        "status": st.sampled_from(["built", "planned"]),
    }
)
TOTAL = st.one_of(st.just(N), st.integers(0, 20_000).map(float))


@settings(max_examples=30, deadline=None)
@given(
    estates=st.lists(ROW, max_size=4),
    villages=st.lists(ROW, min_size=1, max_size=4),
    unplaced=st.lists(ROW, max_size=3),
    totals=st.tuples(TOTAL, TOTAL),
    share=st.floats(0, 0.1),
)
def test_nobody_is_lost_nobody_is_counted_twice(estates, villages, unplaced, totals, share):
    given_layers = layers(
        estates, [one | {"status": "built"} for one in villages], unplaced, residents=list(totals)
    )
    before = given_layers.communities.copy(deep=True)
    made = demand(given_layers, under3_share=share)
    people = made.points.groupby("township_id")["residents"].sum().reindex(["A", "B"], fill_value=0.0)
    people += made.unplaced["residents"]
    for township_id, total in zip("AB", totals, strict=True):
        listed = [one for one in (*estates, *villages, *unplaced) if one["township_id"] == township_id]
        stated = sum(one["residents"] if one["residents"] == one["residents"] else 0.0 for one in listed)
        if not np.isnan(total) and (total > 0 or listed):
            assert people[township_id] == total
        elif np.isnan(total):
            assert people[township_id] >= stated
    assert (made.points[["residents", "under3"]] >= 0).all(axis=None)
    assert (made.points["residents"] % 1 == 0).all()
    assert (made.unplaced >= 0).all(axis=None)
    assert set(made.points["residents_method"]) <= {"measured", "scaled", "estimated"}
    assert given_layers.communities.equals(before)
    # Children: the registers, and of the rest what the share says.
    registers = sum(one["under3"] for one in (*estates, *villages, *unplaced) if not np.isnan(one["under3"]))
    wanted = share * (made.points["residents"].sum() + made.unplaced["residents"].sum())
    children = made.points["under3"].sum() + made.unplaced["under3"].sum()
    assert children == pytest.approx(max(registers, wanted), abs=1) or any(
        one.code == "under3_total" for one in made.findings
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(given_rows, random):
    first = layers(given_rows)
    order = list(range(len(given_rows)))
    random.shuffle(order)
    second = layers(given_rows)
    second.communities = second.communities.iloc[order]
    a, b = demand(first), demand(second)
    # Only who gets the odd child of a remainder may differ.
    both = a.points["residents"].sort_index(), b.points["residents"].sort_index()
    assert both[0].equals(both[1])
    assert a.points["under3"].sum() == b.points["under3"].sum()
    assert (a.points["under3"].sort_index() - b.points["under3"].sort_index()).abs().max() <= 1


def test_places_by_the_ratio_and_by_enrolment():
    made = demand(
        layers([{"residents": 2000.0}, {"residents": 1001.0, "township_id": "B"}]), under3_total=120.0
    )
    table = places_by_need(made, per_1000=4.5, enrolment={"low": 0.1, "mid": 0.2495, "high": 0.35})
    assert table.index.tolist() == ["A", "B", "county"]
    # 3,001 × 4.5 ‰ = 13.50; 120 children × 30/36 of age × 10 % = 10, 24.95 % = 24.95, 35 % = 35.
    assert table.loc["county", ["by_ratio", "low", "mid", "high"]].tolist() == [14, 10, 25, 35]
    assert table.loc["A", ["by_ratio", "low"]].tolist() == [9, 7]


def test_the_county_of_the_domain_notes():
    made = demand(layers([{"residents": 344_793.0}]), under3_total=10_493.0)
    table = places_by_need(made, per_1000=4.5, enrolment={"mid": 0.2495})
    assert table.loc["county", "by_ratio"] == 1552
    assert table.loc["county", "mid"] == int(np.ceil(10_493 * 30 / 36 * 0.2495))
