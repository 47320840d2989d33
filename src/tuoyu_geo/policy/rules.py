"""The clauses of a document as data, and the members of its joint conference."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tuoyu_geo.messages import text
from tuoyu_geo.settings import Section, Share

Judge = Literal[
    "quota",
    "coverage",
    "places",
    "new_estate",
    "existing_estate",
    "old_estate",
    "standards",
    "co_location",
    "workplace",
    "kindergarten",
    "rural",
    "guidance",
    "registration",
    "registry",
    "land",
    "demonstration",
    "indicator",
    "not_spatial",
]


class ClauseRule(Section):
    """One clause of the document."""

    id: str
    """Where it stands in the document."""
    section: str = ""
    """The heading under which it stands."""
    quotation: str
    """A short quotation."""
    departments: tuple[str, ...]
    """责任单位."""
    judge: Judge
    """How it is judged."""
    target: Share | None = None
    """For an indicator: the share asked for; for guidance: the share of listed villages that need a guide."""
    observed: Share | None = None
    """For an indicator or guidance: the share reached today, entered by the planner."""
    minimum: Annotated[int, Field(ge=1)] = 1
    """For kinds that count (co_location, workplace, kindergarten, rural, demonstration): the least number (closed)."""
    operator: str = ""
    """For demonstration and kindergarten: whose institutions count, a part of 举办单位; empty counts anybody's."""
    built_until: int | None = None
    """For old_estate: an estate completed in this year or before is old."""
    registries: Mapping[str, str] = Field(default_factory=dict)
    """For registry: by nature (nonprofit, profit) a part of the name of the office that must register it."""
    reported: Literal["met", "not_met"] | None = None
    """For not_spatial: what the departments reported, entered by the planner."""
    reported_note: str = ""
    """What was reported, in words."""
    needs: str = ""
    """Which data would be needed to judge it, where the layers can't."""
    action: str = ""
    """What to do where it is not met."""
    note: str = ""
    """What a planner should know about it."""

    @model_validator(mode="after")
    def _parameters_fit(self) -> "ClauseRule":
        if (self.judge == "indicator") and self.target is None:
            raise ValueError(text("policy.indicator_target"))
        if self.judge not in {"indicator", "guidance"} and (
            self.target is not None or self.observed is not None
        ):
            raise ValueError(text("policy.indicator_target"))
        if (self.judge == "old_estate") != (self.built_until is not None):
            raise ValueError(text("policy.old_built_until"))
        if (self.judge == "registry") != bool(self.registries):
            raise ValueError(text("policy.registry_registries"))
        if self.reported is not None and self.judge != "not_spatial":
            raise ValueError(text("policy.reported_only"))
        return self


class Member(Section):
    """One member of the joint conference (联席会议)."""

    name: str
    """The department."""
    role: str = ""
    """召集人, 副召集人, 成员 or the like."""
    duty: str = ""
    """What it is responsible for."""
