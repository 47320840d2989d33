"""住建局's map: which estates must have a facility and have none, and how each can be mended."""

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.layers import LayerSpec, features
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.wording import dash, number, plain, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

_FLAGS = {
    "new_missing": Symbol(shape="triangle", fill=palette.VERMILION, stroke=palette.WHITE, weight=1.2),
    "new_shared": Symbol(shape="square", fill=palette.YELLOW, stroke="#6b5f00", weight=1.2),
    "built_missing": Symbol(shape="diamond", fill=palette.PURPLE, stroke=palette.WHITE, weight=1.0),
}
_BUILT = Symbol(shape="circle", fill="#b9c1c9", stroke="#7d8790", weight=0.7, opacity=0.8)
_UPCOMING = Symbol(shape="circle", fill=palette.SKY, stroke="#2f7fb0", weight=1.8)


def housing_map(outcome: Outcome) -> OfflineMap:
    """Draw 住建局's map."""
    scene = scene_of(outcome)
    demand, gaps = outcome.demand, outcome.gaps
    flagged = gaps if gaps.empty else gaps[gaps["flag"].isin(list(_FLAGS))]
    if demand.empty:
        upcoming = built = demand
    else:
        marked = set() if flagged.empty else set(flagged["subject_id"].astype(str))
        estates = demand[(demand["kind"] == "estate") & ~demand.index.astype(str).isin(marked)]
        lived_in = estates["status"] == "built"
        upcoming, built = estates[~lived_in], estates[lived_in]
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
        *(_flagged(scene, flag) for flag in reversed(_FLAGS)),
        common.institutions(scene),
        common.sites(scene),
    )
    views = scene.views(focus=flagged)
    return OfflineMap("housing", note=outcome.note, panel=_panel(scene), layers=layers, views=views)


def _flagged(scene: Scene, flag: str) -> LayerSpec:
    gaps = scene.outcome.gaps
    rows = (
        gaps
        if gaps.empty
        else gaps[gaps["flag"] == flag].sort_values("residents", ascending=False, kind="stable")
    )
    return LayerSpec(
        key=flag,
        name=text(f"maps.layer.{flag}"),
        classes=(_FLAGS[flag],),
        features=features(rows, describe=lambda row: common.gap_shown(scene, row)),
        fields=labels(*common.GAP_FIELDS),
    )


def _panel(scene: Scene) -> Panel:
    outcome = scene.outcome
    return Panel(
        title=text("maps.housing.title", county=outcome.note.county_name),
        audience=text("maps.housing.audience"),
        question=text("maps.housing.question"),
        figures=_figures(outcome),
        tables=tuple(_flag_table(scene, flag) for flag in _FLAGS),
        notices=scene.notices,
    )


def _figures(outcome: Outcome) -> tuple[Figure, ...]:
    gaps, demand = outcome.gaps, outcome.demand
    found = []
    for flag in _FLAGS:
        n = 0 if gaps.empty else int((gaps["flag"] == flag).sum())
        found.append(Figure(label=str(word("flag", flag)), value=str(n), remark=text("maps.figure.estates")))
    n_upcoming = (
        0 if demand.empty else int(((demand["kind"] == "estate") & (demand["status"] != "built")).sum())
    )
    found.append(
        Figure(label=text("maps.figure.upcoming"), value=str(n_upcoming), remark=text("maps.figure.estates"))
    )
    return tuple(found)


def _flag_table(scene: Scene, flag: str) -> Table:
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
                dash(plain(row.remedy)),
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
        remark=text("maps.table.click") if rows else text("maps.table.none"),
    )
