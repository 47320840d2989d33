"""A policy file as values: quotas, targets, standards and clauses, each with its source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tuoyu_geo.messages import listed, text
from tuoyu_geo.policy.rules import ClauseRule, Member
from tuoyu_geo.policy.standards import StandardFigure, with_standards
from tuoyu_geo.settings import Day, Positive, Section, Share, read_section, read_toml

Reading = Literal[
    "residents", "under3", "residents_places", "under3_places", "communities", "townships", "built_up"
]
READINGS: tuple[Reading, ...] = (
    "residents",
    "under3",
    "residents_places",
    "under3_places",
    "communities",
    "townships",
    "built_up",
)
Months = Annotated[float, Field(ge=0, le=36)]
Ages = tuple[Months, Months]


class Standard(Section):
    """The largest cost that counts as covered (closed: cost <= value)."""

    mode: Literal["walk", "ebike", "car"]
    """How people get there."""
    value: Positive
    """The standard, in `unit`."""
    unit: Literal["m", "min"]
    """Metres or minutes along the streets, whichever the mode."""
    verified: bool
    """Whether the responsible bureau has confirmed it; if not, it prints 未核."""
    source: str
    """Where it comes from."""


class CoverageRule(Section):
    """What counts as covered, and how much of it is asked for."""

    target_share: Share
    """Share that must be covered (closed)."""
    headline: Reading
    """The reading of 覆盖面 by which the target is judged."""
    headline_note: str
    """Why this reading, and that the document defines none."""
    urban: Standard
    """For communities in urban areas."""
    rural: Standard
    """For communities and villages in rural areas."""
    remote: Standard | None = None
    """A village from which no institution that counts is within this (open) is remote, and goes on the list for 入户指导.
    Without it every village out of its own standard's reach does, unless its layer says that it is not remote."""
    compare_m: tuple[Positive, ...]
    """Walking standards shown side by side [m]."""


class PlacesRule(Section):
    """How many places (托位) are asked for."""

    per_1000: Positive
    """Places per 1,000 residents."""
    year: int
    """The year by which."""
    area_per_place_m2: Positive
    """Floor area a place, for candidates whose places are not stated [m2]."""
    area_source: str
    """Where that figure comes from."""
    area_verified: bool
    """Whether it is confirmed."""
    class_places: tuple[Annotated[int, Field(gt=0)], ...] = (20, 15, 10)
    """Places of the classes that an institution opens one after another, again from the first after the last [places].
    A candidate can be built with one class, two, three, up to its full size."""
    kindergarten_class_places: tuple[Annotated[int, Field(gt=0)], ...] = (20,)
    """The same for the classes of a kindergarten, which takes 2 to 3 year-olds alone [places]."""
    class_source: str = ""
    """Where those figures come from."""
    class_verified: bool = False
    """Whether they are confirmed."""

    @model_validator(mode="after")
    def _some_classes(self) -> "PlacesRule":
        if not self.class_places or not self.kindergarten_class_places:
            raise ValueError(text("policy.no_classes"))
        return self


class InstitutionRule(Section):
    """Which existing institutions count."""

    counted_registration: tuple[str, ...]
    """Registration states that count."""
    counted_kinds: tuple[str, ...]
    """Kinds that count towards quotas, places and coverage."""
    ages_months: Mapping[str, Ages] = Field(
        default_factory=lambda: {"kindergarten_class": (24.0, 36.0), "other": (6.0, 36.0)}
    )
    """Ages that a kind takes where an institution states none: youngest (closed) and oldest (open) [months]; `other`
    stands for the kinds not named."""
    ages_source: str = ""
    """Where these ages come from."""
    over_used_share: Positive = 1.0
    """An institution is over-used above this share of its places (open)."""
    under_used_share: Share = 0.5
    """An institution is under-used below this share of its places (open)."""

    @model_validator(mode="after")
    def _ages_rise(self) -> "InstitutionRule":
        if "other" not in self.ages_months or any(low >= high for low, high in self.ages_months.values()):
            raise ValueError(text("policy.ages_rise"))
        return self


class Exclusion(Section):
    """A kind of hazard that candidates must keep away from."""

    kind: str
    """The kind, as the column 类型 of the hazards layer has it."""
    distance_m: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Least straight-line distance from the candidate's point [m] (closed); 0 for not inside it. A number, or the name of a
    standard in metres."""
    source: str = ""
    """Where the figure comes from."""
    verified: bool = False
    """Whether it is confirmed; if not, it prints 未核."""


class CandidateRule(Section):
    """Which candidates can't be used, whatever they cost."""

    lowest_floor: int
    """Lowest floor on which children may be (closed)."""
    highest_floor: int
    """Highest floor on which children may be (closed)."""
    floor_source: str
    """Where that comes from."""
    floor_verified: bool
    """Whether it is confirmed."""
    exclusions: tuple[Exclusion, ...] = ()
    """Kinds of hazard with the distance to keep."""


class EstateRule(Section):
    """Which estates must have a facility."""

    new_after: Day
    """An estate completed after this date is new."""
    minimum_residents: Annotated[int, Field(gt=0)]
    """A new estate of this many residents or more needs a facility (closed)."""
    places_per_1000: Positive
    """Places a new estate needs per 1,000 residents."""
    places_source: str
    """Where that figure comes from."""
    places_verified: bool
    """Whether it is confirmed."""


class Quota(Section):
    """The least number of institutions in one township."""

    township_id: str
    """The township's code as in the layer."""
    name: str
    """Its name, checked against the layer."""
    minimum: Annotated[int, Field(ge=0)]
    """Least number of institutions (closed)."""
    places_per_1000: Positive | None = None
    """Places per 1,000 residents that the township must have itself; nothing where only the county's ratio counts."""


class Policy(Section):
    """A whole policy file."""

    schema_version: Literal[1]
    """Version of this file's form."""
    id: str
    """The document's number."""
    title: str
    """Its title."""
    date: Day
    """Its date."""
    coverage: CoverageRule
    places: PlacesRule
    institutions: InstitutionRule
    candidates: CandidateRule
    estates: EstateRule
    quotas: tuple[Quota, ...]
    clauses: tuple[ClauseRule, ...]
    members: tuple[Member, ...] = ()
    """The joint conference (联席会议), in the document's order."""
    standards_file: str = ""
    """The file of standards, beside or below this one."""
    standards: Mapping[str, StandardFigure] = Field(default_factory=dict)
    """The standards that file holds, by name."""

    @model_validator(mode="after")
    def _quota_once(self) -> "Policy":
        ids = [quota.township_id for quota in self.quotas]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(text("policy.quota_twice", found=listed(twice)))
        return self

    @model_validator(mode="after")
    def _clause_once(self) -> "Policy":
        ids = [clause.id for clause in self.clauses]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(text("policy.clause_twice", found=listed(twice)))
        return self


def read_policy(path: Path) -> Policy:
    """A policy file and the standards it names, checked.

    Raises
    ------
    ConfigError
        Everything that is wrong in the file, a line each.
    """
    return read_section(Policy, with_standards(read_toml(path), folder=path.parent), file=path.name)
