"""The what-if panel of the overview: its numbers packed small, and what it needs of the catalogue and the symbols.

Demand points that no choice can tell apart are one class; the page counts by class and draws by point. Codes travel as
bytes, positions as differences, all of it base64 inside JSON that no name can break out of.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from jinja2 import Environment
from scipy.sparse import csc_array, csr_array

from tuoyu_geo.coverage import reading_label
from tuoyu_geo.demand.places import OF_AGE_SHARE
from tuoyu_geo.maps import assets, palette
from tuoyu_geo.maps.layers import WGS84, present, script_json
from tuoyu_geo.maps.page import Insert
from tuoyu_geo.maps.palette import Symbol, radius_of_residents
from tuoyu_geo.maps.wording import missing, plain, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome
from tuoyu_geo.scenario import LEAST_STANDARD_M, MOST_STANDARD_M, SCHEMA_VERSION, STANDARD_STEP_M
from tuoyu_geo.what_if import BestPlan, Choice, WhatIf

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHOSEN = Symbol(shape="circle", fill=palette.RED, stroke=palette.WHITE, weight=2.0, radius=9, opacity=1.0)
FREE = Symbol(shape="circle", stroke=palette.RED, weight=1.6, radius=6, opacity=0.9)
SHUT = Symbol(shape="cross", fill=palette.PALE_GREY, stroke=palette.GREY, weight=0.8, radius=5, opacity=0.9)

DEGREES = 1e5
"""A degree in the page's whole numbers: about one metre."""
NOWHERE = -(2**31)
"""The latitude of what has no place on the map."""

PAGE_WORDS = """
over_sites over_cost standard_policy metres no_share people best_equal best_ruled best_free best_most best_loaded next_added
next_none undone reset_done loaded loaded_link saved copied copy_by_hand toggled_on toggled_off conflict
locked_on locked_off unusable unknown_cost no_cost cost tip_people state_today state_gained state_unserved
tip_on tip_off tip_shut fault_head fault_json fault_kind fault_version fault_project fault_standard
fault_enrolment fault_sites fault_unknown fault_twice fault_size fault_unusable fault_conflict fault_more
fault_large row_on size_of no_match reading_residents reading_under3 reading_communities reading_townships
unit_residents unit_under3 unit_communities uncovered_under3 quotas per_1000 per_1000_of new_sites needed
have shortage surplus plan_was quota_met quota_short no_quota town_popup not_compared file_name comma
"""
HTML_WORDS = """
print_head tab_plan tab_try lead undo reset save open link standard standard_scope walk enrolment figures best
best_button next next_help readings reading now plan mine townships township quota existing proposed state
covered uncovered_under3 candidates filter candidate places_short cost_short effect legend candidates_help
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSymbols:
    """How the overview colours townships.

    Attributes
    ----------
    symbols
        By state: "met_today", "met_plan", "not_met", "no_quota".
    state
        The state of a row of the townships with the plan.
    """

    symbols: Mapping[str, Symbol]
    state: Callable[[Any], str]


def what_if_insert(outcome: Outcome, *, states: Mapping[str, Symbol], quotas: QuotaSymbols) -> Insert | None:
    """The panel as an insert of the overview page; None where the outcome is no project's.

    Parameters
    ----------
    outcome
        What is drawn.
    states
        Symbols of demand points: "unserved", "gained", "today".
    quotas
        Of townships.
    """
    if outcome.what_if is None:
        return None
    numbers = outcome.what_if()
    body = (
        Environment(autoescape=True)
        .from_string(assets.own("whatif.html"))
        .render(
            words={key: text(f"whatif.{key}") for key in HTML_WORDS.split()},
            legend={key: text(f"whatif.legend_{key}") for key in _symbols(states)},
            notes=_notes(numbers),
            standards=[LEAST_STANDARD_M, MOST_STANDARD_M, STANDARD_STEP_M],
            scopes={
                "policy": text("whatif.scope_policy", standards=_standards(numbers)),
                "urban": text("whatif.scope_urban", rural=_standard(numbers, "rural")),
                "all": text("whatif.scope_all"),
            },
            swatches={key: symbol.swatch() for key, symbol in _symbols(states).items()},
        )
    )
    data = script_json(page_data(outcome, numbers, states=states, quotas=quotas))
    return Insert(
        styles=assets.own("whatif.css"),
        script=assets.own("whatif.js") + assets.own("whatif_map.js") + assets.own("whatif_panel.js"),
        body=f'{body}<script type="application/json" id="tw-data">{data}</script>',
    )


def _symbols(states: Mapping[str, Symbol]) -> dict[str, Symbol]:
    return {**states, "chosen": CHOSEN, "free": FREE, "shut": SHUT}


def _standard(numbers: WhatIf, area: str) -> str:
    one = numbers.urban_standard if area == "urban" else numbers.rural_standard
    return text(
        f"project.standard_{area}",
        mode=text(f"words.mode.{one.mode}"),
        value=one.value,
        unit=text(f"words.unit.{one.unit}"),
    )


def _standards(numbers: WhatIf) -> str:
    return text("whatif.and").join(_standard(numbers, area) for area in ("urban", "rural"))


def _notes(numbers: WhatIf) -> list[str]:
    """What the panel leaves out or takes for granted."""
    notes = [text("whatif.note_rules"), text("whatif.note_places")]
    if numbers.headline.endswith("_places"):
        notes.insert(0, text("whatif.note_headline", reading=text(f"coverage.reading_{numbers.headline}")))
    if numbers.headline == "built_up":
        notes.insert(0, text("whatif.note_headline_area", reading=reading_label("built_up")))
    if numbers.n_places_unknown:
        notes.append(text("whatif.note_unknown_places", n=numbers.n_places_unknown))
    return notes


def page_data(
    outcome: Outcome, numbers: WhatIf, *, states: Mapping[str, Symbol], quotas: QuotaSymbols
) -> dict[str, Any]:
    """Everything the page's script reads.

    Parameters
    ----------
    outcome
        Names and places of demand points, candidates and townships, in the order of the numbers.
    numbers
        The panel's numbers.
    states, quotas
        Symbols of demand points and of townships.
    """
    cls, classes = _classes(numbers)
    return {
        "schema_version": SCHEMA_VERSION,
        "project": {"title": outcome.note.title, "county_code": outcome.note.county_code},
        "standards": [LEAST_STANDARD_M, MOST_STANDARD_M, STANDARD_STEP_M],
        "urban_m": numbers.urban_standard.value if numbers.urban_standard.unit == "m" else None,
        "of_age": OF_AGE_SHARE,
        "per_1000": numbers.per_1000,
        # A target for area is none for the residents that the page counts.
        "target": None if numbers.headline == "built_up" else numbers.target_share,
        "reading": numbers.reading,
        "max_new": numbers.max_new,
        "max_cost": numbers.max_cost,
        "places_now": numbers.places_now,
        "classes": classes,
        "columns": _columns(numbers.codes, cls, n_class=classes["n"]),
        "points": _points(outcome.demand, cls),
        "towns": [
            {
                "id": str(row.Index),
                "name": str(row.name),
                "state": quotas.state(row),
                "quota": int(numbers.quota[k]),
                "existing": int(numbers.existing[k]),
                "places": float(numbers.existing_places[k]),
                "owed": int(numbers.owed[k]),
                "residents": float(numbers.unplaced_residents[k]),
                "under3": float(numbers.unplaced_under3[k]),
            }
            for k, row in enumerate(outcome.townships.itertuples())
        ],
        "candidates": _candidates(outcome.candidates, numbers),
        "conflicts": [[int(j) for j in plot] for plot in numbers.conflicts],
        "best": {
            "free": [_best(one) for one in numbers.best_free],
            "ruled": [_best(one) for one in numbers.best_ruled.values()],
            "saturated": numbers.saturated_at,
        },
        "initial": _initial(numbers.initial),
        "symbols": {key: symbol.spec() for key, symbol in (_symbols(states) | dict(quotas.symbols)).items()},
        "words": {key: text(f"whatif.page_{key}") for key in PAGE_WORDS.split()},
    }


def _best(plan: BestPlan) -> list[Any]:
    return [plan.n_sites, plan.covered_weight, plan.bound_weight, [int(j) for j in plan.columns]]


def _initial(choice: Choice) -> dict[str, Any]:
    return {
        "standard": None if choice.standard is None else choice.standard.model_dump(mode="json"),
        "enrolment": choice.enrolment,
        "sites": [{"id": key, "places": float(places)} for key, places in choice.places.items()],
    }


def _classes(numbers: WhatIf) -> tuple["NDArray[np.int64]", dict[str, Any]]:
    """The class of each demand point, and the classes: alike in township, area and every code."""
    rows = csr_array(numbers.codes.tocsr())
    rows.sort_indices()
    indices, data = rows.indices.astype("<i4"), rows.data.astype(np.uint8)
    found: dict[bytes, int] = {}
    cls = np.zeros(len(numbers.today), dtype=np.int64)
    head = np.column_stack([numbers.township_idx, numbers.urban, numbers.today]).astype("<i4")
    for i in range(len(cls)):
        span = slice(rows.indptr[i], rows.indptr[i + 1])
        key = head[i].tobytes() + indices[span].tobytes() + data[span].tobytes()
        cls[i] = found.setdefault(key, len(found))
    n = len(found)
    first = np.zeros(n, dtype=np.int64)
    first[cls[::-1]] = np.arange(len(cls))[::-1]
    return cls, {
        "n": n,
        "today": _packed(numbers.today[first], "u1"),
        "urban": _packed(numbers.urban[first], "u1"),
        "town": _packed(numbers.township_idx[first], "<i4"),
        "residents": _packed(np.bincount(cls, numbers.residents, minlength=n), "<f8"),
        "under3": _packed(np.bincount(cls, numbers.under3, minlength=n), "<f8"),
        "points": _packed(np.bincount(cls, minlength=n), "<i4"),
    }


def _columns(codes: csc_array, cls: "NDArray[np.int64]", *, n_class: int) -> dict[str, Any]:
    """Candidate by candidate the classes it reaches, as differences in 7-bit groups, and their codes."""
    entries = codes.tocoo()
    # Every point of a class has the same codes, so one stands for all.
    key = np.unique(entries.col.astype(np.int64) * n_class + cls[entries.row], return_index=True)
    column, row = key[0] // n_class, key[0] % n_class
    counts = np.bincount(column, minlength=codes.shape[1])
    step = np.diff(row, prepend=0)
    starts = np.cumsum(counts) - counts
    step[starts[counts > 0]] = row[starts[counts > 0]]
    return {
        "count": _packed(counts, "<i4"),
        "step": base64.b64encode(_seven_bits(step)).decode("ascii"),
        "code": _packed(entries.data[key[1]], "u1"),
    }


def _seven_bits(values: "NDArray[np.int64]") -> bytes:
    """Whole numbers >= 0, seven bits a byte, the lowest first; a set eighth bit says that more follow."""
    groups = [values & 127]
    left = values >> 7
    while left.any():
        groups.append(left & 127)
        left = left >> 7
    table = np.stack(groups, axis=1).astype(np.uint8)
    used = np.maximum.accumulate((table > 0)[:, ::-1], axis=1)[:, ::-1]
    used[:, 0] = True
    more = np.zeros_like(used)
    more[:, :-1] = used[:, 1:]
    table[more] |= 128
    return table[used].tobytes()


def _packed(values: "NDArray[Any]", kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode("ascii")


def _places(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Latitude and longitude as whole numbers; `NOWHERE` where there is no geometry."""
    latitude = np.full(len(frame), NOWHERE, dtype=np.int64)
    longitude = latitude.copy()
    drawn = present(frame)
    if len(drawn):
        at = frame.index.get_indexer(drawn.index)
        points = drawn.geometry.to_crs(WGS84)
        latitude[at] = np.round(points.y.to_numpy() * DEGREES)
        longitude[at] = np.round(points.x.to_numpy() * DEGREES)
    return {"lat": _packed(latitude, "<i4"), "lng": _packed(longitude, "<i4")}


def _points(demand: gpd.GeoDataFrame, cls: "NDArray[np.int64]") -> dict[str, Any]:
    lived_in = demand["status"].eq("built").to_numpy(bool)
    people = demand["residents"].where(
        lived_in | demand["planned_residents"].isna().to_numpy(), demand["planned_residents"]
    )
    return {
        **_places(demand),
        "cls": _packed(cls, "<i4"),
        "radius": _packed(np.array([round(10 * radius_of_residents(one)) for one in people]), "u1"),
        "hollow": _packed(~lived_in, "u1"),
        "name": [plain(one) or "" for one in demand["name"]],
        "residents": _packed(demand["residents"].to_numpy(float), "<f8"),
        "under3": _packed(demand["under3"].to_numpy(float), "<f8"),
    }


def _candidates(candidates: gpd.GeoDataFrame, numbers: WhatIf) -> dict[str, Any]:
    return {
        **_places(candidates),
        "id": [str(one) for one in candidates.index],
        "name": [plain(one) or str(key) for key, one in candidates["name"].items()],
        "kind": [word("candidate_kind", one) or "" for one in candidates["kind"]],
        "town": _packed(numbers.candidate_township_idx, "<i4"),
        "usable": _packed(numbers.usable, "u1"),
        "reason": [plain(one) for one in candidates["unusable_reason"]],
        "locked": {str(j): bool(on) for j, on in sorted(numbers.locked.items())},
        "sizes": [
            [[float(places), None if missing(cost) else float(cost)] for places, cost in sizes]
            for sizes in numbers.sizes
        ],
    }
