"""How far the plan hangs on births, enrolment and the radius: one table, a row a variation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tuoyu_geo.choices.at_standard import walking, with_coverage_of
from tuoyu_geo.choices.words import ceil_share, floor_share
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.plan_rows import estate_places
from tuoyu_geo.siting import fewest_sites

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

    from tuoyu_geo.choices.measures import County
    from tuoyu_geo.reach import Reach
    from tuoyu_geo.siting import FewestSites, PlanningProblem

# The country's births fell by 15 % from 2021 (10.62 million) to 2023 (9.02 million); mirrored for the other side.
BIRTHS = (0.85, 1.15)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sensitivity(Spoken):
    """The fewest sites under each variation.

    Attributes
    ----------
    table
        A row a variation, the policy's own first: varied ("policy", "enrolment", "births", "radius"), births (children
        under 3, as a multiple of today's), enrolment (share of them who look for a place; NaN where the policy's places per
        1,000 residents are asked for instead), standard_m (walk in urban areas; NaN where the policy's own standard holds),
        places_required, n_sites, bound (proven: no fewer sites miss the rules by as little), places (existing ones
        included), places_short, covered_share (headline reading) and covered_share_bound, meets_target, quota_shortfall,
        n_unserved, status, site_ids.
    notes
        Sentences that must stand beside the table.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]

    def shown(self) -> pd.DataFrame:
        """The table in words, for people."""
        table = self.table
        columns = {
            "variation": [_words(row) for row in table.to_dict("records")],
            "places_required": [f"{one:,.0f}" for one in table["places_required"]],
            "fewest": [
                text("choices.fewest", n=n, bound=bound)
                for n, bound in zip(table["n_sites"], table["bound"], strict=True)
            ],
            "places": [f"{one:,.0f}" for one in table["places"]],
            "places_short": [f"{one:,.0f}" for one in table["places_short"]],
            "covered_share": [floor_share(one) for one in table["covered_share"]],
            "bound_share": [
                floor_share(one) if one == share else ceil_share(one)
                for one, share in zip(table["covered_share_bound"], table["covered_share"], strict=True)
            ],
            "quota_shortfall": table["quota_shortfall"],
            "n_unserved": table["n_unserved"],
            "status": [text(f"words.solver_status.{one}") for one in table["status"]],
        }
        return pd.DataFrame({text(f"choices.column_{name}"): column for name, column in columns.items()})

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        lines = "<br>".join(escape(note) for note in self.notes)
        return str(self.shown().to_html(index=False, escape=True)) + f"<p>{lines}</p>"


def plan_sensitivity(
    problem: "PlanningProblem",
    *,
    at_standard: "Callable[[Reach], PlanningProblem]",
    gaps: "gpd.GeoDataFrame",
    county: "County",
    births: Sequence[float],
    enrolment: Sequence[float],
    middle: float,
    standards_m: Sequence[float],
    time_limit_s: float,
    gap: float,
    seed: int,
) -> Sensitivity:
    """The fewest sites as the policy has it, and with one thing changed at a time.

    Parameters
    ----------
    problem
        The county as the policy has it.
    at_standard
        The planning problem with another reach, in the same rows.
    gaps
        Flags of today, which say what new estates need.
    county
        The layers.
    births
        Multiples of today's children under 3, each with the middle enrolment.
    enrolment
        Shares of children under 3 who look for a place; places are then asked for by children and no longer by residents.
    middle
        The middle enrolment.
    standards_m
        Walking standards of urban areas [m], closed; places are asked for as the policy has it.
    time_limit_s, gap, seed
        For all variations together, as for `siting.plan_sites`.
    """
    urban = county.demand.points["area_kind"].eq("urban").to_numpy(bool)
    cases: list[tuple[dict[str, object], PlanningProblem]] = [(_case("policy"), problem)]
    for share in enrolment:
        changed = _by_children(problem, births=1.0, enrolment=share, gaps=gaps, county=county)
        cases.append((_case("enrolment", enrolment=share), changed))
    for factor in births:
        changed = _by_children(problem, births=factor, enrolment=middle, gaps=gaps, county=county)
        cases.append((_case("births", births=factor, enrolment=middle), changed))
    for standard_m in standards_m:
        changed = with_coverage_of(problem, at_standard(walking(county.reach, standard_m, urban)))
        cases.append((_case("radius", standard_m=standard_m), changed))
    rows = []
    for case, changed in cases:
        found = fewest_sites(changed, time_limit_s=time_limit_s / len(cases), gap=gap, seed=seed)
        rows.append(case | _record(changed, found, county.ids))
    table = pd.DataFrame(rows)
    notes = [
        text("choices.sensitivity_rules", middle=middle, under3=_under3(county)),
        text("choices.sensitivity_births"),
        text("choices.sensitivity_radius"),
    ]
    if not table["status"].eq("optimal").all():
        notes.append(text("choices.not_proven", seconds=time_limit_s))
    return Sensitivity(table=table, notes=tuple(notes))


def _case(
    varied: str, *, births: float = 1.0, enrolment: float = np.nan, standard_m: float = np.nan
) -> dict[str, object]:
    return {"varied": varied, "births": births, "enrolment": enrolment, "standard_m": float(standard_m)}


def _record(problem: "PlanningProblem", found: "FewestSites", ids: "pd.Index[str]") -> dict[str, object]:
    figures = found.figures
    return {
        "places_required": problem.places_required,
        "n_sites": found.n_sites,
        "bound": found.bound,
        "places": figures.places,
        "places_short": found.places_short,
        "covered_share": figures.covered_share,
        "covered_share_bound": found.covered_share_bound,
        "meets_target": figures.covered_share >= problem.coverage_target_share - 1e-9,
        "quota_shortfall": sum(figures.quota_shortfall),
        "n_unserved": figures.n_unserved,
        "status": found.status,
        "site_ids": text("choices.comma").join(str(ids[j]) for j in found.selected),
    }


def _by_children(
    problem: "PlanningProblem",
    *,
    births: float,
    enrolment: float,
    gaps: "gpd.GeoDataFrame",
    county: "County",
) -> "PlanningProblem":
    """The problem with places asked for by children; new estates keep what they need of their own."""
    wanted = county.demand.points["under3"].to_numpy(float) * births * enrolment
    required = float(np.ceil(_under3(county) * births * enrolment - 1e-9))
    capacity = problem.capacity
    if capacity is not None and county.policy.coverage.headline.endswith("_places"):
        need: NDArray[np.float64] = capacity.need.astype(float)
        need[: len(wanted)] = np.maximum(wanted, estate_places(county.demand, gaps, policy=county.policy))
        capacity = replace(capacity, need=need)
    return replace(problem, places_required=required, capacity=capacity)


def _under3(county: "County") -> float:
    return float(county.demand.points["under3"].sum() + county.demand.unplaced["under3"].sum())


def _words(row: Mapping[str, object]) -> str:
    return text(
        f"choices.vary_{row['varied']}", **{name: row[name] for name in ("births", "enrolment", "standard_m")}
    )
