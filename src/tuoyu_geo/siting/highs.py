"""The one place that speaks to HiGHS: arrays in, a judged answer out, the same answer each time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from tuoyu_geo.siting.watch import Watch

# How often the waiting thread looks whether to stop HiGHS.
# Of the thread that HiGHS runs in. A program that ends while there is one must not wait for it, nor tidy up under it.
THREAD_NAME = "tuoyu-geo HiGHS"
SECONDS_BETWEEN_LOOKS = 0.05
# How much longer than its limit HiGHS may take to notice it; then it is left to itself.
GRACE_S = 1.0
GRACE_SHARE = 0.1
# What HiGHS does only where there is no start. Two of its ways to look for better x in smaller programs begin from the
# relaxation alone: they take most of the time, and find what the third, between the start and the relaxation, finds at
# once (the cost of 300 candidates: 1.0 to 4.1 s of CPU without them, 2.5 to 12.8 s with them). To begin again with the
# variables that it could fix left out mostly costs more than it saves (the whole plan: 1.9 s without, 2.9 s with).
RESTART = "mip_allow_restart"
WITHOUT_START_ONLY = (
    "mip_heuristic_run_rens",
    "mip_heuristic_run_root_reduced_cost",
    RESTART,
)

Verdict = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Program:
    """Minimise cost @ x over row_lower <= matrix @ x <= row_upper, lower <= x <= upper, x[integer] whole.

    Attributes
    ----------
    matrix
        (n_row, n_column).
    cost, lower, upper
        (n_column,).
    row_lower, row_upper
        (n_row,), infinite where a side is open.
    integer
        (n_column,), True where the variable must be whole.
    """

    matrix: csc_array
    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    integer: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answer:
    """What HiGHS found: "unknown" says that the time ran out before any solution.

    `x` is empty unless the verdict is "optimal" or "feasible"; `bound` is a proven lower bound, -inf
    when there is none; `is_sound` says that the value HiGHS claims is that of its x. `reduced_cost` is (n_column,) where
    nothing must be whole: what a unit more of each variable costs, the others chosen anew; else empty.
    """

    verdict: Verdict
    x: NDArray[np.float64]
    bound: float
    reduced_cost: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    seconds: float = 0.0
    is_sound: bool = True


class _QuietHighs(highspy.Highs):
    """HiGHS without the banner that its constructor prints when it sets up callbacks, into whatever we print."""

    def enableCallbacks(self) -> None:  # noqa: N802  (highspy's name)
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def solve(
    program: Program,
    *,
    time_limit_s: float,
    gap: float,
    seed: int,
    start: NDArray[np.float64] | None = None,
    watch: Watch | None = None,
    tell: Callable[[float, float], None] | None = None,
    is_presolved: bool = True,
    may_restart: bool = False,
    most_nodes: int | None = None,
) -> Answer:
    """Solve a mixed-integer program; HiGHS runs in a thread of its own, so that Ctrl-C is heard.

    Parameters
    ----------
    program
        What to minimise.
    time_limit_s
        Seconds after which the best so far is returned.
    gap
        Relative gap at which HiGHS may stop; 0 asks for a proof.
    seed
        HiGHS's own random seed.
    start
        A feasible x to begin from, or None.
    watch
        Ends the run when it is interrupted. Without one, Ctrl-C ends the run and is raised.
    tell
        Called now and then with the value of the best x so far (inf) and the proven bound (-inf).
    is_presolved
        Whether HiGHS shrinks the program first.
    may_restart
        Whether HiGHS may begin again where there is a start, too. It pays where many plans cost the same: the cost of five
        such counties is proven in 10 s of CPU with it, in 33 s without.
    most_nodes
        Nodes of the search after which the best so far is returned; None for no limit.
    """
    began = perf_counter()
    hear = _Hearing(watch=watch, tell=tell)
    answer = _run(
        program,
        time_limit_s=time_limit_s,
        gap=gap,
        seed=seed,
        start=start,
        hear=hear,
        is_presolved=is_presolved,
        may_restart=may_restart,
        most_nodes=most_nodes,
    )
    if start is not None and not answer.is_sound:
        # HiGHS 1.16 can value a start wrongly once presolve has shrunk the program, then prune against that value:
        # its bound stays valid but weak, and better plans are lost. Without a start this can't happen.
        left_s = time_limit_s - (perf_counter() - began)
        answer = _run(
            program,
            time_limit_s=left_s,
            gap=gap,
            seed=seed,
            start=None,
            hear=hear,
            is_presolved=is_presolved,
            may_restart=may_restart,
            most_nodes=most_nodes,
        )
    return replace(answer, seconds=perf_counter() - began)


@dataclass(slots=True, eq=False, kw_only=True)
class _Hearing:
    """What passes between HiGHS's thread and the one that waits."""

    watch: Watch | None
    tell: Callable[[float, float], None] | None
    must_stop: bool = False
    news: tuple[float, float] | None = None
    scale: float = 1.0
    failure: list[BaseException] = field(default_factory=list)

    def on_event(self, event: Any) -> None:  # noqa: ANN401  (highspy's own event, untyped)
        if event.data_out is not None:
            self.news = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        if self.must_stop:
            event.interrupt()

    def forget(self) -> None:
        """Begin anew."""
        self.must_stop, self.news = False, None

    def run(self, engine: highspy.Highs, *, until: float, grace_s: float) -> bool:
        """Run HiGHS to its end, stopping it when time or patience is; False when it did not heed."""
        self.forget()
        for name in ("cbSimplexInterrupt", "cbIpmInterrupt", "cbMipInterrupt"):
            getattr(engine, name).subscribe(self.on_event)

        def work() -> None:
            try:
                engine.run()
            except BaseException as failure:  # noqa: BLE001  (raised again where someone waits)
                self.failure.append(failure)

        thread = threading.Thread(target=work, daemon=True, name=THREAD_NAME)
        thread.start()
        stopped_at = np.inf
        try:
            while thread.is_alive():
                thread.join(SECONDS_BETWEEN_LOOKS)
                is_late = perf_counter() >= until or (self.watch is not None and self.watch.is_interrupted)
                if is_late and not self.must_stop:
                    self.must_stop, stopped_at = True, perf_counter()
                if thread.is_alive() and perf_counter() > stopped_at + grace_s:
                    return False
                if self.tell is not None and self.news is not None:
                    self.tell(*(value / self.scale for value in self.news))
        except BaseException:
            self.must_stop = True
            thread.join(grace_s)
            raise
        for failure in self.failure:
            raise failure
        return True


def _run(
    program: Program,
    *,
    time_limit_s: float,
    gap: float,
    seed: int,
    start: NDArray[np.float64] | None,
    hear: _Hearing,
    is_presolved: bool,
    may_restart: bool,
    most_nodes: int | None,
) -> Answer:
    until = perf_counter() + max(time_limit_s, 0.01)
    n_row, n_column = program.matrix.shape
    # Powers of two keep the scaled costs exact, and bring them to where HiGHS's absolute tolerances mean something.
    largest = float(np.abs(program.cost).max(initial=0.0))
    scale = 2.0 ** np.floor(10 - np.log2(largest)) if largest > 0 else 1.0
    engine = _QuietHighs()  # type: ignore[no-untyped-call]
    for name, value in {
        "threads": 1,
        "presolve": "choose" if is_presolved else "off",
        "random_seed": seed % 2**31,
        "time_limit": max(time_limit_s, 0.01),
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-9,
        "mip_feasibility_tolerance": 1e-7,
        "primal_feasibility_tolerance": 1e-8,
    }.items():
        engine.setOptionValue(name, value)
    if start is not None:
        for name in WITHOUT_START_ONLY:
            engine.setOptionValue(name, may_restart and name == RESTART)
    if most_nodes is not None:
        engine.setOptionValue("mip_max_nodes", most_nodes)
    engine.passModel(
        n_column,
        n_row,
        program.matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.cost * scale,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.matrix.indptr.astype(np.int32),
        program.matrix.indices.astype(np.int32),
        program.matrix.data.astype(np.float64),
        program.integer.astype(np.int32),
    )
    if start is not None:
        engine.setSolution(n_column, np.arange(n_column, dtype=np.int32), start.astype(np.float64))
    hear.scale = scale
    if not hear.run(engine, until=until, grace_s=GRACE_S + GRACE_SHARE * min(time_limit_s, 1e6)):
        # HiGHS 1.16 has been seen to go round in its presolve for good, deaf to limits and interrupts. Its thread ends
        # with the program; what it proved by then still holds.
        known = -np.inf if hear.news is None else hear.news[1] / scale
        return Answer(verdict="unknown", x=np.zeros(0), bound=known if np.isfinite(known) else -np.inf)
    return _judge(engine, program, scale=scale)


def _judge(engine: highspy.Highs, program: Program, *, scale: float) -> Answer:
    status = engine.getModelStatus()
    nothing = np.zeros(0)
    # A program whose variables are all bounded can't be unbounded, so "either" means infeasible here.
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Answer(verdict="infeasible", x=nothing, bound=np.inf)
    info = engine.getInfo()
    is_optimal = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if program.integer.any() else info.objective_function_value
    bound = bound / scale if np.isfinite(bound) else -np.inf
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer(verdict="unknown", x=nothing, bound=bound)
    solution = engine.getSolution()
    x = np.array(solution.col_value, dtype=np.float64)
    value, claimed = float(program.cost @ x), info.objective_function_value / scale
    if not program.integer.any() and not is_optimal:
        bound = -np.inf
    is_sound = abs(value - claimed) <= 1e-6 * max(1.0 / scale, abs(value))
    return Answer(
        verdict="optimal" if is_optimal else "feasible",
        x=x,
        bound=bound,
        reduced_cost=nothing
        if program.integer.any()
        else np.array(solution.col_dual, dtype=np.float64) / scale,
        is_sound=is_sound,
    )
