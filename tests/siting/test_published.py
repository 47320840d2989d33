"""Published instances with known answers, where they lie beside the checkout."""

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import floyd_warshall

from tuoyu_geo.siting import max_coverage, p_center, p_median, set_cover

SHARED = Path(__file__).parents[2].parent / "shared" / "instances"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")]


def rows(name):
    with (SHARED / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def francisco():
    table = rows("spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    stores = sorted({row["name"] for row in table})
    people = {
        row["NAME"]: float(row["POP2000"]) for row in rows("spopt/SF_demand_205_centroid_uniform_weight.csv")
    }
    tracts = sorted(people)
    cost = np.full((len(tracts), len(stores)), np.inf)
    place = {name: i for i, name in enumerate(tracts)}
    for row in table:
        cost[place[row["DestinationName"]], stores.index(row["name"])] = float(row["distance"])
    return cost, np.array([people[name] for name in tracts]), stores


def test_san_francisco(francisco):
    cost, weight, stores = francisco
    assert set_cover(cost, standard=5000).objective == 8
    covered = max_coverage(cost, weight, p=4, standard=5000)
    assert covered.objective == 875_247
    assert (covered.assigned < 0).sum() == 21
    median = p_median(cost, weight, p=4)
    assert median.objective == pytest.approx(2_848_268_129.7145, rel=1e-12)
    assert median.objective / weight.sum() == pytest.approx(2_982.126858, rel=1e-9)
    assert {stores[j] for j in median.selected} == {"Store_2", "Store_11", "Store_12", "Store_15"}
    assert p_center(cost, p=4).objective == pytest.approx(7_403.06, abs=0.01)
    assert set_cover(cost, standard=20).status == "infeasible"
    assert max_coverage(cost, weight, p=1000, standard=5000).status == "infeasible"


def test_spopt_hundred_clients():
    clients, sites = rows("spopt/pmv_clients_100.csv"), rows("spopt/pmv_facilities_100.csv")
    here, there = (np.array([[float(r["x"]), float(r["y"])] for r in table]) for table in (clients, sites))
    cost = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    result = p_median(cost, [float(r["weight"]) for r in clients], p=8)
    assert result.objective == pytest.approx(668.880, abs=5e-4)
    assert result.selected.tolist() == [25, 34, 45, 68, 70, 88, 89, 91]


def test_brighton():
    demand = {row["LSOA"]: float(row["demand"]) for row in rows("lokigi_brighton/brighton_demand.csv")}
    table = rows("lokigi_brighton/brighton_travel_matrix_driving.csv")
    cost = np.array([[float(row[f"Site {k}"]) / 60 for k in range(1, 7)] for row in table])
    weight = np.array([demand[row["LSOA"]] for row in table])
    plans = [p_median(cost, weight, p=p) for p in range(1, 7)]
    means = [9.738592, 5.943984, 5.372208, 5.080178, 4.957668, 4.868855]
    assert [plan.objective / weight.sum() for plan in plans] == pytest.approx(means, abs=5e-7)
    sites = [[2], [2, 3], [2, 3, 4], [0, 2, 3, 4], [0, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]]
    assert [plan.selected.tolist() for plan in plans] == sites
    largest = [cost[:, plan.selected].min(axis=1).max() for plan in plans[:2]]
    assert largest == pytest.approx([19.571, 16.688833], abs=5e-4)


@pytest.mark.parametrize(
    ("name", "answers"),
    [("SJC324", [5461, 8790, 11604, 12106, 12152]), ("SJC500", [7944, 12454, 15730, 17794, 18859])],
)
def test_sao_jose_dos_campos(name, answers):
    place = np.loadtxt(SHARED / "sjc" / f"{name}.txt", skiprows=1)
    weight = np.loadtxt(SHARED / "sjc" / f"demand-{name}.dat")
    cost = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    results = [max_coverage(cost, weight, p=p, standard=800) for p in range(1, 6)]
    assert [result.objective for result in results] == answers
    assert {result.status for result in results} == {"optimal"}


SLOW = {6, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}


@pytest.mark.parametrize(
    "k", [pytest.param(k, marks=pytest.mark.slow if k in SLOW else ()) for k in range(1, 21)]
)
def test_or_library_p_median(k):
    optima = dict(
        line.split()
        for line in (SHARED / "orlib_pmed/optima.txt").read_text().splitlines()[1:]
        if line.strip()
    )
    numbers = np.array((SHARED / f"orlib_pmed/pmed{k}.txt").read_text().split(), dtype=float)
    n, _, p = numbers[:3].astype(int)
    cost = np.full((n, n), np.inf)
    np.fill_diagonal(cost, 0.0)
    for i, j, length in numbers[3:].reshape(-1, 3):
        cost[int(i) - 1, int(j) - 1] = cost[int(j) - 1, int(i) - 1] = length
    result = p_median(floyd_warshall(cost), np.ones(n), p=int(p))
    assert result.objective == float(optima[f"pmed{k}"])
    assert result.bound <= result.objective
    if k not in SLOW:
        assert result.status == "optimal"
