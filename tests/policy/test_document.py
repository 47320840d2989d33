"""Every clause of the example's document, as its policy file states it: a city where it is met, and one where it is not."""

import json
import tomllib
from pathlib import Path

import pytest

import tuoyu_geo as tg

ROOT = Path(__file__).parents[2]
FILE = ROOT / "data" / "yongan" / "policy" / "yongan_2021_64.toml"
CLAUSES = tomllib.loads(FILE.read_text(encoding="utf-8"))["clauses"]
# What a planner enters where no layer can tell.
ENTERED = {
    "met": {"not_spatial": {"reported": "met"}, "indicator": {"observed": 0.95}},
    "not_met": {
        "not_spatial": {"reported": "not_met"},
        "indicator": {"observed": 0.949},
        "guidance": {"observed": 0.89},
    },
}


def written(value):
    """A value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def policy(base, status):
    """The town's rules with the document's clauses, and what is entered in such a city."""
    blocks = []
    for clause in CLAUSES:
        stated = {key: value for key, value in clause.items() if not key.startswith(("reported", "observed"))}
        rows = stated | ENTERED[status].get(clause["judge"], {})
        blocks.append("[[clauses]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in rows.items()))
    return base.split("[[clauses]]", 1)[0] + "".join(blocks)


def judged(folder, overrides=()):
    return {clause.id: clause for clause in tg.open_project(folder, overrides=overrides).plan().clauses}


@pytest.fixture(scope="module")
def good(cities, lattice, tmp_path_factory):
    folder = tmp_path_factory.mktemp("good") / "town"
    estates = lattice.ESTATES.replace("2005-06-01", "1999-06-01")
    lattice.write_town(
        folder, policy_toml=policy(lattice.POLICY, "met"), communities_csv=estates, **cities.GOOD
    )
    return judged(folder)


@pytest.fixture(scope="module")
def bad(cities, lattice, tmp_path_factory):
    rules = policy(lattice.POLICY, "not_met").replace("per_1000 = 4.5", "per_1000 = 40")
    layers = dict(cities.BAD)
    layers["candidates_csv"] = layers["candidates_csv"].replace("社区服务中心,新建", "闲置用房,新建")
    layers["institutions_csv"] = layers["institutions_csv"].replace(",是否示范,", ",举办单位,是否示范,")
    layers["institutions_csv"] = (
        layers["institutions_csv"].replace(",非营利性,否", ",非营利性,某公司,否").replace(",,,否", ",,,,否")
    )
    estates = lattice.ESTATES.replace("2015-06-01", "1999-06-01")
    folder = tmp_path_factory.mktemp("bad") / "town"
    lattice.write_town(
        folder, policy_toml=rules.replace("value = 15\n", "value = 10\n"), communities_csv=estates, **layers
    )
    return judged(folder, ["siting.budget=1", 'siting.forced=["C1"]'])


@pytest.mark.parametrize("clause", [one["id"] for one in CLAUSES])
def test_met(good, clause):
    assert good[clause].status_plan == "met", good[clause]


# No plan of ours breaks the standards, since candidates are cut to them; test_clauses.py judges sites that do.
@pytest.mark.parametrize("clause", [one["id"] for one in CLAUSES if one["judge"] != "standards"])
def test_not_met(bad, clause):
    assert bad[clause].status_plan == "not_met", bad[clause]
    assert bad[clause].action
    assert bad[clause].departments
