import numpy as np
import pytest

from tuoyu_geo.network import CAR_MIN, EBIKE_MIN, WALK_MIN, Mode, cost_matrix, from_edges, impedance
from tuoyu_geo.network.speed import stated_kph


@pytest.mark.parametrize(
    ("written", "kph"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("60;40", 60), (40, 40), ("40.0", 40), ("40公里/小时", 40),
        ("none", None), ("CN:urban", None), ("", None), (None, None), ("0", None), (np.nan, None), ("walk", None),
    ],
)  # fmt: skip
def test_speeds_as_people_write_them(written, kph):
    assert stated_kph(written) == (pytest.approx(kph) if kph else pytest.approx(np.nan, nan_ok=True))


def test_a_car_goes_by_what_the_street_states_and_else_by_its_class():
    network = from_edges(
        [(0, 0), (1000, 0), (2000, 0), (3000, 0)],
        [0, 1, 2],
        [1, 2, 3],
        road_class=["primary", "primary", "footway"],
        speed_kph=[60, np.nan, 50],
    )
    assert impedance(network, CAR_MIN).tolist() == pytest.approx([1, 60 / 45, np.inf])
    assert impedance(network, EBIKE_MIN).tolist() == pytest.approx([3, 3, 4])
    assert impedance(network, WALK_MIN).tolist() == pytest.approx([12.5] * 3)


def test_speeds_that_are_none_count_as_not_stated():
    network = from_edges([(0, 0), (1, 0)], [0], [1], speed_kph=[0])
    assert network.speed_kph is None
    assert impedance(network, CAR_MIN).tolist() == pytest.approx([0.06 / 30])


def test_walking_uphill_takes_longer_than_down():
    from dataclasses import replace

    flat = from_edges([(0, 0), (800, 0), (1600, 0)], [0, 1], [1, 2])
    hilly = replace(flat, walk_stretch=np.array([[2.0, 1.25], [1.0, 1.0]]))
    assert cost_matrix(hilly, [0, 2], [2, 0], np.inf, mode=WALK_MIN).toarray().tolist() == [
        [30, 0],
        [0, 22.5],
    ]
    # metres stay metres, and a bike has a motor
    assert cost_matrix(hilly, [0], [2], np.inf, mode=Mode(name="m", unit="m")).toarray().tolist() == [[1600]]
    assert cost_matrix(hilly, [0], [2], np.inf, mode=EBIKE_MIN).data == pytest.approx([1600 / (20_000 / 60)])
    # many to few turns the search around, and not the hill
    many = cost_matrix(hilly, [0, 1, 2], [2], np.inf, mode=WALK_MIN).toarray()
    assert many[:, 0].tolist() == [30, 10, 0]
