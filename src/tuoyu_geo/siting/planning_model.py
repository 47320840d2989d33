"""The planning problem as one mixed-integer program whose objective and limits change from aim to aim.

Coverage and capacity in one: a row's uncovered share is at least 1 where no site is in reach (the row of a maximum
coverage model, which keeps the relaxation tight), and at least the share of its places that it does not get (the
row of a transport model). Of a candidate's sizes only the full one is offered while cost is no concern, since a larger
size never serves anybody worse.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array, diags_array

from tuoyu_geo.siting.highs import Program
from tuoyu_geo.siting.instance import keep_entries
from tuoyu_geo.siting.parts import Parts
from tuoyu_geo.siting.planning_result import StageName
from tuoyu_geo.siting.planning_rows import ServedRows, served_rows
from tuoyu_geo.siting.problem import PlanningProblem
from tuoyu_geo.siting.stacking import above, by_column, identity, one_row, take_rows

# More rows than this cost more time than their better bound saves.
MOST_LINKS = 20_000


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PlanningModel:
    """The program without its objective, and its aims.

    The variables are, block by block, sites x (n_candidate), smaller sizes v (n_size), uncovered shares z (n_row),
    missing institutions s (n_group), weight short t (1), places short (1 + n_group), unserved must-serve rows m, places
    taken f (an entry each of the rows' reach).

    Attributes
    ----------
    rows
        The distinct rows.
    taking
        (n_row, n_existing + n_candidate) the entries at which places are taken, in the order of the variables f.
    at
        Where each block of variables stands.
    matrix, row_lower, row_upper, lower, upper, integer
        The program.
    aims
        For each aim the objective over all variables, to be minimised.
    owed
        (n_group,) institutions that each group still needs.
    scale
        For each aim the size of its numbers, against which tolerances are measured.
    sizes_matter
        Whether smaller sizes are offered from the first aim on, since money is limited.
    size_column
        (n_size,) candidate of each smaller size.
    links
        (n_link, n_variable) rows that may not be above 0: nobody takes places at a site beyond the share of it that is
        taken. They follow from the others where sites are whole, and lift the bound of the cost.
    """

    rows: ServedRows
    taking: csr_array
    at: dict[str, slice]
    matrix: csc_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    aims: dict[StageName, NDArray[np.float64]]
    owed: NDArray[np.int64]
    scale: dict[StageName, float]
    sizes_matter: bool
    links: csr_array
    size_column: NDArray[np.int64]

    @property
    def n_candidate(self) -> int:
        """Number of candidates."""
        return int(self.at["x"].stop)

    def site_rows(self) -> csr_array:
        """(n_candidate, n_variable) whose product with the variables says which candidates are taken, 1 or 0."""
        n = self.n_candidate
        return csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, len(self.lower)))

    def sites_of(self, variables: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n_candidate,) the candidates that a solution takes."""
        return np.asarray(self.site_rows() @ variables > 0.5)

    def program(
        self,
        aim: StageName,
        limits: list[tuple[StageName, float]],
        *,
        choice: NDArray[np.float64] | None = None,
    ) -> Program:
        """The program of one aim, with other aims held at their values.

        Parameters
        ----------
        aim
            What to minimise.
        limits
            Aims with the most each may be, closed.
        choice
            (n_column,) sites and sizes to be held as they are; None leaves all free.
        """
        held = [one_row(self.aims[name]) for name, _ in limits]
        links = [self.links] if aim == "cost" and choice is None and self.links.shape[0] else []
        n_link = self.links.shape[0] if links else 0
        matrix = by_column(above(self.matrix, *held, *links)) if held or links else self.matrix
        lower, upper = self.lower.copy(), self.upper.copy()
        if not (self.sizes_matter or aim == "cost" or any(name == "cost" for name, _ in limits)):
            upper[self.at["v"]] = 0.0
        if choice is not None:
            for block in ("x", "v"):
                part = self.at[block]
                lower[part] = upper[part] = choice[part]
        return Program(
            matrix=matrix,
            cost=self.aims[aim],
            lower=lower,
            upper=upper,
            row_lower=np.concatenate([self.row_lower, np.full(len(limits) + n_link, -np.inf)]),
            row_upper=np.concatenate([self.row_upper, [value for _, value in limits], np.zeros(n_link)]),
            integer=self.integer,
        )

    def whole(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """The point with its whole variables rounded."""
        rounded = point.copy()
        rounded[self.integer] = np.round(point[self.integer])
        return rounded


def build_model(problem: PlanningProblem) -> PlanningModel:
    """Merge alike rows and lay out the program."""
    rows = served_rows(problem)
    n, n_group, n_row = problem.n_candidate, len(problem.quota_minimum), rows.reach.shape[0]
    alone = np.flatnonzero((rows.n_must > 0) & (rows.need > 0))
    n_size = len(problem.sizes.column)
    # Only rows that need places take some.
    taking = keep_entries(rows.reach, np.repeat(rows.need > 0, np.diff(rows.reach.indptr)))
    entries = taking.tocoo()
    parts = Parts(
        {
            "x": n,
            "v": n_size,
            "z": n_row,
            "s": n_group,
            "t": 1,
            "u": 1 + n_group,
            "m": len(alone),
            "f": entries.nnz,
        }
    )
    total = float(problem.weight.sum())
    allowed = (1.0 - problem.coverage_target_share) * total - rows.lost_weight
    owed = np.maximum(problem.quota_minimum - problem.existing_count, 0).astype(np.int64)
    wanted = _places_wanted(problem)
    _add_reach(parts, problem, rows, allowed=allowed)
    _add_counts(parts, problem, owed=owed, wanted=wanted)
    _add_flows(parts, problem, rows, entries, alone=alone)
    row_lower, row_upper = parts.sides()
    forced = np.zeros(n)
    forced[problem.forced] = 1.0
    offered = np.concatenate([np.zeros(0) if problem.capacity is None else problem.capacity.places_now])
    offered = np.concatenate([offered, problem.places.astype(float)])
    upper = {
        "x": problem.open_columns().astype(float),
        "v": problem.open_columns().astype(float)[problem.sizes.column],
        "z": 1.0,
        "s": owed,
        "t": max(float(rows.weight.sum()) - allowed, 0.0),
        "u": np.maximum(wanted, 0.0),
        "m": 1.0,
        "f": np.minimum(rows.need[entries.row], offered[entries.col]),
    }
    trip = (
        np.zeros(entries.nnz)
        if rows.trip is None
        else np.asarray(rows.trip[entries.row, entries.col]).ravel()
    )
    n_must = np.where(rows.need > 0, 0, rows.n_must)
    saving = problem.site_cost[problem.sizes.column] - problem.sizes.cost
    aims: dict[StageName, NDArray[np.float64]] = {
        "quota": parts.spread({"s": 1.0}),
        "must_serve": parts.spread({"z": n_must, "m": 1.0}),
        "coverage": parts.spread({"t": 1.0}),
        "places": parts.spread({"u": 1.0}),
        "sites": parts.spread({"x": 1.0}),
        "cost": parts.spread({"x": problem.site_cost, "v": -saving}),
        "covered": parts.spread({"z": rows.weight}),
        "trip": parts.spread({"f": trip}),
    }
    return PlanningModel(
        rows=rows,
        taking=taking,
        at=parts.at,
        matrix=parts.matrix(),
        row_lower=row_lower,
        row_upper=row_upper,
        lower=parts.spread({"x": forced}),
        upper=parts.spread(upper),
        integer=parts.spread({"x": 1.0, "v": 1.0, "m": 1.0}) > 0,
        aims=aims,
        owed=owed,
        scale={
            "quota": 1.0,
            "must_serve": 1.0,
            "coverage": max(total, 1.0),
            "places": max(float(wanted.max()), 1.0),
            "sites": 1.0,
            "cost": max(float(problem.site_cost.sum()), 1.0),
            "covered": max(total, 1.0),
            "trip": max(float(rows.need[entries.row] @ trip), 1.0) if entries.nnz else 1.0,
        },
        sizes_matter=problem.max_cost is not None,
        size_column=np.asarray(problem.sizes.column, dtype=np.int64),
        links=_links(parts, rows, entries, n_existing=rows.reach.shape[1] - n),
    )


def _links(parts: Parts, rows: ServedRows, entries: coo_array, *, n_existing: int) -> csr_array:
    new = np.flatnonzero(entries.col >= n_existing)
    if len(new) > MOST_LINKS:
        new = new[:0]
    row = np.arange(len(new))
    return csr_array(
        (
            np.concatenate([np.ones(len(new)), -rows.need[entries.row[new]]]),
            (
                np.concatenate([row, row]),
                np.concatenate(
                    [parts.at["f"].start + new, parts.at["x"].start + entries.col[new] - n_existing]
                ),
            ),
        ),
        shape=(len(new), parts.n_column),
    )


def _places_wanted(problem: PlanningProblem) -> NDArray[np.float64]:
    """(1 + n_group,) places that new sites should bring to the county and to each group."""
    required, now = problem.group_places_required, problem.group_places_now
    by_group = (
        np.zeros(len(problem.quota_minimum)) if required is None or now is None else required - now
    ).astype(float)
    return np.concatenate([[problem.places_required - problem.places_now], by_group])


def _add_reach(parts: Parts, problem: PlanningProblem, rows: ServedRows, *, allowed: float) -> None:
    n_existing = rows.reach.shape[1] - problem.n_candidate
    parts.add(
        {"x": csr_array(rows.reach[:, n_existing:]), "z": identity(len(rows.weight))},
        lower=1.0 - rows.in_reach_now,
        upper=np.inf,
    )
    # Weights and places are brought to ones of about 1,000, where HiGHS's tolerances are far below one person.
    heavy = _unit(rows.weight)
    parts.add(
        {"z": one_row(rows.weight * heavy), "t": one_row([-heavy])},
        lower=-np.inf,
        upper=allowed * heavy,
    )


def _add_counts(
    parts: Parts, problem: PlanningProblem, *, owed: NDArray[np.int64], wanted: NDArray[np.float64]
) -> None:
    n, n_group, sizes = problem.n_candidate, len(owed), problem.sizes
    grouped = np.flatnonzero(problem.group >= 0)
    member = csr_array(
        coo_array((np.ones(len(grouped)), (problem.group[grouped], grouped)), shape=(n_group, n))
    )
    parts.add({"x": member, "s": identity(n_group)}, lower=owed.astype(float), upper=np.inf)
    everywhere = above(one_row(np.ones(n)), member)
    roomy = _unit(problem.places)
    parts.add(
        {
            "x": csr_array(everywhere * (problem.places * roomy)),
            "v": csr_array(
                take_rows(everywhere.T.tocsr(), sizes.column).T
                * ((sizes.places - problem.places[sizes.column]) * roomy)
            ),
            "u": csr_array(identity(1 + n_group) * roomy),
        },
        lower=wanted * roomy,
        upper=np.inf,
    )
    parts.add(
        {"x": one_row(np.ones(n))}, lower=-np.inf, upper=n if problem.max_new is None else problem.max_new
    )
    if len(sizes.column):
        pick = csr_array(
            (np.ones(len(sizes.column)), (sizes.column, np.arange(len(sizes.column)))),
            shape=(n, len(sizes.column)),
        )
        parts.add({"x": csr_array(-identity(n)), "v": pick}, lower=-np.inf, upper=0.0)
    if problem.max_cost is not None:
        cheap = _unit(problem.site_cost)
        saving = sizes.cost - problem.site_cost[sizes.column]
        parts.add(
            {"x": one_row(problem.site_cost * cheap), "v": one_row(saving * cheap)},
            lower=-np.inf,
            upper=problem.max_cost * (1 + 1e-9) * cheap,
        )
    if problem.conflict:
        plots = [np.unique(columns) for columns in problem.conflict]
        row = np.repeat(np.arange(len(plots)), [len(one) for one in plots])
        clash = coo_array((np.ones(len(row)), (row, np.concatenate(plots))), shape=(len(plots), n))
        parts.add({"x": clash}, lower=-np.inf, upper=1.0)


def _add_flows(
    parts: Parts,
    problem: PlanningProblem,
    rows: ServedRows,
    entries: coo_array,
    *,
    alone: NDArray[np.int64],
) -> None:
    capacity, sizes = problem.capacity, problem.sizes
    if capacity is None:
        return
    n_row, n_supply, n_flow = len(rows.need), rows.reach.shape[1], entries.nnz
    n_existing = n_supply - problem.n_candidate
    needing = np.flatnonzero(rows.need > 0)
    by_row = csr_array((np.ones(n_flow), (entries.row, np.arange(n_flow))), shape=(n_row, n_flow))
    parts.add(
        {
            "z": take_rows(csr_array(diags_array(rows.need)), needing),
            "f": take_rows(by_row, needing),
        },
        lower=rows.need[needing],
        upper=np.inf,
    )
    by_supply = csr_array((np.ones(n_flow), (entries.col, np.arange(n_flow))), shape=(n_supply, n_flow))
    parts.add({"f": by_supply[:n_existing]}, lower=-np.inf, upper=capacity.places_now)
    smaller = csr_array(
        (
            problem.places[sizes.column] - sizes.places,
            (sizes.column, np.arange(len(sizes.column))),
        ),
        shape=(problem.n_candidate, len(sizes.column)),
    )
    parts.add(
        {
            "x": csr_array(diags_array(-problem.places.astype(float))),
            "v": smaller,
            "f": by_supply[n_existing:],
        },
        lower=-np.inf,
        upper=0.0,
    )
    if len(alone):
        must = np.isin(entries.row, alone) & (entries.col < n_existing)
        of_must = csr_array(
            (np.ones(int(must.sum())), (entries.col[must], np.flatnonzero(must))), shape=(n_existing, n_flow)
        )
        parts.add({"f": of_must}, lower=-np.inf, upper=np.minimum(capacity.spare_now, capacity.places_now))
        parts.add(
            {"z": take_rows(identity(n_row), alone), "m": csr_array(-identity(len(alone)))},
            lower=-np.inf,
            upper=0.0,
        )
        # What institutions have to spare is not enough for these, so one new site in reach is needed, not a share of it.
        spare = np.minimum(capacity.spare_now, capacity.places_now)
        too_few = np.flatnonzero((rows.reach[:, :n_existing] @ spare < rows.need - 1e-9)[alone])
        parts.add(
            {
                "x": take_rows(csr_array(rows.reach[:, n_existing:]), alone[too_few]),
                "m": take_rows(identity(len(alone)), too_few),
            },
            lower=np.ones(len(too_few)),
            upper=np.inf,
        )


def _unit(values: NDArray[np.float64]) -> float:
    largest = float(values.max(initial=0.0))
    return float(2.0 ** np.floor(10 - np.log2(largest))) if largest > 0 else 1.0
