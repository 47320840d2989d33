"""What clauses are judged by: figures and frames of one moment, today or with the plan."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoyu_geo.policy.clause import ClauseStatus, Place

if TYPE_CHECKING:
    import pandas as pd

# Shares and ratios are compared with this slack, so that 0.9 worked out as 0.8999999999999999 is 90 %.
SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Evidence:
    """The frames by which clauses are judged, at one moment.

    Attributes
    ----------
    institutions
        Every existing institution, as the layer has it, and counted (bool).
    candidates
        Every candidate, and usable, selected (bool; all False today).
    demand
        Estates and villages: name, kind, status, area_kind, township_id, residents, planned_residents, covered (bool,
        at this moment); for estates also has_facility, completed_on, built_year.
    townships
        Index township_id: name, area_kind.
    gaps
        Flags at this moment, as `Outcome.gaps`.
    uncovered
        What the headline reading leaves uncovered, the most first: name, township_id. Settlements with residents, or, where
        it goes by built-up area, townships that hold such area.
    """

    institutions: "pd.DataFrame"
    candidates: "pd.DataFrame"
    demand: "pd.DataFrame"
    townships: "pd.DataFrame"
    gaps: "pd.DataFrame"
    uncovered: "pd.DataFrame"

    @property
    def counted(self) -> "pd.DataFrame":
        """Existing institutions that count."""
        return self.institutions[self.institutions["counted"].astype(bool)]

    @property
    def selected(self) -> "pd.DataFrame":
        """Chosen candidates; none today."""
        return self.candidates[self.candidates["selected"].astype(bool)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The figures by which clauses are judged, at one moment.

    Attributes
    ----------
    counts
        Institutions that count, by township id.
    covered_share
        Coverage in the policy's headline reading, 0 to 1; NaN where nobody lives.
    reading
        What that reading counts, in words.
    places, residents
        Places that count [places], and residents [persons].
    n_places_unknown
        Institutions that count and state no places.
    n_new, n_new_missing, n_new_shared
        New estates of the policy's size or more; those with no facility in reach that has places to spare; those
        without one of their own that can share one in reach.
    n_built, n_built_missing
        Built estates, and those of them with no facility of their own nor in reach.
    evidence
        The frames.
    """

    counts: dict[str, int]
    covered_share: float
    reading: str
    places: float
    residents: float
    n_places_unknown: int
    n_new: int
    n_new_missing: int
    n_new_shared: int
    n_built: int
    n_built_missing: int
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one clause stands at one moment.

    Attributes
    ----------
    status, observed, target
        As in `Clause`.
    note
        What decides it.
    missing
        Which data is missing, where it can't be judged.
    places
        The places that decide it.
    action
        What to do where it is not met; "" for what the judge's other clauses say.
    """

    status: ClauseStatus
    observed: str
    target: str
    note: str = ""
    missing: str = ""
    places: tuple[Place, ...] = ()
    action: str = ""


def places_of(frame: "pd.DataFrame") -> tuple[Place, ...]:
    """Rows of a frame as places: its index, name and township_id."""
    return tuple(
        Place(id=str(row_id), name=str(name), township_id=township if isinstance(township, str) else "")
        for row_id, name, township in zip(frame.index, frame["name"], frame["township_id"], strict=True)
    )


def flagged(evidence: Evidence, *flags: str) -> tuple[Place, ...]:
    """The subjects of flags, as places."""
    rows = evidence.gaps[evidence.gaps["flag"].isin(flags)]
    return places_of(rows.set_index("subject_id"))


def by_places(
    *,
    observed: str,
    target: str,
    wrong: tuple[Place, ...],
    untold: tuple[Place, ...],
    missing: str,
    note: str = "",
) -> Verdict:
    """Not met where a place breaks the rule; else not judgeable where data is missing; else met.

    Parameters
    ----------
    observed, target, note
        As in `Verdict`.
    wrong, untold
        Places that break the rule, and places that don't say whether they do.
    missing
        Which data is missing; "" where nothing is.
    """
    if wrong:
        return Verdict(status="not_met", observed=observed, target=target, note=note, places=wrong)
    if missing:
        return Verdict(
            status="not_judgeable",
            observed=observed,
            target=target,
            note=note,
            missing=missing,
            places=untold,
        )
    return Verdict(status="met", observed=observed, target=target, note=note)
