"""自然资源局's map: what ground each site stands on, and why other candidates can't be used."""

from typing import Any

from tuoyu_geo.maps import base, common, palette
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table
from tuoyu_geo.maps.palette import Symbol
from tuoyu_geo.maps.scene import Scene, labels, scene_of
from tuoyu_geo.maps.wording import dash, missing, number, plain, word, year, yes_no
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

_SITES = {
    "land_allocated": Symbol(shape="diamond", stroke=palette.RED, weight=3.0, radius=12, opacity=0.95),
    "land_other": Symbol(shape="diamond", stroke="#7a3e00", weight=2.0, radius=12, opacity=0.95),
    "premises_allocated": Symbol(shape="circle", stroke=palette.RED, weight=3.0, radius=10, opacity=0.95),
    "premises_other": Symbol(shape="circle", stroke="#7a3e00", weight=2.0, radius=10, opacity=0.95),
}
_SITE_ORDER = tuple(_SITES)

_KIND_SHAPES = {
    "land": "diamond",
    "kindergarten": "pentagon",
    "community_centre": "square",
    "estate_rooms": "hexagon",
    "idle_premises": "triangle",
    "industrial_park": "star",
    "workplace": "circle",
    "unregistered": "triangle_down",
    "search_area": "hourglass",
}
_EXCLUDED = Symbol(shape="cross", fill=palette.BLACK, stroke=palette.WHITE, weight=0.8, radius=7, opacity=1.0)

# Areas are entered in whole or tenth square metres.
_SLACK_M2 = 0.05

_CANDIDATE_FIELDS = (
    "maps.field.township",
    "maps.field.kind",
    "maps.field.method",
    "maps.field.exclusion",
    "maps.field.land_use",
    "maps.field.area",
    "maps.field.land_area",
    "maps.field.allocated",
    "maps.field.floor",
    "maps.field.places",
    "maps.field.cost",
    "maps.field.open_year",
)


def natural_resources_map(outcome: Outcome) -> OfflineMap:
    """Draw 自然资源局's map."""
    scene = scene_of(outcome)
    layers = (
        *base.base_layers(scene),
        *common.search_areas(scene),
        _usable(scene),
        _excluded(scene),
        common.institutions(scene, shown=False),
        common.sites(
            scene,
            classes=tuple(_SITES.values()),
            classify=lambda row: _SITE_ORDER.index(parcel_state(row)),
            legend=tuple(
                LegendRow(symbol=_SITES[key], label=text(f"maps.parcel.{key}")) for key in _SITE_ORDER
            ),
        ),
    )
    return OfflineMap(
        "natural_resources", note=outcome.note, panel=_panel(scene), layers=layers, views=scene.views()
    )


def parcel_state(row: Any) -> str:  # noqa: ANN401
    """A site's class: land or premises, on allocated ground (划拨) or not known to be."""
    ground = "land" if row.kind == "land" else "premises"
    allocated = not missing(row.allocated_land) and bool(row.allocated_land)
    return f"{ground}_{'allocated' if allocated else 'other'}"


def _candidate_values(scene: Scene, row: Any) -> tuple[str | None, ...]:  # noqa: ANN401
    return (
        scene.township(row.township_id),
        word("candidate_kind", row.kind),
        word("method", row.method),
        plain(row.unusable_reason),
        plain(row.land_use),
        number(row.area_m2),
        number(row.land_area_m2),
        yes_no(row.allocated_land),
        number(row.floor),
        number(row.places),
        number(row.cost_10k_yuan),
        year(row.open_year),
    )


def _usable(scene: Scene) -> LayerSpec:
    frame = scene.outcome.candidates
    rows = frame if frame.empty else frame[frame["usable"].astype(bool) & ~frame["selected"].astype(bool)]
    kinds = tuple(_KIND_SHAPES)
    classes = tuple(
        Symbol(shape=shape, fill="#dfe6ec", stroke="#51606e", weight=1.3, radius=5.5)
        for shape in _KIND_SHAPES.values()
    )
    return LayerSpec(
        key="candidates_usable",
        name=text("maps.layer.candidates_usable"),
        classes=classes,
        features=features(
            rows,
            describe=lambda row: Shown(
                cls=kinds.index(row.kind) if row.kind in kinds else kinds.index("workplace"),
                title=str(row.name),
                values=_candidate_values(scene, row),
                township_id=plain(row.township_id),
                kind=word("candidate_kind", row.kind),
            ),
        ),
        legend=tuple(
            LegendRow(symbol=symbol, label=str(word("candidate_kind", kind)))
            for kind, symbol in zip(kinds, classes, strict=True)
        ),
        fields=labels(*_CANDIDATE_FIELDS),
    )


def _excluded(scene: Scene) -> LayerSpec:
    frame = scene.outcome.candidates
    return LayerSpec(
        key="candidates_excluded",
        name=text("maps.layer.candidates_excluded"),
        classes=(_EXCLUDED,),
        features=features(
            frame if frame.empty else frame[~frame["usable"].astype(bool)],
            describe=lambda row: Shown(
                title=str(row.name),
                values=_candidate_values(scene, row),
                township_id=plain(row.township_id),
                kind=word("candidate_kind", row.kind),
            ),
        ),
        fields=labels(*_CANDIDATE_FIELDS),
    )


def _panel(scene: Scene) -> Panel:
    outcome = scene.outcome
    return Panel(
        title=text("maps.natural_resources.title", county=outcome.note.county_name),
        audience=text("maps.natural_resources.audience"),
        question=text("maps.natural_resources.question"),
        figures=_figures(outcome),
        tables=(_parcel_table(scene), _reserve_table(scene), _exclusion_table(scene)),
        notices=scene.notices,
    )


def _figures(outcome: Outcome) -> tuple[Figure, ...]:
    sites, candidates = outcome.sites, outcome.candidates
    states = [parcel_state(row) for row in sites.itertuples()]
    land = sum(state.startswith("land") for state in states)
    allocated = sum(state.endswith("_allocated") for state in states)
    unusable = 0 if candidates.empty else int((~candidates["usable"].astype(bool)).sum())
    ground = None if sites.empty else sites["land_area_m2"].sum(min_count=1)
    return (
        Figure(label=text("maps.figure.sites_land"), value=f"{land} / {len(sites)}"),
        Figure(label=text("maps.figure.sites_allocated"), value=f"{allocated} / {len(sites)}"),
        Figure(label=text("maps.figure.land_area"), value=dash(number(ground))),
        Figure(label=text("maps.figure.unusable"), value=f"{unusable} / {len(candidates)}"),
    )


def _parcel_table(scene: Scene) -> Table:
    frame = scene.outcome.sites
    ordered = frame if frame.empty else frame.sort_values("order", kind="stable")
    rows = tuple(
        Row(
            cells=(
                dash(number(row.order)),
                str(row.name),
                text("words.slash").join(
                    (dash(word("candidate_kind", row.kind)), dash(word("method", row.method)))
                ),
                dash(plain(row.land_use)),
                dash(number(scene.area_needed(row.places))),
                dash(number(row.area_m2)),
                dash(number(row.land_area_m2)),
                dash(yes_no(row.allocated_land)),
                text(f"maps.area.{area_state(scene, row)}"),
            ),
            layer="sites",
            id=str(row.Index),
            tone={"enough": "good", "short": "bad"}.get(area_state(scene, row), ""),
        )
        for row in ordered.itertuples()
    )
    return Table(
        title=text("maps.table.parcels"),
        columns=labels(
            "maps.column.order",
            "maps.column.site",
            "maps.column.kind_method",
            "maps.column.land_use",
            "maps.column.area_needed",
            "maps.column.area",
            "maps.column.land_area",
            "maps.column.allocated",
            "maps.column.area_state",
        ),
        rows=rows,
        numeric=frozenset({0, 4, 5, 6}),
        short=frozenset({7, 8}),
        remark=text(
            "maps.table.parcels_remark"
            if scene.outcome.policy.places.area_verified
            else "maps.table.parcels_unverified",
            area=scene.outcome.policy.places.area_per_place_m2,
        ),
    )


def area_state(scene: Scene, row: Any) -> str:  # noqa: ANN401
    """Whether a site has the floor area that its places need: "enough", "short", "to_build" (land), or "unknown"."""
    needed = scene.area_needed(row.places)
    if missing(row.area_m2) or needed is None:
        return "to_build" if row.kind == "land" else "unknown"
    return "enough" if row.area_m2 >= needed - _SLACK_M2 else "short"


def _reserve_table(scene: Scene) -> Table:
    """Land that must be kept for the plan, and where more is to be looked for."""
    sites, areas = scene.outcome.sites, scene.outcome.search_areas
    land = sites if sites.empty else sites[sites["kind"].eq("land") | sites["method"].eq("new_build")]
    rows = [
        Row(
            cells=(
                str(row.name),
                dash(scene.township(row.township_id)),
                dash(number(row.land_area_m2)),
                text(f"maps.reserve.{_allocation(row.allocated_land)}", use=dash(plain(row.land_use))),
            ),
            layer="sites",
            id=str(row.Index),
        )
        for row in land.itertuples()
    ]
    rows += [
        Row(cells=(str(row.name), "—", "—", str(row.asks)), layer="search_areas", id=str(row.Index))
        for row in areas.itertuples()
    ]
    known = None if land.empty else land["land_area_m2"].sum(min_count=1)
    return Table(
        title=text("maps.table.reserve"),
        columns=labels(
            "maps.column.site", "maps.column.township", "maps.column.land_area", "maps.column.reserve"
        ),
        rows=tuple(rows),
        numeric=frozenset({2}),
        short=frozenset({1}),
        remark=text(
            "maps.table.reserve_remark",
            n=len(land),
            area=dash(number(known)),
            unknown=0 if land.empty else int(land["land_area_m2"].isna().sum()),
        ),
    )


def _allocation(allocated: Any) -> str:  # noqa: ANN401
    if missing(allocated):
        return "unknown"
    return "allocated" if bool(allocated) else "other"


def _exclusion_table(scene: Scene) -> Table:
    candidates = scene.outcome.candidates
    wanted = candidates if candidates.empty else candidates[~candidates["usable"].astype(bool)]
    rows = tuple(
        Row(
            cells=(str(row.name), dash(scene.township(row.township_id)), dash(plain(row.unusable_reason))),
            layer="candidates_excluded",
            id=str(row.Index),
        )
        for row in wanted.itertuples()
    )
    return Table(
        title=text("maps.table.exclusions"),
        columns=labels("maps.column.candidate", "maps.column.township", "maps.column.exclusion"),
        rows=rows,
        short=frozenset({1}),
    )
