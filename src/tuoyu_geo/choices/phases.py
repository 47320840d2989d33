"""Phases as tables: what each builds, what then stands, and what nesting costs against each phase's own best."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.choices.words import ceil_share, floor_share
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.siting import PhaseLimit, Sizes, plan_phases, site_costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuoyu_geo.choices.measures import County
    from tuoyu_geo.config import PhaseSection
    from tuoyu_geo.siting import PhasedPlan, PlanningProblem, PlanResult

COLUMNS = {
    "site": ("phase", "candidate_id", "name", "township", "places", "cost_10k_yuan"),
    "township": (
        "phase",
        "name",
        "quota",
        "existing",
        "proposed",
        "shortfall",
        "places",
        "residents",
        "covered_share",
    ),
}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Phases(Spoken):
    """A plan in phases.

    Attributes
    ----------
    table
        A row a phase, in order: phase, year, n_new, n_sites (by then), cost_10k_yuan (by then), places (existing ones
        included), places_short, covered_share, alone_share (what this phase's own best plan covers if no other phase
        counted), alone_bound_share (proven: nothing covers more), lost_share (at most, by nesting), quota_shortfall,
        alone_quota_shortfall, n_unserved, alone_n_unserved.
    sites
        A row a site: index candidate_id; phase, name, township_id, places, cost_10k_yuan; in the order in which to open.
    townships
        A row a phase and township: phase, township_id, name, quota, existing, proposed, shortfall, places, residents,
        covered_share.
    status
        "optimal" when the nesting and every phase's own best are proven.
    worst_loss_share, worst_loss_bound
        The largest loss of any phase, and the proven least of all nested plans that keep the rules as well.
    notes
        Sentences that must stand beside the tables.
    """

    table: pd.DataFrame
    sites: pd.DataFrame
    townships: pd.DataFrame
    status: str
    worst_loss_share: float
    worst_loss_bound: float
    notes: tuple[str, ...]

    def shown(self, *, by: Literal["phase", "site", "township"] = "phase") -> pd.DataFrame:
        """One of the tables in words, for people."""
        if by != "phase":
            names = self.townships.drop_duplicates("township_id").set_index("township_id")["name"]
            frame = (
                self.sites.reset_index().assign(township=self.sites["township_id"].map(names).to_numpy())
                if by == "site"
                else self.townships.assign(
                    covered_share=[
                        "" if np.isnan(one) else floor_share(one) for one in self.townships["covered_share"]
                    ]
                )
            )
            return pd.DataFrame({text(f"choices.column_{name}"): frame[name] for name in COLUMNS[by]})
        table = self.table
        return pd.DataFrame(
            {
                text("choices.column_phase"): table["phase"],
                text("choices.column_year"): ["" if year is None else str(year) for year in table["year"]],
                text("choices.column_n_new"): table["n_new"],
                text("choices.column_n_sites_then"): table["n_sites"],
                text("choices.column_cost_then"): [f"{one:,.1f}" for one in table["cost_10k_yuan"]],
                text("choices.column_places"): [f"{one:,.0f}" for one in table["places"]],
                text("choices.column_covered_share"): [floor_share(one) for one in table["covered_share"]],
                text("choices.column_alone_share"): [ceil_share(one) for one in table["alone_bound_share"]],
                text("choices.column_lost_share"): [
                    text("choices.points", points=100 * one) for one in table["lost_share"]
                ],
                text("choices.column_quota_shortfall"): table["quota_shortfall"],
                text("choices.column_n_unserved"): table["n_unserved"],
            }
        )

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        lines = "<br>".join(escape(note) for note in self.notes)
        return str(self.shown().to_html(index=False, escape=True)) + f"<p>{lines}</p>"


def phase_plan(
    problem: "PlanningProblem",
    best: "PlanResult",
    *,
    sections: "Sequence[PhaseSection]",
    county: "County",
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Phases:
    """The plan in phases; where no phases are set, the first half of its sites and the rest.

    Parameters
    ----------
    problem, best
        The county, and its plan: the phases build its sites where their numbers and money allow all of them, else
        whichever sites are best within the limits.
    sections
        `[[siting.phases]]`.
    county
        The layers.
    time_limit_s, gap, seed
        As for `siting.plan_phases`.
    """
    notes = [text("choices.phases_rules")]
    names, years, limits = _limits(sections, n_sites=len(best.selected))
    if not sections:
        notes.append(text("choices.phases_halves"))
    last = limits[-1]
    holds_all = (last.most_new is None or last.most_new >= len(best.selected)) and (
        last.most_cost is None or last.most_cost >= best.cost - 1e-9
    )
    if not holds_all:
        notes.append(text("choices.phases_short", n=len(best.selected), cost=best.cost))
    open_year = county.candidates["open_year"].to_numpy(float)
    first = np.zeros(len(open_year), dtype=np.int64)
    for year in years:
        if year is not None:
            first += (np.nan_to_num(open_year, nan=-np.inf) > year).astype(np.int64)
    late = int((first[best.selected] == len(limits)).sum())
    if late:
        notes.append(text("choices.phases_late", n=late))
    places, cost = problem.places.astype(float), problem.site_cost.astype(float)
    places[best.selected], cost[best.selected] = best.site_places, site_costs(problem, best)
    problem = replace(problem, places=places, site_cost=cost, sizes=Sizes())
    phased = plan_phases(
        problem,
        limits,
        within=best.selected if holds_all else None,
        first_phase=first,
        time_limit_s=time_limit_s,
        gap=gap,
        seed=seed,
    )
    if phased.status != "optimal":
        notes.append(text("choices.not_proven", seconds=time_limit_s))
    return _as_tables(problem, best, phased, names=names, years=years, county=county, notes=notes)


def _limits(
    sections: "Sequence[PhaseSection]", *, n_sites: int
) -> tuple[list[str], list[int | None], list[PhaseLimit]]:
    if not sections:
        half = PhaseLimit(most_new=-(-n_sites // 2), most_cost=None)
        rest = PhaseLimit(most_new=n_sites, most_cost=None)
        return [text("choices.phase_near"), text("choices.phase_far")], [None, None], [half, rest]
    most_new: int | None = 0
    most_cost: float | None = 0.0
    limits = []
    for one in sections:
        # What a phase leaves over, the next may use; a phase without a number leaves it open from there on.
        most_new = None if most_new is None or one.new_sites is None else most_new + one.new_sites
        most_cost = None if most_cost is None or one.cost_10k_yuan is None else most_cost + one.cost_10k_yuan
        limits.append(PhaseLimit(most_new=most_new, most_cost=most_cost))
    return [one.name for one in sections], [one.year for one in sections], limits


def _as_tables(
    problem: "PlanningProblem",
    best: "PlanResult",
    phased: "PhasedPlan",
    *,
    names: list[str],
    years: list[int | None],
    county: "County",
    notes: list[str],
) -> Phases:
    total = float(problem.weight.sum()) or 1.0
    rank = {int(j): place for place, j in enumerate(best.order)}
    rows, sites, townships = [], [], []
    for name, year, phase in zip(names, years, phased.phases, strict=True):
        rows.append(
            {
                "phase": name,
                "year": year,
                "n_new": len(phase.added),
                "n_sites": len(phase.selected),
                "cost_10k_yuan": phase.figures.cost,
                "places": phase.figures.places,
                "places_short": max(problem.places_required - phase.figures.places, 0.0),
                "covered_share": phase.figures.covered_share,
                "alone_share": phase.alone.covered_share,
                "alone_bound_share": phase.alone_bound_weight / total,
                "lost_share": max(phase.lost_weight, 0.0) / total,
                "quota_shortfall": sum(phase.figures.quota_shortfall),
                "alone_quota_shortfall": sum(phase.alone.quota_shortfall),
                "n_unserved": phase.figures.n_unserved,
                "alone_n_unserved": phase.alone.n_unserved,
            }
        )
        for j in sorted((int(one) for one in phase.added), key=lambda one: (rank.get(one, len(rank)), one)):
            candidate = county.candidates.iloc[j]
            sites.append(
                {
                    "candidate_id": county.ids[j],
                    "phase": name,
                    "name": candidate["name"],
                    "township_id": candidate["township_id"],
                    "places": float(problem.places[j]),
                    "cost_10k_yuan": float(problem.site_cost[j]),
                }
            )
        then = county.townships_with(phase.selected, site_places=problem.places[phase.selected])
        townships.append(then.rename_axis("township_id").reset_index().assign(phase=name))
    columns = ["candidate_id", "phase", "name", "township_id", "places", "cost_10k_yuan"]
    return Phases(
        table=pd.DataFrame(rows).astype({"year": object}),
        sites=pd.DataFrame(sites, columns=columns).set_index("candidate_id"),
        townships=pd.concat(townships, ignore_index=True),
        status=phased.status,
        worst_loss_share=phased.worst_loss_share,
        worst_loss_bound=phased.worst_loss_bound,
        notes=tuple(notes),
    )
