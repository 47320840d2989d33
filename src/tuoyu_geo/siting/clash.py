"""When a county's rules can't all be met: the smallest sets of rules that clash, and what would let them be met.

A set of rules clashes when no choice of sites meets all of it, and is smallest when every set with one rule less can be
met. Single rules and pairs are all tried; larger sets are thinned one rule at a time (a deletion filter: Chinneck &
Dravnieks 1991), which gives one smallest set among those that remain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from tuoyu_geo.siting.highs import solve
from tuoyu_geo.siting.planning_model import build_model
from tuoyu_geo.siting.planning_result import StageName
from tuoyu_geo.siting.problem import PlanningProblem

RuleKind = Literal[
    "quota",
    "must_serve",
    "coverage",
    "places",
    "group_places",
    "max_new",
    "max_cost",
    "conflict",
    "forbidden",
]
SHORTFALLS: tuple[StageName, ...] = ("quota", "must_serve", "coverage", "places")
# Above this many rules left together, pairs are not tried: their number grows with the square.
MOST_IN_PAIRS = 24
QUESTION_S = 20.0
"""Time for any one question: do these rules clash? [s]"""


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One thing asked of a plan: its kind and, for "quota" and "group_places", the group; -1 elsewhere."""

    kind: RuleKind
    group: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clashes:
    """Why not all rules can be met.

    Attributes
    ----------
    sets
        Smallest sets of rules that no plan meets together, the smaller sets first; no two share a rule.
    is_complete
        Whether every set asked about was settled in the time; False says that more may clash than is named.
    """

    sets: tuple[tuple[Rule, ...], ...]
    is_complete: bool


def rules_of(problem: PlanningProblem) -> tuple[Rule, ...]:
    """The rules that ask anything of this problem's plan."""
    owed = np.flatnonzero(problem.quota_minimum > problem.existing_count)
    rules = [Rule("quota", int(group)) for group in owed]
    if problem.must_serve.any():
        rules.append(Rule("must_serve"))
    if problem.coverage_target_share > 0:
        rules.append(Rule("coverage"))
    if problem.places_required > problem.places_now:
        rules.append(Rule("places"))
    required, now = problem.group_places_required, problem.group_places_now
    if required is not None and now is not None:
        rules += [Rule("group_places", int(group)) for group in np.flatnonzero(required > now)]
    if problem.max_new is not None:
        rules.append(Rule("max_new"))
    if problem.max_cost is not None:
        rules.append(Rule("max_cost"))
    if problem.conflict:
        rules.append(Rule("conflict"))
    if len(problem.forbidden):
        rules.append(Rule("forbidden"))
    return tuple(rules)


def only(problem: PlanningProblem, rules: Iterable[Rule]) -> PlanningProblem:
    """The same county, asked for these rules alone."""
    kept = set(rules)
    kinds = {rule.kind for rule in kept}
    quota = np.array(
        [
            minimum if Rule("quota", group) in kept else 0
            for group, minimum in enumerate(problem.quota_minimum)
        ],
        dtype=np.int64,
    )
    required = problem.group_places_required
    if required is not None:
        required = np.array(
            [one if Rule("group_places", group) in kept else 0.0 for group, one in enumerate(required)]
        )
    return replace(
        problem,
        quota_minimum=quota,
        must_serve=problem.must_serve if "must_serve" in kinds else np.zeros_like(problem.must_serve),
        coverage_target_share=problem.coverage_target_share if "coverage" in kinds else 0.0,
        places_required=problem.places_required if "places" in kinds else 0.0,
        group_places_required=required,
        max_new=problem.max_new if "max_new" in kinds else None,
        max_cost=problem.max_cost if "max_cost" in kinds else None,
        conflict=problem.conflict if "conflict" in kinds else (),
        forbidden=problem.forbidden if "forbidden" in kinds else problem.forbidden[:0],
    )


def can_be_met(problem: PlanningProblem, *, time_limit_s: float, seed: int = 0) -> bool | None:
    """Whether some plan meets every rule of a problem; None where the time ran out.

    Parameters
    ----------
    problem
        The county.
    time_limit_s
        Seconds.
    seed
        Seed of HiGHS.
    """
    model = build_model(problem)
    if model.rows.n_lost:
        return False
    nothing_short = [
        (name, 1e-6 if name in {"quota", "must_serve"} else 1e-8 * model.scale[name]) for name in SHORTFALLS
    ]
    program = replace(model.program("sites", nothing_short), cost=np.zeros(len(model.lower)))
    verdict = solve(program, time_limit_s=time_limit_s, gap=1.0, seed=seed).verdict
    return {"optimal": True, "feasible": True, "infeasible": False}.get(verdict)


def clashing_rules(problem: PlanningProblem, *, seed: int = 0) -> Clashes:
    """The smallest sets of rules that clash; empty where all can be met.

    A set that could not be settled in `QUESTION_S` is taken as one that can be met, and `Clashes.is_complete` says so.

    Parameters
    ----------
    problem
        The county.
    seed
        Seed of HiGHS.
    """
    settled = True

    def clash(rules: Iterable[Rule]) -> bool:
        nonlocal settled
        met = can_be_met(only(problem, rules), time_limit_s=QUESTION_S, seed=seed)
        settled = settled and met is not None
        return met is False

    left = list(rules_of(problem))
    found: list[tuple[Rule, ...]] = []
    for size in (1, 2):
        if not clash(left):
            break
        if size == 2 and len(left) > MOST_IN_PAIRS:
            break
        for rules in combinations(list(left), size):
            if set(rules) <= set(left) and clash(rules):
                found.append(rules)
                left = [rule for rule in left if rule not in rules]
    while clash(left):
        core = list(left)
        for rule in left:
            without = [one for one in core if one != rule]
            if clash(without):
                core = without
        found.append(tuple(core))
        left = [rule for rule in left if rule not in core]
    return Clashes(sets=tuple(found), is_complete=settled)
