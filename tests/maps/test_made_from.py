"""What a page is made from: no page may change without its hashes changing, whatever changes in the outcome.

The other way round is only waste, and is measured: hashes that change though the page's bytes don't.
"""

from dataclasses import fields, replace
from random import Random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tuoyu_geo.maps import MAPS, draw_maps, map_names, map_pages


def made_from(outcome, names):
    return {page.stem: page.made_from() for page in map_pages(outcome, names)}


def moved(frame, row, *, by=40.0):
    shapes = frame.geometry.copy()
    shapes.iloc[row] = gpd.GeoSeries([shapes.iloc[row]]).translate(by, by).iloc[0]
    return frame.set_geometry(shapes)


def changed_cell(frame, column, row):
    """The frame with one cell changed to another value that the column could hold; None where it can't be told which."""
    if column == "geometry":
        return None if frame.geometry.iloc[row] is None else moved(frame, row)
    values = frame[column].tolist()
    was = values[row]
    others = sorted({one for one in values if isinstance(one, str) and one != was})
    if isinstance(was, bool | np.bool_):
        now = not was
    elif isinstance(was, int | float | np.number):
        now = 7.0 if pd.isna(was) else was + 7
    elif isinstance(was, pd.Timestamp):
        now = was + pd.Timedelta(days=400)
    elif others:
        now = others[row % len(others)]
    elif isinstance(was, str):
        now = was + "改"
    else:
        return None
    values[row] = now
    return frame.assign(**{column: pd.Series(values, index=frame.index, dtype=frame[column].dtype)})


def frames_of(outcome):
    return {
        field.name: value
        for field in fields(outcome)
        if isinstance(value := getattr(outcome, field.name), pd.DataFrame) and len(value)
    }


def changes(outcome, random):
    """Outcomes with one thing changed, by what was changed."""
    for name, frame in frames_of(outcome).items():
        for column in frame.columns:
            for row in {0, random.randrange(len(frame)), len(frame) - 1}:
                other = changed_cell(frame, column, row)
                if other is not None:
                    yield f"{name}.{column}[{row}]", {name: other}
        yield f"{name} reversed", {name: frame.iloc[::-1]}
        yield f"{name} shorter", {name: frame.iloc[:-1]}
    yield from changes_of_notes(outcome)
    yield from changes_of_clauses(outcome)
    for part, figures in outcome.summary.items():
        for name, value in figures.items() if isinstance(figures, dict) else ():
            if isinstance(value, int | float) and not isinstance(value, bool):
                more = dict(outcome.summary) | {part: figures | {name: value + 3}}
                yield f"summary.{part}.{name}", {"summary": more}
    places = outcome.policy.places
    more = places.model_copy(update={"area_per_place_m2": places.area_per_place_m2 + 1})
    yield "policy", {"policy": outcome.policy.model_copy(update={"places": more})}


def changes_of_notes(outcome):
    note = outcome.note
    for field in fields(note):
        value = getattr(note, field.name)
        if field.name in {"notices", "attribution"}:
            yield f"note.{field.name}", {"note": replace(note, **{field.name: (*value, "改")})}
        elif field.name == "sources":
            source = replace(value[0], source="改", quality="estimated")
            yield "note.sources", {"note": replace(note, sources=(source, *value[1:]))}
        elif field.name != "crs":
            yield f"note.{field.name}", {"note": replace(note, **{field.name: f"{value}改"})}


def changes_of_clauses(outcome):
    for k, clause in enumerate(outcome.clauses):
        for field in fields(clause):
            value = getattr(clause, field.name)
            if field.name.startswith("status"):
                now = "met" if value != "met" else "not_met"
            elif isinstance(value, str) and field.name != "kind":
                now = f"{value}改"
            elif field.name.startswith("places"):
                now = value[:-1]
            else:
                continue
            changed = (*outcome.clauses[:k], replace(clause, **{field.name: now}), *outcome.clauses[k + 1 :])
            yield f"clause {k} {field.name}", {"clauses": changed}


def some_pages(outcome):
    return [*MAPS, map_names(outcome.townships.index)[len(MAPS)]]


@pytest.fixture(scope="module")
def made_up(synthetic):
    """A small county with every kind of thing in it."""
    return synthetic.rich_outcome(n_demand=60, n_candidates=40, n_streets=60)


def missed_and_wasted(outcome, *, random, n_changes):
    """Changes that the hashes of a page missed; and of those that they told, how many changed no byte of it."""
    names = some_pages(outcome)
    before, pages = made_from(outcome, names), draw_maps(outcome, names)
    every = list(changes(outcome, random))
    missed, told = [], []
    for what, change in random.sample(every, min(n_changes, len(every))):
        changed = replace(outcome, **change)
        after = made_from(changed, names)
        for name in names:
            is_told = after[name] != before[name]
            try:
                is_same = draw_maps(changed, [name])[name] == pages[name]
            except (KeyError, ValueError, IndexError, AttributeError):
                is_same = False  # a change that no run could bring about
            if is_told:
                told.append(is_same)
            elif not is_same:
                missed.append(f"{name}: {what}")
    return missed, told


def test_no_page_changes_without_its_hashes(made_up):
    missed, told = missed_and_wasted(made_up, random=Random(1), n_changes=4)
    assert missed == []
    assert told


@pytest.mark.slow
@pytest.mark.parametrize("which", ["made_up", "project"])
def test_no_page_changes_without_its_hashes_whatever_changes(which, request, record_property):
    outcome = request.getfixturevalue(which)
    outcome = outcome.outcome() if which == "project" else outcome
    missed, told = missed_and_wasted(outcome, random=Random(2), n_changes=120)
    assert missed == []
    record_property("drawn_again_needlessly", f"{sum(told)} of {len(told)}")
    assert sum(told) < len(told) / 2


def test_a_page_drawn_from_what_it_is_said_to_show_is_the_page_drawn_from_everything(made_up):
    for page in map_pages(made_up, tuple(MAPS)):
        whole = MAPS[page.stem](made_up).linked(page.links).over(None, up="").html()
        assert page.html() == whole


def test_a_page_is_the_same_whichever_others_are_drawn(made_up):
    names = map_names(made_up.townships.index)[-2:]
    together = draw_maps(made_up, names)
    assert all(draw_maps(made_up, [name])[name] == together[name] for name in names)
