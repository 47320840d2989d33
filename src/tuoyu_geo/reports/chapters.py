"""The report's chapters: every sentence and table filled with this run's figures."""

from typing import TYPE_CHECKING

from tuoyu_geo.coverage import share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.policy.standards import GROUPS
from tuoyu_geo.reports.blocks import Block, Paragraph, Picture
from tuoyu_geo.reports.cells import word
from tuoyu_geo.reports.chapter_pieces import amount, chapter, count, grid, headline, say
from tuoyu_geo.reports.chapters_plan import layout, measures, projects
from tuoyu_geo.reports.columns import plain, some, township_names
from tuoyu_geo.reports.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.policy.clause import Clause

FIGURES = ("today", "plan", "core", "balance", "estates")


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
        *layout(outcome),
        *projects(outcome),
        *measures(outcome),
        *_figures(figures),
        *_tables(outcome),
    )


def _general(outcome: "Outcome") -> list[Block]:
    note, policy = outcome.note, outcome.policy
    return [
        chapter("general"),
        *[Paragraph(words=notice, warning=True) for notice in note.notices],
        say("purpose", county=note.county_name, title=policy.title, id=policy.id),
        say("scope", county=note.county_name, code=note.county_code, n=len(outcome.townships)),
        say("subject"),
        say("term", year=policy.places.year, date=note.date),
        say("basis", id=policy.id, title=policy.title, date=policy.date),
        grid(
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
        chapter("today"),
        say("today_people", **summary["population"]),
        say(
            "today_institutions",
            existing=summary["institutions"]["existing"],
            counted=summary["institutions"]["counted"],
            places=summary["places"]["existing"],
            per_1000=cut(summary["places"]["per_1000"], digits=2),
        ),
        say(
            "today_coverage", share=share_text(headline(outcome)["before"]), label=headline(outcome)["label"]
        ),
        grid(
            "readings",
            [
                (one.label, one.scope, share_text(one.before), share_text(one.after))
                for one in outcome.coverage.itertuples()
            ],
            columns="reading scope covered_today covered_plan",
            widths=(4, 6, 2, 2),
            numeric=(2, 3),
        ),
        say("today_flags") if flags else say("today_no_flags"),
        *(
            [
                grid(
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


def _demand(outcome: "Outcome") -> list[Block]:
    policy, places = outcome.policy, outcome.summary["places"]
    rows = outcome.townships
    have = places["existing"] + places["proposed"]
    lacking = (rows["places_required"] - rows["places_plan"]).clip(lower=0)
    return [
        chapter("demand"),
        say(
            "demand_rule",
            residents=outcome.summary["population"]["residents"],
            per_1000=policy.places.per_1000,
            required=places["required"],
        ),
        say("demand_not_children"),
        grid(
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
        say("demand_enrolment"),
        grid(
            "enrolment",
            [
                (text(f"report.enrolment_{name}"), f"{one['enrolment']:.2%}", count(one["places"]),
                 count(have), count(max(0, one["places"] - have)))
                for name, one in places["required_by_enrolment"].items()
            ],
            columns="scenario enrolment places_required places_plan places_gap",
            widths=(2, 2, 2, 2, 2),
            numeric=range(1, 5),
        ),
        say("demand_reach"),
        grid(
            "reach",
            [
                (text(f"report.moment_{moment}"), amount(one["needed_places"]), amount(one["served_places"]),
                 amount(one["unmet_places"]))
                for moment, one in outcome.summary["access"].items()
            ],
            columns="moment needed_places served_places unmet_places",
            widths=(2, 3, 3, 3),
            numeric=range(1, 4),
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
        chapter("targets"),
        say("targets_count", n=len(outcome.clauses), **{name: len(rows) for name, rows in by_status.items()}),
        grid(
            "clauses",
            [
                (one.id, one.quotation, one.target, one.observed_today, word("clause_status", one.status_today), one.observed_plan,
                 word("clause_status", one.status_plan))
                for one in judged
            ],
            columns="clause quotation target observed_today status_today observed_plan status_plan",
            widths=(2.6, 5, 3.6, 3.8, 2, 3.8, 2),
        ),
        *_open_clauses(by_status["not_met"]),
        *_reported_clauses(left),
    ]  # fmt: skip


def _reported_clauses(clauses: "Sequence[Clause]") -> list[Block]:
    if not clauses:
        return []
    return [
        say("targets_reported"),
        grid(
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
        say("targets_open"),
        grid(
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
        chapter("standards"),
        *(
            say(
                f"standard_{area}",
                value=one.value,
                unit=word("unit", one.unit),
                verified="" if one.verified else unverified,
                source=one.source,
            )
            for area, one in (("urban", rule.urban), ("rural", rule.rural))
        ),
        grid(
            "standards",
            [
                (word("standard_group", one.group), one.name,
                 f"{text(f'reports.bound_{one.bound}')} {one.value:g} {word('unit', one.unit)}",
                 text(f"reports.verified_{one.verified}"), one.source)
                for one in standards
            ],
            columns="standard_group standard value verified source",
            widths=(2, 4, 3, 1.8, 6),
        )
        if standards
        else say("no_standards"),
    ]  # fmt: skip


def _figures(figures: "Sequence[str]") -> list[Block]:
    if not figures:
        return [chapter("figures"), Paragraph(words=text("report.no_font"), warning=True)]
    return [
        chapter("figures"),
        *(
            Picture(name=name, caption=text("report.figure", n=number, title=text(f"report.figure_{name}")))
            for number, name in enumerate(figures, start=1)
        ),
    ]


def _tables(outcome: "Outcome") -> list[Block]:
    township = township_names(outcome)
    flagged = outcome.gaps[outcome.gaps["flag"].isin(["new_missing", "new_shared"])]
    n_built = int(outcome.gaps["flag"].eq("built_missing").sum())
    return [
        chapter("tables"),
        say("tables", sheets=text("reports.comma").join(text(f"reports.sheet_{name}") for name in TABLES)),
        say("tables_built", n=n_built),
        grid(
            "estates",
            [
                (plain(one.name), township(one.township_id), word("flag", one.flag),
                 count(one.residents), plain(one.remedy))
                for one in flagged.itertuples()
            ],
            columns="estate township flag residents remedy",
            widths=(4, 2, 2.4, 1.8, 6),
            numeric=(3,),
        )
        if len(flagged)
        else say("no_estates_flagged"),
    ]  # fmt: skip
