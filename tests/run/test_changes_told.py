"""What `diff` tells of two summaries made by hand: shares as shares, people as people, every reading of a township."""

import json

import pytest

from tuoyu_geo.changes import compare_runs


def row(key, reading, total, before):
    return {**key, "reading": reading, "total": total, "before": before, "after": 0.9}


def coverage(*, total, before, curve):
    return {
        "standard_m": 1000.0,
        "before": {"residents": before},
        "walking": [{"scope": "urban", "standard_m": 300.0, "before": before, "after": 0.9}],
        "by_area": [
            row({"area": "urban"}, "residents", total, before),
            row({"area": "urban"}, "townships", 4.0, 1.0),
        ],
        "by_township": [
            row({"code": "999900001"}, "residents", total, before),
            row({"code": "999900001"}, "townships", 1.0, 1.0),
        ],
        "curve": {"urban": {"residents": {"before": curve}}},
    }


@pytest.fixture
def shown(tmp_path):
    for name, said in (
        ("old", coverage(total=215_194.0, before=0.25, curve=[0.1, 0.2, 0.3])),
        ("new", coverage(total=215_219.0, before=0.375, curve=[0.1, 0.25, 0.35])),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "summary.json").write_text(json.dumps({"coverage": said}), encoding="utf-8")
    return compare_runs(tmp_path / "old", tmp_path / "new").shown()


def test_people_are_no_share_and_every_reading_of_a_township_is_compared(shown):
    told = [tuple(line)[1:] for line in shown.itertuples(index=False)]
    share = ("25.0%", "37.5%", "+12.5个百分点")
    people = ("215,194", "215,219", "+25")
    assert sorted(told) == sorted([
        ("现状", "常住人口", *share),
        ("步行 城区 300 m", "现状", *share),
        ("分城乡 城区 常住人口", "总数", *people),
        ("分城乡 城区 常住人口", "现状", *share),
        ("分乡镇街道 999900001 常住人口", "总数", *people),
        ("分乡镇街道 999900001 常住人口", "现状", *share),
        ("覆盖曲线 城区 常住人口", "现状", "3 项", "3 项", "2 项不同"),
    ])  # fmt: skip


def test_the_difference_is_that_of_the_shares_beside_it(tmp_path):
    for name, before in (("old", 0.82395), ("new", 0.82405)):
        (tmp_path / name).mkdir()
        said = {"coverage": {"before": {"residents": before}}}
        (tmp_path / name / "summary.json").write_text(json.dumps(said), encoding="utf-8")
    (line,) = compare_runs(tmp_path / "old", tmp_path / "new").shown().itertuples(index=False)
    assert tuple(line)[3:] == ("82.3%", "82.4%", "+0.1个百分点")
