"""The report's chapters: every sentence and table filled with this run's figures."""

from typing import TYPE_CHECKING, Any

from tuoyu_geo.coverage import share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.policy.standards import GROUPS
from tuoyu_geo.reports.blocks import Block, Grid, Heading, Paragraph, Picture
from tuoyu_geo.reports.cells import is_missing, word
from tuoyu_geo.reports.columns import plain, some, township_name, year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.policy.clause import Clause

FIGURES = ("today", "plan", "core", "balance", "estates")
DASH = "—"


def chapters(outcome: "Outcome", *, figures: "Sequence[str]") -> tuple[Block, ...]:
    """The whole report.

    Parameters
    ----------
    outcome
        What a run found out.
    figures
        Names of the figures that could be drawn; without any, the report says why there are none.
    """
    return (
        *_general(outcome),
        *_today(outcome),
        *_demand(outcome),
        *_targets(outcome),
        *_standards(outcome),
        *_layout(outcome),
        *_projects(outcome),
        *_measures(outcome),
        *_figures(figures),
        *_tables(outcome),
    )


def _say(key: str, **values: object) -> Paragraph:
    return Paragraph(words=text(f"report.{key}", **values))


def _chapter(key: str) -> Heading:
    return Heading(words=text(f"report.chapter_{key}"))


def _grid(
    key: str,
    rows: "Sequence[Sequence[object]]",
    *,
    columns: str,
    widths: "Sequence[float]",
    numeric: "Sequence[int]" = (),
    total: "Sequence[object] | None" = None,
) -> Grid:
    cells = [*rows, *([total] if total is not None and rows else [])]
    return Grid(
        caption=text(f"report.table_{key}"),
        header=tuple(text(f"reports.column_{name}") for name in columns.split()),
        rows=tuple(tuple(DASH if is_missing(cell) else str(cell) for cell in row) for row in cells),
        widths=tuple(widths),
        numeric=frozenset(numeric),
        total=total is not None and bool(rows),
    )


def count(value: object) -> str:
    """A number with thousands separated and no decimals; a dash where there is none."""
    return DASH if is_missing(value) else f"{float(value):,.0f}"  # type: ignore[arg-type]


def amount(value: object) -> str:
    """A number with one decimal; a dash where there is none."""
    return DASH if is_missing(value) else f"{float(value):,.1f}"  # type: ignore[arg-type]


def _general(outcome: "Outcome") -> list[Block]:
    note, policy = outcome.note, outcome.policy
    return [
        _chapter("general"),
        *[Paragraph(words=notice, warning=True) for notice in note.notices],
        _say("purpose", county=note.county_name, title=policy.title, id=policy.id),
        _say("scope", county=note.county_name, code=note.county_code, n=len(outcome.townships)),
        _say("subject"),
        _say("term", year=policy.places.year, date=note.date),
        _say("basis", id=policy.id, title=policy.title, date=policy.date),
        _grid(
            "sources",
            [
                (
                    word("role", one.role),
                    one.file,
                    one.source or text("report.no_source"),
                    word("quality", one.quality),
                )
                for one in note.sources
            ],
            columns="layer file source quality",
            widths=(2, 3, 7, 2),
        ),
    ]


def _today(outcome: "Outcome") -> list[Block]:
    summary = outcome.summary
    flags = summary["flags"]
    return [
        _chapter("today"),
        _say("today_people", **summary["population"]),
        _say(
            "today_institutions",
            existing=summary["institutions"]["existing"],
            counted=summary["institutions"]["counted"],
            places=summary["places"]["existing"],
            per_1000=cut(summary["places"]["per_1000"], digits=2),
        ),
        _say("today_coverage", share=share_text(_head(outcome)["before"]), label=_head(outcome)["label"]),
        _grid(
            "readings",
            [
                (one.label, one.scope, share_text(one.before), share_text(one.after))
                for one in outcome.coverage.itertuples()
            ],
            columns="reading scope covered_today covered_plan",
            widths=(4, 6, 2, 2),
            numeric=(2, 3),
        ),
        _say("today_flags") if flags else _say("today_no_flags"),
        *(
            [
                _grid(
                    "flags",
                    [(word("flag", flag), count(n)) for flag, n in flags.items()],
                    columns="flag number",
                    widths=(6, 2),
                    numeric=(1,),
                )
            ]
            if flags
            else []
        ),
    ]


def _head(outcome: "Outcome") -> Any:  # noqa: ANN401  (a row of a frame)
    return outcome.coverage[outcome.coverage["headline"]].iloc[0]


def _demand(outcome: "Outcome") -> list[Block]:
    policy, places = outcome.policy, outcome.summary["places"]
    rows = outcome.townships
    lacking = (rows["places_required"] - rows["places_plan"]).clip(lower=0)
    return [
        _chapter("demand"),
        _say(
            "demand_rule",
            residents=outcome.summary["population"]["residents"],
            per_1000=policy.places.per_1000,
            required=places["required"],
        ),
        _say("demand_not_children"),
        _grid(
            "balance",
            [
                (
                    plain(one.name), count(one.residents), count(one.under3), amount(one.places_required),
                    count(one.places_today), count(one.places_plan), amount(gap),
                )
                for one, gap in zip(rows.itertuples(), lacking, strict=True)
            ],
            columns="township residents under3 places_required places_today places_plan places_gap",
            widths=(3, 2, 2, 2, 2, 2, 2),
            numeric=range(1, 7),
            total=(
                text("reports.total"), count(rows["residents"].sum()), count(rows["under3"].sum()),
                amount(rows["places_required"].sum()), count(rows["places_today"].sum()),
                count(rows["places_plan"].sum()), amount(lacking.sum()),
            ),
        ),
    ]  # fmt: skip


def _targets(outcome: "Outcome") -> list[Block]:
    by_status = {
        status: [one for one in outcome.clauses if one.status_plan == status]
        for status in ("met", "not_met", "not_judgeable")
    }
    judged = [
        one for one in outcome.clauses if one.kind != "not_spatial" or one.status_plan != "not_judgeable"
    ]
    left = [one for one in outcome.clauses if one not in judged]
    return [
        _chapter("targets"),
        _say("targets_count", n=len(outcome.clauses), **{name: len(rows) for name, rows in by_status.items()}),
        _grid(
            "clauses",
            [
                (one.id, one.target, one.observed_today, word("clause_status", one.status_today), one.observed_plan,
                 word("clause_status", one.status_plan))
                for one in judged
            ],
            columns="clause target observed_today status_today observed_plan status_plan",
            widths=(3, 4, 4, 2.4, 4, 2.4),
        ),
        *_open_clauses(by_status["not_met"]),
        *_reported_clauses(left),
    ]  # fmt: skip


def _reported_clauses(clauses: "Sequence[Clause]") -> list[Block]:
    if not clauses:
        return []
    return [
        _say("targets_reported"),
        _grid(
            "reported",
            [
                (one.id, one.quotation, text("reports.comma").join(one.departments), one.missing_plan)
                for one in clauses
            ],
            columns="clause quotation departments missing",
            widths=(3, 7, 5, 4),
        ),
    ]


def _open_clauses(clauses: "Sequence[Clause]") -> list[Block]:
    if not clauses:
        return []
    return [
        _say("targets_open"),
        _grid(
            "open",
            [
                (one.id, some([place.name for place in one.places_plan]), one.action,
                 text("reports.comma").join(one.departments))
                for one in clauses
            ],
            columns="clause deciding action departments",
            widths=(3, 6, 4, 5),
        ),
    ]  # fmt: skip


def _standards(outcome: "Outcome") -> list[Block]:
    standards = sorted(outcome.policy.standards.values(), key=lambda one: GROUPS.index(one.group))
    rule = outcome.policy.coverage
    unverified = text("policy.unverified")
    return [
        _chapter("standards"),
        *(
            _say(
                f"standard_{area}",
                value=one.value,
                unit=word("unit", one.unit),
                verified="" if one.verified else unverified,
                source=one.source,
            )
            for area, one in (("urban", rule.urban), ("rural", rule.rural))
        ),
        _grid(
            "standards",
            [
                (word("standard_group", one.group), one.name,
                 f"{text(f'reports.bound_{one.bound}')} {one.value:g} {word('unit', one.unit)}",
                 text(f"reports.verified_{one.verified}"), one.source)
                for one in standards
            ],
            columns="standard_group standard value verified source",
            widths=(2, 4, 3, 1.5, 6),
        )
        if standards
        else _say("no_standards"),
    ]  # fmt: skip


def _layout(outcome: "Outcome") -> list[Block]:
    summary, solver = outcome.summary, outcome.summary["solver"]
    quotas = outcome.townships[outcome.townships["quota"] > 0]
    blocks: list[Block] = [
        _chapter("layout"),
        _say(
            "layout_sites",
            n=summary["institutions"]["proposed"],
            places=summary["places"]["proposed"],
            share=share_text(_head(outcome)["after"]),
            per_1000=cut(summary["places"]["per_1000_plan"], digits=2),
        ),
        _say(
            f"layout_{solver['status']}", objective=count(solver["objective"]), bound=count(solver["bound"])
        ),
        _grid(
            "quotas",
            [
                (one.name, count(one.quota), count(one.existing), count(one.proposed), count(one.shortfall))
                for one in quotas.itertuples()
            ],
            columns="township quota existing proposed shortfall",
            widths=(3, 2, 2, 2, 2),
            numeric=range(1, 5),
            total=(
                text("reports.total"),
                *(count(quotas[name].sum()) for name in ("quota", "existing", "proposed", "shortfall")),
            ),
        ),
    ]
    if not len(outcome.sites):
        return [*blocks, _say("no_sites")]
    blocks.append(
        _grid(
            "sites",
            [
                (count(one.order), plain(one.name), township_name(outcome, one.township_id),
                 word("candidate_kind", one.kind), word("method", one.method), count(one.places), plain(one.reason))
                for one in outcome.sites.itertuples()
            ],
            columns="order name township candidate_kind method places reason",
            widths=(1, 4, 2, 2, 2, 1.4, 6),
            numeric=(0, 5),
        )
    )  # fmt: skip
    unserved = outcome.unserved
    blocks.append(
        _say("unserved", n=len(unserved), residents=unserved["residents"].sum())
        if len(unserved)
        else _say("all_served")
    )
    return blocks


def _projects(outcome: "Outcome") -> list[Block]:
    sites = outcome.sites
    if not len(sites):
        return [_chapter("projects"), _say("no_sites")]
    costed = sites["cost_10k_yuan"].notna()
    return [
        _chapter("projects"),
        _say("projects", n=len(sites), cost=sites["cost_10k_yuan"].sum(), without=int((~costed).sum())),
        _grid(
            "projects",
            [
                (count(one.order), plain(one.name), township_name(outcome, one.township_id),
                 word("method", one.method), count(one.places), count(one.area_m2), amount(one.cost_10k_yuan),
                 year(one.open_year))
                for one in sites.itertuples()
            ],
            columns="order project township method places area_m2 cost open_year",
            widths=(1, 5, 2.2, 2, 1.6, 2, 2, 1.8),
            numeric=(0, 4, 5, 6),
            total=(text("reports.total"), "", "", "", count(sites["places"].sum()), count(sites["area_m2"].sum()),
                   amount(sites["cost_10k_yuan"].sum()), ""),
        ),
    ]  # fmt: skip


def _measures(outcome: "Outcome") -> list[Block]:
    members = [one for one in outcome.policy.members if one.duty]
    return [
        _chapter("measures"),
        _say("measures", id=outcome.policy.id),
        _grid(
            "members",
            [(one.name, one.role, one.duty) for one in members],
            columns="member role duty",
            widths=(3, 3, 10),
        )
        if members
        else _say("no_members"),
    ]


def _figures(figures: "Sequence[str]") -> list[Block]:
    if not figures:
        return [_chapter("figures"), Paragraph(words=text("report.no_font"), warning=True)]
    return [
        _chapter("figures"),
        *(
            Picture(name=name, caption=text("report.figure", n=number, title=text(f"report.figure_{name}")))
            for number, name in enumerate(figures, start=1)
        ),
    ]


def _tables(outcome: "Outcome") -> list[Block]:
    flagged = outcome.gaps[outcome.gaps["flag"].isin(["new_missing", "new_shared"])]
    n_built = int(outcome.gaps["flag"].eq("built_missing").sum())
    return [
        _chapter("tables"),
        _say("tables"),
        _say("tables_built", n=n_built),
        _grid(
            "estates",
            [
                (plain(one.name), township_name(outcome, one.township_id), word("flag", one.flag),
                 count(one.residents), plain(one.remedy))
                for one in flagged.itertuples()
            ],
            columns="estate township flag residents remedy",
            widths=(4, 2, 2.4, 1.8, 6),
            numeric=(3,),
        )
        if len(flagged)
        else _say("no_estates_flagged"),
    ]  # fmt: skip
