"""What the what-if page carries, unpacked again by other means; and its words."""

import base64
import re
from pathlib import Path

import numpy as np
import pytest

from tuoyu_geo.maps import whatif
from tuoyu_geo.what_if import OWN, STANDARDS_M, STEP_BITS, best_plans

ASSETS = Path(whatif.__file__).with_name("assets")


def unpacked(step, count):
    """Seven bits a byte, byte by byte."""
    columns, data = [], iter(base64.b64decode(step))
    for n in np.frombuffer(base64.b64decode(count), "<i4"):
        at, column = 0, []
        for _ in range(n):
            shift = value = 0
            while True:
                part = next(data)
                value |= (part & 127) << shift
                shift += 7
                if part < 128:
                    break
            at += value
            column.append(at)
        columns.append(column)
    assert next(data, None) is None
    return columns


def test_every_pair_is_carried_and_told_apart_at_each_step(project):
    numbers, reach = project.what_if(), project.reach()
    cls, classes = whatif._classes(numbers)
    packed = whatif._columns(numbers.codes, cls, n_class=classes["n"])
    columns, codes = unpacked(packed["step"], packed["count"]), base64.b64decode(packed["code"])
    found, at = {}, 0
    for j, rows in enumerate(columns):
        for row in rows:
            found[row, j] = codes[at]
            at += 1
    n_before = reach.n_institutions
    for i in range(len(cls)):
        walks = dict(zip(reach.walk_m[[i]].indices.tolist(), reach.walk_m[[i]].data.tolist(), strict=True))
        costs = dict(zip(reach.cost[[i]].indices.tolist(), reach.cost[[i]].data.tolist(), strict=True))
        for j in range(len(columns)):
            code = found.get((int(cls[i]), j), 0)
            for place, standard_m in enumerate(STANDARDS_M):
                inside = walks.get(n_before + j, np.inf) <= standard_m
                assert (0 < (code & STEP_BITS) <= place + 1) == inside
            assert bool(code & OWN) == (costs.get(n_before + j, np.inf) <= reach.standard[i])


def test_classes_keep_everybody(project):
    numbers = project.what_if()
    cls, classes = whatif._classes(numbers)
    people = np.frombuffer(base64.b64decode(classes["residents"]), "<f8")
    assert people.sum() == numbers.residents.sum()
    for k in range(classes["n"]):
        assert people[k] == numbers.residents[cls == k].sum()


@pytest.mark.parametrize("values", [[0], [127, 128], [16383, 16384, 2_097_152, 0, 5], list(range(300))])
def test_seven_bits_a_byte(values):
    packed = base64.b64encode(whatif._seven_bits(np.array(values))).decode()
    count = base64.b64encode(np.array([len(values)], "<i4").tobytes()).decode()
    assert unpacked(packed, count) == [np.cumsum(values).tolist()]


def test_best_plans_are_those_of_trying_all(project):
    from itertools import combinations

    numbers, problem = project.what_if(), project.problem()
    reach = project.reach()
    covers, now = reach.covers_candidates.toarray() > 0, reach.covered_now
    usable = np.flatnonzero(problem.usable)
    for plan in numbers.best_free[:3]:
        best = max(
            numbers.residents[now | covers[:, list(some)].any(axis=1)].sum()
            for some in combinations(usable, plan.n_sites)
        )
        assert plan.covered_weight == plan.bound_weight == best
    home, owed = numbers.candidate_township_idx, numbers.owed
    for n, plan in list(numbers.best_ruled.items())[:2]:
        best = max(
            numbers.residents[now | covers[:, list(some)].any(axis=1)].sum()
            for some in combinations(usable, n)
            if (np.bincount(home[list(some)], minlength=len(owed)) >= owed).all()
        )
        assert plan.covered_weight == plan.bound_weight == best


def test_a_large_county_gets_no_best_plans_beforehand(project):
    problem = project.problem()
    from scipy.sparse import csr_array

    n = len(problem.places)
    found = best_plans(
        csr_array(np.ones((2000, n), dtype=bool)),
        weight=np.ones(2000),
        covered_now=np.zeros(2000, dtype=bool),
        group=problem.group,
        owed=np.zeros(4, dtype=np.int64),
        problem=problem,
        seed=0,
    )
    assert found == ((), {}, -1)


def test_every_word_is_used_and_every_used_word_is_there():
    script = "".join(
        (ASSETS / name).read_text(encoding="utf-8") for name in ("whatif_map.js", "whatif_panel.js")
    )
    used = set(re.findall(r"\bwords\.(\w+)", script))
    put_together = {
        key for key in whatif.PAGE_WORDS.split() if key.startswith(("reading_", "unit_", "state_", "best_"))
    }
    assert used - set(whatif.PAGE_WORDS.split()) == set()
    assert set(whatif.PAGE_WORDS.split()) - used - put_together == {"tip_on", "tip_off", "tip_shut"}
    markup = (ASSETS / "whatif.html").read_text(encoding="utf-8")
    assert set(re.findall(r"\bwords\.(\w+)", markup)) == set(whatif.HTML_WORDS.split())


def test_the_panel_speaks_english(project):
    from tuoyu_geo.maps import draw_maps
    from tuoyu_geo.messages import speaking

    outcome = project.outcome()
    pages = {}
    for spoken in ("zh", "en"):
        with speaking(spoken):
            pages[spoken] = draw_maps(outcome, ["overview"])["overview"]
    assert "Add the best next site" in pages["en"]
    assert "加一处最好的" not in pages["en"]
    assert "加一处最好的" in pages["zh"]


def test_a_headline_by_places_is_named_as_not_worked_out(project):
    from dataclasses import replace

    numbers = project.what_if()
    notes = whatif._notes(replace(numbers, headline="residents_places", n_places_unknown=2))
    assert "要把托位分到人，这里不算" in notes[0]
    assert "有 2 家" in notes[-1]
    assert whatif._notes(replace(numbers, n_places_unknown=0)) == notes[1:-1]
