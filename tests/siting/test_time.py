"""Time limits, Ctrl-C and news: whatever ends the search, a plan comes back with a bound that holds."""

import signal
import subprocess
import sys
import textwrap
import threading
from time import monotonic, process_time

import numpy as np
import pytest
from brute import best_center, best_cover, best_coverage, best_median
from test_kernels_brute import instance, keeps

from tuoyu_geo.errors import SitingError
from tuoyu_geo.siting import max_coverage, p_center, p_median, set_cover
from tuoyu_geo.siting.highs import Answer
from tuoyu_geo.siting.watch import Watch


def kernels(cost, weight, limits, p, **extra):
    yield (
        lambda: max_coverage(cost, weight, p=p, standard=5, **limits, **extra),
        best_coverage(cost, weight, p=p, standard=5, **limits),
    )
    yield lambda: p_median(cost, weight, p=p, **limits, **extra), best_median(cost, weight, p=p, **limits)
    yield lambda: p_center(cost, p=p, **limits, **extra), best_center(cost, p=p, **limits)
    yield lambda: set_cover(cost, standard=9, **limits, **extra), best_cover(cost, standard=9, **limits)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("seconds", [0.0, 1e-4, 3e-3])
def test_a_bound_holds_however_short_the_time(seed, seconds):
    cost, weight, limits, p = instance(seed)
    for k, (call, best) in enumerate(kernels(cost, weight, limits, p, time_limit_s=seconds)):
        try:
            result = call()
        except SitingError:
            # Neither a plan nor a proof in no time at all; coverage always has a plan.
            assert k > 0
            continue
        if result.status == "infeasible":
            assert best is None
            continue
        assert best is not None
        keeps(result, limits, p if k < 3 else None)
        slack = 1e-9 * max(abs(best), 1.0)
        low, high = (result.objective, result.bound) if k == 0 else (result.bound, result.objective)
        assert low - slack <= best <= high + slack, (k, result)


def towns(n_demand, n_candidate):
    rng = np.random.default_rng(4)
    center = rng.uniform(0, 20_000, (8, 2))
    demand = center[rng.integers(0, 8, n_demand)] + rng.normal(0, 1500, (n_demand, 2))
    sites = center[rng.integers(0, 8, n_candidate)] + rng.normal(0, 1500, (n_candidate, 2))
    return np.hypot(*(demand[:, None] - sites[None]).transpose(2, 0, 1)), rng.integers(1, 60, n_demand)


@pytest.mark.slow
def test_the_time_limit_is_kept_and_news_only_gets_better():
    cost, weight = towns(1500, 300)
    # Compiled code is made on the first call ever, which no limit bounds.
    p_median(cost, weight, p=3, time_limit_s=0.1)
    rng = np.random.default_rng(2)
    p_median(rng.uniform(0, 10, (60, 40)), rng.integers(1, 50, 60), p=5)
    for kernel, extra, better in (
        (max_coverage, {"standard": 900}, np.greater_equal),
        (p_median, {}, np.less_equal),
    ):
        heard = []
        began = process_time()
        result = kernel(cost, weight, p=25, gap=0.0, time_limit_s=1.5, progress=heard.append, **extra)
        # Seconds of work, since other people's work on the machine is not ours to bound.
        assert process_time() - began < 3.5
        assert heard
        objective, bound = np.array([(one.objective, one.bound) for one in heard]).T
        assert better(objective[1:], objective[:-1]).all()
        assert better(bound[:-1], bound[1:]).all()
        # Sums of the same costs in another order differ in their last digits.
        assert better(round(result.objective, 3), round(objective[-1], 3))
        assert better(round(bound[-1], 3), round(result.bound, 3)) or result.gap == 0


SCRIPT = """
    import os, signal, sys, threading
    import numpy as np
    sys.path.insert(0, {here!r})
    from test_time import towns
    from tuoyu_geo.siting import max_coverage, p_median
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cost, weight = towns(*{size})
    timer = threading.Timer({after}, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    result = {call}
    print(result.is_interrupted, result.status, len(result.selected), result.seconds < 20, result.objective, result.bound)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


@pytest.mark.parametrize("after", [2.5, 6.0])
@pytest.mark.parametrize(
    ("call", "size"),
    [
        ("max_coverage(cost, weight, p=25, standard=900, gap=0.0, time_limit_s=300)", (4000, 800)),
        ("p_median(cost, weight, p=25, gap=0.0, time_limit_s=300)", (1500, 300)),
    ],
)
@pytest.mark.slow
def test_ctrl_c_gives_the_best_so_far(call, size, after):
    from pathlib import Path

    here = str(Path(__file__).parent)
    code = textwrap.dedent(SCRIPT.format(here=here, call=call, size=size, after=after))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    interrupted, status, n_site, is_soon, objective, bound = done.stdout.split()
    assert (interrupted, status, n_site, is_soon) == ("True", "feasible", "25", "True")
    assert float(objective) > 0
    assert float(objective) != float(bound)


@pytest.fixture
def _ctrl_c_is_heard():
    # A program started in the background is told to ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_before_any_plan_is_raised(monkeypatch):
    def press(*_args, **_more):
        signal.raise_signal(signal.SIGINT)
        return Answer(verdict="unknown", x=np.zeros(0), bound=-np.inf)

    # The greedy cover takes column 0 of the one group allowed, which does not cover all.
    monkeypatch.setattr("tuoyu_geo.siting.covering.solve", press)
    cost = [[1.0, 9.0, 1.0], [1.0, 9.0, 9.0], [1.0, 1.0, 9.0], [9.0, 1.0, 1.0]]
    with pytest.raises(KeyboardInterrupt):
        set_cover(cost, standard=1, group=[0, 0, 0], quotas={0: (0, 1)})
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_may_call():
    results = []
    thread = threading.Thread(target=lambda: results.append(max_coverage([[1.0]], [1.0], p=1, standard=1)))
    thread.start()
    thread.join()
    assert results[0].status == "optimal"


def test_a_solver_that_heeds_no_limit_is_left_to_itself(monkeypatch):
    deaf = threading.Event()
    monkeypatch.setattr("tuoyu_geo.siting.highs._QuietHighs.run", lambda _: deaf.wait(30))
    cost = [[1.0, 9.0, 1.0], [1.0, 9.0, 9.0], [1.0, 1.0, 9.0], [9.0, 1.0, 1.0]]
    began = monotonic()
    result = set_cover(cost, standard=1, time_limit_s=0.2)
    deaf.set()
    assert monotonic() - began < 15
    assert (result.objective, result.bound) == (2.0, 0.0)
    assert result.status == "feasible"


def test_compiling_takes_nothing_from_the_time_limit(monkeypatch):
    clock = iter([100.0, 130.0, 150.0, 159.0, 181.0])
    monkeypatch.setattr("tuoyu_geo.siting.watch.perf_counter", lambda: next(clock))
    watch = Watch(time_limit_s=60.0)  # at 100
    with watch.uncounted():  # from 130 to 150
        pass
    assert not watch.is_over()  # at 159 it has searched for 39 s
    assert watch.is_over()  # at 181, for 61 s
