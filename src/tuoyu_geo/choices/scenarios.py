"""Futures of demand: the plan of least regret beside the plan for the middle, and what the difference costs."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.choices.words import ceil_share, floor_share
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.siting import least_regret, recompute_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tuoyu_geo.choices.measures import County
    from tuoyu_geo.config import ScenarioSection
    from tuoyu_geo.siting import PlanFigures, PlanningProblem


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Robust(Spoken):
    """The plan that is best in the middle scenario beside the one that regrets least in the worst.

    Attributes
    ----------
    table
        A row a scenario, the middle one first: scenario, births, births_rural, enrolment, new_estates, under3 (children
        then), seeking (of them, who look for a place), places_middle and places_robust, best_share (what the best plan
        for this scenario alone covers of its children under 3; its proven bound where that is higher), middle_share and
        robust_share, middle_regret and robust_regret (shares; upper bounds where `status` is not "optimal").
    sites
        A row a site of either plan, index candidate_id: name, in_middle, in_robust.
    middle_sites, robust_sites
        Candidate ids.
    worst_regret_share, worst_regret_bound
        Of the robust plan, and the proven least of all plans of as many sites that keep the rules as well.
    status
        "optimal" when everything is proven.
    notes
        Sentences: what is assumed, which sites differ, what the difference costs.
    """

    table: pd.DataFrame
    sites: pd.DataFrame
    middle_sites: tuple[str, ...]
    robust_sites: tuple[str, ...]
    worst_regret_share: float
    worst_regret_bound: float
    status: str
    notes: tuple[str, ...]

    def shown(self, *, by: Literal["scenario", "site"] = "scenario") -> pd.DataFrame:
        """Either table in words, for people."""
        if by == "site":
            frame = self.sites.reset_index().astype(object)
            for name in ("in_middle", "in_robust"):
                frame[name] = [text("choices.taken") if taken else "" for taken in self.sites[name]]
        else:
            table = self.table
            frame = pd.DataFrame(
                {
                    "scenario": table["scenario"],
                    "under3": [f"{one:,.0f}" for one in table["under3"]],
                    "seeking": [f"{one:,.0f}" for one in table["seeking"]],
                    "best_share": [ceil_share(one) for one in table["best_share"]],
                    "middle_share": [floor_share(one) for one in table["middle_share"]],
                    "robust_share": [floor_share(one) for one in table["robust_share"]],
                    **{
                        name: [text("choices.points_fine", points=100 * one) for one in table[name]]
                        for name in ("middle_regret", "robust_regret")
                    },
                }
            )
        return frame.rename(columns={name: text(f"choices.column_{name}") for name in frame.columns})

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        lines = "<br>".join(escape(note) for note in self.notes)
        return str(self.shown().to_html(index=False, escape=True)) + f"<p>{lines}</p>"


def assumed_scenarios() -> "tuple[ScenarioSection, ...]":
    """Six futures where a project names none: low, middle and high, with new estates and without.

    Births: the country's fell by 15 % from 2021 (10.62 million) to 2023 (9.02 million), taken as low and mirrored as high.
    Enrolment: 10 % of families (Ru Yu 2024), 24.95 % (Hong Xiuming et al. 2021), 35 % (of families who say they want it).
    Assumptions, not forecasts for a county.
    """
    from tuoyu_geo.config import ScenarioSection  # noqa: PLC0415

    levels = (("middle", 1.0, 0.2495), ("low", 0.85, 0.10), ("high", 1.15, 0.35))
    return tuple(
        ScenarioSection(
            name=text(f"choices.scenario_{level}_{'estates' if comes else 'today'}"),
            births=births,
            enrolment=enrolment,
            new_estates=comes,
        )
        for comes in (False, True)
        for level, births, enrolment in levels
    )


def robust_plan(
    problem: "PlanningProblem",
    *,
    n_sites: int,
    sections: "Sequence[ScenarioSection]",
    county: "County",
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Robust:
    """The plan of least regret over the scenarios.

    Parameters
    ----------
    problem
        The county with children under 3 as weight: rows of demand points first, then people whose place is not known.
    n_sites
        Most new sites, in every scenario.
    sections
        `[[siting.scenarios]]`, the middle one first; empty for `assumed_scenarios`.
    county
        The layers.
    time_limit_s, gap, seed
        As for `siting.least_regret`.
    """
    used = tuple(sections) or assumed_scenarios()
    children = [children_then(county, one) for one in used]
    problems = [
        _in_scenario(problem, now, births=one.births, n_sites=n_sites)
        for one, now in zip(used, children, strict=True)
    ]
    told = least_regret(problems, time_limit_s=time_limit_s, gap=gap, seed=seed)
    plans = {"middle": told.middle, "robust": told.robust}
    figures = {name: recompute_plan(problem, selected) for name, selected in plans.items()}
    rows = []
    for k, one in enumerate(used):
        under3 = float(problems[k].weight.sum())
        rows.append(
            {
                "scenario": one.name,
                "births": one.births,
                "births_rural": one.births if one.births_rural is None else one.births_rural,
                "enrolment": one.enrolment,
                "new_estates": one.new_estates,
                "under3": under3,
                "seeking": under3 * one.enrolment,
                **{f"places_{name}": figures[name].places for name in plans},
                "best_share": told.best_bound_weight[k] / under3 if under3 else 1.0,
                "middle_share": told.of_middle[k].figures.covered_share,
                "robust_share": told.of_robust[k].figures.covered_share,
                "middle_regret": told.of_middle[k].regret_share,
                "robust_regret": told.of_robust[k].regret_share,
            }
        )
    table = pd.DataFrame(rows)
    notes = [text("choices.robust_rules", n=n_sites)]
    if not sections:
        notes.append(text("choices.robust_assumed"))
    if len({(one.births, one.births_rural) for one in used}) > 1 and all(
        one.births_rural in {None, one.births} for one in used
    ):
        notes.append(text("choices.robust_uniform"))
    notes.append(_difference(told.middle, told.robust, table, figures=figures, county=county))
    if told.status != "optimal":
        notes.append(text("choices.robust_open"))
    either = np.union1d(told.middle, told.robust)
    return Robust(
        table=table,
        sites=pd.DataFrame(
            {
                "name": county.names(either),
                "in_middle": np.isin(either, told.middle),
                "in_robust": np.isin(either, told.robust),
            },
            index=pd.Index([county.ids[int(j)] for j in either], name="candidate_id", dtype=object),
        ),
        middle_sites=tuple(str(county.ids[j]) for j in told.middle),
        robust_sites=tuple(str(county.ids[j]) for j in told.robust),
        worst_regret_share=told.worst_regret_share,
        worst_regret_bound=told.worst_regret_bound,
        status=told.status,
        notes=tuple(notes),
    )


def children_then(county: "County", scenario: "ScenarioSection") -> "NDArray[np.float64]":
    """``(n_demand,)`` children under 3 at each demand point in a scenario.

    New estates that come bring their planned residents, beyond those who live there now, with the county's share of
    children under 3.
    """
    points, unplaced = county.demand.points, county.demand.unplaced
    under3 = points["under3"].to_numpy(float)
    if scenario.new_estates:
        residents = points["residents"].to_numpy(float)
        everybody = residents.sum() + unplaced["residents"].sum()
        share = (under3.sum() + unplaced["under3"].sum()) / everybody if everybody else 0.0
        planned = points["planned_residents"].to_numpy(float)
        coming = np.where(points["status"] == "built", 0.0, np.nan_to_num(planned - residents, nan=0.0))
        under3 = under3 + share * np.maximum(coming, 0.0)
    rural = scenario.births if scenario.births_rural is None else scenario.births_rural
    return np.asarray(under3 * np.where(points["area_kind"] == "rural", rural, scenario.births))


def _in_scenario(
    problem: "PlanningProblem", children: "NDArray[np.float64]", *, births: float, n_sites: int
) -> "PlanningProblem":
    n = len(children)
    weight = problem.weight * births
    weight[:n] = children
    return replace(problem, weight=weight, max_new=n_sites)


def _difference(
    middle: "NDArray[np.int64]",
    robust: "NDArray[np.int64]",
    table: pd.DataFrame,
    *,
    figures: "dict[str, PlanFigures]",
    county: "County",
) -> str:
    if np.array_equal(middle, robust):
        return text("choices.robust_same", points=100 * table["robust_regret"].max())
    join = text("choices.comma").join
    first = table.iloc[0]
    return text(
        "choices.robust_differs",
        leaves=join(county.names(np.setdiff1d(middle, robust))) or text("choices.none"),
        comes=join(county.names(np.setdiff1d(robust, middle))) or text("choices.none"),
        cost=figures["robust"].cost - figures["middle"].cost,
        lost=100 * (first["middle_share"] - first["robust_share"]),
        worst_middle=100 * table["middle_regret"].max(),
        worst_robust=100 * table["robust_regret"].max(),
    )
