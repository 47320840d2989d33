"""One clause of a policy, judged."""

from dataclasses import dataclass
from typing import Literal

ClauseStatus = Literal["met", "not_met", "not_judgeable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of the policy, judged.

    Attributes
    ----------
    id, quotation, departments
        The clause, a short quotation, and the departments responsible for it.
    status_today, status_plan
        Judged on what stands today, and with the plan.
    observed_today, observed_plan, target
        In words with units.
    note
        What decides it, which data is missing, what to do.
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
