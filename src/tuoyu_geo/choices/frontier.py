"""What it would take, as tables: coverage at each number of sites or sum of money, and at each standard."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.choices.at_standard import walking, with_coverage_of
from tuoyu_geo.choices.words import ceil_share, floor_share
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.siting import coverage_frontier, least_sites

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.policy import Policy
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import FrontierPoint, LeastSites, PlanningProblem

By = Literal["sites", "cost", "standard"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frontier(Spoken):
    """What it would take.

    Attributes
    ----------
    by
        "sites": the most coverage at each number of new sites; "cost": for each sum of money; "standard": the least
        number of new sites for the target at each walking standard.
    table
        A row a point. For "sites" and "cost": limit (most new sites, or 10,000 yuan), n_sites, cost_10k_yuan (of this
        plan; not the least for its coverage), n_cost_filled (sites whose cost nobody stated and the middle of the
        stated ones stands in), cost_filled_share (their share of the cost), covered_share, bound_share (proven: nothing
        covers more), gap, status, meets_target, quota_shortfall, n_unserved (new estates without a facility),
        places_short, site_ids.
        For "standard": scope, standard_m, target_share, is_reached, n_sites, bound (for the target, or for the largest
        share where it can't be reached), largest_share, largest_share_bound, status, site_ids.
    notes
        Sentences that must stand beside the table.
    """

    by: By
    table: pd.DataFrame
    notes: tuple[str, ...]

    def shown(self) -> pd.DataFrame:
        """The table in words, for people."""
        return shown_table(self.table, by=self.by)

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        lines = "<br>".join(escape(note) for note in self.notes)
        return str(self.shown().to_html(index=False, escape=True)) + f"<p>{lines}</p>"


def limit_frontier(
    problem: "PlanningProblem",
    *,
    by: Literal["sites", "cost"],
    candidates: "gpd.GeoDataFrame",
    target_share: float,
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Frontier:
    """The most coverage at each number of sites, or for each sum of money.

    Parameters
    ----------
    problem
        The county; columns in the order of the candidates.
    by
        What is limited.
    candidates
        Candidates as rated; a cost nobody stated is NaN here.
    target_share
        Share asked for by the policy.
    time_limit_s, gap, seed
        As for `siting.coverage_frontier`.
    """
    points = coverage_frontier(problem, by=by, time_limit_s=time_limit_s, gap=gap, seed=seed)
    filled = candidates["cost_10k_yuan"].isna().to_numpy()
    table = pd.DataFrame([_record(point, filled, candidates.index, target_share) for point in points])
    notes = [text("choices.frontier_rules"), text("choices.frontier_cost")]
    if filled.any():
        notes.append(text("choices.cost_filled", n=int(filled.sum()), total=len(filled)))
    if not all(point.status == "optimal" for point in points):
        notes.append(text("choices.not_proven", seconds=time_limit_s))
    return Frontier(by=by, table=table, notes=tuple(notes))


def _record(
    point: "FrontierPoint",
    filled: "NDArray[np.bool_]",
    ids: "pd.Index[str]",
    target_share: float,
) -> dict[str, object]:
    cost = point.site_cost
    unstated = filled[point.selected]
    spent = float(cost.sum())
    return {
        "limit": point.limit,
        "n_sites": point.n_sites,
        "cost_10k_yuan": point.cost,
        "n_cost_filled": int(unstated.sum()),
        "cost_filled_share": float(cost[unstated].sum()) / spent if spent else 0.0,
        "covered_share": point.covered_share,
        "bound_share": point.bound_share,
        "gap": point.gap,
        "status": point.status,
        "meets_target": point.covered_share >= target_share - 1e-9,
        "quota_shortfall": point.quota_shortfall,
        "n_unserved": point.n_unserved,
        "places_short": point.places_short,
        "site_ids": text("choices.comma").join(str(ids[j]) for j in point.selected),
    }


def standard_frontier(
    problem: "PlanningProblem",
    *,
    at_standard: "Callable[[Reach], PlanningProblem]",
    reach: "Reach",
    area_kind: "NDArray[np.object_]",
    policy: "Policy",
    ids: "pd.Index[str]",
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Frontier:
    """The least number of new sites for the target at each walking standard that the policy compares.

    Parameters
    ----------
    problem
        The county; its quotas and new estates stay as they are at every standard.
    at_standard
        The planning problem with another reach, in the same rows.
    reach
        As the policy has it.
    area_kind
        (n_demand,) "urban" or "rural".
    policy
        Its compare_m are the standards.
    ids
        Candidates' ids, by column.
    time_limit_s, gap, seed
        For all points together, as for `siting.least_sites`.
    """
    scopes = {"urban": area_kind == "urban", "all": np.ones(len(area_kind), dtype=bool)}
    cases = [
        (scope, rows, standard_m)
        for scope, rows in scopes.items()
        for standard_m in policy.coverage.compare_m
    ]
    rows_out = []
    for scope, rows, standard_m in cases:
        changed = with_coverage_of(problem, at_standard(walking(reach, standard_m, rows)))
        least = least_sites(
            changed,
            policy.coverage.target_share,
            time_limit_s=time_limit_s / len(cases),
            gap=gap,
            seed=seed,
        )
        rows_out.append({"scope": scope, "standard_m": float(standard_m)} | _least_record(least, ids))
    table = pd.DataFrame(rows_out)
    notes = [text("choices.standard_rules"), text("choices.standard_scopes")]
    if not table["is_reached"].all():
        by_area = policy.coverage.headline == "built_up"
        notes.append(text("choices.standard_unreached") if by_area else text("choices.standard_unplaced"))
    if not table["status"].eq("optimal").all():
        notes.append(text("choices.not_proven", seconds=time_limit_s))
    return Frontier(by="standard", table=table, notes=tuple(notes))


def _least_record(least: "LeastSites", ids: "pd.Index[str]") -> dict[str, object]:
    return {
        "target_share": least.target_share,
        "is_reached": least.is_reached,
        "n_sites": least.n_sites,
        "bound": least.bound,
        "largest_share": least.largest_share,
        "largest_share_bound": least.largest_share_bound,
        "status": least.status,
        "site_ids": text("choices.comma").join(str(ids[j]) for j in least.selected),
    }


def shown_table(table: pd.DataFrame, *, by: By) -> pd.DataFrame:
    """A frontier's table in words and percentages, shares rounded against the reader's hopes."""
    return pd.DataFrame({text(f"choices.column_{name}"): column for name, column in _shown(table, by)})


def _shown(table: pd.DataFrame, by: By) -> Iterator[tuple[str, list[str]]]:
    def whole(name: str) -> list[str]:
        return [f"{value:,.0f}" for value in table[name]]

    status = [text(f"words.solver_status.{one}") for one in table["status"]]
    if by == "standard":
        yield "scope", [text(f"choices.scope_{one}") for one in table["scope"]]
        yield "standard_m", whole("standard_m")
        yield "least", [_least_words(row) for row in table.itertuples()]
        yield "status", status
        return
    yield f"limit_{by}", [f"{value:,.0f}" if by == "sites" else f"{value:,.1f}" for value in table["limit"]]
    yield "n_sites", whole("n_sites")
    yield "covered_share", [floor_share(one) for one in table["covered_share"]]
    yield (
        "bound_share",
        [
            # A bound that the plan reaches prints as the plan does; any other rounds up, so that it holds as printed.
            floor_share(row.covered_share) if row.gap == 0 else ceil_share(row.bound_share)
            for row in table.itertuples()
        ],
    )
    yield "status", status
    yield "cost_10k_yuan", [f"{value:,.1f}" for value in table["cost_10k_yuan"]]
    if table["n_cost_filled"].any():
        yield "cost_filled_share", [f"{value:.0%}" for value in table["cost_filled_share"]]
    yield "quota_shortfall", whole("quota_shortfall")
    yield "n_unserved", whole("n_unserved")
    yield "places_short", whole("places_short")


def _least_words(row: Any) -> str:  # noqa: ANN401  (a named tuple of pandas)
    if row.is_reached:
        return text("choices.least_reached", n=row.n_sites, bound=row.bound)
    most = max(row.largest_share, row.largest_share_bound)
    key = "choices.least_missed" if most < row.target_share else "choices.least_unknown"
    return text(key, share=floor_share(row.largest_share), n=row.n_sites, most=ceil_share(most))
