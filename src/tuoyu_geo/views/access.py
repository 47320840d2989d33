"""Who is served, as a notebook holds it: its tables, its map, its figures in a line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tuoyu_geo.coverage import share_text
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.outcome import Ground
from tuoyu_geo.views.html import frame_html

if TYPE_CHECKING:
    import folium
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Access(Spoken):
    """Who is served, today or with the plan.

    Attributes
    ----------
    when
        "today" or "plan".
    demand
        Demand points with nearest_id, nearest_cost, nearest_method, cost_unit, standard, covered, and the columns of
        `places.PlacesView.demand`.
    coverage
        A row a reading of 覆盖面: label, scope, standard_m, share, headline.
    townships
        Index township_id: name, residents, under3, covered_share (of residents), needed_places, served_places,
        unmet_places.
    groups
        A row a township or kind of area and reading, as `coverage_groups` with the moment "share".
    curve
        A row a scope, reading and walking standard, as `coverage_curves` with the moment "share".
    institutions
        Those that serve, as `places.PlacesView.institutions`, with their points.
    nearest, equity, lorenz
        As in `places.PlacesView`.
    notes
        Sentences: what the figures rest on, with every estimate among the inputs.
    ground
        What the map lies on.
    """

    when: Literal["today", "plan"]
    demand: "gpd.GeoDataFrame"
    coverage: pd.DataFrame
    townships: pd.DataFrame
    groups: pd.DataFrame
    curve: pd.DataFrame
    institutions: "gpd.GeoDataFrame"
    nearest: pd.DataFrame
    equity: pd.DataFrame
    lorenz: pd.DataFrame
    notes: tuple[str, ...]
    ground: Ground

    def explore(self) -> "folium.Map":
        """The map of this moment, for a notebook cell: one page that needs no network."""
        from tuoyu_geo.maps import access_map  # noqa: PLC0415  (folium is slow to import)

        return access_map(
            self.demand,
            institutions=self.institutions,
            townships=self.townships,
            ground=self.ground,
            title=text(
                "views.access_title", title=self.ground.note.title, when=text(f"views.when_{self.when}")
            ),
            question=repr(self),
            notices=self.notes,
        )

    @property
    def headline(self) -> "pd.Series[Any]":
        """The row of `coverage` by which the policy judges 覆盖面."""
        row: pd.Series[Any] = self.coverage[self.coverage["headline"]].iloc[0]
        return row

    def __repr__(self) -> str:
        return text(
            "views.access_line",
            when=text(f"views.when_{self.when}"),
            label=self.headline["label"],
            share=share_text(self.headline["share"]),
            scope=self.headline["scope"],
        )

    def wide(self, *, by: Literal["township", "area"]) -> pd.DataFrame:
        """`groups` as people read it: a row a group, with its people and a share a reading.

        Parameters
        ----------
        by
            Townships, or kinds of area.
        """
        rows = self.groups[self.groups["by"].eq(by)]
        names = rows.drop_duplicates("group_id").set_index("group_id")["name"]
        frame = pd.DataFrame({"name": names})
        for reading, part in rows.groupby("reading", sort=False):
            one = part.set_index("group_id")
            frame[f"{reading}_total"], frame[f"{reading}_share"] = one["total"], one["share"]
        return frame

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        readings = self.coverage[["label", "scope", "share"]].assign(
            share=[share_text(share) for share in self.coverage["share"]],
        )
        areas = self.wide(by="area")
        people = areas[["name", "residents_total", "under3_total"]].assign(
            **{
                name: [share_text(share) for share in areas[name]]
                for name in areas.columns
                if name.endswith("_share")
            },
        )
        places = self.equity[["label", "mean_per_100", "worst_per_100", "gini"]]
        parts = [
            f"<p>{escape(repr(self))}</p>",
            frame_html(readings),
            frame_html(people),
            f"<p>{escape(self.places_line())}</p>",
            frame_html(places, decimals=2),
            "<p>" + "<br>".join(escape(note) for note in self.notes) + "</p>",
        ]
        return "".join(parts)

    def places_line(self) -> str:
        """Places asked for, those that find one within the standard, and how institutions are used, in a line."""
        use = self.institutions["use"].value_counts()
        return text(
            "views.places_line",
            **self.townships[["needed_places", "served_places", "unmet_places"]].sum(),
            **{word: int(use.get(word, 0)) for word in ("over", "under")},
        )
