"""Points that several maps draw: demand, institutions, sites, and what is flagged."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd

from tuoyu_geo.maps import palette
from tuoyu_geo.maps.clauses import clause_of
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features
from tuoyu_geo.maps.palette import Symbol, radius_of_residents
from tuoyu_geo.maps.scene import DEMAND_FIELDS, Scene, labels
from tuoyu_geo.maps.wording import missing, number, plain, share, word, year, yes_no
from tuoyu_geo.messages import text

SITE = Symbol(shape="circle", stroke=palette.RED, weight=2.4, radius=10, opacity=0.95)
COUNTED = Symbol(shape="square", fill=palette.BLUE, stroke=palette.WHITE, weight=1.2, radius=7.5, opacity=1.0)
NOT_COUNTED = Symbol(
    shape="triangle", fill=palette.GREY, stroke=palette.WHITE, weight=1.2, radius=7.5, opacity=1.0
)
_SEARCH = Symbol(shape="area", fill=palette.ORANGE, stroke="#7a5200", weight=2.0, dash="2 4", opacity=0.15)

SITE_FIELDS = (
    "maps.field.order",
    "maps.field.township",
    "maps.field.kind",
    "maps.field.method",
    "maps.field.places",
    "maps.field.cost",
    "maps.field.area_needed",
    "maps.field.area",
    "maps.field.land_area",
    "maps.field.land_use",
    "maps.field.allocated",
    "maps.field.floor",
    "maps.field.open_year",
    "maps.field.gained_residents",
    "maps.field.gained_under3",
    "maps.field.reason",
)
INSTITUTION_FIELDS = (
    "maps.field.township",
    "maps.field.kind",
    "maps.field.registration",
    "maps.field.registry",
    "maps.field.nature",
    "maps.field.places",
    "maps.field.enrolled",
    "maps.field.use",
    "maps.field.counted",
    "maps.field.under3_in_reach",
    "maps.field.address",
    "maps.field.clause",
)


def demand_layer(
    scene: Scene,
    rows: gpd.GeoDataFrame,
    *,
    key: str,
    name: str,
    symbol: Symbol,
) -> LayerSpec:
    """Demand points, larger where more people live; hollow where nobody has moved in yet.

    Parameters
    ----------
    scene
        The outcome.
    rows
        Rows of the demand frame.
    key, name, symbol
        The layer's.
    """
    hollow = Symbol(shape=symbol.shape, stroke=symbol.fill or symbol.stroke, weight=1.8, opacity=0.85)
    ordered = rows if rows.empty else rows.sort_values("residents", ascending=False, kind="stable")

    def describe(row: Any) -> Shown:  # noqa: ANN401
        lived_in = row.status == "built"
        people = row.residents if lived_in or missing(row.planned_residents) else row.planned_residents
        return Shown(
            cls=0 if lived_in else 1,
            title=str(row.name),
            values=scene.demand_values(row),
            radius=radius_of_residents(people),
            township_id=plain(row.township_id),
            kind=word("demand_kind", row.kind),
        )

    drawn = features(ordered, describe=describe)
    kinds = ((symbol, "maps.legend.lived_in"), (hollow, "maps.legend.not_yet"))
    found = {feature["properties"]["s"] for feature in drawn}
    return LayerSpec(
        key=key,
        name=name,
        classes=(symbol, hollow),
        features=drawn,
        # a layer of one kind is drawn as its name says; the legend tells two kinds apart
        legend=tuple(
            LegendRow(symbol=own, label=text(key)) for cls, (own, key) in enumerate(kinds) if cls in found
        )
        if 1 in found
        else (),
        fields=labels(*DEMAND_FIELDS),
    )


def institution_values(scene: Scene, row: Any) -> tuple[str | None, ...]:  # noqa: ANN401
    """The lines of `INSTITUTION_FIELDS`."""
    used = (
        None if missing(row.places) or missing(row.enrolled) or not row.places else row.enrolled / row.places
    )
    return (
        scene.township(row.township_id),
        word("institution_kind", row.kind),
        word("registration", row.registration),
        plain(row.registry),
        word("nature", row.nature),
        number(row.places),
        number(row.enrolled),
        share(used),
        yes_no(row.counted),
        number(row.under3_in_reach),
        plain(row.address),
        None if row.registration == "registered" else clause_of(scene.outcome, "registration"),
    )


def institutions(scene: Scene, *, shown: bool = True) -> LayerSpec:
    """What stands: solid squares count towards the quotas, grey triangles don't."""
    return LayerSpec(
        key="institutions",
        name=text("maps.layer.institutions"),
        classes=(COUNTED, NOT_COUNTED),
        features=features(
            scene.outcome.institutions,
            describe=lambda row: Shown(
                cls=0 if row.counted else 1,
                title=str(row.name),
                values=institution_values(scene, row),
                township_id=plain(row.township_id),
                kind=word("institution_kind", row.kind),
            ),
        ),
        legend=(
            LegendRow(symbol=COUNTED, label=text("maps.legend.counted")),
            LegendRow(symbol=NOT_COUNTED, label=text("maps.legend.not_counted")),
        ),
        fields=labels(*INSTITUTION_FIELDS),
        shown=shown,
    )


def site_values(scene: Scene, row: Any) -> tuple[str | None, ...]:  # noqa: ANN401
    """The lines of `SITE_FIELDS`."""
    return (
        number(row.order),
        scene.township(row.township_id),
        word("candidate_kind", row.kind),
        word("method", row.method),
        number(row.places),
        number(row.cost_10k_yuan),
        number(scene.area_needed(row.places)),
        number(row.area_m2),
        number(row.land_area_m2),
        plain(row.land_use),
        yes_no(row.allocated_land),
        number(row.floor),
        year(row.open_year),
        number(row.gained_residents),
        number(row.gained_under3),
        plain(row.reason),
    )


def sites(
    scene: Scene,
    *,
    classes: tuple[Symbol, ...] = (SITE,),
    classify: Callable[[Any], int] = lambda _row: 0,
    legend: tuple[LegendRow, ...] = (),
) -> LayerSpec:
    """What is to be built, numbered in the order that gains most first."""
    frame = scene.outcome.sites
    # the first ones are drawn last, so that they lie on top
    ordered = frame if frame.empty else frame.sort_values("order", ascending=False, kind="stable")
    return LayerSpec(
        key="sites",
        name=text("maps.layer.sites"),
        classes=classes,
        features=features(
            ordered,
            describe=lambda row: Shown(
                cls=classify(row),
                title=str(row.name),
                values=site_values(scene, row),
                label=number(row.order),
                township_id=plain(row.township_id),
                kind=word("candidate_kind", row.kind),
            ),
        ),
        legend=legend,
        fields=labels(*SITE_FIELDS),
    )


GAP_FIELDS = (
    "maps.field.township",
    "maps.field.flag",
    "maps.field.status",
    "maps.field.residents",
    "maps.field.under3",
    "maps.field.nearest",
    "maps.field.spare_places",
    "maps.field.reason",
    "maps.field.clause",
    "maps.field.asks",
    "maps.field.remedy",
    "maps.field.mend",
)
_JUDGES = {
    "new_missing": "new_estate",
    "new_shared": "new_estate",
    "built_missing": "existing_estate",
    "village_guidance": "guidance",
}


def gap_shown(scene: Scene, row: Any, *, cls: int = 0, mend: str | None = None) -> Shown:  # noqa: ANN401
    """A flagged community or village: what is missing, what the document asks, how to mend it.

    Parameters
    ----------
    scene, row
        The outcome, and a row of its gaps.
    cls
        Its class.
    mend
        With what it can be mended, in words.
    """
    return Shown(
        cls=cls,
        title=str(row.name),
        values=(
            scene.township(row.township_id),
            word("flag", row.flag),
            word("status", row.status),
            number(row.residents),
            number(row.under3),
            scene.nearest(
                row.nearest_id,
                row.nearest_cost,
                str(row.cost_unit),
                method=row.nearest_method,
                street=scene.streets_today.get(str(row.subject_id)),
            ),
            number(row.spare_places),
            plain(row.reason),
            clause_of(scene.outcome, _JUDGES.get(row.flag, "quota")),
            plain(row.asks),
            plain(row.remedy),
            mend,
        ),
        radius=radius_of_residents(row.residents, smallest=6.0),
        township_id=plain(row.township_id),
        kind=word("demand_kind", "village" if row.flag == "village_guidance" else "estate"),
    )


def search_areas(scene: Scene) -> tuple[LayerSpec, ...]:
    """Where one more candidate would mend what the plan can't meet; no layer where it meets all."""
    frame = scene.outcome.search_areas
    if frame.empty:
        return ()
    return (
        LayerSpec(
            key="search_areas",
            name=text("maps.layer.search_areas"),
            classes=(_SEARCH,),
            features=features(
                frame,
                describe=lambda row: Shown(title=str(row.name), values=(plain(row.asks),)),
                simplify_m=10.0,
            ),
            fields=labels("maps.field.asks"),
        ),
    )
