"""The report's chapters about what is to be built: the layout, the projects by year, and who sees to it."""

from typing import TYPE_CHECKING

from tuoyu_geo.coverage import share_text
from tuoyu_geo.cut import cut
from tuoyu_geo.messages import text
from tuoyu_geo.reports.blocks import Block, Paragraph
from tuoyu_geo.reports.cells import word
from tuoyu_geo.reports.chapter_pieces import amount, chapter, count, grid, headline, say
from tuoyu_geo.reports.columns import plain, township_names, year
from tuoyu_geo.reports.tables_rules import duties
from tuoyu_geo.reports.tables_sites import by_year

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome


def layout(outcome: "Outcome") -> list[Block]:
    """布局方案: what is added, how good that is, and what it can't meet."""
    township = township_names(outcome)
    summary, solver = outcome.summary, outcome.summary["solver"]
    quotas = outcome.townships[outcome.townships["quota"] > 0]
    blocks: list[Block] = [
        chapter("layout"),
        say(
            "layout_sites",
            n=summary["institutions"]["proposed"],
            places=summary["places"]["proposed"],
            share=share_text(headline(outcome)["after"]),
            per_1000=cut(summary["places"]["per_1000_plan"], digits=2),
        ),
        say(_proof(outcome), objective=count(solver["objective"]), bound=count(solver["bound"])),
        grid(
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
    blocks += _left_over(outcome)
    if not len(outcome.sites):
        return [*blocks, say("no_sites")]
    blocks.append(
        grid(
            "sites",
            [
                (count(one.order), plain(one.name), township(one.township_id),
                 word("candidate_kind", one.kind), word("method", one.method), count(one.places), plain(one.reason))
                for one in outcome.sites.itertuples()
            ],
            columns="order name township candidate_kind method places reason",
            widths=(1.3, 4, 2, 2, 2, 1.6, 5.6),
            numeric=(0, 5),
        )
    )  # fmt: skip
    unserved = outcome.unserved
    blocks.append(
        say("unserved", n=len(unserved), residents=unserved["residents"].sum())
        if len(unserved)
        else say("all_served")
    )
    return blocks


def _proof(outcome: "Outcome") -> str:
    """Which sentence says how good the number of sites is: where a rule isn't met, it is no proof of what the rules take."""
    status = outcome.summary["solver"]["status"]
    return (
        "layout_nearest"
        if outcome.summary["shortfalls"] and status in {"optimal", "feasible"}
        else f"layout_{status}"
    )


def _left_over(outcome: "Outcome") -> list[Block]:
    """What the plan can't meet, the rules that stand against each other, and where one more candidate would help."""
    short, clashes = outcome.summary["shortfalls"], outcome.summary["clashes"]
    if not short and not clashes:
        return [say("layout_all_met")]
    n_areas = len(outcome.search_areas)
    return [
        say("layout_short"),
        *(Paragraph(words=words, warning=True) for words in (*short, *clashes)),
        *([say("layout_search", n=n_areas)] if n_areas else []),
    ]


def projects(outcome: "Outcome") -> list[Block]:
    """近期建设项目库: the sites as projects, and what each year brings and costs."""
    township = township_names(outcome)
    sites = outcome.sites
    if not len(sites):
        return [chapter("projects"), say("no_sites")]
    costed = sites["cost_10k_yuan"].notna()
    return [
        chapter("projects"),
        say("projects", n=len(sites), cost=sites["cost_10k_yuan"].sum(), without=int((~costed).sum())),
        grid(
            "projects",
            [
                (count(one.order), plain(one.name), township(one.township_id),
                 word("method", one.method), count(one.places), count(one.area_m2), amount(one.cost_10k_yuan),
                 year(one.open_year))
                for one in sites.itertuples()
            ],
            columns="order project township method places area_m2 cost open_year",
            widths=(1.5, 4.6, 2.2, 2.2, 1.6, 2, 2, 1.8),
            numeric=(0, 4, 5, 6),
            total=(text("reports.total"), "", "", "", count(sites["places"].sum()), count(sites["area_m2"].sum()),
                   amount(sites["cost_10k_yuan"].sum()), ""),
        ),
        say("projects_years"),
        grid(
            "years",
            [
                (one.year, count(one.n_sites), count(one.places), count(one.area_m2), amount(one.cost_10k_yuan),
                 count(one.n_without_cost), count(one.places_by_then), f"{one.per_1000_by_then:.2f}")
                for one in by_year(outcome)
            ],
            columns="open_year n_projects places area_m2 cost n_without_cost places_by_then per_1000_by_then",
            widths=(2, 1.6, 1.8, 2, 2.2, 2, 2.4, 2.4),
            numeric=range(1, 8),
            total=(text("reports.total"), count(len(sites)), count(sites["places"].sum()), count(sites["area_m2"].sum()),
                   amount(sites["cost_10k_yuan"].sum()), count((~costed).sum()), "", ""),
        ),
    ]  # fmt: skip


def measures(outcome: "Outcome") -> list[Block]:
    """保障措施: the joint conference's duties, and what each department still has to see to."""
    members = [one for one in outcome.policy.members if one.duty]
    comma = text("reports.comma")
    return [
        chapter("measures"),
        say("measures", id=outcome.policy.id),
        grid(
            "members",
            [(one.name, one.role, one.duty) for one in members],
            columns="member role duty",
            widths=(3, 3, 10),
        )
        if members
        else say("no_members"),
        say("measures_departments"),
        grid(
            "departments",
            [
                (
                    one.name,
                    count(len(one.clauses)),
                    comma.join(one.open_ids),
                    text("reports.semicolon").join(one.actions),
                )
                for one in duties(outcome)
            ],
            columns="member n_clauses open_clauses action",
            widths=(3, 1.5, 5, 6.5),
            numeric=(1,),
        ),
    ]
