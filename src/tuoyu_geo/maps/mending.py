"""住建局's answers: with what each estate is mended, and where each new one stands in the four stages (四同步)."""

from typing import Any

import pandas as pd

from tuoyu_geo.gaps import is_new_estate, rule_residents
from tuoyu_geo.maps.page import Row, Table
from tuoyu_geo.maps.scene import Scene, labels
from tuoyu_geo.maps.wording import cost, dash, missing, number, word
from tuoyu_geo.messages import text

WAYS = ("plan", "candidate", "none")
"""Ways to mend, best first: a site of the plan, a usable candidate that the plan doesn't take, nothing known."""

STAGES = ("planned", "under_construction", "built")
"""An estate's status, in the order of building."""

# By status: what is known of 规划, 建设, 验收, 交付; of an estate that has its own facility, and of one that lacks it.
_HAVE = {
    "planned": ("done", "later", "later", "later"),
    "under_construction": ("done", "now", "later", "later"),
    "built": ("done", "done", "done", "done"),
}
_LACK = {
    "planned": ("now", "later", "later", "later"),
    "under_construction": ("check", "now", "later", "later"),
    "built": ("check", "check", "check", "failed"),
}


def way_of(scene: Scene, gap_id: Any) -> str:  # noqa: ANN401
    """How a flagged estate can be mended: one of `WAYS`."""
    found = scene.mends.get(str(gap_id))
    return "none" if found is None else str(found["way"])


def way_sentence(scene: Scene, gap_id: Any) -> str | None:  # noqa: ANN401
    """The way in words; None for what is not mended by a building."""
    row = scene.mends.get(str(gap_id))
    if row is None:
        return None
    if row["way"] == "none":
        policy = scene.outcome.policy
        smallest = policy.places.class_places[0]
        return text(
            "maps.mend.none",
            low=policy.candidates.lowest_floor,
            high=policy.candidates.highest_floor,
            area=smallest * policy.places.area_per_place_m2,
            smallest=smallest,
        )
    return text(
        f"maps.mend.{row['way']}",
        name=row["name"],
        method=dash(word("method", row["method"])),
        places=dash(number(row["places"])),
        cost=dash(cost(row["cost"], str(row["cost_unit"]))),
    )


def method_table(scene: Scene) -> Table:
    """Built estates without a facility, counted by the method that mends them."""
    gaps, mends = scene.outcome.gaps, scene.outcome.mends
    rows: tuple[Row, ...] = ()
    if not gaps.empty and not mends.empty:
        built = gaps[gaps["flag"].eq("built_missing")].join(mends[["way", "method"]])
        built["said"] = [
            text("maps.mend.nothing") if row.way == "none" else dash(word("method", row.method))
            for row in built.itertuples()
        ]
        grouped = built.groupby("said", sort=False).agg(
            n=("name", "size"),
            planned=("way", lambda ways: int((ways == "plan").sum())),
            people=("residents", "sum"),
        )
        rows = tuple(
            Row(cells=(str(said), str(row.n), str(row.planned), dash(number(row.people))))
            for said, row in grouped.sort_values("n", ascending=False, kind="stable").iterrows()
        )
    return Table(
        title=text("maps.table.methods"),
        columns=labels(
            "maps.column.method", "maps.column.estates", "maps.column.in_plan", "maps.column.residents"
        ),
        rows=rows,
        numeric=frozenset({1, 2, 3}),
    )


def new_estates(scene: Scene) -> pd.DataFrame:
    """New estates of the policy's size or more, largest first.

    Returns
    -------
    Index demand_id; columns name, township_id, status, people (by which the rule judges them), own (has its own facility),
    gap_id (its flag, or None).
    """
    outcome = scene.outcome
    estates, demand, gaps = outcome.communities, outcome.demand, outcome.gaps
    columns = ["name", "township_id", "status", "people", "own", "gap_id"]
    if demand.empty or estates.empty:
        return pd.DataFrame(columns=columns)
    rule = outcome.policy.estates
    here = demand.loc[demand.index.intersection(estates.index, sort=False)]
    estates = estates.loc[here.index]
    people = rule_residents(here)
    asked = is_new_estate(estates, after=rule.new_after) & people.ge(rule.minimum_residents)
    institutions = outcome.institutions
    owners = (
        set()
        if institutions.empty
        else set(institutions.loc[institutions["counted"], "community_id"].dropna())
    )
    flags = (
        {}
        if gaps.empty
        else {
            str(row.subject_id): row.Index
            for row in gaps[gaps["flag"].isin(["new_missing", "new_shared"])].itertuples()
        }
    )
    found = here[["name", "township_id", "status"]].assign(
        people=people,
        own=estates["has_facility"].eq(True) | estates.index.isin(owners),
        gap_id=pd.Series([flags.get(str(one)) for one in here.index], index=here.index, dtype=object),
    )
    return found[asked].sort_values("people", ascending=False, kind="stable")[columns]


def stage_table(scene: Scene) -> Table:
    """Where each new estate stands in 同步规划, 建设, 验收 and 交付, and what is due now."""
    rows = []
    for row in new_estates(scene).itertuples():
        marks = (_HAVE if row.own else _LACK)[str(row.status)]
        due = text(f"maps.stage.{'have' if row.own else 'lack'}_{row.status}")
        flagged = not missing(row.gap_id)
        rows.append(
            Row(
                cells=(
                    str(row.name),
                    dash(scene.township(row.township_id)),
                    dash(number(row.people)),
                    *(text(f"maps.stage.{mark}") for mark in marks),
                    due,
                ),
                layer=str(scene.outcome.gaps.loc[row.gap_id, "flag"]) if flagged else "estates_new",
                id=str(row.gap_id if flagged else row.Index),
                tone="good" if row.own else "bad",
            )
        )
    return Table(
        title=text("maps.table.stages"),
        columns=labels(
            "maps.column.estate",
            "maps.column.township",
            "maps.column.people",
            "maps.column.stage_plan",
            "maps.column.stage_build",
            "maps.column.stage_accept",
            "maps.column.stage_deliver",
            "maps.column.due",
        ),
        rows=tuple(rows),
        numeric=frozenset({2}),
        short=frozenset({3, 4, 5, 6}),
        remark=text("maps.table.stages_remark"),
    )
