"""住建局's map: which estates must have a facility and have none, and how each can be mended."""

from typing import Any

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features
from tuoyu_geo.maps.mending import STAGES, WAYS, method_table, new_estates, stage_table, way_of, way_sentence
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.wording import dash, number, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

FLAGS = ("new_missing", "new_shared", "built_missing")

# New estates by how far they are built: hollow, pale, solid.
_STAGED = {
    "planned": Symbol(shape="triangle", stroke=palette.VERMILION, weight=2.0, radius=7.5),
    "under_construction": Symbol(
        shape="triangle", fill="#f3b58c", stroke=palette.VERMILION, weight=1.6, radius=7.5
    ),
    "built": Symbol(shape="triangle", fill=palette.VERMILION, stroke=palette.WHITE, weight=1.2, radius=7.5),
}
_MENDED = {
    "plan": Symbol(shape="diamond", fill=palette.PURPLE, stroke=palette.WHITE, weight=1.0),
    "candidate": Symbol(shape="diamond", stroke="#8a3d69", weight=1.8),
    "none": Symbol(shape="cross", fill="#6d2b52", stroke=palette.WHITE, weight=0.8),
}
_SHARED = Symbol(shape="square", fill=palette.YELLOW, stroke="#6b5f00", weight=1.2)
_NEW = Symbol(shape="pentagon", fill=palette.GREEN, stroke=palette.WHITE, weight=1.2)
_BUILT = Symbol(shape="circle", fill="#b9c1c9", stroke="#7d8790", weight=0.7, opacity=0.8)
_UPCOMING = Symbol(shape="circle", fill=palette.SKY, stroke="#2f7fb0", weight=1.8)


def housing_map(outcome: Outcome) -> OfflineMap:
    """Draw 住建局's map."""
    scene = scene_of(outcome)
    demand, gaps = outcome.demand, outcome.gaps
    flagged = gaps if gaps.empty else gaps[gaps["flag"].isin(FLAGS)]
    if demand.empty:
        upcoming = built = new = demand
    else:
        marked = set() if flagged.empty else set(flagged["subject_id"].astype(str))
        estates = demand[(demand["kind"] == "estate") & ~demand.index.astype(str).isin(marked)]
        is_new = estates.index.isin(new_estates(scene).index)
        new, rest = estates[is_new], estates[~is_new]
        lived_in = rest["status"] == "built"
        upcoming, built = rest[~lived_in], rest[lived_in]
    layers = (
        *base.base_layers(scene),
        common.demand_layer(
            scene, built, key="estates_built", name=text("maps.layer.estates_built"), symbol=_BUILT
        ),
        common.demand_layer(
            scene,
            upcoming,
            key="estates_upcoming",
            name=text("maps.layer.estates_upcoming"),
            symbol=_UPCOMING,
        ),
        common.demand_layer(scene, new, key="estates_new", name=text("maps.layer.estates_new"), symbol=_NEW),
        common.sites(scene),
        common.institutions(scene),
        *(flagged_layer(scene, flag) for flag in reversed(FLAGS)),
    )
    views = scene.views(focus=flagged)
    return OfflineMap("housing", note=outcome.note, panel=_panel(scene), layers=layers, views=views)


def flagged_layer(scene: Scene, flag: str) -> LayerSpec:
    """The estates of one flag, largest first: new ones by their stage, built ones by the way to mend them."""
    gaps = scene.outcome.gaps
    rows = (
        gaps
        if gaps.empty
        else gaps[gaps["flag"] == flag].sort_values("residents", ascending=False, kind="stable")
    )
    classes: dict[str, Symbol] = {"new_missing": _STAGED, "built_missing": _MENDED}.get(flag, {"": _SHARED})

    def classify(row: Any) -> int:  # noqa: ANN401
        if flag == "new_missing":
            return STAGES.index(row.status)
        return WAYS.index(way_of(scene, row.Index)) if flag == "built_missing" else 0

    def describe(row: Any) -> Shown:  # noqa: ANN401
        return common.gap_shown(scene, row, cls=classify(row), mend=way_sentence(scene, row.Index))

    words: dict[str, str] = {}
    if flag == "new_missing":
        words = {name: text(f"words.status.{name}") for name in STAGES}
    elif flag == "built_missing":
        words = {name: text(f"maps.way.{name}") for name in WAYS}
    return LayerSpec(
        key=flag,
        name=text(f"maps.layer.{flag}"),
        classes=tuple(classes.values()),
        features=features(rows, describe=describe),
        legend=tuple(LegendRow(symbol=classes[name], label=label) for name, label in words.items()),
        fields=labels(*common.GAP_FIELDS),
    )


def _panel(scene: Scene) -> Panel:
    outcome = scene.outcome
    return Panel(
        title=text("maps.housing.title", county=outcome.note.county_name),
        audience=text("maps.housing.audience"),
        question=text("maps.housing.question"),
        figures=_figures(outcome),
        tables=(stage_table(scene), method_table(scene), *(flag_table(scene, flag) for flag in FLAGS)),
        notices=scene.notices,
    )


def _figures(outcome: Outcome) -> tuple[Figure, ...]:
    gaps, demand = outcome.gaps, outcome.demand
    found = []
    for flag in FLAGS:
        n = 0 if gaps.empty else int((gaps["flag"] == flag).sum())
        found.append(Figure(label=str(word("flag", flag)), value=str(n), remark=text("maps.figure.estates")))
    n_upcoming = (
        0 if demand.empty else int(((demand["kind"] == "estate") & (demand["status"] != "built")).sum())
    )
    found.append(
        Figure(label=text("maps.figure.upcoming"), value=str(n_upcoming), remark=text("maps.figure.estates"))
    )
    return tuple(found)


def flag_table(scene: Scene, flag: str) -> Table:
    """The estates of one flag, largest first, each with the way to mend it."""
    gaps = scene.outcome.gaps
    wanted = (
        gaps
        if gaps.empty
        else gaps[gaps["flag"] == flag].sort_values("residents", ascending=False, kind="stable")
    )
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                dash(scene.township(row.township_id)),
                dash(word("status", row.status)),
                dash(number(row.residents)),
                dash(way_sentence(scene, row.Index)),
            ),
            layer=flag,
            id=str(row.Index),
        )
        for row in wanted.itertuples()
    )
    return Table(
        title=text(f"maps.table.{flag}"),
        columns=labels(
            "maps.column.estate",
            "maps.column.township",
            "maps.column.status",
            "maps.column.residents",
            "maps.column.remedy",
        ),
        rows=rows,
        numeric=frozenset({3}),
        short=frozenset({1, 2}),
    )
