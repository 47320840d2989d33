"""How a county stands against each clause, today and with the plan."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import listed, text
from tuoyu_geo.policy import on_layers
from tuoyu_geo.policy.clause import Clause, Place
from tuoyu_geo.policy.evidence import Standing, Verdict, flagged, places_of
from tuoyu_geo.policy.model import Policy
from tuoyu_geo.policy.rules import ClauseRule, Judge

# Shares and ratios are compared with this slack, so that 0.9 worked out as 0.8999999999999999 is 90 %.
SLACK = 1e-9


def judge_clauses(policy: Policy, *, today: Standing, planned: Standing) -> tuple[Clause, ...]:
    """Each clause of a policy, judged twice.

    Parameters
    ----------
    policy
        The policy.
    today, planned
        Figures of what stands today, and with the plan.
    """
    clauses = []
    for rule in policy.clauses:
        judge = JUDGES[rule.judge]
        before, after = judge(rule, policy, today), judge(rule, policy, planned)
        notes = [part for part in (rule.note, after.note) if part]
        clauses.append(
            Clause(
                id=rule.id,
                section=rule.section,
                quotation=rule.quotation,
                departments=rule.departments,
                kind=rule.judge,
                status_today=before.status,
                status_plan=after.status,
                observed_today=before.observed,
                observed_plan=after.observed,
                target=after.target,
                note=text("policy.semicolon").join(notes),
                missing_today=before.missing,
                missing_plan=after.missing,
                places_today=before.places,
                places_plan=after.places,
                action="" if after.status == "met" else _action(rule, after),
            ),
        )
    return tuple(clauses)


def _action(rule: ClauseRule, verdict: Verdict) -> str:
    if rule.action:
        return rule.action
    if verdict.status == "not_judgeable":
        return text("policy.action_data", missing=verdict.missing)
    return verdict.action or text(f"policy.action_{rule.judge}")


def _quota(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    short = [q for q in policy.quotas if standing.counts.get(q.township_id, 0) < q.minimum]
    found = listed(
        text("policy.quota_one", name=q.name, found=standing.counts.get(q.township_id, 0), minimum=q.minimum)
        for q in short
    )
    return Verdict(
        status="not_met" if short else "met",
        observed=text("policy.quota_observed", met=len(policy.quotas) - len(short), all=len(policy.quotas)),
        target=text(
            "policy.quota_target", all=len(policy.quotas), total=sum(q.minimum for q in policy.quotas)
        ),
        note=text("policy.quota_short", found=found) if short else "",
        places=tuple(Place(id=q.township_id, name=q.name, township_id=q.township_id) for q in short),
    )


def _coverage(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    rule = policy.coverage
    by_area = rule.headline == "built_up"
    # Built-up area is judged by the urban standard, wherever it lies.
    verified = rule.urban.verified and (by_area or rule.rural.verified)
    target = text("policy.share_target", share=rule.target_share) + (
        "" if verified else text("policy.radius_unverified")
    )
    if math.isnan(standing.covered_share):
        return Verdict(
            status="not_judgeable",
            observed=text("policy.nobody"),
            target=target,
            missing=text("policy.no_residents"),
        )
    met = standing.covered_share >= rule.target_share - SLACK
    # Rounded down: 89.96 % must not print as 90.0 %.
    shown = int(standing.covered_share * 1000 + 1e-6) / 1000
    return Verdict(
        status="met" if met else "not_met",
        observed=text("policy.share", share=shown, reading=standing.reading),
        target=target,
        note=rule.headline_note,
        places=places_of(standing.evidence.uncovered),
        action=text("policy.action_coverage_area") if by_area else "",
    )


def _places(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    target = text("policy.places_target", per_1000=policy.places.per_1000, year=policy.places.year)
    if standing.residents <= 0:
        return Verdict(
            status="not_judgeable",
            observed=text("policy.nobody"),
            target=target,
            missing=text("policy.no_residents"),
        )
    per_1000 = 1000 * standing.places / standing.residents
    met = per_1000 >= policy.places.per_1000 - SLACK
    observed = text("policy.places_observed", per_1000=cut(per_1000, digits=2), places=standing.places)
    if not met and standing.n_places_unknown:
        counted = standing.evidence.counted
        return Verdict(
            status="not_judgeable",
            observed=observed,
            target=target,
            missing=text("policy.places_unknown", n=standing.n_places_unknown),
            places=places_of(counted[counted["places"].isna()]),
        )
    return Verdict(status="met" if met else "not_met", observed=observed, target=target)


def _new_estate(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
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
    if standing.n_new_missing:
        return Verdict(
            status="not_met",
            observed=observed,
            target=target,
            note=note,
            places=flagged(evidence, "new_missing"),
        )
    if len(unknown) or not len(estates):
        missing = text("policy.new_unknown", n=len(unknown)) if len(estates) else text("policy.no_estates")
        return Verdict(
            status="not_judgeable",
            observed=observed,
            target=target,
            note=note,
            missing=missing,
            places=places_of(unknown),
        )
    return Verdict(status="met", observed=observed, target=target, note=note)


def _existing_estate(_: ClauseRule, __: Policy, standing: Standing) -> Verdict:
    observed = text("policy.built_observed", n=standing.n_built, missing=standing.n_built_missing)
    target = text("policy.built_target")
    if not standing.evidence.demand["kind"].eq("estate").any():
        return Verdict(
            status="not_judgeable", observed=observed, target=target, missing=text("policy.no_estates")
        )
    return Verdict(
        status="not_met" if standing.n_built_missing else "met",
        observed=observed,
        target=target,
        places=flagged(standing.evidence, "built_missing"),
    )


def _indicator(rule: ClauseRule, _: Policy, __: Standing) -> Verdict:
    target = text("policy.share_target", share=rule.target)
    if rule.observed is None or rule.target is None:
        return Verdict(
            status="not_judgeable",
            observed=text("policy.not_entered"),
            target=target,
            missing=rule.needs or text("policy.enter_observed"),
        )
    return Verdict(
        status="met" if rule.observed >= rule.target - SLACK else "not_met",
        observed=text("policy.share_entered", share=np.floor(rule.observed * 1000 + 1e-6) / 1000),
        target=target,
    )


def _not_spatial(rule: ClauseRule, _: Policy, __: Standing) -> Verdict:
    target = text("policy.by_document")
    if rule.reported is None:
        return Verdict(
            status="not_judgeable",
            observed=text("policy.not_spatial"),
            target=target,
            missing=rule.needs or text("policy.enter_reported"),
        )
    return Verdict(
        status=rule.reported,
        observed=rule.reported_note or text(f"policy.reported_{rule.reported}"),
        target=target,
    )


JUDGES: Mapping[Judge, Callable[[ClauseRule, Policy, Standing], Verdict]] = MappingProxyType(
    {
        "quota": _quota,
        "coverage": _coverage,
        "places": _places,
        "new_estate": _new_estate,
        "existing_estate": _existing_estate,
        "old_estate": on_layers.old_estate,
        "standards": on_layers.standards,
        "co_location": on_layers.co_location,
        "workplace": on_layers.workplace,
        "kindergarten": on_layers.kindergarten,
        "rural": on_layers.rural,
        "guidance": on_layers.guidance,
        "registration": on_layers.registration,
        "registry": on_layers.registry,
        "land": on_layers.land,
        "demonstration": on_layers.demonstration,
        "indicator": _indicator,
        "not_spatial": _not_spatial,
    },
)
"""How each kind of clause is judged."""
