"""One clause of a policy, judged."""

from dataclasses import dataclass
from typing import Literal

ClauseStatus = Literal["met", "not_met", "not_judgeable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on the map that decides a clause.

    Attributes
    ----------
    id, name
        Of the estate, village, institution, candidate or township.
    township_id
        Where it lies, or "" where no township holds it.
    """

    id: str
    name: str
    township_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of the policy, judged.

    Attributes
    ----------
    id, section, quotation, departments
        The clause, its heading in the document, a short quotation, and the departments responsible for it.
    kind
        How it is judged: a value of `tuoyu_geo.policy.rules.Judge`.
    status_today, status_plan
        Judged on what stands today, and with the plan.
    observed_today, observed_plan, target
        In words with units.
    note
        What decides it, and what a planner should know.
    missing_today, missing_plan
        Which data is missing where it can't be judged; "" elsewhere.
    places_today, places_plan
        The places that decide it: those that fall short; for a least number, those that count.
    action
        What to do, by whom it concerns; "" where the clause is met with the plan.
    """

    id: str
    quotation: str
    departments: tuple[str, ...]
    status_today: ClauseStatus
    status_plan: ClauseStatus
    observed_today: str
    observed_plan: str
    target: str
    note: str
    section: str = ""
    kind: str = ""
    missing_today: str = ""
    missing_plan: str = ""
    places_today: tuple[Place, ...] = ()
    places_plan: tuple[Place, ...] = ()
    action: str = ""
