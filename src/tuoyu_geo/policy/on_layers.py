"""Clauses judged row by row from the layers: what stands, what is chosen, and what neither tells."""

from typing import TYPE_CHECKING

import numpy as np

from tuoyu_geo.messages import text
from tuoyu_geo.policy.evidence import SLACK, Evidence, Standing, Verdict, by_places, flagged, places_of
from tuoyu_geo.policy.model import Policy
from tuoyu_geo.policy.rules import ClauseRule

if TYPE_CHECKING:
    import pandas as pd


def _missing(untold: str, *, n: int, of: "pd.DataFrame", empty: str) -> str:
    """Which data is missing: the whole layer, in the words of `empty`; what `n` of its rows don't tell; or nothing."""
    if not len(of):
        return text(empty)
    return text(untold, n=n) if n else ""


def new_estate(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    """New estates of the policy's size all have a facility of their own or one in reach with places to spare."""
    rule, evidence = policy.estates, standing.evidence
    target = text("policy.new_target", residents=rule.minimum_residents)
    note = text(
        "policy.new_note",
        per_1000=rule.places_per_1000,
        source=rule.places_source,
        verified="" if rule.places_verified else text("policy.unverified"),
    )
    observed = text(
        "policy.new_observed",
        n=standing.n_new,
        residents=rule.minimum_residents,
        missing=standing.n_new_missing,
        shared=standing.n_new_shared,
    )
    estates = evidence.demand[evidence.demand["kind"].eq("estate")]
    # A planned estate of which nobody says how many will live there may be one of a thousand.
    unknown = estates[
        estates["status"].ne("built") & estates["planned_residents"].isna() & estates["residents"].le(0)
    ]
    return by_places(
        observed=observed,
        target=target,
        note=note,
        wrong=flagged(evidence, "new_missing"),
        untold=places_of(unknown),
        missing=_missing("policy.new_unknown", n=len(unknown), of=estates, empty="policy.no_estates"),
    )


def existing_estate(_: ClauseRule, __: Policy, standing: Standing) -> Verdict:
    """Built estates all have a facility of their own or one in reach."""
    observed = text("policy.built_observed", n=standing.n_built, missing=standing.n_built_missing)
    target = text("policy.built_target")
    any_estate = standing.evidence.demand["kind"].eq("estate").any()
    return by_places(
        observed=observed,
        target=target,
        wrong=flagged(standing.evidence, "built_missing"),
        untold=(),
        missing="" if any_estate else text("policy.no_estates"),
    )


def old_estate(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Old estates all have a facility of their own or one in reach."""
    demand = standing.evidence.demand
    built = demand[demand["kind"].eq("estate") & demand["status"].eq("built")]
    year = built["completed_on"].dt.year.fillna(built["built_year"])
    old = built[year.le(rule.built_until)]
    undated = built[year.isna()]
    bare = old[~old["covered"].astype(bool) & ~old["has_facility"].eq(True)]
    observed = text("policy.old_observed", year=rule.built_until, n=len(old), missing=len(bare))
    target = text("policy.old_target", year=rule.built_until)
    return by_places(
        observed=observed,
        target=target,
        wrong=places_of(bare),
        untold=places_of(undated),
        missing=_missing("policy.old_undated", n=len(undated), of=built, empty="policy.no_estates"),
    )


def standards(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    """Chosen sites lie on a floor that is allowed and have the floor area that their places need."""
    chosen = standing.evidence.selected
    floors, area = policy.candidates, policy.places.area_per_place_m2
    verified = floors.floor_verified and policy.places.area_verified
    target = text(
        "policy.standards_target",
        low=floors.lowest_floor,
        high=floors.highest_floor,
        area=area,
        verified="" if verified else text("policy.unverified"),
    )
    if not len(chosen):
        return Verdict(
            status="not_judgeable",
            observed=text("policy.standards_none"),
            target=target,
            missing=text("policy.standards_institutions"),
        )
    needs_floor = chosen["kind"].ne("land")
    wrong = (chosen["floor"].lt(floors.lowest_floor) | chosen["floor"].gt(floors.highest_floor)) | (
        chosen["area_m2"] < chosen["places"] * area - 1e-6
    )
    unknown = ~wrong & ((needs_floor & chosen["floor"].isna()) | chosen["area_m2"].isna())
    observed = text(
        "policy.standards_observed", n=len(chosen), wrong=int(wrong.sum()), unknown=int(unknown.sum())
    )
    return by_places(
        observed=observed,
        target=target,
        wrong=places_of(chosen[wrong]),
        untold=places_of(chosen[unknown]),
        missing=text("policy.standards_missing", n=int(unknown.sum())) if unknown.any() else "",
    )


def co_location(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Community institutions, and community centres chosen as sites."""
    return _counted(rule, standing, institutions=("community",), candidates=("community_centre",))


def workplace(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Institutions of employers, and industrial parks and workplaces chosen as sites."""
    return _counted(rule, standing, institutions=("workplace",), candidates=("workplace", "industrial_park"))


def kindergarten(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Kindergartens with classes for children under 3, and those chosen as sites."""
    return _counted(rule, standing, institutions=("kindergarten_class",), candidates=("kindergarten",))


def rural(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Community institutions and chosen community centres in rural townships."""
    townships = standing.evidence.townships
    inside = set(townships.index[townships["area_kind"].eq("rural")])
    return _counted(
        rule,
        standing,
        institutions=("community",),
        candidates=("community_centre",),
        inside=inside,
    )


def _counted(
    rule: ClauseRule,
    standing: Standing,
    *,
    institutions: tuple[str, ...],
    candidates: tuple[str, ...],
    inside: set[str] | None = None,
) -> Verdict:
    """At least so many of a kind; not judgeable where no layer knows the kind at all."""
    import pandas as pd  # noqa: PLC0415  (slow to import)

    evidence = standing.evidence
    known_here = evidence.institutions[evidence.institutions["kind"].isin(institutions)]
    possible = evidence.candidates[evidence.candidates["kind"].isin(candidates)]
    if inside is not None:
        known_here = known_here[known_here["township_id"].isin(inside)]
        possible = possible[possible["township_id"].isin(inside)]
    have = pd.concat(
        [
            frame[["name", "township_id"]]
            for frame in (
                _of_operator(known_here[known_here["counted"].astype(bool)], rule),
                _of_operator(possible[possible["selected"].astype(bool)], rule),
            )
        ]
    )
    target = text("policy.counted_target", n=rule.minimum)
    observed = text(f"policy.counted_{rule.judge}", n=len(have), possible=len(possible))
    places = places_of(have)
    if len(have) >= rule.minimum:
        return Verdict(status="met", observed=observed, target=target, places=places)
    if rule.operator and not _operators_known(evidence):
        missing = text("policy.operator_missing", operator=rule.operator)
    elif not len(known_here) and not len(possible):
        missing = rule.needs or text(f"policy.counted_missing_{rule.judge}")
    else:
        return Verdict(status="not_met", observed=observed, target=target, places=places)
    return Verdict(status="not_judgeable", observed=observed, target=target, missing=missing, places=places)


def _of_operator(frame: "pd.DataFrame", rule: ClauseRule) -> "pd.DataFrame":
    if not rule.operator:
        return frame
    mine = [isinstance(one, str) and rule.operator in one for one in frame["operator"]]
    return frame[np.array(mine, dtype=bool)]


def _operators_known(evidence: Evidence) -> bool:
    return bool(
        evidence.institutions["operator"].notna().any() or evidence.candidates["operator"].notna().any()
    )


def demonstration(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """At least so many demonstration institutions, of the operator that the document names."""
    import pandas as pd  # noqa: PLC0415  (slow to import)

    evidence = standing.evidence
    shown = [
        _of_operator(frame[frame["demonstration"].eq(True)], rule)[["name", "township_id"]]
        for frame in (evidence.counted, evidence.selected)
    ]
    have = pd.concat(shown)
    target = text("policy.counted_target", n=rule.minimum)
    observed = text("policy.counted_demonstration", n=len(have), operator=rule.operator)
    if len(have) >= rule.minimum:
        return Verdict(status="met", observed=observed, target=target, places=places_of(have))
    known = (
        evidence.institutions["demonstration"].notna().any()
        or evidence.candidates["demonstration"].notna().any()
    ) and (not rule.operator or _operators_known(evidence))
    if not known:
        return Verdict(
            status="not_judgeable",
            observed=text("policy.not_entered"),
            target=target,
            missing=rule.needs or text("policy.demonstration_missing"),
        )
    return Verdict(status="not_met", observed=observed, target=target, places=places_of(have))


def guidance(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Villages out of reach have a guide: the list is ours, whether they have one the planner enters."""
    places = flagged(standing.evidence, "village_guidance")
    share = 1.0 if rule.target is None else rule.target
    target = text("policy.guidance_target", share=share)
    observed = text("policy.guidance_observed", n=len(places))
    if not standing.evidence.demand["kind"].eq("village").any():
        return Verdict(
            status="not_judgeable", observed=observed, target=target, missing=text("policy.no_villages")
        )
    if not places:
        return Verdict(status="met", observed=observed, target=target)
    if rule.observed is None:
        return Verdict(
            status="not_judgeable",
            observed=observed,
            target=target,
            missing=rule.needs or text("policy.guidance_missing"),
            places=places,
        )
    return Verdict(
        status="met" if rule.observed >= share - SLACK else "not_met",
        observed=observed + text("policy.guidance_entered", share=rule.observed),
        target=target,
        places=places,
    )


def registration(_: ClauseRule, __: Policy, standing: Standing) -> Verdict:
    """Every institution that runs is registered."""
    institutions = standing.evidence.institutions
    state = institutions["registration"]
    without, unknown = institutions[state.eq("unregistered")], institutions[state.eq("unknown")]
    observed = text(
        "policy.registration_observed", n=len(institutions), without=len(without), unknown=len(unknown)
    )
    target = text("policy.registration_target")
    return by_places(
        observed=observed,
        target=target,
        wrong=places_of(without),
        untold=places_of(unknown),
        missing=_missing(
            "policy.registration_unknown", n=len(unknown), of=institutions, empty="policy.no_institutions"
        ),
    )


def registry(rule: ClauseRule, _: Policy, standing: Standing) -> Verdict:
    """Each institution is registered by the office that its nature (非营利, 营利) asks for."""
    institutions = standing.evidence.counted
    asked = institutions["nature"].map(lambda one: rule.registries.get(one, ""))
    stated = institutions["registry"]
    known = asked.ne("") & stated.notna()
    right = np.array(
        [isinstance(office, str) and part in office for office, part in zip(stated, asked, strict=True)],
        dtype=bool,
    )
    wrong, unknown = institutions[known & ~right], institutions[~known]
    observed = text("policy.registry_observed", n=len(institutions), wrong=len(wrong), unknown=len(unknown))
    target = text("policy.registry_target")
    return by_places(
        observed=observed,
        target=target,
        wrong=places_of(wrong),
        untold=places_of(unknown),
        missing=_missing(
            "policy.registry_unknown", n=len(unknown), of=institutions, empty="policy.no_institutions"
        ),
    )


def land(_: ClauseRule, __: Policy, standing: Standing) -> Verdict:
    """Chosen sites that need land can be given it by allocation (划拨)."""
    chosen = standing.evidence.selected
    plots = chosen[chosen["kind"].eq("land") | chosen["method"].eq("new_build")]
    target = text("policy.land_target")
    if not len(chosen):
        return Verdict(
            status="not_judgeable",
            observed=text("policy.land_no_sites"),
            target=target,
            missing=text("policy.land_institutions"),
        )
    not_allocated = plots[plots["allocated_land"].eq(False)]
    unknown = plots[plots["allocated_land"].isna()]
    observed = text(
        "policy.land_observed",
        sites=len(chosen),
        n=len(plots),
        allocated=len(plots) - len(not_allocated) - len(unknown),
        not_allocated=len(not_allocated),
        unknown=len(unknown),
    )
    if len(not_allocated):
        return Verdict(status="not_met", observed=observed, target=target, places=places_of(not_allocated))
    if len(unknown):
        return Verdict(
            status="not_judgeable",
            observed=observed,
            target=target,
            missing=text("policy.land_unknown", n=len(unknown)),
            places=places_of(unknown),
        )
    return Verdict(status="met", observed=observed, target=target, places=places_of(plots))
