"""The next best plans, told apart in words, and what each site of the plan could be exchanged for."""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tuoyu_geo.choices.measures import Change
from tuoyu_geo.choices.words import floor_share
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.siting import differing_plans, recompute_plan, site_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tuoyu_geo.choices.measures import County
    from tuoyu_geo.siting import Alternative, PlanningProblem, PlanResult, SiteRole

CHANGES = tuple(one.name for one in fields(Change))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Alternatives(Spoken):
    """A plan and the next best ones that really differ from it and from each other.

    Attributes
    ----------
    plans
        A row a plan, the best first: plan (1 is the best), n_sites, cost_10k_yuan, places, covered_share, residents and
        under3 (within the standard of an institution), leaves and comes (candidate ids against the best), gained_under3,
        lost_under3, nearer_under3, nearer_m, farther_under3, farther_m (against the best, as `measures.Change`), words, status
        ("optimal": no plan that differs enough comes between this and the one before).
    sites
        A row a site of the best plan, index candidate_id: name, n_plans (of the plans above that have it), role
        ("essential": proven to be in every plan as good; "exchangeable"; "rearranged"; "forced"; "unknown"), leaves and
        comes (the exchange without it that covers most), lost_share (of all weight; negative where it covers more),
        lost_share_bound (proven: nothing of the kind gives up less), extra_cost_10k_yuan, the columns of `measures.Change`
        for that exchange, words.
    least_difference
        Sites by which each plan differs from every one before it, at least.
    notes
        Sentences that must stand beside the tables.
    """

    plans: pd.DataFrame
    sites: pd.DataFrame
    least_difference: int
    notes: tuple[str, ...]

    def shown(self, *, by: Literal["plan", "site"] = "plan") -> pd.DataFrame:
        """Either table in words, for people."""
        if by == "plan":
            frame = self.plans[["plan", "n_sites", "cost_10k_yuan", "places", "covered_share", "words"]]
            frame = frame.assign(
                covered_share=[floor_share(one) for one in frame["covered_share"]],
                status=[text(f"words.solver_status.{one}") for one in self.plans["status"]],
            )
        else:
            frame = self.sites.reset_index()[["candidate_id", "name", "n_plans", "words"]]
        return frame.rename(columns={name: text(f"choices.column_{name}") for name in frame.columns})

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        tables = [self.shown(by=by).to_html(index=False, escape=True) for by in ("plan", "site")]
        return "".join(tables) + "<p>" + "<br>".join(escape(note) for note in self.notes) + "</p>"


def plan_alternatives(
    problem: "PlanningProblem",
    best: "PlanResult",
    *,
    k: int,
    least_difference: int | None,
    county: "County",
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Alternatives:
    """The next best plans and the roles of the plan's sites.

    Parameters
    ----------
    problem, best
        The county, and its plan.
    k, least_difference
        As for `siting.differing_plans`.
    county
        The layers.
    time_limit_s, gap, seed
        For the plans and for the roles, each.
    """
    n_least = max(1, -(-len(best.selected) // 10)) if least_difference is None else least_difference
    plans = differing_plans(
        problem, best, k=k, least_difference=n_least, time_limit_s=time_limit_s, gap=gap, seed=seed
    )
    roles = site_roles(problem, best, time_limit_s=time_limit_s, gap=gap, seed=seed)
    table = pd.DataFrame([_plan_row(place, plan, plans[0], county) for place, plan in enumerate(plans)])
    notes = [text("choices.alternatives_rules", n=n_least)]
    if len(plans) <= k:
        notes.append(text("choices.alternatives_few", n=len(plans) - 1, k=k))
    if not table["status"].eq("optimal").all():
        notes.append(text("choices.alternatives_open"))
    notes += [text("choices.roles_rules"), text("choices.change_rules")]
    total = float(problem.weight.sum()) or 1.0
    sites = pd.DataFrame(
        [_site_row(role, plans, county, total) for role in roles],
        columns=["candidate_id", "name", "n_plans", "role", "leaves", "comes", "lost_share", "lost_share_bound",
                 "extra_cost_10k_yuan", *CHANGES, "words"],
    )  # fmt: skip
    return Alternatives(
        plans=table, sites=sites.set_index("candidate_id"), least_difference=n_least, notes=tuple(notes)
    )


def _plan_row(place: int, plan: "Alternative", best: "Alternative", county: "County") -> dict[str, object]:
    leaves = np.setdiff1d(best.selected, plan.selected)
    comes = np.setdiff1d(plan.selected, best.selected)
    residents, under3 = county.people_in_reach(plan.selected)
    of_best = county.people_in_reach(best.selected)
    change = county.change(best.selected, plan.selected)
    return {
        "plan": place + 1,
        "n_sites": len(plan.selected),
        "cost_10k_yuan": plan.figures.cost,
        "places": plan.figures.places,
        "covered_share": plan.figures.covered_share,
        "residents": residents,
        "under3": under3,
        "leaves": _listed(county, leaves),
        "comes": _listed(county, comes),
        **asdict(change),
        "words": text("choices.plan_best")
        if place == 0
        else text(
            "choices.plan_differs",
            leaves=_named(county, leaves),
            comes=_named(county, comes),
            gains=_gains(
                residents=residents - of_best[0],
                under3=under3 - of_best[1],
                places=plan.figures.places - best.figures.places,
                cost=plan.figures.cost - best.figures.cost,
            ),
            change=_change_words(change),
        ),
        "status": plan.status,
    }


def _site_row(
    role: "SiteRole", plans: "Sequence[Alternative]", county: "County", total: float
) -> dict[str, object]:
    j = role.column
    best = plans[0].selected
    change = county.change(best, np.union1d(np.setdiff1d(best, role.leaves), role.comes))
    key = f"choices.role_{role.role}"
    words = text(key)
    if role.role in {"exchangeable", "rearranged"}:
        leaves = np.setdiff1d(role.leaves, [j])
        words = text(
            key,
            comes=_named(county, role.comes),
            leaves=_named(county, leaves),
            points=0.0 - 100 * role.lost_weight / total,
            cost=0.0 + role.extra_cost,
            change=_change_words(change),
        )
    return {
        "candidate_id": county.ids[j],
        "name": county.candidates["name"].iloc[j],
        "n_plans": sum(j in plan.selected for plan in plans),
        "role": role.role,
        "leaves": _listed(county, role.leaves),
        "comes": _listed(county, role.comes),
        "lost_share": role.lost_weight / total,
        "lost_share_bound": role.lost_weight_bound / total,
        "extra_cost_10k_yuan": role.extra_cost,
        **asdict(change),
        "words": words,
    }


def _listed(county: "County", columns: "NDArray[np.int64]") -> str:
    return text("choices.comma").join(str(county.ids[int(j)]) for j in columns)


def _named(county: "County", columns: "NDArray[np.int64]") -> str:
    return text("choices.comma").join(county.names(columns)) or text("choices.none")


def _gains(*, residents: float, under3: float, places: float, cost: float) -> str:
    said = [
        text(f"choices.{name}_{'more' if value > 0 else 'less'}", value=abs(value))
        for name, value in (("residents", residents), ("under3", under3), ("places", places), ("cost", cost))
        if abs(value) > 1e-6
    ]
    return text("choices.comma").join(said) or text("choices.no_difference")


def _change_words(change: "Change") -> str:
    """What is gained and what is lost, for how many children and by how many metres."""
    gained = [
        *([text("choices.change_gained", n=change.gained_under3)] if change.gained_under3 >= 0.5 else []),
        *(
            [text("choices.change_nearer", n=change.nearer_under3, metres=change.nearer_m)]
            if change.nearer_under3 >= 0.5
            else []
        ),
    ]
    lost = [
        *([text("choices.change_lost", n=change.lost_under3)] if change.lost_under3 >= 0.5 else []),
        *(
            [text("choices.change_farther", n=change.farther_under3, metres=change.farther_m)]
            if change.farther_under3 >= 0.5
            else []
        ),
    ]
    join = text("choices.comma").join
    return text(
        "choices.change",
        gained=join(gained) or text("choices.none"),
        lost=join(lost) or text("choices.none"),
    )


def compare_plans(
    problem: "PlanningProblem", sites: "dict[str, NDArray[np.int64]]", *, county: "County"
) -> pd.DataFrame:
    """Plans side by side, every site at its full size: a row a measure, a column a plan.

    Parameters
    ----------
    problem
        The county.
    sites
        By name of the plan, its columns.
    county
        The layers.

    Returns
    -------
    Index measure: "n_sites", "cost_10k_yuan", "places", "residents" and "under3" (within the standard of an institution),
    "quota_shortfall", "covered_share <township name>" (of residents), and "only_here" (ids of sites that no other has).
    """
    columns = {}
    for name, selected in sites.items():
        others = [other for key, other in sites.items() if key != name]
        figures = recompute_plan(problem, selected)
        residents, under3 = county.people_in_reach(selected)
        only = np.setdiff1d(selected, np.concatenate([np.zeros(0, dtype=np.int64), *others]))
        towns = county.townships_with(selected, site_places=problem.places[selected])
        columns[name] = {
            "n_sites": len(selected),
            "cost_10k_yuan": figures.cost,
            "places": figures.places,
            "residents": residents,
            "under3": under3,
            "quota_shortfall": int(towns["shortfall"].sum()),
            **{f"covered_share {row.name}": row.covered_share for row in towns.itertuples(index=False)},
            "only_here": _listed(county, only),
        }
    return pd.DataFrame(columns, dtype=object).rename_axis("measure")
