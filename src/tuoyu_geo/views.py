"""What a notebook holds: who is served today, and the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tuoyu_geo.coverage import headline_label, share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.outcome import Clause, Ground, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    import folium
    import geopandas as gpd

    from tuoyu_geo.config import Config
    from tuoyu_geo.map_sheets import Format


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
            _html(readings),
            _html(people),
            f"<p>{escape(self.places_line())}</p>",
            _html(places, decimals=2),
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


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Plan(Spoken):
    """A siting plan, with its proof.

    Attributes
    ----------
    sites
        The chosen sites in the order in which to open them, as `Outcome.sites`.
    quotas
        Index township_id: name, quota, existing, proposed, shortfall, met, n_usable.
    coverage
        As `Outcome.coverage`: each reading before and after.
    clauses
        The policy's clauses, judged.
    status, objective, bound, gap, seconds
        "optimal" where every stage is proven; number of new sites, its proven lower bound, their relative gap, and
        how long the search took.
    stages
        A row a stage of the search: name, objective, bound, gap, status, seconds.
    shortfalls
        Sentences: what the plan can't meet, and why.
    clashes
        Sentences: smallest sets of rules that can't all be met.
    search_areas
        Where one more candidate would mend it, as `Outcome.search_areas`.
    outcome
        Everything that maps and tables show.
    """

    sites: "gpd.GeoDataFrame"
    quotas: pd.DataFrame
    coverage: pd.DataFrame
    clauses: tuple[Clause, ...]
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    stages: pd.DataFrame
    shortfalls: tuple[str, ...]
    clashes: tuple[str, ...]
    search_areas: "gpd.GeoDataFrame"
    outcome: Outcome

    def headline(self) -> str:
        """The plan in a few lines of text."""
        return headline(self.outcome.summary, seconds=self.seconds, shortfalls=self.shortfalls)

    def compliance(self) -> pd.DataFrame:
        """The policy's clauses as in the workbook: a row a clause, columns in Chinese."""
        from tuoyu_geo.reports.tables_rules import indicators  # noqa: PLC0415  (slow to import)

        columns, rows = indicators(self.outcome)
        table = pd.DataFrame(
            rows[: len(self.clauses)], columns=[column.label for column in columns], dtype=object
        )
        return table.where(table.notna(), "")

    def explore(self) -> "folium.Map":
        """The overview map, for a notebook cell."""
        from tuoyu_geo.maps import overview_map  # noqa: PLC0415  (folium is slow to import)

        return overview_map(self.outcome)

    def save_maps(
        self, folder: "str | Path", *, formats: "Sequence[Format]" = ("pdf",)
    ) -> "tuple[Path, ...]":
        """Write every map as a sheet of A3 into ``maps/`` of a folder; see `map_sheets.write_map_sheets`."""
        from pathlib import Path  # noqa: PLC0415

        from tuoyu_geo.map_sheets import write_map_sheets  # noqa: PLC0415  (matplotlib is slow to import)

        return write_map_sheets(self.outcome, Path(folder), formats=formats)

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        columns = ["order", "name", "township_id", "places", "reason"]
        frame = self.sites[columns].assign(
            township_id=self.sites["township_id"].map(self.quotas["name"]),
        )
        lines = "<br>".join(escape(line) for line in self.headline().splitlines())
        return f"<p>{lines}</p>" + self._picture() + _html(frame)

    def _picture(self) -> str:
        """The plan's map as a small picture; "" where the machine has no Chinese font."""
        from base64 import b64encode  # noqa: PLC0415

        from tuoyu_geo.reports.figures import draw_figures  # noqa: PLC0415  (matplotlib is slow to import)

        drawn = draw_figures(self.outcome, names=("plan",)).get("plan")
        return (
            ""
            if drawn is None
            else f'<img width="560" src="data:image/png;base64,{b64encode(drawn).decode()}">'
        )


def headline(summary: Mapping[str, Any], *, seconds: float, shortfalls: tuple[str, ...]) -> str:
    """The headline figures of a summary, a line each."""
    coverage = summary["coverage"]
    reading = coverage["headline"]
    solver = summary["solver"]
    with_quota = [one for one in summary["townships"] if one["quota"]]
    lines = [
        text("views.title", project=summary["project"], policy=summary["policy"]),
        text("views.population", **summary["population"]),
        text(
            "views.coverage",
            reading=headline_label(coverage),
            before=share_text(coverage["before"][reading]),
            after=share_text(coverage["after"][reading]),
        ),
        text("views.institutions", **summary["institutions"]),
        text("views.quotas", met=sum(one["met"] for one in with_quota), n=len(with_quota)),
        text(
            "views.places",
            **summary["places"]
            | {name: cut(summary["places"][name], digits=2) for name in ("per_1000", "per_1000_plan")},
        ),
        text("views.solver_given", objective=solver["objective"])
        if solver["status"] == "given"
        else text(
            "views.solver",
            status=text(f"words.solver_status.{solver['status']}"),
            objective=solver["objective"],
            bound=solver["bound"],
            gap=solver["gap"],
            seconds=seconds,
        ),
        *(text("views.shortfall", sentence=one) for one in shortfalls),
        *(text("views.clash", sentence=one) for one in summary.get("clashes", ())),
    ]
    return "\n".join(lines)


def _html(frame: pd.DataFrame, *, decimals: int = 0) -> str:
    labels = {name: text(f"views.column_{name}") for name in frame.columns}
    return str(
        frame.rename(columns=labels).to_html(
            index=False, escape=True, na_rep="—", float_format=lambda value: f"{value:,.{decimals}f}"
        )
    )


def project_html(config: "Config", *, policy_id: str) -> str:
    """What a project is made of, for a notebook cell: its title, and a row a layer."""
    from html import escape  # noqa: PLC0415

    project = config.project
    rows = [
        (text(f"words.role.{role}"), layer.path, text(f"words.quality.{layer.quality}"), layer.source)
        for role, layer in config.layers.items()
    ]
    head = "".join(
        f"<th>{text(f'project.html_{name}')}</th>" for name in ("layer", "file", "quality", "source")
    )
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    line = text(
        "project.html_title",
        title=project.title,
        county=project.county_name,
        policy=policy_id,
        crs=project.crs,
    )
    return f"<p>{escape(line)}</p><table><tr>{head}</tr>{body}</table>"
