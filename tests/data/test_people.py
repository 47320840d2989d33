"""The made-up figures sum to the facts, and the cases the rules turn on are there."""

import numpy as np
import pandas as pd

RESIDENTS_2020 = 344_793
HOUSEHOLDS_2020 = 121_687
URBAN_2020 = 226_520


def built(communities):
    return communities[communities["建设状态"] == "已建成"]


def new(communities):
    later = communities["竣工时间"].fillna("") > "2021-12-30"
    return communities[later | (communities["建设状态"] != "已建成")]


def size(estates):
    counted = (estates["户数"] * estates["户均人口"]).where(estates["建设状态"] != "已建成")
    return pd.concat([estates["常住人口"], estates["规划居住人口"], counted], axis=1).max(axis=1)


def test_residents_of_every_township_and_of_the_city_sum_exactly(communities, villages, townships):
    urban = built(communities).groupby("所属街道")["常住人口"].sum()
    rural = villages.groupby("所属乡镇")["常住人口"].sum()
    total = urban.add(rural, fill_value=0).astype(int)
    assert total.to_dict() == townships["常住人口"].to_dict()
    assert total.sum() == RESIDENTS_2020
    assert townships.loc[townships["类型"] == "街道", "常住人口"].sum() == URBAN_2020


def test_households_sum_to_the_census(communities, villages):
    assert built(communities)["户数"].sum() + villages["户数"].sum() == HOUSEHOLDS_2020


def test_estates_not_yet_built_have_no_residents(communities):
    assert (communities.loc[communities["建设状态"] != "已建成", "常住人口"] == 0).all()


def test_there_are_as_many_of_each_thing_as_promised(communities, villages, institutions, candidates, roads):
    assert len(communities) >= 350
    assert len(villages) >= 200
    assert 12 <= len(institutions) <= 14
    assert (institutions["备案状态"] == "未备案").sum() >= 4
    assert len(candidates) >= 250
    assert candidates["候选点类型"].nunique() == 7
    assert len(roads) >= 8000


def test_new_estates_stand_on_both_sides_of_the_threshold(communities):
    estates = new(communities).assign(size=lambda t: size(t).round(6))
    large = estates[estates["size"] >= 1000]
    assert len(large) >= 24
    assert (large["有无托育设施"] == "有").sum() >= 3
    assert (large["有无托育设施"] == "无").sum() >= 15
    assert (estates["size"] == 1000).sum() >= 3
    assert (estates["size"] == 999).sum() >= 3
    assert ((estates["size"] > 960) & (estates["size"] < 999)).sum() >= 4
    only_counted = (estates["常住人口"] == 0) & estates["规划居住人口"].isna() & estates["户数"].notna()
    assert only_counted.sum() == 4


def test_the_city_starts_below_its_targets(institutions, facts):
    registered = institutions[institutions["备案状态"] == "已备案"]
    assert registered["托位数"].sum() / RESIDENTS_2020 * 1000 < 2
    have = registered.groupby("所属街道").size().reindex(facts.index, fill_value=0)
    assert (have < facts["quota"]).sum() >= 6
    assert (institutions["在托人数"] <= institutions["托位数"]).all()


def test_every_township_with_a_quota_has_usable_candidates(candidates, facts):
    usable = (
        candidates[candidates["排除原因"].isna()]
        .groupby("所属街道")
        .size()
        .reindex(facts.index, fill_value=0)
    )
    assert (usable >= facts["quota"]).all()
    assert (usable >= 1).all()
    assert candidates["排除原因"].notna().sum() >= 10


def test_every_row_says_that_it_is_made_up(sites, townships, water, roads):
    for table in (*(points for points, _ in sites), townships, water, roads):
        assert (table["数据性质"] == "示意数据").all()


def test_codes_and_names_are_unique_and_as_published(townships, communities, villages, candidates, facts):
    assert townships["区划代码"].to_dict() == facts["code"].to_dict()
    for table, column in (
        (communities, "小区名称"),
        (villages, "村（居）名称"),
        (candidates, "候选点名称"),
        (communities, "编号"),
    ):
        assert table[column].is_unique
    assert villages["统计用区划代码"].str.fullmatch(r"350481\d{3}2\d{2}").all()
    assert (
        villages["统计用区划代码"].str[:9].to_numpy() == facts.loc[villages["所属乡镇"], "code"].to_numpy()
    ).all()


def test_no_name_is_taken_from_the_real_lists(shared, communities, villages, institutions, candidates):
    estates = pd.read_csv(shared / "yongan_residential_communities.csv")["name"]
    real_villages = pd.read_csv(shared / "yongan_villages_2023.csv")["name"]
    real = {
        name.removesuffix("村委会").removesuffix("居委会").removesuffix("村") for name in real_villages
    } | set(estates)
    made = {*communities["小区名称"], *(n.removesuffix("村") for n in villages["村（居）名称"])}
    made |= {n.removesuffix("社区") for n in communities["社区"].dropna()}
    assert not made & real
    assert institutions["机构名称"].str.endswith("（示意）").all()
    assert candidates["候选点名称"].str.endswith("（示意）").all()


def test_shares_are_whole_and_sum(generator):
    people = generator("people")
    assert people.split(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert people.split(7, np.array([5.0, 1.0, 0.0]), least=1).tolist() == [4, 2, 1]
    fixed = people.share_with_fixed(100, np.array([1.0, 1.0, 2.0]), np.array([-1, 40, -1]), least=0)
    assert fixed.tolist() == [20, 40, 40]


def test_township_totals_follow_the_shares_of_2000(generator):
    # 226,520 x 35,642 / 147,003 = 54,921.4; 118,273 x 5,810 / 187,849 = 3,658.1
    residents = generator("people").residents_by_township(generator("facts").read_facts())
    assert (residents[0], residents[12]) == (54_921, 3_658)
