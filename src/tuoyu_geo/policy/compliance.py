"""How a county stands against each clause, today and with the plan."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tuoyu_geo.messages import text
from tuoyu_geo.policy import on_figures, on_layers
from tuoyu_geo.policy.clause import Clause
from tuoyu_geo.policy.evidence import Standing, Verdict
from tuoyu_geo.policy.model import Policy
from tuoyu_geo.policy.rules import ClauseRule, Judge


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


JUDGES: Mapping[Judge, Callable[[ClauseRule, Policy, Standing], Verdict]] = MappingProxyType(
    {
        "quota": on_figures.quota,
        "coverage": on_figures.coverage,
        "places": on_figures.places,
        "new_estate": on_layers.new_estate,
        "existing_estate": on_layers.existing_estate,
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
        "indicator": on_figures.indicator,
        "not_spatial": on_figures.not_spatial,
    },
)
"""How each kind of clause is judged."""
