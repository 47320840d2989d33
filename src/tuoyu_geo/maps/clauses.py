"""The policy's clauses beside a map: how each stands, where it is decided, who is responsible, what to do."""

from dataclasses import dataclass

from tuoyu_geo.maps.wording import dash, plain, word
from tuoyu_geo.messages import listed, text
from tuoyu_geo.outcome import Clause, Outcome

_MOST_PLACES = 40
_TONES = {"met": "good", "not_met": "bad"}
_DEMAND = "demand_unserved demand_gained demand_covered new_missing built_missing village_guidance"
_FACILITIES = "sites institutions"
# Ids are told apart by layer: where a clause's deciding places are looked for first.
_LAYERS = {
    "quota": "townships",
    **dict.fromkeys(("coverage", "new_estate", "existing_estate", "old_estate", "guidance"), _DEMAND),
    **dict.fromkeys(("registration", "registry", "places"), "institutions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled line of a card."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A deciding place that a button goes to: its id, its name, and the layers in which it is looked for, first first."""

    id: str
    name: str
    layers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One clause.

    Attributes
    ----------
    quotation, today, plan, tone
        Its head: the clause, and how it stands; `tone` colours how it stands with the plan.
    lines
        What else is to be known, in order.
    spots, more
        Deciding places with the plan, and how many more there are.
    """

    quotation: str
    today: str
    plan: str
    tone: str
    lines: tuple[Line, ...]
    spots: tuple[Spot, ...]
    more: str


def clause_cards(outcome: Outcome, *, township_id: str | None = None) -> tuple[Card, ...]:
    """A card a clause.

    Parameters
    ----------
    outcome
        What one run found out.
    township_id
        Only clauses that a place in this township decides, and only those places; None for all.
    """
    cards = []
    for clause in outcome.clauses:
        places = [one for one in clause.places_plan if township_id in {None, one.township_id}]
        if township_id is not None and not places:
            continue
        layers = _LAYERS.get(clause.kind, _FACILITIES)
        cards.append(
            Card(
                quotation=clause.quotation,
                today=dash(word("clause_status", clause.status_today)),
                plan=dash(word("clause_status", clause.status_plan)),
                tone=_TONES.get(clause.status_plan, ""),
                lines=_lines(clause),
                spots=tuple(Spot(id=one.id, name=one.name, layers=layers) for one in places[:_MOST_PLACES]),
                more=text("maps.clause.more", n=len(places) - _MOST_PLACES)
                if len(places) > _MOST_PLACES
                else "",
            )
        )
    return tuple(cards)


def clause_of(outcome: Outcome, kind: str) -> str | None:
    """The clause that asks for something, by how it is judged: its heading and its words; None where there is none."""
    found = next((clause for clause in outcome.clauses if clause.kind == kind), None)
    if found is None:
        return None
    return (
        text("maps.clause.named", section=found.section, quotation=found.quotation)
        if found.section
        else found.quotation
    )


def _lines(clause: Clause) -> tuple[Line, ...]:
    given = (
        ("section", clause.section),
        ("departments", listed(dash(word("department", one)) for one in clause.departments)),
        ("target", clause.target),
        ("observed_today", clause.observed_today),
        ("observed_plan", clause.observed_plan),
        ("missing", clause.missing_plan),
        ("note", clause.note),
        ("action", clause.action),
    )
    return tuple(
        Line(label=text(f"maps.clause.{name}"), value=shown)
        for name, value in given
        if (shown := plain(value))
    )
