"""The plan as a notebook holds it: its tables, its map, its headline figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from tuoyu_geo.coverage import headline_label, share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.messages.speaker import Spoken
from tuoyu_geo.outcome import Clause, Outcome
from tuoyu_geo.views.html import frame_html

if TYPE_CHECKING:
    from pathlib import Path

    import folium
    import geopandas as gpd

    from tuoyu_geo.map_sheets import Format


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
        return f"<p>{lines}</p>" + self._picture() + frame_html(frame)

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
            # Where a rule isn't met, the proof is of what comes nearest to it, not of what the rules take.
            "views.solver_short" if shortfalls else "views.solver",
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
