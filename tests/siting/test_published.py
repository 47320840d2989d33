"""Published instances with known answers, where they lie beside the checkout, as `benchmarks.instances` reads them."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.instances.judge import judge, solve
from benchmarks.instances.tasks import gather, tasks_of

from tuoyu_geo.siting import backup_coverage

SHARED = Path(__file__).parents[2].parent / "shared" / "instances"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")]

SLOW = {f"pmed{k}" for k in (11, 12, 13, 14, 15, 16, 17, 18, 19, 20)}
TASKS = {
    "spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv": 6,
    "spopt/pmv_clients_100.csv": 2,
    "lokigi_brighton/brighton_travel_matrix_driving.csv": 8,
    "sjc/SJC324.txt": 5,
    "sjc/SJC500.txt": 5,
    **{f"orlib_pmed/pmed{k}.txt": 1 for k in range(1, 21)},
    **{f"orlib_pmedcap/pmedcap{k}.txt": 1 for k in range(1, 6)},
}


@pytest.fixture(scope="module")
def found():
    return gather(sorted(path for path in SHARED.rglob("*") if path.is_file()))


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if Path(name).stem in SLOW else ()) for name in TASKS],
)
def test_known_answers(found, name):
    verdicts = [judge(task, time_limit_s=60, gap=0.0) for task in tasks_of(found, SHARED / name)]
    assert len(verdicts) == TASKS[name]
    for verdict in verdicts:
        assert verdict.contradictions == ()
        assert verdict.beside == "same"
        assert verdict.status in {"optimal", "infeasible"}


def test_every_file_is_understood(found):
    assert found.findings == {}
    assert {path.relative_to(SHARED).as_posix() for path in found.passed_over} == {
        "SOURCES.md",
        "accessibility/LICENSE",
        "accessibility/travel_matrix_5x5.csv",
        "accessibility/travel_matrix_two_full_origins.csv",
        "lokigi_brighton/LICENSE.md",
        "lokigi_brighton/brighton_sites.geojson",
        "spopt/LICENSE.txt",
        "spopt/SF_store_site_16_longlat.csv",
    }


def chosen(found, name, **asked):
    """Sites of the tasks that ask so."""
    tasks = [
        task
        for task in tasks_of(found, SHARED / name)
        if all(getattr(task.question, key) == value for key, value in asked.items())
    ]
    return [solve(task, time_limit_s=60, gap=0.0) for task in tasks]


def test_san_francisco_sites(found):
    name = "spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    (median,) = chosen(found, name, kernel="p_median")
    stores = found.pieces[SHARED / name].site_id
    assert {stores[j] for j in median.selected} == {"Store_2", "Store_11", "Store_12", "Store_15"}
    covered = chosen(found, name, kernel="max_coverage", p=4)[0]
    assert (covered.assigned < 0).sum() == 21


def test_san_francisco_backup(found):
    name = "spopt/SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    cost = found.pieces[SHARED / name].cost
    for standard, p, twice in ((5000, 8, 145), (8000, 3, 140)):
        result = backup_coverage(cost, np.ones(205), p=p, standard=standard, cover_all=True)
        assert (result.status, result.objective) == ("optimal", twice)


def test_sites_of_spopt_hundred_clients(found):
    free, roomy = chosen(found, "spopt/pmv_clients_100.csv")
    assert free.selected.tolist() == [25, 34, 45, 68, 70, 88, 89, 91]
    assert roomy.selected.tolist() == [25, 45, 46, 68, 70, 88, 89, 91]


def test_brighton_sites(found):
    plans = chosen(found, "lokigi_brighton/brighton_travel_matrix_driving.csv", kernel="p_median")
    sites = [[2], [2, 3], [2, 3, 4], [0, 2, 3, 4], [0, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]]
    assert [plan.selected.tolist() for plan in plans] == sites


def test_answers_follow_the_numbers_under_another_name(found, tmp_path):
    for name in ("SJC324.txt", "demand-SJC324.dat"):
        (tmp_path / name.replace("SJC324", "b")).write_bytes((SHARED / "sjc" / name).read_bytes())
    tasks = list(tasks_of(gather(sorted(tmp_path.iterdir())), tmp_path / "b.txt"))
    assert [task.question.known.answer for task in tasks] == ["5461", "8790", "11604", "12106", "12152"]
    # Numbers that were changed are another instance: nothing is known of it.
    changed = (tmp_path / "demand-b.dat").read_text(encoding="utf-8").replace("138", "139", 1)
    (tmp_path / "demand-b.dat").write_text(changed, encoding="utf-8")
    (first, *_) = tasks_of(gather(sorted(tmp_path.iterdir())), tmp_path / "b.txt")
    assert first.question.known is None
