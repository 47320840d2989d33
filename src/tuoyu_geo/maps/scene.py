"""What every map of one outcome shares: names by id, extents, and the lines of a demand point's popup."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from tuoyu_geo.maps.clauses import clause_of
from tuoyu_geo.maps.layers import WGS84, present
from tuoyu_geo.maps.page import Bounds, View
from tuoyu_geo.maps.wording import cost, missing, number, word
from tuoyu_geo.messages import text
from tuoyu_geo.outcome import Outcome

NOWHERE: Bounds = ((18.0, 73.0), (53.0, 135.0))
"""Where a map without a single feature opens: the country."""

DEMAND_FIELDS = (
    "maps.field.township",
    "maps.field.kind",
    "maps.field.status",
    "maps.field.residents",
    "maps.field.under3",
    "maps.field.planned_residents",
    "maps.field.figure_method",
    "maps.field.nearest_today",
    "maps.field.nearest_plan",
    "maps.field.standard",
    "maps.field.clause",
)


def labels(*keys: str) -> tuple[str, ...]:
    """The words of some keys, in order."""
    return tuple(text(key) for key in keys)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scene:
    """One outcome, prepared for drawing.

    Attributes
    ----------
    outcome
        What is drawn.
    townships, facilities
        Names by id; facilities are institutions, sites and candidates together.
    homes
        Township by facility id, where it is known.
    streets_today
        By demand id: the streets on the way to the nearest institution of today, where they are known.
    mends
        By gap id: with what it can be mended, as `mends.ways_to_mend`.
    """

    outcome: Outcome
    townships: dict[str, str]
    facilities: dict[str, str]
    homes: dict[str, str]
    streets_today: dict[str, str]
    mends: dict[str, dict[str, Any]]

    def township(self, township_id: Any) -> str | None:  # noqa: ANN401
        """A township's name, or its code where the name isn't known."""
        return None if missing(township_id) else self.townships.get(str(township_id), str(township_id))

    def area_needed(self, places: Any) -> float | None:  # noqa: ANN401
        """Floor area that so many places need by the policy [m2]."""
        return None if missing(places) else float(places) * self.outcome.policy.places.area_per_place_m2

    def nearest(
        self,
        facility_id: Any,  # noqa: ANN401
        cost_value: Any,  # noqa: ANN401
        unit: str,
        *,
        method: Any,  # noqa: ANN401
        street: Any = None,  # noqa: ANN401
    ) -> str:
        """The nearest institution, how far it is and by which streets or that it is an estimate, or that there is none."""
        if missing(facility_id):
            return text("maps.nearest_none")
        name = self.facilities.get(str(facility_id), str(facility_id))
        figure = cost(cost_value, unit)
        if figure is None:
            return name
        if method == "straight_line":
            return text("maps.nearest_straight", near=text("maps.nearest", name=name, cost=figure))
        if missing(street):
            return text("maps.nearest", name=name, cost=figure)
        return text("maps.nearest_by", name=name, cost=figure, street=street)

    def demand_values(self, row: Any) -> tuple[str | None, ...]:  # noqa: ANN401
        """The lines of `DEMAND_FIELDS` for a row of the demand frame."""
        methods = dict.fromkeys(
            found
            for found in (
                word("figure_method", row.residents_method),
                word("figure_method", row.under3_method),
            )
            if found
        )
        return (
            self.township(row.township_id),
            word("demand_kind", row.kind),
            word("status", row.status),
            number(row.residents),
            number(row.under3),
            number(row.planned_residents),
            text("words.slash").join(methods) or None,
            self.nearest(
                row.nearest_today_id,
                row.nearest_today_cost,
                row.cost_unit,
                method=row.nearest_today_method,
                street=row.street_today,
            ),
            self.nearest(
                row.nearest_plan_id,
                row.nearest_plan_cost,
                row.cost_unit,
                method=row.nearest_plan_method,
                street=row.street_plan,
            ),
            cost(row.standard, row.cost_unit),
            None if row.covered_plan else clause_of(self.outcome, "coverage"),
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """What must stand on every map, and that there is nothing to draw, where that is so."""
        empty = () if self._whole() else (text("maps.page.empty"),)
        return (*empty, *self.outcome.note.notices)

    def _whole(self) -> Bounds | None:
        outcome = self.outcome
        layers = (
            outcome.townships,
            outcome.demand,
            outcome.institutions,
            outcome.candidates,
            outcome.streets,
        )
        return next((box for frame in layers if (box := bounds_of(frame)) is not None), None)

    def views(self, *, focus: gpd.GeoDataFrame | None = None, urban: bool = True) -> tuple[View, ...]:
        """Where the map opens and where its buttons go.

        Parameters
        ----------
        focus
            What the map is about; it opens there, where given and not empty.
        urban
            Whether a button goes to the urban demand.
        """
        outcome = self.outcome
        whole = self._whole()
        if whole is None:
            return (View(name=text("maps.page.whole"), bounds=NOWHERE),)
        found = [View(name=text("maps.page.whole"), bounds=whole)]
        town = bounds_of(_urban(outcome.demand)) if urban else None
        if town is not None:
            found.append(View(name=text("maps.page.urban"), bounds=town))
        close = bounds_of(focus) if focus is not None else None
        if close is not None:
            found.insert(0, View(name=text("maps.page.focus"), bounds=close))
        return tuple(found)


def scene_of(outcome: Outcome) -> Scene:
    """Prepare an outcome for drawing."""
    facilities: dict[str, str] = {}
    homes: dict[str, str] = {}
    for frame in (outcome.candidates, outcome.sites, outcome.institutions):
        facilities |= _texts(frame, "name")
        homes |= _texts(frame, "township_id")
    return Scene(
        outcome=outcome,
        townships=_texts(outcome.townships, "name"),
        facilities=facilities,
        homes=homes,
        streets_today=_texts(outcome.demand, "street_today"),
        mends={str(row.pop("gap_id")): row for row in _records(outcome.mends)},
    )


def bounds_of(frame: gpd.GeoDataFrame) -> Bounds | None:
    """The extent of a frame in degrees; None where there is nothing to draw."""
    rows = present(frame)
    if rows.empty:
        return None
    west, south, east, north = (float(value) for value in rows.geometry.to_crs(WGS84).total_bounds)
    # a single point has no extent: leave it some room
    room = 0.002
    return ((round(south - room, 5), round(west - room, 5)), (round(north + room, 5), round(east + room, 5)))


def _urban(demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Urban demand without the outermost points, which would pull the view back to the whole county."""
    rows = present(demand)
    if rows.empty:
        return rows
    urban = rows[rows["area_kind"] == "urban"]
    if urban.empty:
        return urban
    x, y = urban.geometry.x, urban.geometry.y
    inner = x.between(x.quantile(0.03), x.quantile(0.97)) & y.between(y.quantile(0.03), y.quantile(0.97))
    return urban[inner] if inner.any() else urban


def _records(mends: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mends.rename_axis("gap_id").reset_index().to_dict("records")
    return found


def _texts(frame: pd.DataFrame, column: str) -> dict[str, str]:
    if frame.empty or column not in frame:  # not every map shows it
        return {}
    return {str(key): str(value) for key, value in frame[column].items() if not missing(value)}
