"""Rows of the sheets about clauses, standards, responsibilities and data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoyu_geo.coverage import share_text
from tuoyu_geo.messages import text
from tuoyu_geo.policy.standards import GROUPS
from tuoyu_geo.reports.cells import number, word
from tuoyu_geo.reports.columns import Rows, Table, columns_of, plain, some

if TYPE_CHECKING:
    from tuoyu_geo.outcome import Outcome
    from tuoyu_geo.policy.clause import Clause


def indicators(outcome: "Outcome") -> Table:
    """指标完成: the policy's clauses, and coverage in every reading."""
    columns = columns_of(
        ("clause", "text", 18), ("section", "text", 16), ("quotation", "text", 44), ("departments", "text", 26),
        ("target", "text", 24), ("observed_today", "text", 26), ("status_today", "text", 9),
        ("observed_plan", "text", 26), ("status_plan", "text", 9), ("deciding", "text", 34), ("missing", "text", 30),
        ("action", "text", 34), ("remark", "text", 34),
    )  # fmt: skip
    comma = text("reports.comma")
    rows: Rows = [
        [
            clause.id, clause.section or None, clause.quotation, comma.join(clause.departments), clause.target,
            clause.observed_today, word("clause_status", clause.status_today), clause.observed_plan,
            word("clause_status", clause.status_plan), some([place.name for place in clause.places_plan]),
            clause.missing_plan or clause.missing_today or None, clause.action or None, clause.note or None,
        ]
        for clause in outcome.clauses
    ]  # fmt: skip
    for row in outcome.coverage.itertuples():
        rows.append(
            [
                text("reports.reading_headline") if row.headline else text("reports.reading"), None,
                text("reports.reading_label", label=row.label, scope=row.scope), None, None, share_text(row.before), None,
                share_text(row.after), None, None, None, None, None,
            ],
        )  # fmt: skip
    return columns, rows


def data_findings(outcome: "Outcome") -> Table:
    """数据问题."""
    columns = columns_of(
        ("severity", "text", 9), ("layer", "text", 12), ("file", "text", 20), ("row", "count", 7),
        ("file_column", "text", 14), ("found", "text", 56), ("allowed", "text", 36), ("remedy", "text", 44),
    )  # fmt: skip
    rows: Rows = [
        [
            text(f"findings.severity_{finding.severity}"), text(f"findings.layer_{finding.layer}"),
            finding.file or None, finding.row, finding.column, finding.found, finding.allowed, finding.remedy,
        ]
        for finding in outcome.findings
    ]  # fmt: skip
    return columns, rows


def standards(outcome: "Outcome") -> Table:
    """配置标准: every figure with unit, source and whether it was verified."""
    columns = columns_of(
        ("standard_group", "text", 12), ("standard", "text", 30), ("bound", "text", 9), ("value", "money", 9),
        ("unit", "text", 12), ("verified", "text", 9), ("source", "text", 60), ("remark", "text", 34),
    )  # fmt: skip
    ordered = sorted(outcome.policy.standards.values(), key=lambda one: GROUPS.index(one.group))
    rows: Rows = [
        [
            word("standard_group", one.group), one.name, text(f"reports.bound_{one.bound}"), number(one.value),
            word("unit", one.unit), text(f"reports.verified_{one.verified}"), one.source, one.note or None,
        ]
        for one in ordered
    ]  # fmt: skip
    return columns, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What one department answers for: the clauses that name it, those still open with the plan, and what to do."""

    name: str
    clauses: tuple["Clause", ...]

    @property
    def open_ids(self) -> tuple[str, ...]:
        """Ids of its clauses that the plan does not meet."""
        return tuple(clause.id for clause in self.clauses if clause.status_plan == "not_met")

    @property
    def actions(self) -> tuple[str, ...]:
        """What the open clauses ask for, each once."""
        open_clauses = [clause for clause in self.clauses if clause.status_plan == "not_met"]
        return tuple(dict.fromkeys(clause.action for clause in open_clauses if clause.action))


def duties(outcome: "Outcome") -> list[Duties]:
    """Every department that a clause names, in the document's order."""
    named = dict.fromkeys(one for clause in outcome.clauses for one in clause.departments)
    return [
        Duties(name=name, clauses=tuple(one for one in outcome.clauses if name in one.departments))
        for name in named
    ]


def shortfalls(outcome: "Outcome") -> Table:
    """缺口与冲突: what the plan can't meet, rules that stand against each other, and where a candidate would help."""
    columns = columns_of(
        ("matter", "text", 14),
        ("subject", "text", 24),
        ("residents", "count", 13),
        ("explained", "text", 110),
    )
    rows: Rows = [
        [text(f"reports.matter_{matter}"), None, None, words]
        for matter in ("shortfalls", "clashes")
        for words in outcome.summary[matter]
    ]
    rows += [
        [text("reports.matter_search"), plain(one.name), number(one.residents), plain(one.asks)]
        for one in outcome.search_areas.itertuples()
    ]
    return columns, rows


def members(outcome: "Outcome") -> Table:
    """责任分工: who sits in the joint conference, what each is for, and the clauses that name it."""
    columns = columns_of(
        ("member", "text", 20), ("role", "text", 16), ("duty", "text", 60), ("clauses", "text", 44),
        ("open_clauses", "text", 30), ("action", "text", 44),
    )  # fmt: skip
    given = {member.name: member for member in outcome.policy.members}
    named = {one.name: one for one in duties(outcome)}
    comma = text("reports.comma")
    rows: Rows = []
    for name in dict.fromkeys([*given, *named]):
        member, own = given.get(name), named.get(name, Duties(name=name, clauses=()))
        rows.append(
            [
                name, member.role or None if member else None, member.duty or None if member else None,
                comma.join(clause.id for clause in own.clauses) or None, comma.join(own.open_ids) or None,
                text("reports.semicolon").join(own.actions) or None,
            ],
        )  # fmt: skip
    return columns, rows
