"""The planning problem as one mixed-integer program whose objective and limits change from aim to aim."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tuoyu_geo.siting.cover import as_ones, keep_true, merge_rows
from tuoyu_geo.siting.highs import Program
from tuoyu_geo.siting.instance import keep_entries
from tuoyu_geo.siting.problem import PlanningProblem, StageName
from tuoyu_geo.siting.stacking import above, beside, by_column, identity, nothing, one_row, take_rows, tally


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanningModel:
    """Variables in order: sites x, uncovered rows z, missing institutions s a group, weight short, places short.

    Attributes
    ----------
    rows
        (n_row, n_candidate) of ones: the distinct rows that some open candidate covers and nobody covers now.
    weight, n_must
        (n_row,) weight of each, and how many must-serve rows it stands for.
    lost_weight, n_lost
        Weight and must-serve rows that nothing can cover.
    allowed_weight
        Weight that may stay uncovered among `rows` before the target is missed; may be negative.
    places_wanted
        Places that the new sites should bring.
    owed
        (n_group,) institutions that each group still needs.
    matrix, row_lower, row_upper, lower, upper
        The program without its objective.
    aims
        For each aim the objective over all variables, to be minimised.
    """

    rows: csr_array
    weight: NDArray[np.float64]
    n_must: NDArray[np.int64]
    lost_weight: float
    n_lost: int
    allowed_weight: float
    places_wanted: float
    owed: NDArray[np.int64]
    places: NDArray[np.float64]
    group: NDArray[np.int64]
    matrix: csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    aims: dict[StageName, NDArray[np.float64]]

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return int(self.rows.shape[1])

    def point(self, taken: NDArray[np.bool_]) -> NDArray[np.float64]:
        """All variables that follow from the sites taken."""
        times = self.rows @ taken.astype(float)
        uncovered = (times == 0).astype(float)
        grouped = self.group >= 0
        built = np.bincount(self.group[taken & grouped], minlength=len(self.owed))
        return np.concatenate(
            [
                taken.astype(float),
                uncovered,
                np.maximum(self.owed - built, 0).astype(float),
                [_short(float(self.weight @ uncovered) - self.allowed_weight, float(self.weight.sum()))],
                [_short(self.places_wanted - float(self.places[taken].sum()), self.places_wanted)],
            ]
        )

    def program(self, aim: StageName, limits: list[tuple[StageName, float]]) -> Program:
        """The program of one aim, with the aims before it held at their values."""
        held = [one_row(self.aims[name]) for name, _ in limits]
        most = np.array([value for _, value in limits])
        return Program(
            matrix=by_column(above(self.matrix, *held)),
            cost=self.aims[aim],
            lower=self.lower,
            upper=self.upper,
            row_lower=np.concatenate([self.row_lower, np.full(len(limits), -np.inf)]),
            row_upper=np.concatenate([self.row_upper, most]),
            integer=np.arange(len(self.lower)) < self.n_candidate,
        )


def _short(missing: float, whole: float) -> float:
    # Sums of weights in another order differ in the last digits: a target met but for those is met.
    return missing if missing > 1e-9 * max(abs(whole), 1.0) else 0.0


def build_model(problem: PlanningProblem) -> PlanningModel:
    """Merge alike rows and lay out the program."""
    may = problem.open_columns()
    reach = keep_true(problem.covers)
    open_rows = ~problem.covered_now.astype(bool)
    usable = keep_entries(reach, may[reach.indices])
    merged, became = merge_rows(take_rows(usable, open_rows))
    weight = tally(became, problem.weight[open_rows], n=merged.shape[0])
    n_must = tally(became, problem.must_serve[open_rows].astype(np.float64), n=merged.shape[0]).astype(
        np.int64
    )
    reached = np.diff(merged.indptr) > 0
    counts = reached & ((weight > 0) | (n_must > 0))
    lost_weight = float(weight[~reached].sum())
    total = float(problem.weight.sum())
    rows, weight, n_must_kept = as_ones(take_rows(merged, counts)), weight[counts], n_must[counts]
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0).astype(np.int64)
    allowed = (1.0 - problem.coverage_target_share) * total - lost_weight
    wanted = problem.places_required - problem.places_now
    return _lay_out(
        problem,
        rows=rows,
        weight=weight,
        n_must=n_must_kept,
        lost_weight=lost_weight,
        n_lost=int(n_must[~reached].sum()),
        allowed=allowed,
        wanted=wanted,
        owed=owed,
    )


def _lay_out(
    problem: PlanningProblem,
    *,
    rows: csr_array,
    weight: NDArray[np.float64],
    n_must: NDArray[np.int64],
    lost_weight: float,
    n_lost: int,
    allowed: float,
    wanted: float,
    owed: NDArray[np.int64],
) -> PlanningModel:
    n_row, n, n_group = rows.shape[0], rows.shape[1], len(owed)
    grouped = np.flatnonzero(problem.group >= 0)
    member = coo_array((np.ones(len(grouped)), (problem.group[grouped], grouped)), shape=(n_group, n))
    conflict = [np.unique(one) for one in problem.conflict]
    clash = coo_array(
        (
            np.ones(sum(map(len, conflict))),
            (
                np.repeat(np.arange(len(conflict)), [len(one) for one in conflict]),
                np.concatenate([[], *conflict]),
            ),
        ),
        shape=(len(conflict), n),
        dtype=float,
    )
    # Rows in weights and places are brought to ones of about 1,000, where HiGHS's tolerances are far below one person.
    heavy, roomy = _unit(weight), _unit(problem.places)
    most_new = float(n if problem.max_new is None else problem.max_new)
    left = above(rows, member, nothing(1, n), one_row(problem.places * roomy), clash, one_row(np.ones(n)))
    n_below = len(conflict) + 1
    right = above(
        beside(identity(n_row), nothing(n_row, n_group + 2)),
        beside(nothing(n_group, n_row), identity(n_group), nothing(n_group, 2)),
        one_row(np.concatenate([weight * heavy, np.zeros(n_group), [-heavy, 0.0]])),
        one_row(np.concatenate([np.zeros(n_row + n_group), [0.0, roomy]])),
        nothing(n_below, n_row + n_group + 2),
    )
    slack = 1e-9 * max(float(problem.weight.sum()), 1.0)
    forced = np.zeros(n)
    forced[problem.forced] = 1.0
    short_most = max(float(weight.sum()) - allowed, 0.0)
    zeros = {"x": np.zeros(n), "z": np.zeros(n_row), "s": np.zeros(n_group), "t": np.zeros(2)}
    parts: dict[StageName, dict[str, NDArray[np.float64]]] = {
        "quota": {"s": np.ones(n_group)},
        "must_serve": {"z": n_must.astype(float)},
        "coverage": {"t": np.array([1.0, 0.0])},
        "places": {"t": np.array([0.0, 1.0])},
        "sites": {"x": np.ones(n)},
        "cost": {"x": problem.site_cost.astype(float)},
        "covered": {"z": weight},
    }
    aims = {name: np.concatenate(list((zeros | part).values())) for name, part in parts.items()}
    return PlanningModel(
        rows=rows,
        weight=weight,
        n_must=n_must,
        lost_weight=lost_weight,
        n_lost=n_lost,
        allowed_weight=allowed,
        places_wanted=wanted,
        owed=owed,
        places=problem.places.astype(float),
        group=problem.group,
        matrix=beside(left, right),
        row_lower=np.concatenate(
            [
                np.ones(n_row),
                owed,
                [-np.inf],
                [(wanted - 1e-9 * max(wanted, 1.0)) * roomy],
                np.full(n_below, -np.inf),
            ]
        ),
        row_upper=np.concatenate(
            [
                np.full(n_row + n_group, np.inf),
                [(allowed + slack) * heavy],
                [np.inf],
                np.ones(n_below - 1),
                [most_new],
            ]
        ),
        lower=np.concatenate([forced, np.zeros(n_row + n_group + 2)]),
        upper=np.concatenate(
            [problem.open_columns().astype(float), np.ones(n_row), owed, [short_most, max(wanted, 0.0)]]
        ),
        aims=aims,
    )


def _unit(values: NDArray[np.float64]) -> float:
    largest = float(values.max(initial=0.0))
    return float(2.0 ** np.floor(10 - np.log2(largest))) if largest > 0 else 1.0
