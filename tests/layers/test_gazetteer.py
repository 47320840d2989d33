"""Rows without coordinates: placed by a gazetteer where it knows one place for them, listed and counted where not."""

import numpy as np
import pytest

from tuoyu_geo.layers.gazetteer import short_place

from .test_files import codes, found

GAZETTEER = (
    "统计用区划代码,村居名称,所属乡镇,经度,纬度\n"
    "350481003201,忠义村委会,燕南街道,117.35,25.95\n"
    "350481003202,新村,燕南街道,117.34,25.94\n"
    "350481004201,新村村委会,西洋镇,117.40,25.95\n"
    "350481004202,双溪村,西洋镇,117.41,25.96\n"
    "350481004203,双溪村委会,西洋镇,117.42,25.97\n"
)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("忠义社区居委会", "忠义"),
        ("忠义居民委员会", "忠义"),
        ("忠义村民委员会", "忠义"),
        ("忠义村委会", "忠义"),
        ("忠义村", "忠义"),
        ("忠义社区", "忠义"),
        ("忠义（原东风）", "忠义"),
        ("村", "村"),
        ("新村", "新"),
    ],
)
def test_short_names(name, short):
    assert short_place(name) == short


def villages(
    load, write, rows: str, *, header: str = "统计用区划代码,村名,所属乡镇,常住人口,户数,经度,纬度\n"
):
    return load(villages=write("v.csv", header + rows), gazetteer=write("g.csv", GAZETTEER))


def at(layers, key) -> tuple[float, float]:
    point = layers.villages.to_crs("EPSG:4490").geometry.loc[key]
    return pytest.approx((point.x, point.y), abs=1e-6)


def test_by_code_and_by_name_within_the_township(load, write):
    layers = villages(
        load,
        write,
        "350481003201,随便写的,,500,,,\nA,新村,西洋镇,300,,,\nB,新村居委会,燕南,200,,,\nC,自有坐标,燕南街道,100,,117.33,25.93\n",
    )
    assert codes(layers) == []
    assert at(layers, "350481003201") == (117.35, 25.95)
    assert at(layers, "A") == (117.40, 25.95)
    assert at(layers, "B") == (117.34, 25.94)
    assert at(layers, "C") == (117.33, 25.93)
    assert sorted(one.row for one in found(layers, "placed_by_name")) == [2, 3, 4]
    assert len(layers.unplaced) == 0


def test_what_can_not_be_placed_is_listed_with_its_people_and_kept(load, write):
    layers = villages(
        load,
        write,
        "A,忠义村,燕南街道,500,,,\nB,双溪村,西洋镇,300,120,,\nC,没有的村,西洋镇,,80,,\nD,新村,,7,,,\n",
    )
    # Two places are called 双溪 in one township, so neither is taken; nobody knows whose 新村 D is.
    assert codes(layers) == ["unplaced_uncounted"]
    assert layers.villages.index.tolist() == ["A"]
    assert layers.unplaced["name"].tolist() == ["双溪村", "没有的村", "新村"]
    assert layers.unplaced["township_id"].tolist()[:2] == ["350481004", "350481004"]
    assert layers.unplaced["residents"].tolist()[0] == 300
    assert [one.row for one in found(layers, "unplaced")] == [3, 4]
    assert "300 人、120 户" in found(layers, "unplaced")[0].found


def test_nobody_is_lost_on_the_way(load, write):
    rng = np.random.default_rng(3)
    names = ["忠义村", "新村", "双溪村", "别的村"]
    people = rng.integers(1, 900, 40)
    rows = "".join(
        f"V{k},{names[k % 4]},{['燕南街道', '西洋镇'][k % 3 % 2]},{n},,{'117.35,25.95' if k % 5 == 0 else ','}\n"
        for k, n in enumerate(people)
    )
    layers = villages(load, write, rows)
    counted = layers.villages["residents"].sum() + layers.unplaced["residents"].sum()
    assert counted == people.sum()
    assert len(layers.villages) + len(layers.unplaced) == 40
    assert len(layers.unplaced) > 0


def test_a_table_without_any_coordinates(load, write):
    header = "统计用区划代码,村名,所属乡镇,常住人口,户数\n"
    layers = villages(load, write, "A,忠义村,燕南街道,500,\n", header=header)
    assert codes(layers) == []
    assert at(layers, "A") == (117.35, 25.95)


def test_without_a_gazetteer_a_row_without_coordinates_is_an_error(load, write):
    layers = load(villages=write("v.csv", "村名,所属乡镇,常住人口,经度,纬度\n忠义村,燕南街道,500,,\n"))
    assert codes(layers) == ["coordinates_unreadable"]


def test_coordinates_that_can_not_be_read_stay_a_warning(load, write):
    layers = villages(load, write, "A,忠义村,燕南街道,500,,见图,见图\n")
    assert codes(layers) == []
    assert [one.severity for one in found(layers, "coordinates_unreadable")] == ["warning"]
    assert at(layers, "A") == (117.35, 25.95)


def test_an_institution_stands_where_the_village_it_names_does(load, write):
    rows = "机构名称,备案状态,托位数,所属乡镇,所在小区,经度,纬度\n甲园,已备案,30,燕南街道,忠义社区,,\n乙园,已备案,30,燕南街道,某处,,\n"
    layers = load(institutions=write("i.csv", rows), gazetteer=write("g.csv", GAZETTEER))
    assert [one.row for one in found(layers, "placed_by_name")] == [2]
    # Places can't be counted anywhere without a place: an error, not a guess.
    assert [(one.row, one.severity) for one in found(layers, "unplaced_uncounted")] == [(3, "error")]
