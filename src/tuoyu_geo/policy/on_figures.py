"""Clauses judged by a county's own figures, and by what the planner entered."""

import math

import numpy as np

from tuoyu_geo.cut import cut
from tuoyu_geo.messages import listed, text
from tuoyu_geo.policy.clause import Place
from tuoyu_geo.policy.evidence import SLACK, Standing, Verdict, places_of
from tuoyu_geo.policy.model import Policy
from tuoyu_geo.policy.rules import ClauseRule


def quota(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    """Every township has as many institutions as its quota asks for."""
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


def coverage(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    """As large a share is covered as the headline reading asks for."""
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


def places(_: ClauseRule, policy: Policy, standing: Standing) -> Verdict:
    """As many places per 1,000 residents as asked for; not judgeable where an institution states none and they fall short."""
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


def indicator(rule: ClauseRule, _: Policy, __: Standing) -> Verdict:
    """A share that the planner enters reaches its target."""
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


def not_spatial(rule: ClauseRule, _: Policy, __: Standing) -> Verdict:
    """What no layer can tell: as the departments reported it."""
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
