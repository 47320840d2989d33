"""How a county stands against each clause, today and with the plan."""

import math
from dataclasses import dataclass

from tuoyu_geo.messages import text
from tuoyu_geo.policy.clause import Clause, ClauseStatus
from tuoyu_geo.policy.model import ClauseRule, Policy

# Shares and ratios are compared with this slack, so that 0.9 worked out as 0.8999999999999999 is 90 %.
SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The figures by which clauses are judged, at one moment.

    Attributes
    ----------
    counts
        Institutions that count, by township id.
    covered_share
        Coverage in the policy's headline reading, 0 to 1; NaN where nobody lives.
    places, residents
        Places that count [places], and residents [persons].
    n_new, n_new_missing, n_new_shared
        New estates of the policy's size or more; those with no facility in reach that has places to spare; those
        without one of their own that can share one in reach.
    n_built, n_built_missing
        Built estates, and those of them with no facility of their own nor in reach.
    """

    counts: dict[str, int]
    covered_share: float
    places: float
    residents: float
    n_new: int
    n_new_missing: int
    n_new_shared: int
    n_built: int
    n_built_missing: int


Judgement = tuple[ClauseStatus, str, str, str]  # status, observed, target, note


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
        before, after = _judge(rule, policy, today), _judge(rule, policy, planned)
        clauses.append(
            Clause(
                id=rule.id,
                quotation=rule.quotation,
                departments=rule.departments,
                status_today=before[0],
                status_plan=after[0],
                observed_today=before[1],
                observed_plan=after[1],
                target=after[2],
                note=text("policy.join", first=rule.note, second=after[3])
                if rule.note and after[3]
                else rule.note or after[3],
            ),
        )
    return tuple(clauses)


def _judge(rule: ClauseRule, policy: Policy, standing: Standing) -> Judgement:  # noqa: PLR0911  (a return a kind)
    match rule.judge:
        case "quota":
            return _quota(policy, standing)
        case "coverage":
            return _coverage(policy, standing)
        case "places":
            return _places(policy, standing)
        case "new_estate":
            return _new_estate(policy, standing)
        case "existing_estate":
            return _existing_estate(standing)
        case "indicator":
            return _indicator(rule)
        case "not_spatial":
            return "not_judgeable", text("policy.not_spatial"), text("policy.by_document"), ""


def _quota(policy: Policy, standing: Standing) -> Judgement:
    short = [q for q in policy.quotas if standing.counts.get(q.township_id, 0) < q.minimum]
    n_met = len(policy.quotas) - len(short)
    note = (
        text(
            "policy.quota_short",
            found="、".join(
                text(
                    "policy.quota_one",
                    name=q.name,
                    found=standing.counts.get(q.township_id, 0),
                    minimum=q.minimum,
                )
                for q in short
            ),
        )
        if short
        else ""
    )
    return (
        "not_met" if short else "met",
        text("policy.quota_observed", met=n_met, all=len(policy.quotas)),
        text("policy.quota_target", all=len(policy.quotas), total=sum(q.minimum for q in policy.quotas)),
        note,
    )


def _coverage(policy: Policy, standing: Standing) -> Judgement:
    target = text("policy.share_target", share=policy.coverage.target_share)
    if math.isnan(standing.covered_share):
        return "not_judgeable", text("policy.nobody"), target, text("policy.no_residents")
    met = standing.covered_share >= policy.coverage.target_share - SLACK
    # Rounded down: 89.96 % must not print as 90.0 %.
    shown = int(standing.covered_share * 1000 + 1e-6) / 1000
    return (
        "met" if met else "not_met",
        text("policy.share", share=shown),
        target,
        policy.coverage.headline_note,
    )


def _places(policy: Policy, standing: Standing) -> Judgement:
    target = text("policy.places_target", per_1000=policy.places.per_1000, year=policy.places.year)
    if standing.residents <= 0:
        return "not_judgeable", text("policy.nobody"), target, text("policy.no_residents")
    per_1000 = 1000 * standing.places / standing.residents
    met = per_1000 >= policy.places.per_1000 - SLACK
    shown = int(per_1000 * 100 + 1e-6) / 100
    observed = text("policy.places_observed", per_1000=shown, places=standing.places)
    return "met" if met else "not_met", observed, target, ""


def _new_estate(policy: Policy, standing: Standing) -> Judgement:
    observed = text(
        "policy.new_observed",
        n=standing.n_new,
        missing=standing.n_new_missing,
        shared=standing.n_new_shared,
    )
    note = text(
        "policy.new_note", per_1000=policy.estates.places_per_1000, source=policy.estates.places_source
    )
    target = text("policy.new_target", residents=policy.estates.minimum_residents)
    return "not_met" if standing.n_new_missing else "met", observed, target, note


def _existing_estate(standing: Standing) -> Judgement:
    observed = text("policy.built_observed", n=standing.n_built, missing=standing.n_built_missing)
    return "not_met" if standing.n_built_missing else "met", observed, text("policy.built_target"), ""


def _indicator(rule: ClauseRule) -> Judgement:
    target = text("policy.share_target", share=rule.target)
    if rule.observed is None or rule.target is None:
        return "not_judgeable", text("policy.not_entered"), target, text("policy.enter_observed")
    met = rule.observed >= rule.target - SLACK
    return "met" if met else "not_met", text("policy.share", share=rule.observed), target, ""
