"""A notebook's map of one moment: who has an institution in reach, who a place, and how institutions are used."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from tuoyu_geo.coverage import share_text
from tuoyu_geo.maps import base, palette
from tuoyu_geo.maps.layers import LayerSpec, LegendRow, Shown, features
from tuoyu_geo.maps.page import Figure, OfflineMap, Panel, Row, Table, View
from tuoyu_geo.maps.palette import Symbol, radius_of_residents
from tuoyu_geo.maps.scene import NOWHERE, bounds_of, labels
from tuoyu_geo.maps.wording import cost, missing, number, plain, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Ground

_REACH = {
    "placed": Symbol(shape="circle", fill=palette.SKY, stroke="#2f7fb0", weight=0.8, opacity=0.85),
    "short": Symbol(shape="diamond", fill=palette.YELLOW, stroke="#6b6400", weight=1.0, opacity=0.95),
    "beyond": Symbol(shape="triangle_down", fill=palette.ORANGE, stroke="#7a5200", weight=1.0, opacity=0.95),
}
_USE = {
    "over": Symbol(shape="star", fill=palette.RED, stroke=palette.WHITE, weight=1.2, radius=9, opacity=1.0),
    "fitting": Symbol(
        shape="square", fill=palette.BLUE, stroke=palette.WHITE, weight=1.2, radius=7.5, opacity=1.0
    ),
    "under": Symbol(shape="square", stroke=palette.BLUE, weight=2.2, radius=7.5, opacity=1.0),
    "unknown": Symbol(
        shape="cross", fill=palette.GREY, stroke=palette.WHITE, weight=1.2, radius=8, opacity=1.0
    ),
}
# Parts of a place below this are rounding and no shortage.
_PART = 0.005


def access_map(
    demand: gpd.GeoDataFrame,
    *,
    institutions: gpd.GeoDataFrame,
    townships: pd.DataFrame,
    ground: Ground,
    title: str,
    question: str,
    notices: Sequence[str],
) -> OfflineMap:
    """Draw who is served.

    Parameters
    ----------
    demand, institutions, townships
        As of `views.Access`.
    ground
        Title block, boundaries, streets and water.
    title, question
        Head of the panel: the moment, and the headline with its reading.
    notices
        What the figures rest on.
    """
    whole = bounds_of(ground.townships) or bounds_of(demand) or NOWHERE
    views = [View(name=text("maps.page.whole"), bounds=whole)]
    urban = bounds_of(demand[demand["area_kind"].eq("urban")])
    if urban is not None:
        views.append(View(name=text("maps.page.urban"), bounds=urban))
    places = townships[["needed_places", "served_places", "unmet_places"]].sum()
    return OfflineMap(
        "access",
        note=ground.note,
        panel=Panel(
            title=title,
            audience=text("maps.access.audience"),
            question=question,
            figures=tuple(
                Figure(label=text(f"maps.access.{name}"), value=number(places[name], digits=1) or "")
                for name in places.index
            ),
            tables=(_township_table(townships),),
            notices=(*ground.note.notices, *notices),
        ),
        layers=(
            *base.ground_layers(streets=ground.streets, water=ground.water),
            base.boundary_layer(ground.townships),
            _demand(demand, institutions=institutions, townships=townships),
            _institutions(institutions, townships=townships),
        ),
        views=views,
    )


def reach_of(row: Any) -> str:  # noqa: ANN401  (a row of the demand frame)
    """A point's class: "placed" where its needs find places, "short" where not all do, "beyond" the standard."""
    if not row.covered:
        return "beyond"
    return "short" if row.unmet_places > _PART else "placed"


def _demand(
    demand: gpd.GeoDataFrame, *, institutions: gpd.GeoDataFrame, townships: pd.DataFrame
) -> LayerSpec:
    classes, names = tuple(_REACH), institutions["name"].to_dict()

    def describe(row: Any) -> Shown:  # noqa: ANN401
        near = None if missing(row.nearest_id) else names.get(row.nearest_id, str(row.nearest_id))
        away = text("maps.nearest", name=near, cost=cost(row.nearest_cost, row.cost_unit))
        if row.nearest_method == "straight_line":
            away = text("maps.nearest_straight", near=away)
        return Shown(
            cls=classes.index(reach_of(row)),
            title=str(row.name),
            radius=radius_of_residents(row.residents),
            township_id=plain(row.township_id),
            kind=word("demand_kind", row.kind),
            values=(
                townships["name"].get(row.township_id),
                number(row.residents),
                number(row.under3),
                text("maps.nearest_none") if near is None else away,
                cost(row.standard, row.cost_unit),
                number(row.two_step_per_100, digits=1),
                number(row.needed_places, digits=1),
                number(row.unmet_places, digits=1),
            ),
        )

    return LayerSpec(
        key="demand",
        name=text("maps.access.demand"),
        classes=tuple(_REACH.values()),
        features=features(demand.sort_values("residents", ascending=False, kind="stable"), describe=describe),
        legend=tuple(
            LegendRow(symbol=symbol, label=text(f"maps.access.reach_{name}"))
            for name, symbol in _REACH.items()
        ),
        fields=labels(
            "maps.field.township",
            "maps.field.residents",
            "maps.field.under3",
            "maps.field.nearest",
            "maps.field.standard",
            "maps.access.two_step_per_100",
            "maps.access.needed_places",
            "maps.access.unmet_places",
        ),
    )


def _institutions(institutions: gpd.GeoDataFrame, *, townships: pd.DataFrame) -> LayerSpec:
    classes = tuple(_USE)

    def describe(row: Any) -> Shown:  # noqa: ANN401
        return Shown(
            cls=classes.index("unknown" if missing(row.use) else row.use),
            title=str(row.name),
            township_id=plain(row.township_id),
            kind=word("institution_kind", row.kind),
            values=(
                townships["name"].get(row.township_id),
                word("institution_kind", row.kind),
                number(row.places),
                number(row.enrolled),
                text(
                    "maps.access.ages",
                    low=row.youngest_months,
                    high=row.oldest_months,
                    method=word("figure_method", row.ages_method),
                ),
                number(row.children_in_reach),
                number(row.asked_places, digits=1),
                None
                if missing(row.use)
                else text(
                    "maps.access.use",
                    share=row.use_share,
                    word=word("use", row.use),
                    method=word("figure_method", row.use_method),
                ),
            ),
        )

    return LayerSpec(
        key="institutions",
        name=text("maps.access.institutions"),
        classes=tuple(_USE.values()),
        features=features(institutions, describe=describe),
        legend=tuple(
            LegendRow(symbol=symbol, label=text(f"maps.access.use_{name}")) for name, symbol in _USE.items()
        ),
        fields=labels(
            "maps.field.township",
            "maps.field.kind",
            "maps.field.places",
            "maps.field.enrolled",
            "maps.access.ages_taken",
            "maps.access.children_in_reach",
            "maps.access.asked_places",
            "maps.field.use",
        ),
    )


def _township_table(townships: pd.DataFrame) -> Table:
    rows = tuple(
        Row(
            cells=(
                str(row.name),
                share_text(row.covered_share),
                number(row.needed_places, digits=1) or "",
                number(row.unmet_places, digits=1) or "",
            ),
        )
        for row in townships.sort_values("unmet_places", ascending=False, kind="stable").itertuples()
    )
    return Table(
        title=text("maps.access.table"),
        columns=labels(
            "maps.column.township",
            "maps.access.covered",
            "maps.access.needed_places",
            "maps.access.unmet_places",
        ),
        rows=rows,
        numeric=frozenset({1, 2, 3}),
        short=frozenset({0}),
    )
